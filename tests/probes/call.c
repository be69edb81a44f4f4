/* SPDX-License-Identifier: MIT */
/*
 * call.c - make system calls by their number, and say what the kernel answers
 *
 * Usage:  call NUMBER...
 *
 * Every argument of the call is 0: most fail then with EFAULT or EINVAL, if no
 * filter has answered before.  Prints a line "NUMBER: ANSWER" for each, where
 * the answer is "ok" or the name of the error.
 *
 * Read:   seccomp(2)
 * Test:   tests/podman.sh
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		long number = strtol(argv[i], NULL, 10);
		long r = syscall(number, 0, 0, 0, 0, 0, 0);

		printf("%ld: %s\n", number,
		       r < 0 ? strerrorname_np(errno) : "ok");
		(void)fflush(stdout); /* the next may be the last */
	}
	return 0;
}
