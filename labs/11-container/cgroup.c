/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_devices.h"
#include "cgroup_limits.h"
#include "cgroup_place.h"
#include "cgroupfs.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"

/* ---- what is wanted --------------------------------------------------------- */

static int note_need(void *ctx, const struct cgroup_limit *limit)
{
	struct cgroup_wish *wish = ctx;

	if (limit->unlimited || limit->optional)
		return 0;
	wish->needs |= cgroup_controller(limit->file);
	if (!*wish->field) {
		snprintf(wish->field, sizeof(wish->field), "%s", limit->field);
	}
	return 0;
}

/* Refuses what is wrong before anything is made. */
static int fill_wish(struct cgroup_wish *wish, const struct spec_resources *res,
		     bool update, struct report *rep)
{
	if (wish->path && *wish->path != '/' && strchr(wish->path, ':'))
		return report_refuse(rep, -ENOTSUP,
				     "linux.cgroupsPath \"%s\" is for systemd; "
				     "try: podman --cgroup-manager cgroupfs",
				     wish->path);
	wish->likes = cgroup_controller("cpu") | cgroup_controller("memory") |
		      cgroup_controller("pids") | cgroup_controller("io");
	return cgroup_limits(res, update, rep, note_need, wish);
}

/* ---- writing ---------------------------------------------------------------- */

struct writer {
	const struct cgroup *group;
	bool update;
	struct report *rep;
};

/* "max 50000" to "20000 50000", as long as the quota is 20000. */
static int keep_quota(int dirfd, const struct cgroup_limit *limit, char *buf,
		      size_t size)
{
	char now[64];
	int r = file_read_at(dirfd, limit->file, now, sizeof(now));

	if (r < 0)
		return r;
	now[strcspn(now, " \n")] = '\0';
	snprintf(buf, size, "%s%s", now, limit->text + strlen("max"));
	return 0;
}

static int write_limit(void *ctx, const struct cgroup_limit *limit)
{
	const struct writer *w = ctx;
	const struct cgroup *group = w->group;
	const char *file = limit->file;
	const char *text = limit->text;
	char kept[128];
	int r = 0;

	/* A group that we made has that already. */
	if (limit->unlimited && !w->update && group->made > 0)
		return 0;
	if (limit->keep_quota && w->update) {
		r = keep_quota(group->dirfd, limit, kept, sizeof(kept));
		text = kept;
	}
	if (r == 0)
		r = file_write_at(group->dirfd, file, text);
	if (r == -ENOENT && limit->other_file) {
		file = limit->other_file;
		text = limit->other_text;
		r = file_write_at(group->dirfd, file, text);
	}
	if ((r == -ENOENT && (limit->optional || limit->unlimited)) ||
	    (r == -EINVAL && limit->early))
		return 0;
	if (r == -ENOENT)
		return report_refuse(w->rep, r,
				     "linux.resources.%s: the kernel has no "
				     "file %s in the group \"%s\"",
				     limit->field, file, group->path);
	return report_call(w->rep, r, "write", CGROUP_ROOT "%s/%s = %s",
			   group->path, file, text);
}

/* ---- make, open --------------------------------------------------------------- */

void cgroup_close(struct cgroup *group)
{
	if (group->dirfd >= 0)
		(void)close(group->dirfd);
	*group = CGROUP_NONE;
}

/* There can be no group: fine if nobody has asked for a limit. */
static int do_without(int error, const struct cgroup_wish *wish,
		      const struct spec_resources *res, struct report *rep,
		      struct cgroup *ret)
{
	report_forget(rep);
	if (*wish->field)
		return report_refuse(rep, -ENOTSUP,
				     "linux.resources.%s cannot be kept: %s; "
				     "or leave the limit out",
				     wish->field, cgroupfs_hint(error));
	*ret = CGROUP_NONE;
	ret->devices_free = res->device_count > 0;
	return 0;
}

static bool is_refusal(int error)
{
	return error == -EACCES || error == -EPERM || error == -EROFS;
}

static int fill_group(struct cgroup *group, const struct spec_resources *res,
		      bool rootless, bool update, struct report *rep)
{
	struct writer writer = { group, update, rep };
	int r = cgroup_devices_attach(group, res, rootless, update, rep);

	if (r < 0)
		return r;
	group->devices_free = r == 0 && res->device_count > 0;
	return cgroup_limits(res, update, rep, write_limit, &writer);
}

int cgroup_make(const char *path, const char *id, bool rootless,
		const struct spec_resources *res, struct report *rep,
		struct cgroup *ret)
{
	struct cgroup_wish wish = { .path = path,
				    .id = id,
				    .rootless = rootless };
	struct cgroup group = CGROUP_NONE;
	auto_close int rootfd = -1;
	int r = fill_wish(&wish, res, false, rep);

