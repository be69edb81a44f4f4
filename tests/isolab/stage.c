/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"

enum { LAST_SECONDS = 5 }; /* for what SIGKILL does not end at once */

/* ---- the stage's own process --------------------------------------------- */

static noreturn void run(const char *script, const char *const *envp)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve("/bin/sh", (char *const *)(uintptr_t)argv,
	       (char *const *)(uintptr_t)envp);
	die(-errno, "cannot run /bin/sh");
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The next of the signals in @set before @end_ms, or -1. */
static int next_signal(const sigset_t *set, long long end_ms)
{
	long long left = end_ms - now_ms();
	struct timespec time = { .tv_sec = left / 1000,
				 .tv_nsec = left % 1000 * 1000000 };
	int r;

	if (left <= 0)
		return -1;
	do
		r = sigtimedwait(set, NULL, &time);
	while (r < 0 && errno == EINTR);
	return r;
}

/* Of one thread's list all children are known: we have one thread only. */
static void kill_children(void)
{
	auto_free char *text = NULL;
	char path[64];
	char *rest;
	char *word;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)getpid());
	if (file_read_all(path, &text) < 0)
		return;
	rest = text;
	while ((word = strsep(&rest, " ")))
		if (*word)
			(void)kill((pid_t)strtol(word, NULL, 10), SIGKILL);
}

/* Until there are no children, each of which leaves us its own. */
static void kill_all(const sigset_t *set)
{
	long long end_ms = now_ms() + LAST_SECONDS * 1000;

	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid > 0)
			continue;
		if (pid < 0 && errno == ECHILD)
			return;
		kill_children();
		if (next_signal(set, end_ms) < 0)
			return;
	}
}

/* Reap until the shell ends: its status.  Or STAGE_TIME_IS_UP. */
static int tend(pid_t shell, const sigset_t *set, long long end_ms)
{
	int signal_number;

	while ((signal_number = next_signal(set, end_ms)) == SIGCHLD) {
		int status;
		pid_t pid;

		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == shell)
				return WIFSIGNALED(status)
					       ? 128 + WTERMSIG(status)
					       : WEXITSTATUS(status);
	}
	return signal_number < 0 ? STAGE_TIME_IS_UP : 128 + SIGTERM;
}

static noreturn void be_stage(const char *script, const char *const *envp,
			      const char *cwd, unsigned seconds, int outfd,
			      const sigset_t *set)
{
	long long end_ms = now_ms() + seconds * 1000LL;
	int nullfd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid_t shell;
	int status;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)prctl(PR_SET_NAME, "stage");
	(void)setsid();
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || nullfd < 0 ||
	    dup2(nullfd, STDIN_FILENO) < 0 || dup2(outfd, STDOUT_FILENO) < 0 ||
	    dup2(outfd, STDERR_FILENO) < 0)
		_exit(126);
	if (chdir(cwd) < 0)
		die(-errno, "cannot work in %s", cwd);

	shell = fork();
	if (shell < 0)
		die(-errno, "cannot fork");
	if (shell == 0)
		run(script, envp);
	status = tend(shell, set, end_ms);
	kill_all(set);
	_exit(status);
}

/* ---- from outside -------------------------------------------------------- */

int stage_start(struct stage *stage, const char *script,
		const char *const *envp, const char *cwd, unsigned seconds)
{
	sigset_t set;
	sigset_t old;
	int ends[2];
	pid_t pid;

	*stage = (struct stage){ .outfd = -1 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	/* Blocked before there is a stage: it may be told to end at once. */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	(void)fflush(NULL); /* or the child would write our buffers again */
	pid = fork();
	if (pid == 0)
		be_stage(script, envp, cwd, seconds, ends[1], &set);
	sigprocmask(SIG_SETMASK, &old, NULL);
	(void)close(ends[1]);
	if (pid < 0) {
		int r = -errno;

		(void)close(ends[0]);
		return r;
	}
	*stage = (struct stage){ .pid = pid, .outfd = ends[0] };
	return 0;
}

int stage_end(struct stage *stage, bool now)
{
	int status;

	if (stage->pid <= 0)
		return 0;
	if (now)
		(void)kill(stage->pid, SIGTERM);
	status = child_wait(stage->pid);
	(void)close(stage->outfd);
	*stage = (struct stage){ .outfd = -1 };
	return status;
}

void stage_end_all(void)
{
	sigset_t set;
	sigset_t old;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &old);
	kill_all(&set);
	sigprocmask(SIG_SETMASK, &old, NULL);
}
