/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"

/* A program that makes groups without end would fill the kernel's memory. */
enum { DESCENDANTS = 64, DEPTH = 8 };

static bool set(int dirfd, const char *file, unsigned long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", value);
	return file_write_at(dirfd, file, text) == 0;
}

/* The best that there is: a group without controllers can still be killed. */
static int open_base(bool delegate)
{
	int fd;

	if (delegate) {
		fd = cgroupfs_open_base("cpu memory pids cpuset io");
		return fd >= 0 ? fd : cgroupfs_open_base("cpu memory pids");
	}
	fd = cgroupfs_open_base("memory pids");
	return fd >= 0 ? fd : cgroupfs_open_base("");
}

static int make_folder(int dirfd, const char *name)
{
	if (mkdirat(dirfd, name, 0755) < 0)
		return -errno;
	return sysret(openat(dirfd, name, O_DIRECTORY | O_RDONLY | O_CLOEXEC));
}

/*
 * A group that gives controllers to its children holds no process itself, so
 * PID 1 gets a group beside the program's.
 */
static int make_box(struct cgroup *cg)
{
	static const char *const controllers[] = { "+cpu", "+memory", "+pids",
						   "+cpuset", "+io" };
	auto_close int homefd = -1;
	int dirfd = cg->group.dirfd;

	(void)set(dirfd, "cgroup.max.descendants", DESCENDANTS);
	(void)set(dirfd, "cgroup.max.depth", DEPTH);
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]);
	     i++) {
		int r = file_write_at(dirfd, "cgroup.subtree_control",
				      controllers[i]);

		if (r < 0 && i < 3)
			return r;
	}
	homefd = make_folder(dirfd, "init");
	if (homefd < 0)
		return homefd;
	cg->homefd =
		sysret(openat(homefd, "cgroup.procs", O_WRONLY | O_CLOEXEC));
	if (cg->homefd < 0)
		return cg->homefd;
	cg->boxfd = make_folder(dirfd, "box");
	return cg->boxfd < 0 ? cg->boxfd : 0;
}

int cgroup_init(struct cgroup *cg, unsigned memory_mib, unsigned processes,
		bool delegate)
{
	int r;

	*cg = (struct cgroup){ .group.dirfd = -1,
			       .basefd = open_base(delegate),
			       .boxfd = -1,
			       .homefd = -1 };
	r = cg->basefd;
	if (r >= 0)
		r = cgroupfs_make(cg->basefd, "isolab", &cg->group);
	if (r < 0)
		return delegate ? r : 0;

	cg->has_memory = set(cg->group.dirfd, "memory.max",
			     (unsigned long long)memory_mib << 20);
	if (cg->has_memory) /* absent where the kernel has no swap */
		(void)set(cg->group.dirfd, "memory.swap.max", 0);
	cg->has_pids = set(cg->group.dirfd, "pids.max", processes);
	return delegate ? make_box(cg) : 0;
}

int cgroup_delegate(const struct cgroup *cg, uid_t uid, gid_t gid)
{
	/* Not memory.max and its like: the limits of a group are its
	 * parent's to set. */
	static const char *const files[] = { ".", "cgroup.procs",
					     "cgroup.threads",
					     "cgroup.subtree_control" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (fchownat(cg->boxfd, files[i], uid, gid, 0) < 0)
			return -errno;
	}
	return 0;
}

int cgroup_release(struct cgroup *cg)
{
	int r = cgroupfs_remove(&cg->group);

	cleanup_close(&cg->boxfd);
	cleanup_close(&cg->homefd);
	cleanup_close(&cg->basefd);
	cg->boxfd = cg->homefd = cg->basefd = -1;
	return r;
}

/*
 * Of this group and not of those below.  The victim's group counts the kill,
 * the group whose limit was reached counts that there was no memory.
 */
bool cgroup_out_of_memory(const struct cgroup *cg)
{
	unsigned long long count;

	return cg->group.dirfd >= 0 &&
	       cgroupfs_value(cg->group.dirfd, "memory.events.local",
			      cg->boxfd >= 0 ? "oom" : "oom_kill",
			      &count) == 0 &&
	       count > 0;
}

bool cgroup_left(void)
{
	auto_close int fd = open_base(false);
	char name[32];

	snprintf(name, sizeof(name), "isolab.%d", (int)getpid());
	return fd >= 0 && faccessat(fd, name, F_OK, 0) == 0;
}

/* ---- what this machine has ------------------------------------------------ */

/* Whether a controller belongs to a v1 hierarchy: these are numbered from 1. */
static bool on_v1(const char *controller)
{
	auto_free char *text = NULL;
	char *rest;
	char *line;

	if (file_read_all("/proc/cgroups", &text) < 0)
		return false;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		unsigned hierarchy;
		char name[32];

		if (sscanf(line, "%31s %u", name, &hierarchy) == 2 &&
		    strcmp(name, controller) == 0)
			return hierarchy != 0;
	}
	return false;
}

static enum cgroup_lack lack_of(int error)
{
	if (error == 0)
		return CGROUP_OK;
	if (on_v1("memory") || on_v1("pids") || on_v1("cpu"))
		return CGROUP_ON_V1;
	switch (error) {
	case -ENOENT:
		return CGROUP_NO_V2;
	case -ENODATA:
		return CGROUP_NO_CONTROLLER;
	case -EACCES:
		return CGROUP_NOT_DELEGATED;
	case -EBUSY:
		return CGROUP_HOLDS;
	default:
		return CGROUP_REFUSED;
	}
}

enum cgroup_lack cgroup_try(char *ret_controllers, size_t size)
{
	struct cgroup cg;
	int r = cgroup_init(&cg, 64, 16, true);

	if (r == 0 && ret_controllers) {
		r = file_read_at(cg.boxfd, "cgroup.controllers",
				 ret_controllers, size);
		if (r >= 0)
			ret_controllers[strcspn(ret_controllers, "\n")] = '\0';
	}
	(void)cgroup_release(&cg);
	return lack_of(r < 0 ? r : 0);
}

/* A user manager can be asked for a group only where systemd runs. */
static bool has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

struct cgroup_advice cgroup_explain(enum cgroup_lack lack)
{
	static const struct cgroup_advice advice[] = {
		[CGROUP_OK] = { 0 },
		[CGROUP_NO_V2] = { "there is no cgroup v2 hierarchy here",
				   "isolab machine" },
		[CGROUP_ON_V1] = { "memory, pids and cpu are on v1 "
				   "hierarchies here",
				   "isolab machine" },
		[CGROUP_NO_CONTROLLER] = { "memory, pids and cpu are not all "
					   "to be had here",
					   "isolab machine" },
		[CGROUP_NOT_DELEGATED] = { "no group of cgroup v2 is "
					   "delegated to this user",
					   "systemd-run --user --scope -p "
					   "Delegate=yes $SHELL" },
		[CGROUP_HOLDS] = { "our group of cgroup v2 holds processes, "
				   "so it cannot give controllers",
				   "mkdir leaf; echo $$ >leaf/cgroup.procs" },
		[CGROUP_REFUSED] = { "no group of cgroup v2 can be made here",
				     "isolab machine" },
	};

	if (lack == CGROUP_NOT_DELEGATED && !has_systemd())
		return (struct cgroup_advice){ advice[lack].what,
					       "isolab machine" };
	return advice[lack];
}
