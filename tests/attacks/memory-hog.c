/* SPDX-License-Identifier: MIT */
/*
 * memory-hog.c - takes all memory, in many processes
 *
 * Attack: memory hog
 * Lab: 02-mount-ns
 * Stopped: memory.max, or the watchdog where there is no memory
 *          controller
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FAR_TOO_MANY_MIB = 768 };

int main(void)
{
	atomic_int *mib = mmap(NULL, sizeof(*mib), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 4; i++)
		(void)fork();
	for (;;) {
		char *p = malloc(1 << 20);

		if (!p)
			continue;
		memset(p, 1, 1 << 20);
		if (++*mib == FAR_TOO_MANY_MIB)
			fputs("BROKEN: three times the memory\n", stderr);
	}
}
