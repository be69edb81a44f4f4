/* SPDX-License-Identifier: MIT */
/* grade.h - from a submission to a lab's result */
#ifndef ISOLAB_GRADE_H
#define ISOLAB_GRADE_H

#include "result.h"

/**
 * judge_program() - run all checks of a lab on a program, on this machine
 * @lab: from lab_result_init(); receives the findings
 * @exercisefd: the student's static program; borrowed
 *
 * Checks run in the order of their table.  One that needs another which did
 * not pass fails with it, is skipped with it, or is an error with it.
 */
void judge_program(struct lab_result *lab, int exercisefd);

/**
 * grade_submission() - build and judge, on this machine
 * @grader: the lab's grader
 * @path: the submission: a folder or a .c file
 * @ret: filled, whatever happened, to be given to lab_result_release()
 *
 * Return: 0.
 * Errors: -ENOMEM, and @ret is untouched.
 */
int grade_submission(const struct grader *grader, const char *path,
		     struct lab_result *ret);

#endif /* ISOLAB_GRADE_H */
