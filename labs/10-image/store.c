/* SPDX-License-Identifier: MIT */
/*
 * store.c - layers that images share
 *
 * Two images on the same base have the same lowest layers, with the same
 * digests.  Each is unpacked once; overlay puts them together, and a hundred
 * containers read the same files, which are in memory once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "scratch.h"
#include "unpack.h"

/* On a layer's folder: it was made without root.  Overlay does not show it. */
#define USER_MARK "user.overlay.isolab"

int store_init(struct store *store, const char *path, struct why *why)
{
	store->path = NULL;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return why_set(why, -errno, NULL, "cannot make the store '%s'",
			       path);
	store->path = realpath(path, NULL);
	if (!store->path)
		return why_set(why, -errno, NULL, "cannot open the store '%s'",
			       path);
	return 0;
}

void store_release(struct store *store)
{
	free(store->path);
	store->path = NULL;
}

static char *folder_of(const struct store *store, const struct digest *diff_id)
{
	char *path;

	if (asprintf(&path, "%s/%s", store->path, digest_hex(diff_id)) < 0)
		return NULL;
	return path;
}

static bool is_covered(const struct image *image, size_t i)
{
	for (size_t above = i + 1; above < image->nlayers; above++) {
		if (digest_equal(&image->layers[above].diff_id,
				 &image->layers[i].diff_id))
			return true;
	}
	return false;
}

char *store_layer(const struct store *store, const struct image *image,
		  size_t i)
{
	return is_covered(image, i)
		       ? strdup("")
		       : folder_of(store, &image->layers[i].diff_id);
}

/* ---- add ------------------------------------------------------------------------ */

/* Root of a user namespace may not write trusted attributes (lab 02). */
static int note_marks(int rootfd)
{
	if (fsetxattr(rootfd, OPAQUE_TRUSTED, "x", 1, 0) == 0)
		return fremovexattr(rootfd, OPAQUE_TRUSTED) < 0 ? -errno : 0;
	if (errno != EPERM)
		return -errno;
	return fsetxattr(rootfd, USER_MARK, "y", 1, 0) < 0 ? -errno : 0;
}

static int add_layer(const char *folder, struct unpacking *unpacking,
		     const struct image *image, size_t i)
{
	struct scratch scratch;
	int r = scratch_init(&scratch, folder, unpacking->why);

	if (r == 0)
		r = unpack_layer(unpacking, image, i, scratch.treefd,
				 TARGET_OVERLAY);
	if (r == 0) {
		r = note_marks(scratch.treefd);
		if (r < 0)
			why_set(unpacking->why, r,
				"choose a --store on another file system",
				"the store cannot have attributes");
	}
	if (r == 0)
		r = scratch_keep(&scratch, unpacking->why);
	scratch_release(&scratch);
	return r;
}

int store_add(const struct store *store, struct unpacking *unpacking,
	      const struct image *image)
{
	int added = 0;

	for (size_t i = 0; i < image->nlayers; i++) {
		auto_free char *folder =
			folder_of(store, &image->layers[i].diff_id);
		int r;

		if (!folder)
			return -ENOMEM;
		if (access(folder, F_OK) == 0)
			continue;
		r = add_layer(folder, unpacking, image, i);
		/* Somebody else was faster: it is the same layer. */
		if (r < 0 && access(folder, F_OK) == 0) {
			unpacking->why->text[0] = '\0';
			continue;
		}
		if (r < 0)
			return r;
		added++;
	}
	return added;
}

int store_uses_user_marks(const struct store *store, const struct image *image)
{
	for (size_t i = 0; i < image->nlayers; i++) {
		auto_free char *folder =
			folder_of(store, &image->layers[i].diff_id);

		if (!folder)
			return -ENOMEM;
		if (getxattr(folder, USER_MARK, NULL, 0) >= 0)
			return 1;
	}
	return 0;
}

/* ---- look through the layers ---------------------------------------------------- */

enum look { LOOK_FOUND, LOOK_BELOW, LOOK_GONE };

static bool is_opaque(int fd)
{
	char mark;

	return fgetxattr(fd, OPAQUE_TRUSTED, &mark, 1) == 1 ||
	       fgetxattr(fd, OPAQUE_USER, &mark, 1) == 1;
}

/* What one layer says about a path, and whether lower ones have a say. */
static enum look look_in(const char *folder, const char *path, int *ret_fd)
{
	auto_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_free char *copy = strdup(path);
	enum look otherwise = LOOK_BELOW;
	char *rest = copy;
	char *part;

	while (fd >= 0 && (part = strsep(&rest, "/"))) {
		struct stat st;
		int next;

		if (fstatat(fd, part, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return otherwise;
		if (rest ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
			return LOOK_GONE;
		next = openat(fd, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		(void)close(fd);
		fd = next;
		if (rest && fd >= 0 && is_opaque(fd))
			otherwise = LOOK_GONE;
	}
	if (fd < 0)
		return LOOK_GONE;
	*ret_fd = steal_fd(&fd);
	return LOOK_FOUND;
}

char *store_read(const struct store *store, const struct image *image,
		 const char *path)
{
	enum look look = LOOK_BELOW;
	char *text = NULL;
	char name[64];

	for (size_t i = image->nlayers; look == LOOK_BELOW && i-- > 0;) {
		auto_free char *folder =
			folder_of(store, &image->layers[i].diff_id);
		auto_close int fd = -1;

		look = folder ? look_in(folder, path, &fd) : LOOK_GONE;
		if (look != LOOK_FOUND)
			continue;
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		if (file_read_all(name, &text) < 0)
			return NULL;
	}
	return text;
}
