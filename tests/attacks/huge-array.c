/* SPDX-License-Identifier: MIT */
/*
 * huge-array.c - makes a program of a gigabyte
 *
 * Attack: compile bomb
 * Lab: 02-mount-ns
 * Stopped: the compiler may write 64 MiB
 */
#include <stdio.h>

char hog[1 << 30] = { 1 };

int main(void)
{
	fputs("BROKEN: a program of a gigabyte\n", stderr);
	return hog[0] == 0;
}
