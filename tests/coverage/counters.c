/* SPDX-License-Identifier: MIT */
/*
 * counters.c - count the lines of processes that never come back
 *
 * gcov writes its counters to files when exit(3) is called.  Much of the kit
 * runs in processes that end by _exit(2), execve(2) or SIGKILL, or that have
 * another root directory and another user by then.  So in a build for coverage
 * all counters lie in one place (counters.ld), which is made shared memory
 * before main(): every child counts into the memory of the process that it
 * comes from, and only that one writes.
 *
 * Linked with --wrap=_exit, because a program that has called die() must write
 * too, and with --wrap=__gcov_exit, because its children may call exit(3).
 *
 * Test:   make coverage
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "err.h"

extern char coverage_start[]; /* of counters.ld; both on page boundaries */
extern char coverage_stop[];

void __gcov_dump(void); /* of libgcov */
void __real___gcov_exit(void);
void __wrap___gcov_exit(void);
noreturn void __real__exit(int status);
noreturn void __wrap__exit(int status);

static pid_t writer;

__attribute__((constructor(101))) static void share(void)
{
	size_t size = (size_t)(coverage_stop - coverage_start);
	/* Nothing has been counted yet but by constructors: keep that. */
	void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		die(-errno, "cannot share the counters");
	memcpy(copy, coverage_start, size);
	if (mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
		   coverage_start) == MAP_FAILED)
		die(-errno, "cannot place the counters");
	writer = getpid();
}

/* What exit(3) calls.  It adds what is in the files to the memory first. */
void __wrap___gcov_exit(void)
{
	if (getpid() == writer)
		__real___gcov_exit();
}

noreturn void __wrap__exit(int status)
{
	if (getpid() == writer)
		__gcov_dump();
	__real__exit(status);
}
