/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "err.h"
#include "sandbox_impl.h"

static const char *const clean_env[] = { "PATH=/bin", NULL };

static int limit(int resource, rlim_t value)
{
	struct rlimit both = { .rlim_cur = value, .rlim_max = value };

	return sysret(setrlimit(resource, &both));
}

/*
 * Before unshare(2): the kernel remembers RLIMIT_NPROC in the new user
 * namespace, as a bound for all processes of this user in it and below.
 */
static int set_limits(const struct sandbox_limits *limits)
{
	rlim_t file_bytes = (rlim_t)limits->disk_mib << 20;
	int r;

	if ((r = limit(RLIMIT_CPU, limits->cpu_seconds)) < 0 ||
	    (r = limit(RLIMIT_NPROC, limits->processes)) < 0 ||
	    (r = limit(RLIMIT_FSIZE, file_bytes)) < 0 ||
	    (r = limit(RLIMIT_CORE, 0)) < 0 ||
	    (r = limit(RLIMIT_NOFILE, 1024)) < 0 ||
	    (r = limit(RLIMIT_MEMLOCK, 8 << 20)) < 0)
		return r;
	return 0;
}

/* stdin is empty; stdout and stderr are the pipes; nothing else is kept. */
static int set_descriptors(const struct sandbox_plan *plan)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(plan->outfd, STDOUT_FILENO) < 0 ||
	    dup2(plan->errfd, STDERR_FILENO) < 0)
		return -errno;
	close(null);
	return 0;
}

/*
 * Numbers the program shall find open; dup2(2) takes O_CLOEXEC away.  All
 * other numbers have it by now, so the program does not see them.
 */
static int inherit(const struct sandbox_inherit *list)
{
	for (; list && list->path; list++) {
		int fd = open(list->path, list->flags | O_CLOEXEC);

		if (fd < 0 || dup2(fd, list->fd) < 0)
			return -errno;
	}
	return 0;
}

int sandbox_program_become(const struct sandbox_plan *plan,
			   struct gate *unshared, struct gate *mapped,
			   const char **ret_step)
{
	const struct sandbox_spec *spec = plan->spec;
	const char *const *envp = spec->envp ? spec->envp : clean_env;
	unsigned id = spec->as_root ? 0 : PROGRAM_ID;
	int r;

	*ret_step = "prepare the program's process";
	/* Whoever started the grader may have left descriptors open in it. */
	if (setsid() < 0 || close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return -errno;
	r = set_limits(&plan->limits);
	if (r < 0)
		return r;
	*ret_step = "load the program's seccomp filter";
	r = sandbox_filter_load();
	if (r < 0)
		return r;

	*ret_step = "make the program's user namespace";
	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	r = gate_open(unshared);
	if (r == 0)
		r = gate_wait(mapped);
	if (r < 0)
		return r;
	/* Refused where setgroups is denied; there, no group was inherited. */
	(void)setgroups(0, NULL);
	if (setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0)
		return -errno;

	*ret_step = "enter the program's folder";
	if (chdir(spec->cwd ? spec->cwd : "/work") < 0)
		return -errno;
	*ret_step = "open the program's descriptors";
	r = inherit(spec->inherit);
	if (r == 0)
		r = set_descriptors(plan);
	if (r < 0)
		return r;
	if (spec->chroot_to) {
		*ret_step = "chroot the program";
		if (chroot(spec->chroot_to) < 0 || chdir("/") < 0)
			return -errno;
	}

	*ret_step = "execute the program";
	/* Last: what we are made of ourselves may need more than that. */
	r = limit(RLIMIT_AS, (rlim_t)plan->limits.memory_mib << 22);
	if (r < 0)
		return r;
	execve(spec->argv[0], (char *const *)spec->argv, (char *const *)envp);
	return -errno;
}
