/* SPDX-License-Identifier: MIT */
/*
 * other-table.c - calls what is forbidden by its number of 32 bits
 *
 * Attack: around the filter
 * Lab: 02-mount-ns
 * Stopped: the filter answers ENOSYS to all of another table of system calls
 */
#include <stdio.h>
#include <unistd.h>

/* int $0x80: eax is the number, ebx ecx edx esi edi are the arguments. */
static int call_i386(int number, int a, int b, int c)
{
	int r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}

int main(void)
{
	enum { I386_PTRACE = 26, TRACEME = 0, I386_KEYCTL = 288 };

	if (call_i386(I386_PTRACE, TRACEME, 0, 0) == 0)
		fputs("BROKEN: ptrace(2) by another table\n", stderr);
	if (call_i386(I386_KEYCTL, 0, -3, 1) > 0) /* get_keyring_id, session */
		fputs("BROKEN: keyctl(2) by another table\n", stderr);
	return 0;
}
