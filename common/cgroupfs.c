/* SPDX-License-Identifier: MIT */
#include "cgroupfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "mountinfo.h"

enum { EMPTY_TIMEOUT_MS = 5000, TRIES = 10 };

static int open_group(int dirfd, const char *path)
{
	return sysret(openat(dirfd, path, O_DIRECTORY | O_RDONLY | O_CLOEXEC));
}

/* ---- where we are ------------------------------------------------------- */

/* Where the v2 hierarchy is mounted; a hybrid machine has it elsewhere. */
static int find_mount(char *buf, size_t size)
{
	struct mountinfo info;
	int r = mountinfo_load("/proc/self/mountinfo", &info);

	if (r < 0)
		return r;
	r = -ENOENT;
	for (size_t i = 0; i < info.count && r < 0; i++) {
		if (strcmp(info.entries[i].fstype, "cgroup2") == 0)
			r = snprintf(buf, size, "%s", info.entries[i].point);
	}
	mountinfo_release(&info);
	if (r >= 0 && (size_t)r >= size)
		return -E2BIG;
	return r;
}

/*
 * Appends the path that /proc/self/cgroup has in the line of v2, "0::/PATH".
 * A path that begins with ".." leads out of our cgroup namespace.
 */
static int find_self(char *buf, size_t size)
{
	auto_free char *text = NULL;
	const char *line;
	int r = file_read_all("/proc/self/cgroup", &text);

	if (r < 0)
		return r;
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return -ENOENT;
	line = strchr(line, '/');
	if (!line || strncmp(line, "/..", 3) == 0)
		return -ENOENT;
	if (strcspn(line, "\n") >= size)
		return -E2BIG;
	snprintf(buf, size, "%.*s", (int)strcspn(line, "\n"), line);
	return 0;
}

/* The path, and how much of it is the mount point. */
static int find_own(char *buf, size_t size, size_t *ret_mount)
{
	int r = find_mount(buf, size);

	if (r < 0)
		return r;
	*ret_mount = (size_t)r;
	r = find_self(buf + *ret_mount, size - *ret_mount);
	/* The root group is "/", and a path has no slash at its end. */
	if (r == 0 && buf[*ret_mount + 1] == '\0')
		buf[*ret_mount] = '\0';
	return r;
}

int cgroupfs_own(char *buf, size_t size)
{
	size_t mount;

	return find_own(buf, size, &mount);
}

int cgroupfs_open_own(void)
{
	char path[PATH_MAX];
	int r = cgroupfs_own(path, sizeof(path));

	return r < 0 ? r : open_group(AT_FDCWD, path);
}

/* ---- where we may make groups ------------------------------------------- */

static bool lists(int dirfd, const char *file, const char *word)
{
	char list[256];
	char *rest = list;
	const char *one;

	if (file_read_at(dirfd, file, list, sizeof(list)) < 0)
		return false;
	while ((one = strsep(&rest, " \n"))) {
		if (strcmp(one, word) == 0)
			return true;
	}
	return false;
}

/* Give the children of a group what they do not have yet. */
static int enable(int dirfd, const char *controllers)
{
	char words[128];
	char *rest = words;
	const char *word;
	int r = 0;

	snprintf(words, sizeof(words), "%s", controllers);
	while (r == 0 && (word = strsep(&rest, " "))) {
		char text[64];

		if (lists(dirfd, "cgroup.subtree_control", word))
			continue;
		if (!lists(dirfd, "cgroup.controllers", word))
			return -ENODATA;
		snprintf(text, sizeof(text), "+%s", word);
		r = file_write_at(dirfd, "cgroup.subtree_control", text);
	}
	return r;
}

/*
 * The root group may hold processes, others may not if they hand controllers
 * on.  For cpu and pids alone the kernel allows it, but for something else:
 * the group is then the root of a threaded tree, and no process can be moved
 * to its children, EOPNOTSUPP.  See: cgroups(7), "Thread mode".
 */
