/* SPDX-License-Identifier: MIT */
#include "supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "delete.h"
#include "fdpass.h"
#include "hooks.h"
#include "sys.h"
#include "terminal.h"

/* Signals that are for the container, not for us. */
static void passed_on(sigset_t *set)
{
	sigfillset(set);
	sigdelset(set, SIGCHLD);
	sigdelset(set, SIGWINCH); /* terminal_relay() */
	sigdelset(set, SIGSEGV);
	sigdelset(set, SIGBUS);
	sigdelset(set, SIGFPE);
	sigdelset(set, SIGILL);
	sigdelset(set, SIGABRT);
	sigdelset(set, SIGTTIN);
	sigdelset(set, SIGTTOU);
	sigdelset(set, SIGTSTP);
}

static void pass_signals(pid_t pid)
{
	auto_close int pidfd = sys_pidfd_open(pid);
	auto_close int signalsfd = -1;
	struct pollfd fds[2];
	sigset_t set;

	if (pidfd < 0)
		return; /* nothing would tell its end; child_wait() does */
	passed_on(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	signalsfd = signalfd(-1, &set, SFD_CLOEXEC);
	fds[0] = (struct pollfd){ pidfd, POLLIN, 0 };
	fds[1] = (struct pollfd){ signalsfd, POLLIN, 0 };
	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		struct signalfd_siginfo info;

		if (fds[0].revents)
			return;
		if (fds[1].revents &&
		    read(signalsfd, &info, sizeof(info)) == sizeof(info))
			(void)sys_pidfd_send_signal(pidfd, (int)info.ssi_signo);
	}
}

int supervise_process(pid_t pid, int masterfd)
{
	if (masterfd >= 0)
		terminal_relay(masterfd, pid);
	else
		pass_signals(pid);
	return child_wait(pid);
}

/* The child's end is closed by its execve(2); it has said nothing more if that
 * succeeded. */
static int await_exec(struct making *m)
{
	char byte;
	ssize_t n;

	do
		n = read(m->syncfd, &byte, 1);
	while (n < 0 && errno == EINTR);
	return m->rep->page->error.err;
}

static int finish(struct making *m, int status)
{
	int r;

	if (m->opt->keep)
		return status;
	r = delete_ended(m->rootfd, m->statefd, &m->state,
			 &m->spec.hooks[HOOK_POSTSTOP], m->rep);
	return r < 0 ? r : status;
}

int supervise(struct making *m)
{
	auto_free char *text = NULL;
	struct report_error first;
	int r, status;

	report_step(m->rep, "start the container");
	r = sync_send(m->syncfd, 's', -1, m->rep);
	if (r == 0)
		r = await_exec(m);
	if (r < 0) {
		/* It may wait for a letter that could not be sent. */
		(void)kill(m->pid, SIGKILL); /* our child, not waited for */
		status = child_wait(m->pid);
		m->pid = -1;
		if (m->opt->pid_file)
			(void)unlink(m->opt->pid_file);
		first = m->rep->page->error; /* deleting begins anew */
		(void)finish(m, status);
		m->rep->page->error = first;
		return r;
	}
	if (m->spec.hooks[HOOK_POSTSTART].n) {
		report_step(m->rep, "run the poststart hooks");
		text = state_text(&m->state, RUNNING);
		if (text)
			(void)hooks_run(&m->spec.hooks[HOOK_POSTSTART], text,
					m->rep);
	}
	if (m->opt->detach)
		return 0;
	if (m->masterfd >= 0) {
		int fd = fd_receive(m->masterfd);

		(void)close(m->masterfd);
		m->masterfd = fd;
	}
	status = supervise_process(m->pid, m->masterfd);
	m->pid = -1;
	if (status < 0)
		(void)report_call(m->rep, status, "wait4", "the container");
	first = m->rep->page->error;
	report_step(m->rep, "delete the container");
	r = finish(m, status);
	if (status < 0)
		m->rep->page->error = first;
	return r;
}
