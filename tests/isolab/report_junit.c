/* SPDX-License-Identifier: MIT */
/*
 * report_junit.c - the result as JUnit XML that every known consumer accepts
 *
 * Only what Jenkins, GitLab and the usual actions agree on: no properties, no
 * attribute of a testcase but name, classname and time, at most one of
 * skipped, error and failure, and the same text as attribute and as body.
 * There is no place for points, so they are a line of system-out.
 *
 * See: tests/unit/junit-strict.xsd.
 */
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "result.h"
#include "text.h"

/* Append; characters that have a meaning in XML are written as entities. */
static void add_xml(struct text *text, const char *s)
{
	auto_free char *clean = text_clean(s);

	if (!clean) {
		text->failed = true;
		return;
	}
	for (const char *c = clean; *c; c++) {
		switch (*c) {
		case '&':
			text_add(text, "&amp;");
			break;
		case '<':
			text_add(text, "&lt;");
			break;
		case '>':
			text_add(text, "&gt;");
			break;
		case '"':
			text_add(text, "&quot;");
			break;
		default:
			text_add_len(text, c, 1);
			break;
		}
	}
}

static void add_attribute(struct text *text, const char *name, const char *s)
{
	text_addf(text, " %s=\"", name);
	add_xml(text, s);
	text_add(text, "\"");
}

static void add_time(struct text *text, unsigned ms)
{
	text_addf(text, " time=\"%u.%03u\"", ms / 1000, ms % 1000);
}

static void add_line(struct text *text, const char *name, const char *s)
{
	if (!s)
		return;
	text_addf(text, "%s: ", name);
	add_xml(text, s);
	text_add(text, "\n");
}

static void add_failure(struct text *text, const struct finding *f)
{
	const struct diagnosis *d = f->diagnosis;

	text_add(text, "   <failure");
	add_attribute(text, "message",
		      d		    ? d->mistake
		      : f->observed ? f->observed
				    : "failed");
	add_attribute(text, "type", d ? d->key : "fail");
	text_add(text, ">");
	add_line(text, "expected", f->expected);
	add_line(text, "observed", f->observed);
	if (d) {
		add_line(text, "likely mistake", d->mistake);
		add_line(text, "next step", d->next);
		add_line(text, "read", d->man);
	}
	text_add(text, "</failure>\n");
}

/* A skip or an error: the grader speaks, not the program. */
static void add_unjudged(struct text *text, const struct finding *f)
{
	const char *tag = f->verdict == VERDICT_SKIP ? "skipped" : "error";

	text_addf(text, "   <%s", tag);
	add_attribute(text, "message",
		      f->reason ? f->reason : "no verdict was reached");
	if (f->verdict != VERDICT_SKIP)
		add_attribute(text, "type", "error");
	text_add(text, ">");
	add_line(text, "reason", f->reason);
	add_line(text, "fix", f->fix);
	text_addf(text, "</%s>\n", tag);
}

static void add_case(struct text *text, const struct lab_result *lab,
		     const struct finding *f)
{
	bool pass = f->verdict == VERDICT_PASS;

	text_add(text, "  <testcase");
	add_attribute(text, "name", f->check->id);
	text_add(text, " classname=\"");
	add_xml(text, lab->grader->lab);
	text_add(text, ".");
	add_xml(text, f->check->task);
	text_add(text, "\"");
	add_time(text, f->duration_ms);
	text_add(text, ">\n");
	if (f->verdict == VERDICT_FAIL)
		add_failure(text, f);
	else if (!pass)
		add_unjudged(text, f);

	text_addf(text, "   <system-out>points: %u of %u\n",
		  pass ? f->check->points : 0, f->check->points);
	add_xml(text, f->check->title);
	text_add(text, "</system-out>\n");
	if (f->output && *f->output) {
		text_add(text, "   <system-err>");
		add_xml(text, f->output);
		text_add(text, "</system-err>\n");
	}
	text_add(text, "  </testcase>\n");
}

static void add_suite(struct text *text, const struct lab_result *lab)
{
	struct totals t = lab_totals(lab);

	text_add(text, " <testsuite");
	add_attribute(text, "name", lab->grader->lab);
	text_addf(text,
		  " tests=\"%zu\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"",
		  lab->count, t.failed, t.errors, t.skipped);
	add_time(text, lab->duration_ms);
	text_add(text, ">\n");
	for (size_t i = 0; i < lab->count; i++)
		add_case(text, lab, &lab->findings[i]);
	text_add(text, " </testsuite>\n");
}

char *report_junit(const struct result *result)
{
	struct totals t = result_totals(result);
	struct text text = { 0 };

	text_add(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<testsuites name=\"isolab\"");
	text_addf(&text, " tests=\"%u\" failures=\"%u\" errors=\"%u\"",
		  t.passed + t.failed + t.skipped + t.errors, t.failed,
		  t.errors);
	add_time(&text, result->duration_ms);
	text_add(&text, ">\n");
	for (size_t i = 0; i < result->count; i++)
		add_suite(&text, &result->labs[i]);
	text_add(&text, "</testsuites>\n");
	return text_steal(&text);
}
