/* SPDX-License-Identifier: MIT */
/*
 * reuse.c - a PID is a number, and numbers come back
 *
 * Usage:  reuse
 *
 * Process 42 is started and opened with pidfd_open(2).  It ends, and another
 * process is started that is given the same number: clone3(2) lets root of a
 * PID namespace choose.  On a busy machine the same takes a while.
 *
 * Idea:   a pidfd is a process, a PID is where one was
 * Calls:  clone3(2) with set_tid, pidfd_open(2), pidfd_send_signal(2), kill(2)
 * Needs:  nothing; without root it makes a user namespace first
 * Read:   pidfd_open(2), pidfd_send_signal(2), clone(2) on set_tid
 * Test:   tests/graders/04-pid-ns.c grades the exercise about this idea
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "userns.h"

enum { NUMBER = 42 };

/* The first process of a new PID namespace: it may choose the PIDs in it. */
static pid_t clone_pid_1(void)
{
	struct clone_args args = {
		.flags = CLONE_NEWPID,
		.exit_signal = SIGCHLD,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* A child with a PID of our choice that waits to be killed. */
static void start_42(const char *who)
{
	const pid_t wanted[] = { NUMBER };
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uint64_t)(uintptr_t)wanted,
		.set_tid_size = 1,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		die(-errno, "cannot make a process %d", NUMBER);
	if (pid == 0)
		for (;;)
			pause();
	printf("process %d is %s\n", NUMBER, who);
}

static void end_42(const char *who)
{
	if (kill(NUMBER, SIGKILL) < 0 || child_wait(NUMBER) < 0)
		die(-errno, "cannot end %s", who);
	printf("%s has ended\n", who);
}

static void print_answer(const char *call, int r)
{
	printf("  %-28s %s\n", call, r < 0 ? strerror(-r) : "there it is");
}

/* Signal 0 is not sent; the kernel only says whether it could be. */
static void ask(int pidfd)
{
	int r = (int)syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0);

	print_answer("pidfd_send_signal(Alice, 0)", sysret(r));
	print_answer("kill(42, 0)", sysret(kill(NUMBER, 0)));
}

static noreturn void be_pid_1(void)
{
	int pidfd;

	start_42("Alice");
	pidfd = (int)syscall(SYS_pidfd_open, NUMBER, 0);
	if (pidfd < 0)
		die(-errno, "cannot open process %d", NUMBER);
	ask(pidfd);
	end_42("Alice");
	ask(pidfd);
	start_42("Bob");
	ask(pidfd);
	fflush(stdout);
	_exit(KIT_OK); /* and Bob with us */
}

int main(int argc, char *argv[])
{
	pid_t child;
	int r;

	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "usage: reuse\n");
		return KIT_USAGE;
	}
	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	child = clone_pid_1();
	if (child < 0)
		die(-errno, "cannot make a PID namespace");
	if (child == 0)
		be_pid_1();
	r = child_wait(child);
	return r < 0 ? KIT_FAILED : r;
}
