/* SPDX-License-Identifier: MIT */
#include "seccomp_names.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Sorted by name. */
static const struct syscall_name names[] = {
#include "seccomp_names.inc"
};

static int compare(const void *key, const void *element)
{
	const struct syscall_name *entry = element;

	return strcmp(key, entry->name);
}

const struct syscall_name *syscall_find(const char *name)
{
	return bsearch(name, names, COUNT(names), sizeof(names[0]), compare);
}
