/* SPDX-License-Identifier: MIT */
/*
 * disk-fill.c - fills the disk with bytes, and with names
 *
 * Attack: disk fill
 * Lab: 02-mount-ns
 * Stopped: the sandbox's tmpfs has a size and a number of files, and
 *          goes with it
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { MAY_MIB = 64, MAY_FILES = 8192 };

int main(void)
{
	static char block[1 << 20];
	int files = 0;
	int mib = 0;

	for (int i = 0; i < 100000; i++) {
		char name[32];
		int fd;

		snprintf(name, sizeof(name), "/work/%d", i);
		fd = open(name, O_CREAT | O_WRONLY, 0666);
		if (fd < 0)
			continue;
		files++;
		while (mib <= MAY_MIB &&
		       write(fd, block, sizeof(block)) == sizeof(block))
			mib++;
		close(fd);
		if (mib > MAY_MIB && files > MAY_FILES) {
			fprintf(stderr, "BROKEN: %d MiB, %d files\n", mib,
				files);
			break;
		}
	}
	return 0;
}
