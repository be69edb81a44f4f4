/* SPDX-License-Identifier: MIT */
/*
 * result_json.c - the result model as JSON, and back
 *
 * Titles, points and diagnoses are written for other programs.  They are not
 * read back: they come from this program's own graders, so a forged file
 * cannot make a check worth more than it is.
 *
 * See: tests/unit/result-v1.schema.json; RFC 8259; RFC 3339.
 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "result.h"
#include "text.h"

static const char schema_name[] = "isolab/result/v1";

/* ---- writing ------------------------------------------------------------ */

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
	put_string(&o, "schema", schema_name);
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

/* ---- reading; every function returns 0, -EINVAL or -ENOMEM --------------- */

/* A string or null; absent counts as null. */
static int get_string(const json_t *object, const char *key, char **ret)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return -EINVAL;
	*ret = strdup(json_string_value(value));
	return *ret ? 0 : -ENOMEM;
}

static int get_ms(const json_t *object, unsigned *ret)
{
	const json_t *value = json_object_get(object, "duration_ms");
	json_int_t ms = json_integer_value(value);

	if (!json_is_integer(value) || ms < 0 || ms > INT_MAX)
		return -EINVAL;
	*ret = (unsigned)ms;
	return 0;
}

static int get_verdict(const json_t *check, enum verdict *ret)
{
	const char *name = json_string_value(json_object_get(check, "verdict"));

	for (int v = VERDICT_ERROR; name && v <= VERDICT_SKIP; v++) {
		if (strcmp(name, verdict_name((enum verdict)v)) == 0) {
			*ret = (enum verdict)v;
			return 0;
		}
	}
	return -EINVAL;
}

static int get_diagnosis(const json_t *check, struct finding *f)
{
	const json_t *value = json_object_get(check, "diagnosis");
	const char *key = json_string_value(value);

	if (!value || json_is_null(value))
		return 0;
	for (const struct diagnosis *d = f->check->diagnoses;
	     key && d && d->key; d++) {
		if (strcmp(d->key, key) == 0) {
			f->diagnosis = d;
			return 0;
		}
	}
	return -EINVAL;
}

static int read_finding(const json_t *check, struct finding *f)
{
	const struct {
		const char *key;
		char **to;
	} strings[] = {
		{ "expected", &f->expected }, { "observed", &f->observed },
		{ "reason", &f->reason },     { "fix", &f->fix },
		{ "output", &f->output },
	};
	int r;

	r = get_verdict(check, &f->verdict);
	if (r == 0)
		r = get_diagnosis(check, f);
	if (r == 0)
		r = get_ms(check, &f->duration_ms);
	for (size_t i = 0; r == 0 && i < sizeof(strings) / sizeof(*strings);
	     i++)
		r = get_string(check, strings[i].key, strings[i].to);
	return r;
}

/* The check that a JSON object names, or NULL. */
static const json_t *find_check(const json_t *checks, const char *id)
{
	const json_t *check;
	size_t i;

	json_array_foreach(checks, i, check)
	{
		const char *s = json_string_value(json_object_get(check, "id"));

		if (s && strcmp(s, id) == 0)
			return check;
	}
	return NULL;
}

/*
 * As many objects as checks, and one for each check's name: so none is
 * unknown, none is there twice and none is missing.
 */
static int read_findings(const json_t *checks, struct lab_result *lab)
{
	if (json_array_size(checks) != lab->count)
		return -EINVAL;
	for (size_t i = 0; i < lab->count; i++) {
		struct finding *f = &lab->findings[i];
		const json_t *check = find_check(checks, f->check->id);
		int r = check ? read_finding(check, f) : -EINVAL;

		if (r < 0)
			return r;
	}
	return 0;
}

static int read_build(const json_t *object, struct build *build)
{
	const json_t *ok = json_object_get(object, "ok");
	int r;

	if (!json_is_boolean(ok))
		return -EINVAL;
	build->ok = json_is_true(ok);
	r = get_string(object, "reason", &build->reason);
	if (r == 0)
		r = get_string(object, "output", &build->output);
	return r < 0 ? r : get_ms(object, &build->duration_ms);
}

static int read_where(const json_t *object, const char **ret)
{
	static const char *const places[] = { "host", "machine", "nowhere" };
	const char *s = json_string_value(json_object_get(object, "where"));

	for (size_t i = 0; s && i < sizeof(places) / sizeof(*places); i++) {
		if (strcmp(s, places[i]) == 0) {
			*ret = places[i];
			return 0;
		}
	}
	return -EINVAL;
}

static const struct grader *find_grader(const char *lab)
{
	for (size_t i = 0; lab && graders[i]; i++) {
		if (strcmp(graders[i]->lab, lab) == 0)
			return graders[i];
	}
	return NULL;
}

static int read_lab(const json_t *object, struct lab_result *lab)
{
	const json_t *name = json_object_get(object, "lab");
	const json_t *path = json_object_get(object, "submission");
	const struct grader *grader = find_grader(json_string_value(name));
	int r;

	if (!grader || !json_is_string(path))
		return -EINVAL;
	r = lab_result_init(lab, grader, json_string_value(path));
	if (r == 0)
		r = read_where(object, &lab->where);
	if (r == 0)
		r = read_build(json_object_get(object, "build"), &lab->build);
	if (r == 0)
		r = get_ms(object, &lab->duration_ms);
	if (r == 0)
		r = read_findings(json_object_get(object, "checks"), lab);
	return r;
}

static int read_root(const json_t *root, struct result *result)
{
	const json_t *labs = json_object_get(root, "labs");
	const char *s = json_string_value(json_object_get(root, "schema"));
	struct tm tm = { 0 };
	int r;

	if (!s || strcmp(s, schema_name) != 0 || !json_is_array(labs))
		return -EINVAL;
	s = json_string_value(json_object_get(root, "started"));
	s = s ? strptime(s, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;
	if (!s || *s)
		return -EINVAL;
	result->started = timegm(&tm);
	r = get_ms(root, &result->duration_ms);
	if (r < 0)
		return r;

	result->labs = calloc(json_array_size(labs) + 1, sizeof(*result->labs));
	if (!result->labs)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < json_array_size(labs); i++) {
		result->count++; /* so that half a lab is released too */
		r = read_lab(json_array_get(labs, i), &result->labs[i]);
	}
	return r;
}

int result_from_json(const char *text, struct result *ret)
{
	struct result result = { 0 };
	json_error_t error;
	json_t *root;
	int r;

	root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return json_error_code(&error) == json_error_out_of_memory
			       ? -ENOMEM
			       : -EINVAL;
	r = read_root(root, &result);
	json_decref(root);
	if (r < 0) {
		result_release(&result);
		return r;
	}
	*ret = result;
	return 0;
}
