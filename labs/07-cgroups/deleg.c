/* SPDX-License-Identifier: MIT */
/*
 * deleg.c - give a group to a user, and try what he can do with it
 *
 * Usage:  deleg
 *
 *	base
 *	|- deleg.4711           ours: memory.max, pids.max
 *	|  `- given             user 65534's: the folder, cgroup.procs,
 *	|     |                 cgroup.threads, cgroup.subtree_control
 *	|     `- leaf           made by him
 *	`- (a process of his)   outside
 *
 * He is in "given" and tries the steps below, one after the other; each line
 * says what the kernel answers.
 *
 * Idea:   to delegate is to change the owner of four names; three rules keep
 *         what is delegated inside
 * Calls:  fchownat(2), clone3(2), write(2) to cgroup.procs and others
 * Needs:  root, who delegates; the lab machine
 * Read:   Documentation/admin-guide/cgroup-v2.rst, "Delegation" and
 *         "No Internal Process Constraint"
 * Test:   tests/graders/07-cgroups.c: the grader delegates like this
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "child.h"
#include "err.h"
#include "file.h"

enum { USER = 65534 };

/* What the user has to do with. */
struct place {
	int givenfd;
	int abovefd;   /* the group above; he may look at it */
	pid_t outside; /* a process of his own that is not in "given" */
};

static int make_leaf(const struct place *p)
{
	return sysret(mkdirat(p->givenfd, "leaf", 0755));
}

static int raise_limit(const struct place *p)
{
	return file_write_at(p->givenfd, "memory.max", "max");
}

static int kill_all(const struct place *p)
{
	return file_write_at(p->givenfd, "cgroup.kill", "1");
}

static int enable(const struct place *p)
{
	return file_write_at(p->givenfd, "cgroup.subtree_control", "+memory");
}

static int enter_leaf(const struct place *p)
{
	return file_write_at(p->givenfd, "leaf/cgroup.procs", "0");
}

static int limit_leaf(const struct place *p)
{
	return file_write_at(p->givenfd, "leaf/memory.max", "8388608");
}

static int go_back(const struct place *p)
{
	return file_write_at(p->givenfd, "cgroup.procs", "0");
}

static int go_up(const struct place *p)
{
	return file_write_at(p->abovefd, "cgroup.procs", "0");
}

static int fetch(const struct place *p)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)p->outside);
	return file_write_at(p->givenfd, "leaf/cgroup.procs", text);
}

static const struct step {
	const char *what;
	int (*try)(const struct place *p);
	const char *why;
} steps[] = {
	{ "raise the group's own memory.max", raise_limit,
	  "a limit is set from above" },
	{ "kill the group", kill_all, "not one of the four names" },
	{ "make a group in it", make_leaf, "the folder is his" },
	{ "hand on the memory controller", enable,
	  "he is in the group that would hand it on" },
	{ "move to the new group", enter_leaf, "both are his" },
	{ "hand on the memory controller", enable, "nobody is in it now" },
	{ "limit the new group", limit_leaf, "made by him, so all files are" },
	{ "move back", go_back, "it hands on controllers now" },
	{ "move up, out of it", go_up, "cgroup.procs there is not his" },
	{ "fetch a process of his from outside", fetch,
	  "the way leads over a group that is not his" },
};

/* @parent may have ended before we ask for the signal: lab 04, deathsig.c. */
static void be_user(pid_t parent)
{
	if (setgroups(0, NULL) < 0 || setresgid(USER, USER, USER) < 0 ||
	    setresuid(USER, USER, USER) < 0)
		die(-errno, "cannot become user %d", USER);
	/* After the change of IDs, which clears it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		die(0, "deleg has ended");
}

static noreturn void try_all(const struct place *p, pid_t parent)
{
	be_user(parent);
	printf("user %d, in the group that was given to him:\n", USER);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int r = steps[i].try(p);

		printf("  %-37s %-7s %s\n", steps[i].what,
		       r < 0 ? strerrorname_np(-r) : "yes", steps[i].why);
	}
	(void)fflush(stdout);
	_exit(KIT_OK);
}

/* The folder and three files: no file with a limit. */
static void give(int givenfd)
{
	static const char *const names[] = { ".", "cgroup.procs",
					     "cgroup.threads",
					     "cgroup.subtree_control" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fchownat(givenfd, names[i], USER, USER, 0) < 0)
			die(-errno, "cannot give %s away", names[i]);
}

static pid_t spawn(uint64_t flags, int groupfd)
{
	struct clone_args args = {
		.flags = flags,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)groupfd,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		die(-errno, "cannot make a process");
	return pid;
}

int main(void)
{
	struct cgroupfs_group group;
	struct place place;
	pid_t parent = getpid();
	pid_t child;
	int basefd;
	int r;

	if (geteuid() != 0) {
		fprintf(stderr, "deleg: it takes root to give a group to "
				"another user (try: isolab machine)\n");
		return KIT_SKIP;
	}
	basefd = cgroupfs_open_base("memory pids");
	if (basefd < 0)
		die_hint(basefd, cgroupfs_hint(basefd), "cannot make a group");
	r = cgroupfs_make(basefd, "deleg", &group);
	if (r == 0)
		r = file_write_at(group.dirfd, "cgroup.subtree_control",
				  "+memory +pids");
	if (r == 0)
		r = sysret(mkdirat(group.dirfd, "given", 0755));
	if (r == 0)
		r = file_write_at(group.dirfd, "given/memory.max", "33554432");
	if (r < 0)
		die(r, "cannot make the groups");
	place.abovefd = group.dirfd;
	place.givenfd = openat(group.dirfd, "given", O_DIRECTORY | O_CLOEXEC);
	if (place.givenfd < 0)
		die(-errno, "cannot open the group");
	give(place.givenfd);

	place.outside = spawn(0, 0);
	if (place.outside == 0) {
		(void)close(group.dirfd);
		be_user(parent);
		for (;;)
			pause();
	}
	child = spawn(CLONE_INTO_CGROUP, place.givenfd);
	if (child == 0)
		try_all(&place, parent);
	r = child_wait(child);

	(void)kill(place.outside, SIGKILL);
	(void)child_wait(place.outside);
	if (cgroupfs_remove(&group) < 0)
		die(0, "cannot remove the groups");
	return r;
}
