/* SPDX-License-Identifier: MIT */
#include "hooks.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "sys.h"

static _Noreturn void exec_hook(const struct spec_hook *hook, int stdinfd,
				struct report *rep)
{
	char *none[] = { NULL };
	char *alone[] = { (char *)(uintptr_t)hook->path, NULL };

	(void)dup2(stdinfd, STDIN_FILENO);
	execve(hook->path, hook->args.n ? hook->args.v : alone,
	       hook->env.n ? hook->env.v : none);
	(void)report_call(rep, -errno, "execve", "hook %s", hook->path);
	_exit(127);
}

/* Feeds a hook with the state, and waits for its end. */
static int attend(pid_t pid, int fd, const struct spec_hook *hook,
		  const char *state_json, struct report *rep)
{
	auto_close int pidfd = sys_pidfd_open(pid);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	int status;

	/* A hook need not read it: the error is none of ours. */
	(void)send(fd, state_json, strlen(state_json), MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	if (hook->timeout_s && pidfd >= 0 &&
	    poll(&ended, 1, hook->timeout_s * 1000) == 0) {
		(void)sys_pidfd_send_signal(pidfd, SIGKILL);
		(void)child_wait(pid);
		return report_refuse(rep, -ETIME,
				     "hook %s was still running after its "
				     "timeout of %d s",
				     hook->path, hook->timeout_s);
	}
	status = child_wait(pid);
	if (status < 0)
		return report_call(rep, status, "wait4", "hook %s", hook->path);
	if (status == 127)
		return report_refuse(rep, -ENOENT,
				     "hook %s could not be executed",
				     hook->path);
	if (status != 0)
		return report_refuse(rep, -ECANCELED,
				     "hook %s ended with status %d", hook->path,
				     status);
	return 0;
}

static int run_one(const struct spec_hook *hook, const char *state_json,
		   struct report *rep)
{
	int pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return report_call(rep, -errno, "socketpair", "hook");
	pid = fork();
	if (pid == 0)
		exec_hook(hook, pair[0], rep);
	r = report_call(rep, sysret(pid), "fork", "hook %s", hook->path);
	(void)close(pair[0]);
	if (r >= 0)
		r = attend(pid, pair[1], hook, state_json, rep);
	(void)close(pair[1]);
	return r;
}

int hooks_run(const struct spec_hooks *list, const char *state_json,
	      struct report *rep)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = run_one(&list->v[i], state_json, rep);
	return r;
}
