/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "cleanup.h"
#include "json.h"

static uint64_t now_ns(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int report_init(struct report *rep, bool explain)
{
	void *page = mmap(NULL, sizeof(*rep->page), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return -errno;
	*rep = (struct report){ .page = page, .explain = explain, .step = "" };
	if (explain)
		rep->page->start_ns = now_ns();
	return 0;
}

void report_step(struct report *rep, const char *step)
{
	rep->step = step;
}

static void keep_event(const struct report *rep, int result, const char *call,
		       const char *object)
{
	uint32_t i = __atomic_fetch_add(&rep->page->count, 1, __ATOMIC_RELAXED);
	struct report_event *e;

	if (i >= REPORT_EVENTS)
		return;
	e = &rep->page->events[i];
	e->time_ns = now_ns();
	e->result = result;
	e->child = rep->child;
	snprintf(e->step, sizeof(e->step), "%s", rep->step);
	snprintf(e->call, sizeof(e->call), "%s", call);
	snprintf(e->object, sizeof(e->object), "%.*s",
		 (int)sizeof(e->object) - 1, object);
}

int report_call(struct report *rep, int result, const char *call,
		const char *fmt, ...)
{
	struct report_error *error = &rep->page->error;
	char object[REPORT_OBJECT];
	va_list ap;

	if (result >= 0 && !rep->explain)
		return result;
	va_start(ap, fmt);
	vsnprintf(object, sizeof(object), fmt, ap);
	va_end(ap);
	if (rep->explain)
		keep_event(rep, result, call, object);
	if (result >= 0 || error->err != 0)
		return result;
	error->err = result;
	snprintf(error->step, sizeof(error->step), "%s", rep->step);
	snprintf(error->call, sizeof(error->call), "%s", call);
	memcpy(error->object, object, sizeof(error->object));
	return result;
}

int report_refuse(struct report *rep, int err, const char *fmt, ...)
{
	struct report_error *error = &rep->page->error;
	va_list ap;

	if (error->err != 0)
		return err;
	error->err = err;
	snprintf(error->step, sizeof(error->step), "%s", rep->step);
	va_start(ap, fmt);
	vsnprintf(error->message, sizeof(error->message), fmt, ap);
	va_end(ap);
	return err;
}

void report_forget(struct report *rep)
{
	memset(&rep->page->error, 0, sizeof(rep->page->error));
}

/* As podman and containerd read it from the file of --log. */
static void append_log(const char *path, bool json, const char *text)
{
	auto_close int fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char date[32];
	time_t now = time(NULL);
	struct tm utc;

	if (fd < 0 || !gmtime_r(&now, &utc))
		return;
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	if (json) {
		FILE *f = fdopen(fd, "a");

		if (!f)
			return;
		steal_fd(&fd);
		fputs("{\"msg\":", f);
		json_put_string(f, text);
		fprintf(f, ",\"level\":\"error\",\"time\":\"%s\"}\n", date);
		fclose(f);
		return;
	}
	dprintf(fd, "%s [error]: %s\n", date, text);
}

void report_print(const struct report *rep, const char *log_path, bool log_json)
{
	const struct report_error *e = &rep->page->error;
	char text[2048];
	char cause[REPORT_MESSAGE] = "";
	const char *page = NULL;
	int n;

	if (e->message[0]) {
		n = snprintf(text, sizeof(text), "cannot %s: %s", e->step,
			     e->message);
	} else {
		n = snprintf(text, sizeof(text), "cannot %s: %s(%s): %s",
			     e->step, e->call, e->object, strerror(-e->err));
		page = explain(e, cause, sizeof(cause));
	}
	fprintf(stderr, "minic: %s\n", text);
	if (cause[0])
		fprintf(stderr, "  likely: %s\n", cause);
	if (page)
		fprintf(stderr, "  read:   docs/handbook/%s.md\n", page);
	if (cause[0] && n > 0 && n < (int)sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, " (%s)", cause);
	if (log_path)
		append_log(log_path, log_json, text);
}

void report_print_events(const struct report *rep)
{
	const struct report_page *page = rep->page;
	uint64_t last = page->start_ns;
	const char *step = "";

	for (uint32_t i = 0; i < page->count && i < REPORT_EVENTS; i++) {
		const struct report_event *e = &page->events[i];

		if (strcmp(step, e->step) != 0)
			fprintf(stderr, "%s\n", e->step);
		step = e->step;
		fprintf(stderr, "%9.3f ms %7.3f  %s %s(%s) = %s%d\n",
			(double)(e->time_ns - page->start_ns) / 1e6,
			(double)(e->time_ns - last) / 1e6,
			e->child ? "child" : "     ", e->call, e->object,
			e->result < 0 ? strerror(-e->result) : "", e->result);
		last = e->time_ns;
	}
	if (page->count > REPORT_EVENTS)
		fprintf(stderr, "and %u more\n", page->count - REPORT_EVENTS);
}
