/* SPDX-License-Identifier: MIT */
/*
 * result_parse.c - the result model, read back from JSON that is not trusted
 *
 * Titles, points and diagnoses are in the file for other programs.  They are
 * not read: they come from this program's own graders, so a forged file
 * cannot make a check worth more than it is.  Every function returns 0,
 * -EINVAL or -ENOMEM.
 *
 * See: tests/unit/result-v1.schema.json; RFC 8259; RFC 3339.
 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"

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

	if (!s || strcmp(s, RESULT_SCHEMA) != 0 || !json_is_array(labs))
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
