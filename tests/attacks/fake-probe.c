/* SPDX-License-Identifier: MIT */
/*
 * fake-probe.c - puts a program of its own in the probe's place
 *
 * Attack: forged output
 * Lab: 02-mount-ns
 * Stopped: the probe is recognised by the content of what runs, read by
 *          the grader
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userns.h"

int main(int argc, char *argv[])
{
	char self[65536];
	ssize_t n;
	int from;
	int to;

	if (argc > 1 && strcmp(argv[1], "hold") == 0) {
		for (;;)
			pause();
	}
	/* What a check would like to see of the probe. */
	(void)userns_become_root();
	(void)unshare(CLONE_NEWNS);
	(void)chmod("/bin", 0777);
	(void)chmod("/bin/probe", 0777);
	(void)rename("/bin/probe", "/work/probe.old");
	from = open("/proc/self/exe", O_RDONLY);
	to = open("/bin/probe", O_CREAT | O_TRUNC | O_WRONLY, 0777);
	while (to >= 0 && (n = read(from, self, sizeof(self))) > 0)
		(void)!write(to, self, (size_t)n);
	close(to);
	if (to >= 0) /* else it is the real one */
		execl("/bin/probe", "probe", "hold", (char *)NULL);
	execl("/proc/self/exe", "probe", "hold", (char *)NULL);
	return 1;
}
