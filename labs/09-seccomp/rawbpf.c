/* SPDX-License-Identifier: MIT */
/*
 * rawbpf.c - run a command that cannot make folders, by a filter made by hand
 *
 * Usage:  rawbpf [--no-arch] [--no-x32] [--show] COMMAND [ARGUMENT...]
 *
 *	--no-arch  leave out the check of the architecture
 *	--no-x32   leave out the check of the x32 bit
 *	--show     print the program as the kernel gets it
 *
 * The kernel runs the program at each system call, over these 64 bytes:
 *
 *	 0  nr     number of the call          8  instruction pointer
 *	 4  arch   which table the number is of
 *	16, 24, 32, 40, 48, 56                 the six arguments, 64 bits each
 *
 * It can load 32 bits of that, compare, jump forwards and return; there are no
 * loops and no pointers.  So it always ends, and can see nothing else.
 *
 * Idea:   a system call is a number, and a filter is a program over it
 * Calls:  seccomp(2), prctl(2) with PR_SET_NO_NEW_PRIVS
 * Needs:  nothing
 * Read:   seccomp(2); Documentation/userspace-api/seccomp_filter.rst
 * Test:   tests/graders/09-seccomp.c grades the exercise about this idea
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"

enum {
	NUMBER = offsetof(struct seccomp_data, nr),
	ARCH = offsetof(struct seccomp_data, arch),
	X32_BIT = 0x40000000, /* __X32_SYSCALL_BIT in asm/unistd.h */
};

/* A condition has two jumps, if true and if not; 0 is the next instruction. */
static const struct sock_filter program[] = {
	/* 0: the table */
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARCH),
	/* 1: x86-64?  3, else 2 */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
	/* 2 */
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	/* 3: the number */
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER),
	/* 4: of x32?  5, else 6 */
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
	/* 5 */
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	/* 6: mkdir?  9, else 7 */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 2, 0),
	/* 7: mkdirat, which does the same?  9, else 8 */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 1, 0),
	/* 8 */
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	/* 9 */
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
};

enum {
	LENGTH = sizeof(program) / sizeof(program[0]),
	AFTER_ARCH = 3, /* jumps are relative, so the rest is a program too */
	X32_TEST = 4,
};

static void show(const struct sock_filter *code, size_t count)
{
	static const char *const names[] = {
		[BPF_LD] = "load",
		[BPF_JMP] = "jump",
		[BPF_RET] = "return",
	};

	for (size_t i = 0; i < count; i++) {
		const struct sock_filter *c = &code[i];

		printf("%zu  %04x  %-6s %#x", i, c->code,
		       names[BPF_CLASS(c->code)], c->k);
		if (BPF_CLASS(c->code) == BPF_JMP)
			printf("  true: %zu, else: %zu", i + 1 + c->jt,
			       i + 1 + c->jf);
		putchar('\n');
	}
	fflush(stdout);
}

static void load(const struct sock_filter *code, size_t count)
{
	const struct sock_fprog fprog = {
		.len = (unsigned short)count,
		.filter = (struct sock_filter *)(uintptr_t)code,
	};

	/*
	 * Without this it takes CAP_SYS_ADMIN.  A set-user-ID program would
	 * run on with root's rights while its setuid(2) "succeeds" and does
	 * nothing: that is why who may not gain privileges may filter.
	 */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die(-errno, "cannot give up new privileges");

	/*
	 * The kernel checks the program now: all jumps lead forwards and
	 * inside, loads are aligned and inside, it ends with a return.  Then
	 * it is there for good, for all children, over execve(2).
	 */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) < 0)
		die(-errno, "cannot load the filter");
}

int main(int argc, char *argv[])
{
	struct sock_filter code[LENGTH];
	bool no_arch = false;
	bool want_show = false;
	size_t first;
	int i;

	memcpy(code, program, sizeof(code));
	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--no-arch") == 0)
			no_arch = true;
		else if (strcmp(argv[i], "--no-x32") == 0)
			code[X32_TEST].jt = code[X32_TEST].jf;
		else if (strcmp(argv[i], "--show") == 0)
			want_show = true;
		else
			argc = 0;
	}
	if (i >= argc) {
		fprintf(stderr, "usage: rawbpf [--no-arch] [--no-x32] [--show] "
				"COMMAND [ARGUMENT...]\n");
		return KIT_USAGE;
	}

	first = no_arch ? AFTER_ARCH : 0;
	if (want_show)
		show(code + first, LENGTH - first);
	load(code + first, LENGTH - first);
	execvp(argv[i], &argv[i]);
	die(-errno, "cannot run '%s'", argv[i]);
}
