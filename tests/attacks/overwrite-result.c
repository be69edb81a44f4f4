/* SPDX-License-Identifier: MIT */
/*
 * overwrite-result.c - writes results wherever a grader could keep them
 *
 * Attack: writing or linking over the result file
 * Lab: 02-mount-ns
 * Stopped: only the grader, outside, holds the result
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const places[] = {
	"/result.json",
	"/work/result.json",
	"/tmp/result.json",
	"../result.json",
	"/autograder/results/results.json",
	"/work/progress.json",
	"/tmp/isolab/result.json",
};

int main(void)
{
	static const char text[] = "{\"score\": 100}";

	/* Before we make any: two of the names may lead to one file. */
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int fd = open(places[i], O_WRONLY);

		if (fd >= 0)
			fprintf(stderr, "BROKEN: wrote over %s\n", places[i]);
	}
	(void)mkdir("/autograder", 0777);
	(void)mkdir("/autograder/results", 0777);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int fd = open(places[i], O_CREAT | O_WRONLY, 0666);

		if (fd >= 0)
			(void)!write(fd, text, strlen(text));
		(void)symlink("/work/result.json", "/tmp/link");
		(void)link(places[i], "/tmp/result");
	}
	return 0;
}
