/* SPDX-License-Identifier: MIT */
/*
 * table.c - make one system call through a table of one's choice
 *
 * Usage:  table 64|i386|x32 NUMBER [ARGUMENT]
 *
 * A filter that knows only the numbers of x86-64 is passed by through the
 * others: the same call has another number there, or the same with a bit set.
 * The second argument of the call and all further ones are 0.
 *
 * Prints the name of the error, or "ok".
 *
 * Read:   seccomp(2), "caveats"; arch/x86/entry/syscalls
 * Test:   tests/escape.sh
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { X32_BIT = 0x40000000 };

static long call_i386(long number, long argument)
{
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(number), "b"(argument), "c"(0), "d"(0), "S"(0),
			   "D"(0)
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}

static long call_64(long number, long argument)
{
	long r = syscall(number, argument, 0, 0, 0, 0, 0);

	return r < 0 ? -errno : r;
}

int main(int argc, char **argv)
{
	long number = argc < 3 ? 0 : strtol(argv[2], NULL, 0);
	long argument = argc < 4 ? 0 : strtol(argv[3], NULL, 0);
	long r;

	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "i386") == 0)
		r = (int)call_i386(number, argument);
	else if (strcmp(argv[1], "x32") == 0)
		r = call_64(number | X32_BIT, argument);
	else
		r = call_64(number, argument);
	puts(r < 0 ? strerrorname_np((int)-r) : "ok");
	return 0;
}
