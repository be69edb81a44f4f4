/* SPDX-License-Identifier: MIT */
/*
 * first.c - run a command in a PID namespace, beside a PID 1 or as PID 1
 *
 * Usage:  first [--bare] COMMAND [ARGUMENT...]
 *
 *	first                outside: holds a pidfd of PID 1
 *	  `- PID 1           first again; with --bare it becomes COMMAND
 *	       `- COMMAND    PID 2
 *
 * Ends with the exit status of COMMAND, or 128 + N if signal N killed it.
 *
 * Idea:   a namespace of processes needs one who looks after them
 * Calls:  clone3(2) with CLONE_NEWPID and CLONE_PIDFD, signalfd(2), wait(2),
 *         pidfd_send_signal(2), prctl(2) with PR_SET_PDEATHSIG
 * Needs:  nothing; without root it makes a user namespace first
 * Read:   pid_namespaces(7), signalfd(2), prctl(2), PR_SET_PDEATHSIG
 * Test:   tests/graders/04-pid-ns.c grades the exercise about this idea
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "gate.h"
#include "userns.h"

struct first {
	bool bare;
	char *const *command; /* NULL-terminated */
	sigset_t before;      /* the mask that COMMAND is to have */
	int signalfd;	      /* everything else is read from here */
	struct gate tied;     /* PID 1 opens it */
	struct gate go;	      /* the process outside opens it, after tied */
};

/* Nearly all: what is not a fault of our own, and not job control. */
static int take_signals(struct first *first)
{
	static const int left[] = { SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,
				    SIGTRAP, SIGSYS,  SIGABRT, SIGTSTP,
				    SIGTTIN, SIGTTOU, SIGCONT };
	sigset_t taken;

	sigfillset(&taken);
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		sigdelset(&taken, left[i]);
	if (sigprocmask(SIG_SETMASK, &taken, &first->before) < 0)
		return -errno;
	return sysret(signalfd(-1, &taken, SFD_CLOEXEC));
}

/* A new PID namespace, its PID 1 as a child, and a descriptor of that child. */
static pid_t clone_pid_1(int *ret_pidfd)
{
	struct clone_args args = {
		.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)ret_pidfd,
		.exit_signal = SIGCHLD,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/*
 * If the process outside dies, so does PID 1, and with it the namespace.  The
 * request comes too late if that process is dead by now.  So it has to answer:
 * it opens "go" only after "tied", that is, it was alive after the request.
 */
static void tie(struct first *first)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die(-errno, "cannot ask for a signal");
	if (gate_open(&first->tied) < 0 || gate_wait(&first->go) < 0)
		die(0, "the process outside has died");
}

/* proc shows the PID namespace of the process that mounts it. */
static void new_proc(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die(-errno, "cannot make the mounts private");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		die_hint(-errno, "in a container /proc may be partly covered",
			 "cannot mount /proc");
}

/* Take all that have ended: one SIGCHLD may stand for many. */
static int reap(pid_t child)
{
	int result = -1;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == child)
			result = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
						     : WEXITSTATUS(status);
	}
	return result;
}

/*
 * A signal from the kernel (ssi_code above 0), as for Ctrl-C, goes to the
 * whole foreground process group: COMMAND has got it already.
 */
static int tend(const struct first *first, pid_t child, int pidfd)
{
	struct signalfd_siginfo info;
	int result = -1;

	while (result < 0) {
		if (read(first->signalfd, &info, sizeof(info)) != sizeof(info))
			die(-errno, "cannot read a signal");
		if (info.ssi_signo == SIGCHLD)
			result = reap(child);
		else if (info.ssi_code <= 0)
			(void)syscall(SYS_pidfd_send_signal, pidfd,
				      info.ssi_signo, NULL, 0);
	}
	return result;
}

static noreturn void run(const struct first *first)
{
	/* Blocked signals would stay blocked over execve(2). */
	(void)sigprocmask(SIG_SETMASK, &first->before, NULL);
	execvp(first->command[0], first->command);
	die(-errno, "cannot run '%s'", first->command[0]);
}

static noreturn void be_pid_1(struct first *first)
{
	pid_t child;
	int pidfd;

	tie(first);
	new_proc();
	if (first->bare)
		run(first);

	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0)
		run(first);
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	if (pidfd < 0)
		die(-errno, "cannot open process %d", (int)child);

	/* The end of PID 1 is the end of everybody in here. */
	_exit(tend(first, child, pidfd));
}

int main(int argc, char *argv[])
{
	struct first first = { 0 };
	int at = argc > 1 && strcmp(argv[1], "--bare") == 0 ? 2 : 1;
	pid_t child;
	int pidfd;
	int r;

	if (argc <= at) {
		fprintf(stderr, "usage: first [--bare] COMMAND [ARG...]\n");
		return KIT_USAGE;
	}
	first.bare = at == 2;
	first.command = &argv[at];

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	first.signalfd = take_signals(&first);
	if (first.signalfd < 0)
		die(first.signalfd, "cannot take the signals");
	if (gate_init(&first.tied) < 0 || gate_init(&first.go) < 0)
		die(-errno, "cannot make a gate");

	child = clone_pid_1(&pidfd);
	if (child < 0)
		die(-errno, "cannot make a PID namespace");
	if (child == 0)
		be_pid_1(&first);
	if (gate_wait(&first.tied) == 0)
		(void)gate_open(&first.go);
	return tend(&first, child, pidfd);
}
