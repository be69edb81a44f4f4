/* SPDX-License-Identifier: MIT */
/*
 * demo_draw.c - draw what a command of a slide has changed
 *
 * Two things are compared.  A process that the command has made, with the
 * player, who is an ordinary process: what is otherwise in there.  And the
 * player's own world before and after: what the command did out here, which
 * should be nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "demo.h"
#include "err.h"
#include "file.h"

/* ---- what it looks like out here ----------------------------------------- */

static const char *const outside_files[] = {
	"/proc/self/mountinfo",	     "/proc/sysvipc/shm",
	"/proc/sysvipc/msg",	     "/proc/sysvipc/sem",
	"/proc/sys/kernel/hostname", "/proc/self/net/route",
};

static const char *const outside_names[] = {
	"mounts",     "shared memory", "message queues",
	"semaphores", "hostname",      "routes",
};

/* As many as demo.h has room for. */
_Static_assert(sizeof(outside_files) / sizeof(outside_files[0]) == DEMO_OUTSIDE,
	       "texts of struct demo_outside");

void demo_outside_take(struct demo_outside *outside)
{
	*outside = (struct demo_outside){ 0 };
	for (int i = 0; i < DEMO_OUTSIDE; i++)
		(void)file_read_all(outside_files[i], &outside->texts[i]);
}

void demo_outside_release(struct demo_outside *outside)
{
	for (int i = 0; i < DEMO_OUTSIDE; i++)
		free(outside->texts[i]);
}

void demo_outside_print(struct demo *demo, const struct demo_outside *before,
			bool always)
{
	struct demo_outside after;
	struct text text = { 0 };
	auto_free char *changed = NULL;

	demo_outside_take(&after);
	for (int i = 0; i < DEMO_OUTSIDE; i++) {
		const char *a = before->texts[i];
		const char *b = after.texts[i];

		if (a && b && strcmp(a, b) != 0)
			text_addf(&text, "%s%s", text.len_bytes ? ", " : "",
				  outside_names[i]);
	}
	demo_outside_release(&after);
	changed = text_steal(&text);
	if (!changed || !*changed) {
		if (always)
			screen_print(&demo->screen, COLOR_NOTE,
				     "Out here nothing has changed.");
		return;
	}
	text_addf(&text, "Out here these have changed: %s", changed);
	free(changed);
	changed = text_steal(&text);
	if (changed)
		screen_print(&demo->screen, COLOR_BAD, changed);
}

/* ---- what it looks like in there ----------------------------------------- */

static void save_dot(struct demo *demo, const char *dot)
{
	auto_close int fd = -1;
	int r;

	if (!demo->dot)
		return;
	fd = openat(demo->cwdfd, demo->dot,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	r = fd < 0 ? -errno : write_all(fd, dot, strlen(dot));
	if (r < 0)
		screen_print(&demo->screen, COLOR_BAD,
			     "the graph cannot be written");
}

static void print_text(struct demo *demo, enum screen_color color,
		       struct text *text)
{
	auto_free char *all = text_steal(text);

	if (all)
		screen_print(&demo->screen, color, all);
}

/* All below the stage, but not the stage itself and its shell. */
void demo_draw(struct demo *demo, const struct views *all,
	       const struct view *target)
{
	const struct view_style style = { .columns = demo->screen.columns,
					  .utf8 = demo->screen.utf8 };
	struct views views = *all;
	struct view_groups groups = { 0 };
	struct text text = { 0 };
	auto_free char *dot = NULL;
	struct view self;

	while (views.count > 1 && (strcmp(views.list[0].name, "stage") == 0 ||
				   strcmp(views.list[0].name, "sh") == 0)) {
		views.list++;
		views.count--;
	}
	if (view_take(getpid(), &self) < 0 ||
	    view_groups_make(&views, &self, &groups) < 0)
		return;
	view_draw(&text, &views, &groups, &self, &style);
	print_text(demo, COLOR_NONE, &text);
	screen_print(&demo->screen, COLOR_NONE, "\n");
	if (view_diff(&text, &self, target, &style) == 0)
		text_add(&text, "It is placed as any other process.\n");
	print_text(demo, COLOR_NONE, &text);
	view_dot(&text, &views, &groups, &self);
	dot = text_steal(&text);
	if (dot)
		save_dot(demo, dot);
	view_groups_release(&groups);
}
