/* SPDX-License-Identifier: MIT */
/*
 * storm.c - leave many orphans at once, and count the zombies
 *
 * Usage:  storm [N]       500 if no number is given
 *
 *	storm                      the orphans' parent ends before them, so
 *	  `- between  (ends)       they become children of PID 1.  Then all
 *	       |- orphan           end at once, and are zombies until PID 1
 *	       `- orphan ...       asks for their exit status.
 *
 * Idea:   who has no parent any more is PID 1's child
 * Calls:  fork(2), prctl(2) with PR_SET_NAME; /proc/PID/stat
 * Needs:  nothing; meant to be run by first, see there
 * Read:   wait(2), NOTES on zombies; proc(5), /proc/pid/stat
 * Test:   tests/graders/04-pid-ns.c does the same to the exercise
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"
#include "number.h"

enum { MOST = 10000, LOOK_EVERY_MS = 20, LOOKS = 25 };

/* Make the orphans and end.  Each waits until nobody can write to its pipe. */
static noreturn void be_between(long count, const int ends[2])
{
	char byte;

	if (prctl(PR_SET_NAME, "orphan") < 0)
		die(-errno, "cannot set the name");
	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die(-errno, "cannot make orphan %ld", i + 1);
		if (pid == 0) {
			(void)close(ends[1]);
			_exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
		}
	}
	_exit(0);
}

/* The processes in /proc that are "orphan"; Z in the state of a zombie. */
static int count_orphans(bool only_zombies)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int count = 0;

	if (!dir)
		die(-errno, "cannot open /proc");
	while ((entry = readdir(dir))) {
		char path[300];
		char text[512];
		const char *state;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		if (strspn(entry->d_name, "0123456789") == 0 ||
		    file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0)
			continue;
		state = strstr(text, "(orphan) ");
		if (state && (!only_zombies || state[9] == 'Z'))
			count++;
	}
	closedir(dir);
	return count;
}

/* Look until nothing has changed for LOOKS times. */
static int settled(void)
{
	int last = count_orphans(false);

	for (int same = 0; last > 0 && same < LOOKS; same++) {
		int now;

		(void)poll(NULL, 0, LOOK_EVERY_MS);
		now = count_orphans(false);
		if (now != last)
			same = 0;
		last = now;
	}
	return count_orphans(true);
}

int main(int argc, char *argv[])
{
	long count = argc > 1 ? number_parse(argv[1], MOST) : 500;
	int ends[2];
	pid_t between;

	if (argc > 2 || count < 1) {
		fprintf(stderr, "usage: storm [N], N from 1 to %d\n", MOST);
		return KIT_USAGE;
	}

	if (pipe2(ends, O_CLOEXEC) < 0)
		die(-errno, "cannot make a pipe");
	between = fork();
	if (between < 0)
		die(-errno, "cannot fork");
	if (between == 0)
		be_between(count, ends);
	if (child_wait(between) != 0)
		die_hint(0, "ulimit -u, or pids.max of the cgroup",
			 "cannot make %ld processes", count);

	printf("I am PID %d; %d orphans live", (int)getpid(),
	       count_orphans(false));
	fflush(stdout);
	(void)close(ends[1]);
	printf("; after their end %d zombies are left\n", settled());
	return KIT_OK;
}
