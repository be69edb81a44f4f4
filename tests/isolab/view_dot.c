/* SPDX-License-Identifier: MIT */
#include "cleanup.h"
#include "view.h"

struct dot {
	struct text *text;
	const struct views *views;
	const struct view_groups *groups;
	const struct view *outside;
};

/* As a quoted string of the language; "\l" ends a line, ranged left. */
static void add_quoted(struct text *text, const char *s)
{
	text_add(text, "\"");
	for (; *s; s++) {
		if (*s == '\n')
			text_add(text, "\\l");
		else if (*s == '"' || *s == '\\')
			text_addf(text, "\\%c", *s);
		else
			text_add_len(text, s, 1);
	}
	text_add(text, "\\l\"");
}

static void add_process(const struct dot *dot, const struct view *view)
{
	struct text label = { 0 };
	auto_free char *words = NULL;

	view_says(&label, view, dot->outside, "\n");
	words = text_steal(&label);
	text_addf(dot->text, "p%d [label=", (int)view->pid);
	add_quoted(dot->text, words ? words : "?");
	text_add(dot->text, "];\n");
}

static void add_box(const struct dot *dot, int at);

static void add_members(const struct dot *dot, int at)
{
	for (size_t i = 0; i < dot->views->count; i++)
		if (dot->groups->of[i] == at)
			add_process(dot, &dot->views->list[i]);
	for (size_t i = 0; i < dot->groups->count; i++)
		if (dot->groups->list[i].outer == at)
			add_box(dot, (int)i);
}

static bool has_own(const struct view_group *group)
{
	for (int ns = 0; ns < VIEW_NAMESPACES; ns++)
		if (group->own[ns])
			return true;
	return false;
}

/* Groups are inside each other as deep as there are kinds of namespaces. */
static void add_box(const struct dot *dot, int at)
{
	const struct view_group *group = &dot->groups->list[at];
	struct text label = { 0 };
	auto_free char *words = NULL;

	if (!has_own(group)) {
		add_members(dot, at);
		return;
	}
	for (int ns = 0; ns < VIEW_NAMESPACES; ns++) {
		if (!group->own[ns])
			continue;
		text_add(&label, label.len_bytes ? "\n" : "");
		view_group_says(&label, group, (enum view_ns)ns);
	}
	words = text_steal(&label);
	text_addf(dot->text, "subgraph cluster_%d {\nlabel=", at);
	add_quoted(dot->text, words ? words : "?");
	text_add(dot->text, ";\n");
	add_members(dot, at);
	text_add(dot->text, "}\n");
}

void view_dot(struct text *text, const struct views *views,
	      const struct view_groups *groups, const struct view *outside)
{
	const struct dot dot = { text, views, groups, outside };

	text_add(text, "digraph processes {\n"
		       "graph [fontname=\"sans-serif\", fontsize=11, "
		       "labeljust=l, style=rounded];\n"
		       "node [shape=box, fontname=\"sans-serif\", "
		       "fontsize=11];\n");
	for (size_t i = 0; i < groups->count; i++)
		if (groups->list[i].outer < 0)
			add_box(&dot, (int)i);
	for (size_t i = 0; i < views->count; i++)
		for (size_t k = 0; k < views->count; k++)
			if (views->list[k].parent == views->list[i].pid)
				text_addf(text, "p%d -> p%d;\n",
					  (int)views->list[i].pid,
					  (int)views->list[k].pid);
	text_add(text, "}\n");
}
