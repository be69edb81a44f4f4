/* SPDX-License-Identifier: MIT */
/*
 * copy_up.c - "tmpcopyup": a new tmpfs starts with what the image has there
 *
 * The image is not trusted, but it is only read, through descriptors that
 * follow no symlink, and what is written lies in a file system that nobody
 * else has yet.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "mounts.h"

enum { DEPTH_MAX = 64 };

static int copy_folder(int fromfd, int tofd, int depth);

static int copy_data(int fromfd, int tofd)
{
	ssize_t n;

	do
		n = sendfile(tofd, fromfd, NULL, 1 << 20);
	while (n > 0);
	return n < 0 ? -errno : 0;
}

static int copy_file(int fromdir, int todir, const char *name)
{
	auto_close int from = openat(
		fromdir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	auto_close int to = -1;

	if (from < 0)
		return -errno;
	to = openat(todir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return to < 0 ? -errno : copy_data(from, to);
}

static int copy_link(int fromdir, int todir, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fromdir, name, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	return sysret(symlinkat(target, todir, name));
}

static int copy_dir(int fromdir, int todir, const char *name, int depth)
{
	auto_close int from = openat(
		fromdir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	auto_close int to = -1;

	if (from < 0 || mkdirat(todir, name, 0700) < 0)
		return -errno;
	to = openat(todir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return to < 0 ? -errno : copy_folder(from, to, depth + 1);
}

static int copy_one(int fromdir, int todir, const char *name, int depth)
{
	struct stat st;
	int r;

	if (fstatat(fromdir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISREG(st.st_mode))
		r = copy_file(fromdir, todir, name);
	else if (S_ISLNK(st.st_mode))
		r = copy_link(fromdir, todir, name);
	else if (S_ISDIR(st.st_mode))
		r = copy_dir(fromdir, todir, name, depth);
	else if (S_ISFIFO(st.st_mode))
		r = sysret(mkfifoat(todir, name, 0600));
	else
		return 0; /* a socket or a device means nothing when copied */
	if (r < 0)
		return r;
	if (fchownat(todir, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) <
	    0)
		return -errno;
	if (!S_ISLNK(st.st_mode) &&
	    fchmodat(todir, name, st.st_mode & 07777, 0) < 0)
		return -errno;
	return 0;
}

static int copy_folder(int fromfd, int tofd, int depth)
{
	int fd = openat(fromfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int r = 0;

	if (!dir || depth > DEPTH_MAX) {
		r = dir ? -ELOOP : -errno;
		if (dir)
			closedir(dir);
		else if (fd >= 0)
			(void)close(fd);
		return r;
	}
	while (r == 0 && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = copy_one(fd, tofd, e->d_name, depth);
	closedir(dir);
	return r;
}

int mounts_copy_up(int fromfd, int tofd, struct report *rep)
{
	return report_call(rep, copy_folder(fromfd, tofd, 0), "copy",
			   "what the image has there");
}
