/* SPDX-License-Identifier: MIT */
/*
 * grader.h - what the grader of one lab is made of
 *
 * A grader is one file, tests/graders/NN-name.c, that defines one
 * "const struct grader grader_NN_name": a table of tasks with their hints and
 * a table of checks.  A check starts the student's program in a sandbox of
 * its own (sandbox.h), looks at it from outside (look.h), and returns a
 * verdict.  Graders never print and never trust what the program says.
 *
 *	static enum verdict judge_cwd(struct grading *g, struct finding *f)
 *	{
 *		...start the program, look at it...
 *		expected(f, "the working directory is the new root");
 *		observed(f, "it is %s", link);
 *		if (outside)
 *			return fail(f, "no-chdir");
 *		return VERDICT_PASS;
 *	}
 *
 * See: docs/handbook/grader.md.
 */
#ifndef ISOLAB_GRADER_H
#define ISOLAB_GRADER_H

#include <stdbool.h>
#include <stddef.h>

#include "look.h"
#include "sandbox.h"

/* Zero is ERROR: a judgement that nobody made is never a pass. */
enum verdict {
	VERDICT_ERROR = 0, /* the grader could not judge */
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_SKIP, /* this machine cannot; there is a reason and a fix */
};

/* What one run of one check found out.  Strings are owned; NULL is none. */
struct finding {
	const struct check *check;
	enum verdict verdict;
	const struct diagnosis *diagnosis; /* of a fail; may be NULL */
	char *expected;
	char *observed;
	char *reason; /* of a skip or an error */
	char *fix;    /* of a skip: one thing to do */
	char *output; /* what the program wrote, for the reader of a fail */
	unsigned duration_ms;
};

/* One way to be wrong.  Each is proved by a mutant in tests/mutants/. */
struct diagnosis {
	const char *key;     /* such as "no-chdir" */
	const char *mistake; /* likely mistake, a sentence */
	const char *next;    /* next step, a sentence */
	const char *man;     /* such as "chroot(2), NOTES" */
};

struct grading;

struct check {
	const char *id;	  /* unique in the lab, such as "cwd-inside" */
	const char *task; /* such as "01.1" */
	unsigned points;
	const char *title; /* a sentence that is true when it passes */
	const char *needs; /* earlier check that must pass first, or NULL */
	enum verdict (*judge)(struct grading *g, struct finding *f);
	const struct diagnosis *diagnoses; /* last one has key NULL */
};

enum { HINTS = 3 };

struct task {
	const char *id;		  /* such as "01.1" */
	const char *title;	  /* what is to be done, in a few words */
	const char *hints[HINTS]; /* a nudge, what to read, almost the answer */
};

struct grader {
	const char *lab;	    /* such as "01-chroot" */
	const struct task *tasks;   /* last one has id NULL */
	const struct check *checks; /* last one has id NULL */

	/*
	 * What this machine lacks for the whole lab, besides what sandboxes
	 * need: NULL, or the reason, with one fix unless @ret_fix is NULL.
	 * Where something is missing "grade" goes to the lab machine.
	 */
	const char *(*missing)(const char **ret_fix);

	/*
	 * What keeps a machine from judging some of its checks: those skip
	 * there, and "--in auto" takes the lab machine where there is one.
	 * NULL, or the reason.  NULL: nothing does.
	 */
	const char *(*partly_missing)(void);
};

/* All graders, in the order of their labs; ends with NULL.  Generated. */
extern const struct grader *const graders[];

/* What a check may use.  Made afresh for each lab and submission. */
struct grading {
	int exercisefd; /* the student's static program; borrowed */
	int probefd;	/* the probe, tests/probes/probe.c; borrowed */
	bool hung;	/* an earlier check waited for it in vain */
};

/**
 * expected() - say what a passing program makes the kernel show
 * @f: receives the text; an earlier one is replaced
 * @fmt: printf-style, one sentence without a full stop
 */
