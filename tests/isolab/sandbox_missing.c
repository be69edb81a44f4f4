/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "cleanup.h"
#include "kit.h"
#include "sandbox.h"
#include "sandbox_impl.h"

/* Start the probe in a sandbox; it ends with 0, or when it is killed. */
static int start_probe(struct sandbox_spec spec, struct sandbox **ret)
{
	auto_close int probefd = -1;
	struct sandbox_file files[] = {
		{ .to = "/bin/probe", .mode = 0755 },
		{ .to = NULL },
	};
	char path[4096];
	int r;

	r = kit_build_path(path, sizeof(path), "bin/probes/probe");
	if (r < 0)
		return r;
	probefd = open(path, O_RDONLY | O_CLOEXEC);
	if (probefd < 0)
		return -errno;
	files[0].fd = probefd;
	spec.files = files;
	return sandbox_start(ret, &spec);
}

/* Try it: the settings that can forbid it are too many to know them all. */
static int try_sandbox(bool cgroup)
{
	static const char *const argv[] = { "/bin/probe", "exit", "0", NULL };
	struct sandbox *box;
	int status;
	int r = start_probe(
		(struct sandbox_spec){ .argv = argv, .cgroup = cgroup }, &box);

	if (r < 0)
		return r;
	status = sandbox_wait(box, 10000);
	r = sandbox_free(box);
	if (r == 0)
		r = status;
	return r;
}

const char *sandbox_subids_missing(void)
{
	static const char *const argv[] = { "/bin/probe", "hold", NULL };
	const struct sandbox_spec spec = { .argv = argv,
					   .subids = { 100000, 300 } };
	struct sandbox_ids ids = { 0 };
	struct sandbox *box = NULL;
	int r = start_probe(spec, &box);

	if (r == 0)
		r = sandbox_ids(box, &ids);
	(void)sandbox_free(box);
	if (r == 0 && ids.subids)
		return NULL;
	if (r == 0 && geteuid() != 0 && !sandbox_ids_granted(spec.subids.count))
		return "no row for this user in /etc/subuid and /etc/subgid";
	return "newuidmap and newgidmap are not there, or are refused";
}

const char *sandbox_cgroup_missing(const char **ret_fix)
{
	enum cgroup_lack lack = cgroup_try(NULL, 0);

	if (lack == CGROUP_OK && try_sandbox(true) == 0)
		return NULL;
	if (lack == CGROUP_OK)
		lack = CGROUP_REFUSED;
	if (ret_fix)
		*ret_fix = "isolab grade --in machine";
	return cgroup_explain(lack).what;
}

const char *sandbox_missing(const char **ret_fix)
{
	const char *ignored;

	if (!ret_fix)
		ret_fix = &ignored;
	switch (try_sandbox(false)) {
	case 0:
		return NULL;
	case -EPERM:
	case -EACCES:
		*ret_fix = "isolab grade --in machine";
		return "this machine does not allow user namespaces to "
		       "ordinary users";
	case -ENOSPC:
	case -EUSERS:
		*ret_fix = "sysctl user.max_user_namespaces=15000";
		return "this machine's limit of user namespaces is reached";
	case -ENOENT:
		*ret_fix = "make";
		return "the grader's probe is not built";
	default:
		*ret_fix = "isolab doctor";
		return "this machine cannot run the grader's sandbox";
	}
}