	if (r < 0)
		return r;
	rootfd = cgroup_root();
	if (rootfd == -ENOENT)
		return do_without(-ENOENT, &wish, res, rep, ret);
	if (rootfd < 0)
		return report_call(rep, rootfd, "open", CGROUP_ROOT);
	r = cgroup_place(rootfd, &wish, rep, &group);
	if (is_refusal(r) && (rootless || r == -EROFS))
		return do_without(-EACCES, &wish, res, rep, ret);
	if (r == 0)
		r = fill_group(&group, res, rootless, false, rep);
	if (r < 0 && group.dirfd >= 0) {
		cgroup_undo(rootfd, group.path, group.made);
		cgroup_close(&group);
	}
	if (r == 0)
		*ret = group;
	return r;
}

int cgroup_open(const char *path, unsigned int made, struct report *rep,
		struct cgroup *ret)
{
	struct cgroup group = CGROUP_NONE;
	auto_close int rootfd = -1;

	if (*path == '\0') {
		*ret = group;
		return 0;
	}
	rootfd = cgroup_root();
	group.dirfd = rootfd < 0 ? rootfd : cgroup_open_at(rootfd, path);
	if (group.dirfd < 0)
		return report_call(rep, group.dirfd, "openat", CGROUP_ROOT "%s",
				   path);
	group.made = made;
	snprintf(group.path, sizeof(group.path), "%s", path);
	*ret = group;
	return 0;
}

int cgroup_open_of(pid_t pid, struct report *rep, struct cgroup *ret)
{
	char path[CGROUP_PATH];
	int r = cgroup_own(pid, path, sizeof(path));

	if (r < 0 && r != -ENOENT)
		return report_call(rep, r, "read", "/proc/%d/cgroup", (int)pid);
	return cgroup_open(r < 0 ? "" : path, 0, rep, ret);
}

/* ---- change -------------------------------------------------------------------- */

/* "checkBeforeUpdate": rather an error than a kill. */
static int check_usage(const struct cgroup *group,
		       const struct spec_resources *res, struct report *rep)
{
	char text[32];
	long long memory = 0;
	long long swap = 0;

	if (!res->memory_check_before_update)
		return 0;
	if (file_read_at(group->dirfd, "memory.current", text, sizeof(text)) >
	    0)
		memory = atoll(text);
	if (file_read_at(group->dirfd, "memory.swap.current", text,
			 sizeof(text)) > 0)
		swap = atoll(text);
	if (res->memory_limit > 0 && memory > res->memory_limit)
		return report_refuse(rep, -EBUSY,
				     "linux.resources.memory.limit: %lld bytes "
				     "are in use, more than %" PRId64,
				     memory, res->memory_limit);
	if (res->memory_swap > 0 && memory + swap > res->memory_swap)
		return report_refuse(rep, -EBUSY,
				     "linux.resources.memory.swap: %lld bytes "
				     "are in use, more than %" PRId64,
				     memory + swap, res->memory_swap);
	return 0;
}

int cgroup_update(struct cgroup *group, const struct spec_resources *res,
		  bool rootless, struct report *rep)
{
	struct cgroup_wish wish = { .rootless = rootless };
	auto_close int rootfd = -1;
	int r = fill_wish(&wish, res, true, rep);

	if (r < 0)
		return r;
	if (group->dirfd < 0)
		return report_refuse(rep, -ENOTSUP,
				     "the container has no group of its own, "
				     "so there is nothing to limit");
	r = check_usage(group, res, rep);
	rootfd = cgroup_root();
	if (r == 0)
		r = report_call(rep, rootfd < 0 ? rootfd : 0, "open",
				CGROUP_ROOT);
	if (r == 0)
		r = cgroup_enable(rootfd, group, wish.needs, 0, rep);
	return r < 0 ? r : fill_group(group, res, rootless, true, rep);
}

int cgroup_give(const struct cgroup *group, uid_t uid, gid_t gid,
		struct report *rep)
{
	/* Without the kernel's list, the three that there have always been. */
	char names[1024];
	char *rest = names;
	const char *name = ".";
	int r = 0;

	if (group->dirfd < 0)
		return 0;
	if (file_read_at(AT_FDCWD, "/sys/kernel/cgroup/delegate", names,
			 sizeof(names)) < 0)
		snprintf(names, sizeof(names),
			 "cgroup.procs\ncgroup.threads\n"
			 "cgroup.subtree_control\n");
	for (; r == 0 && name; name = strsep(&rest, "\n")) {
		if (*name == '\0')
			continue;
		r = sysret(fchownat(group->dirfd, name, uid, gid, 0));
		if (r == -ENOENT) /* of a controller that is not there */
			r = 0;
		r = report_call(rep, r, "fchownat", CGROUP_ROOT "%s/%s",
				group->path, name);
	}
	return r;
}
