/* SPDX-License-Identifier: MIT */
/*
 * read-expected.c - looks for expected values in all processes and files
 *
 * Attack: reading expected files
 * Lab: 02-mount-ns
 * Stopped: neither the grader's files nor its memory are in the sandbox
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Of PID 1, which has the grader's memory: what only its owner may read. */
static bool is_secret(const char *path)
{
	return strcmp(path, "/proc/1/environ") == 0 ||
	       strcmp(path, "/proc/1/auxv") == 0 || strstr(path, "grader");
}

static int look(const char *path, const struct stat *st, int kind,
		struct FTW *ftw)
{
	char bytes[256];
	int fd;

	(void)st;
	(void)ftw;
	if (kind != FTW_F)
		return 0;
	fd = open(path, O_RDONLY | O_NONBLOCK);
	if (fd >= 0) {
		ssize_t n = read(fd, bytes, sizeof(bytes));

		if (n > 0 && is_secret(path))
			fprintf(stderr, "BROKEN: read %s\n", path);
		if (n > 0)
			(void)!write(STDOUT_FILENO, bytes, (size_t)n);
		close(fd);
	}
	return 0;
}

int main(void)
{
	(void)nftw("/work", look, 16, FTW_PHYS);
	(void)nftw("/proc/1", look, 16, FTW_PHYS);
	return 0;
}
