/* SPDX-License-Identifier: MIT */
/*
 * visit.c - visit another root directory, and get out of one
 *
 * Usage:  visit ROOT COMMAND [ARGUMENT...]
 *         visit --escape FILE
 *
 *	The first form runs COMMAND, a path below ROOT, with ROOT as its root
 *	directory.  COMMAND starts in ROOT and finds only the descriptors 0, 1
 *	and 2 open.
 *
 *	The second form is started as root inside a chroot(2).  It leaves the
 *	chroot and prints FILE, a path as seen from outside.
 *
 * Read:   chroot(2); path_resolution(7), "Root directory"; close_range(2)
 * Test:   isolab grade 01
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "userns.h"

/*
 * TASK 01.1: make ROOT the root directory of this process, and its working
 * directory too.  ROOT may be a relative path.
 */
static void enter(const char *root)
{
	die(0, "task 01.1 is not done yet: %s is not entered", root);
}

/*
 * TASK 01.2: see that COMMAND finds no descriptor but 0, 1 and 2.  Whoever
 * started us may have left any number open, and a folder among them is a way
 * out.
 */
static void close_others(void)
{
	fputs("task 01.2 is not done yet: descriptors stay open\n", stderr);
}

/*
 * TASK 01.3: leave the root directory that somebody has put us in.  We are
 * root, but have no descriptor from outside.  The root directory of a process
 * stops its ".." only if it meets it on the way up.
 */
static void leave(void)
{
	die(0, "task 01.3 is not done yet: still inside");
}

static void print_file(const char *path)
{
	auto_free char *text = NULL;
	int r = file_read_all(path, &text);

	if (r >= 0)
		r = write_all(STDOUT_FILENO, text, strlen(text));
	if (r < 0)
		die(r, "cannot print '%s'", path);
}

int main(int argc, char *argv[])
{
	int r;

	if (argc == 3 && strcmp(argv[1], "--escape") == 0) {
		leave();
		print_file(argv[2]);
		return KIT_OK;
	}
	if (argc < 3) {
		fprintf(stderr,
			"usage: %s ROOT COMMAND [ARGUMENT...]\n"
			"       %s --escape FILE\n",
			argv[0], argv[0]);
		return KIT_USAGE;
	}

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor",
			 "cannot get the privilege for chroot");
	enter(argv[1]);
	close_others();
	execv(argv[2], &argv[2]);
	die(-errno, "cannot run '%s' in '%s'", argv[2], argv[1]);
}
