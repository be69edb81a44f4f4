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
 * build_program() - compile one submission, in a sandbox on this machine
 * @lab: from lab_result_init(); receives the compiler's words, and a verdict
 *       for every check if there is no program
 * @ret_fd: the static program, sealed; the caller closes it
 *
 * Return: true if there is a program.
 */
bool build_program(struct lab_result *lab, int *ret_fd);

enum grade_place {
	GRADE_AUTO,    /* on the host if it can, else in the lab machine */
	GRADE_HOST,    /* here, or skip */
	GRADE_MACHINE, /* in the lab machine, or skip */
};

/**
 * grade_missing() - say whether this machine can judge a lab
 * @grader: the lab's
 * @ret_fix: receives one thing to do about it, a constant; may be NULL
 *
 * Return: NULL if it can (tried by doing it), else the reason, a constant.
 */
const char *grade_missing(const struct grader *grader, const char **ret_fix);

/**
 * grade_place_of() - where a lab would be judged
 * @grader: the lab's
 * @place: what the user asked for
 *
 * Return: GRADE_HOST or GRADE_MACHINE; what is missing there is not looked at.
 */
enum grade_place grade_place_of(const struct grader *grader,
				enum grade_place place);

/**
 * grade_labs() - build and judge submissions
 * @labs: from lab_result_init(), with the path of each submission
 * @count: how many there are
 * @place: where to judge
 *
 * Submissions are compiled here, in a sandbox; a lab machine gets the static
 * programs.  Every lab has verdicts afterwards, whatever happened.
 */
void grade_labs(struct lab_result *labs, size_t count, enum grade_place place);

/**
 * grade_some() - the first of them, as far as they are judged together
 * @labs: as for grade_labs()
 * @count: how many there are, at least one
 * @place: where to judge
 *
 * Return: how many have verdicts now: one, or those that shared a lab machine.
 */
size_t grade_some(struct lab_result *labs, size_t count,
		  enum grade_place place);

#endif /* ISOLAB_GRADE_H */
