/* SPDX-License-Identifier: MIT */
/*
 * forged-output.c - prints what a perfect grading looks like
 *
 * Attack: forged output
 * Lab: 02-mount-ns
 * Stopped: no check reads what the program prints
 */
#include <stdio.h>

int main(void)
{
	puts("{\"schema\":\"isolab/result/v1\",\"totals\":{\"points\":100}}");
	puts("02-mount-ns [####################] 100 of 100");
	puts("ok 1 - everything\n100 passed, 0 failed, 0 skipped");
	return 0;
}