static bool holds_processes(int dirfd)
{
	auto_close int fd = openat(dirfd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	char byte;

	return faccessat(dirfd, "cgroup.type", F_OK, 0) == 0 &&
	       read(fd, &byte, 1) != 0;
}

int cgroupfs_open_base(const char *controllers)
{
	char path[PATH_MAX];
	size_t mount;
	int first = 0;
	int r = find_own(path, sizeof(path), &mount);

	if (r < 0)
		return r;
	for (;;) {
		auto_close int fd = open_group(AT_FDCWD, path);
		char *slash;

		r = fd;
		if (r >= 0)
			r = sysret(faccessat(fd, ".", W_OK, AT_EACCESS));
		if (r >= 0 && *controllers && holds_processes(fd))
			r = -EBUSY;
		if (r >= 0)
			r = enable(fd, controllers);
		if (r >= 0)
			return steal_fd(&fd);
		/* Of our own group the reason is told, not of those above,
		 * which are mostly somebody else's. */
		if (first == 0 || first == -EACCES)
			first = r == -EROFS || r == -EPERM ? -EACCES : r;
		slash = strrchr(path, '/');
		if (strlen(path) <= mount || !slash || slash == path)
			return first;
		*slash = '\0';
	}
}

const char *cgroupfs_hint(int error)
{
	switch (error) {
	case -ENOENT:
		return "there is no cgroup v2 here; try: isolab machine";
	case -EACCES:
		return "no group is delegated to you; put before the command: "
		       "systemd-run --user --scope -p Delegate=yes";
	case -EBUSY:
		return "your group holds processes; first, in its folder: "
		       "mkdir leaf; echo $$ >leaf/cgroup.procs";
	case -ENODATA:
		return "a controller is on a v1 hierarchy, or not delegated; "
		       "try: isolab doctor";
	default:
		return "try: isolab doctor";
	}
}

/* ---- make and remove ------------------------------------------------------ */

/* Whether the name still leads to what is open. */
static bool is_there(int basefd, const char *name, int dirfd)
{
	struct stat open;
	struct stat there;

	return fstat(dirfd, &open) == 0 &&
	       fstatat(basefd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       open.st_ino == there.st_ino;
}

int cgroupfs_make(int basefd, const char *prefix, struct cgroupfs_group *ret)
{
	int number = (int)getpid();
	int r = 0;

	(void)cgroupfs_sweep(basefd, prefix);
	*ret = (struct cgroupfs_group){ .basefd = basefd, .dirfd = -1 };

	/* The name may be taken, and another's sweep may come between
	 * mkdir(2) and flock(2). */
	for (int i = 0; i < TRIES; i++) {
		auto_close int fd = -1;

		if (r == -EWOULDBLOCK)
			number++;
		snprintf(ret->name, sizeof(ret->name), "%.40s.%d", prefix,
			 number);
		if (mkdirat(basefd, ret->name, 0755) < 0 && errno != EEXIST)
			return -errno;
		fd = r = open_group(basefd, ret->name);
		if (r >= 0)
			r = sysret(flock(fd, LOCK_EX | LOCK_NB));
		if (r >= 0 && is_there(basefd, ret->name, fd)) {
			ret->dirfd = steal_fd(&fd);
			return 0;
		}
	}
	return r < 0 ? r : -EBUSY;
}

static void remove_below(int dirfd)
{
	int fd = open_group(dirfd, ".");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_close(&fd);
		return;
	}
	while ((entry = readdir(dir))) {
		auto_close int child = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = open_group(dirfd, entry->d_name);
		if (child >= 0)
			remove_below(child);
		(void)unlinkat(dirfd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

int cgroupfs_remove(struct cgroupfs_group *group)
{
	int r = 0;

	if (group->dirfd < 0)
		return 0;
	(void)file_write_at(group->dirfd, "cgroup.kill", "1");
	/* The dead leave a moment after their parent has been told. */
	(void)cgroupfs_await(group->dirfd, "populated", 0, EMPTY_TIMEOUT_MS);
	remove_below(group->dirfd);
	if (unlinkat(group->basefd, group->name, AT_REMOVEDIR) < 0)
		r = -EBUSY;
	(void)close(group->dirfd);
	group->dirfd = -1;
	return r;
}

/* "PREFIX.4711" */
static bool is_ours(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 && name[len] == '.' &&
	       name[len + 1] != '\0' &&
	       name[len + 1 + strspn(name + len + 1, "0123456789")] == '\0';
}

int cgroupfs_sweep(int basefd, const char *prefix)
{
	int fd = open_group(basefd, ".");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int held = 0;

	if (!dir) {
		cleanup_close(&fd);
		return 0;
	}
	while ((entry = readdir(dir))) {
		struct cgroupfs_group group = { .basefd = basefd };

		if (!is_ours(entry->d_name, prefix))
			continue;
		snprintf(group.name, sizeof(group.name), "%.63s",
			 entry->d_name);
		group.dirfd = open_group(basefd, group.name);
		if (group.dirfd < 0)
			continue;
		if (flock(group.dirfd, LOCK_EX | LOCK_NB) == 0) {
			(void)cgroupfs_remove(&group);
			continue;
		}
		held++;
		(void)close(group.dirfd);
	}
	closedir(dir);
	return held;
}

/* ---- read ----------------------------------------------------------------- */

static int find_value(const char *text, const char *key,
		      unsigned long long *ret)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0 && line[len] == ' ')
			return sscanf(line + len, "%llu", ret) == 1 ? 0
								    : -ENODATA;
	}
	return -ENODATA;
}

int cgroupfs_value(int dirfd, const char *file, const char *key,
		   unsigned long long *ret)
{
	char text[1024];
	int r = file_read_at(dirfd, file, text, sizeof(text));

	return r < 0 ? r : find_value(text, key, ret);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The kernel says "urgent data" when the file has changed since it was read. */
int cgroupfs_await(int dirfd, const char *key, unsigned long long value,
		   int timeout_ms)
{
	auto_close int fd =
		openat(dirfd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd events = { .fd = fd, .events = POLLPRI };
	long end_ms = now_ms() + timeout_ms;

	if (fd < 0)
		return -errno;
	for (;;) {
		unsigned long long is;
		char text[256];
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
		long left_ms = end_ms - now_ms();
		int r;

		if (n < 0)
			return -errno;
		text[n] = '\0';
		r = find_value(text, key, &is);
		if (r < 0 || is == value)
			return r;
		if (left_ms <= 0)
			return -ETIME;
		(void)poll(&events, 1, (int)left_ms);
	}
}
