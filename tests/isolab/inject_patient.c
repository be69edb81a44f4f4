/* SPDX-License-Identifier: MIT */
/*
 * The process gets three bytes of code where nobody runs any more, at its
 * entry point, and its arguments in memory that nobody uses:
 *
 *	AT_ENTRY     0f 05  syscall     or   cd 80  int $0x80
 *	             cc     int3             stops it, with the answer in rax
 *
 *	stack        | arguments | red zone, 128 bytes | in use ...
 *	                                               ^ rsp
 *	low memory   | data, heap ...      | arguments |
 *	                                               ^ end of the mapping
 *
 * See: System V ABI, AMD64 supplement, "The Stack Frame" (the red zone).
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "inject_impl.h"

enum {
	RED_ZONE = 128,
	USER_CS = 0x33,	      /* 64-bit code; __USER_CS in arch/x86/include/asm/
			   segment.h */
	X32_BIT = 0x40000000, /* __X32_SYSCALL_BIT in asm/unistd.h */
};

/*
 * Signals that are not held back.  The kernel forces these on a process that
 * has earned one, and if it is blocked takes the process's handler away.
 */
static const int forced[] = { SIGTRAP, SIGSYS, SIGSEGV, SIGBUS, SIGILL };

long patient_trace(const struct patient *p, int request, unsigned long addr,
		   void *data)
{
	return sysret((int)ptrace(request, p->pid, addr, data));
}

/* ---- memory -------------------------------------------------------------- */

static int read_at(const struct patient *p, uint64_t at, void *buf, size_t size)
{
	ssize_t n = pread(p->memfd, buf, size, (off_t)at);

	return n == (ssize_t)size ? 0 : -EFAULT;
}

/* A tracer may write where the process itself may only read: its code. */
static int write_at(const struct patient *p, uint64_t at, const void *buf,
		    size_t size)
{
	ssize_t n = pwrite(p->memfd, buf, size, (off_t)at);

	return n == (ssize_t)size ? 0 : -EFAULT;
}

static int open_proc(const struct patient *p, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)p->pid, name);
	return sysret(open(path, flags | O_CLOEXEC));
}

/* Where the program began; see getauxval(3), AT_ENTRY. */
static int find_entry(struct patient *p)
{
	auto_close int fd = open_proc(p, "auxv", O_RDONLY);
	Elf64_auxv_t aux;

	if (fd < 0)
		return fd;
	while (read(fd, &aux, sizeof(aux)) == sizeof(aux)) {
		if (aux.a_type != AT_ENTRY)
			continue;
		p->code = aux.a_un.a_val;
		return 0;
	}
	return -EFAULT;
}

/*
 * The end of the highest memory below 4 GiB that the process may write: the
 * padding of its data, or the unused top of its heap.
 */
static int find_low(struct patient *p)
{
	auto_free char *text = NULL;
	char path[64];
	char *rest;
	char *line;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)p->pid);
	r = file_read_all(path, &text);
	if (r < 0)
		return r;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		uint64_t from;
		uint64_t to;
		char mode[5];

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &from, &to,
			   mode) == 3 &&
		    strncmp(mode, "rw", 2) == 0 && mode[3] == 'p' &&
		    to <= UINT32_MAX && to - from >= p->data_size)
			p->data = to - p->data_size;
	}
	return p->data ? 0 : -EFAULT;
}

/* ---- before -------------------------------------------------------------- */

static int examine_memory(struct patient *p)
{
	int r = find_entry(p);

	if (r == 0)
		r = read_at(p, p->code, p->old_code, INJECT_CODE_SIZE);
	if (r < 0 || p->data_size == 0)
		return r;

	if (p->call->table == INJECT_X86_64)
		p->data = (p->regs.rsp - RED_ZONE - p->data_size) & ~15ULL;
	else
		r = find_low(p);
	return r < 0 ? r : read_at(p, p->data, p->old_data, p->data_size);
}

int patient_examine(struct patient *p)
{
	long r = patient_trace(p, PTRACE_GETREGS, 0, &p->regs);

	if (r == 0)
		r = patient_trace(p, PTRACE_GETSIGMASK, sizeof(p->mask),
				  &p->mask);
	if (r < 0)
		return (int)r;
	if (p->regs.cs != USER_CS)
		return -ENOEXEC;
	p->memfd = open_proc(p, "mem", O_RDWR);
	if (p->memfd < 0)
		return p->memfd;
	return examine_memory(p);
}

