/* SPDX-License-Identifier: MIT */
/*
 * inherit.c - a folder that a layer only implies is like the one below
 *
 * Libs:   jansson
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
#include "err.h"
#include "file.h"
#include "listing.h"
#include "store.h"

enum { LIST_BYTES = 1 << 14, VALUE_BYTES = 1 << 16 };

/* ---- compare -------------------------------------------------------------------- */

/* Return: 1 equal, 0 not, or there is none below: then it is as it should be. */
static int is_like_below(const struct store *store, const char *folder,
			 const char *name, size_t below)
{
	auto_close int lower = store_find(store, name, below, S_IFDIR);
	auto_close int layer = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_close int mine = -1;
	auto_free char *a = NULL;
	auto_free char *b = NULL;
	int r;

	if (lower < 0)
		return 1;
	mine = walk_open(layer, name, O_RDONLY | O_DIRECTORY, false);
	if (mine < 0)
		return mine;
	r = tree_describe(lower, &a);
	if (r == 0)
		r = tree_describe(mine, &b);
	return r < 0 ? r : strcmp(a, b) == 0;
}

int inherit_fits(const struct store *store, const char *folder, size_t below)
{
	auto_free char *list = NULL;
	auto_free char *path = NULL;
	int len;

	if (asprintf(&path, "%s.implied", folder) < 0)
		return -ENOMEM;
	len = file_read_all(path, &list);
	for (int at = 0; at < len; at += (int)strlen(list + at) + 1) {
		int r = is_like_below(store, folder, list + at, below);

		if (r != 1)
			return r;
	}
	return len < 0 ? len : 1;
}

int inherit_note(const char *folder, const json_t *implied)
{
	auto_free char *path = NULL;
	auto_close int fd = -1;
	const char *name;
	json_t *value;

	if (asprintf(&path, "%s.implied", folder) < 0)
		return -ENOMEM;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	json_object_foreach((json_t *)(uintptr_t)implied, name, value)
	{
		int r = write_all(fd, name, strlen(name) + 1);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- copy ----------------------------------------------------------------------- */

static int copy_xattrs(int from, int to)
{
	auto_free char *list = malloc(LIST_BYTES);
	auto_free char *value = malloc(VALUE_BYTES);
	ssize_t n;

	if (!list || !value)
		return -ENOMEM;
	n = flistxattr(from, list, LIST_BYTES);
	if (n < 0)
		/* cppcheck-suppress memleak ; it is auto_free */
		return errno == EOPNOTSUPP ? 0 : -errno;
	for (char *name = list; name < list + n; name += strlen(name) + 1) {
		ssize_t size;

		if (!xattr_is_kept(name) && strcmp(name, IDS_XATTR) != 0)
			continue;
		size = fgetxattr(from, name, value, VALUE_BYTES);
		if (size < 0 || fsetxattr(to, name, value, (size_t)size, 0) < 0)
			return -errno;
	}
	return 0;
}

static int copy_attributes(int from, int to)
{
	struct timespec times[2];
	struct stat st;
	int r;

	if (fstat(from, &st) < 0 || fchown(to, st.st_uid, st.st_gid) < 0 ||
	    fchmod(to, st.st_mode & 07777) < 0)
		return -errno;
	r = copy_xattrs(from, to);
	times[0] = times[1] = st.st_mtim;
	return r < 0 ? r : sysret(futimens(to, times));
}

int inherit_all(const struct store *store, int rootfd, const json_t *implied,
		size_t below)
{
	const char *name;
	json_t *value;
	int r = 0;

	json_object_foreach((json_t *)(uintptr_t)implied, name, value)
	{
		auto_close int lower = store_find(store, name, below, S_IFDIR);
		auto_close int mine = -1;

		if (lower < 0)
			continue;
		mine = walk_open(rootfd, name, O_RDONLY | O_DIRECTORY, false);
		if (mine < 0)
			return mine == -ENOENT || mine == -ENOTDIR ? 0 : mine;
		r = copy_attributes(lower, mine);
		if (r < 0)
			return r;
	}
	return 0;
}
