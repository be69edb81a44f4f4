/* SPDX-License-Identifier: MIT */
/*
 * path.h - paths of the container, which its image may have prepared
 *
 * An image can hold /dev as a symlink to /etc of the host, or change a folder
 * into one while we mount (CVE-2021-30465).  So a path is looked up once, by
 * the kernel, with the container's root as its root; what is done is done to
 * the descriptor, never to the path again.
 *
 * See: openat2(2), RESOLVE_IN_ROOT.
 */
#ifndef MINIC_PATH_H
#define MINIC_PATH_H

#include <stdbool.h>

#include "report.h"

enum path_kind { PATH_DIR, PATH_FILE };

/**
 * path_open() - look up, following symlinks inside the root
 * @rootfd: the container's root; borrowed
 * @path: absolute, in the container
 * @links: follow symlinks; else one anywhere in @path is an error
 *
 * Return: O_PATH descriptor; the caller closes it.
 * Errors: -ELOOP a symlink, and @links is false; those of openat2(2).
 */
int path_open(int rootfd, const char *path, bool links);

/**
 * path_make() - the same, and make what is not there
 * @rootfd: the container's root; borrowed
 * @path: absolute, in the container
 * @kind: what the last component is to be; the others are folders
 * @links: as path_open()
 * @rep: gets errors
 *
 * A symlink that leads nowhere is followed, and its target made.
 *
 * Return: O_PATH descriptor; the caller closes it.
 * Errors: those of path_open(), mkdirat(2), openat(2).
 */
int path_make(int rootfd, const char *path, enum path_kind kind, bool links,
	      struct report *rep);

#endif /* MINIC_PATH_H */
