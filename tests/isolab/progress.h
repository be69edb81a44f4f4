/* SPDX-License-Identifier: MIT */
/*
 * progress.h - what the last grading of each lab found, kept for `list`
 *
 * One file below the state folder (kit.h), "progress.json", of the schema of
 * result.h.  It is a convenience for the user who owns it and proves nothing.
 */
#ifndef ISOLAB_PROGRESS_H
#define ISOLAB_PROGRESS_H

#include "result.h"

/**
 * progress_load() - read what is known
 * @ret: filled on success, to be given to result_release()
 *
 * Return: 0.
 * Errors: -ENOENT nothing was graded yet; -EINVAL the file is damaged or
 *         from another version of the kit; those of open(2).
 */
int progress_load(struct result *ret);

/**
 * progress_save() - remember a result; labs that it does not have are kept
 * @result: what was just graded; borrowed
 *
 * Return: 0.
 * Errors: -ENOMEM; those of kit_state_path() and result_save().
 */
int progress_save(const struct result *result);

/* progress_lab() - a lab's part of the result, or NULL if it has none */
const struct lab_result *progress_lab(const struct result *result,
				      const struct grader *grader);

/**
 * task_solved() - whether all checks of a task passed
 * @lab: the lab's result; NULL if it was never graded
 * @task: such as "01.1"
 *
 * Return: true if there is at least one check and all of them passed.
 */
bool task_solved(const struct lab_result *lab, const char *task);

/* task_points() - what a task is worth, and in @ret_points what it brought */
unsigned task_points(const struct grader *grader, const struct lab_result *lab,
		     const char *task, unsigned *ret_points);

#endif /* ISOLAB_PROGRESS_H */
