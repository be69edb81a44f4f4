/* SPDX-License-Identifier: MIT */
/*
 * disk-fill.c - fills the disk with bytes and with names
 *
 * Attack: disk fill
 * Lab: 02-mount-ns
 * Stopped: the sandbox's tmpfs has a size and a number of files, and
 *          goes with it
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	static char block[1 << 20];

	for (int i = 0; i < 100000; i++) {
		char name[32];
		int fd;

		snprintf(name, sizeof(name), "/work/%d", i);
		fd = open(name, O_CREAT | O_WRONLY, 0666);
		while (fd >= 0 && write(fd, block, sizeof(block)) > 0)
			;
		if (fd >= 0)
			close(fd);
	}
	return 0;
}
