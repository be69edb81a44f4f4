/* SPDX-License-Identifier: MIT */
/*
 * seccomp_code.h - write a BPF program from its end to its beginning
 *
 * A filter only jumps forwards.  So what comes later in the program is written
 * first, and each jump knows where it leads:
 *
 *	allow = code_return(c, SECCOMP_RET_ALLOW);
 *	kill = code_return(c, SECCOMP_RET_KILL_PROCESS);
 *	jump = code_jump(c, BPF_JEQ, AUDIT_ARCH_X86_64, allow, kill);
 *	(void)code_load(c, offsetof(struct seccomp_data, arch), jump);
 *
 * A label is the number of an instruction, counted from the end: the last one
 * is 1.  If the program gets too long, code.too_long says so at the end.
 *
 * See: Documentation/networking/filter.rst, "BPF engine and instruction set".
 */
#ifndef MINIC_SECCOMP_CODE_H
#define MINIC_SECCOMP_CODE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

enum { CODE_RETURNS = 16 };

struct code {
	struct sock_filter at[BPF_MAXINSNS];
	unsigned used; /* instructions, at the end of @at */
	bool too_long;
	/* The newest "return" of some actions. */
	struct {
		uint32_t action;
		unsigned label;
	} returns[CODE_RETURNS];
};

/* code_init() - an empty program; the room for it is not touched */
void code_init(struct code *c);

/* code_return() - end with @action; there may be one already */
unsigned code_return(struct code *c, uint32_t action);

/* code_load() - load 32 bits of struct seccomp_data, then go on at @next */
unsigned code_load(struct code *c, uint32_t offset, unsigned next);

/* code_and() - keep the bits of @mask, then go on at @next */
unsigned code_and(struct code *c, uint32_t mask, unsigned next);

/**
 * code_jump() - compare what is loaded
 * @c: the program
 * @op: BPF_JEQ, BPF_JGT or BPF_JGE, without a sign
 * @k: with what
 * @yes: label
 * @no: label
 *
 * Return: label of the comparison; @yes, if there is nothing to decide.
 */
unsigned code_jump(struct code *c, unsigned short op, uint32_t k, unsigned yes,
		   unsigned no);

#endif /* MINIC_SECCOMP_CODE_H */
