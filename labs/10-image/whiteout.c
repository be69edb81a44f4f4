/* SPDX-License-Identifier: MIT */
/*
 * whiteout.c - what a layer takes away
 *
 * An archive can only add files.  So an entry ".wh.NAME" says that NAME of the
 * layers below is gone, and ".wh..wh..opq" that everything is that the layers
 * below have in this folder.  Neither hides anything of its own layer, wherever
 * in the archive it comes: the layer is a state and not a list of commands.
 *
 * In a folder for overlay the kernel wants a character device 0,0 and an
 * attribute.  Anybody may make such a device, as it leads to no driver (since
 * Linux 5.8).
 *
 * Libs:   archive zstd z jansson
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "target.h"

static const char prefix[] = ".wh.";
static const char opaque[] = ".wh..wh..opq";

enum { PREFIX_LEN = sizeof(prefix) - 1 };

bool whiteout_is(const char *base)
{
	return strncmp(base, prefix, PREFIX_LEN) == 0;
}

bool whiteout_found(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0);
}

int whiteout_mark(struct target *target, int folderfd)
{
	if (fsetxattr(folderfd, OPAQUE_TRUSTED, "y", 1, 0) == 0)
		return 0;
	if (errno == EPERM && fsetxattr(folderfd, OPAQUE_USER, "y", 1, 0) == 0)
		return 0;
	return why_set(target->why, -errno,
		       "the store must be on a file system with attributes of "
		       "users: ext4, xfs, btrfs, or tmpfs since Linux 6.6",
		       "cannot mark a folder as opaque");
}

/* ---- flat --------------------------------------------------------------------- */

static bool is_of_this_layer(const char *path, void *arg)
{
	const struct target *target = arg;

	return json_object_get(target->placed, path) != NULL;
}

static int remove_lower(struct placing *placing, const char *name)
{
	char path[WALK_NAME_MAX];
	size_t above = (size_t)(placing->base - placing->name);

	/* Shorter than the whiteout's own name. */
	memcpy(path, placing->name, above);
	strcpy(path + above, name);
	return walk_remove(placing->dirfd, name, is_of_this_layer,
			   placing->target, path);
}

static int empty_lower(struct placing *placing)
{
	char path[WALK_NAME_MAX] = ".";
	size_t above = (size_t)(placing->base - placing->name);

	if (above > 1) {
		memcpy(path, placing->name, above - 1);
		path[above - 1] = '\0';
	}
	return walk_empty(placing->dirfd, is_of_this_layer, placing->target,
			  path);
}

/* ---- for overlay ---------------------------------------------------------------- */

static int mark_folder(struct placing *placing, const char *name)
{
	auto_close int fd =
		openat(placing->dirfd, name,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return whiteout_mark(placing->target, fd);
}

static int hide_lower(struct placing *placing, const char *name)
{
	int r;

	if (mknodat(placing->dirfd, name, S_IFCHR, makedev(0, 0)) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	/* This layer has it too: a folder must not be merged, a file hides. */
	r = mark_folder(placing, name);
	return r == -ENOTDIR || r == -ELOOP ? 0 : r;
}

/* ---- both ----------------------------------------------------------------------- */

int whiteout_apply(struct placing *placing)
{
	bool flat = placing->target->form == TARGET_FLAT;
	const char *name = placing->base + PREFIX_LEN;
	int r;

	if (strcmp(placing->base, opaque) == 0) {
		r = flat ? empty_lower(placing) : mark_folder(placing, ".");
	} else if (!*name || strcmp(name, ".") == 0 ||
		   strcmp(name, "..") == 0 || whiteout_is(name)) {
		return why_set(placing->target->why, -EBADMSG,
			       "do not use this image: it was made to remove "
			       "what is outside its root",
			       "a whiteout of '%s'", name);
	} else {
		r = flat ? remove_lower(placing, name)
			 : hide_lower(placing, name);
	}
	if (r < 0)
		return why_set(placing->target->why, r, NULL,
			       "cannot apply the whiteout");
	return 0;
}
