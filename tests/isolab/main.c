/* SPDX-License-Identifier: MIT */
/*
 * main.c - isolab, the kit's command
 *
 * Usage:  isolab COMMAND [ARGUMENT...]; "isolab help" lists the commands
 * Read:   docs/handbook/grader.md
 * Test:   tests/unit/, and "isolab matrix"
 */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "kit.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "grade", cmd_grade, "grade the exercises, or another folder" },
	{ "watch", cmd_watch, "grade again whenever a file is saved" },
	{ "list", cmd_list, "the labs, their tasks and your progress" },
	{ "hint", cmd_hint, "the next hint for a task: hint 01.2" },
	{ "run", cmd_run, "run a lab's program: run 01 ..." },
	{ "demo", cmd_demo, "play a lab's slides, for a projector: demo 04" },
	{ "graph", cmd_graph, "a picture of the namespaces below a process" },
	{ "reset", cmd_reset, "start an exercise again; keeps the old file" },
	{ "doctor", cmd_doctor, "what this machine can do, and what to fix" },
	{ "machine", cmd_machine, "a shell or a command in the lab machine" },
	{ "matrix", cmd_matrix, "prove the graders: right and wrong answers" },
	{ "judge", cmd_judge, NULL }, /* the inner half of "grade" */
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int usage(FILE *out, int status)
{
	fputs("usage: isolab COMMAND [ARGUMENT...]\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++) {
		if (commands[i].what)
			fprintf(out, "  %-9s %s\n", commands[i].name,
				commands[i].what);
	}
	fputs("\n'isolab COMMAND --help' says more of each.\n", out);
	return status;
}

int main(int argc, char *argv[])
{
	if (argc < 2)
		return usage(stderr, KIT_USAGE);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return usage(stdout, KIT_OK);

	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	fprintf(stderr, "isolab: there is no command '%s'\n", argv[1]);
	return usage(stderr, KIT_USAGE);
}
