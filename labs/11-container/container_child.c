/* SPDX-License-Identifier: MIT */
/* child.c - the process that becomes the container; see container.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "container.h"
#include "dev.h"
#include "err.h"
#include "hooks.h"
#include "net.h"
#include "path.h"
#include "process.h"
#include "rootfs.h"
#include "sys.h"
#include "sysctl.h"
#include "terminal.h"

/* Root of the user namespace, once the maps are written. */
static int become_root(struct making *m)
{
	struct report *rep = m->rep;
	int r;

	if (!m->spec.ns[NS_USER].wanted)
		return 0;
	report_step(rep, "become root of the user namespace");
	if (!m->spec.ns[NS_USER].path) {
		r = sync_wait(m->childfd, 'g', NULL, rep);
		if (r < 0)
			return r;
	}
	r = sys_ret(syscall(SYS_setresgid, 0, 0, 0));
	if (report_call(rep, r, "setresgid", "0") < 0)
		return r;
	r = sys_ret(syscall(SYS_setresuid, 0, 0, 0));
	if (report_call(rep, r, "setresuid", "0") < 0)
		return r;
	/* Where the kernel lets us: the groups of the user outside go. */
	(void)syscall(SYS_setgroups, 0, NULL);
	return 0;
}

static int enter_namespaces(struct making *m)
{
	struct report *rep = m->rep;
	const struct spec *s = &m->spec;
	int r;

	report_step(rep, "enter the namespaces");
	r = ns_join(&m->ns, NS_NET, NS_MNT, rep);
	if (r == 0 && s->ns[NS_NET].wanted && !s->ns[NS_NET].path)
		r = net_loopback_up(rep);
	if (r == 0)
		r = ns_time(s, rep);
	if (r == 0)
		r = report_call(rep, sysret(setsid()), "setsid", "own session");
	if (r >= 0 && !m->opt->no_new_keyring) {
		/* A key of the runtime's session is none of the container's;
		 * a kernel without keys has none to protect. */
		r = process_new_keyring(m->state.id, rep);
	}
	if (r >= 0 && s->hostname)
		r = report_call(
			rep,
			sysret(sethostname(s->hostname, strlen(s->hostname))),
			"sethostname", "%s", s->hostname);
	if (r >= 0 && s->domainname)
		r = report_call(rep,
				sysret(setdomainname(s->domainname,
						     strlen(s->domainname))),
				"setdomainname", "%s", s->domainname);
	return r < 0 ? r : sysctl_set(s, rep);
}

static int mount_all(struct making *m, int rootfd)
{
	struct report *rep = m->rep;
	int r, fd;

	report_step(rep, "mount the file systems");
	(void)umask(0); /* the modes below are meant */
	r = mounts_make(rootfd, &m->spec, &m->mounts, rep);
	if (r < 0)
		return r;
	report_step(rep, "make the devices");
	r = dev_make(rootfd, &m->spec, rep);
	if (r < 0)
		return r;
	/* The working directory is made if it is not there, as others do. */
	if (strcmp(m->spec.process.cwd, "/") == 0)
		return 0;
	fd = path_make(rootfd, m->spec.process.cwd, PATH_DIR, true, rep);
	if (fd < 0)
		return fd;
	return sysret(close(fd));
}

static int run_hooks(struct making *m, enum hook which, enum status status)
{
	const struct spec_hooks *hooks = &m->spec.hooks[which];
	auto_free char *text = NULL;

	if (!hooks->n)
		return 0;
	report_step(m->rep, which == HOOK_CREATE_CONTAINER
				    ? "run the createContainer hooks"
				    : "run the startContainer hooks");
	m->state.pid = m->spec.ns[NS_PID].wanted ? 1 : getpid();
	text = state_text(&m->state, status);
	return text ? hooks_run(hooks, text, m->rep) : -ENOMEM;
}

static int runtime_hooks(struct making *m)
{
	int r;

	if (!m->spec.hooks[HOOK_PRESTART].n &&
	    !m->spec.hooks[HOOK_CREATE_RUNTIME].n)
		return 0;
	r = sync_send(m->childfd, 'n', -1, m->rep);
	return r < 0 ? r : sync_wait(m->childfd, 'c', NULL, m->rep);
}

/* Everything until the program could be executed.  Return: the terminal, or
 * -1 for none, or below that an error. */
