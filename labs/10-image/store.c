/* SPDX-License-Identifier: MIT */
/*
 * store.c - layers that images share
 *
 * Two images on the same base have the same lowest layers, with the same
 * digests.  Each is unpacked once; overlay puts them together, and a hundred
 * containers read the same files, which are in memory once.
 *
 * Libs:   jansson
 */
#include "store.h"

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

/* On a layer's folder: it was made without root.  Overlay does not show it. */
#define USER_MARK "user.overlay.isolab"

int store_init(struct store *store, const char *path, struct why *why)
{
	*store = (struct store){ 0 };
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return why_set(why, -errno, NULL, "cannot make the store '%s'",
			       path);
	store->path = realpath(path, NULL);
	if (!store->path)
		return why_set(why, -errno, NULL, "cannot open the store '%s'",
			       path);
	return 0;
}

static void forget_layers(struct store *store)
{
	while (store->nlayers > 0)
		free(store->layers[--store->nlayers]);
}

void store_release(struct store *store)
{
	forget_layers(store);
	free(store->path);
	*store = (struct store){ 0 };
}

const char *store_layer(const struct store *store, size_t i)
{
	for (size_t above = i + 1; above < store->nlayers; above++) {
		if (strcmp(store->layers[above], store->layers[i]) == 0)
			return NULL;
	}
	return store->layers[i];
}

static char *folder_of(const struct store *store, const struct digest *digest)
{
	char *path;

	if (asprintf(&path, "%s/%s", store->path, digest_hex(digest)) < 0)
		return NULL;
	return path;
}

/* ---- add ------------------------------------------------------------------------ */

/* Root of a user namespace may not write trusted attributes (lab 02). */
static int note_marks(int rootfd, struct why *why)
{
	int r;

	if (fsetxattr(rootfd, OPAQUE_TRUSTED, "x", 1, 0) == 0)
		r = fremovexattr(rootfd, OPAQUE_TRUSTED);
	else
		r = errno == EPERM ? fsetxattr(rootfd, USER_MARK, "y", 1, 0)
				   : -1;
	if (r < 0)
		return why_set(why, -errno,
			       "choose a --store on another file system",
			       "the store cannot have attributes");
	return 0;
}

static int unpack_to(const struct store *store, const char *folder,
		     struct unpacking *unpacking, const struct image *image,
		     size_t i)
{
	struct scratch scratch;
	json_t *implied = NULL;
	int r = scratch_init(&scratch, folder, unpacking->why);

	if (r == 0)
		r = unpack_layer(unpacking, image, i, scratch.treefd,
				 TARGET_OVERLAY, &implied);
	if (r == 0)
		r = note_marks(scratch.treefd, unpacking->why);
	if (r == 0)
		r = inherit_all(store, scratch.treefd, implied, i);
	if (r == 0)
		r = inherit_note(folder, implied);
	if (r == 0)
		r = scratch_keep(&scratch, unpacking->why);
	json_decref(implied);
	scratch_release(&scratch);
	return r < 0 ? why_set(unpacking->why, r, NULL,
			       "cannot put a layer into the store")
		     : 0;
}

/* Return: 1 if it had to be unpacked. */
static int see_that_it_is_there(const struct store *store, const char *folder,
				struct unpacking *unpacking,
				const struct image *image, size_t i)
{
	int r;

	if (access(folder, F_OK) == 0)
		return 0;
	r = unpack_to(store, folder, unpacking, image, i);
	if (r == 0)
		return 1;
	if (access(folder, F_OK) < 0)
		return r;
	/* Somebody else was faster: it is the same layer. */
	unpacking->why->text[0] = '\0';
	return 0;
}

static void chain(struct digest *chain_id, const struct digest *diff_id)
{
	struct hash hash;

	if (!chain_id->text[0]) {
		*chain_id = *diff_id;
		return;
	}
	hash_init(&hash);
	hash_add(&hash, chain_id->text, strlen(chain_id->text));
	hash_add(&hash, " ", 1);
	hash_add(&hash, diff_id->text, strlen(diff_id->text));
	hash_end(&hash, chain_id);
}

static int add_layer(struct store *store, struct unpacking *unpacking,
		     const struct image *image, size_t i,
		     const struct digest *chain_id)
{
	char *folder = folder_of(store, &image->layers[i].diff_id);
	int fits;
	int r;

	if (!folder)
		return -ENOMEM;
	store->layers[store->nlayers++] = folder;
	r = see_that_it_is_there(store, folder, unpacking, image, i);
	if (r < 0)
		return r;
	fits = inherit_fits(store, folder, i);
	if (fits != 0)
		return fits < 0 ? fits : r;
	folder = folder_of(store, chain_id);
	if (!folder)
		return -ENOMEM;
	free(store->layers[i]);
	store->layers[i] = folder;
	return see_that_it_is_there(store, folder, unpacking, image, i);
}

int store_add(struct store *store, struct unpacking *unpacking,
	      const struct image *image)
{
	struct digest chain_id = { "" };
	int added = 0;

	forget_layers(store);
	for (size_t i = 0; i < image->nlayers; i++) {
		int r;

		chain(&chain_id, &image->layers[i].diff_id);
		r = add_layer(store, unpacking, image, i, &chain_id);
		if (r < 0)
			return r;
		added += r;
	}
	return added;
}

bool store_uses_user_marks(const struct store *store)
{
	for (size_t i = 0; i < store->nlayers; i++) {
		if (getxattr(store->layers[i], USER_MARK, NULL, 0) >= 0)
			return true;
	}
	return false;
}

/* ---- look through the layers ---------------------------------------------------- */

static bool is_opaque(int fd)
{
	char mark;

	return fgetxattr(fd, OPAQUE_TRUSTED, &mark, 1) == 1 ||
	       fgetxattr(fd, OPAQUE_USER, &mark, 1) == 1;
}

/* What one layer says about a path: a descriptor; -EAGAIN "ask the lower
 * ones"; -ENOENT "it is not there". */
static int look_in(const char *folder, const char *path, mode_t type)
{
	auto_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_free char *copy = strdup(path);
	int otherwise = -EAGAIN;
	char *rest = copy;
	char *part;

	while (fd >= 0 && (part = strsep(&rest, "/"))) {
		struct stat st;
		int next;

		if (fstatat(fd, part, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return otherwise;
		if ((st.st_mode & S_IFMT) != (rest ? S_IFDIR : type))
			return -ENOENT;
		next = openat(fd, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		(void)close(fd);
		fd = next;
		if (rest && fd >= 0 && is_opaque(fd))
			otherwise = -ENOENT;
	}
	return fd < 0 ? -ENOENT : steal_fd(&fd);
}

int store_find(const struct store *store, const char *path, size_t below,
	       mode_t type)
{
	int fd = -EAGAIN;

	for (size_t i = below; fd == -EAGAIN && i-- > 0;)
		fd = look_in(store->layers[i], path, type);
	return fd == -EAGAIN ? -ENOENT : fd;
}

char *store_read(const struct store *store, const char *path)
{
	auto_close int fd = store_find(store, path, store->nlayers, S_IFREG);
	char *text = NULL;
	char name[64];

	if (fd < 0)
		return NULL;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return file_read_all(name, &text) < 0 ? NULL : text;
}
