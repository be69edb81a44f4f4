/* SPDX-License-Identifier: MIT */
/*
 * exec.c - see exec.h
 *
 *	runtime		between			child
 *	clone3 in group
 *			setns(pidfd, all)
 *			clone3 as sibling
 *	<--PID--------
 *			_exit			terminal, limits, user, filter
 *	<--end of file--------------------------execve
 *
 * Only a child of somebody who has joined a PID namespace is in it, hence the
 * process in between.  None of them may be looked into by the container, in
 * whose PID namespace they are while they hold descriptors of the host
 * (CVE-2016-9962).
 */
#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "caps.h"
#include "cgroup.h"
#include "child.h"
#include "cleanup.h"
#include "container.h"
#include "err.h"
#include "fdpass.h"
#include "file.h"
#include "process.h"
#include "supervise.h"
#include "sys.h"
#include "terminal.h"

struct execution {
	const struct exec_options *opt;
	struct report *rep;
	struct spec spec;	/* the container's */
	struct spec own;	/* of -p */
	struct spec_process *p; /* in one of the two */
	struct state state;
	struct cgroup group;
	struct seccomp_filter filter;
	int rootfd;
	int statefd;
	int pidfd;
	int syncfd;
	int childfd;
	int consolefd;
	int masterfd;
	pid_t pid;
};

static int number(const char *text, char **end, uint32_t *ret)
{
	unsigned long v;

	errno = 0;
	v = strtoul(text, end, 10);
	/* The greatest is -1 to the kernel: "stay who you are", which is root. */
	if (text[0] < '0' || text[0] > '9' || errno || v >= UINT32_MAX)
		return -EINVAL;
	*ret = (uint32_t)v;
	return 0;
}

/* Numbers only, and all of it: "1x" or a name must not become user 0 or 1
 * (CVE-2026-30892). */
static int set_user(struct execution *x)
{
	const char *text = x->opt->user;
	uint32_t uid, gid = 0;
	char *end;

	if (!text)
		return 0;
	if (number(text, &end, &uid) < 0 || (*end && *end != ':') ||
	    (*end == ':' && (number(end + 1, &end, &gid) < 0 || *end)))
		return report_refuse(x->rep, -EINVAL,
				     "--user %s: must be UID or UID:GID, as "
				     "numbers",
				     text);
	x->p->uid = uid;
	x->p->gid = gid;
	return 0;
}

