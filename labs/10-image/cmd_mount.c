/* SPDX-License-Identifier: MIT */
/*
 * cmd_mount.c - oci mount: the layers of an image, put together by the kernel
 *
 *	layer N, the topmost	lowerdir+=...		from the store
 *	...			lowerdir+=...
 *	layer 1			lowerdir+=...
 *	an empty folder		lowerdir+=...		overlay wants two at least
 *	DIR			the overlay, in COMMAND's mount namespace only
 *
 * It can only be read: a container would have an upper folder of its own, as
 * in lab 02.  One option for each layer: the old way, all of them in one
 * option with colons between, ends at a page, or some sixty layers.
 *
 * See: Documentation/filesystems/overlayfs.rst, "Multiple lower layers".
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "commands.h"
#include "err.h"

static int set(int fsfd, const char *key, const char *value)
{
	return fsconfig(fsfd, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			key, value, 0) < 0
		       ? -errno
		       : 0;
}

static int add_empty(int fsfd, const struct store *store)
{
	auto_free char *path = NULL;

	if (asprintf(&path, "%s/empty", store->path) < 0)
		return -ENOMEM;
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	return set(fsfd, "lowerdir+", path);
}

static int add_layers(int fsfd, const struct store *store)
{
	int r = store_uses_user_marks(store) ? set(fsfd, "userxattr", NULL) : 0;

	for (size_t i = store->nlayers; r == 0 && i-- > 0;) {
		const char *path = store_layer(store, i);

		if (path)
			r = set(fsfd, "lowerdir+", path);
	}
	return r < 0 ? r : add_empty(fsfd, store);
}

static int put_together(const struct store *store, const char *dir)
{
	auto_close int fsfd = fsopen("overlay", FSOPEN_CLOEXEC);
	auto_close int mountfd = -1;
	int r;

	if (fsfd < 0)
		return -errno;
	r = add_layers(fsfd, store);
	if (r < 0)
		return r;
	if (fsconfig(fsfd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	mountfd = fsmount(fsfd, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
	if (mountfd < 0 ||
	    move_mount(mountfd, "", AT_FDCWD, dir, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

static int mount_image(struct options *options, const struct store *store,
		       const char *dir)
{
	int r;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return why_set(&options->why, -errno, "try: isolab doctor",
			       "cannot make a mount namespace");
	r = put_together(store, dir);
	if (r < 0)
		return why_set(
			&options->why, r,
			"it needs Linux 6.8; oci unpack does the same by "
			"copying",
			"cannot mount the layers on '%s'", dir);
	return 0;
}

int cmd_mount(struct options *options, char **argv)
{
	auto_free char *beside = NULL;
	struct store store = { 0 };
	struct image image;
	int r = image_open(&image, argv[0], &options->why);

	if (asprintf(&beside, "%s.layers", argv[1]) < 0)
		beside = NULL;
	if (r == 0)
		r = store_init(&store, options->store ? options->store : beside,
			       &options->why);
	if (r == 0)
		r = store_add(&store, &options->unpacking, &image);
	if (r >= 0)
		r = mount_image(options, &store, argv[1]);
	store_release(&store);
	image_release(&image);
	if (r < 0)
		return r;
	(void)sigprocmask(SIG_SETMASK, &options->old_mask, NULL);
	execvp(argv[2], &argv[2]);
	return why_set(&options->why, -errno, NULL, "cannot run '%s'", argv[2]);
}
