/* SPDX-License-Identifier: MIT */
/*
 * stop-itself.c - stops itself, so that it neither runs nor ends
 *
 * Attack: timing out for partial credit
 * Lab: 02-mount-ns
 * Stopped: each check has a deadline and then SIGKILL for PID 1
 */
#include <signal.h>

int main(void)
{
	for (;;)
		raise(SIGSTOP);
}
