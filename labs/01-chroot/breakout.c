/* SPDX-License-Identifier: MIT */
/*
 * breakout.c - leave a chroot(2) by the classic ways
 *
 * Usage:  breakout               try every way, say what became of it
 *         breakout WAY           leave, and list the root directory outside
 *         breakout WAY FILE      leave, and print FILE as it is named outside
 *
 *           cwd   the working directory was left outside
 *           fd    an open descriptor is a directory outside
 *           walk  call chroot(2) again, with the working directory left outside
 *
 * Idea:   ".." stops at the process's root, if it comes by
 * Calls:  chdir(2), fchdir(2), chroot(2)
 * Needs:  nothing for cwd and fd; CAP_SYS_CHROOT for walk
 * Read:   chroot(2), NOTES; path_resolution(7)
 * Test:   run it in jail.c, with and without jail's options
 *
 * It only leaves a root directory that the caller may leave; what it then sees
 * is what its user may see anyway.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"

static bool same_dir(const char *a, const char *b)
{
	struct stat sa;
	struct stat sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/*
 * Go up until ".." leads nowhere else.  The kernel holds it at two places: at
 * the process's root directory and at the root of the mount namespace.
 */
static int climb(void)
{
	while (!same_dir(".", ".."))
		if (chdir("..") < 0)
			return -errno;

	return same_dir(".", "/") ? -EXDEV : 0;
}

/* Nobody called chdir("/"), so "." is still where it was before. */
static int leave_by_cwd(void)
{
	return climb();
}

/* Nobody closed it.  There may be no /proc here to list them: try them all. */
static int leave_by_fd(void)
{
	long max = sysconf(_SC_OPEN_MAX);
	struct stat st;

	for (int fd = 0; fd < max; fd++)
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) &&
		    fchdir(fd) == 0 && climb() == 0)
			return 0;
	return -EXDEV;
}

/*
 * A process has one root directory, not a stack of them.  With the root moved
 * down into a folder, the old one is a directory like any other, and "." is
 * above the only place that would stop "..".
 */
static int leave_by_walk(void)
{
	int r;

	if (chdir("/") < 0)
		return -errno;
	if (mkdir("way-out", 0700) < 0 && errno != EEXIST)
		return -errno;
	r = sysret(chroot("way-out"));
	(void)rmdir("way-out"); /* a root directory needs no name */
	return r < 0 ? r : climb();
}

static const struct way {
	const char *name;
	int (*leave)(void); /* 0: "." is the root directory outside */
} ways[] = {
	{ "cwd", leave_by_cwd },
	{ "fd", leave_by_fd },
	{ "walk", leave_by_walk },
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* "." is outside, "/" still is not: what is wanted is named from ".". */
static void show(const char *file)
{
	auto_free char *text = NULL;
	struct dirent *entry;
	DIR *dir;
	int r;

	if (file) {
		file += strspn(file, "/");
		r = file_read_all(file, &text);
		if (r < 0)
			die(r, "got out, but cannot read '%s'", file);
		r = write_all(STDOUT_FILENO, text, (size_t)r);
		if (r < 0)
			die(r, "cannot write");
		return;
	}

	dir = opendir(".");
	if (!dir)
		die(-errno, "got out, but cannot list what is there");
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			printf("%s ", entry->d_name);
	putchar('\n');
	closedir(dir);
}

static const char *outcome(int r)
{
	if (r == 0)
		return "OUT";
	if (r == -EXDEV)
		return "held: every way up ends at this root directory";
	return strerror(-r);
}

/* Each in a child, as the root and the working directory cannot be put back. */
static int try_all(void)
{
	int out = 0;
	int r;

	for (int i = 0; i < WAYS; i++) {
		pid_t child = fork();

		if (child < 0)
			die(-errno, "fork");
		if (child == 0) {
			r = ways[i].leave();
			fprintf(stderr, "%-5s %s\n", ways[i].name, outcome(r));
			_exit(r == 0 ? KIT_OK : KIT_FAILED);
		}
		r = child_wait(child);
		if (r < 0)
			die(r, "wait for a child");
		out += r == KIT_OK;
	}
	return out ? KIT_OK : KIT_FAILED;
}

int main(int argc, char *argv[])
{
	int r;

	if (argc == 1)
		return try_all();

	for (int i = 0; argc <= 3 && i < WAYS; i++) {
		if (strcmp(argv[1], ways[i].name) != 0)
			continue;
		r = ways[i].leave();
		if (r < 0)
			die(0, "%s: %s", ways[i].name, outcome(r));
		show(argv[2]);
		return KIT_OK;
	}

	fprintf(stderr, "usage: %s [cwd|fd|walk [FILE]]\n", argv[0]);
	return KIT_USAGE;
}
