/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

static int wait_or_signal(pid_t pid, const sigset_t *set)
{
	siginfo_t info;

	if (sigwaitinfo(set, &info) > 0 && info.si_signo != SIGCHLD) {
		(void)kill(pid, SIGKILL);
		(void)child_wait(pid);
		return 128 + info.si_signo;
	}
	return child_wait(pid);
}

int terminal_lend(void (*mode)(struct termios *), int (*fn)(void *arg),
		  void *arg)
{
	bool tty = isatty(STDIN_FILENO);
	struct termios saved;
	struct termios lent;
	sigset_t set;
	sigset_t old;
	pid_t pid;
	int status;

	if (tty && tcgetattr(STDIN_FILENO, &saved) < 0)
		return -errno;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, &old);
	(void)fflush(NULL); /* or the child would write our buffers again */
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigprocmask(SIG_SETMASK, &old, NULL);
		status = fn(arg);
		(void)fflush(NULL);
		_exit(status);
	}
	status = pid < 0 ? -errno : 0;
	if (pid > 0) {
		if (tty) {
			lent = saved;
			mode(&lent);
			(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &lent);
		}
		status = wait_or_signal(pid, &set);
		if (tty)
			(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return status;
}
