/* SPDX-License-Identifier: MIT */
/*
 * report_terminal.c - the result for a person
 *
 *	01-chroot       [########............]  40 of 100
 *
 *	  FAIL  01.2  the working directory is inside the new root
 *	        expected  ...
 *	        observed  ...
 *	        mistake   ...
 *	        next      ...
 *	        read      chroot(2), NOTES
 *	        output    | what the program wrote
 *
 * A check that failed with a diagnosis gets such a card, or says where to begin
 * if nobody has; one that failed only because an earlier one did gets the first
 * two lines of it.  Checks that could not be judged for one reason are told
 * together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "result.h"
#include "text.h"

enum { OUTPUT_LINES = 8, BUILD_LINES = 20 };

/* What everything below writes to. */
struct page {
	struct text text;
	const struct terminal_style *style;
};

static const char red[] = "\033[31m";
static const char green[] = "\033[32m";
static const char yellow[] = "\033[33m";
static const char plain[] = "\033[0m";

static void color(struct page *page, const char *code)
{
	if (page->style->color)
		text_add(&page->text, code);
}

/* Untrusted text, wrapped behind a label. */
static void row(struct page *page, const char *label, const char *s)
{
	auto_free char *clean = NULL;

	if (!s || !*s)
		return;
	clean = text_clean(s);
	if (!clean)
		page->text.failed = true;
	else
		text_wrap(&page->text, label, page->style->columns, clean);
}

/* A name, a bar and the points; no line is wider than the page. */
static void bar(struct page *page, const char *name, const struct totals *t)
{
	unsigned columns = page->style->columns;
	unsigned width = columns >= 80 ? 20 : columns >= 60 ? 10 : 5;
	unsigned full = t->max ? t->points * width / t->max : 0;
	bool all = t->max > 0 && t->points == t->max;

	text_addf(&page->text, "%-15s [", name);
	color(page, all ? green : full ? yellow : red);
	for (unsigned i = 0; i < width; i++)
		text_add(&page->text, i < full ? "#" : ".");
	color(page, plain);
	text_addf(&page->text, "] %3u of %u", t->points, t->max);
	if (t->unjudged)
		text_addf(&page->text, "%s%u not judged",
			  columns >= 60 ? ", " : "\n  ", t->unjudged);
	text_add(&page->text, "\n");
}

/* A program's own words: marked on each line, long ones cut. */
static void quote(struct page *page, const char *label, const char *s,
		  unsigned lines)
{
	auto_free char *clean = text_clean(s);
	unsigned width = page->style->columns - 20;

	if (!clean) {
		page->text.failed = true;
		return;
	}
	for (char *line = clean; *line; label = "") {
		size_t len = strcspn(line, "\n");
		size_t keep = text_fit(line, len, width);

		if (lines-- == 0) {
			text_addf(&page->text, "        %-10s| ...\n", "");
			return;
		}
		for (size_t i = 0; i < len; i++)
			line[i] = line[i] == '\t' ? ' ' : line[i];
		text_addf(&page->text, "        %-10s| %.*s\n", label,
			  (int)keep, line);
		line += len + (line[len] == '\n');
	}
}

static void headline(struct page *page, const char *code, const char *word,
		     const struct check *check)
{
	auto_free char *label = NULL;

	if (asprintf(&label, "  %s  %s  ", word, check->task) < 0) {
		label = NULL;
		page->text.failed = true;
		return;
	}
	color(page, code);
	row(page, label, check->title);
	color(page, plain);
}

/* Whether an earlier card of the lab has said that this task is to be begun. */
static bool told_before(const struct lab_result *lab, const struct finding *f,
			const struct task *task)
{
	for (const struct finding *e = lab->findings; e < f; e++) {
		if (task_not_begun(lab->grader, e) == task)
			return true;
	}
	return false;
}

/* In place of the likely mistake of somebody who had begun. */
static void not_begun(struct page *page, const struct lab_result *lab,
		      const struct finding *f, const struct task *task)
{
	auto_free char *what = NULL;
	auto_free char *where = NULL;
	bool told = told_before(lab, f, task);

	if (asprintf(&what, "task %s is not begun%s", task->id,
		     told ? ", see above" : ": this is where you start") < 0 ||
	    asprintf(&where, "%s, where it says TASK %s",
		     lab->build.source ? lab->build.source : lab->submission,
		     task->id) < 0) {
		page->text.failed = true;
		return;
	}
	row(page, "        observed  ", what);
	if (told)
		return;
	row(page, "        edit      ", where);
	text_addf(&page->text, "        hint      isolab hint %s\n", task->id);
}

