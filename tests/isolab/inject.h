/* SPDX-License-Identifier: MIT */
/*
 * inject.h - make a process call the kernel, and hear what the kernel says
 *
 * What may a process do?  Its seccomp filters, capabilities, namespaces and
 * limits decide together, and only the kernel knows what comes out.  So the
 * grader asks: it stops the process, lends it one system call, reads the
 * answer from its registers and puts everything back.
 *
 *	const struct inject_call call = {
 *		.number = SYS_openat,
 *		.args = { { .number = AT_FDCWD },
 *			  inject_text("/etc/passwd"),
 *			  { .number = O_RDONLY } },
 *	};
 *	struct inject_result result;
 *	int r = inject(pid, &call, &result);
 *
 *	if (r == 0 && result.outcome == INJECT_RETURNED)
 *		...result.value is a descriptor of that process, or -errno
 *
 * The process has no part in this: none of its code runs, so it cannot forge
 * the answer.  A program that has put a broker over it could (seccomp_unotify(2)
 * is between the call and the kernel): a call may be said to work that does
 * not.  So what a call did is looked at from outside where it earns points.
 *
 * An ordinary user may do it to what runs in his own sandbox, as
 * the owner of its user namespace.
 *
 * See: ptrace(2), "Attaching and detaching" and PTRACE_SEIZE; syscall(2).
 */
#ifndef ISOLAB_INJECT_H
#define ISOLAB_INJECT_H

#include <stddef.h>
#include <string.h>
#include <sys/types.h>

/*
 * The kernel has three tables of system calls on this processor, and a 64-bit
 * process can use each: a filter that knows only the first has two holes.
 */
enum inject_table {
	INJECT_X86_64, /* the instruction syscall */
	INJECT_I386,   /* int $0x80; other numbers, pointers of 32 bits */
	INJECT_X32,    /* syscall with bit 30 of the number set */
};

/*
 * One argument: a number, or, if @size_bytes is not 0, the address of that
 * many bytes in the process, filled from @in and copied to @out afterwards.
 */
struct inject_arg {
	long number;
	const void *in; /* NULL: zeros; borrowed */
	void *out;	/* NULL: not wanted; borrowed; may be @in */
	size_t size_bytes;
};

static inline struct inject_arg inject_text(const char *text)
{
	return (struct inject_arg){ .in = text,
				    .size_bytes = strlen(text) + 1 };
}

/* inject_buffer() - bytes that the kernel reads, writes, or both */
static inline struct inject_arg inject_buffer(void *bytes, size_t size_bytes)
{
	return (struct inject_arg){ .in = bytes,
				    .out = bytes,
				    .size_bytes = size_bytes };
}

enum {
	INJECT_ARGS = 6,
	INJECT_BYTES = 4096, /* of all arguments together, each rounded up
				to 16 */
};

struct inject_call {
	enum inject_table table;
	long number; /* in that table; without the x32 bit */
	struct inject_arg args[INJECT_ARGS];
	unsigned timeout_ms; /* 0: a second */
};

enum inject_outcome {
	INJECT_RETURNED, /* @value is what the call returned, or -errno */
	INJECT_TRAPPED,	 /* a filter sent SIGSYS instead; the process lives */
	INJECT_KILLED,	 /* a filter killed the thread or the process */
	INJECT_ENDED,	 /* it ended otherwise; @value as of child_wait() */
	INJECT_HUNG,	 /* no answer in time; taken back if the kernel could
			    interrupt it, otherwise the process was killed */
};

struct inject_result {
	enum inject_outcome outcome;
	long value;
};

/**
 * inject() - make a process execute one system call
 * @pid: a thread of 64 bits, as a PID of the caller; may be anywhere, also in
 *       a system call, which is then restarted
 * @call: what to call; nothing else is executed
 * @ret: the outcome; untouched on error
 *
 * Registers, signal mask and memory are as before when it returns, but for
 * what the call itself has changed.  A successful execve(2) is a return of 0.
 * A new process made by the call ends at once with SIGTRAP.
 *
 * Return: 0.
 * Errors: nothing was called: -ENOSYS this kernel has no such table (only
 *         I386 shows it; see inject_missing()); -EPERM tracing is forbidden,
 *         or somebody traces already; -ESRCH no such process; -ETIME it
 *         cannot be stopped; -ENOEXEC it has 32 bits; -E2BIG more than
 *         INJECT_BYTES; -EFAULT it has no memory for the arguments: for I386
 *         and X32 that is below 4 GiB, as a static program without PIE has.
 */
int inject(pid_t pid, const struct inject_call *call,
	   struct inject_result *ret);

/**
 * inject_missing() - say whether this machine can inject through a table
 * @table: which
 *
 * Tried on an unfiltered process, so that "the kernel was built without it"
 * is not taken for "a filter denied it".
 *
 * Return: NULL if it can, else the reason, a constant string.
 */
const char *inject_missing(enum inject_table table);

#endif /* ISOLAB_INJECT_H */
