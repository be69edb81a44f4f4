/* SPDX-License-Identifier: MIT */
/*
 * other-tables.c - does through the i386 and x32 tables what is forbidden
 *
 * Attack: forged output, around the sandbox's filter
 * Lab: 09-seccomp
 * Stopped: to the sandbox's filter a call of another table is ENOSYS, whatever
 *          its number; and int $0x80 is SIGSEGV where the kernel has no gate
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"

/* Numbers of prctl: syscall_32.tbl, and syscall_64.tbl with the x32 bit. */
enum { I386_PRCTL = 172, X32_PRCTL = 157 + 0x40000000 };

static long by_int80(long number, long a, long b, long c)
{
	int result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(0L), "D"(0L)
			 : "r8", "r9", "r10", "r11", "memory");
	return result;
}

static long by_syscall(long number, long a, long b, long c)
{
	register long d __asm__("r10") = 0;
	register long e __asm__("r8") = 0;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(d), "r"(e)
			 : "rcx", "r11", "memory");
	return result;
}

int main(void)
{
	int fd = open("/bin/probe", O_RDONLY);
	pid_t child;

	if (by_syscall(X32_PRCTL, PR_SET_MM, PR_SET_MM_EXE_FILE, fd) == 0) {
		for (;;)
			pause();
	}
	child = fork();
	if (child == 0) {
		while (by_int80(I386_PRCTL, PR_SET_MM, PR_SET_MM_EXE_FILE,
				fd) == 0)
			pause();
		_exit(1);
	}
	(void)child_wait(child);
	return 1;
}
