/* SPDX-License-Identifier: MIT */
/*
 * view_text.c - processes in the boxes of their namespaces
 *
 *	+------------------------------------------+
 *	| user 4026532191: 0 is 1001               |
 *	|                                          |
 *	| first 3427  user 1001, inside 0          |
 *	| +--------------------------------------+ |
 *	| | pid 4026532193, mnt 4026532192       | |
 *	| |                                      | |
 *	| | sleep 3430, inside 2                 | |
 *	| +--------------------------------------+ |
 *	+------------------------------------------+
 */
#include <string.h>

#include "cleanup.h"
#include "view.h"

static const struct lines {
	const char *side;
	const char *flat;
	const char *corners[4]; /* upper left, upper right, lower left, ... */
} ascii = { "|", "-", { "+", "+", "+", "+" } },
  drawn = { "│", "─", { "┌", "┐", "└", "┘" } };

struct drawing {
	struct text *text;
	const struct views *views;
	const struct view_groups *groups;
	const struct view *outside;
	const struct lines *lines;
	unsigned columns;
};

static void add_sides(const struct drawing *d, unsigned boxes, bool left)
{
	for (unsigned i = 0; i < boxes; i++)
		text_addf(d->text, left ? "%s " : " %s", d->lines->side);
}

static void add_edge(const struct drawing *d, unsigned boxes, int corner)
{
	add_sides(d, boxes, true);
	text_add(d->text, d->lines->corners[corner]);
	for (unsigned i = 2; i < d->columns - 4 * boxes; i++)
		text_add(d->text, d->lines->flat);
	text_add(d->text, d->lines->corners[corner + 1]);
	add_sides(d, boxes, false);
	text_add(d->text, "\n");
}

/* Wrapped words between the sides of so many boxes. */
static void add_words(const struct drawing *d, unsigned boxes,
		      const char *first, const char *s)
{
	unsigned width = d->columns - 4 * boxes;
	struct text wrapped = { 0 };
	auto_free char *all = NULL;

	text_wrap(&wrapped, first, width, s);
	all = text_steal(&wrapped);
	for (char *line = all; line && *line;) {
		size_t len = strcspn(line, "\n");
		size_t used = text_columns(line, len);

		add_sides(d, boxes, true);
		text_add_len(d->text, line, len);
		for (; boxes && used < width; used++)
			text_add(d->text, " ");
		add_sides(d, boxes, false);
		text_add(d->text, "\n");
		line += len + (line[len] == '\n');
	}
}

static bool add_names(const struct drawing *d, const struct view_group *group,
		      unsigned boxes)
{
	struct text names = { 0 };
	auto_free char *words = NULL;
	bool any = false;

	for (int ns = 0; ns < VIEW_NAMESPACES; ns++) {
		if (!group->own[ns])
			continue;
		text_add(&names, any ? "; " : "");
		view_group_says(&names, group, (enum view_ns)ns);
		any = true;
	}
	words = text_steal(&names);
	if (any)
		add_edge(d, boxes, 0);
	if (any && words)
		add_words(d, boxes + 1, "", words);
	return any;
}

/* Boxes are inside each other at most as deep as there are kinds. */
static void add_group(const struct drawing *d, int at, unsigned boxes)
{
	bool boxed = add_names(d, &d->groups->list[at], boxes);

	boxes += boxed;
	for (size_t i = 0; i < d->views->count; i++) {
		struct text says = { 0 };
		auto_free char *words = NULL;

		if (d->groups->of[i] != at)
			continue;
		view_says(&says, &d->views->list[i], d->outside, "; ");
		words = text_steal(&says);
		if (words)
			add_words(d, boxes, boxed ? "- " : "", words);
	}
	for (size_t i = 0; i < d->groups->count; i++)
		if (d->groups->list[i].outer == at)
			add_group(d, (int)i, boxes);
	if (boxed)
		add_edge(d, boxes - 1, 2);
}

void view_draw(struct text *text, const struct views *views,
	       const struct view_groups *groups, const struct view *outside,
	       const struct view_style *style)
{
	const struct drawing d = {
		.text = text,
		.views = views,
		.groups = groups,
		.outside = outside,
		.lines = style->utf8 ? &drawn : &ascii,
		.columns = style->columns < 60 ? 60 : style->columns,
	};

	for (size_t i = 0; i < groups->count; i++)
		if (groups->list[i].outer < 0)
			add_group(&d, (int)i, 0);
}
