/* SPDX-License-Identifier: MIT */
/*
 * between.h - what happens while a process waits for its broker
 *
 * A broker (seccomp_unotify(2)) answers a system call of another process.  It
 * is wrong if the world may change between two calls of its own and it does not
 * notice.  Waiting for that to happen by chance is no test.  So the broker is
 * stopped after each of its calls, and there is all the time of the world to
 * change it.
 *
 *	inject()  lends a call  ->  the process waits for the broker
 *	tracer    the broker makes a call, stops; each() is called; it goes on
 *
 * The broker is traced only for as long as the lent call takes.
 *
 * See: inject.h; ptrace(2), PTRACE_SYSCALL.
 */
#ifndef ISOLAB_BETWEEN_H
#define ISOLAB_BETWEEN_H

#include <stdint.h>
#include <sys/types.h>

#include "inject.h"

/* A system call of the broker that has returned. */
struct between_call {
	uint64_t number; /* of the x86-64 table */
	uint64_t args[INJECT_ARGS];
	int64_t value; /* returned, or -errno */
};

struct between {
	pid_t broker;
	/* Called in the tracing process, with the broker stopped. */
	void (*each)(void *arg, const struct between_call *call);
	void *arg; /* memory from look_shared(), if it is to answer */
};

/**
 * between() - lend a call, and step into the broker's work
 * @b: who answers, and what to do after each of its calls
 * @pid, @call, @ret: as for inject()
 *
 * Return: 0.
 * Errors: those of inject(), and of tracing the broker; -EPIPE it could not be
 *         stopped, or has died.
 */
int between(const struct between *b, pid_t pid, const struct inject_call *call,
	    struct inject_result *ret);

#endif /* ISOLAB_BETWEEN_H */
