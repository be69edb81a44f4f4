/* SPDX-License-Identifier: MIT */
#include "idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "gate.h"

static const char *const maps[] = { "setgroups", "uid_map", "gid_map" };
static const char *const lines[] = { "deny", "0 0 1", "0 0 1" };

/* Of a user namespace that maps 0 to our 0: a table that changes nothing. */
static int open_table(pid_t pid)
{
	char path[64];
	int fd;

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		int r;

		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, maps[i]);
		r = file_write_at(AT_FDCWD, path, lines[i]);
		if (r < 0)
			return r;
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int idmap_table(void)
{
	struct gate moved;
	pid_t child;
	int r = gate_init(&moved);

	if (r < 0)
		return r;
	child = fork();
	if (child < 0) {
		r = -errno;
		gate_release(&moved);
		return r;
	}
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWUSER) < 0 || gate_open(&moved) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	r = gate_wait(&moved);
	if (r == 0)
		r = open_table(child);
	(void)kill(child, SIGKILL);
	(void)child_wait(child);
	return r;
}

int idmap_works(void *arg)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	const int *tablefd = arg;
	auto_close int mountfd = -1;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("try", "/tmp", "tmpfs", 0, NULL) < 0)
		return -errno;
	mountfd = open_tree(AT_FDCWD, "/tmp",
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (mountfd < 0)
		return -errno;
	attr.userns_fd = (unsigned)*tablefd;
	if (mount_setattr(mountfd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) == 0)
		return 1;
	return errno == EINVAL || errno == EPERM || errno == ENOSYS ? 0
								    : -errno;
}
