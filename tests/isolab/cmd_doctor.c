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
#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "idmap.h"
#include "kit.h"
#include "machine.h"
#include "sandbox.h"
#include "userns.h"
#include "userns_try.h"

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

static void say_why(const char *why)
{
	if (why)
		printf("%-18s why: %s\n", "", why);
}

/* As an ordinary user even if root asks: students are ordinary users. */
static const char *check_userns(void)
{
	static const char *const states[] = {
		[USERNS_MAKE] = "cannot be made by an ordinary user",
		[USERNS_MAP] = "are made, but no map can be written",
		[USERNS_USE] = "are made, but give no privilege",
		[USERNS_ALL] = "ok: an ordinary user can make and use them",
	};
	struct userns_answer answer;
	struct userns_advice advice;

	if (userns_try(&answer) < 0) {
		say("user namespaces", "could not be tried", NULL);
		return NULL;
	}
	advice = userns_explain(&answer, "/proc");
	printf("%-18s %s\n", "user namespaces", states[answer.step]);
	say_why(advice.why);
	if (advice.fix)
		printf("%-18s fix: %s\n", "", advice.fix);
	return advice.fix;
}

static bool check_sandbox(const char *userns_fix)
{
	const char *fix = NULL;
	const char *missing = sandbox_missing(&fix);

	if (!missing) {
		say("sandbox", "ok: user, mount, PID and other namespaces",
		    NULL);
		return true;
	}
	say("sandbox", missing, userns_fix ? userns_fix : fix);
	return false;
}

/* The first ID after all ranges of a table. */
static unsigned after_ranges(const char *table, unsigned least)
{
	auto_free char *text = NULL;
	unsigned after = least;
	char *rest;
	char *line;

	if (file_read_all(table, &text) < 0)
		return least;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		unsigned first;
		unsigned count;

		if (sscanf(line, "%*[^:]:%u:%u", &first, &count) == 2 &&
		    first + count > after)
			after = first + count;
	}
	return after;
}

/* A range that nobody else has: two users with one could be each other. */
static void say_usermod(void)
{
	unsigned first = after_ranges("/etc/subuid", 100000);

	first = after_ranges("/etc/subgid", first);
	printf("%-18s fix: sudo usermod --add-subuids %u-%u --add-subgids "
	       "%u-%u $USER\n",
	       "", first, first + 65535, first, first + 65535);
}

static void check_subids(void)
{
	const char *missing = sandbox_subids_missing();

	if (!missing) {
		say("subordinate IDs",
		    geteuid() == 0 ? "ok: root can map any ID"
				   : "ok: newuidmap and newgidmap map a range",
		    NULL);
		return;
	}
	say("subordinate IDs", "none; only one ID can be mapped", NULL);
	say_why(missing);
	if (strstr(missing, "/etc/"))
		say_usermod();
	else
		printf("%-18s fix: sudo apt-get install uidmap\n", "");
}

/* 1 works, 0 not; anything else that it could not be tried. */
static int try_idmap(void)
{
	int tablefd;
	int r;

	userns_be_ordinary();
	r = userns_become_root();
	if (r < 0)
		return r;
	tablefd = idmap_table();
	return tablefd < 0 ? tablefd : idmap_works(&tablefd);
}

static void check_idmap(void)
{
	pid_t child = fork();
	int r;

	if (child == 0) {
		r = try_idmap();
		_exit(r < 0 ? 2 : r);
	}
	r = child < 0 ? -errno : child_wait(child);
	if (r == 1)
		say("idmapped tmpfs", "ok: in a user namespace", NULL);
	else if (r == 0)
		say("idmapped tmpfs",
		    "not in a user namespace; that needs Linux 6.3", NULL);
	else
		say("idmapped tmpfs", "could not be tried", NULL);
}

/* What labs about groups need; the sandbox can live without. */
static void check_cgroup(void)
{
	char controllers[128];
	enum cgroup_lack lack = cgroup_try(controllers, sizeof(controllers));
	struct cgroup_advice advice = cgroup_explain(lack);

	if (lack == CGROUP_OK) {
		printf("%-18s ok: %s\n", "cgroup v2", controllers);
		return;
	}
	say("cgroup v2", advice.what, NULL);
	say_why("lab 07 needs them; limits are kept by a watchdog instead");
	printf("%-18s fix: %s\n", "", advice.fix);
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

/* Tried by booting it: that takes some seconds. */
static void check_machine(void)
{
	static const char *const argv[] = { "true", NULL };
	auto_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const struct machine_spec spec = { .argv = argv,
					   .stdinfd = null,
					   .stdoutfd = null,
					   .stderrfd = null };
	const char *fix = NULL;
	const char *missing = machine_missing(&fix);
	int status;

	if (missing) {
		say("lab machine", missing, fix);
		return;
	}
	status = machine_run(&spec, NULL);
	if (status == 0)
		say("lab machine", "ok: it boots", NULL);
	else
		say("lab machine",
		    status < 0 ? machine_strerror(status)
			       : "it boots, but runs no program",
		    "isolab machine --console true");
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
	sandbox = check_sandbox(check_userns());
	check_subids();
	check_idmap();
	check_cgroup();
	check_kvm();
	check_machine();
	return compiler && sandbox ? KIT_OK : KIT_FAILED;
}
