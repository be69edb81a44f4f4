/* SPDX-License-Identifier: MIT */
/*
 * inject_impl.h - what the two files of inject.h share
 *
 *	inject.c          stop the process, run the call, judge the outcome
 *	inject_patient.c  what is changed in it, and put back
 */
#ifndef ISOLAB_INJECT_IMPL_H
#define ISOLAB_INJECT_IMPL_H

#include <stdint.h>
#include <sys/user.h>

#include "inject.h"

enum {
	INJECT_CODE_SIZE = 3, /* the call, and int3 after it */
};

/* A process that is traced and stopped. */
struct patient {
	pid_t pid;
	const struct inject_call *call; /* borrowed */
	int memfd;			/* /proc/PID/mem; closed when the
					   tracing process ends */
	uint64_t code;			/* where the call is put */
	uint64_t data;			/* and its arguments */
	size_t data_size;

	/* what was there before */
	struct user_regs_struct regs;
	uint64_t mask;
	unsigned char old_code[INJECT_CODE_SIZE];
	unsigned char old_data[INJECT_BYTES];
};

/* patient_trace() - ptrace(2) with the kit's errors */
long patient_trace(const struct patient *p, int request, unsigned long addr,
		   void *data);

/**
 * patient_examine() - find where to work, and save what is there
 * @p: pid and call are set; the rest is filled; memfd stays open
 *
 * Return: 0.
 * Errors: those of inject(); the process is as it was.
 */
int patient_examine(struct patient *p);

/**
 * patient_prepare() - make the call the next thing that the process does
 * @p: examined
 *
 * Return: 0.
 * Errors: -EFAULT its memory cannot be written; patient_restore() it.
 */
int patient_prepare(struct patient *p);

/**
 * patient_fetch() - read the arguments as the call has left them
 * @p: the patient
 * @bytes: receives p->data_size bytes
 *
 * Return: 0.
 * Errors: -EFAULT the call has taken that memory away.
 */
int patient_fetch(const struct patient *p, unsigned char *bytes);

/* patient_release_signals() - give it its signal mask back, which outlives
 * execve(2).  Return: 0 or -errno. */
int patient_release_signals(const struct patient *p);

/* patient_restore() - put everything back.  Return: 0 or -errno. */
int patient_restore(const struct patient *p);

/* patient_room() - bytes that an argument takes: its size, rounded up to 16 */
static inline size_t patient_room(const struct inject_arg *arg)
{
	return (arg->size_bytes + 15) & ~(size_t)15;
}

#endif /* ISOLAB_INJECT_IMPL_H */
