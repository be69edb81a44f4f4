/* SPDX-License-Identifier: MIT */
#include "slides.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"
#include "kit.h"
#include "text.h"

enum { SECONDS = 10, MOST_SECONDS = 600 };

static const char fence[] = "```";

struct parser {
	struct slides slides;
	char *rest;	   /* of the text; NULL at its end */
	unsigned line;	   /* number of the last line that was read */
	struct text words; /* of the paragraph that is being read */
	bool item;	   /* it is one of a list */
	const char *error; /* NULL while all is well */
};

static char *next_line(struct parser *p)
{
	char *line = strsep(&p->rest, "\n");

	if (line)
		p->line++;
	return line;
}

static struct slide *last_slide(struct parser *p)
{
	if (p->slides.count == 0)
		p->error = "there is text before the title";
	return p->error ? NULL : &p->slides.list[p->slides.count - 1];
}

static void add_slide(struct parser *p, const char *title)
{
	struct slide *more = reallocarray(p->slides.list, p->slides.count + 1,
					  sizeof(*more));

	if (more) {
		p->slides.list = more;
		more[p->slides.count] = (struct slide){
			.title = strdup(title),
		};
		p->slides.count++;
	} else {
		p->error = strerror(ENOMEM);
	}
}

/* The block's text is taken. */
static void add_block(struct parser *p, struct slide_block block)
{
	struct slide *slide = last_slide(p);
	struct slide_block *more;

	if (slide) {
		more = reallocarray(slide->blocks, slide->count + 1,
				    sizeof(*more));
		if (more) {
			slide->blocks = more;
			more[slide->count++] = block;
			return;
		}
		p->error = strerror(ENOMEM);
	}
	free(block.text);
}

/* ---- paragraphs ---------------------------------------------------------- */

static void end_paragraph(struct parser *p)
{
	struct slide_block block = { .kind = p->item ? SLIDE_ITEM
						     : SLIDE_WORDS };

	if (p->words.len_bytes == 0)
		return;
	block.text = text_steal(&p->words);
	if (block.text && strncmp(block.text, "![", 2) == 0)
		block.kind = SLIDE_PICTURE;
	add_block(p, block);
	p->item = false;
}

static void add_words(struct parser *p, const char *line)
{
	if (strncmp(line, "- ", 2) == 0) {
		end_paragraph(p);
		p->item = true;
		line += 2;
	}
	line += strspn(line, " ");
	text_add(&p->words, p->words.len_bytes ? " " : "");
	text_add(&p->words, line);
}

static void skip_comment(struct parser *p, const char *line)
{
	while (line && !strstr(line, "-->"))
		line = next_line(p);
}

/* ---- blocks -------------------------------------------------------------- */

static bool take_number(const char *value, unsigned most, unsigned *ret)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (end == value || *end || n > most)
		return false;
	*ret = (unsigned)n;
	return true;
}

static bool take_text(const char *value, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", value) < (int)size;
}

/* One of KEY=VALUE and KEY="VALUE"; *s is moved behind it. */
static bool take_attribute(const char **s, struct slide_block *block,
			   char *needs, size_t needs_size)
{
	char key[16];
	char value[256] = "";
	int n = 0;

	if (sscanf(*s, "%15[a-z]=\"%255[^\"]\"%n", key, value, &n) != 2 || !n)
		if (sscanf(*s, "%15[a-z]=%255[^ }\"]%n", key, value, &n) != 2)
			return false;
	*s += n;
	if (strcmp(key, "look") == 0)
		return take_text(value, block->look, sizeof(block->look));
	if (strcmp(key, "shows") == 0)
		return take_text(value, block->shows, sizeof(block->shows));
	if (strcmp(key, "status") == 0)
		return take_number(value, 255, &block->status);
	if (strcmp(key, "seconds") == 0)
		return take_number(value, MOST_SECONDS, &block->seconds) &&
		       block->seconds > 0;
	if (strcmp(key, "needs") == 0)
		return take_text(value, needs, needs_size);
	return false;
}

/* "sh", or "{.sh look=sleep}"; receives the word. */
static bool take_info(const char *info, char word[16],
		      struct slide_block *block, char *needs, size_t size)
{
	bool braces = *info == '{';
	int n = 0;

