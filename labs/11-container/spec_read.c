/* SPDX-License-Identifier: MIT */
#include "spec_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct json_node *node_of(const struct reader *r, int v)
{
	return &r->json->nodes[v];
}

/* Spelled only for a message: most values are right. */
const char *read_where(struct reader *r)
{
	size_t len = 0;

	r->path[0] = '\0';
	for (size_t i = 0; i < r->depth && len < sizeof(r->path); i++) {
		const struct step *step = &r->steps[i];
		char *to = r->path + len;
		size_t room = sizeof(r->path) - len;

		len += (size_t)(step->name
					? snprintf(to, room, "%s%s",
						   len ? "." : "", step->name)
					: snprintf(to, room, "[%d]",
						   step->index));
	}
	return r->path[0] ? r->path : "the document";
}

int read_wrong(struct reader *r, const char *message)
{
	return report_refuse(r->rep, -EINVAL, "config.json: %s: %s",
			     read_where(r), message);
}

static void enter(struct reader *r, const char *name, int index)
{
	if (r->depth < READ_DEPTH)
		r->steps[r->depth] = (struct step){ name, index };
	r->depth++;
}

static void leave(struct reader *r)
{
	r->depth--;
}

static int read_member(struct reader *r, int key, const struct field *fields,
		       uint64_t *seen, void *into)
{
	const char *name = node_of(r, key)->text;
	int result = 0;
	size_t i = 0;

	enter(r, name, 0);
	while (fields[i].name && strcmp(fields[i].name, name) != 0)
		i++;
	if (!fields[i].name)
		fprintf(stderr,
			"minic: warning: config.json: %s is not in the "
			"specification; ignored\n",
			read_where(r));
	else if (*seen & 1ull << i)
		result = read_wrong(r, "is there twice");
	else
		result = fields[i].read(r, key + 1,
					(char *)into + fields[i].offset);
	if (fields[i].name)
		*seen |= 1ull << i;
	leave(r);
	return result;
}

int read_fields(struct reader *r, int v, const struct field *fields, void *into)
{
	uint64_t seen = 0;
	int key = v + 1;

	if (node_of(r, v)->type != JSON_OBJECT)
		return read_wrong(r, "must be an object");
	for (int i = 0; i < node_of(r, v)->count; i++) {
		int result = read_member(r, key, fields, &seen, into);

		if (result < 0)
			return result;
		key = node_of(r, key + 1)->next;
	}
	return 0;
}

int read_array(struct reader *r, int v, read_fn *each, size_t size_bytes,
	       void *ret, size_t *ret_count)
{
	const struct json_node *n = node_of(r, v);
	char *members;
	int at = v + 1;

	if (n->type == JSON_OTHER && strcmp(n->text, "null") == 0)
		return 0; /* what Go writes for a list that is empty */
	if (n->type != JSON_ARRAY)
		return read_wrong(r, "must be an array");
	members = arena_alloc(r->arena, (size_t)n->count + 1, size_bytes);
	if (!members)
		return -ENOMEM;
	for (int i = 0; i < n->count; i++) {
		int result;

		enter(r, NULL, i);
		result = each(r, at, members + (size_t)i * size_bytes);
		if (result < 0)
			return result;
		leave(r);
		at = node_of(r, at)->next;
	}
	memcpy(ret, &members, sizeof(members));
	*ret_count = (size_t)n->count;
	return 0;
}

int read_bool(struct reader *r, int v, void *into)
{
	const struct json_node *n = node_of(r, v);

	if (n->type != JSON_OTHER || !strchr("tf", n->text[0]))
		return read_wrong(r, "must be true or false");
	*(bool *)into = n->text[0] == 't';
	return 0;
}

int read_any_string(struct reader *r, int v, void *into)
{
	const struct json_node *n = node_of(r, v);

	if (n->type != JSON_STRING)
		return read_wrong(r, "must be a string");
	*(char **)into = n->text;
	return 0;
}

int read_string(struct reader *r, int v, void *into)
{
	int result = read_any_string(r, v, into);

	if (result == 0 && !(*(char **)into)[0])
		return read_wrong(r, "must not be empty");
	return result;
}

int read_path(struct reader *r, int v, void *into)
{
	int result = read_string(r, v, into);

	if (result == 0 && (*(char **)into)[0] != '/')
		return read_wrong(r, "must be an absolute path");
	return result;
}

int read_strings(struct reader *r, int v, void *into)
{
	struct strv *list = into;

	return read_array(r, v, read_any_string, sizeof(char *), &list->v,
			  &list->n);
}

int read_map(struct reader *r, int v, void *into)
{
	const struct json_node *n = node_of(r, v);
	struct spec_map *map = into;
	int key = v + 1;

	if (n->type != JSON_OBJECT)
		return read_wrong(r, "must be an object of strings");
	map->v = arena_alloc(r->arena, (size_t)n->count + 1, sizeof(*map->v));
	if (!map->v)
		return -ENOMEM;
	for (int i = 0; i < n->count; i++) {
		int result;

		enter(r, node_of(r, key)->text, 0);
		result = read_any_string(r, key, &map->v[i].key);
		if (result == 0)
			result = read_any_string(r, key + 1, &map->v[i].value);
		if (result < 0)
			return result;
		leave(r);
		map->n++;
		key = node_of(r, key + 1)->next;
	}
	return 0;
}

static int read_number(struct reader *r, int v, int64_t min, int64_t max,
		       int64_t *into)
{
	int result = json_int(node_of(r, v), min, max, into);

	if (result == -ERANGE)
		return read_wrong(r, "the number is out of range");
	return result < 0 ? read_wrong(r, "must be a whole number") : 0;
}

int read_int(struct reader *r, int v, void *into)
{
	int64_t value;
	int result = read_number(r, v, INT32_MIN, INT32_MAX, &value);

	if (result == 0)
		*(int *)into = (int)value;
	return result;
}

int read_u32(struct reader *r, int v, void *into)
{
	int64_t value;
	int result = read_number(r, v, 0, UINT32_MAX, &value);

	if (result == 0)
		*(uint32_t *)into = (uint32_t)value;
	return result;
}

int read_i64(struct reader *r, int v, void *into)
{
	return read_number(r, v, INT64_MIN + 1, INT64_MAX, into);
}

int read_u64(struct reader *r, int v, void *into)
{
	const struct json_node *n = node_of(r, v);
	unsigned long long value;
	char *end;

	if (n->type != JSON_OTHER || n->text[0] < '0' || n->text[0] > '9')
		return read_wrong(r, "must be a whole number, 0 or more");
	errno = 0;
	value = strtoull(n->text, &end, 10);
	if (errno || *end)
		return read_wrong(r, "the number is out of range");
	*(uint64_t *)into = value;
	return 0;
}

int read_ignored(struct reader *r, int v, void *into)
{
	(void)r;
	(void)v;
	(void)into;
	return 0;
}

int read_unsupported(struct reader *r, int v, void *into)
{
	(void)v;
	(void)into;
	return report_refuse(r->rep, -ENOTSUP,
			     "config.json: %s: minic does not have this; "
			     "remove it, or use another runtime",
			     read_where(r));
}
