/* SPDX-License-Identifier: MIT */
/*
 * cmd_judge.c - isolab judge: the inner half of "grade", in the lab machine
 *
 * Usage:  isolab judge LAB=PROGRAM...
 *         isolab judge --build LAB=SUBMISSION...
 *
 * Judges static programs that were compiled elsewhere, or with --build
 * compiles them first, and prints the result as JSON on stdout.  In a machine
 * nobody else looks for what a program leaves behind: it is looked for here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "grade.h"
#include "kit.h"
#include "matrix.h"

static void judge_file(struct lab_result *lab)
{
	auto_close int fd = open(lab->submission, O_RDONLY | O_CLOEXEC);

	lab->build.ok = true;
	if (fd >= 0)
		judge_program(lab, fd);
	else
		lab_result_all(lab, VERDICT_ERROR,
			       "the program did not get into the machine",
			       NULL);
}

static void judge_source(struct lab_result *lab)
{
	auto_close int fd = -1;

	if (build_program(lab, &fd))
		judge_program(lab, fd);
}

static int judge_one(struct lab_result *lab, char *argument, bool build)
{
	char *equals = strchr(argument, '=');
	struct traces *before;
	const struct grader *grader;
	const char *missing;
	const char *fix;
	char why[512];
	int r;

	if (!equals) {
		fputs("usage: isolab judge [--build] LAB=PROGRAM...\n", stderr);
		return -EINVAL;
	}
	*equals = '\0';
	grader = grader_need(argument);
	if (!grader)
		return -EINVAL;
	r = lab_result_init(lab, grader, equals + 1);
	if (r < 0)
		return r;
	lab->where = "machine";
	missing = grade_missing(grader, &fix);
	if (missing) {
		lab_result_all(lab, VERDICT_SKIP, missing, fix);
		return 0;
	}
	before = traces_take(lab->submission);
	if (build)
		judge_source(lab);
	else
		judge_file(lab);
	if (traces_compare(before, lab->submission, why, sizeof(why)) != 0)
		lab_result_all(lab, VERDICT_ERROR, why, NULL);
	return 0;
}

int cmd_judge(int argc, char **argv)
{
	struct result result = { .started = time(NULL) };
	auto_free char *text = NULL;
	bool build = argc > 1 && strcmp(argv[1], "--build") == 0;
	int status = KIT_USAGE;

	/* Orphans come to us, and traces_compare() sees them. */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	result.labs = calloc((size_t)argc, sizeof(*result.labs));
	if (!result.labs)
		return 3;
	for (int i = build ? 2 : 1; i < argc; i++) {
		if (judge_one(&result.labs[result.count], argv[i], build) < 0)
			goto release;
		result.count++;
	}
	text = result_to_json(&result);
	if (text && puts(text) >= 0 && fflush(stdout) == 0)
		status = result_exit_status(&result);
	else
		status = 3;

release:
	result_release(&result);
	return status;
}
