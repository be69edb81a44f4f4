/* SPDX-License-Identifier: MIT */
#include "idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "sys.h"

enum { MAP_BYTES = 4096 }; /* the kernel takes less than a page */

static int format_map(const struct spec_idmaps *maps, char text[MAP_BYTES])
{
	size_t at = 0;

	for (size_t i = 0; i < maps->n; i++) {
		at += (size_t)snprintf(text + at, MAP_BYTES - at, "%u %u %u\n",
				       maps->v[i].container, maps->v[i].host,
				       maps->v[i].size);
		if (at >= MAP_BYTES)
			return -E2BIG;
	}
	return 0;
}

/* newuidmap PID INSIDE OUTSIDE COUNT ... */
static int run_helper(const char *helper, pid_t pid,
		      const struct spec_idmaps *maps, struct report *rep)
{
	auto_free char **argv = calloc(maps->n * 3 + 3, sizeof(*argv));
	auto_free char *numbers = calloc(maps->n * 3 + 1, 16);
	pid_t child;
	int r;

	if (!argv || !numbers)
		return -ENOMEM;
	argv[0] = (char *)(uintptr_t)helper;
	for (size_t i = 0; i < maps->n * 3 + 1; i++)
		argv[i + 1] = numbers + i * 16;
	snprintf(numbers, 16, "%d", pid);
	for (size_t i = 0; i < maps->n; i++) {
		snprintf(argv[3 * i + 2], 16, "%u", maps->v[i].container);
		snprintf(argv[3 * i + 3], 16, "%u", maps->v[i].host);
		snprintf(argv[3 * i + 4], 16, "%u", maps->v[i].size);
	}
	child = fork();
	if (child < 0)
		return report_call(rep, -errno, "fork", "%s", helper);
	if (child == 0) {
		execvp(helper, argv);
		_exit(127);
	}
	r = child_wait(child);
	if (r == 127)
		return report_refuse(rep, -ENOENT,
				     "%s is not installed; a range of ids "
				     "needs it (Debian: apt install uidmap)",
				     helper);
	if (r != 0)
		return report_refuse(rep, -EPERM,
				     "write(/proc/%d/%.3s_map): %s; and %s "
				     "refused: are the ranges yours in "
				     "/etc/sub%.3s?",
				     pid, helper + 3, strerror(EPERM), helper,
				     helper + 3);
	return 0;
}

static int write_map(pid_t pid, const char *file, const char *helper,
		     const struct spec_idmaps *maps, struct report *rep)
{
	char text[MAP_BYTES], path[64];
	int r = format_map(maps, text);

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	if (r == 0)
		r = file_write_at(AT_FDCWD, path, text);
	if (r == -EPERM)
		return run_helper(helper, pid, maps, rep);
	return report_call(rep, r, "write", "%s", path);
}

/* The one map that needs no privilege: the caller himself, alone. */
static bool only_self(const struct spec_idmaps *maps, uint32_t id)
{
	return maps->n == 1 && maps->v[0].size == 1 && maps->v[0].host == id;
}

int idmap_write(pid_t pid, const struct spec_idmaps *uids,
		const struct spec_idmaps *gids, struct report *rep)
{
	char path[64];
	int r;

	if (geteuid() != 0 && only_self(gids, getegid())) {
		snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
		r = report_call(rep, file_write_at(AT_FDCWD, path, "deny"),
				"write", "%s", path);
		if (r < 0)
			return r;
	}
	r = write_map(pid, "gid_map", "newgidmap", gids, rep);
	return r < 0 ? r : write_map(pid, "uid_map", "newuidmap", uids, rep);
}

int idmap_userns(const struct spec_idmaps *uids, const struct spec_idmaps *gids,
		 struct report *rep)
{
	struct clone_args args = { .flags = CLONE_NEWUSER,
				   .exit_signal = SIGCHLD };
	char path[64];
	pid_t pid = sys_clone3(&args);
	int r, fd = -1;

	if (pid == 0) {
		for (;;)
			pause(); /* until the parent kills it */
	}
	r = report_call(rep, pid, "clone3", "CLONE_NEWUSER");
	if (r < 0)
		return r;
	r = idmap_write(pid, uids, gids, rep);
	if (r == 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
		fd = sysret(open(path, O_RDONLY | O_CLOEXEC));
		r = report_call(rep, fd, "open", "%s", path);
	}
	(void)kill(pid, SIGKILL); /* our child, not yet waited for */
	(void)child_wait(pid);
	return r < 0 ? r : fd;
}
