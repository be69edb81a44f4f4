/* SPDX-License-Identifier: MIT */
#include "ns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "err.h"
#include "file.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 /* <linux/sched.h> */
#endif

/*
 * The order is that of enum ns, and of joining: the user namespace first,
 * because it gives the rights over the others; that of mounts last, because
 * the paths of the others lie in the old one.
 */
static const struct {
	const char *name;
	uint64_t flag;
} kinds[NS_COUNT] = {
	[NS_USER] = { "user", CLONE_NEWUSER },
	[NS_PID] = { "pid", CLONE_NEWPID },
	[NS_NET] = { "network", CLONE_NEWNET },
	[NS_IPC] = { "ipc", CLONE_NEWIPC },
	[NS_UTS] = { "uts", CLONE_NEWUTS },
	[NS_CGROUP] = { "cgroup", CLONE_NEWCGROUP },
	[NS_TIME] = { "time", CLONE_NEWTIME },
	[NS_MNT] = { "mount", CLONE_NEWNS },
};

int ns_by_name(const char *name)
{
	for (int i = 0; i < NS_COUNT; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return -1;
}

const char *ns_name(enum ns ns)
{
	return kinds[ns].name;
}

uint64_t ns_flag(enum ns ns)
{
	return kinds[ns].flag;
}

uint64_t ns_new_flags(const struct spec *spec)
{
	uint64_t flags = 0;

	for (int i = 0; i < NS_COUNT; i++)
		if (spec->ns[i].wanted && !spec->ns[i].path && i != NS_TIME)
			flags |= kinds[i].flag;
	return flags;
}

int ns_open(const struct spec *spec, struct report *rep, struct ns_fds *ret)
{
	for (int i = 0; i < NS_COUNT; i++)
		ret->fd[i] = -1;
	for (int i = 0; i < NS_COUNT; i++) {
		const char *path = spec->ns[i].path;
		int r;

		if (!path)
			continue;
		ret->fd[i] = sysret(open(path, O_RDONLY | O_CLOEXEC));
		if (report_call(rep, ret->fd[i], "open", "%s", path) < 0)
			return ret->fd[i];
		r = sysret(ioctl(ret->fd[i], NS_GET_NSTYPE));
		if (r != (int)kinds[i].flag)
			return report_refuse(rep, -EINVAL,
					     "%s is not a %s namespace", path,
					     kinds[i].name);
	}
	return 0;
}

void ns_close(struct ns_fds *fds)
{
	for (int i = 0; i < NS_COUNT; i++) {
		if (fds->fd[i] >= 0)
			(void)close(fds->fd[i]);
		fds->fd[i] = -1;
	}
}

int ns_join(const struct ns_fds *fds, enum ns first, enum ns end,
	    struct report *rep)
{
	for (int i = (int)first; i < (int)end; i++) {
		int r;

		if (fds->fd[i] < 0)
			continue;
		r = sysret(setns(fds->fd[i], (int)kinds[i].flag));
		if (report_call(rep, r, "setns", "%s namespace",
				kinds[i].name) < 0)
			return r;
	}
	return 0;
}

int ns_time(const struct spec *spec, struct report *rep)
{
	char text[128];
	int r;

	if (!spec->ns[NS_TIME].wanted || spec->ns[NS_TIME].path)
		return 0;
	r = report_call(rep, sysret(unshare(CLONE_NEWTIME)), "unshare",
			"CLONE_NEWTIME");
	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "monotonic %lld %lld\nboottime %lld %lld",
		 (long long)spec->time_monotonic_s,
		 (long long)spec->time_monotonic_ns,
		 (long long)spec->time_boottime_s,
		 (long long)spec->time_boottime_ns);
	return report_call(
		rep, file_write_at(AT_FDCWD, "/proc/self/timens_offsets", text),
		"write", "/proc/self/timens_offsets");
}
