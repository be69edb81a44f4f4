/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "mountinfo.h"

enum { PATH_SIZE = 4096, EMPTY_TIMEOUT_MS = 5000 };

/* Where the v2 tree is mounted; a hybrid machine has it below "unified". */
static int find_v2(char *buf, size_t size)
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
	return r < 0 || (size_t)r >= size ? -ENOENT : 0;
}

/* The path of our own cgroup below the mount: the line that begins "0::". */
static int find_self(char *buf, size_t size)
{
	auto_free char *text = NULL;
	char *line;
	int r = file_read_all("/proc/self/cgroup", &text);

	if (r < 0)
		return r;
	line = strstr(text, "0::");
	if (!line || (line != text && line[-1] != '\n'))
		return -ENOENT;
	line[strcspn(line, "\n")] = '\0';
	r = snprintf(buf, size, "%s", line + 3);
	return (size_t)r >= size ? -ENOENT : 0;
}

static bool controls(int dirfd, const char *controller)
{
	char list[256];

	return file_read_at(dirfd, "cgroup.subtree_control", list,
			    sizeof(list)) > 0 &&
	       strstr(list, controller) != NULL;
}

/*
 * A cgroup that holds processes cannot hand controllers to its children, so
 * the parent of ours is the better place where we may write there.
 */
static int open_parent(void)
{
	char mount[PATH_SIZE / 2];
	char self[PATH_SIZE / 2];
	char path[PATH_SIZE];
	int best = -1;

	if (find_v2(mount, sizeof(mount)) < 0 ||
	    find_self(self, sizeof(self)) < 0)
		return -1;

	for (int levels = 0; levels < 2; levels++) {
		auto_close int fd = -1;
		char *slash;

		snprintf(path, sizeof(path), "%s%s", mount, self);
		fd = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && faccessat(fd, ".", W_OK, 0) == 0 &&
		    (best < 0 || controls(fd, "memory"))) {
			cleanup_close(&best);
			best = steal_fd(&fd);
		}
		slash = strrchr(self, '/');
		if (!slash || slash == self)
			break;
		*slash = '\0';
	}
	return best;
}

/* A grader killed with SIGKILL cannot remove its cgroups: do it for it. */
static void sweep(int parentfd)
{
	int fd = openat(parentfd, ".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_close(&fd);
		return;
	}
	while ((entry = readdir(dir))) {
		int pid;

		if (sscanf(entry->d_name, "isolab-%d-", &pid) == 1 &&
		    kill(pid, 0) < 0 && errno == ESRCH)
			(void)unlinkat(parentfd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

static bool set(int dirfd, const char *file, unsigned long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", value);
	return file_write_at(dirfd, file, text) == 0;
}

int cgroup_init(struct cgroup *cg, unsigned memory_mib, unsigned processes)
{
	struct timespec now;

	*cg = (struct cgroup){ .dirfd = -1, .parentfd = open_parent() };
	if (cg->parentfd < 0)
		return 0;
	sweep(cg->parentfd);

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(cg->name, sizeof(cg->name), "isolab-%d-%lld%09ld",
		 (int)getpid(), (long long)now.tv_sec, now.tv_nsec);
	if (mkdirat(cg->parentfd, cg->name, 0755) == 0)
		cg->dirfd = openat(cg->parentfd, cg->name,
				   O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (cg->dirfd < 0) {
		cleanup_close(&cg->parentfd);
		cg->parentfd = -1;
		return 0;
	}

	cg->has_memory = set(cg->dirfd, "memory.max",
			     (unsigned long long)memory_mib << 20);
	if (cg->has_memory) /* absent where the kernel has no swap */
		(void)set(cg->dirfd, "memory.swap.max", 0);
	cg->has_pids = set(cg->dirfd, "pids.max", processes);
	return 1;
}

static bool is_populated(int dirfd)
{
	char events[256];

	return file_read_at(dirfd, "cgroup.events", events, sizeof(events)) >
		       0 &&
	       strstr(events, "populated 1") != NULL;
}

/* The student may have made cgroups in ours, if it was delegated to him. */
static void remove_children(int dirfd)
{
	int fd = openat(dirfd, ".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
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
		child = openat(dirfd, entry->d_name,
			       O_DIRECTORY | O_RDONLY | O_CLOEXEC);
		if (child >= 0)
			remove_children(child);
		(void)unlinkat(dirfd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

int cgroup_release(struct cgroup *cg)
{
	int waited_ms = 0;
	int r = 0;

	if (cg->dirfd >= 0) {
		(void)file_write_at(cg->dirfd, "cgroup.kill", "1");
		/* The kernel removes the dead a moment after their parent
		 * has been told. */
		while (is_populated(cg->dirfd) &&
		       waited_ms++ < EMPTY_TIMEOUT_MS)
			poll(NULL, 0, 1);
		remove_children(cg->dirfd);
		if (unlinkat(cg->parentfd, cg->name, AT_REMOVEDIR) < 0)
			r = -EBUSY;
	}
	cleanup_close(&cg->dirfd);
	cleanup_close(&cg->parentfd);
	cg->dirfd = -1;
	cg->parentfd = -1;
	return r;
}

unsigned cgroup_oom_kills(const struct cgroup *cg)
{
	char events[512];
	const char *line;
	unsigned kills = 0;

	if (cg->dirfd < 0 || file_read_at(cg->dirfd, "memory.events", events,
					  sizeof(events)) < 0)
		return 0;
	line = strstr(events, "oom_kill ");
	if (line)
		(void)sscanf(line, "oom_kill %u", &kills);
	return kills;
}
