/* SPDX-License-Identifier: MIT */
/*
 * report_tap.c - the result as TAP 14: a subtest for each lab
 *
 *	TAP version 14
 *	1..1
 *	# Subtest: 01-chroot
 *	    1..2
 *	    ok 1 - 01.1 root-is-new (10 points)
 *	    not ok 2 - 01.1 cwd-inside (0 of 10 points)
 *	      ---
 *	      observed: "..."
 *	      ...
 *	not ok 1 - 01-chroot (10 of 20 points)
 *
 * See: testanything.org, "TAP version 14 specification".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "result.h"
#include "text.h"

/* One line; "#" starts a directive, and "\" takes a meaning away. */
static void add_description(struct text *text, const char *s)
{
	auto_free char *clean = text_clean(s);

	if (!clean) {
		text->failed = true;
		return;
	}
	for (const char *c = clean; *c; c++) {
		if (*c == '\\' || *c == '#')
			text_add(text, "\\");
		text_add_len(text, *c == '\n' || *c == '\t' ? " " : c, 1);
	}
}

/* A YAML scalar in double quotes, whose escapes are those of C. */
static void add_yaml(struct text *text, const char *key, const char *s)
{
	auto_free char *clean = NULL;

	if (!s || !*s)
		return;
	clean = text_clean(s);
	if (!clean) {
		text->failed = true;
		return;
	}
	text_addf(text, "      %s: \"", key);
	for (const char *c = clean; *c; c++) {
		if (*c == '\n')
			text_add(text, "\\n");
		else if (*c == '\t')
			text_add(text, "\\t");
		else if (*c == '"' || *c == '\\')
			text_addf(text, "\\%c", *c);
		else
			text_add_len(text, c, 1);
	}
	text_add(text, "\"\n");
}

static void add_point(struct text *text, size_t number, const struct finding *f)
{
	bool pass = f->verdict == VERDICT_PASS;
	bool skip = f->verdict == VERDICT_SKIP;
	const struct diagnosis *d = f->diagnosis;

	text_addf(text, "    %s %zu - ", pass || skip ? "ok" : "not ok",
		  number);
	add_description(text, f->check->task);
	text_add(text, " ");
	add_description(text, f->check->id);
	text_addf(text, " (%u of %u points)", pass ? f->check->points : 0,
		  f->check->points);
	if (skip) {
		text_add(text, " # SKIP ");
		add_description(text, f->reason ? f->reason : "no reason");
	}
	text_add(text, "\n");
	if (pass)
		return;

	text_addf(text, "      ---\n      severity: %s\n",
		  verdict_name(f->verdict));
	add_yaml(text, "title", f->check->title);
	add_yaml(text, "expected", f->expected);
	add_yaml(text, "observed", f->observed);
	if (d) {
		add_yaml(text, "diagnosis", d->key);
		add_yaml(text, "mistake", d->mistake);
		add_yaml(text, "next", d->next);
		add_yaml(text, "man", d->man);
	}
	add_yaml(text, "reason", f->reason);
	add_yaml(text, "fix", f->fix);
	add_yaml(text, "output", f->output);
	text_add(text, "      ...\n");
}

static void add_lab(struct text *text, size_t number,
		    const struct lab_result *lab)
{
	struct totals t = lab_totals(lab);
	bool bad = t.failed > 0 || t.errors > 0;

	text_add(text, "# Subtest: ");
	add_description(text, lab->grader->lab);
	text_addf(text, "\n    1..%zu%s\n", lab->count,
		  lab->count ? "" : " # no checks");
	for (size_t i = 0; i < lab->count; i++)
		add_point(text, i + 1, &lab->findings[i]);

	text_addf(text, "%s %zu - ", bad ? "not ok" : "ok", number);
	add_description(text, lab->grader->lab);
	text_addf(text, " (%u of %u points)", t.points, t.max);
	if (!bad && t.passed == 0)
		text_add(text, " # SKIP nothing could run here");
	text_add(text, "\n");
}

char *report_tap(const struct result *result)
{
	struct totals t = result_totals(result);
	struct text text = { 0 };

	text_addf(&text, "TAP version 14\n1..%zu%s\n", result->count,
		  result->count ? "" : " # no labs");
	for (size_t i = 0; i < result->count; i++)
		add_lab(&text, i + 1, &result->labs[i]);
	text_addf(&text, "# %u of %u points, %u not judged\n", t.points, t.max,
		  t.unjudged);
	return text_steal(&text);
}
