/* SPDX-License-Identifier: MIT */
/*
 * json.h - JSON in and out
 *
 * Tokens come from jsmn, a library of one header, because musl has no other.
 * jsmn believes much; json_parse() checks what it lets pass (commas, colons,
 * escapes, control characters), so a document is either JSON or refused.  One
 * that is a number alone, without an object or array around it, is refused.
 *
 * See: RFC 8259.
 */
#ifndef MINIC_JSON_H
#define MINIC_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum json_type { JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_OTHER };

/* A parsed document.  A value is a number: its place in @nodes, 0 the root. */
struct json_node {
	enum json_type type;
	char *text; /* JSON_STRING: unescaped; JSON_OTHER: as written */
	int count;  /* members of an array, pairs of an object */
	int next;   /* value behind this one and all that is in it */
};
struct json {
	struct json_node *nodes; /* owned */
	char *text;		 /* owned; the nodes point into it */
	int count;
};

/**
 * json_parse() - read a document
 * @text: NUL-terminated; copied
 * @ret: filled on success, to be given to json_release()
 * @ret_at: offset of what is wrong, after -EINVAL
 *
 * Object keys are strings that precede their values: the members of object V
 * are V + 1 (key), V + 2 (value), nodes[V + 2].next (key), ...
 *
 * Return: 0.
 * Errors: -EINVAL not JSON, or a string has a NUL in it; -E2BIG more than
 *         1 MiB or 65536 values; -ENOMEM.
 */
int json_parse(const char *text, struct json *ret, size_t *ret_at);

/* json_release() - free a document; zeroed is fine */
void json_release(struct json *json);

/**
 * json_get() - look up a member
 * @json: the document
 * @object: a value of it
 * @key: exact name
 *
 * Return: the value, or -1 if @object is no object or has no such member.
 */
int json_get(const struct json *json, int object, const char *key);

/* json_text() - a string member's text, or NULL */
const char *json_text(const struct json *json, int object, const char *key);

/**
 * json_int() - a value as a whole number
 * @node: of the document
 * @min: smallest allowed
 * @max: greatest allowed
 * @ret: receives it
 *
 * Return: 0, or -EINVAL it is not a whole number; -ERANGE it does not fit.
 */
int json_int(const struct json_node *node, int64_t min, int64_t max,
	     int64_t *ret);

/* json_put_string() - write a text as a JSON string, quotes included */
void json_put_string(FILE *f, const char *text);

#endif /* MINIC_JSON_H */
