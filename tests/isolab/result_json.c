/* SPDX-License-Identifier: MIT */
/*
 * result_json.c - the result model as JSON
 *
 * See: tests/unit/result-v1.schema.json; RFC 8259; RFC 3339.
 */
#include <jansson.h>
#include <stdlib.h>

#include "cleanup.h"
#include "result.h"
#include "text.h"

/* A string, or null; jansson takes nothing but valid UTF-8. */
static json_t *string_or_null(const char *s)
{
	auto_free char *clean = NULL;

	if (!s)
		return json_null();
	clean = text_clean(s);
	return clean ? json_string(clean) : NULL;
}

/*
 * An object that is being filled.  jansson takes a NULL for a value and says
 * -1, so a failure deep inside, which can only be lack of memory, is kept
 * here and told once, by done().
 */
struct object {
	json_t *json;
	int failed;
};

static void put(struct object *o, const char *key, json_t *value)
{
	o->failed |= json_object_set_new(o->json, key, value);
}

static void put_string(struct object *o, const char *key, const char *s)
{
	put(o, key, string_or_null(s));
}

static void put_number(struct object *o, const char *key, unsigned n)
{
	put(o, key, json_integer(n));
}

static json_t *done(struct object *o)
{
	if (!o->failed)
		return o->json;
	json_decref(o->json);
	return NULL;
}

static json_t *from_finding(const struct finding *f)
{
	static const struct diagnosis none;
	const struct diagnosis *d = f->diagnosis ? f->diagnosis : &none;
	bool pass = f->verdict == VERDICT_PASS;
	struct object o = { .json = json_object() };

	put_string(&o, "id", f->check->id);
	put_string(&o, "task", f->check->task);
	put_string(&o, "title", f->check->title);
	put_number(&o, "points", pass ? f->check->points : 0);
	put_number(&o, "max", f->check->points);
	put_string(&o, "verdict", verdict_name(f->verdict));
	put_string(&o, "expected", f->expected);
	put_string(&o, "observed", f->observed);
	put_string(&o, "diagnosis", d->key);
	put_string(&o, "mistake", d->mistake);
	put_string(&o, "next", d->next);
	put_string(&o, "man", d->man);
	put_string(&o, "reason", f->reason);
	put_string(&o, "fix", f->fix);
	put_string(&o, "output", f->output);
	put_number(&o, "duration_ms", f->duration_ms);
	return done(&o);
}

static json_t *from_findings(const struct lab_result *lab)
{
	json_t *list = json_array();

	for (size_t i = 0; i < lab->count; i++) {
		if (json_array_append_new(list,
					  from_finding(&lab->findings[i])) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *from_build(const struct build *build)
{
	struct object o = { .json = json_object() };

	put(&o, "ok", json_boolean(build->ok));
	put_string(&o, "reason", build->reason);
	put_string(&o, "output", build->output);
	put_number(&o, "duration_ms", build->duration_ms);
	return done(&o);
}

static json_t *from_lab(const struct lab_result *lab)
{
	struct totals t = lab_totals(lab);
	struct object o = { .json = json_object() };

	put_string(&o, "lab", lab->grader->lab);
	put_string(&o, "submission", lab->submission);
	put_string(&o, "where", lab->where);
	put_number(&o, "points", t.points);
	put_number(&o, "max", t.max);
	put(&o, "build", from_build(&lab->build));
	put_number(&o, "duration_ms", lab->duration_ms);
	put(&o, "checks", from_findings(lab));
	return done(&o);
}

static json_t *from_labs(const struct result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->count; i++) {
		if (json_array_append_new(list, from_lab(&result->labs[i])) ==
		    0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *from_totals(struct totals t)
{
	struct object o = { .json = json_object() };

	put_number(&o, "points", t.points);
	put_number(&o, "max", t.max);
	put_number(&o, "unjudged", t.unjudged);
	put_number(&o, "passed", t.passed);
	put_number(&o, "failed", t.failed);
	put_number(&o, "skipped", t.skipped);
	put_number(&o, "errors", t.errors);
	return done(&o);
}

static json_t *from_tool(void)
{
	struct object o = { .json = json_object() };

	put_string(&o, "name", "isolab");
	put_string(&o, "version", ISOLAB_VERSION);
	return done(&o);
}

char *result_to_json(const struct result *result)
{
	struct object o = { .json = json_object() };
	char started[32] = "";
	struct tm tm;
	json_t *root;
	char *text;

	if (gmtime_r(&result->started, &tm))
		strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%SZ", &tm);
	put_string(&o, "schema", RESULT_SCHEMA);
	put(&o, "tool", from_tool());
	put_string(&o, "started", started);
	put_number(&o, "duration_ms", result->duration_ms);
	put(&o, "totals", from_totals(result_totals(result)));
	put(&o, "labs", from_labs(result));
	root = done(&o);
	if (!root)
		return NULL;
	text = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	return text;
}
