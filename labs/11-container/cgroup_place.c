/* SPDX-License-Identifier: MIT */
#include "cgroup_place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"

int cgroup_open_at(int rootfd, const char *path)
{
	return sysret(openat(rootfd, *path ? path + 1 : ".",
			     O_PATH | O_DIRECTORY | O_CLOEXEC));
}

int cgroup_root(void)
{
	auto_close int fd = open(CGROUP_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != CGROUP2_SUPER_MAGIC)
		return -ENOENT;
	return steal_fd(&fd);
}

/* The line of version 2 in /proc/PID/cgroup, "0::/PATH". */
int cgroup_own(pid_t pid, char *buf, size_t size)
{
	char name[64] = "/proc/self/cgroup";
	char text[8192];
	const char *line;
	size_t len;
	int r;

	if (pid > 0)
		snprintf(name, sizeof(name), "/proc/%d/cgroup", (int)pid);
	r = file_read_at(AT_FDCWD, name, text, sizeof(text));
	if (r < 0)
		return r;
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return -ENOENT;
	line = strchr(line, '/');
	if (!line || strncmp(line, "/..", 3) == 0)
		return -ENOENT;
	len = strcspn(line, "\n");
	if (len >= size)
		return -E2BIG;
	snprintf(buf, size, "%.*s", len == 1 ? 0 : (int)len, line);
	return 0;
}

/* ---- folders ---------------------------------------------------------------- */

void cgroup_undo(int rootfd, const char *path, unsigned int count)
{
	char part[CGROUP_PATH];

	snprintf(part, sizeof(part), "%s", path);
	while (count-- > 0 && *part) {
		if (unlinkat(rootfd, part + 1, AT_REMOVEDIR) < 0)
			return;
		*strrchr(part, '/') = '\0';
	}
}

/* "a//b/" becomes "/a/b"; nothing leads up or nowhere. */
static int tidy(const char *base, const char *name, struct report *rep,
		char *ret)
{
	size_t n = (size_t)snprintf(ret, CGROUP_PATH, "%s", base);
	size_t start = n;

	while (*name) {
		size_t len = strcspn(name, "/");

		if (len == 2 && strncmp(name, "..", 2) == 0)
			return report_refuse(rep, -EINVAL,
					     "linux.cgroupsPath: \"..\" in it "
					     "leads out of where it begins");
		if (n + len + 2 > CGROUP_PATH)
			return report_refuse(rep, -ENAMETOOLONG,
					     "linux.cgroupsPath: longer than "
					     "%d bytes",
					     CGROUP_PATH);
		if (len > 0 && !(len == 1 && *name == '.')) {
			ret[n++] = '/';
			memcpy(ret + n, name, len);
			n += len;
		}
		name += len + (name[len] == '/');
	}
	ret[n] = '\0';
	if (n == start)
		return report_refuse(rep, -EINVAL,
				     "linux.cgroupsPath: there is no name of a "
				     "group in it");
	return 0;
}

/* Mostly one call: the parents are there. */
static int make_folders(int rootfd, struct report *rep, struct cgroup *group)
{
	const char *path = group->path;
	int r = sysret(mkdirat(rootfd, path + 1, 0755));
	const char *end;

	group->made = r == 0;
	if (r == -EEXIST)
		return 0;
	if (r != -ENOENT)
		return report_call(rep, r, "mkdirat", CGROUP_ROOT "%s", path);
	for (end = path; end; end = *end ? end : NULL) {
		char part[CGROUP_PATH];

		end = end + 1 + strcspn(end + 1, "/");
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		r = sysret(mkdirat(rootfd, part + 1, 0755));
		if (r < 0 && r != -EEXIST) {
			(void)report_call(rep, r, "mkdirat", CGROUP_ROOT "%s",
					  part);
			*strrchr(part, '/') = '\0';
			cgroup_undo(rootfd, part, group->made);
			return r;
		}
		group->made = r == 0 ? group->made + 1 : 0;
	}
	return 0;
}

/* A group that was there before us has to be empty, and awake. */
static int check_unused(const struct cgroup *group, struct report *rep)
{
	unsigned long long populated = 0;
	unsigned long long frozen = 0;
	int r = cgroupfs_value(group->dirfd, "cgroup.events", "populated",
			       &populated);

	if (r < 0)
		return report_call(rep, r, "read", "%s/cgroup.events",
				   group->path);
	(void)cgroupfs_value(group->dirfd, "cgroup.events", "frozen", &frozen);
	if (populated || frozen)
		return report_refuse(
			rep, -EEXIST,
			"the group \"%s\" is there already and %s; "
			"choose another linux.cgroupsPath",
			group->path, populated ? "has processes" : "is frozen");
	return 0;
}

/* All or nothing, below one group. */
static int place_below(int rootfd, const char *base, const char *name,
		       const struct cgroup_wish *wish, struct report *rep,
		       struct cgroup *group)
{
	int r = tidy(base, name, rep, group->path);

	if (r == 0)
		r = make_folders(rootfd, rep, group);
	if (r < 0)
		return r;
	group->dirfd = cgroup_open_at(rootfd, group->path);
	r = group->dirfd;
	if (r < 0)
		(void)report_call(rep, r, "openat", CGROUP_ROOT "%s",
				  group->path);
	if (r >= 0 && group->made == 0)
		r = check_unused(group, rep);
	if (r >= 0)
		r = cgroup_enable(rootfd, group, wish->needs, wish->likes, rep);
	if (r >= 0)
		return 0;
	cgroup_undo(rootfd, group->path, group->made);
	cgroup_close(group);
	return r;
}

/* Whether a group further up may do where this one did not. */
static bool may_go_on(int error)
{
	return error == -EACCES || error == -EPERM || error == -EROFS ||
	       error == -EBUSY || error == -ENODATA;
}

int cgroup_place(int rootfd, const struct cgroup_wish *wish, struct report *rep,
		 struct cgroup *group)
{
	const char *name = wish->path ? wish->path : wish->id;
	char base[CGROUP_PATH];
	int r = -EACCES;

	if (*name == '/')
		return place_below(rootfd, "", name, wish, rep, group);
	if (!wish->rootless)
		r = place_below(rootfd, "", name, wish, rep, group);
	if (r == 0 || !may_go_on(r))
		return r;
	if (cgroup_own(0, base, sizeof(base)) < 0)
		return report_call(rep, r, "mkdirat", CGROUP_ROOT "/%s", name);
	for (;;) {
		int again = place_below(rootfd, base, name, wish, rep, group);

		if (again == 0)
			report_forget(rep);
		if (again == 0 || !may_go_on(again) || *base == '\0')
			return again;
		*strrchr(base, '/') = '\0';
	}
}