static int make_root(struct making *m, int *ret_terminal)
{
	struct report *rep = m->rep;
	auto_close int rootfd = -1;
	int r;

	report_step(rep, "make the root directory");
	rootfd = rootfs_attach(&m->spec, &m->mounts, rep);
	if (rootfd < 0)
		return rootfd;
	r = mount_all(m, rootfd);
	if (r == 0)
		r = runtime_hooks(m);
	if (r == 0)
		r = run_hooks(m, HOOK_CREATE_CONTAINER, CREATING);
	if (r == 0 && m->spec.process.terminal) {
		report_step(rep, "make the terminal");
		r = *ret_terminal = terminal_make(rootfd, &m->spec.process,
						  true, m->consolefd, rep);
	}
	if (r < 0)
		return r;
	report_step(rep, "hide what is not the container's");
	r = dev_mask(rootfd, &m->spec, rep);
	report_step(rep, "enter the root directory");
	return r < 0 ? r
		     : rootfs_enter(rootfd, &m->spec, m->opt->no_pivot, rep);
}

/* Waits for start; Return: the connection, through which errors are told. */
static int wait_for_start(struct making *m)
{
	int fd;

	/* Nobody of the runtime's is left to read the page. */
	do
		fd = accept4(m->listenfd, NULL, NULL, SOCK_CLOEXEC);
	while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	return report_call(m->rep, sysret(fd), "accept4", "start");
}

/* With a listener the filter is installed early: its agent is told by the
 * runtime, which for a created container is gone at its start. */
static int install_listened(struct making *m)
{
	int fd, r;

	if (!seccomp_has_listener(&m->filter))
		return sync_send(m->childfd, 'r', -1, m->rep);
	if (m->spec.process.no_new_privileges &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return report_call(m->rep, -errno, "prctl",
				   "PR_SET_NO_NEW_PRIVS");
	fd = seccomp_install(&m->filter, m->rep);
	if (fd < 0)
		return fd;
	r = sync_send(m->childfd, 'r', fd, m->rep);
	(void)close(fd);
	return r;
}

/* Who shares our PID namespace may look at us, for as long as we are created
 * and not started. */
static int leave_host(struct making *m, int terminal, int labelfd)
{
	const int kept[] = { m->childfd, m->listenfd, terminal, labelfd };

	return process_close_host(m->opt->preserve_fds, kept,
				  sizeof(kept) / sizeof(kept[0]), m->rep);
}

static int become_container(struct making *m, int *ret_startfd)
{
	const struct spec_process *p = &m->spec.process;
	struct process prepared = { .labelfd = -1 };
	struct report *rep = m->rep;
	char program[4096];
	int terminal = -1;
	int r = become_root(m);

	if (r == 0)
		r = enter_namespaces(m);
	if (r == 0)
		r = process_prepare(p, rep, &prepared);
	/* From here on nobody in the same PID namespace may look into us: we
	 * hold descriptors of the host (CVE-2016-9962). */
	if (r == 0)
		r = report_call(rep, sysret(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)),
				"prctl", "PR_SET_DUMPABLE, 0");
	if (r == 0)
		r = make_root(m, &terminal);
	if (r == 0)
		r = leave_host(m, terminal, prepared.labelfd);
	if (r == 0 && terminal >= 0)
		r = terminal_take(terminal, rep);
	report_step(rep, "find the program");
	if (r == 0)
		r = process_find(p, rep, program, sizeof(program));
	if (r == 0 && m->spec.personality_32bit && personality(PER_LINUX32) < 0)
		r = report_call(rep, -errno, "personality", "PER_LINUX32");
	if (r == 0)
		r = install_listened(m);
	if (r < 0)
		return r;

	report_step(rep, "start the container");
	if (m->opt->run) {
		r = sync_wait(m->childfd, 's', NULL, rep);
	} else {
		(void)close(m->childfd);
		m->childfd = -1;
		r = *ret_startfd = wait_for_start(m);
	}
	if (r >= 0)
		r = run_hooks(m, HOOK_START_CONTAINER, CREATED);
	report_step(rep, "set up the process");
	if (r >= 0)
		r = process_setup(p, &m->filter, rep);
	report_step(rep, "execute the program");
	return r < 0 ? r
		     : process_exec(p, &prepared, program, &m->filter,
				    m->opt->preserve_fds, rep);
}

_Noreturn void container_child(struct making *m)
{
	int startfd = -1;
	int r;

	m->rep->child = true;
	/* The lock, and the other end, are the runtime's alone. */
	(void)close(m->statefd);
	(void)close(m->syncfd);
	r = become_container(m, &startfd);
	if (r < 0)
		(void)report_refuse(m->rep, r, "%s", strerror(-r));
	if (startfd >= 0)
		(void)send(startfd, &m->rep->page->error,
			   sizeof(m->rep->page->error), MSG_NOSIGNAL);
	_exit(r == -ENOENT ? 127 : r == -EACCES ? 126 : 1);
}
