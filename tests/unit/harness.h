/* SPDX-License-Identifier: MIT */
/*
 * harness.h - what every unit test program of the kit shares
 *
 * A test asserts in its own process only: Check cannot see an assertion that
 * fails in a process which the test forked.  Every test is a process of its
 * own, and must end with the descriptors and children that it began with; the
 * suite must end with the mounts, descriptors and children that it began with.
 *
 * See: Check manual, "Checked vs Unchecked Fixtures".
 */
#ifndef KIT_HARNESS_H
#define KIT_HARNESS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#undef fail /* an old macro of Check; the grader has a function */

/* What one run of a program left behind. */
struct run {
	int status;	 /* exit status, or 128 + signal; see child_wait() */
	char out[16384]; /* what it wrote to stdout and stderr, NUL-terminated;
			    more is read and dropped */
};

/**
 * run_program() - run a program, wait for it and keep what it says
 * @ret: receives what it left behind; status 127 if it cannot be executed
 * @argv: NULL-terminated; argv[0] is looked up in $PATH if it has no slash
 *
 * The program is killed after ten seconds.
 */
void run_program(struct run *ret, const char *const argv[]);

/* run_slow_program() - as run_program(), for what compiles something: it is
 * killed after four minutes */
void run_slow_program(struct run *ret, const char *const argv[]);

/**
 * run_function() - as run_program(), for a function of this program
 * @ret: receives what it left behind
 * @fn: called in a child; the child exits with what it returns
 * @arg: for @fn
 */
void run_function(struct run *ret, int (*fn)(void *arg), void *arg);

/* Requirements: each returns NULL if it holds, else the reason to skip. */
const char *need_root(void);
const char *need_user(void); /* an ordinary user, not root */
const char *need_userns(void);

/* need_tool() - NULL if "@name --version" runs, else @missing */
const char *need_tool(const char *name, const char *missing);

/**
 * add_task() - add a test case, unless this machine cannot run it
 * @suite: gets the new test case
 * @task: its name
 * @missing: NULL, or the reason why it must be skipped
 *
 * Return: the test case; if skipped, a reason has been printed and tests added
 *         to the case will not run.
 */
TCase *add_task(Suite *suite, const char *task, const char *missing);

/* main() of every test program: runs the suite, returns the exit status. */
int run_suite(Suite *suite);

#endif /* KIT_HARNESS_H */
