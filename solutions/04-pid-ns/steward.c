/* SPDX-License-Identifier: MIT */
/*
 * steward.c - run a command in a PID namespace, with a PID 1 beside it
 *
 * Usage:  steward [--tie] [--after FILE] COMMAND [ARGUMENT...]
 *
 *	--tie     if steward is killed, everything in the namespace is too
 *	--after   PID 1 does nothing before FILE, a FIFO, has been written to
 *	          or closed by a writer
 *
 *	steward              outside; waits, passes signals on
 *	  `- PID 1           in the namespace: reaps, passes signals on
 *	       |- COMMAND    PID 2
 *	       `- orphans    whatever COMMAND's children leave behind
 *
 * Ends with the exit status of COMMAND, or 128 + N if signal N killed it.
 *
 * Read:   pid_namespaces(7), wait(2), signal(7), sigwaitinfo(2),
 *         prctl(2), PR_SET_PDEATHSIG
 * Test:   isolab grade 04
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "userns.h"

struct steward {
	bool tie;
	const char *after;    /* NULL: do not wait */
	char *const *command; /* NULL-terminated */
	sigset_t waited;      /* signals taken by sigwaitinfo(2) */
	sigset_t before;      /* the signal mask that we were started with */
};

/* What whoever runs steward may send to it, and means for COMMAND. */
static const int passed_on[] = { SIGHUP,  SIGINT,  SIGQUIT,
				 SIGTERM, SIGUSR1, SIGUSR2 };

/*
 * TASK 04.1, first half: the next child shall be PID 1 of a new PID namespace.
 * It also needs a mount namespace, with private mounts (lab 02), for the
 * second half.  unshare(2) does not move the caller into the PID namespace.
 */
static void new_pids(void)
{
	/* SOLUTION BEGIN
	die(0, "task 04.1 is not done yet");
	*/
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		die(-errno, "cannot make PID and mount namespaces");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die(-errno, "cannot make the mounts private");
	/* SOLUTION END */
}

/*
 * TASK 04.1, second half, called in PID 1: /proc still shows the processes
 * outside.  Mount the file system "proc" on it.
 */
static void new_proc(void)
{
	/* SOLUTION BEGIN
	die(0, "task 04.1 is not done yet: /proc is the old one");
	*/
	/* It shows the PID namespace of the process that mounts it. */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		die(-errno, "cannot mount /proc");
	/* SOLUTION END */
}

/*
 * TASK 04.2: called after every SIGCHLD.  Reap every child that has ended by
 * now, and do not wait for one that has not.
 *
 * Return: -1 as long as @child runs; when it has ended its exit status, or
 *         128 + N if signal N killed it.
 */
static int reap(pid_t child)
{
	int status;

	/* SOLUTION BEGIN
	if (waitpid(child, &status, WNOHANG) == child)
		die(0, "task 04.2 is not done yet: %d has ended", (int)child);
	return -1;
	*/
	int result = -1;
	pid_t pid;

	/* Two that end at once make one SIGCHLD: a signal is not a count. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != child)
			continue;
		result = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					     : WEXITSTATUS(status);
	}
	return result;
	/* SOLUTION END */
}

/*
 * TASK 04.3, first part: add the signals of passed_on to the set, which has
 * SIGCHLD already.  main() blocks them before the first fork(2), so that none
 * is lost, and tend() takes them out with sigwaitinfo(2).
 */
static void choose_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	/* SOLUTION BEGIN
	(void)passed_on;
	*/
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		sigaddset(set, passed_on[i]);
	/* SOLUTION END */
}

/* TASK 04.3, second part: send the signal on to the child. */
static void pass_on(pid_t child, int sig)
{
	/* SOLUTION BEGIN
	die(0, "task 04.3 is not done yet: %d does not get signal %d",
	    (int)child, sig);
	*/
	/* It is not reaped yet, so the number cannot be another process's. */
	if (kill(child, sig) < 0)
		die(-errno, "cannot send signal %d", sig);
	/* SOLUTION END */
}

