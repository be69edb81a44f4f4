/* SPDX-License-Identifier: MIT */
/*
 * result.h - the one result model, from which every report is made
 *
 *	struct result
 *	  `- struct lab_result, one for each lab that was to be graded
 *	       |- struct build          what the compiler said
 *	       `- struct finding        one for each check of the lab's grader
 *
 * Every check of a lab has a finding, whatever happened: a program that does
 * not compile fails them all, a machine that cannot run the lab skips them
 * all, a grader that broke makes them all errors.  So the points that could
 * be had are always the sum over the findings.
 *
 * See: docs/handbook/grader.md, "The result model".
 */
#ifndef ISOLAB_RESULT_H
#define ISOLAB_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "grader.h"

#define ISOLAB_VERSION "0.1.0"
#define RESULT_SCHEMA  "isolab/result/v1"

struct build {
	bool ok;
	char *reason; /* one line if not ok: "it does not compile"; owned */
	char *output; /* what the compiler wrote, or NULL; owned */
	char *source; /* path of its first .c file, for a card; may be NULL;
			 owned; not part of the JSON */
	unsigned duration_ms;
};

struct lab_result {
	const struct grader *grader; /* static */
	char *submission;  /* path of the folder or file, as given; owned */
	const char *where; /* static: "host", "machine" or "nowhere" */
	struct build build;
	struct finding *findings; /* owned; one for each check */
	size_t count;
	unsigned duration_ms;
};

struct result {
	struct lab_result *labs; /* owned */
	size_t count;
	time_t started;
	unsigned duration_ms;
};

struct totals {
	unsigned points;   /* of passed checks */
	unsigned max;	   /* of all checks */
	unsigned unjudged; /* of max: of skipped and erroneous checks */
	unsigned passed;   /* checks */
	unsigned failed;
	unsigned skipped;
	unsigned errors;
};

/**
 * lab_result_init() - an ERROR for each check of a grader
 * @lab: to be filled
 * @grader: its grader; static
 * @submission: path of the submission; copied
 *
 * Return: 0.
 * Errors: -ENOMEM.
 */
int lab_result_init(struct lab_result *lab, const struct grader *grader,
		    const char *submission);

/* lab_result_release() - free what a lab's result holds; zeroed is fine */
void lab_result_release(struct lab_result *lab);

/**
 * lab_result_all() - give every check the same verdict
 * @lab: the result
 * @verdict: the verdict
 * @text: "observed" of a fail, or the reason of a skip or an error; copied
 * @fix: one thing to do, or NULL; copied
 */
void lab_result_all(struct lab_result *lab, enum verdict verdict,
		    const char *text, const char *fix);

/* result_release() - free all labs */
void result_release(struct result *result);

/* lab_totals(), result_totals() - add up */
struct totals lab_totals(const struct lab_result *lab);
struct totals result_totals(const struct result *result);

/**
 * result_exit_status() - what `isolab grade` ends with
 * @result: the result
 *
 * Return: 0 all judged checks passed, 1 some failed, 3 the grader could not
 *         judge something, 77 nothing could run here.
 */
int result_exit_status(const struct result *result);

/* verdict_name() - "pass", "fail", "skip" or "error" */
const char *verdict_name(enum verdict verdict);

/**
 * result_to_json() - the model as text, "isolab/result/v1"
 * @result: the result
 *
 * Return: text; the caller frees it.  NULL if there is no memory.
 * See: docs/handbook/grader.md, "The result model".
 */
char *result_to_json(const struct result *result);

/**
 * result_from_json() - read it back, as from a lab machine
 * @text: NUL-terminated; not trusted
 * @ret: filled on success, to be given to result_release()
 *
 * Return: 0.
 * Errors: -EINVAL it is not JSON, or not of that schema, or names a lab or a
 *         check that this program does not have; -ENOMEM.
 */
int result_from_json(const char *text, struct result *ret);

/**
 * result_save() - write a report where nobody ever sees half of it
 * @path: the file; replaced by rename(2) if it exists, never followed if it
 *        is a symbolic link
 * @text: content
 *
 * Return: 0.
 * Errors: those of open(2), write(2), fsync(2) and rename(2).
 */
int result_save(const char *path, const char *text);

/*
 * Reports.  Each returns text that the caller frees, or NULL if there is no
 * memory.  All are UTF-8; control characters that XML forbids are replaced.
 */
struct terminal_style {
	bool color;
	bool verbose;	  /* a line for passed checks too, compiler warnings */
	unsigned columns; /* width to fill, 40 or more */
};

char *report_terminal(const struct result *result,
		      const struct terminal_style *style);
char *report_junit(const struct result *result);
char *report_tap(const struct result *result);

#endif /* ISOLAB_RESULT_H */
