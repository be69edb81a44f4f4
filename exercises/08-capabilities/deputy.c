/* SPDX-License-Identifier: MIT */
/*
 * deputy.c - run a command with one power of root and no other
 *
 * Usage:  deputy [-u ID] CAPABILITY COMMAND [ARGUMENT...]
 *
 *	(none)   COMMAND has CAPABILITY, such as cap_chown, and so has every
 *	         program that it executes; no other capability, now or later
 *	-u ID    as well, COMMAND is user ID and group ID, in no other group
 *
 * It is started by root, who may be root of a user namespace:
 *
 *	asroot --range build/bin/exercises/08-capabilities cap_chown sh
 *
 * The deputy trusts nobody: it may have been started with capabilities that
 * are inheritable, and in groups that it does not know.  COMMAND is an ordinary
 * file: it has no file capabilities and is not set-user-ID.
 *
 * Libs:   cap
 * Read:   capabilities(7), all of it; libcap(3), cap_get_proc(3)
 * Test:   isolab grade 08
 */
#include <grp.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "err.h"

/*
 * TASK 08.3: let no program that is executed from here on bring capabilities
 * with it, whatever file capabilities it has: take all but "keep" out of the
 * bounding set.  The kernel at hand may know more of them, or fewer, than the
 * header that you compile with.
 */
static void limit(cap_value_t keep)
{
	(void)keep;
}

/*
 * TASK 08.2: be user ID and group ID, and in no other group.  A process that
 * stops being user 0 loses its capabilities, unless it has said before that it
 * wants to keep them; and what it then keeps is permitted and not effective.
 * The tasks that follow need it to be effective again.
 */
static void become(unsigned id)
{
	die(0, "task 08.2 is not done yet: nobody is user %u", id);
}

/*
 * TASK 08.1: arrange that execve(2) hands on "cap" and nothing else to a program
 * without file capabilities.  Two sets of this process are for that, and the
 * kernel wants them filled in one order; the permitted and the effective set
 * need no care, because execve(2) computes them anew.  But as long as user 0 is
 * special it gives him everything: there is a securebit that says he is not.
 */
static void hand_on(cap_value_t cap)
{
	die(0, "task 08.1 is not done yet: capability %d is not handed on",
	    cap);
}

/*
 * TASK 08.4: close the ways back.  Set no_new_privs, so that execve(2) obeys
 * neither set-user-ID nor file capabilities; and set and lock all securebits
 * but SECBIT_KEEP_CAPS, which is to be off and locked.
 */
static void lock(void)
{
}

static noreturn void usage(void)
{
	fprintf(stderr,
		"usage: deputy [-u ID] CAPABILITY COMMAND [ARGUMENT...]\n");
	_exit(KIT_USAGE);
}

int main(int argc, char *argv[])
{
	cap_value_t cap;
	char *end = NULL;
	long user = -1;
	int option;

	/* The "+" stops at COMMAND, whose options are not ours. */
	while ((option = getopt(argc, argv, "+u:")) != -1) {
		if (option != 'u')
			usage();
		user = strtol(optarg, &end, 10);
		if (end == optarg || *end || user < 0)
			usage();
	}
	if (argc - optind < 2)
		usage();
	if (cap_from_name(argv[optind], &cap) < 0)
		die(0, "'%s' is no capability", argv[optind]);

	limit(cap);
	if (user >= 0)
		become((unsigned)user);
	hand_on(cap);
	lock();

	argv += optind + 1;
	execvp(argv[0], argv);
	die(-errno, "cannot run '%s'", argv[0]);
}
