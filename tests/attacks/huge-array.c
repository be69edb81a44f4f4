/* SPDX-License-Identifier: MIT */
/*
 * huge-array.c - makes a program of 128 MiB
 *
 * Attack: compile bomb
 * Lab: 02-mount-ns
 * Stopped: the compiler may write 64 MiB, and a program may have 16
 */
#include <stdio.h>

char hog[128 << 20] = { 1 };

int main(void)
{
	fputs("BROKEN: a huge program\n", stderr);
	return hog[0] == 0;
}
