/* SPDX-License-Identifier: MIT */
/*
 * memory-hog.c - takes all memory, in many processes
 *
 * Attack: memory hog
 * Lab: 02-mount-ns
 * Stopped: memory.max, or the watchdog where there is no memory
 *          controller
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	for (int i = 0; i < 4; i++)
		(void)fork();
	for (;;) {
		char *p = malloc(1 << 20);

		if (p)
			memset(p, 1, 1 << 20);
	}
}
