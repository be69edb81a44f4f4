/* SPDX-License-Identifier: MIT */
/*
 * probe.c - what the grader makes the student's program run
 *
 * Usage:  probe hold       wait until killed
 *         probe exit N     end with status N
 *
 * The grader finds this process by the device and inode of its file and looks
 * at it from outside; so it has to do nothing at all, and nothing that it
 * says counts.
 *
 * Read:   docs/handbook/grader.md
 * Test:   tests/unit/test_sandbox.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

int main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "hold") == 0) {
		for (;;)
			pause();
	}
	if (argc == 3 && strcmp(argv[1], "exit") == 0)
		_exit((int)strtol(argv[2], NULL, 10));

	fprintf(stderr, "usage: %s hold | exit N\n", argv[0]);
	return KIT_USAGE;
}