void expected(struct finding *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * observed() - say what the kernel did show
 * @f: receives the text; an earlier one is replaced
 * @fmt: printf-style, one sentence without a full stop
 */
void observed(struct finding *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * fail() - the check failed, and this is the likely mistake
 * @f: receives the diagnosis
 * @key: of one of the check's diagnoses; an unknown key makes it an ERROR
 *
 * Return: the verdict, for the judge to return.
 */
enum verdict fail(struct finding *f, const char *key);

/**
 * cannot_judge() - the grader itself failed; never the student's fault
 * @f: receives the reason
 * @err: negative errno value, or 0
 * @fmt: what the grader tried, printf-style
 *
 * Return: VERDICT_ERROR, for the judge to return.
 */
enum verdict cannot_judge(struct finding *f, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * cannot_run() - this machine cannot run what the check needs
 * @f: receives reason and fix
 * @reason: what is missing here
 * @fix: one thing that the user can do
 *
 * Return: VERDICT_SKIP, for the judge to return.
 */
enum verdict cannot_run(struct finding *f, const char *reason, const char *fix);

/**
 * task_not_begun() - the task at whose stub the program stopped
 * @grader: the lab's
 * @f: a finding with the program's output
 *
 * An exercise that nobody has touched says "task 01.1 is not done yet" and no
 * more.  Anybody can write that, so it decides nothing: it only saves the
 * reader of a card the likely mistake of somebody who had begun.
 *
 * Return: the task, or NULL if the program said anything else.
 */
const struct task *task_not_begun(const struct grader *grader,
				  const struct finding *f);

/**
 * exercise_start() - start the student's program in a new sandbox
 * @g: the grading
 * @spec: as for sandbox_start(); the program is at /bin/exercise, the probe
 *        at /bin/probe, which @spec->prepare may link(2) to elsewhere
 * @ret: the running sandbox, to be given to sandbox_free()
 *
 * Return: 0.
 * Errors: those of sandbox_start().
 */
int exercise_start(struct grading *g, const struct sandbox_spec *spec,
		   struct sandbox **ret);

/**
 * exercise_start_probe() - start it, and wait until it has become the probe
 * @g: the grading
 * @f: receives "observed" and the program's output if that never happens
 * @spec: as above; argv must lead the program to execute the probe
 * @ret: the running sandbox, to be given to sandbox_free()
 * @ret_pid: host's PID of the probe
 *
 * Return: 0, and both are set.
 * Errors: -ESRCH the program ended, and no process is the probe; -ETIME the
 *         program still runs; both are the student's fault and "observed" is
 *         set.  Any other is the grader's.
 */
int exercise_start_probe(struct grading *g, struct finding *f,
			 const struct sandbox_spec *spec, struct sandbox **ret,
			 pid_t *ret_pid);

/**
 * exercise_keep_output() - the program's own words, for the reader of a card
 * @f: receives what it wrote to stderr so far, or else to stdout
 * @box: the sandbox
 *
 * Never evidence.  exercise_start_probe() does it when no probe comes.
 */
void exercise_keep_output(struct finding *f, struct sandbox *box);

/* judge_no_probe() - turn that function's error into a verdict.
 * @f: the finding; @r: the error; @key: diagnosis if it is the student's
 *
 * Return: the verdict, for the judge to return.
 */
enum verdict judge_no_probe(struct finding *f, int r, const char *key);

/**
 * probe_copy() - a program that does what the probe does and is not it
 * @g: the grading
 * @tail: a word that makes this copy different from others
 *
 * For a second process that sandbox_wait_exe() can tell from the probe.
 *
 * Return: descriptor of the copy, for struct sandbox_file; the caller closes.
 * Errors: -EIO; those of memfd_create(2) and write(2).
 */
int probe_copy(const struct grading *g, const char *tail);

/* A fresh secret, so that an answer cannot have been prepared. */
struct nonce {
	char text[33]; /* 128 random bits in hexadecimal, NUL-terminated */
};

/* nonce_init() - draw a new one from the kernel's random generator */
void nonce_init(struct nonce *nonce);

#endif /* ISOLAB_GRADER_H */