/*
 * TASK 04.3, third part: execve(2) keeps the signal mask.  COMMAND shall have
 * the one that steward was started with.
 */
static void restore_mask(const sigset_t *before)
{
	/* SOLUTION BEGIN
	(void)before;
	*/
	if (sigprocmask(SIG_SETMASK, before, NULL) < 0)
		die(-errno, "cannot restore the signal mask");
	/* SOLUTION END */
}

/*
 * TASK 04.4: --tie.  Called in PID 1, before it does anything else but wait
 * for FILE.  The kernel shall kill this process when steward dies: see
 * prctl(2), PR_SET_PDEATHSIG.
 *
 * Steward may be dead already, and then that signal never comes.  getppid(2)
 * cannot tell: a parent outside the namespace is always 0.  So main() has made
 * a pipe.  Steward keeps the end for writing, ends[1], and never writes.  If
 * nobody has that end open any more, poll(2) says POLLHUP for ends[0].
 */
static void tie(const int ends[2])
{
	/* SOLUTION BEGIN
	(void)ends;
	die(0, "task 04.4 is not done yet");
	*/
	struct pollfd alive = { .fd = ends[0] };

	/* fork(2) copied the end for writing; with it we would wait for us. */
	if (close(ends[1]) < 0)
		die(-errno, "cannot close the pipe");

	/* No other signal: PID 1 would not die of it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die(-errno, "cannot ask for a signal");

	/* In this order; a death in between is seen by one or the other. */
	if (poll(&alive, 1, 0) < 0)
		die(-errno, "cannot look whether steward lives");
	if (alive.revents & POLLHUP)
		die(0, "steward has died");
	/* SOLUTION END */
}

/* Wait for @child to end; both steward and PID 1 do nothing else. */
static int tend(const struct steward *steward, pid_t child)
{
	int result = -1;

	while (result < 0) {
		int sig = sigwaitinfo(&steward->waited, NULL);

		if (sig == SIGCHLD)
			result = reap(child);
		else if (sig > 0)
			pass_on(child, sig);
		else if (errno != EINTR)
			die(-errno, "cannot wait for signals");
	}
	return result;
}

static void wait_for_writer(const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char byte;

	if (fd < 0 || read(fd, &byte, 1) < 0)
		die(-errno, "cannot read '%s'", path);
}

static noreturn void be_pid_1(const struct steward *steward, const int ends[2])
{
	pid_t child;

	if (steward->after)
		wait_for_writer(steward->after);
	if (steward->tie)
		tie(ends);
	new_proc();

	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0) {
		restore_mask(&steward->before);
		execvp(steward->command[0], steward->command);
		die(-errno, "cannot run '%s'", steward->command[0]);
	}
	/* When PID 1 ends, the kernel kills all the others in here. */
	_exit(tend(steward, child));
}

static bool parse(struct steward *steward, char *argv[])
{
	for (argv++; *argv && strncmp(*argv, "--", 2) == 0; argv++) {
		if (strcmp(*argv, "--tie") == 0)
			steward->tie = true;
		else if (strcmp(*argv, "--after") == 0 && argv[1])
			steward->after = *++argv;
		else
			return false;
	}
	steward->command = argv;
	return *argv;
}

int main(int argc, char *argv[])
{
	struct steward steward = { 0 };
	int ends[2];
	pid_t child;
	int r;

	if (argc < 1 || !parse(&steward, argv)) {
		fprintf(stderr, "usage: steward [--tie] [--after FILE] "
				"COMMAND [ARGUMENT...]\n");
		return KIT_USAGE;
	}

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	choose_signals(&steward.waited);
	if (sigprocmask(SIG_BLOCK, &steward.waited, &steward.before) < 0 ||
	    pipe2(ends, O_CLOEXEC) < 0)
		die(-errno, "cannot prepare");
	new_pids();

	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0)
		be_pid_1(&steward, ends);
	return tend(&steward, child);
}