static void card(struct page *page, const struct lab_result *lab,
		 const struct finding *f)
{
	const struct diagnosis *d = f->diagnosis;
	const struct task *task = task_not_begun(lab->grader, f);

	text_add(&page->text, "\n");
	headline(page, red, "FAIL", f->check);
	row(page, "        expected  ", f->expected);
	if (!d && f->check->needs)
		return; /* an earlier card is the one to read */
	if (task) {
		not_begun(page, lab, f, task);
		return;
	}
	row(page, "        observed  ", f->observed);
	if (!d)
		return;
	row(page, "        mistake   ", d->mistake);
	row(page, "        next      ", d->next);
	row(page, "        read      ", d->man);
	if (f->output && *f->output)
		quote(page, "output", f->output, OUTPUT_LINES);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_story(const struct finding *a, const struct finding *b)
{
	return a->verdict == b->verdict && same_text(a->reason, b->reason) &&
	       same_text(a->fix, b->fix);
}

/* Skips and errors, once for each reason. */
static void unjudged(struct page *page, const struct lab_result *lab, size_t at)
{
	const struct finding *f = &lab->findings[at];
	bool skip = f->verdict == VERDICT_SKIP;
	unsigned same = 0;

	for (size_t i = 0; i < lab->count; i++) {
		if (!same_story(&lab->findings[i], f))
			continue;
		if (i < at)
			return; /* told before */
		same++;
	}
	color(page, yellow);
	text_addf(&page->text, "\n  %s  %u of %zu checks not judged\n",
		  skip ? "SKIP" : "ERROR", same, lab->count);
	color(page, plain);
	row(page, "        reason    ", f->reason ? f->reason : "unknown");
	row(page, "        fix       ", f->fix);
}

static void lab_report(struct page *page, const struct lab_result *lab)
{
	struct totals t = lab_totals(lab);

	bar(page, lab->grader->lab, &t);
	if (lab->build.reason) {
		row(page, "  build   ", lab->build.reason);
		if (!lab->build.ok && lab->build.output)
			quote(page, "compiler", lab->build.output, BUILD_LINES);
	}
	if (lab->build.ok && page->style->verbose && lab->build.output)
		quote(page, "compiler", lab->build.output, BUILD_LINES);

	for (size_t i = 0; i < lab->count; i++) {
		const struct finding *f = &lab->findings[i];

		if (f->verdict == VERDICT_PASS && page->style->verbose)
			headline(page, green, "pass", f->check);
		else if (f->verdict == VERDICT_FAIL && !lab->build.reason)
			card(page, lab, f); /* else the build was the reason */
		else if (f->verdict == VERDICT_SKIP ||
			 f->verdict == VERDICT_ERROR)
			unjudged(page, lab, i);
	}
	if (t.points < t.max || page->style->verbose)
		text_add(&page->text, "\n");
}

/* The first check that failed: the one to look at. */
static const struct finding *first_failure(const struct result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct lab_result *lab = &result->labs[i];

		for (size_t k = 0; k < lab->count; k++) {
			if (lab->findings[k].verdict == VERDICT_FAIL)
				return &lab->findings[k];
		}
	}
	return NULL;
}

/* The task's title, as the grader's table has it. */
static const char *task_title(const struct result *result, const char *id)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct task *task = result->labs[i].grader->tasks;

		for (; task && task->id; task++) {
			if (strcmp(task->id, id) == 0)
				return task->title;
		}
	}
	return "";
}

static void advice(struct page *page, const struct result *result)
{
	const struct finding *f = first_failure(result);

	if (!f)
		return;
	text_addf(&page->text, "\nDo this first: task %s\n", f->check->task);
	row(page, "  ", task_title(result, f->check->task));
	text_addf(&page->text, "  for a hint: isolab hint %s\n",
		  f->check->task);
}

char *report_terminal(const struct result *result,
		      const struct terminal_style *style)
{
	struct terminal_style wide = *style;
	struct page page = { .style = &wide };
	struct totals t = result_totals(result);

	if (wide.columns < 40)
		wide.columns = 40;
	for (size_t i = 0; i < result->count; i++)
		lab_report(&page, &result->labs[i]);
	if (result->count != 1)
		bar(&page, "total", &t);
	if (t.max > 0 && t.points == t.max)
		text_addf(&page.text, "All %u checks passed.\n", t.passed);
	advice(&page, result);
	return text_steal(&page.text);
}
