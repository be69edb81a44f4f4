/* SPDX-License-Identifier: MIT */
/*
 * cmd_judge.c - isolab judge: the inner half of "grade", in the lab machine
 *
 * Usage:  isolab judge LAB=PROGRAM...
 *
 * Judges static programs that were compiled elsewhere and prints the result
 * as JSON on stdout.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "grade.h"
#include "kit.h"

static int judge_one(struct lab_result *lab, char *argument)
{
	auto_close int programfd = -1;
	char *equals = strchr(argument, '=');
	const struct grader *grader;
	const char *missing;
	const char *fix;
	int r;

	if (!equals) {
		fputs("usage: isolab judge LAB=PROGRAM...\n", stderr);
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
	lab->build.ok = true;
	programfd = open(equals + 1, O_RDONLY | O_CLOEXEC);
	missing = sandbox_missing(&fix);
	if (programfd < 0)
		lab_result_all(lab, VERDICT_ERROR,
			       "the program did not get into the machine",
			       NULL);
	else if (missing)
		lab_result_all(lab, VERDICT_SKIP, missing, fix);
	else
		judge_program(lab, programfd);
	return 0;
}

int cmd_judge(int argc, char **argv)
{
	struct result result = { .started = time(NULL) };
	auto_free char *text = NULL;
	int status = KIT_USAGE;

	result.labs = calloc((size_t)argc, sizeof(*result.labs));
	if (!result.labs)
		return 3;
	for (int i = 1; i < argc; i++) {
		if (judge_one(&result.labs[result.count], argv[i]) < 0)
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
