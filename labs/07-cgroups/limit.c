/* SPDX-License-Identifier: MIT */
/*
 * limit.c - run a command in a group with limits, and say what it met
 *
 * Usage:  limit [OPTION...] COMMAND [ARGUMENT...]
 *
 *	-m BYTES        memory.max        above it the kernel kills
 *	-H BYTES        memory.high       above it the kernel slows down
 *	-w BYTES        memory.swap.max
 *	-p N            pids.max          processes and threads
 *	-c "QUOTA PERIOD"  cpu.max        microseconds in each so many
 *	-C LIST         cpuset.cpus       such as 0 or 0-1
 *	-i "MAJ:MIN KEY=N"  io.max        such as "8:0 wbps=1048576"
 *
 *	base                    nearest group that we may write
 *	`- limit.4711           made here, removed at the end
 *	   `- COMMAND           born in it
 *
 * Idea:   a group is a folder, a limit is a file in it, what happened is read
 *         from another; and a process is made where it is to be
 * Calls:  clone3(2) with CLONE_INTO_CGROUP
 * Needs:  root, or a delegated group (see the chapter); or the lab machine
 * Read:   cgroups(7); Documentation/admin-guide/cgroup-v2.rst, "Controllers"
 * Test:   tests/graders/07-cgroups.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "child.h"
#include "err.h"
#include "file.h"

/* What can be limited, by which file, and who has to be enabled for that. */
static const struct limit {
	char option;
	const char *file;
	const char *controller;
} limits[] = {
	{ 'm', "memory.max", "memory" },
	{ 'H', "memory.high", "memory" },
	{ 'w', "memory.swap.max", "memory" },
	{ 'p', "pids.max", "pids" },
	{ 'c', "cpu.max", "cpu" },
	{ 'C', "cpuset.cpus", "cpuset" },
	{ 'i', "io.max", "io" },
};

/* What the kernel counts, in the words that it uses. */
static const struct event {
	const char *file;
	const char *key;
} events[] = {
	{ "memory.events", "high" },	  { "memory.events", "max" },
	{ "memory.events", "oom_kill" },  { "pids.events", "max" },
	{ "cpu.stat", "usage_usec" },	  { "cpu.stat", "nr_throttled" },
	{ "cpu.stat", "throttled_usec" },
};

enum { LIMITS = sizeof(limits) / sizeof(limits[0]) };

static noreturn void usage(void)
{
	fprintf(stderr, "usage: limit [-m BYTES] [-H BYTES] [-w BYTES] [-p N] "
			"[-c \"QUOTA PERIOD\"]\n"
			"             [-C LIST] [-i \"MAJ:MIN KEY=N\"] COMMAND "
			"[ARGUMENT...]\n");
	_exit(KIT_USAGE);
}

static int find_base(const char *const values[LIMITS])
{
	char controllers[128] = "";
	int basefd;

	for (size_t i = 0; i < LIMITS; i++) {
		size_t used = strlen(controllers);

		if (values[i] && !strstr(controllers, limits[i].controller))
			snprintf(controllers + used, sizeof(controllers) - used,
				 "%s%s", used ? " " : "", limits[i].controller);
	}
	basefd = cgroupfs_open_base(controllers);
	if (basefd < 0)
		die_hint(basefd, cgroupfs_hint(basefd),
			 "cannot make a group with these limits");
	return basefd;
}

/*
 * The new process is in the group from its first instruction: the kernel
 * charges it for its own making.  The other way, fork(2) and then a write to
 * cgroup.procs, leaves a time without limits, and costs a lock over all
 * processes of the machine.
 */
static pid_t spawn_into(int groupfd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)groupfd,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* A group is a place and no leash: it does not end with who made it. */
static noreturn void become(char *command[], pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		die(-errno, "limit has ended");
	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

static void report(int groupfd)
{
	char peak[32];

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		unsigned long long count;

		if (cgroupfs_value(groupfd, events[i].file, events[i].key,
				   &count) == 0 &&
		    count > 0)
			fprintf(stderr, "limit: %-13s %-14s %llu\n",
				events[i].file, events[i].key, count);
	}
	if (file_read_at(groupfd, "memory.peak", peak, sizeof(peak)) > 0)
		fprintf(stderr, "limit: memory.peak   %s", peak);
}

int main(int argc, char *argv[])
{
	const char *values[LIMITS] = { NULL };
	struct cgroupfs_group group;
	pid_t parent = getpid();
	pid_t child;
	int status;
	int option;
	int r;

	/* The "+" stops at COMMAND, whose options are not ours. */
	while ((option = getopt(argc, argv, "+m:H:w:p:c:C:i:")) != -1) {
		if (option == '?')
			usage();
		for (size_t i = 0; i < LIMITS; i++)
			if (limits[i].option == option)
				values[i] = optarg;
	}
	if (optind == argc)
		usage();

	r = cgroupfs_make(find_base(values), "limit", &group);
	if (r < 0)
		die(r, "cannot make a group");
	for (size_t i = 0; r == 0 && i < LIMITS; i++) {
		if (!values[i])
			continue;
		r = file_write_at(group.dirfd, limits[i].file, values[i]);
		if (r < 0)
			fprintf(stderr, "limit: cannot write '%s' to %s: %s\n",
				values[i], limits[i].file, strerror(-r));
	}

	status = KIT_FAILED;
	child = r == 0 ? spawn_into(group.dirfd) : -1;
	if (child == 0)
		become(&argv[optind], parent);
	if (child > 0)
		status = child_wait(child);
	else if (r == 0)
		fprintf(stderr, "limit: cannot start '%s': %s\n", argv[optind],
			strerror(errno));
	report(group.dirfd);
	r = cgroupfs_remove(&group);
	if (r < 0)
		die(r, "cannot remove the group %s", group.name);
	return status;
}
