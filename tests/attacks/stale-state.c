/* SPDX-License-Identifier: MIT */
/*
 * stale-state.c - leaves files and shared memory and uses them in the next
 * run
 *
 * Attack: stale state for the next run
 * Lab: 02-mount-ns
 * Stopped: every check has a sandbox of its own, IPC namespace included
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

int main(void)
{
	int shm = shmget(0x150ab, 4096, 0);

	if (shm >= 0 || access("/tmp/was-here", F_OK) == 0 ||
	    access("/dev/shm/was-here", F_OK) == 0) {
		fputs("BROKEN: an earlier run was here\n", stderr);
		return 1;
	}
	(void)shmget(0x150ab, 4096, IPC_CREAT | 0666);
	(void)open("/tmp/was-here", O_CREAT | O_WRONLY, 0666);
	(void)open("/dev/shm/was-here", O_CREAT | O_WRONLY, 0666);
	return 0;
}
