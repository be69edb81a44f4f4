/* SPDX-License-Identifier: MIT */
/*
 * scene.h - programs with privilege, for a sandbox's prepare()
 *
 * The sandbox's own tmpfs is nosuid, so that nothing in it can raise a
 * program.  A lab about such programs mounts a tmpfs of its own, in prepare(),
 * and puts copies of the probe there.
 *
 * See: capabilities(7), "File capabilities"; mount(2), MS_NOSUID.
 */
#ifndef ISOLAB_SCENE_H
#define ISOLAB_SCENE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * scene_copy() - copy a program that everybody may execute
 * @from: readable file
 * @to: does not exist yet; belongs to the caller, mode 0755
 *
 * Return: descriptor of the copy, to change it further; the caller closes it,
 *         before anybody executes it.
 * Errors: those of open(2) and sendfile(2).
 */
int scene_copy(const char *from, const char *to);

/**
 * scene_set_filecaps() - what "setcap ...=p" does, or "=ep"
 * @fd: the program; chown(2) and writing to it take them away again
 * @permitted: a bit for each capability
 * @effective: whether they are effective as soon as it runs
 *
 * Return: 0.
 * Errors: those of fsetxattr(2).
 */
int scene_set_filecaps(int fd, uint64_t permitted, bool effective);

#endif /* ISOLAB_SCENE_H */
