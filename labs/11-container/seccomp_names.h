/* SPDX-License-Identifier: MIT */
/*
 * seccomp_names.h - system calls by name, in the three tables of x86
 *
 * The numbers come from the kernel's own headers, when minic is built.
 *
 * See: syscalls(2); arch/x86/entry/syscalls/ of the kernel.
 */
#ifndef MINIC_SECCOMP_NAMES_H
#define MINIC_SECCOMP_NAMES_H

#include <stdint.h>

enum table { TABLE_X86_64, TABLE_I386, TABLE_X32, TABLE_COUNT };

/* Above all numbers of all tables; seccomp_names.awk checks it. */
enum { NUMBER_END = 768 };

enum { NUMBER_SOCKETCALL = 102, NUMBER_IPC = 117 }; /* of i386 */

struct syscall_name {
	const char *name;
	int16_t numbers[TABLE_COUNT]; /* -1: not in this table; x32 without
					 its bit 30 */
	int16_t behind; /* i386: first argument of the call that also leads
			   there: above 0 of socketcall(2), below 0 of ipc(2),
			   negated; 0: none does */
};

/* syscall_find() - a call by its name, or NULL: no table has it */
const struct syscall_name *syscall_find(const char *name);

#endif /* MINIC_SECCOMP_NAMES_H */
