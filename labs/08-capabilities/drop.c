/* SPDX-License-Identifier: MIT */
/*
 * drop.c - run a command with fewer capabilities, one layer at a time
 *
 * Usage:  drop [-b] [-n] [-s] CAPABILITIES COMMAND [ARGUMENT...]
 *
 *	CAPABILITIES   what is kept: names with commas, or "none"
 *	(no option)    the others are taken out of the permitted, effective,
 *	               inheritable and ambient sets; what is kept is made
 *	               ambient
 *	-b             and out of the bounding set
 *	-s             set and lock the securebits, so that user 0 is nobody
 *	               special
 *	-n             set no_new_privs
 *
 * Without an option this does little for root: execve(2) gives user 0 all that
 * the bounding set has.  Try the options one by one with "sets" for COMMAND;
 * rules.c shows why.  Without privilege a user namespace is made first, as in
 * labs 01 to 04.
 *
 * Idea:   giving up a power is easy; not getting it back takes four locks
 * Calls:  capset(2), prctl(2), by way of libcap
 * Needs:  nothing
 * Libs:   cap
 * Read:   capabilities(7), cap_get_proc(3)
 * Test:   tests/graders/08-capabilities.c grades the exercise about this idea
 */
#include <linux/securebits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "err.h"
#include "userns.h"

struct options {
	bool bound;
	bool secure;
	bool no_new_privs;
	cap_t keep; /* in its permitted set; owned */
};

/* Read "cap_chown,cap_kill" into the three sets of a new capability state. */
static cap_t parse(char *list)
{
	cap_t keep = cap_init();
	char *name;

	if (!keep)
		die(-errno, "cannot make a capability state");
	while ((name = strsep(&list, ","))) {
		cap_value_t cap;

		if (strcmp(name, "none") == 0)
			continue;
		if (cap_from_name(name, &cap) < 0)
			die_hint(0, "see capabilities(7) for their names",
				 "'%s' is no capability", name);
		for (int set = CAP_EFFECTIVE; set <= CAP_INHERITABLE; set++)
			if (cap_set_flag(keep, (cap_flag_t)set, 1, &cap,
					 CAP_SET) < 0)
				die(-errno, "cannot note '%s'", name);
	}
	return keep;
}

static bool is_kept(const struct options *options, cap_value_t cap)
{
	cap_flag_value_t value = CAP_CLEAR;

	(void)cap_get_flag(options->keep, cap, CAP_PERMITTED, &value);
	return value == CAP_SET;
}

/*
 * A one-way street for this process and all that come from it.  Needs
 * CAP_SETPCAP, which is why it comes before that is given up.
 */
static void drop_bounding(const struct options *options)
{
	for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; cap++)
		if (!is_kept(options, cap) && cap_drop_bound(cap) < 0)
			die(-errno, "cannot drop capability %d", cap);
}

/*
 * A capability can be ambient only while it is permitted and inheritable, so
 * the inheritable set comes first; the rest is still permitted after that.
 */
static void make_ambient(const struct options *options)
{
	cap_t now = cap_get_proc();

	if (!now || cap_fill_flag(now, CAP_INHERITABLE, options->keep,
				  CAP_INHERITABLE) < 0)
		die(-errno, "cannot read the capabilities");
	if (cap_set_proc(now) < 0)
		die(-errno, "cannot set the inheritable set");
	(void)cap_free(now);
	if (cap_reset_ambient() < 0)
		die(-errno, "cannot clear the ambient set");
	for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; cap++)
		if (is_kept(options, cap) && cap_set_ambient(cap, CAP_SET) < 0)
			die(-errno, "cannot make capability %d ambient", cap);
}

static void lock_securebits(void)
{
	const unsigned base = SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP |
			      SECBIT_NO_CAP_AMBIENT_RAISE;

	/* Each lock is the bit to the left of what it locks. */
	if (cap_set_secbits(base | SECURE_ALL_LOCKS) < 0)
		die(-errno, "cannot lock the securebits");
}

static noreturn void usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [-b] [-n] [-s] CAPABILITIES COMMAND "
		"[ARGUMENT...]\n",
		name);
	_exit(KIT_USAGE);
}

int main(int argc, char *argv[])
{
	struct options options = { 0 };
	int option;
	int r;

	while ((option = getopt(argc, argv, "+bns")) != -1) {
		options.bound |= option == 'b';
		options.no_new_privs |= option == 'n';
		options.secure |= option == 's';
		if (option == '?')
			usage(argv[0]);
	}
	if (argc - optind < 2)
		usage(argv[0]);
	options.keep = parse(argv[optind]);

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");

	make_ambient(&options);
	if (options.bound)
		drop_bounding(&options);
	if (options.secure)
		lock_securebits();
	if (options.no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die(-errno, "cannot set no_new_privs");
	if (cap_set_proc(options.keep) < 0)
		die(-errno, "cannot give up the other capabilities");
	(void)cap_free(options.keep);

	execvp(argv[optind + 1], &argv[optind + 1]);
	die(-errno, "cannot run '%s'", argv[optind + 1]);
}