static int set_groups(struct execution *x)
{
	const struct strv *list = &x->opt->groups;
	uint32_t *groups;
	char *end;

	if (!list->n)
		return 0;
	groups = arena_alloc(x->spec.memory, list->n, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (number(list->v[i], &end, &groups[i]) < 0 || *end)
			return report_refuse(x->rep, -EINVAL,
					     "--additional-gids %s: must be a "
					     "number",
					     list->v[i]);
	x->p->groups = groups;
	x->p->group_count = list->n;
	return 0;
}

static int add_env(struct execution *x)
{
	struct spec_process *p = x->p;
	const struct strv *more = &x->opt->env;
	char **all;

	if (!more->n)
		return 0;
	all = arena_alloc(x->spec.memory, p->env.n + more->n + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < more->n; i++)
		all[i] = more->v[i];
	for (size_t i = 0; i < p->env.n; i++)
		all[more->n + i] = p->env.v[i];
	p->env = (struct strv){ .v = all, .n = p->env.n + more->n };
	return 0;
}

static int add_caps(struct execution *x)
{
	for (size_t i = 0; i < x->opt->caps.n; i++) {
		int cap = caps_by_name(x->opt->caps.v[i]);

		if (cap < 0)
			return report_refuse(x->rep, -EINVAL,
					     "--cap %s is no capability",
					     x->opt->caps.v[i]);
		/* Not inheritable: that would outlive the next execve(2) of
		 * any program of the user's (CVE-2022-27650). */
		x->p->caps.bounding |= 1ull << cap;
		x->p->caps.permitted |= 1ull << cap;
		x->p->caps.effective |= 1ull << cap;
	}
	return 0;
}

static int read_process(struct execution *x)
{
	const struct exec_options *opt = x->opt;
	auto_free char *text = NULL;
	int r;

	x->p = &x->spec.process;
	if (opt->process_file) {
		r = file_read_all(opt->process_file, &text);
		if (report_call(x->rep, r < 0 ? r : 0, "open", "%s",
				opt->process_file) < 0)
			return r;
		r = spec_parse_process(text, x->rep, &x->own);
		x->p = &x->own.process;
		if (r == 0 && opt->tty)
			x->p->terminal = true;
		return r;
	}
	if (!opt->args || !opt->args[0])
		return report_refuse(x->rep, -EINVAL, "no program is named");
	x->p->args.v = opt->args;
	for (x->p->args.n = 0; opt->args[x->p->args.n];)
		x->p->args.n++;
	x->p->terminal = opt->tty;
	if (opt->cwd)
		x->p->cwd = (char *)(uintptr_t)opt->cwd;
	if (x->p->cwd[0] != '/')
		return report_refuse(x->rep, -EINVAL,
				     "--cwd %s: must be absolute", x->p->cwd);
	if (opt->no_new_privs)
		x->p->no_new_privileges = true;
	r = set_user(x);
	if (r == 0)
		r = set_groups(x);
	if (r == 0)
		r = add_env(x);
	return r < 0 ? r : add_caps(x);
}

static int read_config(struct execution *x)
{
	auto_free char *text = NULL;
	char path[PATH_MAX];
	int r;

	report_step(x->rep, "read the container's configuration");
	if (snprintf(path, sizeof(path), "%s/%s", x->state.bundle,
		     x->state.config) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	r = file_read_all(path, &text);
	if (report_call(x->rep, r < 0 ? r : 0, "open", "%s", path) < 0)
		return r;
	return spec_parse(text, x->rep, &x->spec);
}

static int check_running(struct execution *x)
{
	enum status status = STOPPED;
	int r = state_status(x->statefd, &x->state, x->rep, &status);

	if (r < 0)
		return r;
	if (status != RUNNING && status != CREATED &&
	    !(status == PAUSED && x->opt->ignore_paused))
		return report_refuse(x->rep, -ESRCH,
				     "container %s is %s, not running",
				     x->opt->id, state_status_name(status));
	x->pidfd = sys_pidfd_open(x->state.pid);
	if (report_call(x->rep, x->pidfd, "pidfd_open", "%d", x->state.pid) < 0)
		return x->pidfd;
	/* Between the two looks the number may have got another owner. */
	r = state_runs(&x->state, x->rep);
	if (r == 0)
		return report_refuse(x->rep, -ESRCH, "container %s has ended",
				     x->opt->id);
	return r < 0 ? r : 0;
}

static int open_console(struct execution *x)
{
	int pair[2];

	if (!x->p->terminal)
		return 0;
	if (x->opt->console_socket) {
		x->consolefd = terminal_connect(x->opt->console_socket, x->rep);
		return x->consolefd < 0 ? x->consolefd : 0;
	}
	if (x->opt->detach)
		return report_refuse(x->rep, -EINVAL,
				     "--tty with --detach needs "
				     "--console-socket");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return report_call(x->rep, -errno, "socketpair", "console");
	x->masterfd = pair[0];
	x->consolefd = pair[1];
	return 0;
}

static int take_terminal(struct execution *x)
{
	auto_close int rootfd = open("/", O_PATH | O_CLOEXEC);
	int fd;

	if (!x->p->terminal)
		return 0;
	fd = terminal_make(rootfd, x->p, false, x->consolefd, x->rep);
	return fd < 0 ? fd : terminal_take(fd, x->rep);
}

static int become(struct execution *x)
{
	struct process prepared = { .labelfd = -1 };
	char program[PATH_MAX];
	int r = report_call(x->rep, sysret(setsid()), "setsid", "own session");

	if (r >= 0)
		r = process_new_keyring(x->opt->id, x->rep);
	if (r >= 0 && x->spec.ns[NS_USER].wanted) {
		(void)syscall(SYS_setresgid, 0, 0, 0);
		r = report_call(x->rep,
				sys_ret(syscall(SYS_setresuid, 0, 0, 0)),
				"setresuid", "0");
	}
	if (r >= 0)
		r = process_prepare(x->p, x->rep, &prepared);
	if (r == 0)
		r = take_terminal(x);
	report_step(x->rep, "find the program");
	if (r == 0)
		r = process_find(x->p, x->rep, program, sizeof(program));
	report_step(x->rep, "set up the process");
	if (r == 0)
		r = process_setup(x->p, &x->filter, x->rep);
	if (r == 0 && seccomp_has_listener(&x->filter)) {
		int fd = seccomp_install(&x->filter, x->rep);

		r = fd < 0 ? fd : sync_send(x->childfd, 'r', fd, x->rep);
	}
	report_step(x->rep, "execute the program");
	return r < 0 ? r
		     : process_exec(x->p, &prepared, program, &x->filter,
				    x->opt->preserve_fds, x->rep);
}

static _Noreturn void run_child(struct execution *x)
{
	int r = become(x);

	(void)report_refuse(x->rep, r, "%s", strerror(-r));
	_exit(r == -ENOENT ? 127 : r == -EACCES ? 126 : 1);
}

/* All that the container has, at once: setns(2) with a pidfd. */
static int join(struct execution *x)
{
	uint64_t flags = 0;

	for (int i = 0; i < NS_COUNT; i++)
		if (x->spec.ns[i].wanted)
			flags |= ns_flag((enum ns)i);
	return report_call(x->rep, sysret(setns(x->pidfd, (int)flags)), "setns",
			   "process %d, namespaces 0x%llx", x->state.pid,
			   (unsigned long long)flags);
}

static _Noreturn void between(struct execution *x)
{
	struct clone_args args = { .flags = CLONE_PARENT };
	const int kept[] = { x->childfd, x->consolefd };
	pid_t pid;
	int r;

	x->rep->child = true;
	report_step(x->rep, "join the container's namespaces");
	/* Who may not be looked into has a /proc that belongs to root of the
	 * machine; the child inherits this. */
	r = process_set_oom_score(x->p, x->rep);
	x->p->oom_score_adj_given = false;
	if (r == 0)
		r = report_call(x->rep,
				sysret(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)),
				"prctl", "PR_SET_DUMPABLE, 0");
	if (r == 0)
		r = join(x);
	if (r == 0)
		r = process_close_host(x->opt->preserve_fds, kept, 2, x->rep);
	if (r < 0)
		_exit(1);
	pid = sys_clone3(&args);
	if (pid == 0)
		run_child(x);
	if (report_call(x->rep, pid, "clone3", "in the container") > 0)
		(void)send(x->childfd, &pid, sizeof(pid), MSG_NOSIGNAL);
	_exit(pid < 0);
}

static int clone_between(struct execution *x)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	pid_t first;

	if (x->group.dirfd >= 0) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)x->group.dirfd;
	}
	first = sys_clone3(&args);
	if (first == 0)
		between(x);
	return report_call(x->rep, first, "clone3", "in the container's group");
}

