/* SPDX-License-Identifier: MIT */
/*
 * cmd_run.c - isolab run: run a lab's own program
 *
 * Usage:  isolab run LAB [PROGRAM [ARGUMENT...]]
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "kit.h"

enum { PATH_SIZE = 4096 };

static int usage(FILE *out, int status)
{
	fputs("usage: isolab run LAB [PROGRAM [ARGUMENT...]]\n\n"
	      "Runs a program of labs/LAB/; without PROGRAM it lists them.\n",
	      out);
	return status;
}

static int list(const char *lab, const char *dir)
{
	struct dirent *entry;
	DIR *d = opendir(dir);

	if (!d) {
		fprintf(stderr,
			"isolab run: lab %s has no program here; try: make\n",
			lab);
		return KIT_FAILED;
	}
	while ((entry = readdir(d))) {
		if (entry->d_name[0] != '.')
			printf("isolab run %.2s %s\n", lab, entry->d_name);
	}
	closedir(d);
	return KIT_OK;
}

int cmd_run(int argc, char **argv)
{
	const struct grader *grader;
	char path[PATH_SIZE];
	char below[256];

	if (argc < 2)
		return usage(stderr, KIT_USAGE);
	if (strcmp(argv[1], "--help") == 0)
		return usage(stdout, KIT_OK);
	grader = grader_need(argv[1]);
	if (!grader)
		return KIT_USAGE;
	if (argc > 2 && strchr(argv[2], '/')) {
		fprintf(stderr, "isolab run: '%s' is not a program's name\n",
			argv[2]);
		return KIT_USAGE;
	}

	snprintf(below, sizeof(below), "bin/labs/%s%s%.64s", grader->lab,
		 argc > 2 ? "/" : "", argc > 2 ? argv[2] : "");
	if (kit_build_path(path, sizeof(path), below) < 0)
		return KIT_FAILED;
	if (argc == 2)
		return list(grader->lab, path);

	execv(path, argv + 2);
	fprintf(stderr,
		"isolab run: cannot run '%s' of lab %s: %s (isolab run %.2s "
		"lists its programs)\n",
		argv[2], grader->lab, strerror(errno), grader->lab);
	return errno == ENOENT ? 127 : 126;
}
