/* SPDX-License-Identifier: MIT */
/*
 * nest.c - user namespaces in user namespaces, and one process seen from each
 *
 * Usage:  nest [LEVELS]          3 if not given
 *
 * Each level is a child of the one before, in a user namespace below.  On odd
 * levels its user is 0, on even ones 1000.  Every level looks at the innermost
 * process, and at a file that this process made.
 *
 * Idea:   a user namespace has a parent; its map is into the parent's IDs
 * Calls:  unshare(2) with CLONE_NEWUSER, stat(2)
 * Needs:  nothing
 * Read:   user_namespaces(7), "Nested namespaces, namespace
 *         membership"
 * Test:   tests/graders/05-user-ns.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"
#include "number.h"

static void write_own(const char *file, const char *text)
{
	int r = file_write_at(AT_FDCWD, file, text);

	if (r < 0)
		die(r, "cannot write '%s' to %s", text, file);
}

/* One namespace further down: the ID that we have gets a new name. */
static void descend(unsigned inside)
{
	unsigned uid = geteuid();
	unsigned gid = getegid();
	char map[32];

	if (unshare(CLONE_NEWUSER) < 0)
		die_hint(-errno, "Linux allows no more levels than that",
			 "cannot make a user namespace");
	snprintf(map, sizeof(map), "%u %u 1", inside, uid);
	write_own("/proc/self/uid_map", map);
	write_own("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", inside, gid);
	write_own("/proc/self/gid_map", map);
}

/* The file is always the same one. */
static void say(int level, const struct stat *st)
{
	printf("level %-2d  I am user %-6u the file is user %u's\n", level,
	       geteuid(), st->st_uid);
	(void)fflush(stdout);
}

/* Go down first, so that the file exists when each level looks at it. */
static void visit(int level, int levels, const char *path)
{
	struct stat st;
	pid_t child;
	int fd;

	if (level == levels) {
		fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
		if (fd < 0)
			die(-errno, "cannot make '%s'", path);
		(void)close(fd);
	} else {
		child = fork();
		if (child < 0)
			die(-errno, "cannot fork");
		if (child == 0) {
			descend(level % 2 ? 1000 : 0);
			visit(level + 1, levels, path);
			_exit(KIT_OK);
		}
		if (child_wait(child) != 0)
			_exit(KIT_FAILED); /* the child has said why */
	}
	if (stat(path, &st) < 0)
		die(-errno, "cannot look at '%s'", path);
	say(level, &st);
}

int main(int argc, char *argv[])
{
	int levels = argc > 1 ? (int)number_parse(argv[1], INT_MAX) : 3;
	char dir[] = "/tmp/nest-XXXXXX";
	pid_t child;
	int status;

	if (argc > 2 || levels < 1) {
		fprintf(stderr, "usage: %s [LEVELS]\n", argv[0]);
		return KIT_USAGE;
	}
	if (!mkdtemp(dir) || chdir(dir) < 0)
		die(-errno, "cannot make a folder");
	child = fork();
	if (child == 0) {
		visit(0, levels, "file");
		_exit(KIT_OK);
	}
	status = child < 0 ? -errno : child_wait(child);
	(void)unlink("file");
	(void)rmdir(dir);
	return status == 0 ? KIT_OK : KIT_FAILED;
}
