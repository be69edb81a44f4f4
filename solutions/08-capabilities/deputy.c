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
	/* SOLUTION BEGIN
	(void)keep;
	*/
	/* Beyond the last one the kernel says EINVAL. */
	for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; cap++) {
		if (cap != keep && cap_drop_bound(cap) < 0)
			die(-errno, "cannot drop capability %d", cap);
	}
	/* SOLUTION END */
}

/*
 * TASK 08.2: be user ID and group ID, and in no other group.  A process that
 * stops being user 0 loses its capabilities, unless it has said before that it
 * wants to keep them; and what it then keeps is permitted and not effective.
 * The tasks that follow need it to be effective again.
 */
static void become(unsigned id)
{
	/* SOLUTION BEGIN
	die(0, "task 08.2 is not done yet: nobody is user %u", id);
	*/
	cap_t caps;

	if (prctl(PR_SET_KEEPCAPS, 1) < 0)
		die(-errno, "cannot ask to keep capabilities");
	/* The groups first: user ID may not change them any more. */
	if (setgroups(0, NULL) < 0 || setresgid(id, id, id) < 0 ||
	    setresuid(id, id, id) < 0)
		die_hint(-errno, "is this ID mapped? see /proc/self/uid_map",
			 "cannot become user %u", id);

	caps = cap_get_proc();
	if (!caps || cap_fill(caps, CAP_EFFECTIVE, CAP_PERMITTED) < 0 ||
	    cap_set_proc(caps) < 0)
		die(-errno, "cannot use what was kept");
	(void)cap_free(caps);
	/* SOLUTION END */
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
	/* SOLUTION BEGIN
	die(0, "task 08.1 is not done yet: capability %d is not handed on",
	    cap);
	*/
	cap_t caps = cap_get_proc();

	if (!caps || cap_clear_flag(caps, CAP_INHERITABLE) < 0 ||
	    cap_set_flag(caps, CAP_INHERITABLE, 1, &cap, CAP_SET) < 0 ||
	    cap_set_proc(caps) < 0)
		die(-errno, "cannot make capability %d inheritable", cap);
	(void)cap_free(caps);

	/* Ambient is what is permitted and inheritable; others just left. */
	if (cap_set_ambient(cap, CAP_SET) < 0)
		die(-errno, "cannot make capability %d ambient", cap);
	if (cap_set_secbits(SECBIT_NOROOT) < 0)
		die(-errno, "cannot make user 0 an ordinary user");
	/* SOLUTION END */
}

/*
 * TASK 08.4: close the ways back.  Set no_new_privs, so that execve(2) obeys
 * neither set-user-ID nor file capabilities; and set and lock all securebits
 * but SECBIT_KEEP_CAPS, which is to be off and locked.
 */
static void lock(void)
{
	/* SOLUTION BEGIN
	*/
	unsigned bits = SECBIT_KEEP_CAPS_LOCKED;

	bits |= SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;
	bits |= SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED;
	/* This forbids what hand_on() has done by now. */
	bits |= SECBIT_NO_CAP_AMBIENT_RAISE;
	bits |= SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
	if (cap_set_secbits(bits) < 0)
		die(-errno, "cannot lock the securebits");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die(-errno, "cannot set no_new_privs");
	/* SOLUTION END */
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
