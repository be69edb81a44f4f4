/* SPDX-License-Identifier: MIT */
/*
 * forge-exe.c - tells the kernel that it runs the probe's file
 *
 * Attack: forged output
 * Lab: 02-mount-ns
 * Stopped: the filter denies PR_SET_MM
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "userns.h"

int main(void)
{
	int fd = open("/bin/probe", O_RDONLY);

	(void)userns_become_root();
	if (prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0, 0) == 0) {
		for (;;)
			pause();
	}
	return 1;
}
