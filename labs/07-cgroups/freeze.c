/* SPDX-License-Identifier: MIT */
/*
 * freeze.c - pause a tree of processes and end it, without knowing who is in it
 *
 * Usage:  freeze
 *
 *	freeze                  outside: one who is in a frozen group cannot
 *	`- freeze.4711          thaw it
 *	   |- worker            counts, in memory that freeze sees, too
 *	   `- worker ...        each replaces itself all the time by a child
 *
 * The workers change their PIDs faster than anybody can list them, so a loop
 * of "read cgroup.procs, kill(2) each" never catches all.  The kernel does it
 * in one step, for the group as a whole.
 *
 * Idea:   a group is an address: for freezing, thawing and killing
 * Calls:  write(2) to cgroup.freeze and cgroup.kill; poll(2) of cgroup.events
 * Needs:  root, or a delegated group; or the lab machine
 * Read:   Documentation/admin-guide/cgroup-v2.rst, "Core Interface Files" and
 *         "[Un]populated Notification"
 * Test:   tests/graders/07-cgroups.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "err.h"
#include "file.h"

enum { WORKERS = 3, LOOK_MS = 300, SHELL_MS = 5, WAIT_MS = 10000 };

/* How many workers there have been so far; shared with all of them. */
static atomic_ulong *count_shared(void)
{
	void *memory = mmap(NULL, sizeof(atomic_ulong), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die(-errno, "cannot share memory");
	return memory;
}

/*
 * Count, make a successor, end.  If freeze is killed nobody thaws or kills us:
 * so each asks to be killed when its parent dies, and its parent dies only
 * when the successor has had a child itself or freeze is gone.
 */
static noreturn void be_worker(atomic_ulong *count, int alivefd)
{
	struct pollfd alive = { .fd = alivefd, .events = POLLIN };

	for (;;) {
		pid_t pid;

		/* Readable at its end: nobody has the other end any more. */
		if (poll(&alive, 1, 0) != 0)
			_exit(0);
		pid = fork();
		if (pid > 0)
			_exit(0);
		if (pid == 0)
			atomic_fetch_add(count, 1);
	}
}

static void start_worker(const struct cgroupfs_group *group,
			 atomic_ulong *count, const int alive[2])
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group->dirfd,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		die(-errno, "cannot start a worker");
	if (pid > 0)
		return;
	/* The lock on the group is freeze's, and not its workers'. */
	(void)close(group->dirfd);
	(void)close(alive[1]);
	be_worker(count, alive[0]);
}

/*
 * The lesson in one function.  Reading cgroup.events tells how it is now, and
 * POLLPRI that it has changed since; so read first, and only then wait.
 */
static void await(int groupfd, const char *line)
{
	int fd = openat(groupfd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd events = { .fd = fd, .events = POLLPRI };
	char text[256];

	for (;;) {
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

		if (n < 0)
			die(-errno, "cannot read cgroup.events");
		text[n > 0 ? n : 0] = '\0';
		if (strstr(text, line))
			break;
		if (poll(&events, 1, WAIT_MS) == 0)
			die(0, "still not \"%s\"", line);
	}
	printf("  cgroup.events: %s\n", line);
	(void)close(fd);
}

static void order(int groupfd, const char *file, const char *value)
{
	int r = file_write_at(groupfd, file, value);

	printf("%s to %s\n", value, file);
	if (r < 0)
		die(r, "cannot write to %s", file);
}

/* How much is counted in a moment. */
static void watch(atomic_ulong *count)
{
	unsigned long before = atomic_load(count);

	(void)poll(NULL, 0, LOOK_MS);
	printf("  in %d ms: %lu new processes\n", LOOK_MS,
	       atomic_load(count) - before);
}

/*
 * What everybody writes first, as a line of shell: kill all that are listed.
 * For each the shell needs so long as we wait here.
 */
static void kill_listed(int groupfd)
{
	char text[4096];
	char *rest = text;
	const char *line;
	int found = 0;
	int killed = 0;

	if (file_read_at(groupfd, "cgroup.procs", text, sizeof(text)) < 0)
		die(0, "cannot read cgroup.procs");
	while ((line = strsep(&rest, "\n"))) {
		pid_t pid = (pid_t)strtol(line, NULL, 10);

		if (pid <= 0)
			continue;
		found++;
		(void)poll(NULL, 0, SHELL_MS);
		killed += kill(pid, SIGKILL) == 0;
	}
	printf("kill for each line of cgroup.procs: %d listed, %d still there "
	       "when their turn came\n",
	       found, killed);
}

int main(void)
{
	atomic_ulong *count = count_shared();
	struct cgroupfs_group group;
	int basefd = cgroupfs_open_base("pids");
	int alive[2];
	int r;

	if (basefd < 0)
		die_hint(basefd, cgroupfs_hint(basefd), "cannot make a group");
	/* Who has ended is not a zombie: nobody waits for the workers. */
	if (signal(SIGCHLD, SIG_IGN) == SIG_ERR || pipe2(alive, O_CLOEXEC) < 0)
		die(-errno, "cannot prepare");
	r = cgroupfs_make(basefd, "freeze", &group);
	if (r == 0)
		r = file_write_at(group.dirfd, "pids.max", "64");
	if (r < 0)
		die(r, "cannot make a group");
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < WORKERS; i++)
		start_worker(&group, count, alive);

	await(group.dirfd, "populated 1");
	watch(count);
	kill_listed(group.dirfd);
	watch(count);

	order(group.dirfd, "cgroup.freeze", "1");
	await(group.dirfd, "frozen 1");
	watch(count);
	order(group.dirfd, "cgroup.freeze", "0");
	await(group.dirfd, "frozen 0");
	watch(count);

	order(group.dirfd, "cgroup.kill", "1");
	await(group.dirfd, "populated 0");
	watch(count);
	r = cgroupfs_remove(&group);
	if (r < 0)
		die(r, "cannot remove the group");
	return KIT_OK;
}
