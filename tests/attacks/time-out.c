/* SPDX-License-Identifier: MIT */
/*
 * time-out.c - never ends and cannot be asked to
 *
 * Attack: timing out for partial credit
 * Lab: 02-mount-ns
 * Stopped: each check has a deadline and then SIGKILL for PID 1
 */
#include <signal.h>

int main(void)
{
	sigset_t all;

	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	for (;;)
		;
}
