/* SPDX-License-Identifier: MIT */
/*
 * report.h - which call failed on what, told across processes
 *
 * A container is made by two processes: the runtime, and the child that is to
 * become the container.  The child has no terminal of its own to complain to,
 * and its errno says nothing to a reader.  So both write into one page that
 * they share: the step, the call, its object and its error.  Only the runtime
 * prints it, with a likely cause (explain.c).
 *
 * Every call of the kernel that matters is written
 *
 *	r = report_call(rep, sysret(mkdirat(fd, name, 0755)), "mkdirat",
 *			"%s", name);
 *	if (r < 0)
 *		return r;
 *
 * which is also what "minic --explain" shows, with the time of each.
 *
 * See: mmap(2), MAP_SHARED.
 */
#ifndef MINIC_REPORT_H
#define MINIC_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPORT_OBJECT = 256, REPORT_MESSAGE = 512, REPORT_EVENTS = 1024 };

/* What went wrong.  Plain bytes, so that it can be sent through a socket. */
struct report_error {
	int err;		    /* negative errno; 0: nothing went wrong */
	char step[64];		    /* "mount the file systems" */
	char call[32];		    /* "move_mount"; "": none, see message */
	char object[REPORT_OBJECT]; /* what the call was about */
	char message[REPORT_MESSAGE]; /* instead of a call: what is refused */
};

/* One line of --explain. */
struct report_event {
	uint64_t time_ns; /* CLOCK_MONOTONIC when the call had returned */
	int result;	  /* as sysret() */
	bool child;	  /* made by the child */
	char step[64];
	char call[32];
	char object[128];
};

/* Some pages that runtime and child share. */
struct report_page {
	struct report_error error; /* of whoever failed first */
	uint64_t start_ns;	   /* CLOCK_MONOTONIC when report_init() ran */
	uint32_t count;		   /* of @events, maybe more than fit; atomic */
	struct report_event events[REPORT_EVENTS];
};

/* Each process has its own; forked with everything else. */
struct report {
	struct report_page *page;
	const char *step; /* constant string: what this process is doing */
	bool child;	  /* set by the child in its copy */
	bool explain;	  /* events are kept */
};

/**
 * report_init() - make the shared pages
 * @rep: to be filled
 * @explain: keep an event for each call
 *
 * Pages are zeroed, and cost memory only when they are written to.
 *
 * Return: 0.
 * Errors: those of mmap(2).
 */
int report_init(struct report *rep, bool explain);

/**
 * report_step() - name what follows
 * @rep: ours
 * @step: a constant phrase with a verb, such as "mount the file systems"
 */
void report_step(struct report *rep, const char *step);

/**
 * report_call() - a call of the kernel has returned
 * @rep: ours
 * @result: 0 or positive, or a negative errno
 * @call: name of the system call
 * @fmt: printf-style, what it was about: a path, a namespace, a number
 *
 * The first error is kept, a later one is not: it is a consequence.  A caller
 * that has another way when a call fails looks at the result before, or calls
 * report_forget().
 *
 * Return: @result.
 */
int report_call(struct report *rep, int result, const char *call,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/**
 * report_refuse() - nothing was called, because something is not right
 * @rep: ours
 * @err: negative errno: -EINVAL a value is wrong, -ENOTSUP we do not have it
 * @fmt: printf-style, a sentence that names it and says what to do
 *
 * Return: @err.
 */
int report_refuse(struct report *rep, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* report_forget() - the error is no error: there is another way */
void report_forget(struct report *rep);

/**
 * report_print() - tell the user
 * @rep: the page, with an error in it
 * @log_path: also append to this file, NULL: no; that of "--log"
 * @log_json: as a line of JSON there, as podman reads it
 */
void report_print(const struct report *rep, const char *log_path,
		  bool log_json);

/* report_print_events() - the table of --explain, on standard error */
void report_print_events(const struct report *rep);

/**
 * explain() - what is likely behind an error
 * @error: a failed call
 * @buf: receives a sentence or two in lower case, or ""
 * @size: bytes at @buf
 *
 * Looks at this machine where that decides, such as at a limit in /proc/sys.
 *
 * Return: name of the handbook's chapter, such as "05-user-ns".
 */
const char *explain(const struct report_error *error, char *buf, size_t size);

#endif /* MINIC_REPORT_H */
