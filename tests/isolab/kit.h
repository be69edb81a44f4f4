/* SPDX-License-Identifier: MIT */
/*
 * kit.h - where the kit's files are, and which labs it has
 *
 *	source tree:  $ISOLAB_KIT, else the folder above the build, else the
 *	              installed copy
 *	build tree:   the folder above the folder of the running program:
 *	              build/bin/isolab -> build/
 *	state:        $XDG_STATE_HOME/isolab, else ~/.local/state/isolab
 */
#ifndef ISOLAB_KIT_H
#define ISOLAB_KIT_H

#include <stdbool.h>
#include <stddef.h>

#include "grader.h"

/* Each of these three writes an absolute path and returns 0, or -errno:
 * -ENOENT there is no such tree; -E2BIG @size bytes are too few. */
int kit_path(char *buf, size_t size, const char *below);
int kit_build_path(char *buf, size_t size, const char *below);

/* kit_state_path() - also makes the folder that @below is in */
int kit_state_path(char *buf, size_t size, const char *below);

/**
 * grader_by_name() - find a lab's grader
 * @name: its number with or without zero, or its whole name: "1", "01",
 *        "01-chroot"
 *
 * Return: the grader, or NULL if there is no such lab.
 */
const struct grader *grader_by_name(const char *name);

/**
 * grader_need() - as grader_by_name(), for a command line
 * @name: as above
 *
 * Return: the grader; NULL after a message on stderr that lists the labs.
 */
const struct grader *grader_need(const char *name);

/* kit_utf8() - whether the user's terminal shows more than ASCII, by $LC_ALL,
 * $LC_CTYPE or $LANG */
bool kit_utf8(void);

/* The commands, cmd_NAME.c.  Each gets its name as argv[0], prints to stdout
 * and stderr, and returns the exit status. */
int cmd_demo(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_grade(int argc, char **argv);
int cmd_graph(int argc, char **argv);
int cmd_hint(int argc, char **argv);
int cmd_judge(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_machine(int argc, char **argv);
int cmd_matrix(int argc, char **argv);
int cmd_reset(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_watch(int argc, char **argv);

#endif /* ISOLAB_KIT_H */
