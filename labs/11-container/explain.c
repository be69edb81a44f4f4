/* SPDX-License-Identifier: MIT */
/*
 * explain.c - what is likely behind an error of the kernel
 *
 * An errno says what, seldom why: clone3(2) returns ENOSPC for a limit that
 * has nothing to do with space.  Each line below is a question that users of
 * container runtimes ask again and again; where this machine can tell, a
 * function looks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "report.h"

static long limit(const char *path)
{
	char text[32];

	if (file_read_at(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return -1;
	return strtol(text, NULL, 10);
}

/* The kernel's limit of namespaces, the full one of which ends in ENOSPC. */
static void namespaces_full(char *buf, size_t size)
{
	static const char *const kinds[] = { "user", "pid", "net",    "ipc",
					     "uts",  "mnt", "cgroup", "time" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
			 kinds[i]);
		if (limit(path) > 128)
			continue;
		snprintf(buf, size,
			 "the limit of %s namespaces is %ld (%s); raise it: "
			 "sysctl user.max_%s_namespaces=10000",
			 kinds[i], limit(path), path, kinds[i]);
		return;
	}
	snprintf(buf, size,
		 "a limit in /proc/sys/user/max_*_namespaces is reached, or "
		 "they are nested 32 deep");
}

static void no_userns(char *buf, size_t size)
{
	if (geteuid() != 0)
		snprintf(buf, size,
			 "you are not root, and the configuration has no user "
			 "namespace: add one (minic spec --rootless), or let "
			 "podman do it");
	else if (limit("/proc/sys/kernel/"
		       "apparmor_restrict_unprivileged_userns") == 1)
		snprintf(buf, size,
			 "AppArmor restricts user namespaces here (Ubuntu): "
			 "sysctl "
			 "kernel.apparmor_restrict_unprivileged_userns=0");
	else
		snprintf(buf, size,
			 "this root lacks CAP_SYS_ADMIN: perhaps you are in a "
			 "container; add a user namespace, or run it with "
			 "more rights");
}

static void no_proc(char *buf, size_t size)
{
	snprintf(buf, size,
		 "a new proc in a user namespace is allowed only if a whole "
		 "one is visible already (mount_too_revealing() in the "
		 "kernel): an outer container masks parts of /proc. Bind "
		 "/proc instead, or start the outer one with its masks off "
		 "(podman: --security-opt unmask=ALL)");
}

static void no_sysfs(char *buf, size_t size)
{
	snprintf(buf, size,
		 "a new sysfs needs a network namespace that the container "
		 "owns: add one to linux.namespaces, or bind /sys");
}

