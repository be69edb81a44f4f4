/* SPDX-License-Identifier: MIT */
/*
 * foreman.c - run a command as a job: on a budget, to be paused, ended whole
 *
 * Usage:  foreman [-m BYTES] [-p COUNT] [-c PERCENT] JOB COMMAND [ARGUMENT...]
 *
 *	-m BYTES        memory for the whole job, without swap; if it needs
 *	                more, the whole job is killed
 *	-p COUNT        processes
 *	-c PERCENT      of one processor's time, in periods of a tenth of a
 *	                second
 *
 *	SIGUSR1         pause the job, with all that COMMAND has started
 *	SIGUSR2         let it go on
 *	SIGTERM         end it, also while it is paused
 *
 *	the caller's group       gives cpu, memory and pids to its children,
 *	|- foreman               and so holds no process any more
 *	`- JOB                   COMMAND, and all that it starts
 *
 * The job ends when COMMAND does: nobody in it survives, and the group JOB is
 * removed.  Ends with COMMAND's status.  A JOB that is there already is of a
 * foreman who was killed, and is ended first.
 *
 * Needs:  a group of its own, such as: systemd-run --user --scope
 *         -p Delegate=yes; or the lab machine
 * Read:   cgroups(7), clone3 in clone(2);
 *         Documentation/admin-guide/cgroup-v2.rst
 * Test:   isolab grade 07
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "child.h"
#include "err.h"
#include "file.h"

/* What the job may use; -1 is no limit. */
struct budget {
	long memory_bytes;
	long processes;
	long cpu_percent;
};

enum { GONE_WITHIN_MS = 5000 };

/*
 * TASK 07.1, first part: make room for groups with controllers.  A group that
 * hands controllers on holds no process itself, and the caller's group holds
 * you.  So make a group "foreman" in it, move there, and then hand on cpu,
 * memory and pids.  The group may be there already; that is fine.
 */
static void make_room(int ownfd)
{
	(void)ownfd;
	die(0, "task 07.1 is not done yet: there is no room for a job");
}

/*
 * TASK 07.2: write the budget to the files of the job's group: memory.max,
 * memory.swap.max (a kernel without swap has no such file), memory.oom.group,
 * pids.max, cpu.max.  What is -1 stays as it is.  One write(2) for each file:
 * file_write_at().
 */
static void set_budget(int jobfd, const struct budget *budget)
{
	(void)jobfd;
	if (budget->memory_bytes >= 0 || budget->processes >= 0 ||
	    budget->cpu_percent >= 0)
		die(0, "task 07.2 is not done yet: there is no budget");
}

