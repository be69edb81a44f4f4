/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

_Static_assert((size_t)TREE_DIGEST_BYTES == crypto_generichash_BYTES,
	       "libsodium's default length");

enum { DEPTH_MAX = 32 };

static void add(crypto_generichash_state *hash, const void *data, size_t len)
{
	crypto_generichash_update(hash, data, len);
}

/* With its length, so that two strings cannot pass for another two. */
static void add_string(crypto_generichash_state *hash, const char *s,
		       size_t len)
{
	uint64_t len_bytes = len;

	add(hash, &len_bytes, sizeof(len_bytes));
	add(hash, s, len);
}

static int add_content(crypto_generichash_state *hash, int dirfd,
		       const char *name)
{
	auto_close int fd = -1;
	char block[16384];
	ssize_t n;

	/* O_NONBLOCK: should it have become a FIFO meanwhile. */
	fd = openat(dirfd, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = read(fd, block, sizeof(block))) > 0)
		add(hash, block, (size_t)n);
	return n < 0 ? -errno : 0;
}

static int add_folder(crypto_generichash_state *hash, int dirfd, int depth);

static int add_entry(crypto_generichash_state *hash, int dirfd,
		     const char *name, int depth)
{
	char target[PATH_MAX];
	struct stat st;
	uint64_t head[3];
	ssize_t n;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	head[0] = st.st_mode;
	head[1] = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	head[2] = st.st_rdev;
	add_string(hash, name, strlen(name));
	add(hash, head, sizeof(head));

	if (S_ISREG(st.st_mode))
		return add_content(hash, dirfd, name);
	if (S_ISLNK(st.st_mode)) {
		n = readlinkat(dirfd, name, target, sizeof(target));
		if (n < 0)
			return -errno;
		add_string(hash, target, (size_t)n);
	}
	if (S_ISDIR(st.st_mode)) {
		auto_close int fd =
			openat(dirfd, name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		return fd < 0 ? -errno : add_folder(hash, fd, depth + 1);
	}
	return 0;
}

static int no_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0;
}

/* By byte value: alphasort(3) would depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_folder(crypto_generichash_state *hash, int dirfd, int depth)
{
	struct dirent **entries;
	uint64_t count;
	int n;
	int r = 0;

	if (depth > DEPTH_MAX)
		return -ELOOP;
	n = scandirat(dirfd, ".", &entries, no_dots, by_name);
	if (n < 0)
		return -errno;

	count = (uint64_t)n;
	add(hash, &count, sizeof(count));
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = add_entry(hash, dirfd, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int tree_digest(int dirfd, struct tree_digest *ret)
{
	crypto_generichash_state hash;
	int r;

	crypto_generichash_init(&hash, NULL, 0, TREE_DIGEST_BYTES);
	r = add_folder(&hash, dirfd, 0);
	if (r == 0)
		crypto_generichash_final(&hash, ret->byte, TREE_DIGEST_BYTES);
	return r;
}

int tree_digest_equal(const struct tree_digest *a, const struct tree_digest *b)
{
	return memcmp(a->byte, b->byte, TREE_DIGEST_BYTES) == 0;
}
