/* SPDX-License-Identifier: MIT */
/*
 * look.h - what the kernel says about a process, seen from outside
 *
 * All of this is read from /proc by the grader, with the grader's own
 * privilege; the process that is looked at takes no part in it.
 *
 * See: proc(5); namespaces(7), "The /proc/pid/ns/ directory".
 */
#ifndef ISOLAB_LOOK_H
#define ISOLAB_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "mountinfo.h"

/* Names a file, a folder or a namespace for as long as it exists. */
struct file_id {
	dev_t dev;
	ino_t ino;
};

bool file_id_equal(struct file_id a, struct file_id b);

/**
 * look_id() - identify what a file of /proc/PID leads to
 * @pid: the process, a PID of the host
 * @name: below /proc/PID, links are followed: "root", "cwd", "exe", "ns/uts",
 *        "fd/3", or "root/etc/hostname" for a path as the process sees it
 * @ret: receives device and inode
 *
 * Return: 0.
 * Errors: -ENOENT no such process or file; those of stat(2).
 */
int look_id(pid_t pid, const char *name, struct file_id *ret);

/**
 * look_same() - whether a file of /proc/PID is the same for two processes
 * @a: a process
 * @b: another
 * @name: as for look_id(), such as "ns/uts" for "in the same UTS namespace"
 *
 * An inode number of a namespace is used again when it is gone: both live.
 *
 * Return: 1 if it is the same, 0 if not.
 * Errors: those of look_id().
 */
int look_same(pid_t a, pid_t b, const char *name);

/**
 * look_link() - the text of a link in /proc/PID, for a message
 * @pid: the process
 * @name: such as "cwd" or "ns/pid"
 * @buf: receives the text, NUL-terminated, "?" if it cannot be read
 * @size: bytes at @buf
 *
 * Return: @buf.
 */
const char *look_link(pid_t pid, const char *name, char *buf, size_t size);

/**
 * look_status() - one field of /proc/PID/status
 * @pid: the process
 * @field: such as "NSpid" or "CapEff"
 * @buf: receives the value without leading blanks
 * @size: bytes at @buf
 *
 * Return: 0.
 * Errors: -ENOENT no such process; -ENODATA no such field; -E2BIG.
 */
int look_status(pid_t pid, const char *field, char *buf, size_t size);

/**
 * look_runs() - whether a process runs a certain program
 * @pid: the process
 * @wantedfd: the program's file, readable; borrowed
 *
 * Return: true if the content of its executable is that of @wantedfd.
 */
bool look_runs(pid_t pid, int wantedfd);

/**
 * look_fds() - list the open descriptors of a process
 * @pid: the process
 * @fds: receives the numbers in rising order
 * @max: room at @fds
 *
 * Return: how many there are; may be more than @max.
 * Errors: -ENOENT no such process.
 */
int look_fds(pid_t pid, int *fds, size_t max);

/**
 * look_mounts() - the mounts that a process sees
 * @pid: the process
 * @ret: to be given to mountinfo_release()
 *
 * Return: 0.
 * Errors: those of mountinfo_load().
 */
int look_mounts(pid_t pid, struct mountinfo *ret);

/* One line of a map: IDs from "inside" on are those from "outside" on. */
struct id_line {
	unsigned inside;
	unsigned outside;
	unsigned count;
};

/**
 * look_map() - the map of a process's user namespace
 * @pid: the process, or 0 for the caller
 * @file: "uid_map" or "gid_map"
 * @lines: receives the lines; "outside" is as the caller's namespace has it
 * @max: room at @lines
 *
 * Return: how many there are; may be more than @max.
 * Errors: -ENOENT no such process.
 * See: user_namespaces(7), "User and group ID mappings".
 */
int look_map(pid_t pid, const char *file, struct id_line *lines, size_t max);

/**
 * look_inside() - run a function with the eyes of a process
 * @pid: the process
 * @fn: called in a new process that has joined all of @pid's namespaces but
 *      the PID namespace, has its root directory, and is root in its user
 *      namespace if that maps an ID 0
 * @arg: for @fn; changes to it are lost unless from look_shared()
 *
 * The code that runs is the grader's, so its answer cannot be forged; nothing
 * inside can see or trace the new process, as it stays in the grader's PID
 * namespace.
 *
 * Return: what @fn returned.
 * Errors: those of setns(2); -ETIME it took more than five seconds; -EPROTO
 *         it died.
 */
int look_inside(pid_t pid, int (*fn)(void *arg), void *arg);

/**
 * look_aside() - run a function in a new process, with a deadline
 * @fn: called in the new process; what it opens, traces or changes there ends
 *      with it
 * @arg: for @fn; changes to it are lost unless from look_shared()
 * @seconds: after which the new process is killed
 *
 * Return: what @fn returned.
 * Errors: those of fork(2) and pipe(2); -ETIME it took longer; -EPROTO it
 *         died.
 */
int look_aside(int (*fn)(void *arg), void *arg, unsigned seconds);

/**
 * look_shared() - memory that a function run by one of these can answer in
 * @size_bytes: how much; zeroed
 *
 * Return: the memory, to be given to look_unshare(), or NULL.
 */
void *look_shared(size_t size_bytes);

/* look_unshare() - give it back; NULL is fine */
void look_unshare(void *shared, size_t size_bytes);

#endif /* ISOLAB_LOOK_H */
