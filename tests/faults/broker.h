/* SPDX-License-Identifier: MIT */
/*
 * broker.h - stands between a process tree and the kernel, and fails one call
 *
 *	faults			minic, its children
 *	------			-------------------
 *	broker_start()  ------>	filter: every call asks first
 *	broker_wait()	<------	openat(...)
 *	  count, let it go on, or answer it with an errno
 *
 * A call is named by the process that makes it (in the order in which they
 * appear) and its number among that process's calls, so it is the same one in
 * each run, however the processes are scheduled.
 *
 * See: seccomp_unotify(2).
 */
#ifndef FAULTS_BROKER_H
#define FAULTS_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { BROKER_TASKS = 64, BROKER_SESSIONS = 8, BROKER_CALLS = 8192 };

/* One call of the kernel. */
struct broker_call {
	int task; /* 0: the command itself, 1: the first child ... */
	int index;
	int number; /* of the call, as in <sys/syscall.h> */
};

struct broker {
	const char *program;	  /* what it is about; borrowed */
	bool armed;		  /* count calls */
	struct broker_call fault; /* what to fail; task -1: nothing */
	int fault_errno;
	bool hit; /* it came, and @fault.number is set */

	struct broker_call calls[BROKER_CALLS]; /* all that were counted */
	size_t call_count;

	struct broker_task {
		pid_t pid;
		bool other; /* is another program by now: not counted */
		int count;
	} tasks[BROKER_TASKS];
	size_t task_count;
	struct broker_session {
		int listenfd;
		bool begun; /* @program has been executed */
	} sessions[BROKER_SESSIONS];
	size_t session_count;

	int signalfd; /* SIGCHLD */
	pid_t waited; /* whose end broker_wait() waits for */
	int status;   /* its exit status, -1: it runs */
};

/* broker_init() - Return: 0 or -errno.  Makes us the subreaper of all. */
int broker_init(struct broker *b, const char *program);

/* broker_reset() - forget all about the last case; its processes are gone */
void broker_reset(struct broker *b);

/**
 * broker_start() - execute a command
 * @argv: its words
 * @uid: whose; groups and capabilities go, too, if it is not 0
 * @outfd: its standard output and error; borrowed
 * @watched: through the broker
 *
 * Return: its PID, or -errno.
 */
pid_t broker_start(struct broker *b, char *const *argv, uid_t uid, int outfd,
		   bool watched);

/**
 * broker_wait() - answer calls until a command has ended
 * @pid: of broker_start()
 * @timeout_ms: at most
 *
 * Return: exit status, 128 + N after signal N; -ETIME.
 */
int broker_wait(struct broker *b, pid_t pid, int timeout_ms);

/* broker_serve() - answer what has been asked until now, or until something
 * is asked or ends, at most @timeout_ms */
void broker_serve(struct broker *b, int timeout_ms);

/* broker_now_ms() - CLOCK_MONOTONIC */
long broker_now_ms(void);

/* broker_kill_all() - end whatever is still there, and wait for it */
void broker_kill_all(struct broker *b);

#endif /* FAULTS_BROKER_H */
