/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"

const char *walk_clean(const char *from, char *to, size_t size)
{
	size_t used = 0;

	if (!from || !*from)
		return "its name is empty";
	if (*from == '/')
		return "its name is absolute";
	while (*from) {
		size_t len = strcspn(from, "/");

		if (len == 2 && memcmp(from, "..", 2) == 0)
			return "its name has a \"..\"";
		if (len > NAME_MAX || used + len + 2 > size)
			return "its name is too long";
		if (len > 0 && !(len == 1 && *from == '.')) {
			if (used > 0)
				to[used++] = '/';
			memcpy(to + used, from, len);
			used += len;
		}
		from += len;
		from += strspn(from, "/");
	}
	if (used == 0)
		to[used++] = '.';
	to[used] = '\0';
	return NULL;
}

int walk_open(int rootfd, const char *path, int flags, bool follow)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS |
			   (follow ? RESOLVE_IN_ROOT
				   : RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH),
	};
	int fd;

	/* EAGAIN: something above was renamed meanwhile, on another CPU. */
	do
		fd = (int)syscall(SYS_openat2, rootfd, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN);
	return sysret(fd);
}

/* "path" becomes "path/name"; returns where to cut it again. */
static size_t path_add(char *path, const char *name)
{
	size_t len = strlen(path);

	if (strcmp(path, ".") == 0)
		snprintf(path, WALK_NAME_MAX, "%s", name);
	else
		snprintf(path + len, WALK_NAME_MAX - len, "/%s", name);
	return len;
}

static void path_cut(char *path, size_t len, bool top)
{
	if (top)
		strcpy(path, ".");
	else
		path[len] = '\0';
}

int walk_empty(int dirfd, bool (*keep)(const char *path, void *arg), void *arg,
	       char *path)
{
	struct dirent *entry;
	DIR *dir = NULL;
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool top = strcmp(path, ".") == 0;
	int r = 0;

	if (fd >= 0)
		dir = fdopendir(fd);
	if (!dir) {
		r = -errno;
		if (fd >= 0)
			(void)close(fd);
		return r;
	}
	while (r == 0 && (entry = readdir(dir))) {
		size_t len;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		len = path_add(path, entry->d_name);
		r = walk_remove(dirfd, entry->d_name, keep, arg, path);
		path_cut(path, len, top);
	}
	closedir(dir);
	return r;
}

int walk_remove(int dirfd, const char *name,
		bool (*keep)(const char *path, void *arg), void *arg,
		char *path)
{
	bool stays = keep && keep(path, arg);
	auto_close int fd = -1;
	int r;

	fd = openat(dirfd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP)) {
		if (stays || unlinkat(dirfd, name, 0) == 0)
			return 0;
		return errno == ENOENT ? 0 : -errno;
	}
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = walk_empty(fd, keep, arg, path);
	if (r < 0 || stays)
		return r;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0)
		return 0;
	return keep && errno == ENOTEMPTY ? 0 : -errno;
}
