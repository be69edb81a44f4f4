/* SPDX-License-Identifier: MIT */
#include "rootfs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "sys.h"

/* "rslave" and the like, without the r: all of these reach the whole tree. */
static uint64_t propagation_of(const char *name, uint64_t otherwise)
{
	if (!name)
		return otherwise;
	name += name[0] == 'r';
	if (strcmp(name, "shared") == 0)
		return MS_SHARED;
	if (strcmp(name, "slave") == 0)
		return MS_SLAVE;
	return strcmp(name, "unbindable") == 0 ? MS_UNBINDABLE : MS_PRIVATE;
}

static int set_propagation(uint64_t propagation, struct report *rep,
			   const char *what)
{
	struct mount_attr attr = { .propagation = propagation };

	return report_call(
		rep, sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr),
		"mount_setattr", "%s", what);
}

int rootfs_attach(const struct spec *spec, const struct mounts *mounts,
		  struct report *rep)
{
	uint64_t propagation =
		propagation_of(spec->rootfs_propagation, MS_SLAVE);
	auto_close int treefd = -1;
	auto_close int tofd = -1;
	int r;

	/* Never shared, or else pivot_root(2) refuses. */
	if (propagation != MS_PRIVATE)
		propagation = MS_SLAVE;
	r = set_propagation(propagation, rep, "/, cut off from the host");
	if (r < 0)
		return r;
	treefd = mounts->rootfd >= 0
			 ? report_call(rep, sysret(dup(mounts->rootfd)), "dup",
				       "root")
			 : report_call(rep,
				       sys_open_tree(AT_FDCWD, spec->root_path,
						     OPEN_TREE_CLONE |
							     AT_RECURSIVE),
				       "open_tree", "%s", spec->root_path);
	if (treefd < 0)
		return treefd;
	/* Anywhere will do as its place: the old root goes away. */
	tofd = sys_open(mounts->rootfd >= 0 ? "/" : spec->root_path,
			O_PATH | O_DIRECTORY);
	if (report_call(rep, tofd, "open", "%s", spec->root_path) < 0)
		return tofd;
	r = mounts_attach(treefd, tofd, rep, spec->root_path);
	if (r == 0)
		r = report_call(rep, sysret(fchdir(treefd)), "fchdir", "root");
	return r < 0 ? r : steal_fd(&treefd);
}

static int pivot(int rootfd, struct report *rep)
{
	int r = report_call(rep, sysret(fchdir(rootfd)), "fchdir", "root");

	/* The old root is put below the new one's mount, at the same place,
	 * and is on top there: "." reaches it once more. */
	if (r == 0)
		r = report_call(rep, sys_pivot_root(".", "."), "pivot_root",
				"., .");
	if (r == 0)
		r = report_call(rep, sys_umount2(".", MNT_DETACH), "umount2",
				"the old root");
	return r < 0 ? r : report_call(rep, sysret(chdir("/")), "chdir", "/");
}

/* pivot_root(2) refuses when the root is the initial ramfs. */
static int move(int rootfd, struct report *rep)
{
	int r = report_call(rep, sysret(fchdir(rootfd)), "fchdir", "root");

	if (r == 0)
		r = report_call(rep, sys_mount(".", "/", NULL, MS_MOVE, NULL),
				"mount", "MS_MOVE, root");
	if (r == 0)
		r = report_call(rep, sysret(chroot(".")), "chroot", ".");
	return r < 0 ? r : report_call(rep, sysret(chdir("/")), "chdir", "/");
}

int rootfs_enter(int rootfd, const struct spec *spec, bool no_pivot,
		 struct report *rep)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	int r = 0;

	if (spec->root_readonly)
		r = report_call(
			rep,
			sys_mount_setattr(rootfd, "", AT_EMPTY_PATH, &readonly),
			"mount_setattr", "root, read-only");
	if (r == 0)
		r = no_pivot ? move(rootfd, rep) : pivot(rootfd, rep);
	if (r == 0 && spec->rootfs_propagation)
		r = set_propagation(
			propagation_of(spec->rootfs_propagation, MS_PRIVATE),
			rep, spec->rootfs_propagation);
	return r;
}
