/* SPDX-License-Identifier: MIT */
/*
 * jail.c - run a command that sees another root directory
 *
 * Usage:  jail [-cdw] ROOT COMMAND [ARGUMENT...]
 *           -c  keep the capabilities       each option leaves out one
 *           -d  keep the open descriptors   step, so that breakout.c can
 *           -w  keep the working directory  show what the step is for
 *
 * Idea:   "/" is an attribute of a process, and chroot(2) changes nothing else
 * Calls:  chroot(2), chdir(2), close_range(2), prctl(2), execve(2)
 * Needs:  CAP_SYS_CHROOT; a user namespace gives it to an ordinary user
 * Read:   chroot(2), NOTES; path_resolution(7); capabilities(7)
 * Test:   tests/graders/01-chroot.c grades the exercise about the same idea
 */
#include <linux/close_range.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "userns.h"

enum { CANNOT_RUN = 126, NOT_FOUND = 127 }; /* as the shell has them */

struct options {
	bool keep_caps;
	bool keep_fds;
	bool keep_cwd;
};

/*
 * Descriptors 0 to 2 go to COMMAND, and the shell can open anything there:
 * "jail ROOT COMMAND </" would hand it the whole tree on descriptor 0.
 */
static void refuse_directories(void)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++)
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			die_hint(0, "redirect it elsewhere, or keep it with -d",
				 "descriptor %d is a directory, a way out", fd);
}

/*
 * chroot(2) asks for CAP_SYS_CHROOT in the caller's own user namespace, so a
 * new one is enough.  It has to be made first: a process that is in a chroot
 * may not make one.
 */
static void get_privilege(void)
{
	int r = userns_become_root();

	if (r == -EPERM)
		die_hint(r,
			 "inside a chroot it never can be; else try: "
			 "isolab doctor",
			 "cannot make a user namespace");
	if (r < 0)
		die_hint(r, "try: isolab doctor",
			 "cannot make a user namespace");
}

/*
 * From here on, "/" in a path means ROOT, and ".." stops there.  But only what
 * is looked up from "/" obeys: the kernel compares each step of a path with
 * the process's root, and a working directory that is already outside never
 * meets it on its way up.
 */
static void enter(const char *root, const struct options *options)
{
	if (chroot(root) < 0)
		die_hint(-errno,
			 errno == ENOENT || errno == ENOTDIR
				 ? "ROOT is a folder with COMMAND in it: make "
				   "one as labs/01-chroot/README.md does"
				 : "can you search it, and all above it?",
			 "cannot make '%s' the root directory", root);

	/* Not chdir(root): that path would be looked up inside ROOT. */
	if (!options->keep_cwd && chdir("/") < 0)
		die(-errno, "cannot change to the new root directory");
}

/*
 * Whatever the caller left open is inherited, and no root directory limits a
 * descriptor: openat(2) and fchdir(2) start from it.  No loop could know where
 * to end, so one call marks all that there are, up to the largest number.
 */
static void close_the_doors(void)
{
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		die_hint(-errno, "this needs Linux 5.11 or newer",
			 "cannot close the inherited descriptors");
}

/*
 * CAP_SYS_CHROOT is the key of this jail: who has it can call chroot(2) once
 * more and walk out.  execve(2) gives a process with UID 0 every capability of
 * its bounding set, so that set is emptied, until the kernel says that there
 * is no such capability.  CAP_SETPCAP allows it and stays in the effective set
 * up to the execve(2).
 *
 * no_new_privs closes the other entrance, programs that are set-user-ID or
 * have capabilities of their own.
 */
static void throw_away_the_key(void)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			die(-errno, "cannot drop capability %d", cap);

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die(-errno, "cannot set no_new_privs");
}

/* execve(2) says ENOENT for a missing loader, too: tell them apart. */
static int run(char *const command[])
{
	const char *hint = "it needs read and execute permission";
	int err;

	execvp(command[0], command);
	err = errno;
	if (err == ENOEXEC)
		hint = "it is no program for this kernel";
	else if (err == ENOENT && access(command[0], F_OK) == 0)
		hint = "it is there, but not its loader or interpreter: copy "
		       "those into ROOT too, or use a static program";
	else if (err == ENOENT)
		hint = "it is looked up inside ROOT";

	fprintf(stderr, "%s: cannot run '%s': %s (%s)\n",
		program_invocation_short_name, command[0], strerror(err), hint);
	return err == ENOENT ? NOT_FOUND : CANNOT_RUN;
}

static int usage(void)
{
	fprintf(stderr, "usage: %s [-cdw] ROOT COMMAND [ARGUMENT...]\n",
		program_invocation_short_name);
	return KIT_USAGE;
}

int main(int argc, char *argv[])
{
	struct options options = { 0 };
	int opt;

	/* "+": what looks like an option after ROOT belongs to COMMAND. */
	while ((opt = getopt(argc, argv, "+cdw")) != -1) {
		if (opt == '?')
			return usage();
		options.keep_caps |= opt == 'c';
		options.keep_fds |= opt == 'd';
		options.keep_cwd |= opt == 'w';
	}
	if (argc - optind < 2)
		return usage();

	if (!options.keep_fds)
		refuse_directories();
	get_privilege();
	enter(argv[optind], &options);
	if (!options.keep_fds)
		close_the_doors();
	if (!options.keep_caps)
		throw_away_the_key();
	return run(&argv[optind + 1]);
}
