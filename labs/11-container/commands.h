/* SPDX-License-Identifier: MIT */
/* commands.h - what "minic COMMAND" does; one function for each */
#ifndef MINIC_COMMANDS_H
#define MINIC_COMMANDS_H

#include <stdbool.h>

#include "report.h"

/* Options before the command. */
struct global {
	const char *self; /* argv[0] of minic */
	const char *root; /* folder of all states */
	const char *log;  /* NULL: none */
	bool log_json;
	bool explain;
	struct report rep;
};

/*
 * Each gets its own arguments, argv[0] being its name, and returns an exit
 * status of 0 to 255 or a negative errno that the report explains;
 * COMMAND_USAGE after a command line that is wrong, which it has named.
 */
enum { COMMAND_USAGE = -10000 };
typedef int command_fn(struct global *g, int argc, char **argv);

command_fn cmd_create, cmd_run, cmd_start, cmd_kill, cmd_delete; /* life */
command_fn cmd_exec, cmd_pause, cmd_resume, cmd_update;		 /* change */
command_fn cmd_state, cmd_list, cmd_ps, cmd_events;		 /* look */
command_fn cmd_features, cmd_spec;				 /* about */

/**
 * command_id() - the one argument that is left after the options
 * @argc, @argv: as they came
 *
 * Return: it, or NULL after a message.
 */
const char *command_id(int argc, char **argv);

#endif /* MINIC_COMMANDS_H */
