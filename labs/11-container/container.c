/* SPDX-License-Identifier: MIT */
/* container.c - the runtime's side of making a container; see container.h. */
#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "hooks.h"
#include "idmap.h"
#include "net.h"
#include "supervise.h"
#include "sys.h"
#include "sysctl.h"
#include "terminal.h"

static const char *config_name(const struct making *m)
{
	return m->opt->config ? m->opt->config : "config.json";
}

static void set_args(struct strv *list, char **args)
{
	list->v = args;
	for (list->n = 0; args[list->n];)
		list->n++;
}

static int read_config(struct making *m)
{
	auto_free char *text = NULL;
	char path[PATH_MAX];
	int r;

	report_step(m->rep, "read the configuration");
	if (snprintf(path, sizeof(path), "%s/%s", m->opt->bundle,
		     config_name(m)) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	r = file_read_all(path, &text);
	if (report_call(m->rep, r < 0 ? r : 0, "open", "%s", path) < 0)
		return r;
	r = spec_parse(text, m->rep, &m->spec);
	if (r == 0 && !m->spec.process.given)
		r = report_refuse(m->rep, -EINVAL,
				  "config.json: process is missing");
	if (r == 0 && m->opt->netns)
		m->spec.ns[NS_NET] = (struct spec_ns){
			.wanted = true,
			.path = (char *)(uintptr_t)m->opt->netns,
		};
	if (r == 0 && m->opt->args)
		set_args(&m->spec.process.args, m->opt->args);
	return r < 0 ? r : sysctl_check(&m->spec, m->rep);
}

/* root.path is relative to the bundle, and must be there. */
static int fill_state(struct making *m)
{
	struct state *s = &m->state;
	const char *root = m->spec.root_path;
	char bundle[PATH_MAX], path[PATH_MAX], date[32];
	time_t now = time(NULL);
	struct tm utc;

	if (!realpath(m->opt->bundle, bundle))
		return report_call(m->rep, -errno, "realpath", "%s",
				   m->opt->bundle);
	if ((root[0] == '/' ? snprintf(path, sizeof(path), "%s", root)
			    : snprintf(path, sizeof(path), "%s/%s", bundle,
				       root)) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	if (access(path, F_OK) < 0)
		return report_refuse(m->rep, -errno,
				     "root.path: %s: %s; a bundle needs a root "
				     "file system there",
				     path, strerror(errno));
	gmtime_r(&now, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	s->id = (char *)(uintptr_t)m->opt->id;
	s->bundle = arena_printf(m->spec.memory, "%s", bundle);
	s->rootfs = arena_printf(m->spec.memory, "%s", path);
	s->config = arena_printf(m->spec.memory, "%s", config_name(m));
	s->created = arena_printf(m->spec.memory, "%s", date);
	s->owner = arena_printf(m->spec.memory, "%u", geteuid());
	s->cgroup = arena_printf(m->spec.memory, "%s", "");
	s->annotations = m->spec.annotations;
	m->spec.root_path = s->rootfs;
	return s->bundle && s->rootfs && s->config && s->created && s->owner &&
			       s->cgroup
		       ? mounts_anchor(&m->spec, bundle)
		       : -ENOMEM;
}

/* The socket on which a created container waits, in the state's folder; by a
 * short path, because a socket's may have 107 bytes. */
static int listen_for_start(struct making *m)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int r;

	m->listenfd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (m->listenfd < 0)
		return report_call(m->rep, -errno, "socket", "AF_UNIX");
	snprintf(address.sun_path, sizeof(address.sun_path),
		 "/proc/self/fd/%d/start", m->statefd);
	r = sysret(bind(m->listenfd, (struct sockaddr *)&address,
			sizeof(address)));
	if (r == 0)
		r = sysret(listen(m->listenfd, 1));
	return report_call(m->rep, r, "bind", "start socket");
}

static int open_console(struct making *m)
{
	int pair[2];

	if (!m->spec.process.terminal) {
		if (m->opt->console_socket)
			return report_refuse(m->rep, -EINVAL,
					     "--console-socket, but "
					     "process.terminal is false");
		return 0;
	}
	if (m->opt->console_socket) {
		m->consolefd = terminal_connect(m->opt->console_socket, m->rep);
		return m->consolefd < 0 ? m->consolefd : 0;
	}
	if (!m->opt->run || m->opt->detach)
		return report_refuse(m->rep, -EINVAL,
				     "process.terminal is true: somebody must "
				     "have the other side; give "
				     "--console-socket, or set it to false");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return report_call(m->rep, -errno, "socketpair", "console");
	m->masterfd = pair[0]; /* until the terminal has come through it */
	m->consolefd = pair[1];
	return 0;
}

static int prepare(struct making *m)
{
	struct report *rep = m->rep;
	int r = fill_state(m);

	if (r == 0)
		r = state_check_id(m->opt->id, rep);
	if (r < 0)
		return r;
	report_step(rep, "reserve the container's name");
	m->rootfd = state_open_root(m->opt->root, rep);
	if (m->rootfd < 0)
		return m->rootfd;
	m->statefd = state_reserve(m->rootfd, m->opt->id, rep);
	if (m->statefd < 0)
		return m->statefd;
	report_step(rep, "open the terminal's socket");
	r = open_console(m);
	report_step(rep, "compile the system call filter");
	if (r == 0)
		r = seccomp_build(&m->spec.seccomp, rep, &m->filter);
	report_step(rep, "open the namespaces to join");
	if (r == 0)
		r = ns_open(&m->spec, rep, &m->ns);
	report_step(rep, "open what is to be mounted");
	if (r == 0)
		r = mounts_prepare(&m->spec, rep, &m->mounts);
	report_step(rep, "make the control group");
	if (r == 0)
		r = cgroup_make(m->spec.cgroups_path, m->opt->id,
				geteuid() != 0, &m->spec.resources, rep,
				&m->group);
	if (r == 0) {
		m->state.cgroup = m->group.path;
		m->state.cgroup_made = m->group.made;
		r = state_note_cgroup(m->statefd, m->group.path, rep);
	}
	if (r == 0 && !m->opt->run)
		r = listen_for_start(m);
	return r;
}

/*
 * A child in new namespaces and in its group from its first instruction on.
 * One that joins a user or PID namespace takes two steps: a process in between
 * joins them, and makes the child as its sibling.
 */
static int clone_child(struct making *m)
{
	struct clone_args args = {
		.flags = ns_new_flags(&m->spec),
		.exit_signal = SIGCHLD,
	};

	if (m->group.dirfd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)m->group.dirfd;
	}
	return report_call(m->rep, sys_clone3(&args), "clone3",
			   "namespaces 0x%llx",
			   (unsigned long long)ns_new_flags(&m->spec));
}

static _Noreturn void between(struct making *m, int pidfd)
{
	struct clone_args args = {
		.flags = ns_new_flags(&m->spec) | CLONE_PARENT,
	};
	pid_t pid;
	int r;

	m->rep->child = true;
	report_step(m->rep, "join the namespaces");
	r = ns_join(&m->ns, NS_USER, NS_NET, m->rep);
	if (r < 0)
		_exit(1);
	pid = sys_clone3(&args);
	if (pid == 0)
		container_child(m);
	r = report_call(m->rep, pid, "clone3", "in the joined namespaces");
	if (r > 0 && write(pidfd, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	_exit(r < 0);
}

static int spawn_joined(struct making *m)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	int pipefd[2];
	pid_t first, pid = -1;

	if (m->group.dirfd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)m->group.dirfd;
	}
	if (pipe2(pipefd, O_CLOEXEC) < 0)
		return report_call(m->rep, -errno, "pipe2", "the PID");
	first = sys_clone3(&args);
	if (first == 0) {
		(void)close(pipefd[0]);
		between(m, pipefd[1]);
	}
	(void)close(pipefd[1]);
	if (report_call(m->rep, first, "clone3", "to join namespaces") >= 0) {
		if (read(pipefd[0], &pid, sizeof(pid)) != sizeof(pid))
			pid = report_refuse(m->rep, -EPIPE,
					    "the process in between ended");
		(void)child_wait(first);
	} else {
		pid = first;
	}
	(void)close(pipefd[0]);
	return pid;
}

static int spawn(struct making *m)
{
	int pair[2];

	report_step(m->rep, "create the container's process");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return report_call(m->rep, -errno, "socketpair", "letters");
	m->syncfd = pair[0];
	m->childfd = pair[1];
	if (m->spec.ns[NS_USER].path || m->spec.ns[NS_PID].path) {
		m->pid = spawn_joined(m);
	} else {
		m->pid = clone_child(m);
		if (m->pid == 0)
			container_child(m);
	}
	(void)close(m->childfd);
	m->childfd = -1;
	return m->pid < 0 ? m->pid : 0;
}

/* createRuntime, in the place that the specification gives it. */
static int runtime_hooks(struct making *m)
{
	auto_free char *text = NULL;
	int r;

	if (!m->spec.hooks[HOOK_PRESTART].n &&
	    !m->spec.hooks[HOOK_CREATE_RUNTIME].n)
		return 0;
	r = sync_wait(m->syncfd, 'n', NULL, m->rep);
	if (r < 0)
		return r;
	report_step(m->rep, "run the createRuntime hooks");
	text = state_text(&m->state, CREATING);
	r = text ? hooks_run(&m->spec.hooks[HOOK_PRESTART], text, m->rep)
		 : -ENOMEM;
	if (r == 0)
		r = hooks_run(&m->spec.hooks[HOOK_CREATE_RUNTIME], text,
			      m->rep);
	return r < 0 ? r : sync_send(m->syncfd, 'c', -1, m->rep);
}

static int write_pid_file(const char *path, pid_t pid, struct report *rep)
{
	auto_free char *temporary = NULL;
	int fd, r;

	if (!path)
		return 0;
	if (asprintf(&temporary, "%s.%d", path, getpid()) < 0) {
		temporary = NULL;
		return -ENOMEM;
	}
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return report_call(rep, -errno, "open", "%s", temporary);
	r = dprintf(fd, "%d", pid) < 0 ? -errno : 0;
	(void)close(fd);
	if (r == 0)
		r = sysret(rename(temporary, path));
	if (r < 0)
		(void)unlink(temporary);
	return report_call(rep, r, "write", "%s", path);
}

/* The agent of SCMP_ACT_NOTIFY gets the listener that came with "ready". */
static int pass_listener(struct making *m, int listenerfd)
{
	struct seccomp_agent agent = { .oci_version = m->spec.oci_version,
				       .pid = m->pid };
	auto_free char *text = NULL;

	if (listenerfd < 0)
		return 0;
	report_step(m->rep, "pass the seccomp listener on");
	text = state_text(&m->state, CREATING);
	agent.state_json = text;
	return text ? seccomp_send_listener(&m->spec.seccomp, &agent,
					    listenerfd, m->rep)
		    : -ENOMEM;
}

static int accompany(struct making *m)
{
	struct report *rep = m->rep;
	auto_close int listenerfd = -1;
	bool zombie;
	int r;

	m->state.pid = m->pid;
	r = report_call(rep,
			state_pid_start(m->pid, &m->state.pid_start, &zombie),
			"read", "/proc/%d/stat", m->pid);
	report_step(rep, "map the ids");
	if (r == 0 && m->spec.ns[NS_USER].wanted && !m->spec.ns[NS_USER].path) {
		r = idmap_write(m->pid, &m->spec.uid_maps, &m->spec.gid_maps,
				rep);
		if (r == 0)
			r = sync_send(m->syncfd, 'g', -1, rep);
	}
	if (r == 0)
		r = runtime_hooks(m);
	if (r == 0 && m->opt->link) {
		report_step(rep, "make the network");
		r = net_attach(m->statefd, m->pid, rep);
	}
	report_step(rep, "write the state");
	if (r == 0)
		r = state_write(m->statefd, &m->state, rep);
	if (r == 0)
		r = write_pid_file(m->opt->pid_file, m->pid, rep);
	if (r == 0)
		r = sync_wait(m->syncfd, 'r', &listenerfd, rep);
	return r < 0 ? r : pass_listener(m, listenerfd);
}

/* Undoes it all, in the order from the inside out. */
static void undo(struct making *m)
{
	if (m->syncfd >= 0)
		(void)close(m->syncfd); /* the child reads end-of-file */
	m->syncfd = -1;
	if (m->pid > 0) {
		(void)kill(m->pid, SIGKILL); /* our child, not waited for */
		(void)child_wait(m->pid);
	}
	if (m->opt->pid_file && m->pid > 0)
		(void)unlink(m->opt->pid_file);
	(void)cgroup_remove(&m->group, m->rep);
	if (m->statefd >= 0) {
		net_detach(m->statefd);
		(void)state_remove(m->rootfd, m->opt->id);
	}
}

static void release(struct making *m)
{
	const int *const fds[] = { &m->rootfd,	&m->statefd,  &m->syncfd,
				   &m->childfd, &m->listenfd, &m->consolefd,
				   &m->masterfd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		cleanup_close(fds[i]);
	cgroup_close(&m->group);
	seccomp_filter_release(&m->filter);
	mounts_release(&m->mounts);
	ns_close(&m->ns);
	spec_release(&m->spec);
}

int container_create(const struct create_options *opt, struct report *rep)
{
	struct making m = {
		.opt = opt,
		.rep = rep,
		.group = CGROUP_NONE,
		.rootfd = -1,
		.statefd = -1,
		.syncfd = -1,
		.childfd = -1,
		.listenfd = -1,
		.consolefd = -1,
		.masterfd = -1,
		.mounts = { .rootfd = -1 },
	};
	int r;

	for (int i = 0; i < NS_COUNT; i++)
		m.ns.fd[i] = -1;
	r = read_config(&m);
	if (r == 0)
		r = prepare(&m);
	if (r == 0)
		r = spawn(&m);
	if (r == 0)
		r = accompany(&m);
	if (r == 0 && opt->run) {
		r = supervise(&m);
	} else if (r < 0) {
		/* The first error is told, not one of the undoing. */
		(void)report_refuse(rep, r, "%s", strerror(-r));
		undo(&m);
	}
	release(&m);
	return r;
}
