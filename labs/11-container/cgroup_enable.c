/* SPDX-License-Identifier: MIT */
/*
 * cgroup_enable.c - controllers, handed on from the root group to a leaf
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_place.h"
#include "cgroupfs.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"

static const char *const controllers[] = { "cpu",    "cpuset", "io",
					   "memory", "pids",   "hugetlb",
					   "rdma",   "misc",   "dmem" };
enum { CONTROLLERS = sizeof(controllers) / sizeof(controllers[0]) };

static cgroup_set find(const char *name, size_t len)
{
	for (unsigned int i = 0; i < CONTROLLERS; i++)
		if (strncmp(controllers[i], name, len) == 0 &&
		    controllers[i][len] == '\0')
			return 1u << i;
	return 0;
}

cgroup_set cgroup_controller(const char *file)
{
	return find(file, strcspn(file, "."));
}

/* A list such as "cpu memory pids\n". */
static int read_set(int dirfd, const char *file, cgroup_set *ret)
{
	char text[256];
	char *rest = text;
	const char *word;
	int r = file_read_at(dirfd, file, text, sizeof(text));

	if (r < 0)
		return r;
	*ret = 0;
	while ((word = strsep(&rest, " \n")))
		*ret |= find(word, strlen(word));
	return 0;
}

/* As cgroup.subtree_control wants it: "+cpu +memory". */
static const char *order(cgroup_set set, char *buf, size_t size)
{
	size_t n = 0;

	*buf = '\0';
	for (unsigned int i = 0; i < CONTROLLERS; i++)
		if (set & 1u << i && n < size)
			n += (size_t)snprintf(buf + n, size - n, "%s+%s",
					      n > 0 ? " " : "", controllers[i]);
	return buf;
}

/*
 * The root group may hold processes, others may not if they hand controllers
 * on.  For cpu and pids alone the kernel would allow it, but make the group
 * the root of a threaded tree, whose children take no processes: EOPNOTSUPP.
 * See: cgroups(7), "Thread mode".
 */
static bool holds_processes(int dirfd)
{
	auto_close int fd = openat(dirfd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	char byte;

	return faccessat(dirfd, "cgroup.type", F_OK, 0) == 0 &&
	       read(fd, &byte, 1) != 0;
}

static int switch_on(int dirfd, const char *path, cgroup_set needs,
		     cgroup_set likes, struct report *rep)
{
	char text[128];
	int r = 0;

	order(needs, text, sizeof(text));
	if (holds_processes(dirfd))
		return needs == 0
			       ? 0
			       : report_refuse(
					 rep, -EBUSY,
					 "the group \"%s\" holds processes, so "
					 "it "
					 "cannot hand on \"%s\"; move them to "
					 "a "
					 "group of their own: mkdir leaf, and "
					 "write each PID to leaf/cgroup.procs",
					 *path ? path : "/", text);
	if (needs) {
		r = file_write_at(dirfd, "cgroup.subtree_control", text);
		(void)report_call(rep, r, "write",
				  "%s/cgroup.subtree_control = %s", path, text);
	}
	/* One by one: the kernel takes all words of an order, or none. */
	for (unsigned int i = 0; i < CONTROLLERS && r == 0; i++)
		if (likes & 1u << i)
			(void)file_write_at(dirfd, "cgroup.subtree_control",
					    order(1u << i, text, sizeof(text)));
	return r;
}

/* Let one parent hand on what it does not yet. */
static int hand_on(int dirfd, const char *path, cgroup_set needs,
		   cgroup_set likes, struct report *rep)
{
	cgroup_set has = 0;
	cgroup_set can = 0;
	char text[128];
	int r;

	r = read_set(dirfd, "cgroup.subtree_control", &has);
	if (r == 0 && ((needs | likes) & ~has) == 0)
		return 0;
	if (r == 0)
		r = read_set(dirfd, "cgroup.controllers", &can);
	if (r < 0)
		return report_call(rep, r, "read", "%s/cgroup.controllers",
				   path);
	needs &= ~has;
	likes &= ~has & ~needs & can;
	if (needs & ~can)
		return report_refuse(rep, -ENODATA,
				     "the group \"%s\" cannot hand on \"%s\": "
				     "it has no such controller; %s",
				     *path ? path : "/",
				     order(needs & ~can, text, sizeof(text)),
				     cgroupfs_hint(-ENODATA));
	if ((needs | likes) == 0)
		return 0;
	return switch_on(dirfd, path, needs, likes, rep);
}

int cgroup_enable(int rootfd, const struct cgroup *group, cgroup_set needs,
		  cgroup_set likes, struct report *rep)
{
	const char *path = group->path;
	cgroup_set has;
	int r = read_set(group->dirfd, "cgroup.controllers", &has);

	if (r < 0)
		return report_call(rep, r, "read", "%s/cgroup.controllers",
				   path);
	needs &= ~has;
	likes &= ~has;
	if ((needs | likes) == 0)
		return 0;
	for (const char *end = path; end && r == 0;
	     end = strchr(end + 1, '/')) {
		char parent[CGROUP_PATH];
		auto_close int fd = -1;

		snprintf(parent, sizeof(parent), "%.*s", (int)(end - path),
			 path);
		fd = cgroup_open_at(rootfd, parent);
		r = fd < 0 ? report_call(rep, fd, "openat", "%s", parent)
			   : hand_on(fd, parent, needs, likes, rep);
	}
	return r;
}
