/* SPDX-License-Identifier: MIT */
/*
 * killat.c - run a program, and kill it before its Nth system call
 *
 * Usage:  killat N PROGRAM [ARGUMENT...]
 *
 * A loop over N is a kill -9 at every step that the kernel can see.  Only the
 * program itself is counted and killed, not what it has forked.
 *
 * Exit:   137 it was killed; 0 it ended before its Nth call.
 * Read:   ptrace(2), PTRACE_SYSCALL
 * Test:   tests/escape.sh
 */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int follow(pid_t pid, long wanted)
{
	bool inside = false;
	int status, signal = 0;

	(void)ptrace(PTRACE_SETOPTIONS, pid, NULL,
		     PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (long calls = 0; calls < wanted;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, signal) < 0 ||
		    waitpid(pid, &status, 0) < 0)
			return 1;
		if (WIFEXITED(status) || WIFSIGNALED(status))
			return 0;
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80)) {
			inside = !inside;
			calls += inside;
		}
		if ((signal & 0x7f) == SIGTRAP)
			signal = 0; /* the stop of execve(2), too */
	}
	(void)kill(pid, SIGKILL); /* our child */
	(void)waitpid(pid, &status, 0);
	return 128 + SIGKILL;
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc < 3)
		return 2;
	pid = fork();
	if (pid == 0) {
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		(void)raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 1;
	return follow(pid, atol(argv[1]));
}
