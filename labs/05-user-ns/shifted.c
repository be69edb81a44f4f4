/* SPDX-License-Identifier: MIT */
/*
 * shifted.c - the same folder with another owner: an idmapped mount
 *
 * Usage:  shifted [--tmpfs] STORED SHOWN DIR COMMAND [ARGUMENT...]
 *
 *	COMMAND sees DIR with the files of user and group STORED as those of
 *	user and group SHOWN, and what SHOWN makes there is STORED's on disk.
 *	--tmpfs   DIR gets a new tmpfs first, which root of a user namespace
 *	          owns
 *
 *	disk or memory       mount           COMMAND
 *	STORED        ---->  table   ---->   SHOWN       stat(2)
 *	STORED        <----  table   <----   SHOWN       open(2), O_CREAT
 *
 * Idea:   a map need not belong to processes; a mount can have one
 * Calls:  open_tree(2), mount_setattr(2), move_mount(2)
 * Needs:  CAP_SYS_ADMIN in the user namespace that mounted the file system:
 *         root, or with --tmpfs root of a user namespace and Linux 6.3
 * Read:   mount_setattr(2), "ID-mapped mounts";
 *         Documentation/filesystems/idmappings.rst
 * Test:   tests/graders/05-user-ns.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"

static void write_map(pid_t pid, const char *file, const char *line)
{
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	r = file_write_at(AT_FDCWD, path, line);
	if (r < 0)
		die_hint(r, "is SHOWN an ID that is mapped here?",
			 "cannot write '%s' to %s", line, path);
}

/*
 * The kernel takes its table from a user namespace.  With clone(2) and not
 * fork(2) and unshare(2) the child is in it from its first moment, so there is
 * nothing to wait for.  The descriptor outlives the child.
 */
static int open_table(const char *stored, const char *shown)
{
	char line[64];
	char path[64];
	pid_t child;
	int fd;

	child = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL,
			       NULL, NULL);
	if (child < 0)
		die_hint(-errno, "try: isolab doctor",
			 "cannot make a user namespace");
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}

	snprintf(line, sizeof(line), "%.16s %.16s 1", stored, shown);
	write_map(child, "uid_map", line);
	write_map(child, "gid_map", line);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)child);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(-errno, "cannot open %s", path);
	(void)kill(child, SIGKILL);
	(void)child_wait(child);
	return fd;
}

/*
 * A mount that processes can already see must not change its owners under
 * them, so the kernel idmaps only one that is not in the tree yet.
 */
static void shift(const char *dir, int tablefd)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = (unsigned)tablefd,
	};
	int fd = open_tree(AT_FDCWD, dir, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd < 0)
		die(-errno, "cannot clone the mount of '%s'", dir);
	if (mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0) {
		if (errno == EPERM)
			die_hint(-EPERM, "root of the machine could",
				 "'%s' is on a file system that this user "
				 "namespace did not mount",
				 dir);
		die_hint(-errno, "a tmpfs of a user namespace needs Linux 6.3",
			 "this file system cannot be idmapped here");
	}
	if (move_mount(fd, "", AT_FDCWD, dir, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		die(-errno, "cannot put the mount on '%s'", dir);
	(void)close(fd);
}

int main(int argc, char *argv[])
{
	bool fresh = argc > 1 && strcmp(argv[1], "--tmpfs") == 0;
	char **arg = argv + 1 + fresh;
	int tablefd;

	if (argc < 5 + fresh) {
		fprintf(stderr,
			"usage: %s [--tmpfs] STORED SHOWN DIR COMMAND "
			"[ARGUMENT...]\n",
			argv[0]);
		return KIT_USAGE;
	}
	if (unshare(CLONE_NEWNS) < 0)
		die_hint(-errno, "as an ordinary user: asroot --range shifted",
			 "cannot make a mount namespace");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die(-errno, "cannot make the mounts private");
	if (fresh && mount("shifted", arg[2], "tmpfs", 0, "mode=777") < 0)
		die(-errno, "cannot mount a tmpfs on '%s'", arg[2]);

	tablefd = open_table(arg[0], arg[1]);
	shift(arg[2], tablefd);
	(void)close(tablefd);
	execvp(arg[3], &arg[3]);
	die(-errno, "cannot run '%s'", arg[3]);
}
