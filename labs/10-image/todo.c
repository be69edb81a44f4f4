/* SPDX-License-Identifier: MIT */
/* todo.c - sub-commands that are being written */
#include <errno.h>

#include "commands.h"

int cmd_mount(struct options *options, char **argv)
{
	return why_set(&options->why, -ENOSYS, NULL, "mount %s", argv[0]);
}

int cmd_tree(struct options *options, char **argv)
{
	return why_set(&options->why, -ENOSYS, NULL, "tree %s", argv[0]);
}

int cmd_build(struct options *options, char **argv)
{
	return why_set(&options->why, -ENOSYS, NULL, "build %s", argv[0]);
}

int cmd_add(struct options *options, char **argv)
{
	return why_set(&options->why, -ENOSYS, NULL, "add %s", argv[0]);
}
