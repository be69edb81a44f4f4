/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

void text_add_len(struct text *text, const char *s, size_t len_bytes)
{
	if (text->failed)
		return;
	if (text->size_bytes - text->len_bytes <= len_bytes) {
		size_t size = 2 * (text->len_bytes + len_bytes) + 64;
		char *bytes = realloc(text->bytes, size);

		if (!bytes) {
			text->failed = true;
			return;
		}
		text->bytes = bytes;
		text->size_bytes = size;
	}
	memcpy(text->bytes + text->len_bytes, s, len_bytes);
	text->len_bytes += len_bytes;
	text->bytes[text->len_bytes] = '\0';
}

void text_add(struct text *text, const char *s)
{
	text_add_len(text, s, strlen(s));
}

void text_addf(struct text *text, const char *fmt, ...)
{
	auto_free char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0) {
		s = NULL; /* vasprintf(3) leaves it undefined */
		text->failed = true;
		return;
	}
	text_add_len(text, s, (size_t)n);
}

char *text_steal(struct text *text)
{
	char *bytes;

	text_add_len(text, "", 0);
	if (text->failed) {
		text_release(text);
		return NULL;
	}
	bytes = text->bytes;
	*text = (struct text){ 0 };
	return bytes;
}

void text_release(struct text *text)
{
	free(text->bytes);
	*text = (struct text){ 0 };
}

/* One row for each length of a sequence: RFC 3629, "UTF-8 definition". */
static const struct utf8_form {
	unsigned char mask;
	unsigned char lead;
	uint32_t smallest; /* a longer form of a smaller character is invalid */
} utf8_forms[] = {
	{ 0x80, 0x00, 0x00 },
	{ 0xe0, 0xc0, 0x80 },
	{ 0xf0, 0xe0, 0x800 },
	{ 0xf8, 0xf0, 0x10000 },
};

/* Bytes of the first character of @s, or 0 if they are not UTF-8. */
static size_t decode(const char *s, uint32_t *ret)
{
	const unsigned char *byte = (const unsigned char *)s;

	for (size_t i = 0; i < 4; i++) {
		const struct utf8_form *form = &utf8_forms[i];
		uint32_t c = byte[0] & (unsigned char)~form->mask;

		if ((byte[0] & form->mask) != form->lead)
			continue;
		for (size_t k = 1; k <= i; k++) {
			if ((byte[k] & 0xc0) != 0x80)
				return 0; /* also stops at the final NUL */
			c = c << 6 | (byte[k] & 0x3f);
		}
		if (c < form->smallest || c > 0x10ffff ||
		    (c >= 0xd800 && c <= 0xdfff))
			return 0;
		*ret = c;
		return i + 1;
	}
	return 0;
}

static bool harmless(uint32_t c)
{
	if (c == '\n' || c == '\t')
		return true;
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		return false;
	if (c == 0x200e || c == 0x200f || c == 0x061c ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return false; /* line separators, direction marks */
	return (c & 0xfffe) != 0xfffe && !(c >= 0xfdd0 && c <= 0xfdef);
}

char *text_clean(const char *s)
{
	struct text text = { 0 };

	while (s && *s) {
		uint32_t c = 0;
		size_t len = decode(s, &c);

		if (s[0] == '\r' && s[1] == '\n')
			len = 1;
		else if (len > 0 && harmless(c))
			text_add_len(&text, s, len);
		else
			text_add(&text, "\xef\xbf\xbd");
		s += len > 0 ? len : 1;
	}
	return text_steal(&text);
}

size_t text_columns(const char *s, size_t len_bytes)
{
	size_t columns = 0;

	for (size_t i = 0; i < len_bytes; i++)
		columns += ((unsigned char)s[i] & 0xc0) != 0x80;
	return columns;
}

size_t text_fit(const char *s, size_t len_bytes, size_t columns)
{
	size_t i = 0;

	while (i < len_bytes && text_columns(s, i + 1) <= columns)
		i++;
	return i;
}

/* Where a line is being filled. */
struct line {
	struct text *text;
	size_t indent; /* columns that further lines start with */
	size_t width;  /* columns left for words on each line */
	size_t used;   /* of them */
};

static void new_line(struct line *line)
{
	text_addf(line->text, "\n%*s", (int)line->indent, "");
	line->used = 0;
}

static void add_word(struct line *line, const char *word, size_t len)
{
	size_t columns = text_columns(word, len);

	if (line->used > 0 && line->used + 1 + columns > line->width)
		new_line(line);
	if (line->used > 0) {
		text_add(line->text, " ");
		line->used++;
	}
	while (columns > line->width) {
		size_t part = text_fit(word, len, line->width);

		text_add_len(line->text, word, part);
		new_line(line);
		word += part;
		len -= part;
		columns -= line->width;
	}
	text_add_len(line->text, word, len);
	line->used += columns;
}

void text_wrap(struct text *text, const char *first, unsigned columns,
	       const char *s)
{
	size_t indent = text_columns(first, strlen(first));
	struct line line = {
		.text = text,
		.indent = indent,
		.width = columns > indent + 20 ? columns - indent : 20,
	};

	text_add(text, first);
	while (*s) {
		size_t len = strcspn(s, " \t\n");

		if (len > 0)
			add_word(&line, s, len);
		s += len;
		if (*s == '\n' && s[1] != '\0')
			new_line(&line);
		if (*s)
			s++;
	}
	text_add(text, "\n");
}
