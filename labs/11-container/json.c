/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

enum { JSON_BYTES = 1 << 20, JSON_VALUES = 65536 };

static int hex4(const char *s, unsigned *ret)
{
	unsigned u = 0;

	for (int i = 0; i < 4; i++) {
		char c = s[i];

		if (c >= '0' && c <= '9')
			u = u * 16 + (unsigned)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			u = u * 16 + (unsigned)((c | 32) - 'a') + 10;
		else
			return -EINVAL;
	}
	*ret = u;
	return 0;
}

static char *put_utf8(char *to, unsigned u)
{
	if (u < 0x80) {
		*to++ = (char)u;
	} else if (u < 0x800) {
		*to++ = (char)(0xc0 | (u >> 6));
		*to++ = (char)(0x80 | (u & 63));
	} else if (u < 0x10000) {
		*to++ = (char)(0xe0 | (u >> 12));
		*to++ = (char)(0x80 | ((u >> 6) & 63));
		*to++ = (char)(0x80 | (u & 63));
	} else {
		*to++ = (char)(0xf0 | (u >> 18));
		*to++ = (char)(0x80 | ((u >> 12) & 63));
		*to++ = (char)(0x80 | ((u >> 6) & 63));
		*to++ = (char)(0x80 | (u & 63));
	}
	return to;
}

/* \uXXXX at @s, maybe followed by the other half of a pair; NULL: wrong. */
static const char *take_unicode(const char *s, const char *end, unsigned *ret)
{
	unsigned high, low;

	if (end - s < 6 || hex4(s + 2, &high) < 0 || high == 0)
		return NULL;
	s += 6;
	*ret = high;
	if (high < 0xd800 || high > 0xdfff)
		return s;
	if (high > 0xdbff || end - s < 6 || s[0] != '\\' || s[1] != 'u' ||
	    hex4(s + 2, &low) < 0 || low < 0xdc00 || low > 0xdfff)
		return NULL;
	*ret = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return s + 6;
}

/* In place: it only becomes shorter.  Ends it with a NUL. */
static int unescape(char *s, char *end)
{
	static const char from[] = "\"\\/bfnrt";
	static const char into[] = "\"\\/\b\f\n\r\t";
	const char *at = s;
	char *to = s;

	while (at < end) {
		const char *known;
		unsigned u;

		if ((unsigned char)*at < 0x20)
			return -EINVAL;
		if (*at != '\\') {
			*to++ = *at++;
			continue;
		}
		if (at + 1 < end && at[1] == 'u') {
			at = take_unicode(at, end, &u);
			if (!at)
				return -EINVAL;
			to = put_utf8(to, u);
			continue;
		}
		if (at + 1 >= end || !at[1] || !(known = strchr(from, at[1])))
			return -EINVAL;
		*to++ = into[known - from];
		at += 2;
	}
	*to = '\0';
	return 0;
}

/* A number, true, false or null; jsmn looks at the first character only. */
static bool primitive_ok(const char *s, size_t len)
{
	size_t i = 0, digits;

	if ((len == 4 && (!memcmp(s, "true", 4) || !memcmp(s, "null", 4))) ||
	    (len == 5 && !memcmp(s, "false", 5)))
		return true;
	if (i < len && s[i] == '-')
		i++;
	if (len - i > 1 && s[i] == '0' && s[i + 1] >= '0' && s[i + 1] <= '9')
		return false;
	for (digits = i; i < len && s[i] >= '0' && s[i] <= '9'; i++)
		;
	if (i == digits)
		return false;
	if (i < len && s[i] == '.') {
		for (digits = ++i; i < len && s[i] >= '0' && s[i] <= '9'; i++)
			;
		if (i == digits)
			return false;
	}
	if (i < len && (s[i] | 32) == 'e') {
		i++;
		if (i < len && (s[i] == '+' || s[i] == '-'))
			i++;
		for (digits = i; i < len && s[i] >= '0' && s[i] <= '9'; i++)
			;
		if (i == digits)
			return false;
	}
	return i == len;
}

/* What jsmn found, and where we are in it. */
struct walk {
	const char *text;
	const jsmntok_t *tokens;
	int count;
	int at;	      /* the next token */
	int position; /* end of the last one, quotes included */
	struct json_node *nodes;
	char *copy;
};

/* Between @from and @to lies white space and, if @mark, exactly one of it. */
static bool gap_ok(const char *text, int from, int to, char mark)
{
	int marks = 0;

	for (int i = from; i < to; i++) {
		if (mark && text[i] == mark)
			marks++;
		else if (!strchr(" \t\r\n", text[i]) || !text[i])
			return false;
	}
	return marks == (mark ? 1 : 0);
}

static int take_value(struct walk *w, char mark, int depth);