	if (sscanf(info, braces ? "{.%15[a-z]%n" : "%15[a-z]%n", word, &n) != 1)
		return false;
	info += n;
	if (!braces)
		return *info == '\0';
	for (info += strspn(info, " "); *info != '}'; info += strspn(info, " "))
		if (!take_attribute(&info, block, needs, size))
			return false;
	return info[1] == '\0';
}

static char *take_lines(struct parser *p)
{
	struct text text = { 0 };
	char *line;

	while ((line = next_line(p)) && strcmp(line, fence) != 0)
		text_addf(&text, "%s\n", line);
	if (!line)
		p->error = "a block does not end";
	return text_steal(&text);
}

static void add_fenced(struct parser *p, const char *info)
{
	static const struct {
		const char *word;
		enum slide_block_kind kind;
	} kinds[] = {
		{ "sh", SLIDE_SHELL },
		{ "source", SLIDE_SOURCE },
		{ "text", SLIDE_TEXT },
	};
	struct slide_block block = { .seconds = SECONDS };
	char word[16] = "";

	if (!take_info(info, word, &block, p->slides.needs,
		       sizeof(p->slides.needs))) {
		p->error = "what is this block?";
		return;
	}
	block.text = take_lines(p);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(word, kinds[i].word) != 0)
			continue;
		block.kind = kinds[i].kind;
		add_block(p, block);
		return;
	}
	if (strcmp(word, "setup") == 0 && !p->slides.setup) {
		p->slides.setup = block.text;
		return;
	}
	p->error = "there is no such kind of block, or a second setup";
	free(block.text);
}

/* ---- all of it ----------------------------------------------------------- */

static void take_line(struct parser *p, const char *line)
{
	if (strncmp(line, "# ", 2) == 0 || strncmp(line, "## ", 3) == 0) {
		bool title = line[1] == ' ';

		end_paragraph(p);
		if (title != (p->slides.count == 0))
			p->error = "a title comes first, and once";
		else
			add_slide(p, line + (title ? 2 : 3));
		if (title && !p->error)
			p->slides.title = strdup(line + 2);
	} else if (strncmp(line, fence, 3) == 0) {
		end_paragraph(p);
		add_fenced(p, line + 3 + strspn(line + 3, " "));
	} else if (strncmp(line, "<!--", 4) == 0) {
		end_paragraph(p);
		skip_comment(p, line);
	} else if (*line == '\0') {
		end_paragraph(p);
	} else {
		add_words(p, line);
	}
}

int slides_parse(const char *text, struct slides *ret, char *why, size_t size)
{
	auto_free char *copy = strdup(text);
	struct parser p = { .rest = copy };
	char *line;

	if (!copy)
		return -ENOMEM;
	while (!p.error && (line = next_line(&p)))
		take_line(&p, line);
	if (!p.error)
		end_paragraph(&p);
	if (!p.error && p.slides.count < 2)
		p.error = "there are no slides";
	text_release(&p.words);
	if (p.error) {
		snprintf(why, size, "line %u: %s", p.line, p.error);
		slides_release(&p.slides);
		return -EINVAL;
	}
	*ret = p.slides;
	return 0;
}

int slides_load(const char *lab, struct slides *ret, char *why, size_t size)
{
	auto_free char *text = NULL;
	char reason[256] = "";
	char below[256];
	char path[4096];
	int r;

	snprintf(below, sizeof(below), "docs/slides/%.64s.md", lab);
	r = kit_path(path, sizeof(path), below);
	if (r == 0)
		r = file_read_all(path, &text);
	if (r < 0) {
		snprintf(why, size, "cannot read %s: %s", below, strerror(-r));
		return r;
	}
	r = slides_parse(text, ret, reason, sizeof(reason));
	if (r < 0)
		snprintf(why, size, "%s: %s", below, reason);
	return r;
}

static void slide_release(struct slide *slide)
{
	for (size_t i = 0; i < slide->count; i++)
		free(slide->blocks[i].text);
	free(slide->blocks);
	free(slide->title);
}

void slides_release(struct slides *slides)
{
	for (size_t i = 0; i < slides->count; i++)
		slide_release(&slides->list[i]);
	free(slides->list);
	free(slides->title);
	free(slides->setup);
	*slides = (struct slides){ 0 };
}
