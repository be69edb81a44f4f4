/* SPDX-License-Identifier: MIT */
/*
 * include-grader.c - includes the grader's source
 *
 * Attack: #include of grader files
 * Lab: 02-mount-ns
 * Success: #include "grader.h"
 * Stopped: the compiler's sandbox has a toolchain, common/ and the
 *          submission
 */
#include "../../tests/graders/02-mount-ns.c"

int main(void)
{
	return 0;
}