static const struct cause {
	const char *call;
	int err;
	const char *object; /* what it begins with; NULL: any */
	const char *page;
	const char *text; /* NULL: @look writes it */
	void (*look)(char *buf, size_t size);
} causes[] = {
	{ "clone3", -ENOSPC, NULL, "05-user-ns", NULL, namespaces_full },
	{ "clone3", -EUSERS, NULL, "05-user-ns", NULL, namespaces_full },
	{ "clone3", -EPERM, NULL, "05-user-ns", NULL, no_userns },
	{ "clone3", -EINVAL, NULL, "03-uts-ipc-ns",
	  "this kernel lacks one of the namespaces, or CLONE_INTO_CGROUP "
	  "(Linux 5.7)",
	  NULL },
	{ "clone3", -EBUSY, NULL, "07-cgroups",
	  "the control group gives its children controllers, so it takes no "
	  "processes itself",
	  NULL },
	{ "clone3", -EAGAIN, NULL, "07-cgroups",
	  "a limit of processes is reached: pids.max of the group, or "
	  "RLIMIT_NPROC of the user",
	  NULL },
	{ "fsconfig", -EPERM, "proc", "02-mount-ns", NULL, no_proc },
	{ "fsmount", -EPERM, "proc", "02-mount-ns", NULL, no_proc },
	{ "fsconfig", -EPERM, "sysfs", "02-mount-ns", NULL, no_sysfs },
	{ "fsmount", -EPERM, "sysfs", "02-mount-ns", NULL, no_sysfs },
	{ "fsopen", -ENODEV, NULL, "02-mount-ns",
	  "this kernel has no such file system; is its module there?", NULL },
	{ "open_tree", -ENOENT, NULL, "02-mount-ns",
	  "the source of a bind mount is not there", NULL },
	{ "open_tree", -EPERM, NULL, "02-mount-ns", NULL, no_userns },
	{ "open_tree", -EACCES, NULL, "05-user-ns",
	  "some folder on the way to it is closed to the user that root of "
	  "the container is outside (chmod o+x the folders of the bundle)",
	  NULL },
	{ "open_tree", -EINVAL, NULL, "02-mount-ns",
	  "a part of the mounts below it is hidden from this user namespace: "
	  "use rbind instead of bind",
	  NULL },
	{ "openat2", -ELOOP, NULL, "02-mount-ns",
	  "the image has a symlink there, which leads where the image wants; "
	  "minic does not follow it",
	  NULL },
	{ "openat2 or mkdirat", -ELOOP, NULL, "02-mount-ns",
	  "the image has a symlink there, which leads where the image wants; "
	  "minic does not follow it",
	  NULL },
	{ "openat2 or mkdirat", -EROFS, NULL, "02-mount-ns",
	  "the place for a mount is not in the image, and its file system is "
	  "read-only: make it there when the image is built",
	  NULL },
	{ "openat2 or mkdirat", -EACCES, NULL, "05-user-ns",
	  "the place for a mount is not in the image, and root of the "
	  "container may not make it: the image's files belong to somebody "
	  "who is not in the id maps",
	  NULL },
	{ "openat2", -ENOENT, "/dev/pts/ptmx", "02-mount-ns",
	  "process.terminal is true, but mounts has no devpts at /dev/pts",
	  NULL },
	{ "pivot_root", -EINVAL, NULL, "02-mount-ns",
	  "the root is the initial ramfs, which cannot be pivoted away "
	  "from: use --no-pivot",
	  NULL },
	{ "write", -EPERM, "/proc/", "05-user-ns",
	  "the ids are not yours to map: root maps any, others themselves, "
	  "or with newuidmap what /etc/subuid grants",
	  NULL },
	{ "setgroups", -EPERM, NULL, "05-user-ns",
	  "the user namespace was made with setgroups \"deny\" "
	  "(CVE-2014-8989): remove additionalGids, or map a range with "
	  "newgidmap",
	  NULL },
	{ "setgroups", -EINVAL, NULL, "05-user-ns",
	  "a group is not in linux.gidMappings", NULL },
	{ "setresuid", -EINVAL, NULL, "05-user-ns",
	  "the user is not in linux.uidMappings", NULL },
	{ "setresgid", -EINVAL, NULL, "05-user-ns",
	  "the group is not in linux.gidMappings", NULL },
	{ "setns", -EINVAL, NULL, "05-user-ns",
	  "the namespace is the one that minic is in already, or belongs to "
	  "another user namespace",
	  NULL },
	{ "setns", -EPERM, NULL, "05-user-ns",
	  "joining it takes CAP_SYS_ADMIN in the user namespace that owns it",
	  NULL },
	{ "setrlimit", -EPERM, NULL, "05-user-ns",
	  "only root of the machine may raise a hard limit", NULL },
	{ "execve", -ENOENT, NULL, "01-chroot",
	  "the program is there, but the interpreter that it names is not: a "
	  "script's #! line, or the dynamic linker of a program that is not "
	  "static",
	  NULL },
	{ "execve", -ENOEXEC, NULL, "10-image",
	  "it is for another processor, or a script without a #! line", NULL },
	{ "execve", -EACCES, NULL, "02-mount-ns",
	  "it is not executable for this user, or its mount is noexec", NULL },
	{ "execve", -EPERM, NULL, "09-seccomp",
	  "the seccomp filter forbids execve, or no-new-privileges meets a "
	  "label",
	  NULL },
	{ "seccomp", -EACCES, NULL, "09-seccomp",
	  "a filter needs process.noNewPrivileges, or CAP_SYS_ADMIN", NULL },
	{ "connect", -ECONNREFUSED, NULL, "11-container",
	  "nobody listens there any more", NULL },
	{ "open", -ENOENT, NULL, "11-container",
	  "a bundle is a folder with config.json and the root file system; "
	  "minic spec writes one",
	  NULL },
	{ "mkdir", -EACCES, NULL, "11-container",
	  "use --root to name a folder that you may write to", NULL },
	{ "write", -EINVAL, "/proc/self/attr", "08-capabilities",
	  "the profile is not loaded: apparmor_parser -r loads it", NULL },
};

const char *explain(const struct report_error *error, char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		const struct cause *c = &causes[i];

		if (c->err != error->err || strcmp(c->call, error->call) != 0 ||
		    (c->object &&
		     strncmp(c->object, error->object, strlen(c->object)) != 0))
			continue;
		if (c->look)
			c->look(buf, size);
		else
			snprintf(buf, size, "%s", c->text);
		return c->page;
	}
	return "11-container";
}
