/* SPDX-License-Identifier: MIT */
/*
 * fd-hoard.c - opens descriptors until there are none
 *
 * Attack: fd leak
 * Lab: 02-mount-ns
 * Stopped: RLIMIT_NOFILE, and nothing is inherited
 */
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
	for (int i = 3; i < 4096; i++)
		(void)!write(i, "x", 1);
	while (open("/proc/self/status", O_RDONLY) >= 0)
		;
	for (;;)
		pause();
}
