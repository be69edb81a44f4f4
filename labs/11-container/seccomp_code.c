/* SPDX-License-Identifier: MIT */
#include "seccomp_code.h"

#include <string.h>

/* The offset of a conditional jump has 8 bits. */
enum { REACH = 255 };

void code_init(struct code *c)
{
	c->used = 0;
	c->too_long = false;
	memset(c->returns, 0, sizeof(c->returns));
}

static unsigned emit(struct code *c, struct sock_filter insn)
{
	if (c->used == BPF_MAXINSNS) {
		c->too_long = true;
		return c->used;
	}
	c->at[BPF_MAXINSNS - ++c->used] = insn;
	return c->used;
}

/* What the next instruction has to skip to get to @label. */
static unsigned skip(const struct code *c, unsigned label)
{
	return c->used - label;
}

unsigned code_return(struct code *c, uint32_t action)
{
	const struct sock_filter insn = BPF_STMT(BPF_RET | BPF_K, action);
	unsigned i;

	for (i = 0; i < CODE_RETURNS - 1; i++)
		if (!c->returns[i].label || c->returns[i].action == action)
			break;
	/* With some room, for it is not the next one that will jump there. */
	if (c->returns[i].label && c->returns[i].action == action &&
	    skip(c, c->returns[i].label) < REACH - 16)
		return c->returns[i].label;
	c->returns[i].action = action;
	c->returns[i].label = emit(c, insn);
	return c->returns[i].label;
}

/* An instruction falls through to what was written last. */
static void fall_to(struct code *c, unsigned next)
{
	const struct sock_filter insn =
		BPF_STMT(BPF_JMP | BPF_JA, skip(c, next));

	if (next != c->used)
		(void)emit(c, insn);
}

unsigned code_load(struct code *c, uint32_t offset, unsigned next)
{
	const struct sock_filter insn =
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);

	fall_to(c, next);
	return emit(c, insn);
}

unsigned code_and(struct code *c, uint32_t mask, unsigned next)
{
	const struct sock_filter insn =
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask);

	fall_to(c, next);
	return emit(c, insn);
}

/*
 * A label as good as @label that a conditional jump reaches: a copy, if it is
 * a "return"; else a long jump.  What it leads over never falls through to it.
 */
static unsigned near(struct code *c, unsigned label)
{
	const struct sock_filter *insn = &c->at[BPF_MAXINSNS - label];
	const struct sock_filter jump =
		BPF_STMT(BPF_JMP | BPF_JA, skip(c, label));

	/* There may be one more between, for the other way of the jump. */
	if (skip(c, label) < REACH)
		return label;
	if (BPF_CLASS(insn->code) == BPF_RET)
		return code_return(c, insn->k);
	return emit(c, jump);
}

unsigned code_jump(struct code *c, unsigned short op, uint32_t k, unsigned yes,
		   unsigned no)
{
	struct sock_filter insn = BPF_JUMP(BPF_JMP | op | BPF_K, k, 0, 0);

	if (yes == no)
		return yes;
	yes = near(c, yes);
	no = near(c, no);
	insn.jt = (unsigned char)skip(c, yes);
	insn.jf = (unsigned char)skip(c, no);
	return emit(c, insn);
}
