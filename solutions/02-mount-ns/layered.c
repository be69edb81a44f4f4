/* SPDX-License-Identifier: MIT */
/*
 * layered.c - run a command that has its own idea of what is mounted
 *
 * Usage:  layered [-l LAYERS] [-r DIR] [-n ROOT] COMMAND [ARGUMENT...]
 *
 *	-l LAYERS  mount an overlay on LAYERS/merged: LAYERS/lower is read,
 *	           LAYERS/upper takes what is written, LAYERS/work is for the
 *	           kernel; all four folders exist
 *	-r DIR     DIR and everything mounted below it can only be read
 *	-n ROOT    ROOT becomes the root directory, and the old one is gone
 *
 * All of it is true for COMMAND only: nobody else sees a change.  The options
 * work alone, and together:
 *
 *	layered -l box -r box/merged/data -n box/merged sh
 *
 * Read:   mount_namespaces(7), mount(2), mount_setattr(2), pivot_root(2);
 *         Documentation/filesystems/overlayfs.rst
 * Test:   isolab grade 02
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "userns.h"

/*
 * TASK 02.1: make a mount namespace, and then make every mount in it private,
 * the ones below "/" too.  unshare(2) copies the list of mounts, but a copy
 * still hears what happens to its original.
 */
static void own_mounts(void)
{
	/* SOLUTION BEGIN
	die(0, "task 02.1 is not done yet");
	*/
	if (unshare(CLONE_NEWNS) < 0)
		die(-errno, "cannot make a mount namespace");

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die(-errno, "cannot make the mounts private");
	/* SOLUTION END */
}

/*
 * TASK 02.2: mount a file system of type "overlay" on LAYERS/merged.  Its
 * options are one string: lowerdir=, upperdir=, workdir= and userxattr,
 * separated by commas.  Without root the last one is needed; find out why.
 */
static void mount_overlay(const char *layers)
{
	/* SOLUTION BEGIN
	die(0, "task 02.2 is not done yet: no overlay for %s", layers);
	*/
	char options[3 * PATH_MAX + 64];
	char merged[PATH_MAX];

	if (snprintf(merged, sizeof(merged), "%s/merged", layers) >=
	    (int)sizeof(merged))
		die(-ENAMETOOLONG, "cannot use '%s'", layers);

	/* This fits.  A comma or a colon in the path would be misread. */
	snprintf(options, sizeof(options),
		 "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work,"
		 "userxattr",
		 layers, layers, layers);

	if (mount("layered", merged, "overlay", 0, options) < 0)
		die(-errno, "cannot mount the overlay on '%s'", merged);
	/* SOLUTION END */
}

/*
 * TASK 02.3: bind DIR on itself, with everything that is mounted below it, and
 * then make all of those mounts read-only.  mount(2) ignores MS_RDONLY when it
 * makes a bind mount, and changes one mount only when it remounts;
 * mount_setattr(2) can do all of them at once.
 */
static void read_only(const char *dir)
{
	/* SOLUTION BEGIN
	die(0, "task 02.3 is not done yet: %s stays as it is", dir);
	*/
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

	if (mount(dir, dir, NULL, MS_BIND | MS_REC, NULL) < 0)
		die(-errno, "cannot bind '%s'", dir);

	if (mount_setattr(AT_FDCWD, dir, AT_RECURSIVE, &attr, sizeof(attr)) < 0)
		die(-errno, "cannot make '%s' read-only", dir);
	/* SOLUTION END */
}

/*
 * TASK 02.4: make ROOT the root of the mount namespace.  pivot_root(2) wants a
 * mount point, so bind ROOT on itself first, again with what is mounted below
 * it.  Then nothing of the old root may stay: not its mount, and not the
 * working directory.  The C library has no function for pivot_root(2); use
 * syscall(2).
 */
static void new_root(const char *root)
{
	/* SOLUTION BEGIN
	die(0, "task 02.4 is not done yet: %s is not the root", root);
	*/
	if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) < 0)
		die(-errno, "cannot bind '%s'", root);
	if (chdir(root) < 0)
		die(-errno, "cannot enter '%s'", root);

	/* The old root comes to lie on top of the new one, at "." ... */
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		die(-errno, "cannot make '%s' the root", root);

	/* ... from where it is taken off. */
	if (umount2(".", MNT_DETACH) < 0)
		die(-errno, "cannot detach the old root");
	if (chdir("/") < 0)
		die(-errno, "cannot enter the new root");
	/* SOLUTION END */
}

static noreturn void usage(void)
{
	fprintf(stderr, "usage: layered [-l LAYERS] [-r DIR] [-n ROOT] "
			"COMMAND [ARGUMENT...]\n");
	_exit(KIT_USAGE);
}

int main(int argc, char *argv[])
{
	const char *layers = NULL;
	const char *dir = NULL;
	const char *root = NULL;
	int option;
	int r;

	/* The "+" stops at COMMAND, whose options are not ours. */
	while ((option = getopt(argc, argv, "+l:r:n:")) != -1) {
		switch (option) {
		case 'l':
			layers = optarg;
			break;
		case 'r':
			dir = optarg;
			break;
		case 'n':
			root = optarg;
			break;
		default:
			usage();
		}
	}
	if (optind == argc)
		usage();

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get a namespace");

	own_mounts();
	if (layers)
		mount_overlay(layers);
	if (dir)
		read_only(dir);
	if (root)
		new_root(root);

	execvp(argv[optind], &argv[optind]);
	die(-errno, "cannot run '%s'", argv[optind]);
}
