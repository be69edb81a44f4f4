/* SPDX-License-Identifier: MIT */
/*
 * err.h - how the kit reports failure
 *
 * Library code (common/, and every module that is not a main program) returns
 * 0 or a useful positive value on success and a negative errno value on
 * failure.  It prints nothing and never exits.
 *
 * Main programs call die() at the place where they can say in words what the
 * user was trying to do.
 *
 * See: errno(3), _exit(2).
 */
#ifndef KIT_ERR_H
#define KIT_ERR_H

#include <errno.h>
#include <stdnoreturn.h>

enum kit_exit {
	KIT_OK = 0,
	KIT_FAILED = 1, /* the lab tried and could not */
	KIT_USAGE = 2,	/* bad command line */
	KIT_SKIP = 77,	/* this machine lacks what the lab needs */
};

/**
 * sysret() - turn the return value of a system call into the kit's convention
 * @r: what the system call's wrapper returned; errno is still untouched
 *
 * Return: @r if it is not negative, otherwise -errno.
 */
static inline int sysret(int r)
{
	return r < 0 ? -errno : r;
}

/**
 * die() - print "program: message: reason" on stderr and end the process
 * @err: negative errno value that explains the failure, or 0 for none
 * @fmt: printf-style message, no newline
 *
 * Ends with _exit(2), not exit(3), so that a child made by fork(2) neither
 * runs its parent's atexit handlers nor flushes its parent's stdio buffers.
 */
noreturn void die(int err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * die_hint() - as die(), and then say what the user can do about it
 * @err: negative errno value that explains the failure, or 0 for none
 * @hint: one sentence in lower case, such as "try: isolab doctor"
 * @fmt: printf-style message, no newline
 */
noreturn void die_hint(int err, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* KIT_ERR_H */