static int spawn(struct execution *x)
{
	int pair[2], status;
	pid_t first;

	report_step(x->rep, "create the process");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return report_call(x->rep, -errno, "socketpair", "letters");
	x->syncfd = pair[0];
	x->childfd = pair[1];
	first = clone_between(x);
	(void)close(x->childfd);
	x->childfd = -1;
	if (first < 0)
		return first;
	status = child_wait(first);
	if (status != 0)
		return report_refuse(x->rep, -EPIPE,
				     "the process in between ended with %d",
				     status);
	if (recv(x->syncfd, &x->pid, sizeof(x->pid), 0) != sizeof(x->pid))
		return report_refuse(x->rep, -EPIPE, "no process came of it");
	return 0;
}

/* Its end of the sockets is closed by execve(2); before, it may send the
 * listener of its filter. */
static int await_exec(struct execution *x)
{
	struct seccomp_agent agent = { .oci_version = x->spec.oci_version,
				       .pid = x->pid };
	auto_free char *text = NULL;
	int listenerfd = -1, r = 0;
	char byte;

	if (seccomp_has_listener(&x->filter)) {
		r = sync_wait(x->syncfd, 'r', &listenerfd, x->rep);
		agent.state_json = text = state_text(&x->state, RUNNING);
		if (r == 0 && text)
			r = seccomp_send_listener(&x->spec.seccomp, &agent,
						  listenerfd, x->rep);
		cleanup_close(&listenerfd);
	}
	while (r == 0 && recv(x->syncfd, &byte, 1, 0) > 0)
		;
	if (r == 0)
		r = x->rep->page->error.err;
	if (r < 0) {
		(void)kill(x->pid, SIGKILL); /* our child */
		(void)child_wait(x->pid);
	}
	return r;
}

static int write_pid_file(const char *path, pid_t pid, struct report *rep)
{
	int fd, r;

	if (!path)
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return report_call(rep, -errno, "open", "%s", path);
	r = dprintf(fd, "%d", pid) < 0 ? -errno : 0;
	(void)close(fd);
	return report_call(rep, r, "write", "%s", path);
}

static int run(struct execution *x)
{
	struct report *rep = x->rep;
	int r;

	report_step(rep, "find the container");
	x->rootfd = state_open_root(x->opt->root, rep);
	if (x->rootfd < 0)
		return x->rootfd;
	r = state_load(x->rootfd, x->opt->id, rep, &x->state, &x->statefd);
	if (r == 0)
		r = check_running(x);
	if (r == 0)
		r = read_config(x);
	report_step(rep, "read the process");
	if (r == 0)
		r = read_process(x);
	if (r == 0)
		r = open_console(x);
	if (r == 0)
		r = seccomp_build(&x->spec.seccomp, rep, &x->filter);
	report_step(rep, "open the control group");
	if (r == 0)
		r = cgroup_open_of(x->state.pid, rep, &x->group);
	if (r == 0)
		r = spawn(x);
	if (r == 0)
		r = await_exec(x);
	if (r == 0)
		r = write_pid_file(x->opt->pid_file, x->pid, rep);
	if (r < 0 || x->opt->detach)
		return r;
	if (x->masterfd >= 0) {
		int fd = fd_receive(x->masterfd);

		(void)close(x->masterfd);
		x->masterfd = fd;
	}
	return supervise_process(x->pid, x->masterfd);
}

int exec_container(const struct exec_options *opt, struct report *rep)
{
	struct execution x = {
		.opt = opt,
		.rep = rep,
		.group = CGROUP_NONE,
		.rootfd = -1,
		.statefd = -1,
		.pidfd = -1,
		.syncfd = -1,
		.childfd = -1,
		.consolefd = -1,
		.masterfd = -1,
	};
	const int *const fds[] = { &x.rootfd, &x.statefd,   &x.pidfd,
				   &x.syncfd, &x.consolefd, &x.masterfd };
	int r = run(&x);

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		cleanup_close(fds[i]);
	cgroup_close(&x.group);
	seccomp_filter_release(&x.filter);
	state_release(&x.state);
	spec_release(&x.own);
	spec_release(&x.spec);
	return r;
}
