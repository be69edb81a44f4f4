/* SPDX-License-Identifier: MIT */
/*
 * cmd_grade.c - isolab grade: build and judge submissions, and report
 *
 * Exit status: 0 all judged checks passed, 1 some failed, 2 bad usage, 3 the
 * grader could not judge something, 77 nothing could run here.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "grade.h"
#include "kit.h"
#include "progress.h"

enum { PATH_SIZE = 4096, MAX_LABS = 64 };

enum format { FORMAT_TERMINAL, FORMAT_JSON, FORMAT_JUNIT, FORMAT_TAP };

static const char *const formats[] = { "terminal", "json", "junit", "tap" };
static const char *const places[] = { "auto", "host", "machine" };

struct options {
	const char *from;   /* folder of folders; NULL: the kit's exercises */
	const char *file;   /* the submission itself */
	const char *output; /* NULL: stdout */
	enum format format;
	enum grade_place place;
	bool verbose;
	const struct grader *labs[MAX_LABS];
	size_t count;
};

static int usage(FILE *out, int status)
{
	fputs("usage: isolab grade [OPTION...] [LAB...]\n\n"
	      "  LAB                  such as 1, 01 or 01-chroot; default: "
	      "all\n"
	      "  -d, --from DIR       grade DIR/LAB/; default: exercises\n"
	      "  -s, --file PATH      grade this folder or file, for one LAB\n"
	      "  -f, --format NAME    terminal, json, junit or tap\n"
	      "  -o, --output FILE    write the report to FILE\n"
	      "  -i, --in PLACE       auto, host or machine\n"
	      "  -v, --verbose        show passed checks too\n\n"
	      "Exit status: 0 all passed, 1 some failed, 2 usage, 3 the "
	      "grader\n"
	      "could not judge something, 77 nothing could run here.\n",
	      out);
	return status;
}

/* The index of a word in a list, or -1 after a message that shows the list. */
static int choose(const char *what, const char *word, const char *const *list,
		  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, list[i]) == 0)
			return (int)i;
	}
	fprintf(stderr, "isolab grade: there is no %s '%s'; there are:", what,
		word);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, " %s", list[i]);
	fputc('\n', stderr);
	return -1;
}

static int parse_option(struct options *o, int c)
{
	int n = 0;

	switch (c) {
	case 'd':
		o->from = optarg;
		break;
	case 's':
		o->file = optarg;
		break;
	case 'o':
		o->output = optarg;
		break;
	case 'v':
		o->verbose = true;
		break;
	case 'f':
		n = choose("format", optarg, formats, 4);
		o->format = (enum format)n;
		break;
	case 'i':
		n = choose("place", optarg, places, 3);
		o->place = (enum grade_place)n;
		break;
	default:
		return -1;
	}
	return n < 0 ? -1 : 0;
}

static int add_labs(struct options *o, char *const *names)
{
	for (; *names; names++) {
		const struct grader *grader = grader_need(*names);

		if (!grader || o->count == MAX_LABS)
			return -1;
		o->labs[o->count++] = grader;
	}
	for (size_t i = 0; o->count == 0 && graders[i]; i++) {
		for (; graders[i] && o->count < MAX_LABS; i++)
			o->labs[o->count++] = graders[i];
		break;
	}
	if (o->file && o->count != 1) {
		fputs("isolab grade: --file needs exactly one LAB\n", stderr);
		return -1;
	}
	return 0;
}

/* Returns 0, or the exit status to end with, plus one. */
static int parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "from", required_argument, NULL, 'd' },
		{ "file", required_argument, NULL, 's' },
		{ "format", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "in", required_argument, NULL, 'i' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "d:s:f:o:i:vh", longs, NULL)) >=
	       0) {
		if (c == 'h')
			return 1 + usage(stdout, KIT_OK);
		if (c == '?')
			return 1 + usage(stderr, KIT_USAGE);
		if (parse_option(o, c) < 0)
			return 1 + KIT_USAGE;
	}
	return add_labs(o, argv + optind) < 0 ? 1 + KIT_USAGE : 0;
}

