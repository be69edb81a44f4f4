/* SPDX-License-Identifier: MIT */
/*
 * fd-hoard.c - uses descriptors that it did not open, and opens all it can
 *
 * Attack: fd leak
 * Lab: 02-mount-ns
 * Stopped: all descriptors from 3 on are closed; RLIMIT_NOFILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

int main(void)
{
	struct rlimit files;
	int count = 0;

	for (int i = 3; i < 4096; i++) {
		if (fcntl(i, F_GETFD) >= 0)
			fprintf(stderr, "BROKEN: descriptor %d is open\n", i);
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	while (open("/proc/self/status", O_RDONLY) >= 0 && count < 4096)
		count++;
	if (count >= 1024)
		fprintf(stderr, "BROKEN: %d open files\n", count);
	for (;;)
		pause();
}
