/* SPDX-License-Identifier: MIT */
/*
 * cgroup-bomb.c - makes groups in groups without end, each with frozen processes
 *
 * Attack: fill the kernel's memory with groups, and leave them behind
 * Lab: 07-cgroups
 * Stopped: cgroup.max.descendants and cgroup.max.depth of the sandbox's group;
 *          cgroup.kill ends frozen processes, and all below is removed
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/* Of these the grader has two for itself. */
enum { ALLOWED = 64 };

int main(void)
{
	unsigned made = 0;

	if (chdir("/sys/fs/cgroup") < 0)
		return 1;
	for (unsigned i = 0; i < 100000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "g%u", i);
		if (mkdir(name, 0755) < 0)
			continue;
		if (++made == ALLOWED)
			fputs("BROKEN: more groups than allowed\n", stderr);
		if (fork() == 0) {
			setsid();
			(void)chdir(name);
			(void)file_write_at(AT_FDCWD, "cgroup.procs", "0");
			(void)file_write_at(AT_FDCWD, "cgroup.freeze", "1");
			for (;;)
				pause();
		}
		if (i % 5 == 0)
			(void)!chdir(name);
	}
	(void)file_write_at(AT_FDCWD, "cgroup.freeze", "1");
	return 0;
}