/* What the new process does; @mask is how signals were before. */
static noreturn void become(char *command[], const sigset_t *mask)
{
	if (sigprocmask(SIG_SETMASK, mask, NULL) < 0)
		die(-errno, "cannot set the signal mask");
	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

/*
 * TASK 07.1, second part: start COMMAND in the job's group.  It is born there:
 * who is started elsewhere and moved has a moment without limits, and what he
 * used until then stays on the other group's account.  clone3(2) has no
 * wrapper in the C library: syscall(SYS_clone3, &args, sizeof(args)), with
 * exit_signal SIGCHLD, returns twice as fork(2) does.
 */
static pid_t start(int jobfd, char *command[], const sigset_t *mask)
{
	(void)jobfd;
	(void)mask;
	die(0, "task 07.1 is not done yet: %s is not started", command[0]);
	become(command, mask);
}

/*
 * TASK 07.3: pause the job, or let it go on: all its processes at once, and
 * those that are just being made.
 */
static void pause_job(int jobfd, bool pause)
{
	(void)jobfd;
	die(0, "task 07.3 is not done yet: the job %s",
	    pause ? "is not paused" : "does not go on");
}

/*
 * TASK 07.4, first part: end all that is in the job's group, and remove the
 * group.  The kernel does not remove one that is not empty yet, and who is
 * killed is gone only a moment later: cgroup.events tells.  cgroupfs_await()
 * of common/cgroupfs.h waits for it; labs/07-cgroups/freeze.c shows how.
 */
static void end_job(int ownfd, const char *job, int jobfd)
{
	(void)jobfd;
	die(0, "task 07.4 is not done yet: %s is not ended (group %d)", job,
	    ownfd);
}

static int open_job(int ownfd, const char *job)
{
	int fd = openat(ownfd, job, O_DIRECTORY | O_RDONLY | O_CLOEXEC);

	return sysret(fd);
}

/*
 * TASK 07.4, second part: make the group JOB.  If there is one, it is of a
 * foreman who was killed with SIGKILL and could not clean up: end it first.
 */
static int make_job(int ownfd, const char *job)
{
	int r = sysret(mkdirat(ownfd, job, 0755));

	if (r == 0)
		r = open_job(ownfd, job);
	if (r < 0)
		die(r, "cannot make the group '%s'", job);
	return r;
}

/*
 * Do what the signals say until COMMAND has ended, or has to.  They are
 * blocked all the time, so none comes between two calls.
 */
static int supervise(int jobfd, pid_t child, const sigset_t *signals)
{
	for (;;) {
		int signal;

		if (sigwait(signals, &signal) != 0)
			die(0, "cannot wait for a signal");
		switch (signal) {
		case SIGUSR1:
		case SIGUSR2:
			pause_job(jobfd, signal == SIGUSR1);
			break;
		case SIGTERM:
			return 128 + SIGTERM;
		case SIGCHLD:
			return child_wait(child);
		default:
			break;
		}
	}
}

static noreturn void usage(void)
{
	fprintf(stderr, "usage: foreman [-m BYTES] [-p COUNT] [-c PERCENT] "
			"JOB COMMAND [ARGUMENT...]\n");
	_exit(KIT_USAGE);
}

static long number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || end == text || n < 0)
		usage();
	return n;
}

int main(int argc, char *argv[])
{
	static const int mine[] = { SIGUSR1, SIGUSR2, SIGTERM, SIGCHLD };
	static const struct sigaction only_ends = { .sa_flags = SA_NOCLDSTOP };
	struct budget budget = { -1, -1, -1 };
	sigset_t signals;
	sigset_t before;
	pid_t child;
	int option;
	int status;
	int ownfd;
	int jobfd;

	/* The "+" stops at JOB: COMMAND's options are not ours. */
	while ((option = getopt(argc, argv, "+m:p:c:")) != -1) {
		if (option == 'm')
			budget.memory_bytes = number(optarg);
		else if (option == 'p')
			budget.processes = number(optarg);
		else if (option == 'c')
			budget.cpu_percent = number(optarg);
		else
			usage();
	}
	if (argc - optind < 2 || strchr(argv[optind], '/'))
		usage();

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(mine) / sizeof(mine[0]); i++)
		sigaddset(&signals, mine[i]);
	if (sigprocmask(SIG_BLOCK, &signals, &before) < 0 ||
	    sigaction(SIGCHLD, &only_ends, NULL) < 0)
		die(-errno, "cannot block the signals");
	ownfd = cgroupfs_open_own();
	if (ownfd < 0)
		die_hint(ownfd, cgroupfs_hint(ownfd), "cannot find my group");

	make_room(ownfd);
	jobfd = make_job(ownfd, argv[optind]);
	set_budget(jobfd, &budget);
	child = start(jobfd, &argv[optind + 1], &before);
	if (child < 0) {
		(void)unlinkat(ownfd, argv[optind], AT_REMOVEDIR);
		die(child, "cannot start '%s'", argv[optind + 1]);
	}
	status = supervise(jobfd, child, &signals);
	end_job(ownfd, argv[optind], jobfd);
	if (status == 128 + SIGTERM)
		(void)child_wait(child);
	return status < 0 ? KIT_FAILED : status;
}
