/* SPDX-License-Identifier: MIT */
/*
 * pressure.c - be told when processes wait for a resource, and how long
 *
 * Usage:  pressure [cpu | memory]
 *
 *	cpu      two workers that want a processor each, in a group that gets
 *	         a fifth of one
 *	memory   one that uses 48 MiB again and again, in a group with a
 *	         memory.high of 24 MiB
 *
 * A trigger is a line written to a pressure file, "some STALL WINDOW" in
 * microseconds: wake me when in any window of that length somebody waited for
 * so long.  It lives as long as the descriptor is open.
 *
 * Idea:   usage says how much of a resource is used, pressure says how much
 *         time its lack has cost; only the second tells that it is too little
 * Calls:  write(2) and poll(2) of cpu.pressure or memory.pressure
 * Needs:  root, or a delegated group; or the lab machine
 * Read:   Documentation/accounting/psi.rst, "Monitoring for pressure
 *         thresholds" and "Cgroup2 interface"
 * Test:   tests/graders/07-cgroups.c grades the exercise about this lab
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "err.h"
#include "file.h"

enum { EVENTS = 3, WAIT_MS = 30000, EAT_BYTES = 48 << 20 };

/*
 * A window of two seconds, because a user without CAP_SYS_RESOURCE may have
 * only multiples of that (Linux 6.7; long before, none).  The newline is no
 * decoration: the kernel overwrites the last byte with a NUL.
 */
static const char trigger[] = "some 100000 2000000\n";

static const struct kind {
	const char *name;
	const char *controller;
	const char *file; /* the pressure */
	const char *limit;
	const char *value;
	int workers;
} kinds[] = {
	{ "cpu", "cpu", "cpu.pressure", "cpu.max", "20000 100000", 2 },
	{ "memory", "memory", "memory.pressure", "memory.high", "25165824", 1 },
};

static noreturn void use_cpu(void)
{
	volatile unsigned turns = 0;

	for (;;)
		turns++;
}

/* More than may stay, in turns, so that each page is missed each time. */
static noreturn void use_memory(void)
{
	char *memory = mmap(NULL, EAT_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die(-errno, "cannot have memory");
	for (unsigned char turn = 0;; turn++)
		for (size_t at = 0; at < EAT_BYTES; at += 4096)
			memory[at] = (char)turn;
}

static void start_worker(const struct kind *kind, int groupfd, pid_t parent)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)groupfd,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		die(-errno, "cannot start a worker");
	if (pid > 0)
		return;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	(void)close(groupfd);
	if (strcmp(kind->name, "cpu") == 0)
		use_cpu();
	use_memory();
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void show(int groupfd, const char *file)
{
	char text[512];

	if (file_read_at(groupfd, file, text, sizeof(text)) < 0)
		die(0, "cannot read %s", file);
	printf("%s\n%s", file, text);
}

/* Return: 0, or why this user cannot have a trigger. */
static int wait_for_it(int groupfd, const char *file)
{
	int fd = openat(groupfd, file, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct pollfd pressure = { .fd = fd, .events = POLLPRI };
	long start_ms = now_ms();

	if (fd < 0 || write(fd, trigger, strlen(trigger)) < 0)
		return -errno;
	printf("trigger in %s: %s", file, trigger);
	for (int i = 0; i < EVENTS; i++) {
		if (poll(&pressure, 1, WAIT_MS) == 0)
			die(0, "no pressure in %d s", WAIT_MS / 1000);
		if (pressure.revents & POLLERR)
			die(0, "the group is gone");
		printf("  after %ld ms: pressure\n", now_ms() - start_ms);
	}
	(void)close(fd);
	return 0;
}

int main(int argc, char *argv[])
{
	const struct kind *kind = NULL;
	struct cgroupfs_group group;
	pid_t parent = getpid();
	int basefd;
	int r;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argc > 1 ? argv[1] : "cpu", kinds[i].name) == 0)
			kind = &kinds[i];
	if (argc > 2 || !kind) {
		fprintf(stderr, "usage: pressure [cpu | memory]\n");
		return KIT_USAGE;
	}
	basefd = cgroupfs_open_base(kind->controller);
	if (basefd < 0)
		die_hint(basefd, cgroupfs_hint(basefd), "cannot make a group");
	r = cgroupfs_make(basefd, "pressure", &group);
	if (r == 0)
		r = file_write_at(group.dirfd, kind->limit, kind->value);
	if (r < 0)
		die(r, "cannot make a group");
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("%s is %s, for %d worker%s\n", kind->limit, kind->value,
	       kind->workers, kind->workers == 1 ? "" : "s");

	for (int i = 0; i < kind->workers; i++)
		start_worker(kind, group.dirfd, parent);
	r = wait_for_it(group.dirfd, kind->file);
	if (r < 0)
		fprintf(stderr,
			"pressure: no trigger: %s (before Linux 6.7 it "
			"needs CAP_SYS_RESOURCE)\n",
			strerror(-r));
	else
		show(group.dirfd, kind->file);
	if (cgroupfs_remove(&group) < 0)
		die(0, "cannot remove the group");
	return r < 0 ? KIT_SKIP : KIT_OK;
}
