/* SPDX-License-Identifier: MIT */
/*
 * cmd_reset.c - isolab reset: start an exercise again
 *
 * Usage:  isolab reset LAB
 *
 * The untouched exercise is made from the solution, as "make skeletons" does,
 * or taken from git where there is no solution.  What the student wrote is
 * never overwritten: it is renamed first.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "kit.h"

enum { PATH_SIZE = 4096 };

static int usage(FILE *out, int status)
{
	fputs("usage: isolab reset LAB\n\n"
	      "Puts the untouched exercise back.  What you wrote is kept "
	      "beside\n"
	      "it, as NAME.c.old-YYYYMMDD-HHMMSS.\n",
	      out);
	return status;
}

/* Run a tool in the kit's folder with its output in a new file. */
static int run_into(const char *kit, const char *file, const char *const argv[])
{
	pid_t pid;
	int fd = open(file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		if (chdir(kit) < 0 || dup2(fd, STDOUT_FILENO) < 0)
			_exit(127);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(fd);
	return pid < 0 ? -errno : child_wait(pid);
}

/* The untouched exercise, into a new file. */
static int make_skeleton(const char *kit, const char *lab, const char *name,
			 const char *file)
{
	char solution[PATH_SIZE];
	char object[PATH_SIZE];
	char path[PATH_SIZE * 2 + 8];
	const char *const awk[] = { "awk", "-f", "tests/skel.awk", solution,
				    NULL };
	const char *const git[] = { "git", "show", object, NULL };

	snprintf(solution, sizeof(solution), "solutions/%s/%s", lab, name);
	snprintf(object, sizeof(object), "HEAD:exercises/%s/%s", lab, name);
	snprintf(path, sizeof(path), "%s/%s", kit, solution);
	return run_into(kit, file, access(path, R_OK) == 0 ? awk : git);
}

static int reset_file(const char *kit, const char *lab, const char *name)
{
	char path[PATH_SIZE * 2 + 8];
	char fresh[PATH_SIZE * 2 + 64];
	char old[PATH_SIZE * 2 + 64];
	char stamp[16];
	time_t now = time(NULL);
	struct tm tm;
	int r;

	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	snprintf(path, sizeof(path), "%s/exercises/%s/%s", kit, lab, name);
	snprintf(fresh, sizeof(fresh), "%s.new-%s", path, stamp);
	snprintf(old, sizeof(old), "%s.old-%s", path, stamp);

	r = make_skeleton(kit, lab, name, fresh);
	if (r != 0) {
		(void)unlink(fresh);
		fprintf(stderr,
			"isolab reset: cannot make the untouched %s: neither "
			"solutions/ nor git has it; nothing was changed\n",
			name);
		return KIT_FAILED;
	}
	/* link(2) fails where the name is taken, and so loses nothing. */
	if (access(path, F_OK) == 0 && link(path, old) < 0)
		r = -errno;
	if (r == 0)
		r = sysret(rename(fresh, path));
	if (r < 0) {
		(void)unlink(fresh);
		fprintf(stderr,
			"isolab reset: cannot keep the old %s: %s; "
			"nothing was changed\n",
			name, strerror(-r));
		return KIT_FAILED;
	}
	printf("exercises/%s/%s is untouched again", lab, name);
	if (access(old, F_OK) == 0)
		printf("; yours is %s", strrchr(old, '/') + 1);
	putchar('\n');
	return KIT_OK;
}

static int is_c_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".c") == 0;
}

int cmd_reset(int argc, char **argv)
{
	const struct grader *grader;
	struct dirent **names;
	char kit[PATH_SIZE];
	char dir[PATH_SIZE * 2];
	int status = KIT_OK;
	int count;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, KIT_OK);
	if (argc != 2)
		return usage(stderr, KIT_USAGE);
	grader = grader_need(argv[1]);
	if (!grader)
		return KIT_USAGE;
	if (kit_path(kit, sizeof(kit), "") < 0)
		die_hint(0, "run it from the kit's folder, or set ISOLAB_KIT",
			 "cannot find the kit");

	/* The names: of the solution's files, or else of the student's. */
	snprintf(dir, sizeof(dir), "%s/solutions/%s", kit, grader->lab);
	count = scandir(dir, &names, is_c_file, alphasort);
	if (count <= 0) {
		snprintf(dir, sizeof(dir), "%s/exercises/%s", kit, grader->lab);
		count = scandir(dir, &names, is_c_file, alphasort);
	}
	if (count <= 0)
		die(0, "there is no exercise %s to reset", grader->lab);
	for (int i = 0; i < count; i++) {
		if (status == KIT_OK)
			status = reset_file(kit, grader->lab, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return status;
}
