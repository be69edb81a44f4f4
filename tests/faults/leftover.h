/* SPDX-License-Identifier: MIT */
/* leftover.h - what a runtime could leave behind, as text that is compared */
#ifndef FAULTS_LEFTOVER_H
#define FAULTS_LEFTOVER_H

#include <stdbool.h>
#include <stddef.h>

/**
 * leftover_list() - one line for each process below us, mount, control group,
 *                   network link and file in some folders
 * @groups: look at control groups and links, too: on a host they are others'
 * @folders: NULL-terminated; looked into, all the way down
 *
 * Return: text, to be freed; NULL: no memory.
 */
char *leftover_list(bool groups, const char *const folders[]);

/**
 * leftover_first() - the first line that is in one of them only
 * @before: of leftover_list()
 * @after: of leftover_list()
 * @buf: receives "+ line" or "- line"
 * @size: bytes at @buf
 */
void leftover_first(const char *before, const char *after, char *buf,
		    size_t size);

#endif /* FAULTS_LEFTOVER_H */
