/* SPDX-License-Identifier: MIT */
/*
 *	inject()                  waits for the answer, in shared memory
 *	  `- operate()            a process of its own, the tracer; when it ends
 *	       |                  the kernel lets go of the traced process
 *	     stop()               PTRACE_SEIZE, PTRACE_INTERRUPT
 *	     patient_examine()    save everything that will be changed
 *	     patient_prepare()    change it
 *	     run()                until int3, a signal, execve(2) or the end
 *	     patient_restore()
 *	     detach
 */
#include "inject.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "inject_impl.h"
#include "look.h"

enum {
	TIMEOUT_MS = 1000,
	GRACE_MS = 500,	   /* to come out of a call that is interrupted */
	SPARE_SECONDS = 5, /* for everything else that operate() does */
	MAX_ERRNO = 4095,  /* include/linux/err.h */
};

/* What inject() gives to operate(); the answer is in shared memory. */
struct operation {
	struct patient patient;
	uint64_t deadline_ms;
	struct answer {
		struct inject_result result;
		unsigned char bytes[INJECT_BYTES];
	} * answer;
};

/* What running the call has come to. */
enum phase {
	PHASE_RUNS, /* let it go on */
	PHASE_BACK, /* put everything back */
	PHASE_GONE, /* it is dead, or another program by now */
};

/* ---- waiting ------------------------------------------------------------- */

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * Wait for the next stop.  SIGCHLD is blocked, so one that comes between
 * waitpid(2) and sigtimedwait(2) is kept and not lost.
 */
static int wait_stop(const struct operation *op, int *ret_status)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		pid_t got =
			waitpid(op->patient.pid, ret_status, WNOHANG | __WALL);
		uint64_t now = now_ms();
		struct timespec left;

		if (got != 0)
			return got < 0 ? -errno : 0;
		if (now >= op->deadline_ms)
			return -ETIME;
		left.tv_sec = (time_t)((op->deadline_ms - now) / 1000);
		left.tv_nsec = (long)((op->deadline_ms - now) % 1000) * 1000000;
		(void)sigtimedwait(&child, NULL, &left);
	}
}

/* PTRACE_EVENT_…, or 0 for the delivery of a signal. */
static int event_of(int status)
{
	return status >> 16;
}

/* Stop it where the kernel has nothing half done for it. */
static int stop(struct operation *op)
{
	/* Once it is changed it must not live on without us. */
	const long options =
		PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC;
	struct patient *p = &op->patient;
	long r = patient_trace(p, PTRACE_SEIZE, 0, NULL);
	int status;

	if (r == 0)
		r = patient_trace(p, PTRACE_INTERRUPT, 0, NULL);
	while (r == 0) {
		r = wait_stop(op, &status);
		if (r < 0)
			break;
		if (!WIFSTOPPED(status))
			return -ESRCH;
		if (event_of(status) == PTRACE_EVENT_STOP)
			return (int)patient_trace(p, PTRACE_SETOPTIONS, 0,
						  (void *)options);
		/* A signal was on its way: let it have that first. */
		r = patient_trace(p, PTRACE_CONT, 0,
				  (void *)(intptr_t)WSTOPSIG(status));
	}
	return (int)r;
}

/* ---- the outcome --------------------------------------------------------- */

static enum phase say(struct operation *op, enum phase phase,
		      enum inject_outcome outcome, long value)
{
	op->answer->result.outcome = outcome;
	op->answer->result.value = value;
	return phase;
}

static enum phase say_ended(struct operation *op, int status)
{
	if (WIFEXITED(status))
		return say(op, PHASE_GONE, INJECT_ENDED, WEXITSTATUS(status));
	if (WTERMSIG(status) == SIGSYS)
		return say(op, PHASE_GONE, INJECT_KILLED, 0);
	return say(op, PHASE_GONE, INJECT_ENDED, 128 + WTERMSIG(status));
}

/* An answer of the i386 table has 32 bits; the largest of them are errors. */
static long returned(enum inject_table table, unsigned long long rax)
{
	uint32_t low = (uint32_t)rax;

	if (table != INJECT_I386)
		return (long)rax;
	return low >= (uint32_t)-MAX_ERRNO ? (int32_t)low : (long)low;
}

/* A signal is about to be delivered: of int3, we hope. */
static int judge_signal(struct operation *op, int sig, enum phase *ret)
{
	const struct patient *p = &op->patient;
	struct user_regs_struct regs;
	long r = patient_trace(p, PTRACE_GETREGS, 0, &regs);

	if (r < 0)
		return (int)r;
	if (sig == SIGSYS)
		*ret = say(op, PHASE_BACK, INJECT_TRAPPED, 0);
	else if (regs.rip > p->code && regs.rip <= p->code + INJECT_CODE_SIZE)
		*ret = say(op, PHASE_BACK, INJECT_RETURNED,
			   returned(p->call->table, regs.rax));
	else if (regs.rip == p->code && p->call->table == INJECT_I386)
		return -ENOSYS; /* the processor has no such gate */
	else
		return -EFAULT;
	return 0;
}

