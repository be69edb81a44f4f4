/* SPDX-License-Identifier: MIT */
/*
 * stage.h - run a command that cannot get out of hand
 *
 *	demo --- pipe --- stage        subreaper, in a session of its own
 *	                   `- sh       no input, no terminal
 *	                       `- ...
 *
 * The stage ends when the shell does, when its time is up, when it is told to,
 * and when the demo dies.  Before it ends it kills all that are below it; who
 * loses his parent becomes the stage's child, so nobody is forgotten.
 *
 * See: prctl(2), PR_SET_CHILD_SUBREAPER and PR_SET_PDEATHSIG.
 */
#ifndef ISOLAB_STAGE_H
#define ISOLAB_STAGE_H

#include <stdbool.h>
#include <sys/types.h>

enum { STAGE_TIME_IS_UP = 124 }; /* as timeout(1) has it */

struct stage {
	pid_t pid; /* 0: there is none */
	int outfd; /* owned; what the command writes */
};

/**
 * stage_start() - start a command for sh
 * @stage: to be given to stage_end(), whatever becomes of the command
 * @script: the command
 * @envp: its environment
 * @cwd: its working directory
 * @seconds: its deadline
 *
 * Return: 0.
 * Errors: those of pipe2(2) and fork(2).
 */
int stage_start(struct stage *stage, const char *script,
		const char *const *envp, const char *cwd, unsigned seconds);

/**
 * stage_end() - wait until all have ended, or make them
 * @stage: afterwards there is none; zeroed is fine
 * @now: do not wait for the command
 *
 * Return: 0..255 its exit status, 128 + N if signal N ended it,
 *         STAGE_TIME_IS_UP.
 */
int stage_end(struct stage *stage, bool now);

/* stage_end_all() - kill all children of the caller, a subreaper, and theirs;
 * gives up after five seconds */
void stage_end_all(void);

#endif /* ISOLAB_STAGE_H */
