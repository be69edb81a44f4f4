/* SPDX-License-Identifier: MIT */
/*
 * finding.c - what a judge has to say
 *
 * A text that cannot be kept because memory ran out is left out: the verdict
 * counts, the text only explains it.
 *
 * See: grader.h.
 */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grader.h"

/* printf into *@ret, which is owned and may be among the arguments. */
__attribute__((format(printf, 2, 0))) static void
replace(char **ret, const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	free(*ret);
	*ret = s;
}

void expected(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	replace(&f->expected, fmt, ap);
	va_end(ap);
}

void observed(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	replace(&f->observed, fmt, ap);
	va_end(ap);
}

enum verdict fail(struct finding *f, const char *key)
{
	const struct diagnosis *d = f->check->diagnoses;

	for (; d && d->key; d++) {
		if (strcmp(d->key, key) != 0)
			continue;
		f->diagnosis = d;
		f->verdict = VERDICT_FAIL;
		return VERDICT_FAIL;
	}
	return cannot_judge(f, 0, "check %s has no diagnosis '%s'",
			    f->check->id, key);
}

enum verdict cannot_judge(struct finding *f, int err, const char *fmt, ...)
{
	va_list ap;
	char *whole;

	va_start(ap, fmt);
	replace(&f->reason, fmt, ap);
	va_end(ap);

	if (err != 0 && f->reason &&
	    asprintf(&whole, "%s: %s", f->reason, strerror(-err)) >= 0) {
		free(f->reason);
		f->reason = whole;
	}
	f->verdict = VERDICT_ERROR;
	return VERDICT_ERROR;
}

/* The task of a line "PROGRAM: task ID is not done yet: ...", or NULL. */
static const struct task *stub_of_line(const struct task *task,
				       const char *line, size_t len)
{
	static const char before[] = "task ";
	static const char after[] = " is not done yet";
	const char *at = memmem(line, len, before, strlen(before));

	/* At the start, or behind the program's name. */
	if (!at || (at != line && (at < line + 2 || at[-2] != ':')))
		return NULL;
	at += strlen(before);
	for (; task && task->id; task++) {
		size_t n = strlen(task->id);

		if (at + n + strlen(after) <= line + len &&
		    memcmp(at, task->id, n) == 0 &&
		    memcmp(at + n, after, strlen(after)) == 0)
			return task;
	}
	return NULL;
}

const struct task *task_not_begun(const struct grader *grader,
				  const struct finding *f)
{
	const struct task *first = NULL;
	const char *line = f->output;

	if (f->verdict != VERDICT_FAIL || !line)
		return NULL;
	while (*line) {
		size_t len = strcspn(line, "\n");
		const struct task *task =
			stub_of_line(grader->tasks, line, len);

		if (!task)
			return NULL;
		first = first ? first : task;
		line += len + (line[len] == '\n');
	}
	return first;
}

enum verdict cannot_run(struct finding *f, const char *reason, const char *fix)
{
	/* Copy first: they may be this finding's own, or an earlier one's. */
	char *new_reason = reason ? strdup(reason) : NULL;
	char *new_fix = fix ? strdup(fix) : NULL;

	free(f->reason);
	free(f->fix);
	f->reason = new_reason;
	f->fix = new_fix;
	f->verdict = VERDICT_SKIP;
	return VERDICT_SKIP;
}

void nonce_init(struct nonce *nonce)
{
	unsigned char random[sizeof(nonce->text) / 2];

	/* libsodium reads getrandom(2), and aborts if the kernel has none. */
	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(nonce->text, sizeof(nonce->text), random,
		       sizeof(random));
}
