/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"

int lab_result_init(struct lab_result *lab, const struct grader *grader,
		    const char *submission)
{
	struct lab_result made = { .grader = grader, .where = "nowhere" };

	while (grader->checks[made.count].id)
		made.count++;
	made.submission = strdup(submission);
	made.findings = calloc(made.count + 1, sizeof(*made.findings));
	if (!made.submission || !made.findings) {
		lab_result_release(&made);
		return -ENOMEM;
	}
	for (size_t i = 0; i < made.count; i++)
		made.findings[i].check = &grader->checks[i];

	*lab = made;
	return 0;
}

static void finding_clear(struct finding *f)
{
	free(f->expected);
	free(f->observed);
	free(f->reason);
	free(f->fix);
	free(f->output);
	*f = (struct finding){ .check = f->check };
}

void lab_result_release(struct lab_result *lab)
{
	for (size_t i = 0; lab->findings && i < lab->count; i++)
		finding_clear(&lab->findings[i]);
	free(lab->findings);
	free(lab->submission);
	free(lab->build.reason);
	free(lab->build.output);
	free(lab->build.source);
	*lab = (struct lab_result){ 0 };
}

void lab_result_all(struct lab_result *lab, enum verdict verdict,
		    const char *text, const char *fix)
{
	for (size_t i = 0; i < lab->count; i++) {
		struct finding *f = &lab->findings[i];
		char **to = verdict == VERDICT_FAIL ? &f->observed : &f->reason;

		finding_clear(f);
		f->verdict = verdict;
		*to = text ? strdup(text) : NULL;
		f->fix = fix ? strdup(fix) : NULL;
	}
}

void result_release(struct result *result)
{
	for (size_t i = 0; i < result->count; i++)
		lab_result_release(&result->labs[i]);
	free(result->labs);
	*result = (struct result){ 0 };
}

struct totals lab_totals(const struct lab_result *lab)
{
	struct totals t = { 0 };

	for (size_t i = 0; i < lab->count; i++) {
		unsigned points = lab->findings[i].check->points;

		t.max += points;
		switch (lab->findings[i].verdict) {
		case VERDICT_PASS:
			t.passed++;
			t.points += points;
			break;
		case VERDICT_FAIL:
			t.failed++;
			break;
		case VERDICT_SKIP:
			t.skipped++;
			t.unjudged += points;
			break;
		case VERDICT_ERROR:
		default: /* no verdict is an error, and never a pass */
			t.errors++;
			t.unjudged += points;
			break;
		}
	}
	return t;
}

struct totals result_totals(const struct result *result)
{
	struct totals sum = { 0 };

	for (size_t i = 0; i < result->count; i++) {
		struct totals t = lab_totals(&result->labs[i]);

		sum.points += t.points;
		sum.max += t.max;
		sum.unjudged += t.unjudged;
		sum.passed += t.passed;
		sum.failed += t.failed;
		sum.skipped += t.skipped;
		sum.errors += t.errors;
	}
	return sum;
}

int result_exit_status(const struct result *result)
{
	struct totals t = result_totals(result);

	if (t.errors > 0)
		return 3;
	if (t.failed > 0)
		return 1;
	return t.passed > 0 ? 0 : 77;
}

const char *verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return "pass";
	case VERDICT_FAIL:
		return "fail";
	case VERDICT_SKIP:
		return "skip";
	case VERDICT_ERROR:
	default:
		return "error";
	}
}

/* A new file beside @path, so that rename(2) stays in one file system. */
static int open_beside(const char *path, char **ret_name)
{
	struct nonce nonce;
	char *name;
	int fd;

	nonce_init(&nonce);
	if (asprintf(&name, "%s.%s.new", path, nonce.text) < 0)
		return -ENOMEM;
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0) {
		fd = -errno;
		free(name);
		return fd;
	}
	*ret_name = name;
	return fd;
}

int result_save(const char *path, const char *text)
{
	auto_free char *name = NULL;
	auto_close int fd = -1;
	int r;

	fd = open_beside(path, &name);
	if (fd < 0)
		return fd;

	r = write_all(fd, text, strlen(text));
	/* On the disk before it has the name: a crash leaves old or new. */
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && rename(name, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(name); /* the first error is the one to tell */
	return r;
}
