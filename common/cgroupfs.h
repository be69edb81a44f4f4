/* SPDX-License-Identifier: MIT */
/*
 * cgroupfs.h - find one's own group of cgroup v2, and make groups below it
 *
 *	/sys/fs/cgroup            the base: a group that we may write and that
 *	`- limit.4711             gives its children controllers
 *
 * A group has no owner who could clean up for a program that was killed.  So
 * whoever makes one here keeps a flock(2) on its folder, which the kernel
 * takes away when the process ends; and whoever makes the next one with the
 * same prefix first removes those that nobody holds.
 *
 * See: cgroups(7), "Cgroups version 2"; flock(2);
 *      Documentation/admin-guide/cgroup-v2.rst.
 */
#ifndef KIT_CGROUPFS_H
#define KIT_CGROUPFS_H

#include <stddef.h>

/**
 * cgroupfs_own() - where the caller's own group of the v2 hierarchy is
 * @buf: receives an absolute path
 * @size: bytes at @buf
 *
 * Return: 0.
 * Errors: -ENOENT no v2 hierarchy is mounted, or the group is not below it;
 *         -E2BIG.
 */
int cgroupfs_own(char *buf, size_t size);

/**
 * cgroupfs_open_own() - open the caller's own group
 *
 * Return: descriptor of the folder; the caller closes it.
 * Errors: those of cgroupfs_own() and open(2).
 */
int cgroupfs_open_own(void);

/**
 * cgroupfs_open_base() - open the nearest group where groups can be made
 * @controllers: what those groups shall have, such as "memory pids"
 *
 * "Nearest": the caller's own group, or else one above it.  What it does not
 * yet give its children is switched on, and stays on.
 *
 * Return: descriptor of the folder; the caller closes it.
 * Errors: -ENOENT as cgroupfs_own(); -EACCES nothing is delegated to us;
 *         -EBUSY our own group would be ours, but it holds processes and so
 *         gives no controllers; -ENODATA a controller is not to be had.
 */
int cgroupfs_open_base(const char *controllers);

/* cgroupfs_hint() - what a user can do about an error of that function;
 * a constant string, for die_hint() */
const char *cgroupfs_hint(int error);

/* A group that this process has made, and holds. */
struct cgroupfs_group {
	int basefd;    /* borrowed; the group that it is in */
	int dirfd;     /* owned; its folder, with a lock; -1: none */
	char name[64]; /* below @basefd */
};

/**
 * cgroupfs_make() - make a group, after removing those of dead processes
 * @basefd: from cgroupfs_open_base(); borrowed as long as the group exists
 * @prefix: of the name, such as "limit"; the rest is a number, the caller's PID
 *          if nobody has it
 * @ret: filled on success, to be given to cgroupfs_remove()
 *
 * Return: 0.
 * Errors: those of mkdirat(2), openat(2) and flock(2).
 */
int cgroupfs_make(int basefd, const char *prefix, struct cgroupfs_group *ret);

/**
 * cgroupfs_remove() - kill whatever is in a group, and remove it and all below
 * @group: as cgroupfs_make() left it, or with dirfd -1
 *
 * Return: 0.
 * Errors: -EBUSY it would not become empty within five seconds.
 */
int cgroupfs_remove(struct cgroupfs_group *group);

/**
 * cgroupfs_sweep() - remove the groups of processes that have ended
 * @basefd: the group that they are in; borrowed
 * @prefix: they are called PREFIX.NUMBER
 *
 * Return: how many are still there, because their process lives.
 */
int cgroupfs_sweep(int basefd, const char *prefix);

/**
 * cgroupfs_value() - read one line of a file such as memory.events
 * @dirfd: a group; borrowed
 * @file: a "flat keyed" file
 * @key: the line's first word
 * @ret: receives its number
 *
 * Return: 0.
 * Errors: -ENODATA there is no such line; those of file_read_at().
 * See: Documentation/admin-guide/cgroup-v2.rst, "Interface Files", "Format".
 */
int cgroupfs_value(int dirfd, const char *file, const char *key,
		   unsigned long long *ret);

/**
 * cgroupfs_await() - wait for a line of cgroup.events
 * @dirfd: a group; borrowed
 * @key: "populated" or "frozen"
 * @value: 0 or 1
 * @timeout_ms: how long
 *
 * Return: 0.
 * Errors: -ETIME it has the other value still; those of cgroupfs_value().
 */
int cgroupfs_await(int dirfd, const char *key, unsigned long long value,
		   int timeout_ms);

#endif /* KIT_CGROUPFS_H */