/* Where a lab's submission is: PATH, DIR/LAB, or the kit's exercises. */
static int submission_path(const struct options *o, const struct grader *lab,
			   char *path, size_t size)
{
	char below[PATH_SIZE];
	int n;

	if (o->file) {
		n = snprintf(path, size, "%s", o->file);
	} else if (o->from) {
		n = snprintf(path, size, "%s/%s", o->from, lab->lab);
	} else {
		snprintf(below, sizeof(below), "exercises/%s", lab->lab);
		return kit_path(path, size, below);
	}
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/* A bar for who waits at a terminal, on a line that the report takes over. */
static void show_progress(const struct options *o, const struct result *result,
			  size_t done)
{
	enum { WIDTH = 20 };
	size_t filled;

	if (o->format != FORMAT_TERMINAL || !isatty(STDERR_FILENO) ||
	    result->count == 0)
		return;
	filled = WIDTH * done / result->count;
	if (done == result->count)
		fputs("\r\033[K", stderr);
	else
		fprintf(stderr, "\r\033[K[%.*s%.*s] %s", (int)filled,
			"####################", (int)(WIDTH - filled),
			"....................", result->labs[done].grader->lab);
}

static int grade_all(const struct options *o, struct result *result)
{
	struct timespec start;
	struct timespec end;
	int r = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	result->started = time(NULL);
	result->labs = calloc(o->count, sizeof(*result->labs));
	if (!result->labs)
		return -ENOMEM;

	for (size_t i = 0; r == 0 && i < o->count; i++) {
		char path[PATH_SIZE];

		r = submission_path(o, o->labs[i], path, sizeof(path));
		if (r == 0)
			r = lab_result_init(&result->labs[i], o->labs[i], path);
		if (r == 0)
			result->count++;
	}
	for (size_t i = 0; r == 0 && i < result->count;) {
		show_progress(o, result, i);
		i += grade_some(&result->labs[i], result->count - i, o->place);
	}
	show_progress(o, result, result->count);

	clock_gettime(CLOCK_MONOTONIC, &end);
	result->duration_ms =
		(unsigned)((end.tv_sec - start.tv_sec) * 1000 +
			   (end.tv_nsec - start.tv_nsec) / 1000000);
	return r;
}

static char *make_report(const struct options *o, const struct result *result)
{
	struct terminal_style style = {
		.color = !o->output && isatty(STDOUT_FILENO) &&
			 !getenv("NO_COLOR"),
		.verbose = o->verbose,
		.columns = 80,
	};
	struct winsize size;

	switch (o->format) {
	case FORMAT_JSON:
		return result_to_json(result);
	case FORMAT_JUNIT:
		return report_junit(result);
	case FORMAT_TAP:
		return report_tap(result);
	case FORMAT_TERMINAL:
		break;
	}
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		style.columns = size.ws_col > 100 ? 100 : size.ws_col;
	return report_terminal(result, &style);
}

static int write_report(const struct options *o, const struct result *result)
{
	auto_free char *text = make_report(o, result);
	size_t len;

	if (!text)
		return -ENOMEM;
	if (o->output)
		return result_save(o->output, text);
	len = strlen(text);
	if (fwrite(text, 1, len, stdout) != len || fflush(stdout) != 0)
		return -EIO;
	return 0;
}

int cmd_grade(int argc, char **argv)
{
	struct options o = { 0 };
	struct result result = { 0 };
	int status;
	int r = parse(&o, argc, argv);

	if (r > 0)
		return r - 1;

	r = grade_all(&o, &result);
	if (r < 0) {
		fprintf(stderr, "isolab grade: cannot grade: %s\n",
			strerror(-r));
		result_release(&result);
		return 3;
	}
	r = write_report(&o, &result);
	if (r < 0)
		fprintf(stderr,
			"isolab grade: cannot write the report%s%s: "
			"%s\n",
			o.output ? " to " : "", o.output ? o.output : "",
			strerror(-r));
	/* Only a convenience; a read-only home must not fail a grading. */
	if (!o.from && !o.file)
		(void)progress_save(&result);
	status = r < 0 ? 3 : result_exit_status(&result);
	result_release(&result);
	return status;
}
