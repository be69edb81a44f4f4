/* SPDX-License-Identifier: MIT */
/*
 * newroot.c - run a command in a root directory made of mounts
 *
 * Usage:  newroot ROOT COMMAND [ARGUMENT...]
 *
 * ROOT may be empty.  COMMAND finds in it
 *
 *	/usr   the host's, read-only, and /bin, /lib and so on into it
 *	/proc  its own processes
 *	/dev   six devices
 *
 * and nothing else of the host.
 *
 * Idea:   what is mounted is a property of a namespace, not of the machine
 * Calls:  unshare(2), mount(2), mount_setattr(2), pivot_root(2), umount2(2)
 * Needs:  nothing; without root it makes a user namespace first
 * Read:   mount_namespaces(7), pivot_root(2)
 * Test:   tests/graders/02-mount-ns.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "userns.h"

/* All paths below are relative: the working directory is ROOT. */
static void make_folder(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		die(-errno, "cannot make '%s' in the new root", path);
}

static void bind_usr(void)
{
	static const char *const merged[] = { "bin", "sbin", "lib", "lib32",
					      "lib64" };
	struct mount_attr read_only = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID,
	};

	make_folder("usr");
	if (mount("/usr", "usr", NULL, MS_BIND | MS_REC, NULL) < 0)
		die(-errno, "cannot bind /usr");

	/*
	 * A second call, because mount(2) ignores MS_RDONLY when it binds; and
	 * not MS_REMOUNT, which would change the first mount only, and would
	 * have to repeat the flags that a user namespace may not take away.
	 */
	if (mount_setattr(AT_FDCWD, "usr", AT_RECURSIVE, &read_only,
			  sizeof(read_only)) < 0)
		die(-errno, "cannot make /usr read-only");

	/* Programs name their loader and their shell by these old paths. */
	for (size_t i = 0; i < sizeof(merged) / sizeof(merged[0]); i++) {
		char target[16];

		snprintf(target, sizeof(target), "usr/%s", merged[i]);
		if (symlink(target, merged[i]) < 0 && errno != EEXIST)
			die(-errno, "cannot link '%s'", merged[i]);
	}
}

static void make_dev(void)
{
	static const char *const names[] = { "null",   "zero",	  "full",
					     "random", "urandom", "tty" };

	make_folder("dev");
	if (mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC,
		  "mode=755,size=64k") < 0)
		die(-errno, "cannot mount /dev");

	/*
	 * mknod(2) of a device needs privilege over the whole machine, whoever
	 * one is in a user namespace.  The host's own nodes can be bound: a
	 * file is mounted on a file.
	 */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		auto_close int fd = -1;
		char from[32];

		snprintf(from, sizeof(from), "/dev/%s", names[i]);
		fd = open(from + 1, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			die(-errno, "cannot make '%s'", from);
		if (mount(from, from + 1, NULL, MS_BIND, NULL) < 0)
			die(-errno, "cannot bind '%s'", from);
	}
}

/*
 * The new proc shows the PID namespace of the process that mounts it, so this
 * runs in the child.  It must also happen while the old /proc is still
 * mounted: the kernel gives a user namespace a full proc only if one is
 * visible already that nothing covers (mount_too_revealing() in
 * fs/namespace.c).  In many containers something does.
 */
static void mount_proc(void)
{
	make_folder("proc");
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) == 0)
		return;
	if (errno != EPERM)
		die(-errno, "cannot mount /proc");

	fprintf(stderr, "newroot: /proc is partly covered here, so COMMAND "
			"gets the old one\n");
	if (mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) < 0)
		die(-errno, "cannot bind /proc");
}

static void enter_root(void)
{
	/*
	 * Both "."s are ROOT.  The old root ends up mounted on top of the new
	 * one, where umount2() finds it; MNT_DETACH because it is in use, by
	 * this very process.
	 */
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		die(-errno, "cannot change the root");
	if (umount2(".", MNT_DETACH) < 0)
		die(-errno, "cannot detach the old root");
	if (chdir("/") < 0)
		die(-errno, "cannot enter the new root");
}

static noreturn void run_in_root(const char *root, char *const command[])
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die(-errno, "cannot make the mounts private");

	/* pivot_root() takes a mount point only, so ROOT becomes one. */
	if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) < 0)
		die(-errno, "cannot bind '%s'", root);
	if (chdir(root) < 0)
		die(-errno, "cannot enter '%s'", root);

	bind_usr();
	make_dev();
	mount_proc();
	enter_root();

	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

int main(int argc, char *argv[])
{
	pid_t child;
	int r;

	if (argc < 3) {
		fprintf(stderr, "usage: newroot ROOT COMMAND [ARGUMENT...]\n");
		return KIT_USAGE;
	}

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get a namespace");

	/* The PID namespace, lab 04's subject, is for /proc; it needs fork. */
	if (unshare(CLONE_NEWNS | CLONE_NEWPID) < 0)
		die(-errno, "cannot make the namespaces");
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0)
		run_in_root(argv[1], &argv[2]);

	r = child_wait(child);
	if (r < 0)
		die(r, "cannot wait for '%s'", argv[2]);
	return r;
}
