/* SPDX-License-Identifier: MIT */
#include "demo.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

/* What is said of a slide, from its beginning up to the next key. */
struct slide_play {
	struct demo *demo;
	const struct slide *slide;
	const struct slide_block *last; /* command that was run, or NULL */
};

/* `code` and *stress* are marks for pandoc. */
void demo_words(struct text *text, const char *first, unsigned columns,
		const char *words)
{
	auto_free char *clean = text_clean(words);
	size_t n = 0;

	if (!clean) {
		text->failed = true;
		return;
	}
	for (const char *c = clean; *c; c++)
		if (*c != '`' && *c != '*')
			clean[n++] = *c;
	clean[n] = '\0';
	text_wrap(text, first, columns, clean);
}

static void print_words(struct demo *demo, const char *first, const char *words)
{
	struct text text = { 0 };
	auto_free char *all = NULL;

	demo_words(&text, first, demo->screen.columns - 2, words);
	all = text_steal(&text);
	if (all)
		screen_print(&demo->screen, COLOR_NONE, all);
}

/* ---- source -------------------------------------------------------------- */

/* Comments in another color; they are whole lines or at the end of one. */
static void print_code(struct demo *demo, char *text)
{
	bool comment = false;
	char *rest = text;
	char *line;

	while ((line = strsep(&rest, "\n")) && rest) {
		const char *start = line + strspn(line, " \t");
		auto_free char *clean = text_clean(line);

		comment |= strncmp(start, "/*", 2) == 0;
		if (clean)
			screen_print(&demo->screen,
				     comment ? COLOR_COMMENT : COLOR_NONE,
				     *clean ? clean : "\n");
		if (strstr(line, "*/"))
			comment = false;
	}
}

static void print_source(struct demo *demo, const char *reference)
{
	struct source source = { 0 };
	char why[512] = "";
	char title[256];

	if (source_find(reference, &source, why, sizeof(why)) < 0) {
		demo->failures++;
		screen_print(&demo->screen, COLOR_BAD, why);
		return;
	}
	snprintf(title, sizeof(title), "%s, lines %u to %u", source.file,
		 source.first, source.last);
	screen_print(&demo->screen, COLOR_NOTE, title);
	print_code(demo, source.text);
	source_release(&source);
}

/* ---- a slide ------------------------------------------------------------- */

static void print_header(struct demo *demo, unsigned at)
{
	const struct slide *slide = &demo->slides.list[at];
	char page[32];
	char line[256];
	size_t used = text_columns(slide->title, strlen(slide->title));
	int gap;

	snprintf(page, sizeof(page), "%.2s  %u/%zu", demo->lab, at + 1,
		 demo->slides.count);
	gap = (int)(demo->screen.columns - used - strlen(page));
	snprintf(line, sizeof(line), "%s%*s%s", slide->title, gap > 1 ? gap : 1,
		 "", page);
	screen_print(&demo->screen, COLOR_TITLE, line);
	screen_rule(&demo->screen);
}

static void print_command(struct demo *demo, const char *script)
{
	auto_free char *copy = strdup(script);
	const char *prompt = "$ ";
	char *rest = copy;
	char *line;

	while (rest && (line = strsep(&rest, "\n")) && rest) {
		struct text text = { 0 };
		auto_free char *all = NULL;

		text_addf(&text, "%s%s", prompt, line);
		all = text_steal(&text);
		if (all)
			screen_print(&demo->screen, COLOR_COMMAND, all);
		prompt = line[strcspn(line, "\\")] ? "> " : "$ ";
	}
}

/* Wait, and do here what does not lead to another slide. */
static enum screen_key wait_here(struct slide_play *play, const char *prompt)
{
	struct screen *screen = &play->demo->screen;

	for (;;) {
		enum screen_key key = screen_wait(screen, prompt);

		if (key != KEY_AGAIN)
			return key;
		if (!play->last)
			continue;
		print_command(play->demo, play->last->text);
		demo_run(play->demo, play->last);
		if (screen->stop)
			return screen->key;
	}
}

static void print_block(struct demo *demo, const struct slide_block *block)
{
	switch (block->kind) {
	case SLIDE_WORDS:
		print_words(demo, "", block->text);
		break;
	case SLIDE_ITEM:
		print_words(demo, "  - ", block->text);
		return; /* without a line between */
	case SLIDE_TEXT:
		screen_print(&demo->screen, COLOR_NONE, block->text);
		break;
	case SLIDE_SOURCE:
		print_source(demo, block->text);
		break;
	case SLIDE_SHELL:
		print_command(demo, block->text);
		return;
	case SLIDE_PICTURE:
		return;
	}
	screen_print(&demo->screen, COLOR_NONE, "\n");
}

static enum screen_key play_slide(struct demo *demo, unsigned at)
{
	struct slide_play play = { .demo = demo,
				   .slide = &demo->slides.list[at] };
	enum screen_key key;

	screen_clear(&demo->screen);
	print_header(demo, at);
	for (size_t i = 0; i < play.slide->count; i++) {
		const struct slide_block *block = &play.slide->blocks[i];

		if (i > 0 && block[-1].kind == SLIDE_ITEM &&
		    block->kind != SLIDE_ITEM)
			screen_print(&demo->screen, COLOR_NONE, "\n");
		print_block(demo, block);
		if (!demo->screen.stop && block->kind == SLIDE_SHELL) {
			key = wait_here(&play, "run it");
			if (key != KEY_NEXT)
				return key;
			play.last = block;
			demo_run(demo, block);
		}
		if (demo->screen.stop)
			return demo->screen.key;
	}
	return wait_here(&play, at + 1 < demo->slides.count ? "next" : "end");
}

unsigned demo_play(struct demo *demo)
{
	unsigned count = (unsigned)demo->slides.count;
	unsigned at = demo->first < count ? demo->first : count - 1;
	enum screen_key key = KEY_NEXT;

	demo_setup(demo);
	while (at < count && key != KEY_QUIT) {
		key = play_slide(demo, at);
		(void)stage_end(&demo->stays, true);
		demo->looked_at = 0;
		if (key == KEY_BACK)
			at -= at > 0;
		else if (key == KEY_NEXT)
			at++;
		else if (key == KEY_GOTO)
			at = (demo->screen.number < count ? demo->screen.number
							  : count) -
			     1;
	}
	if (key != KEY_QUIT)
		printf("\nThat was lab %.2s.  Its exercise: isolab grade "
		       "%.2s\n",
		       demo->lab, demo->lab);
	(void)fflush(stdout);
	return demo->failures;
}
