/* SPDX-License-Identifier: MIT */
/*
 * view_diff.c - what is otherwise for one process than for another
 *
 *	                  outside                   inside
 *	user              1001                      1001, inside 0
 *	root directory    /                         /tmp/isolab-demo/cell
 *	mounts            + /proc  proc, nosuid,nodev,noexec
 */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "mountinfo.h"
#include "view.h"

enum { LABEL = 16, MOUNTS_SHOWN = 4, VALUE = 1024 };

struct diff {
	struct text *text;
	unsigned columns;
	unsigned rows;
};

static void add_row(struct diff *d, const char *label, const char *a,
		    const char *b)
{
	unsigned width = (d->columns - LABEL) / 2 - 2;
	auto_free char *clean_a = text_clean(a);
	auto_free char *clean_b = text_clean(b);
	struct text first = { 0 };
	auto_free char *start = NULL;
	size_t used;

	if (!clean_a || !clean_b) {
		d->text->failed = true;
		return;
	}
	if (d->rows++ == 0)
		text_addf(d->text, "%-*s  %-*s  %s\n", LABEL, "", (int)width,
			  "outside", "inside");
	used = text_columns(clean_a, strlen(clean_a));
	text_addf(&first, "%-*s  %.*s", LABEL, label,
		  (int)text_fit(clean_a, strlen(clean_a), width), clean_a);
	for (; used < width; used++)
		text_add(&first, " ");
	text_add(&first, "  ");
	start = text_steal(&first);
	if (start)
		text_wrap(d->text, start, d->columns, clean_b);
}

static void compare(struct diff *d, const char *label, const char *a,
		    const char *b)
{
	if (strcmp(a, b) != 0)
		add_row(d, label, a, b);
}

static void say_id(char buf[VALUE], const char *what, unsigned id,
		   unsigned inner)
{
	if (id == inner)
		snprintf(buf, VALUE, "%u", id);
	else
		snprintf(buf, VALUE, "%u: %s %u", inner, what, id);
}

static void compare_ids(struct diff *d, const struct view *a,
			const struct view *b)
{
	char texts[2][VALUE];

	say_id(texts[0], "out here", (unsigned)a->pid, (unsigned)a->inner_pid);
	say_id(texts[1], "out here", (unsigned)b->pid, (unsigned)b->inner_pid);
	if (view_differs(a, b, VIEW_PID))
		add_row(d, "PID", texts[0], texts[1]);
	say_id(texts[0], "out here", a->uid, a->inner_uid);
	say_id(texts[1], "out here", b->uid, b->inner_uid);
	compare(d, "user", texts[0], texts[1]);
}

static void compare_caps(struct diff *d, const struct view *a,
			 const struct view *b)
{
	static const char *const labels[VIEW_CAPS] = {
		"inheritable", "permitted", "effective", "bounding", "ambient",
	};

	for (int i = 0; i < VIEW_CAPS; i++) {
		struct text texts[2] = { 0 };
		auto_free char *x = NULL;
		auto_free char *y = NULL;

		view_caps_words(&texts[0], a->caps[i], 24);
		view_caps_words(&texts[1], b->caps[i], 24);
		x = text_steal(&texts[0]);
		y = text_steal(&texts[1]);
		if (x && y && a->caps[i] != b->caps[i])
			add_row(d, labels[i], x, y);
	}
}

/* A root directory may have one name and be another one, or the other way
 * round; what counts is the file. */
static void compare_roots(struct diff *d, const struct view *a,
			  const struct view *b)
{
	if (look_same(a->pid, b->pid, "root") == 0)
		add_row(d, "root directory", a->root,
			strcmp(a->root, b->root) == 0 ? "/, another one"
						      : b->root);
	if (look_same(a->pid, b->pid, "cwd") == 0)
		compare(d, "working in", a->cwd, b->cwd);
}

/* ---- mounts -------------------------------------------------------------- */

static bool has_same(const struct mountinfo *info, const struct mount_entry *m)
{
	for (size_t i = 0; i < info->count; i++) {
		const struct mount_entry *e = &info->entries[i];

		if (strcmp(e->point, m->point) == 0 && e->major == m->major &&
		    e->minor == m->minor && strcmp(e->root, m->root) == 0 &&
		    strcmp(e->options, m->options) == 0)
			return true;
	}
	return false;
}

/* Those of the one list that are not in the other. */
static void add_mounts(struct diff *d, const struct mountinfo *from,
		       const struct mountinfo *other, const char *sign)
{
	size_t more = 0;
	size_t shown = 0;

	for (size_t i = 0; i < from->count; i++) {
		const struct mount_entry *m = &from->entries[i];
		char line[VALUE];
		auto_free char *clean = NULL;
		int fit;

		if (has_same(other, m))
			continue;
		if (shown++ >= MOUNTS_SHOWN) {
			more++;
			continue;
		}
		snprintf(line, sizeof(line), "%s %s  %s, %s", sign, m->point,
			 m->fstype, m->options);
		clean = text_clean(line);
		if (!clean)
			continue;
		fit = (int)text_fit(clean, strlen(clean), d->columns - 18);
		text_addf(d->text, "%-*s  %.*s\n", LABEL, "", fit, clean);
	}
	if (more)
		text_addf(d->text, "%-*s  %s %zu more\n", LABEL, "", sign,
			  more);
}

static void compare_mounts(struct diff *d, const struct view *a,
			   const struct view *b)
{
	struct mountinfo infos[2] = { 0 };
	char counts[2][VALUE];

	if (!view_differs(a, b, VIEW_MNT))
		return;
	if (look_mounts(a->pid, &infos[0]) == 0 &&
	    look_mounts(b->pid, &infos[1]) == 0) {
		for (int i = 0; i < 2; i++)
			snprintf(counts[i], VALUE, "%zu", infos[i].count);
		add_row(d, "mounts", counts[0], counts[1]);
		add_mounts(d, &infos[1], &infos[0], "+");
		add_mounts(d, &infos[0], &infos[1], "-");
	}
	mountinfo_release(&infos[0]);
	mountinfo_release(&infos[1]);
}

static void compare_insides(struct diff *d, const struct view *a,
			    const struct view *b)
{
	struct view_inside insides[2] = { 0 };

	if (view_inside(a->pid, &insides[0]) < 0 ||
	    view_inside(b->pid, &insides[1]) < 0)
		return;
	if (view_differs(a, b, VIEW_UTS))
		compare(d, "hostname", insides[0].hostname,
			insides[1].hostname);
	if (view_differs(a, b, VIEW_NET))
		compare(d, "network", insides[0].links, insides[1].links);
}

unsigned view_diff(struct text *text, const struct view *outside,
		   const struct view *inside, const struct view_style *style)
{
	static const char *const filters[] = { "none", "strict", "a filter" };
	struct diff d = { .text = text,
			  .columns =
				  style->columns < 60 ? 60 : style->columns };

	compare_ids(&d, outside, inside);
	compare_roots(&d, outside, inside);
	compare_insides(&d, outside, inside);
	compare_caps(&d, outside, inside);
	compare(&d, "no_new_privs", outside->no_new_privs ? "yes" : "no",
		inside->no_new_privs ? "yes" : "no");
	if (outside->seccomp <= 2 && inside->seccomp <= 2)
		compare(&d, "seccomp", filters[outside->seccomp],
			filters[inside->seccomp]);
	compare(&d, "cgroup", outside->cgroup, inside->cgroup);
	compare_mounts(&d, outside, inside);
	return d.rows;
}
