/* SPDX-License-Identifier: MIT */
/*
 * bypass.c - break-out: around a filter, through another table of calls
 *
 * Usage:  bypass
 *
 *	bypass                     what it is without a filter
 *	rawbpf bypass              stopped
 *	rawbpf --no-arch bypass    i386 gets through
 *	rawbpf --no-x32 bypass     x32 gets through
 *
 * A 64-bit process can call the kernel in three ways, and each has its own
 * numbers:
 *
 *	            instruction   mkdir         what the filter sees
 *	x86-64      syscall       83            arch x86-64, 83
 *	i386        int $0x80     39            arch i386, 39
 *	x32         syscall       83 + 2^30     arch x86-64, 83 + 2^30
 *
 * It makes a folder through each, in a child that a filter may kill, and then
 * looks whether the folder is there.
 *
 * Idea:   a number means nothing without its table
 * Calls:  mkdir(2), in three ways
 * Needs:  nothing; i386 and x32 only where the kernel has them
 * Read:   syscall(2), "Architecture calling conventions"; seccomp(2), NOTES
 * Test:   tests/graders/09-seccomp.c grades the exercise about this idea
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "err.h"

/* For static inline assembly a number is enough; the path has 32 bits. */
static long by_syscall(long number, const char *path)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(path), "S"(0755)
			 : "rcx", "r11", "memory");
	return result;
}

static long by_int80(long number, const char *path)
{
	int result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"((int)number), "b"(path), "c"(0755)
			 : "r8", "r9", "r10", "r11", "memory");
	return result;
}

static const struct way {
	const char *table;
	long number; /* of mkdir */
	long (*call)(long number, const char *path);
} ways[] = {
	{ "x86-64", SYS_mkdir, by_syscall },
	/* arch/x86/entry/syscalls/syscall_32.tbl */
	{ "i386", 39, by_int80 },
	/* __X32_SYSCALL_BIT in asm/unistd.h */
	{ "x32", SYS_mkdir + 0x40000000, by_syscall },
};

/* Return: what the call returned, or -1000 - signal. */
enum { NO_RETURN = -1000 };

static long try(const struct way *way, const char *path, long *shared)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0) {
		*shared = way->call(way->number, path);
		_exit(0);
	}
	status = child_wait(child);
	return status > 128 ? NO_RETURN - (status - 128) : *shared;
}

static const char *words(long result)
{
	if (result == NO_RETURN - SIGSYS)
		return "killed by a filter (SIGSYS)";
	if (result == NO_RETURN - SIGSEGV)
		return "SIGSEGV: this kernel has no such gate";
	if (result == -ENOSYS)
		return "ENOSYS: let through, but this kernel has no such table";
	return result < 0 ? strerrorname_np((int)-result) : "done";
}

int main(int argc, char *argv[])
{
	/* An i386 call has room for 32 bits of an address. */
	char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "usage: bypass\n");
		return KIT_USAGE;
	}
	if (path == MAP_FAILED || shared == MAP_FAILED)
		die(-errno, "cannot get memory");

	printf("%-8s %-11s %-7s %s\n", "table", "number", "folder", "answer");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct stat st;
		long result;

		snprintf(path, 4096, "/tmp/bypass-%d-%zu", (int)getpid(), i);
		fflush(stdout);
		result = try(&ways[i], path, shared);
		printf("%-8s %-11ld %-7s %s\n", ways[i].table, ways[i].number,
		       stat(path, &st) == 0 ? "yes" : "no", words(result));
		(void)rmdir(path);
	}
	return KIT_OK;
}
