/* SPDX-License-Identifier: MIT */
#include "between.h"

#include <errno.h>
#include <signal.h>
#include <stdnoreturn.h>
#include <string.h>
/* Before linux/ptrace.h, which would define the same names. */
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "gate.h"

enum { SYSCALL_STOP = SIGTRAP | 0x80 }; /* with PTRACE_O_TRACESYSGOOD */

/* At the entry the arguments are noted, at the exit all is told. */
static void take_stop(const struct between *b, struct between_call *call)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, b->broker, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		call->number = info.entry.nr;
		memcpy(call->args, info.entry.args, sizeof(call->args));
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		call->value = info.exit.rval;
		b->each(b->arg, call);
	}
}

static noreturn void follow(const struct between *b, struct gate *ready)
{
	/* What it is in when we come is not known, so it is no call. */
	struct between_call call = { .number = UINT64_MAX };
	int deliver = 0;
	int status;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (ptrace(PTRACE_SEIZE, b->broker, 0, PTRACE_O_TRACESYSGOOD) < 0 ||
	    ptrace(PTRACE_INTERRUPT, b->broker, 0, 0) < 0 ||
	    waitpid(b->broker, &status, __WALL) < 0 || !WIFSTOPPED(status) ||
	    gate_open(ready) < 0)
		_exit(1);
	for (;;) {
		(void)ptrace(PTRACE_SYSCALL, b->broker, 0,
			     (void *)(intptr_t)deliver);
		if (waitpid(b->broker, &status, __WALL) < 0 ||
		    !WIFSTOPPED(status))
			_exit(0);
		deliver = 0;
		if (WSTOPSIG(status) == SYSCALL_STOP)
			take_stop(b, &call);
		else if (status >> 16 == 0)
			deliver = WSTOPSIG(status);
	}
}

int between(const struct between *b, pid_t pid, const struct inject_call *call,
	    struct inject_result *ret)
{
	struct gate ready;
	pid_t tracer;
	int r = gate_init(&ready);

	if (r < 0)
		return r;
	tracer = fork();
	if (tracer < 0) {
		r = -errno;
		gate_release(&ready);
		return r;
	}
	if (tracer == 0)
		follow(b, &ready);
	r = gate_wait(&ready);
	if (r == 0)
		r = inject(pid, call, ret);
	/* With its tracer the stops end: the kernel lets the broker go. */
	(void)kill(tracer, SIGKILL);
	(void)child_wait(tracer);
	return r;
}