static int take_members(struct walk *w, const jsmntok_t *t, int depth)
{
	bool object = t->type == JSMN_OBJECT;
	int n = t->size, r = 0;

	w->position = t->start + 1;
	for (int i = 0; i < n && r == 0; i++) {
		char mark = i ? ',' : '\0';

		if (object) {
			const jsmntok_t *key = &w->tokens[w->at];

			if (w->at >= w->count || key->type != JSMN_STRING ||
			    key->size != 1)
				return -EINVAL;
			r = take_value(w, mark, depth + 1);
			mark = ':';
		}
		if (r == 0)
			r = take_value(w, mark, depth + 1);
	}
	if (r == 0 && !gap_ok(w->text, w->position, t->end - 1, '\0'))
		r = -EINVAL;
	w->position = t->end;
	return r;
}

static int take_value(struct walk *w, char mark, int depth)
{
	const jsmntok_t *t = &w->tokens[w->at];
	struct json_node *node = &w->nodes[w->at];
	int quote, r = 0;

	if (w->at >= w->count || depth > 32)
		return -EINVAL;
	quote = t->type == JSMN_STRING;
	if (!gap_ok(w->text, w->position, t->start - quote, mark))
		return -EINVAL;
	w->at++;
	node->text = w->copy + t->start;
	node->count = t->size;
	if (t->type == JSMN_OBJECT || t->type == JSMN_ARRAY) {
		node->type = t->type == JSMN_OBJECT ? JSON_OBJECT : JSON_ARRAY;
		r = take_members(w, t, depth);
	} else if (quote) {
		node->type = JSON_STRING;
		w->position = t->end + 1;
		r = unescape(node->text, w->copy + t->end);
	} else {
		node->type = JSON_OTHER;
		w->position = t->end;
		w->copy[t->end] = '\0';
		if (!primitive_ok(w->text + t->start,
				  (size_t)(t->end - t->start)))
			r = -EINVAL;
	}
	node->next = w->at;
	return r;
}

int json_parse(const char *text, struct json *ret, size_t *ret_at)
{
	size_t len = strlen(text);
	jsmntok_t *tokens;
	jsmn_parser parser;
	struct walk w;
	int n, r;

	if (len > JSON_BYTES)
		return -E2BIG;
	jsmn_init(&parser);
	n = jsmn_parse(&parser, text, len, NULL, 0);
	if (n <= 0) {
		*ret_at = parser.pos;
		return -EINVAL;
	}
	if (n > JSON_VALUES)
		return -E2BIG;
	tokens = calloc((size_t)n, sizeof(*tokens));
	w = (struct walk){ .text = text, .tokens = tokens, .count = n };
	w.nodes = calloc((size_t)n, sizeof(*w.nodes));
	w.copy = strdup(text);
	r = -ENOMEM;
	if (tokens && w.nodes && w.copy) {
		jsmn_init(&parser);
		r = jsmn_parse(&parser, text, len, tokens, (unsigned)n) == n
			    ? take_value(&w, '\0', 0)
			    : -EINVAL;
		if (r == 0 &&
		    (w.at != n || !gap_ok(text, w.position, (int)len, '\0')))
			r = -EINVAL;
	}
	free(tokens);
	if (r < 0) {
		*ret_at = (size_t)w.position;
		free(w.nodes);
		free(w.copy);
		return r;
	}
	*ret = (struct json){ .nodes = w.nodes, .text = w.copy, .count = n };
	return 0;
}

void json_release(struct json *json)
{
	free(json->nodes);
	free(json->text);
	*json = (struct json){ 0 };
}

int json_get(const struct json *json, int object, const char *key)
{
	const struct json_node *nodes = json->nodes;
	int at = object + 1;

	if (object < 0 || nodes[object].type != JSON_OBJECT)
		return -1;
	for (int i = 0; i < nodes[object].count; i++) {
		if (strcmp(nodes[at].text, key) == 0)
			return at + 1;
		at = nodes[at + 1].next;
	}
	return -1;
}

const char *json_text(const struct json *json, int object, const char *key)
{
	int v = json_get(json, object, key);

	return v >= 0 && json->nodes[v].type == JSON_STRING
		       ? json->nodes[v].text
		       : NULL;
}

int json_int(const struct json_node *node, int64_t min, int64_t max,
	     int64_t *ret)
{
	char *end;
	long long v;

	if (node->type != JSON_OTHER || strpbrk(node->text, ".eEtfn"))
		return -EINVAL;
	errno = 0;
	v = strtoll(node->text, &end, 10);
	if (errno || *end || v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

void json_put_string(FILE *f, const char *text)
{
	fputc('"', f);
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(f, "\\%c", *c);
		else if ((unsigned char)*c < 0x20)
			fprintf(f, "\\u%04x", (unsigned char)*c);
		else
			fputc(*c, f);
	}
	fputc('"', f);
}
