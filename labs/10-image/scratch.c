/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "walk.h"

enum { RANDOM_BYTES = 6, OUR_NAME_MAX = 200 };

/* ---- what dead ones have left ------------------------------------------------ */

static void remove_if_dead(int parentfd, const char *name)
{
	char path[WALK_NAME_MAX] = ".";
	auto_close int fd =
		openat(parentfd, name,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
	    flock(fd, LOCK_EX | LOCK_NB) < 0)
		return;
	/* Whatever stays is in nobody's way. */
	(void)walk_empty(fd, NULL, NULL, path);
	(void)unlinkat(parentfd, name, AT_REMOVEDIR);
}

static void remove_dead(int parentfd, const char *prefix)
{
	int fd = openat(parentfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			remove_if_dead(parentfd, entry->d_name);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
}

/* ---- a new one ----------------------------------------------------------------- */

static int open_folder(int dirfd, const char *name)
{
	int fd = openat(dirfd, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Between mkdirat(2) and flock(2) somebody may have taken it for a dead one. */
static int make_locked(struct scratch *scratch, const char *prefix)
{
	unsigned char random[RANDOM_BYTES];
	char hex[2 * RANDOM_BYTES + 1];
	struct stat st;

	for (;;) {
		auto_close int fd = -1;

		randombytes_buf(random, sizeof(random));
		sodium_bin2hex(hex, sizeof(hex), random, sizeof(random));
		snprintf(scratch->name, sizeof(scratch->name), "%s%s", prefix,
			 hex);
		if (mkdirat(scratch->parentfd, scratch->name, 0700) < 0) {
			scratch->name[0] = '\0';
			return -errno;
		}
		fd = open_folder(scratch->parentfd, scratch->name);
		if (fd == -ENOENT)
			continue;
		if (fd < 0)
			return fd;
		if (flock(fd, LOCK_EX) == 0 && fstat(fd, &st) == 0 &&
		    st.st_nlink > 0) {
			scratch->fd = steal_fd(&fd);
			return 0;
		}
	}
}

/* "a/b//" is b in a; "b" is b in ".". */
static int split(const char *dir, char **ret_parent, char *name, size_t size)
{
	char *copy = strdup(dir);
	char *slash;

	if (!copy)
		return -ENOMEM;
	while (strlen(copy) > 1 && copy[strlen(copy) - 1] == '/')
		copy[strlen(copy) - 1] = '\0';
	slash = strrchr(copy, '/');
	snprintf(name, size, "%s", slash ? slash + 1 : copy);
	if (slash)
		slash[slash == copy] = '\0';
	else
		strcpy(copy, *copy ? "." : "");
	*ret_parent = copy;
	if (!*name || strlen(name) > OUR_NAME_MAX || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return -EINVAL;
	return 0;
}

int scratch_init(struct scratch *scratch, const char *dir, struct why *why)
{
	auto_free char *parent = NULL;
	char prefix[OUR_NAME_MAX + 16];
	int r;

	*scratch = (struct scratch){ .parentfd = -1, .fd = -1, .treefd = -1 };
	r = split(dir, &parent, scratch->wanted, sizeof(scratch->wanted));
	if (r < 0)
		return why_set(why, r, NULL, "'%s' cannot be made", dir);
	scratch->parentfd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scratch->parentfd < 0)
		return why_set(why, -errno, NULL, "cannot open folder '%s'",
			       parent);
	snprintf(prefix, sizeof(prefix), ".oci-%.*s-", OUR_NAME_MAX,
		 scratch->wanted);
	remove_dead(scratch->parentfd, prefix);
	r = make_locked(scratch, prefix);
	if (r == 0 && mkdirat(scratch->fd, "tree", 0755) < 0)
		r = -errno;
	if (r == 0)
		r = scratch->treefd = open_folder(scratch->fd, "tree");
	/* The umask may have taken something away. */
	if (r >= 0 && fchmod(scratch->treefd, 0755) < 0)
		r = -errno;
	if (r < 0)
		return why_set(why, r, NULL, "cannot make a folder in '%s'",
			       parent);
	return 0;
}

int scratch_keep(struct scratch *scratch, struct why *why)
{
	if (renameat(scratch->fd, "tree", scratch->parentfd, scratch->wanted) <
	    0)
		return why_set(why, -errno, "remove it first, or take another",
			       "cannot make '%s'", scratch->wanted);
	return 0;
}

void scratch_release(struct scratch *scratch)
{
	char path[WALK_NAME_MAX] = ".";

	if (scratch->fd >= 0)
		(void)walk_empty(scratch->fd, NULL, NULL, path);
	if (scratch->name[0])
		(void)unlinkat(scratch->parentfd, scratch->name, AT_REMOVEDIR);
	if (scratch->treefd >= 0)
		(void)close(scratch->treefd);
	if (scratch->fd >= 0)
		(void)close(scratch->fd);
	if (scratch->parentfd >= 0)
		(void)close(scratch->parentfd);
	*scratch = (struct scratch){ .parentfd = -1, .fd = -1, .treefd = -1 };
}
