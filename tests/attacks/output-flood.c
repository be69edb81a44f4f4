/* SPDX-License-Identifier: MIT */
/*
 * output-flood.c - writes without end
 *
 * Attack: output flood
 * Lab: 02-mount-ns
 * Stopped: the grader keeps the first 64 KiB and reads on
 */
#include <string.h>
#include <unistd.h>

int main(void)
{
	static char block[65536];

	memset(block, 'A', sizeof(block));
	for (;;) {
		if (write(STDOUT_FILENO, block, sizeof(block)) < 0)
			return 1;
		if (write(STDERR_FILENO, block, sizeof(block)) < 0)
			return 1;
	}
}
