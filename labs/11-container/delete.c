/* SPDX-License-Identifier: MIT */
#include "delete.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cleanup.h"
#include "file.h"
#include "hooks.h"
#include "net.h"
#include "state.h"
#include "sys.h"

/* Kills the first process, and with its PID namespace all others; those of a
 * container without one go with the group. */
static int end(const struct state *s, struct report *rep)
{
	auto_close int pidfd = sys_pidfd_open(s->pid);
	struct pollfd gone = { pidfd, POLLIN, 0 };
	struct cgroup group = CGROUP_NONE;
	int r;

	if (pidfd < 0 && pidfd != -ESRCH)
		return report_call(rep, pidfd, "pidfd_open", "%d", s->pid);
	/* The number may be somebody else's by now; the descriptor is not. */
	r = pidfd < 0 ? 0 : state_runs(s, rep);
	if (r <= 0)
		return r;
	if (cgroup_open(s->cgroup, s->cgroup_made, rep, &group) == 0 &&
	    cgroup_frozen(&group))
		(void)cgroup_freeze(&group, false, rep);
	cgroup_close(&group);
	report_forget(rep);
	if (sys_pidfd_send_signal(pidfd, SIGKILL) < 0 && errno != ESRCH)
		return report_call(rep, -errno, "pidfd_send_signal",
				   "SIGKILL, %d", s->pid);
	do
		r = poll(&gone, 1, 10000);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return report_call(rep, -errno, "poll", "the end of %d",
				   s->pid);
	if (r == 0)
		return report_refuse(rep, -ETIME,
				     "process %d does not end after SIGKILL; "
				     "it hangs in the kernel",
				     s->pid);
	return 0;
}

int delete_ended(int rootfd, int dirfd, const struct state *s,
		 const struct spec_hooks *poststop, struct report *rep)
{
	struct cgroup group = CGROUP_NONE;
	auto_free char *text = NULL;
	int r;

	r = cgroup_open(s->cgroup, s->cgroup_made, rep, &group);
	if (r == -ENOENT)
		report_forget(rep); /* it is gone already */
	else if (r == 0)
		r = cgroup_remove(&group, rep);
	cgroup_close(&group);
	if (r < 0 && r != -ENOENT)
		return r;
	net_detach(dirfd);
	r = state_remove(rootfd, s->id);
	if (report_call(rep, r, "unlinkat", "the state of %s", s->id) < 0)
		return r;
	text = poststop->n ? state_text(s, STOPPED) : NULL;
	if (text && hooks_run(poststop, text, rep) < 0)
		fprintf(stderr, "minic: warning: a poststop hook failed: %s\n",
			rep->page->error.message);
	report_forget(rep);
	return 0;
}

/* The configuration's poststop hooks, if it is still there and has some: most
 * have not, and are spared the parser. */
static void read_hooks(const struct state *s, struct spec *spec,
		       struct report *rep)
{
	auto_free char *config = NULL;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", s->bundle, s->config);
	if (file_read_all(path, &config) >= 0 &&
	    strstr(config, "\"poststop\"") && spec_parse(config, rep, spec) < 0)
		report_forget(rep);
}

static int remove_all(int rootfd, int dirfd, const struct state *s,
		      struct report *rep)
{
	struct spec spec = { 0 };
	int r;

	read_hooks(s, &spec, rep);
	r = delete_ended(rootfd, dirfd, s, &spec.hooks[HOOK_POSTSTOP], rep);
	spec_release(&spec);
	return r;
}

int delete_container(const struct delete_options *opt, struct report *rep)
{
	auto_close int rootfd = state_open_root(opt->root, rep);
	auto_close int dirfd = -1;
	struct state s = { 0 };
	enum status status = STOPPED;
	int r;

	report_step(rep, "delete the container");
	if (rootfd < 0)
		return rootfd;
	r = state_load(rootfd, opt->id, rep, &s, &dirfd);
	if (r == -ENOENT && opt->force) {
		report_forget(rep);
		/* What a killed create has left goes all the same. */
		dirfd = state_reserve(rootfd, opt->id, rep);
		report_forget(rep);
		return dirfd < 0 ? 0 : state_remove(rootfd, opt->id);
	}
	if (r < 0)
		return r;
	r = state_status(dirfd, &s, rep, &status);
	if (r == 0 && status != STOPPED && !opt->force && status != CREATED)
		r = report_refuse(rep, -EBUSY,
				  "container %s is %s; kill it first, or use "
				  "delete --force",
				  opt->id, state_status_name(status));
	if (r == 0 && status != STOPPED)
		r = end(&s, rep);
	if (r == 0)
		r = remove_all(rootfd, dirfd, &s, rep);
	state_release(&s);
	return r;
}
