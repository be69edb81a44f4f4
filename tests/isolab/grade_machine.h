/* SPDX-License-Identifier: MIT */
/*
 * grade_machine.h - judge in the lab machine
 *
 *	isolab grade                      the host
 *	  |  compiles each submission in a sandbox
 *	  `- machine_run()                one machine, small root
 *	       `- isolab judge LAB=PROGRAM...
 *	            `- a sandbox for each check
 *
 * A host that can run no sandbox cannot compile safely either.  Then the
 * machine sees the host's files, read-only, and "isolab judge --build"
 * compiles in there, which takes some twenty times longer.
 */
#ifndef ISOLAB_GRADE_MACHINE_H
#define ISOLAB_GRADE_MACHINE_H

#include "result.h"

/**
 * grade_in_machine() - as grade_labs(), in one lab machine for all of @labs
 * @labs: submissions of one student, or answers of the kit itself: they share
 *        the machine
 * @count: how many there are
 *
 * Every lab has verdicts afterwards.  If the machine fails they are errors,
 * and what its kernel said is in the file that the reason names.
 */
void grade_in_machine(struct lab_result *labs, size_t count);

#endif /* ISOLAB_GRADE_MACHINE_H */
