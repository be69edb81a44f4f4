/* SPDX-License-Identifier: MIT */
/*
 * daemon.c - leaves a daemon behind, twice forked and in a session of its
 * own
 *
 * Attack: double-fork daemon
 * Lab: 02-mount-ns
 * Stopped: it is still in the PID namespace, and in the cgroup
 */
#include <signal.h>
#include <unistd.h>

int main(void)
{
	if (fork() > 0)
		_exit(0);
	(void)setsid();
	if (fork() > 0)
		_exit(0);
	for (int s = 1; s < 32; s++)
		(void)signal(s, SIG_IGN);
	for (;;)
		pause();
}
