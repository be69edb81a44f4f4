/* SPDX-License-Identifier: MIT */
/*
 * allow.c - two allow-lists with libseccomp, and what comes out
 *
 * Usage:  allow [--show]
 *
 *	--show  print the second list as libseccomp has understood it
 *
 * Each attempt is made in a child of its own: without a filter, with a first
 * try, and with a better one.  Both lists have the same plain calls.
 *
 *			first try		better
 *	all else	EPERM			ENOSYS
 *	openat		to read			to read; to write EROFS
 *	socket		AF_UNIX			AF_UNIX; others EAFNOSUPPORT
 *	ioctl		all but TIOCSTI		TCGETS, looking at 32 bits
 *	i386, x32	(killed)		killed, the whole process
 *
 * Idea:   an error is an answer too: programs act on it
 * Calls:  seccomp_init(3), seccomp_rule_add(3), seccomp_load(3)
 * Needs:  nothing
 * Libs:   seccomp
 * Read:   seccomp_rule_add(3), seccomp_attr_set(3)
 * Test:   tests/graders/09-seccomp.c grades the exercise about this idea
 */
#include <asm/ioctls.h>
#include <fcntl.h>
#include <pthread.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "err.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the attempts need besides; clone3 is not there, clone is. */
static const int plain[] = {
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(close),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(clone),
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

struct rule {
	uint32_t action;
	int call;
	struct scmp_arg_cmp only; /* for this argument */
};

static void load(uint32_t otherwise, const struct rule *rules, size_t count,
		 int showfd)
{
	scmp_filter_ctx ctx = seccomp_init(otherwise);
	int r = ctx ? 0 : -ENOMEM;

	/*
	 * A filter for one table sends the others here.  The library would
	 * kill the thread only; a process without one of its threads may do
	 * worse than none.
	 */
	if (r == 0)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				     SCMP_ACT_KILL_PROCESS);
	/* A search tree for the number instead of one jump after another. */
	if (r == 0)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	/* SCMP_FLTATR_CTL_NNP is on if nobody turns it off: no_new_privs. */

	for (size_t i = 0; r == 0 && i < COUNT(plain); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, plain[i], 0);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = seccomp_rule_add_array(ctx, rules[i].action, rules[i].call,
					   1, &rules[i].only);
	if (r == 0 && showfd >= 0)
		r = seccomp_export_pfc(ctx, showfd);
	else if (r == 0)
		r = seccomp_load(ctx);
	if (r < 0)
		die(r, "cannot make the filter");
	seccomp_release(ctx);
}

static void load_first_try(void)
{
	const struct rule rules[] = {
		{ SCMP_ACT_ALLOW, SCMP_SYS(openat),
		  SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDONLY) },
		{ SCMP_ACT_ALLOW, SCMP_SYS(socket),
		  SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0) },
		/* 64 bits are compared, and the kernel looks at 32. */
		{ SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
		  SCMP_A1(SCMP_CMP_NE, TIOCSTI, 0) },
	};

	load(SCMP_ACT_ERRNO(EPERM), rules, COUNT(rules), -1);
}

/* What a call that a list knows of gets is an error that its users know. */
static void load_better_to(int showfd)
{
	const struct rule rules[] = {
		{ SCMP_ACT_ALLOW, SCMP_SYS(openat),
		  SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC,
			  O_RDONLY) },
		{ SCMP_ACT_ERRNO(EROFS), SCMP_SYS(openat),
		  SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY) },
		{ SCMP_ACT_ERRNO(EROFS), SCMP_SYS(openat),
		  SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR) },
		{ SCMP_ACT_ALLOW, SCMP_SYS(socket),
		  SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0) },
		{ SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket),
		  SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0) },
		{ SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
		  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, TCGETS) },
	};

	load(SCMP_ACT_ERRNO(ENOSYS), rules, COUNT(rules), showfd);
}

static void load_better(void)
{
	load_better_to(-1);
}

static void load_none(void)
{
}

/* ---- the attempts -------------------------------------------------------- */

static int open_to_read(void)
{
	return sysret(open("/proc/version", O_RDONLY | O_CLOEXEC));
}

static int open_to_write(void)
{
	return sysret(open("/dev/null", O_WRONLY | O_CLOEXEC));
}

static int unix_socket(void)
{
	return sysret(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int internet_socket(void)
{
	return sysret(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static void *nothing(void *arg)
{
	return arg;
}

/* glibc tries clone3(2), and clone(2) if that is ENOSYS. */
static int start_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, nothing, NULL);

	if (error == 0)
		error = pthread_join(thread, NULL);
	return -error;
}

/* To standard input, which is /dev/null: ENOTTY says "I looked at it". */
static int push_input(void)
{
	return sysret((int)syscall(SYS_ioctl, 0, (long)TIOCSTI, "x"));
}

static int push_input_high(void)
{
	return sysret((int)syscall(SYS_ioctl, 0, TIOCSTI | 1L << 32, "x"));
}

static int tomorrow(void)
{
	return sysret((int)syscall(9999));
}

static const struct {
	const char *name;
	int (*make)(void);
} attempts[] = {
	{ "open a file to read", open_to_read },
	{ "open a file to write", open_to_write },
	{ "a UNIX socket", unix_socket },
	{ "an Internet socket", internet_socket },
	{ "start a thread", start_thread },
	{ "ioctl TIOCSTI", push_input },
	{ "ioctl TIOCSTI + 2^32", push_input_high },
	{ "a call of tomorrow", tomorrow },
};

static const char *make(int (*attempt)(void), void (*filter)(void), int *shared)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0) {
		filter();
		*shared = attempt();
		_exit(0);
	}
	status = child_wait(child);
	if (status != 0)
		return "killed";
	return *shared < 0 ? strerrorname_np(-*shared) : "yes";
}

int main(int argc, char *argv[])
{
	int *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (argc == 2 && strcmp(argv[1], "--show") == 0) {
		load_better_to(STDOUT_FILENO);
		return KIT_OK;
	}
	if (argc > 1) {
		fprintf(stderr, "usage: allow [--show]\n");
		return KIT_USAGE;
	}
	if (shared == MAP_FAILED)
		die(-errno, "cannot get memory");
	if (!freopen("/dev/null", "r", stdin))
		die(-errno, "cannot open /dev/null");

	printf("%-22s %-10s %-10s %s\n", "", "no filter", "first try",
	       "better");
	for (size_t i = 0; i < COUNT(attempts); i++) {
		fflush(stdout);
		printf("%-22s %-10s", attempts[i].name,
		       make(attempts[i].make, load_none, shared));
		printf(" %-10s",
		       make(attempts[i].make, load_first_try, shared));
		printf(" %s\n", make(attempts[i].make, load_better, shared));
	}
	return KIT_OK;
}
