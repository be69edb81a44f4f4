/* SPDX-License-Identifier: MIT */
/*
 * trace-init.c - writes into PID 1, the grader's process in the sandbox
 *
 * Attack: tracing the grader
 * Lab: 02-mount-ns
 * Stopped: ptrace(2) is filtered, and /proc/1/mem wants CAP_SYS_PTRACE
 *          in a user namespace further out
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

int main(void)
{
	char byte = 0;
	struct iovec mine = { &byte, 1 };
	struct iovec its = { (void *)0x400000, 1 };
	int fd = open("/proc/1/mem", O_RDWR);

	if (fd >= 0 || ptrace(PTRACE_ATTACH, 1, NULL, NULL) == 0 ||
	    process_vm_writev(1, &mine, 1, &its, 1, 0) == 1)
		fputs("BROKEN: inside PID 1\n", stderr);
	return 0;
}
