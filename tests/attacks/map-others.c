/* SPDX-License-Identifier: MIT */
/*
 * map-others.c - lets the helpers map the IDs of others
 *
 * Attack: becoming the grader's user
 * Lab: 05-user-ns
 * Stopped: the program's user namespace maps its own ID and the range it
 *          was given, and the kernel lets nobody map an ID that his own
 *          namespace has not.  The helpers here look nothing up
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "gate.h"

/* 0 is root of the sandbox, which CAP_SETFCAP guards as well; 65534 is what
 * other IDs look like. */
static const char *const others[] = { "0", "1", "2", "999", "1001", "65534" };

static pid_t new_namespace(void)
{
	struct gate unshared;
	pid_t child;

	if (gate_init(&unshared) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWUSER) == 0)
			(void)gate_open(&unshared);
		for (;;)
			pause();
	}
	return gate_wait(&unshared) == 0 ? child : -1;
}

int main(void)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		pid_t holder = new_namespace();
		char pid[16];
		pid_t child;

		snprintf(pid, sizeof(pid), "%d", (int)holder);
		child = fork();
		if (child == 0) {
			execlp("newuidmap", "newuidmap", pid, "0", others[i],
			       "1", (char *)NULL);
			_exit(127);
		}
		if (child_wait(child) == 0)
			fprintf(stderr, "BROKEN: mapped user %s\n", others[i]);
		(void)kill(holder, SIGKILL);
		(void)child_wait(holder);
	}
	return 1;
}
