/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"
#include "kit.h"

enum { PATH_SIZE = 4096 };

static const char file_name[] = "progress.json";

int progress_load(struct result *ret)
{
	auto_free char *text = NULL;
	char path[PATH_SIZE];
	int r;

	r = kit_state_path(path, sizeof(path), file_name);
	if (r == 0)
		r = file_read_all(path, &text);
	return r < 0 ? r : result_from_json(text, ret);
}

/* @ret borrows from both; only the array is its own. */
static int merge(const struct result *now, const struct result *before,
		 struct result *ret)
{
	*ret = *now;
	ret->count = 0;
	ret->labs = calloc(now->count + before->count + 1, sizeof(*ret->labs));
	if (!ret->labs)
		return -ENOMEM;

	for (size_t i = 0; graders[i]; i++) {
		const struct lab_result *lab = progress_lab(now, graders[i]);

		if (!lab)
			lab = progress_lab(before, graders[i]);
		if (lab)
			ret->labs[ret->count++] = *lab;
	}
	return 0;
}

int progress_save(const struct result *result)
{
	auto_free char *text = NULL;
	struct result before = { 0 };
	char path[PATH_SIZE];
	struct result all;
	int r;

	r = kit_state_path(path, sizeof(path), file_name);
	if (r < 0)
		return r;
	(void)progress_load(&before); /* none, or damaged: start afresh */
	r = merge(result, &before, &all);
	if (r == 0) {
		text = result_to_json(&all);
		free(all.labs);
		r = text ? result_save(path, text) : -ENOMEM;
	}
	result_release(&before);
	return r;
}

const struct lab_result *progress_lab(const struct result *result,
				      const struct grader *grader)
{
	for (size_t i = result->count; i > 0; i--) {
		if (result->labs[i - 1].grader == grader)
			return &result->labs[i - 1];
	}
	return NULL;
}

bool task_solved(const struct lab_result *lab, const char *task)
{
	bool solved = false;

	for (size_t i = 0; lab && i < lab->count; i++) {
		if (strcmp(lab->findings[i].check->task, task) != 0)
			continue;
		if (lab->findings[i].verdict != VERDICT_PASS)
			return false;
		solved = true;
	}
	return solved;
}

unsigned task_points(const struct grader *grader, const struct lab_result *lab,
		     const char *task, unsigned *ret_points)
{
	unsigned points = 0;
	unsigned max = 0;

	for (size_t i = 0; grader->checks[i].id; i++) {
		if (strcmp(grader->checks[i].task, task) != 0)
			continue;
		max += grader->checks[i].points;
		if (lab && lab->findings[i].verdict == VERDICT_PASS)
			points += grader->checks[i].points;
	}
	*ret_points = points;
	return max;
}
