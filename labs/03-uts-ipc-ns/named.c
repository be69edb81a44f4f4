/* SPDX-License-Identifier: MIT */
/*
 * named.c - run a command that believes in another hostname
 *
 * Usage:  named HOSTNAME COMMAND [ARGUMENT...]
 *         named --join PID COMMAND [ARGUMENT...]
 *
 * Idea:   a UTS namespace is a private copy of two strings
 * Calls:  unshare(2) with CLONE_NEWUTS, sethostname(2), setns(2)
 * Needs:  CAP_SYS_ADMIN; a user namespace gives it to an ordinary user
 * Read:   uts_namespaces(7), namespaces(7)
 * Test:   tests/graders/03-uts-ipc-ns.c grades the exercise about this idea
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "userns.h"

/*
 * unshare(2) first: the names begin as copies of those outside, and from then
 * on a change is seen in here only.  The other way round it would rename the
 * machine, or, for an ordinary user, be refused.
 */
static void be_named(const char *hostname)
{
	int r = userns_become_root();

	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	if (unshare(CLONE_NEWUTS) < 0)
		die(-errno, "cannot make a UTS namespace");
	if (sethostname(hostname, strlen(hostname)) < 0)
		die_hint(-errno, "a hostname has at most 64 bytes",
			 "cannot set the hostname '%s'", hostname);
}

/*
 * The namespaces of PID belong to its user namespace, so that is joined as
 * well.  One call for both: joined one after the other, the user namespace
 * would have to be first.
 */
static void join(const char *pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, strtol(pid, NULL, 10), 0);

	if (pidfd < 0)
		die(-errno, "cannot open process '%s'", pid);
	if (setns(pidfd, CLONE_NEWUSER | CLONE_NEWUTS) < 0)
		die_hint(-errno, "it must be yours, and in a user namespace",
			 "cannot join the namespaces of process %s", pid);
}

int main(int argc, char *argv[])
{
	if (argc < 3 || (strcmp(argv[1], "--join") == 0 && argc < 4)) {
		fprintf(stderr,
			"usage: %s HOSTNAME COMMAND [ARGUMENT...]\n"
			"       %s --join PID COMMAND [ARGUMENT...]\n",
			argv[0], argv[0]);
		return KIT_USAGE;
	}

	if (strcmp(argv[1], "--join") == 0) {
		join(argv[2]);
		argv++;
	} else {
		be_named(argv[1]);
	}
	execvp(argv[2], &argv[2]);
	die(-errno, "cannot run '%s'", argv[2]);
}
