/* SPDX-License-Identifier: MIT */
/*
 * incbin-solution.c - assembles the solution into itself
 *
 * Attack: #include/.incbin of grader files
 * Lab: 02-mount-ns
 * Stopped: the compiler's sandbox has a toolchain, common/ and the
 *          submission
 */
#include <stdio.h>

__asm__(".incbin \"/work/../solutions/02-mount-ns/layered.c\"");

int main(void)
{
	fputs("BROKEN: the solution was assembled\n", stderr);
	return 0;
}
