/* SPDX-License-Identifier: MIT */
/*
 * cmd_list.c - isolab list [LAB...]: labs, tasks, points and progress
 *
 * Read:   progress.h
 * Test:   tests/unit/test_commands.c
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "kit.h"
#include "progress.h"

static int usage(FILE *out, int status)
{
	fputs("usage: isolab list [LAB...]\n\n"
	      "Lists the labs, their tasks, and the points of the last "
	      "'isolab grade'.\n"
	      "LAB is a number or a name, such as 1 or 01-chroot.\n",
	      out);
	return status;
}

static void list_lab(const struct grader *grader, const struct lab_result *lab)
{
	unsigned max = 0;
	unsigned points = 0;

	for (size_t i = 0; grader->checks[i].id; i++)
		max += grader->checks[i].points;
	if (lab)
		points = lab_totals(lab).points;

	printf("%-44s %3u of %3u points%s\n", grader->lab, points, max,
	       lab ? "" : "  not graded yet");
	for (const struct task *task = grader->tasks; task->id; task++) {
		unsigned had;
		unsigned worth = task_points(grader, lab, task->id, &had);

		/* %-*s counts bytes; titles in the tables are ASCII. */
		printf("  %s %s  %-36.36s %3u of %3u\n",
		       task_solved(lab, task->id) ? "[x]" : "[ ]", task->id,
		       task->title, had, worth);
	}
}

int cmd_list(int argc, char **argv)
{
	struct result last = { 0 };
	int r;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, KIT_OK);
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			return usage(stderr, KIT_USAGE);
		if (!grader_need(argv[i]))
			return KIT_USAGE;
	}

	r = progress_load(&last);
	if (r < 0 && r != -ENOENT)
		fprintf(stderr,
			"isolab: the last result cannot be read: %s"
			" (try: isolab grade)\n",
			strerror(-r));

	for (size_t i = 0; graders[i]; i++) {
		bool wanted = argc == 1;

		for (int k = 1; k < argc; k++)
			wanted |= grader_by_name(argv[k]) == graders[i];
		if (wanted)
			list_lab(graders[i], progress_lab(&last, graders[i]));
	}
	result_release(&last);
	return KIT_OK;
}
