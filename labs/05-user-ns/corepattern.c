/* SPDX-License-Identifier: MIT */
/*
 * corepattern.c - break-out: make the kernel run a program of yours, as root
 *
 * Usage:  corepattern
 *
 * /proc/sys/kernel/core_pattern says where a core dump goes.  If it begins
 * with "|" the rest is a program, and the kernel runs it when any process
 * crashes: as root, with all capabilities, outside every container.  Root of a
 * container that has no user namespace is user 0 of the machine, and that is
 * all the file asks for.  Writing one line and crashing is then a way out.
 *
 * This program only opens the file for writing, which changes nothing:
 *
 *	as you
 *	as root of a user namespace
 *	the same, with mount and PID namespaces and a /proc mounted afresh
 *
 * Where the first of them works it stops: the machine is yours to break.
 *
 * Idea:   user 0 is powerful by its number, and inside it is another number
 * Calls:  open(2)
 * Needs:  an ordinary user; the lab machine to see it work
 * Read:   core(5), "Piping core dumps to a program"; user_namespaces(7)
 * Test:   tests/graders/05-user-ns.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"
#include "userns.h"

static const char pattern[] = "/proc/sys/kernel/core_pattern";

/* No O_TRUNC, and no write(2): only whether we may. */
static int may_write(void)
{
	int fd = open(pattern, O_WRONLY | O_CLOEXEC);
	int r = sysret(fd);

	if (fd >= 0)
		(void)close(fd);
	return r;
}

static int say(const char *who, int r)
{
	printf("  %-44s %s\n", who, r < 0 ? strerror(-r) : "may write it");
	(void)fflush(stdout);
	return r < 0;
}

static int as_root_inside(void)
{
	int r = userns_become_root();

	if (r < 0)
		die_hint(r, "try: isolab doctor",
			 "cannot make a user namespace");
	return say("root of a user namespace", may_write());
}

/* A fresh /proc shows the same settings: they belong to the whole machine. */
static int with_own_proc(void)
{
	pid_t child;
	int r = userns_become_root();

	if (r == 1)
		r = sysret(unshare(CLONE_NEWNS | CLONE_NEWPID));
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot make namespaces");
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (mount("proc", "/proc", "proc", 0, NULL) < 0) {
			printf("  %-44s cannot mount it here: %s\n",
			       "the same with a fresh /proc", strerror(errno));
			(void)fflush(stdout);
			_exit(1);
		}
		_exit(say("the same with a fresh /proc", may_write()));
	}
	return child_wait(child);
}

/* 1 if the kernel refused. */
static int in_child(int (*fn)(void))
{
	pid_t child = fork();

	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(fn());
	}
	return child < 0 ? -errno : child_wait(child);
}

int main(void)
{
	char now[256];
	int r = file_read_at(AT_FDCWD, pattern, now, sizeof(now));

	if (r < 0)
		die(r, "cannot read %s", pattern);
	printf("%s is: %s", pattern, now);
	if (!say("you", may_write())) {
		printf("Nothing was written.  You are root of the machine, and "
		       "what is tried here\nwould work.  Run this as an "
		       "ordinary user, or break the lab machine:\n"
		       "isolab machine\n");
		return KIT_SKIP;
	}
	if (in_child(as_root_inside) == 1 && in_child(with_own_proc) == 1) {
		printf("The file is user 0's, and in there 0 is only a name "
		       "for you.\n");
		return KIT_OK;
	}
	printf("This kernel would let a container break out.\n");
	return KIT_FAILED;
}
