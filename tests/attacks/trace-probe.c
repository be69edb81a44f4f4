/* SPDX-License-Identifier: MIT */
/*
 * trace-probe.c - starts the probe and becomes its debugger
 *
 * Attack: forged output
 * Lab: 02-mount-ns
 * Stopped: the filter denies ptrace(2) and process_vm_writev(2)
 */
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	char byte = 0;
	struct iovec mine = { &byte, 1 };
	struct iovec its = { &byte, 1 }; /* the stack; same in the child */
	pid_t child = fork();

	if (child == 0) {
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		for (;;)
			pause();
	}
	if (ptrace(PTRACE_SEIZE, child, NULL, NULL) == 0)
		fputs("BROKEN: tracing another process\n", stderr);
	if (process_vm_writev(child, &mine, 1, &its, 1, 0) == 1)
		fputs("BROKEN: writing into another process\n", stderr);
	return 1;
}
