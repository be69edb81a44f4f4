/* SPDX-License-Identifier: MIT */
/* start.h - let a created container go */
#ifndef MINIC_START_H
#define MINIC_START_H

#include "report.h"

/**
 * start_container() - execute the program of a container that was created
 * @root: folder of all states
 * @id: which
 * @rep: gets errors, also those of the container's own process
 *
 * Return: 0 once execve(2) has succeeded.
 * Errors: -EINVAL it is not in status "created"; those of the last steps.
 */
int start_container(const char *root, const char *id, struct report *rep);

#endif /* MINIC_START_H */