static int judge_stop(struct operation *op, int status, enum phase *ret)
{
	unsigned long message = 0;
	long r = 0;

	if (!WIFSTOPPED(status)) {
		*ret = say_ended(op, status);
		return 0;
	}
	switch (event_of(status)) {
	case 0:
		return judge_signal(op, WSTOPSIG(status), ret);
	case PTRACE_EVENT_EXIT:
		r = patient_trace(&op->patient, PTRACE_GETEVENTMSG, 0,
				  &message);
		*ret = say_ended(op, (int)message);
		break;
	case PTRACE_EVENT_EXEC:
		*ret = say(op, PHASE_GONE, INJECT_RETURNED, 0);
		break;
	default:
		break; /* SIGSTOP or the like: it stops when we are done */
	}
	return (int)r;
}

/* It does not answer: take the call back, if the kernel can. */
static enum phase take_back(struct operation *op)
{
	enum phase phase = PHASE_GONE;
	int status;

	op->deadline_ms = now_ms() + GRACE_MS;
	if (patient_trace(&op->patient, PTRACE_INTERRUPT, 0, NULL) == 0 &&
	    wait_stop(op, &status) == 0 && WIFSTOPPED(status) &&
	    event_of(status) != PTRACE_EVENT_EXIT)
		phase = PHASE_BACK;
	return say(op, phase, INJECT_HUNG, 0);
}

static int run(struct operation *op, enum phase *ret)
{
	int status;
	int r = 0;

	while (r == 0 && *ret == PHASE_RUNS) {
		/* Killed meanwhile?  Then the wait below says so. */
		(void)patient_trace(&op->patient, PTRACE_CONT, 0, NULL);
		r = wait_stop(op, &status);
		if (r == 0) {
			r = judge_stop(op, status, ret);
		} else if (r == -ETIME) {
			*ret = take_back(op);
			r = 0;
		}
	}
	return r;
}

/* ---- the operation ------------------------------------------------------- */

static int lend_call(struct operation *op)
{
	struct patient *p = &op->patient;
	enum phase phase = PHASE_RUNS;
	int r = patient_prepare(p);

	if (r == 0)
		r = run(op, &phase);
	if (phase == PHASE_BACK)
		(void)patient_fetch(p, op->answer->bytes);
	if (phase == PHASE_GONE)
		(void)patient_release_signals(p);
	else
		(void)patient_restore(p);
	return r;
}

static int operate(void *arg)
{
	struct operation *op = arg;
	sigset_t child;
	int r;

	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &child, NULL);

	r = stop(op);
	if (r < 0)
		return r;
	r = patient_examine(&op->patient);
	if (r == 0)
		r = lend_call(op);
	/* Refused if it is dead, or runs what we could not take back. */
	(void)patient_trace(&op->patient, PTRACE_DETACH, 0, NULL);
	return r;
}

static void copy_out(const struct inject_call *call, const unsigned char *bytes)
{
	for (int i = 0; i < INJECT_ARGS; i++) {
		const struct inject_arg *arg = &call->args[i];

		if (arg->out)
			memcpy(arg->out, bytes, arg->size_bytes);
		bytes += patient_room(arg);
	}
}

int inject(pid_t pid, const struct inject_call *call, struct inject_result *ret)
{
	unsigned timeout_ms = call->timeout_ms ? call->timeout_ms : TIMEOUT_MS;
	struct operation op = {
		.patient = { .pid = pid, .call = call, .memfd = -1 },
		.deadline_ms = now_ms() + timeout_ms,
	};
	int r;

	for (int i = 0; i < INJECT_ARGS; i++) {
		if (call->args[i].size_bytes > INJECT_BYTES)
			return -E2BIG;
		op.patient.data_size += patient_room(&call->args[i]);
	}
	if (op.patient.data_size > INJECT_BYTES)
		return -E2BIG;

	op.answer = look_shared(sizeof(*op.answer));
	if (!op.answer)
		return -ENOMEM;
	r = look_aside(operate, &op, timeout_ms / 1000 + SPARE_SECONDS);
	if (r == 0) {
		if (op.answer->result.outcome == INJECT_RETURNED)
			copy_out(call, op.answer->bytes);
		*ret = op.answer->result;
	}
	look_unshare(op.answer, sizeof(*op.answer));
	return r;
}

/* ---- what this machine has ----------------------------------------------- */

/* Number of getpid() in each table; x86 has them in arch/x86/entry/syscalls. */
static const long getpid_numbers[] = {
	[INJECT_X86_64] = SYS_getpid,
	[INJECT_I386] = 20,
	[INJECT_X32] = SYS_getpid,
};

const char *inject_missing(enum inject_table table)
{
	const struct inject_call call = {
		.table = table,
		.number = getpid_numbers[table],
	};
	struct inject_result result = { 0 };
	pid_t child = fork();
	bool right;
	int r;

	if (child < 0)
		return "this machine cannot start a process";
	if (child == 0) {
		for (;;)
			pause();
	}
	r = inject(child, &call, &result);
	right = r == 0 && result.outcome == INJECT_RETURNED &&
		result.value == child;
	(void)kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (right)
		return NULL;
	if (r == -EPERM || r == -EACCES)
		return "this machine does not allow ptrace(2)";
	if (table == INJECT_I386)
		return "this kernel has no i386 system calls";
	if (table == INJECT_X32)
		return "this kernel has no x32 system calls";
	return "this machine does not let a process be traced";
}