/* ---- the call ------------------------------------------------------------ */

static int put_data(const struct patient *p)
{
	unsigned char bytes[INJECT_BYTES] = { 0 };
	size_t at = 0;

	if (p->data_size == 0)
		return 0;
	for (int i = 0; i < INJECT_ARGS; i++) {
		const struct inject_arg *arg = &p->call->args[i];

		if (arg->in && arg->size_bytes)
			memcpy(bytes + at, arg->in, arg->size_bytes);
		at += patient_room(arg);
	}
	return write_at(p, p->data, bytes, p->data_size);
}

static int put_code(const struct patient *p)
{
	static const unsigned char by_syscall[] = { 0x0f, 0x05, 0xcc };
	static const unsigned char by_int80[] = { 0xcd, 0x80, 0xcc };
	_Static_assert(sizeof(by_syscall) == INJECT_CODE_SIZE, "size");
	_Static_assert(sizeof(by_int80) == INJECT_CODE_SIZE, "size");

	return write_at(p, p->code,
			p->call->table == INJECT_I386 ? by_int80 : by_syscall,
			INJECT_CODE_SIZE);
}

static int hold_signals(const struct patient *p)
{
	uint64_t all = ~UINT64_C(0);

	for (size_t i = 0; i < sizeof(forced) / sizeof(forced[0]); i++)
		all &= ~(UINT64_C(1) << (forced[i] - 1));
	return (int)patient_trace(p, PTRACE_SETSIGMASK, sizeof(all), &all);
}

/* See: syscall(2), "Architecture calling conventions". */
static void put_args(struct user_regs_struct *regs, enum inject_table table,
		     const unsigned long long values[INJECT_ARGS])
{
	if (table == INJECT_I386) {
		regs->rbx = values[0];
		regs->rcx = values[1];
		regs->rdx = values[2];
		regs->rsi = values[3];
		regs->rdi = values[4];
		regs->rbp = values[5];
	} else {
		regs->rdi = values[0];
		regs->rsi = values[1];
		regs->rdx = values[2];
		regs->r10 = values[3];
		regs->r8 = values[4];
		regs->r9 = values[5];
	}
}

/*
 * The process may have been stopped on its way out of a system call that is to
 * be restarted.  The sign of that is an error in rax, which now holds a
 * number; when the old registers come back the kernel restarts the call.
 */
static int put_regs(const struct patient *p)
{
	struct user_regs_struct regs = p->regs;
	unsigned long long values[INJECT_ARGS];
	uint64_t at = p->data;

	for (int i = 0; i < INJECT_ARGS; i++) {
		const struct inject_arg *arg = &p->call->args[i];

		values[i] =
			arg->size_bytes ? at : (unsigned long long)arg->number;
		at += patient_room(arg);
	}
	put_args(&regs, p->call->table, values);
	regs.rip = p->code;
	regs.rax = (unsigned long long)p->call->number;
	if (p->call->table == INJECT_X32)
		regs.rax |= X32_BIT;
	return (int)patient_trace(p, PTRACE_SETREGS, 0, &regs);
}

int patient_prepare(struct patient *p)
{
	int r = put_data(p);

	if (r == 0)
		r = put_code(p);
	if (r == 0)
		r = hold_signals(p);
	if (r == 0)
		r = put_regs(p);
	return r;
}

/* ---- after --------------------------------------------------------------- */

int patient_fetch(const struct patient *p, unsigned char *bytes)
{
	return p->data_size ? read_at(p, p->data, bytes, p->data_size) : 0;
}

int patient_release_signals(const struct patient *p)
{
	return (int)patient_trace(p, PTRACE_SETSIGMASK, sizeof(p->mask),
				  (void *)(uintptr_t)&p->mask);
}

/* All of it, whatever fails: the call may have unmapped some. */
int patient_restore(const struct patient *p)
{
	int r = 0;

	if (p->data_size)
		r = write_at(p, p->data, p->old_data, p->data_size);
	if (write_at(p, p->code, p->old_code, INJECT_CODE_SIZE) < 0)
		r = -EFAULT;
	(void)patient_release_signals(p);
	(void)patient_trace(p, PTRACE_SETREGS, 0, (void *)(uintptr_t)&p->regs);
	return r;
}
