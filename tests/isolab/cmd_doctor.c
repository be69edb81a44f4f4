/* SPDX-License-Identifier: MIT */
/*
 * cmd_doctor.c - isolab doctor: what this machine can do, and one fix each
 *
 * Everything is tried and not guessed from version numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "kit.h"
#include "sandbox.h"

static int usage(FILE *out, int status)
{
	fputs("usage: isolab doctor\n\n"
	      "Tries what the labs need.  Ends with 0 if they can be graded\n"
	      "here, with 1 if not.\n",
	      out);
	return status;
}

static void say(const char *what, const char *state, const char *fix)
{
	printf("%-18s %s\n", what, state);
	if (fix)
		printf("%-18s fix: %s\n", "", fix);
}

/* The settings by which distributions forbid user namespaces. */
static const struct {
	const char *path;
	const char *bad;
	const char *fix;
} settings[] = {
	{ "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n",
	  "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
	{ "/proc/sys/kernel/unprivileged_userns_clone", "0\n",
	  "sudo sysctl kernel.unprivileged_userns_clone=1" },
	{ "/proc/sys/user/max_user_namespaces", "0\n",
	  "sudo sysctl user.max_user_namespaces=15000" },
};

static const char *setting_to_fix(void)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		char value[32];

		if (file_read_at(AT_FDCWD, settings[i].path, value,
				 sizeof(value)) > 0 &&
		    strcmp(value, settings[i].bad) == 0)
			return settings[i].fix;
	}
	return NULL;
}

static bool check_sandbox(void)
{
	const char *fix = NULL;
	const char *missing = sandbox_missing(&fix);

	if (!missing) {
		say("sandbox", "ok: user, mount, PID and other namespaces",
		    NULL);
		return true;
	}
	say("sandbox", missing, setting_to_fix() ? setting_to_fix() : fix);
	return false;
}

static void check_cgroup(void)
{
	struct cgroup cg;

	if (!cgroup_init(&cg, 64, 16))
		say("cgroup v2",
		    "none that we may use; limits are kept by a "
		    "watchdog instead",
		    NULL);
	else if (cg.has_memory && cg.has_pids)
		say("cgroup v2", "ok: memory, pids", NULL);
	else
		say("cgroup v2",
		    "without memory and pids controllers; limits "
		    "are kept by a watchdog instead",
		    NULL);
	(void)cgroup_release(&cg);
}

static bool check_compiler(void)
{
	struct stat st;
	bool cc = access("/usr/bin/cc", X_OK) == 0;
	bool libc = stat("/usr/lib/x86_64-linux-gnu/libc.a", &st) == 0 ||
		    stat("/usr/lib64/libc.a", &st) == 0 ||
		    stat("/usr/lib/libc.a", &st) == 0;

	say("compiler",
	    !cc	    ? "there is no /usr/bin/cc"
	    : !libc ? "there is no static C library"
		    : "ok: cc, and a static C library",
	    cc && libc ? NULL : "make deps");
	return cc && libc;
}

static bool cpu_has(const char *flag)
{
	auto_free char *text = NULL;

	return file_read_all("/proc/cpuinfo", &text) > 0 && strstr(text, flag);
}

static void check_kvm(void)
{
	auto_close int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	auto_close int vm = -1;

	if (fd < 0) {
		say("/dev/kvm",
		    errno == EACCES ? "there, but not for this user"
				    : "not there",
		    errno == EACCES ? "sudo adduser $USER kvm" : NULL);
		return;
	}
	vm = ioctl(fd, KVM_CREATE_VM, 0);
	if (vm < 0)
		say("/dev/kvm", "opens, but makes no virtual machine", NULL);
	else if (!cpu_has(" svm") && !cpu_has(" vmx"))
		say("/dev/kvm",
		    "there, without hardware virtualisation behind "
		    "it",
		    NULL);
	else
		say("/dev/kvm", "ok", NULL);
}

int cmd_doctor(int argc, char **argv)
{
	bool sandbox;
	bool compiler;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, KIT_OK);
	if (argc != 1)
		return usage(stderr, KIT_USAGE);

	compiler = check_compiler();
	sandbox = check_sandbox();
	check_cgroup();
	check_kvm();
	return compiler && sandbox ? KIT_OK : KIT_FAILED;
}
