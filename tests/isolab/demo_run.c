/* SPDX-License-Identifier: MIT */
/*
 * demo_run.c - run a command of a slide and draw what it has changed
 *
 * Two things are compared.  A process that the command has made, with the
 * player, who is an ordinary process: what is otherwise in there.  And the
 * player's own world before and after: what the command did out here, which
 * should be nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "demo.h"
#include "err.h"
#include "file.h"
#include "kit.h"
#include "view.h"

enum {
	LOOK_EVERY_MS = 20,
	MOST_OUTPUT = 65536,
	GRACE_SECONDS = 10, /* after the stage's own deadline */
};

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

enum { OUTSIDE = sizeof(outside_files) / sizeof(outside_files[0]) };

struct outside {
	char *texts[OUTSIDE]; /* owned; NULL could not be read */
};

static void outside_take(struct outside *outside)
{
	*outside = (struct outside){ 0 };
	for (int i = 0; i < OUTSIDE; i++)
		(void)file_read_all(outside_files[i], &outside->texts[i]);
}

static void outside_release(struct outside *outside)
{
	for (int i = 0; i < OUTSIDE; i++)
		free(outside->texts[i]);
}

static void print_outside(struct demo *demo, const struct outside *before,
			  bool always)
{
	struct outside after;
	struct text text = { 0 };
	auto_free char *changed = NULL;

	outside_take(&after);
	for (int i = 0; i < OUTSIDE; i++) {
		const char *a = before->texts[i];
		const char *b = after.texts[i];

		if (a && b && strcmp(a, b) != 0)
			text_addf(&text, "%s%s", text.len_bytes ? ", " : "",
				  outside_names[i]);
	}
	outside_release(&after);
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
static void draw(struct demo *demo, const struct views *all,
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

/* ---- running ------------------------------------------------------------- */

struct run {
	struct demo *demo;
	const struct slide_block *block;
	struct stage stage;
	struct text output;
	struct views views; /* once the process to look at is there */
	pid_t target;
	bool stopped; /* by a key */
};

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Some more output; false at its end. */
static bool read_some(struct run *run)
{
	char bytes[4096];
	ssize_t n = read(run->stage.outfd, bytes, sizeof(bytes));

	if (n > 0 && run->output.len_bytes < MOST_OUTPUT)
		text_add_len(&run->output, bytes, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Is the process there that is to be looked at? */
static bool found(struct run *run)
{
	struct views views;
	const struct view *view;

	if (!*run->block->look || views_below(run->stage.pid, &views) < 0)
		return false;
	view = views_find(&views, run->block->look);
	if (!view) {
		views_release(&views);
		return false;
	}
	run->views = views;
	run->target = view->pid;
	return true;
}

/* Until it has ended, is to be looked at, was stopped, or is late. */
static void follow(struct run *run)
{
	long long end_ms =
		now_ms() + (run->block->seconds + GRACE_SECONDS) * 1000LL;

	while (now_ms() < end_ms) {
		struct pollfd fd = { .fd = run->stage.outfd, .events = POLLIN };
		int r = poll(&fd, 1, LOOK_EVERY_MS);

		if (r > 0 && !read_some(run))
			return;
		if (found(run))
			return;
		if (screen_interrupted(&run->demo->screen)) {
			run->stopped = true;
			return;
		}
	}
	run->stopped = true;
}

static void print_output(struct run *run, const char *output)
{
	auto_free char *clean = text_clean(output);

	if (clean)
		screen_print(&run->demo->screen, COLOR_NONE, clean);
	if (run->output.len_bytes >= MOST_OUTPUT)
		screen_print(&run->demo->screen, COLOR_NOTE,
			     "... and more that is not shown");
}

/* A slide says what is to be seen; if it is not, the speaker should know. */
static void print_verdict(struct run *run, const char *output, int status)
{
	const struct slide_block *block = run->block;
	struct screen *screen = &run->demo->screen;
	char line[512] = "";

	if (run->stopped) {
		snprintf(line, sizeof(line), "(stopped)");
	} else if (*block->look && !run->target) {
		snprintf(line, sizeof(line),
			 "(there was no %s to look at; it ended with %d)",
			 block->look, status);
	} else if (status == STAGE_TIME_IS_UP && block->status != 124) {
		snprintf(line, sizeof(line), "(ended after %u seconds)",
			 block->seconds);
	} else if (status != (int)block->status) {
		snprintf(line, sizeof(line),
			 "(ended with %d, which was not expected)", status);
	} else if (!strstr(output, block->shows)) {
		snprintf(line, sizeof(line), "(expected to see '%s')",
			 block->shows);
	} else {
		if (status != 0)
			snprintf(line, sizeof(line), "(ended with %d)", status);
		screen_print(screen, COLOR_NOTE, line);
		return;
	}
	if (!run->stopped)
		run->demo->failures++;
	screen_print(screen, COLOR_BAD, line);
}

/* The process that was looked at is $PID for the next commands. */
static void look_at(struct run *run)
{
	struct demo *demo = run->demo;

	demo->stays = run->stage;
	demo->looked_at = run->target;
	run->stage = (struct stage){ .outfd = -1 };
	for (size_t i = 0; i < run->views.count; i++)
		if (run->views.list[i].pid == run->target)
			draw(demo, &run->views, &run->views.list[i]);
}

/* ---- the commands' environment ------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void
set_env(struct demo *demo, size_t *n, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(demo->env[*n], DEMO_PATH, fmt, args);
	va_end(args);
	demo->envp[*n] = demo->env[*n];
	(*n)++;
}

static void make_env(struct demo *demo)
{
	static const char *const passed[] = { "USER", "XDG_RUNTIME_DIR",
					      "DBUS_SESSION_BUS_ADDRESS" };
	char build[DEMO_PATH - 512];
	char kit[DEMO_PATH - 512];
	size_t n = 0;

	if (kit_build_path(build, sizeof(build), "bin") < 0 ||
	    kit_path(kit, sizeof(kit), "") < 0)
		build[0] = kit[0] = '\0';
	set_env(demo, &n,
		"PATH=%s/labs/%s:/usr/local/sbin:/usr/local/bin:/usr/sbin:"
		"/usr/bin:/sbin:/bin",
		build, demo->lab);
	set_env(demo, &n, "BIN=%s/labs/%s", build, demo->lab);
	set_env(demo, &n, "ISOLAB_KIT=%s", kit);
	set_env(demo, &n, "HOME=%s", demo->dir);
	set_env(demo, &n, "LANG=C.UTF-8");
	set_env(demo, &n, "TERM=dumb");
	set_env(demo, &n, "COLUMNS=%u", demo->screen.columns);
	if (demo->looked_at)
		set_env(demo, &n, "PID=%d", (int)demo->looked_at);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (getenv(passed[i]))
			set_env(demo, &n, "%s=%s", passed[i],
				getenv(passed[i]));
	demo->envp[n] = NULL;
}

/* ---- all together -------------------------------------------------------- */

void demo_run(struct demo *demo, const struct slide_block *block)
{
	struct run run = { .demo = demo, .block = block };
	auto_free char *output = NULL;
	struct outside before;
	int status;
	int r;

	if (*block->look) {
		(void)stage_end(&demo->stays, true);
		demo->looked_at = 0;
	}
	make_env(demo);
	outside_take(&before);
	r = stage_start(&run.stage, block->text, demo->envp, demo->dir,
			block->seconds);
	if (r < 0) {
		demo->failures++;
		screen_print(&demo->screen, COLOR_BAD, strerror(-r));
		outside_release(&before);
		return;
	}
	follow(&run);
	output = text_steal(&run.output);
	if (output)
		print_output(&run, output);
	if (run.target) {
		look_at(&run);
		status = (int)block->status;
	} else {
		status = stage_end(&run.stage, run.stopped);
	}
	print_verdict(&run, output ? output : "", status);
	print_outside(demo, &before, run.target != 0);
	screen_print(&demo->screen, COLOR_NONE, "\n");
	outside_release(&before);
	views_release(&run.views);
}

void demo_setup(struct demo *demo)
{
	const struct slide_block block = { .text = demo->slides.setup,
					   .seconds = 60 };
	struct run run = { .demo = demo, .block = &block };
	auto_free char *output = NULL;
	int status;

	if (!demo->slides.setup)
		return;
	make_env(demo);
	if (stage_start(&run.stage, block.text, demo->envp, demo->dir,
			block.seconds) < 0)
		return;
	follow(&run);
	status = stage_end(&run.stage, run.stopped);
	output = text_steal(&run.output);
	if (status == 0)
		return;
	demo->failures++;
	print_output(&run, output ? output : "");
	screen_print(&demo->screen, COLOR_BAD,
		     "The preparation failed; some commands will, too.");
	(void)screen_wait(&demo->screen, "go on");
}
