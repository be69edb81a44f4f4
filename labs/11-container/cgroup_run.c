/* SPDX-License-Identifier: MIT */
/*
 * cgroup_run.c - a group as an address: freeze, kill, list, remove
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_place.h"
#include "cgroupfs.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"

enum { TIMEOUT_MS = 10000 };

static int need_group(const struct cgroup *group, const char *what,
		      struct report *rep)
{
	if (group->dirfd >= 0)
		return 0;
	return report_refuse(rep, -ENOTSUP,
			     "the container has no group of its own, so it "
			     "cannot be %s as a whole: %s",
			     what, cgroupfs_hint(-EACCES));
}

/* ---- freeze ------------------------------------------------------------------- */

int cgroup_freeze(const struct cgroup *group, bool frozen, struct report *rep)
{
	const char *text = frozen ? "1" : "0";
	int r = need_group(group, frozen ? "paused" : "resumed", rep);

	if (r < 0)
		return r;
	r = file_write_at(group->dirfd, "cgroup.freeze", text);
	if (report_call(rep, r, "write", CGROUP_ROOT "%s/cgroup.freeze = %s",
			group->path, text) < 0)
		return r;
	r = cgroupfs_await(group->dirfd, "frozen", frozen, TIMEOUT_MS);
	if (r < 0 && frozen)
		(void)file_write_at(group->dirfd, "cgroup.freeze", "0");
	return report_call(rep, r, "poll", CGROUP_ROOT "%s/cgroup.events",
			   group->path);
}

bool cgroup_frozen(const struct cgroup *group)
{
	char text[8];

	return group->dirfd >= 0 &&
	       file_read_at(group->dirfd, "cgroup.freeze", text, sizeof(text)) >
		       0 &&
	       *text == '1';
}

/* ---- list ----------------------------------------------------------------------- */

struct pids {
	pid_t *v;
	size_t count;
	size_t room;
};

static int add_pid(struct pids *pids, pid_t pid)
{
	if (pids->count == pids->room) {
		size_t room = pids->room ? 2 * pids->room : 64;
		pid_t *more = reallocarray(pids->v, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		pids->v = more;
		pids->room = room;
	}
	pids->v[pids->count++] = pid;
	return 0;
}

static FILE *open_list(int dirfd)
{
	auto_close int fd = openat(dirfd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (file)
		(void)steal_fd(&fd);
	return file;
}

/* One group; one in a threaded tree has no list (EOPNOTSUPP), its root has. */
static int add_group(int dirfd, void *ctx)
{
	FILE *file = open_list(dirfd);
	int pid;
	int r = 0;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	/* 0 is who is not in our PID namespace. */
	while (r == 0 && fscanf(file, "%d", &pid) == 1)
		r = pid > 0 ? add_pid(ctx, pid) : 0;
	(void)fclose(file);
	return r;
}

/* Calls @fn for each group below, the deepest first; they may go meanwhile. */
static int for_each_below(int dirfd,
			  int (*fn)(int parentfd, const char *name, int childfd,
				    void *ctx),
			  void *ctx)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!dir) {
		cleanup_close(&fd);
		return 0;
	}
	while (r == 0 && (entry = readdir(dir))) {
		auto_close int child = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(dirfd, entry->d_name,
			       O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (child < 0)
			continue;
		r = for_each_below(child, fn, ctx);
		if (r == 0)
			r = fn(dirfd, entry->d_name, child, ctx);
	}
	closedir(dir);
	return r;
}

static int add_below(int parentfd, const char *name, int childfd, void *ctx)
{
	(void)parentfd;
	(void)name;
	return add_group(childfd, ctx);
}

int cgroup_pids(const struct cgroup *group, struct report *rep, pid_t **ret,
		size_t *ret_count)
{
	struct pids pids = { 0 };
	int r = need_group(group, "listed", rep);

	if (r < 0)
		return r;
	r = add_group(group->dirfd, &pids);
	if (r == 0)
		r = for_each_below(group->dirfd, add_below, &pids);
	if (r < 0) {
		free(pids.v);
		return report_call(rep, r, "read",
				   CGROUP_ROOT "%s/cgroup.procs", group->path);
	}
	*ret = pids.v;
	*ret_count = pids.count;
	return 0;
}

/* ---- kill ------------------------------------------------------------------------- */

/*
 * Who stands still cannot fork, so a list of them is whole.  A signal waits
 * until they go on, but for SIGKILL, which they die of in their sleep.
 */
static int kill_listed(const struct cgroup *group, int signal,
		       struct report *rep)
{
	bool was_frozen = cgroup_frozen(group);
	auto_free pid_t *pids = NULL;
	size_t count = 0;
	int r = 0;

	if (!was_frozen)
		r = cgroup_freeze(group, true, rep);
	if (r == 0)
		r = cgroup_pids(group, rep, &pids, &count);
	for (size_t i = 0; i < count && r == 0; i++) {
		r = sysret(kill(pids[i], signal));
		if (r == -ESRCH) /* a zombie's place, reaped meanwhile */
			r = 0;
		(void)report_call(rep, r, "kill", "PID %d", (int)pids[i]);
	}
	if (!was_frozen)
		(void)file_write_at(group->dirfd, "cgroup.freeze", "0");
	return r;
}

int cgroup_kill(const struct cgroup *group, int signal, struct report *rep)
{
	int r = need_group(group, "killed", rep);

	if (r < 0)
		return r;
	if (signal == SIGKILL) {
		r = file_write_at(group->dirfd, "cgroup.kill", "1");
		if (r != -ENOENT)
			return report_call(rep, r, "write",
					   CGROUP_ROOT "%s/cgroup.kill = 1",
					   group->path);
	}
	return kill_listed(group, signal, rep);
}

/* ---- remove ------------------------------------------------------------------------- */

static int remove_one(int parentfd, const char *name, int childfd, void *ctx)
{
	(void)childfd;
	(void)ctx;
	(void)unlinkat(parentfd, name, AT_REMOVEDIR);
	return 0;
}

int cgroup_remove(struct cgroup *group, struct report *rep)
{
	auto_close int rootfd = -1;
	int r;

	if (group->dirfd < 0)
		return 0;
	rootfd = cgroup_root();
	if (rootfd < 0)
		return report_call(rep, rootfd, "open", CGROUP_ROOT);
	r = sysret(unlinkat(rootfd, group->path + 1, AT_REMOVEDIR));
	if (r == -EBUSY) {
		r = cgroup_kill(group, SIGKILL, rep);
		if (r == 0)
			r = cgroupfs_await(group->dirfd, "populated", 0,
					   TIMEOUT_MS);
		(void)for_each_below(group->dirfd, remove_one, NULL);
		r = sysret(unlinkat(rootfd, group->path + 1, AT_REMOVEDIR));
	}
	if (r < 0 && r != -ENOENT)
		return report_call(rep, r, "rmdir", CGROUP_ROOT "%s",
				   group->path);
	if (group->made > 1) {
		*strrchr(group->path, '/') = '\0';
		cgroup_undo(rootfd, group->path, group->made - 1);
	}
	cgroup_close(group);
	return 0;
}

unsigned long long cgroup_oom_kills(const struct cgroup *group)
{
	unsigned long long kills = 0;

	if (group->dirfd >= 0)
		(void)cgroupfs_value(group->dirfd, "memory.events", "oom_kill",
				     &kills);
	return kills;
}
