/* SPDX-License-Identifier: MIT */
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "err.h"
#include "sys.h"

enum { LINKS_MAX = 40 }; /* path_resolution(7) */

int path_open(int rootfd, const char *path, bool links)
{
	return sys_openat2(rootfd, path, O_PATH, 0,
			   RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
				   (links ? 0 : RESOLVE_NO_SYMLINKS));
}

/* Makes @name in @parentfd, but follows nothing. */
static int make_one(int parentfd, const char *name, enum path_kind kind)
{
	int fd;

	if (kind == PATH_DIR)
		return sysret(mkdirat(parentfd, name, 0755));
	fd = sysret(openat(parentfd, name,
			   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			   0644));
	if (fd >= 0)
		(void)close(fd);
	return fd < 0 ? fd : 0;
}

/*
 * path[0..len) is there as a name, but leads nowhere: a symlink.  Writes to
 * @next where it points, and what followed in @path.
 */
static int follow(int parentfd, const char *name, const char *path, size_t len,
		  char next[PATH_MAX])
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(parentfd, name, target, sizeof(target) - 1);
	size_t dir_len = len;
	int w;

	if (n < 0)
		return -errno;
	target[n] = '\0';
	while (dir_len > 0 && path[dir_len - 1] != '/')
		dir_len--;
	if (target[0] == '/')
		dir_len = 0;
	w = snprintf(next, PATH_MAX, "%.*s%s%s", (int)dir_len, path, target,
		     path + len);
	return w < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/*
 * One walk along @path.  Return: descriptor; or 1 after a symlink that leads
 * nowhere: go on with @next, which is then another buffer than @path.
 */
static int walk(int rootfd, const char *path, enum path_kind kind,
		char next[PATH_MAX])
{
	char prefix[PATH_MAX];
	auto_close int parentfd = path_open(rootfd, "/", true);
	size_t end = 0;

	while (parentfd >= 0) {
		size_t start = end + strspn(path + end, "/");
		size_t len = strcspn(path + start, "/");
		bool last;
		int fd, r;

		if (len == 0)
			return steal_fd(&parentfd);
		end = start + len;
		last = path[end + strspn(path + end, "/")] == '\0';
		memcpy(prefix, path, end);
		prefix[end] = '\0';
		fd = path_open(rootfd, prefix, true);
		if (fd == -ENOENT) {
			r = make_one(parentfd, prefix + start,
				     last ? kind : PATH_DIR);
			if (r == -EEXIST) {
				r = follow(parentfd, prefix + start, path, end,
					   next);
				return r < 0 ? r : 1;
			}
			fd = r < 0 ? r : path_open(rootfd, prefix, true);
		}
		(void)close(parentfd);
		parentfd = fd;
	}
	return parentfd;
}

/* The usual case: only the last name is not there. */
static int make_last(int rootfd, const char *path, enum path_kind kind)
{
	const char *slash = strrchr(path, '/');
	auto_close int parentfd = -1;
	char parent[PATH_MAX];
	int r;

	if (slash == path || !slash[1])
		return -ENOENT;
	snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
	parentfd = path_open(rootfd, parent, true);
	if (parentfd < 0)
		return parentfd;
	r = make_one(parentfd, slash + 1, kind);
	return r < 0 ? r : path_open(rootfd, path, true);
}

int path_make(int rootfd, const char *path, enum path_kind kind, bool links,
	      struct report *rep)
{
	char one[PATH_MAX], two[PATH_MAX];
	const char *at = path;
	int fd = strlen(path) < PATH_MAX ? path_open(rootfd, path, links)
					 : -ENAMETOOLONG;

	if (fd == -ENOENT)
		fd = make_last(rootfd, path, kind);
	if (fd != -ENOENT && fd != -EEXIST)
		return report_call(rep, fd, "openat2 or mkdirat", "%s", path);
	for (int i = 0; i < LINKS_MAX; i++) {
		char *next = at == one ? two : one;

		fd = walk(rootfd, at, kind, next);
		if (fd != 1)
			return report_call(rep, fd, "openat2 or mkdirat", "%s",
					   at);
		at = next;
	}
	return report_call(rep, -ELOOP, "openat2", "%s", path);
}
