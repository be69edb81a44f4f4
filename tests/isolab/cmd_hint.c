/* SPDX-License-Identifier: MIT */
/*
 * cmd_hint.c - isolab hint [TASK]: one hint more than last time
 *
 * How many hints of a task were shown is one digit in the state folder,
 * hints/NN.n.
 *
 * Test:   tests/unit/test_commands.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "file.h"
#include "kit.h"
#include "progress.h"
#include "text.h"

enum { PATH_SIZE = 4096, COLUMNS = 78 };

static int usage(FILE *out, int status)
{
	fputs("usage: isolab hint [--all | --reset] [TASK]\n\n"
	      "Shows the first hint for a task, such as 01.2; the next call "
	      "shows the next.\n"
	      "Without TASK: the first task that the last 'isolab grade' found "
	      "unsolved.\n\n"
	      "  --all    show every hint of the task\n"
	      "  --reset  begin with the first hint again\n",
	      out);
	return status;
}

static const struct task *find_task(const char *id)
{
	for (size_t i = 0; graders[i]; i++) {
		for (const struct task *t = graders[i]->tasks; t->id; t++) {
			if (strcmp(t->id, id) == 0)
				return t;
		}
	}
	return NULL;
}

static int no_such_task(const char *id)
{
	fprintf(stderr, "isolab: there is no task '%s'; the tasks are:", id);
	for (size_t i = 0; graders[i]; i++) {
		for (const struct task *t = graders[i]->tasks; t->id; t++)
			fprintf(stderr, " %s", t->id);
	}
	fputc('\n', stderr);
	return KIT_USAGE;
}

/* The first unsolved task; a lab that was never graded is unsolved. */
static const struct task *first_unsolved(void)
{
	const struct task *found = NULL;
	struct result last = { 0 };

	(void)progress_load(&last); /* none: then the very first task */
	for (size_t i = 0; !found && graders[i]; i++) {
		const struct lab_result *lab = progress_lab(&last, graders[i]);

		for (const struct task *t = graders[i]->tasks; t->id; t++) {
			if (!task_solved(lab, t->id)) {
				found = t;
				break;
			}
		}
	}
	result_release(&last);
	return found;
}

static int state_path(char *path, const struct task *task)
{
	char below[64];

	snprintf(below, sizeof(below), "hints/%s", task->id);
	return kit_state_path(path, PATH_SIZE, below);
}

/* How many hints were shown; a missing or damaged file means none. */
static int shown_load(const struct task *task)
{
	char path[PATH_SIZE];
	char digit[8];

	if (state_path(path, task) < 0 ||
	    file_read_at(AT_FDCWD, path, digit, sizeof(digit)) < 1 ||
	    digit[0] < '0' || digit[0] > '0' + HINTS)
		return 0;
	return digit[0] - '0';
}

static void shown_save(const struct task *task, int shown)
{
	char digit[] = { (char)('0' + shown), '\n', '\0' };
	char path[PATH_SIZE];
	int r = state_path(path, task);

	if (r == 0)
		r = result_save(path, digit);
	if (r < 0)
		fprintf(stderr,
			"isolab: cannot remember this hint: %s"
			" (set XDG_STATE_HOME to a folder of yours)\n",
			strerror(-r));
}

static void show(const struct task *task, int from, int to)
{
	struct text text = { 0 };
	char *whole;

	text_addf(&text, "task %s: %s\n", task->id, task->title);
	for (int i = from; i < to; i++) {
		char label[32];

		snprintf(label, sizeof(label), "  hint %d of %d: ", i + 1,
			 HINTS);
		text_wrap(&text, label, COLUMNS, task->hints[i]);
	}
	if (to < HINTS)
		text_addf(&text, "  for more: isolab hint %s\n", task->id);
	whole = text_steal(&text);
	if (!whole)
		die(-ENOMEM, "cannot show the hint");
	else
		fputs(whole, stdout);
	free(whole);
}

/* The last hint stays the last: asking again shows it again. */
static void show_next(const struct task *task)
{
	int shown = shown_load(task);

	if (shown == HINTS)
		shown = HINTS - 1;
	show(task, shown, shown + 1);
	shown_save(task, shown + 1);
}

int cmd_hint(int argc, char **argv)
{
	const struct task *task = NULL;
	const char *option = "";
	const char *id = NULL;

	for (int i = 1; i < argc; i++) {
		const char **to = argv[i][0] == '-' ? &option : &id;

		if (*to && **to)
			return usage(stderr, KIT_USAGE);
		*to = argv[i];
	}
	if (strcmp(option, "--help") == 0)
		return usage(stdout, KIT_OK);
	if (*option && strcmp(option, "--all") != 0 &&
	    strcmp(option, "--reset") != 0)
		return usage(stderr, KIT_USAGE);

	task = id ? find_task(id) : first_unsolved();
	if (id && !task)
		return no_such_task(id);
	if (!task) {
		puts("Every task is solved: no hint is needed.");
		return KIT_OK;
	}

	if (strcmp(option, "--all") == 0) {
		show(task, 0, HINTS);
	} else if (strcmp(option, "--reset") == 0) {
		shown_save(task, 0);
		printf("The next hint for task %s is the first one again.\n",
		       task->id);
	} else {
		show_next(task);
	}
	return KIT_OK;
}
