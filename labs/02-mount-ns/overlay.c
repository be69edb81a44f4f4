/* SPDX-License-Identifier: MIT */
/*
 * overlay.c - let a command change a folder, and see what it would change
 *
 * Usage:  overlay DIR SCRATCH COMMAND [ARGUMENT...]
 *
 * COMMAND runs in DIR and may change everything there.  DIR itself stays as
 * it is: the changes are kept in SCRATCH/upper and listed at the end.
 *
 * Idea:   an overlay writes beside what it shows
 * Calls:  mount(2) with type overlay, getxattr(2)
 * Needs:  nothing; without root it makes a user namespace first, and then
 *         Linux 5.11 or later
 * Read:   Documentation/filesystems/overlayfs.rst
 * Test:   tests/graders/02-mount-ns.c grades the exercise about this idea
 */
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "userns.h"

/* userxattr: mark with user.overlay.*, as only root may write trusted.*. */
static void mount_overlay(const char *dir)
{
	char options[PATH_MAX + 64];

	/* The working directory is SCRATCH. */
	if (snprintf(options, sizeof(options),
		     "lowerdir=%s,upperdir=upper,workdir=work,userxattr",
		     dir) >= (int)sizeof(options))
		die(-ENAMETOOLONG, "cannot use '%s'", dir);

	/* On DIR itself: who opens DIR from now on opens the overlay. */
	if (mount("overlay", dir, "overlay", 0, options) < 0)
		die(-errno, "cannot mount an overlay on '%s'", dir);
}

/* What the kernel leaves in the upper folder, in words. */
static int print_change(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	const char *name = path + sizeof("upper/") - 1;
	const char *what = "written";
	char opaque = 'n';

	(void)type;
	if (ftw->level == 0)
		return 0;

	if (S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0)) {
		what = "removed"; /* a "whiteout" */
	} else if (S_ISDIR(st->st_mode)) {
		/* An opaque folder hides the one below it. */
		(void)getxattr(path, "user.overlay.opaque", &opaque, 1);
		what = opaque == 'y' ? "replaced" : "inside";
	}
	printf("%-9s %s\n", what, name);
	return 0;
}

static void make_scratch(const char *scratch)
{
	if (chdir(scratch) < 0)
		die(-errno, "cannot enter '%s'", scratch);
	if ((mkdir("upper", 0755) < 0 && errno != EEXIST) ||
	    (mkdir("work", 0700) < 0 && errno != EEXIST))
		die(-errno, "cannot make folders in '%s'", scratch);
}

static noreturn void run_in(const char *dir, char *const command[])
{
	if (chdir(dir) < 0)
		die(-errno, "cannot enter '%s'", dir);
	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

int main(int argc, char *argv[])
{
	char dir[PATH_MAX];
	pid_t child;
	int status;
	int r;

	if (argc < 4) {
		fprintf(stderr, "usage: overlay DIR SCRATCH COMMAND "
				"[ARGUMENT...]\n");
		return KIT_USAGE;
	}
	if (!realpath(argv[1], dir))
		die(-errno, "cannot find '%s'", argv[1]);

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get a namespace");
	if (unshare(CLONE_NEWNS) < 0)
		die(-errno, "cannot make a mount namespace");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die(-errno, "cannot make the mounts private");

	make_scratch(argv[2]);
	mount_overlay(dir);
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0)
		run_in(dir, &argv[3]);

	status = child_wait(child);
	if (status < 0)
		die(status, "cannot wait for '%s'", argv[3]);
	if (nftw("upper", print_change, 16, FTW_PHYS) < 0)
		die(-errno, "cannot list the changes");
	return status;
}
