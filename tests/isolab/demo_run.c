/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "demo.h"
#include "kit.h"

enum {
	LOOK_EVERY_MS = 20,
	MOST_OUTPUT = 65536,
	GRACE_SECONDS = 10, /* after the stage's own deadline */
};

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
			demo_draw(demo, &run->views, &run->views.list[i]);
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
					      "DBUS_SESSION_BUS_ADDRESS",
					      "ASAN_OPTIONS" };
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
	struct demo_outside before;
	int status;
	int r;

	if (*block->look) {
		(void)stage_end(&demo->stays, true);
		demo->looked_at = 0;
	}
	make_env(demo);
	demo_outside_take(&before);
	r = stage_start(&run.stage, block->text, demo->envp, demo->dir,
			block->seconds);
	if (r < 0) {
		demo->failures++;
		screen_print(&demo->screen, COLOR_BAD, strerror(-r));
		demo_outside_release(&before);
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
	demo_outside_print(demo, &before, run.target != 0);
	screen_print(&demo->screen, COLOR_NONE, "\n");
	demo_outside_release(&before);
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
