/* SPDX-License-Identifier: MIT */
/*
 * source.c - find the definition of a name in a C file
 *
 * No parser: the format of this kit, which CI checks, says enough.  What is
 * defined at file scope begins in the first column, and ends with a line that
 * is "}", or that ends with ";" and is not inside of braces.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"
#include "kit.h"
#include "slides.h"
#include "text.h"

struct lines {
	char **list; /* owned; they point into a text that is not */
	size_t count;
};

struct range {
	size_t first; /* counted from 0 */
	size_t last;
};

struct reference {
	char file[128];
	char name[64];
	char from[128]; /* "" for the whole */
	char to[128];	/* "" for one line */
};

static int split(char *text, struct lines *ret)
{
	char *rest = text;
	char *line;

	while ((line = strsep(&rest, "\n"))) {
		char **more = reallocarray(ret->list, ret->count + 1,
					   sizeof(*ret->list));

		if (!more)
			return -ENOMEM;
		ret->list = more;
		ret->list[ret->count++] = line;
	}
	return 0;
}

/* Before a comment at the end of the line, if there is one. */
static bool ends_with(const char *line, char c)
{
	const char *comment = strstr(line, " /*");
	size_t len = strlen(line);

	if (comment && strcmp(line + len - 2, "*/") == 0)
		len = (size_t)(comment - line);
	return len > 0 && line[len - 1] == c;
}

static bool begins_definition(const char *line)
{
	return isalpha((unsigned char)*line) || *line == '_';
}

/* From its first line to its last. */
static size_t end_of_definition(const struct lines *lines, size_t at)
{
	bool open = false;

	for (; at < lines->count; at++) {
		const char *line = lines->list[at];

		if (*line == '}' && (line[1] == '\0' || ends_with(line, ';')))
			return at;
		if (*line == '}')
			open = false;
		if (!open && ends_with(line, ';'))
			return at;
		if (ends_with(line, '{'))
			open = true;
	}
	return at - 1;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Where a whole word is in the first @len bytes of a line, or NULL. */
static const char *find_word(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if (strncmp(line + i, word, n) == 0 && !is_word(line[i + n]) &&
		    (i == 0 || !is_word(line[i - 1])))
			return line + i;
	return NULL;
}

/* Of a function the name is before the first "(", of a table it is before
 * "=" and may stand after the type, in a line that begins with "}". */
static bool defines(const struct lines *lines, struct range range,
		    const char *name)
{
	size_t n = strlen(name);

	for (size_t i = range.first; i <= range.last; i++) {
		const char *line = lines->list[i];
		size_t head = strcspn(line, "(=");
		const char *found = find_word(line, head, name);

		if (!found || (i > range.first && *line != '}'))
			continue;
		if (line[head] != '(')
			return true;
		/* Its return type is none of ours, nor is a declaration. */
		return found[n] == '(' &&
		       strcmp(lines->list[range.last], "}") == 0;
	}
	return false;
}

/* The comment right above belongs to it. */
static size_t with_comment(const struct lines *lines, size_t at)
{
	size_t up = at;

	if (at == 0 || !strstr(lines->list[at - 1], "*/"))
		return at;
	while (up > 0) {
		const char *line = lines->list[--up];

		if (strncmp(line, "/*", 2) == 0)
			return up;
		if (strncmp(line, " *", 2) != 0)
			return at;
	}
	return at;
}

static int find_definition(const struct lines *lines, const char *name,
			   struct range *ret)
{
	for (size_t at = 0; at < lines->count; at++) {
		struct range range;

		if (!begins_definition(lines->list[at]))
			continue;
		range = (struct range){ at, end_of_definition(lines, at) };
		if (defines(lines, range, name)) {
			*ret = range;
			return 0;
		}
		at = range.last;
	}
	return -ENOENT;
}

/* Narrow a range to the lines that are wanted. */
static int narrow(const struct lines *lines, const struct reference *ref,
		  struct range *range)
{
	size_t at = range->first;
	size_t end;

	while (at <= range->last && !strstr(lines->list[at], ref->from))
		at++;
	for (end = at; *ref->to && end <= range->last; end++)
		if (end > at && strstr(lines->list[end], ref->to))
			break;
	if (at > range->last || end > range->last)
		return -ENOENT;
	*range = (struct range){ at, end };
	return 0;
}

static int parse(const char *s, struct reference *ref)
{
	int n = 0;

	if (sscanf(s, "%127s %63s%n", ref->file, ref->name, &n) != 2)
		return -EINVAL;
	s += n;
	if (sscanf(s, " \"%127[^\"]\"%n", ref->from, &n) == 1) {
		s += n;
		if (sscanf(s, " \"%127[^\"]\"%n", ref->to, &n) == 1)
			s += n;
	}
	if (s[strspn(s, " \n")] || strstr(ref->file, "..") ||
	    ref->file[0] == '/')
		return -EINVAL;
	return 0;
}

static char *join(const struct lines *lines, struct range range)
{
	struct text text = { 0 };

	for (size_t i = range.first; i <= range.last; i++)
		text_addf(&text, "%s\n", lines->list[i]);
	return text_steal(&text);
}

static int find_in(const struct lines *lines, const struct reference *ref,
		   struct source *ret, char *why, size_t size)
{
	struct range range;
	int r = find_definition(lines, ref->name, &range);

	if (r < 0) {
		snprintf(why, size, "%s has no definition of '%s'", ref->file,
			 ref->name);
		return r;
	}
	if (*ref->from) {
		r = narrow(lines, ref, &range);
		if (r < 0) {
			snprintf(why, size, "'%s' in %s has no such lines",
				 ref->name, ref->file);
			return r;
		}
	} else {
		range.first = with_comment(lines, range.first);
	}
	ret->text = join(lines, range);
	if (!ret->text)
		return -ENOMEM;
	snprintf(ret->file, sizeof(ret->file), "%s", ref->file);
	ret->first = (unsigned)range.first + 1;
	ret->last = (unsigned)range.last + 1;
	return 0;
}

int source_find(const char *reference, struct source *ret, char *why,
		size_t size)
{
	struct reference ref = { 0 };
	auto_free char *text = NULL;
	struct lines lines = { 0 };
	char path[4096];
	int r = parse(reference, &ref);

	if (r < 0) {
		snprintf(why, size, "'%s' names no source", reference);
		return r;
	}
	r = kit_path(path, sizeof(path), ref.file);
	if (r == 0)
		r = file_read_all(path, &text);
	if (r < 0) {
		snprintf(why, size, "cannot read %s: %s", ref.file,
			 strerror(-r));
		return r;
	}
	r = split(text, &lines);
	if (r == 0)
		r = find_in(&lines, &ref, ret, why, size);
	free(lines.list);
	return r;
}

void source_release(struct source *source)
{
	free(source->text);
	*source = (struct source){ 0 };
}
