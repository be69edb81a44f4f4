/* SPDX-License-Identifier: MIT */
/*
 * seccomp_tree.c - from tables to a program: a search tree over the numbers
 *
 * Neighbours with the same action are one range; podman's profile has about
 * 80 of them for x86-64.  The tree halves them with each comparison:
 *
 *	0  read the architecture
 *	1  x86-64?  then 3
 *	2  i386?  then to its tree, else kill the process
 *	3  read the number
 *	4  at least 221?  then to the upper half of the ranges
 *	   ...
 *	   return ALLOW
 *
 * x32 is no architecture but numbers with bit 30, so it is one more part of
 * the first tree.
 *
 * See: seccomp(2), NOTES.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "seccomp_rules.h"

enum {
	X32_BIT = 0x40000000, /* __X32_SYSCALL_BIT in asm/unistd.h */
	/* Two tables; what is above each; number -1. */
	RANGES_MAX = 2 * (NUMBER_END + 2) + 1,
};

struct range {
	uint32_t first; /* number; it ends where the next one begins */
	struct verdict verdict;
};

/* One tree: what a number of one architecture means. */
struct tree {
	const struct tables *tables;
	struct code *code;
	bool narrow; /* arguments of 32 bits, as x32 has them anyway */
	size_t count;
	struct range v[RANGES_MAX];
};

/* ---- comparisons ---------------------------------------------------------- */

static uint32_t low_of(const struct condition *c)
{
	return (uint32_t)offsetof(struct seccomp_data, args) + 8 * c->arg;
}

/* Is the half at @offset @value, as far as @mask goes? */
static unsigned write_equal(struct code *code, uint32_t offset, uint32_t value,
			    uint32_t mask, unsigned yes, unsigned no)
{
	unsigned next;

	if (mask == 0)
		return yes;
	next = code_jump(code, BPF_JEQ, value, yes, no);
	if (mask != UINT32_MAX)
		next = code_and(code, mask, next);
	return code_load(code, offset, next);
}

/*
 * 64 bits in two halves, the upper one first:
 *
 *	upper > value's?  yes
 *	upper == value's?  else no
 *	lower > value's?  yes, else no
 */
static unsigned write_order(struct code *code, const struct condition *c,
			    bool wide, unsigned short op, unsigned yes,
			    unsigned no)
{
	uint32_t high = (uint32_t)(c->value >> 32);
	unsigned next = code_jump(code, op, (uint32_t)c->value, yes, no);

	next = code_load(code, low_of(c), next);
	if (!wide)
		return next;
	next = code_jump(code, BPF_JEQ, high, next, no);
	next = code_jump(code, BPF_JGT, high, yes, next);
	return code_load(code, low_of(c) + 4, next);
}

static unsigned write_condition(struct code *code, const struct condition *c,
				bool wide, unsigned yes, unsigned no)
{
	unsigned next;

	switch (c->op) {
	case CMP_LT:
		return write_order(code, c, wide, BPF_JGE, no, yes);
	case CMP_LE:
		return write_order(code, c, wide, BPF_JGT, no, yes);
	case CMP_GT:
		return write_order(code, c, wide, BPF_JGT, yes, no);
	case CMP_GE:
		return write_order(code, c, wide, BPF_JGE, yes, no);
	case CMP_NE:
		next = yes;
		yes = no;
		no = next;
		break;
	case CMP_EQ:
	case CMP_MASKED:
		break;
	}
	next = write_equal(code, low_of(c), (uint32_t)c->value,
			   (uint32_t)c->mask, yes, no);
	if (!wide)
		return next;
	return write_equal(code, low_of(c) + 4, (uint32_t)(c->value >> 32),
			   (uint32_t)(c->mask >> 32), next, no);
}

static unsigned write_rule(struct code *code, const struct rule *rule,
			   bool wide, unsigned otherwise)
{
	unsigned next = code_return(code, rule->action);

	for (size_t i = rule->count; i > 0; i--)
		next = write_condition(code, &rule->conditions[i - 1], wide,
				       next, otherwise);
	return next;
}

/* The list from its end: a rule that does not fit goes on to the next one. */
static unsigned write_rules(const struct tree *tree, uint32_t first, bool wide)
{
	const struct tables *t = tree->tables;
	const struct rule *rule = &t->rules[first - 1];
	unsigned otherwise;

	if (rule->next)
		otherwise = write_rules(tree, rule->next, wide);
	else
		otherwise = code_return(tree->code, t->verdicts[0].action);
	return write_rule(tree->code, rule, wide, otherwise);
}

/* ---- ranges --------------------------------------------------------------- */

static void add_range(struct tree *tree, uint32_t first, struct verdict verdict)
{
	const struct verdict *last;

	if (tree->count > 0) {
		last = &tree->v[tree->count - 1].verdict;
		if (last->action == verdict.action &&
		    last->rules == verdict.rules)
			return;
	}
	tree->v[tree->count].first = first;
	tree->v[tree->count].verdict = verdict;
	tree->count++;
}

static void add_table(struct tree *tree, enum table table, uint32_t base)
{
	const struct tables *t = tree->tables;
	int highest = t->highest[table];
	struct verdict above = t->verdicts[0];

	for (int i = 0; i <= highest; i++)
		add_range(tree, base + (uint32_t)i,
			  t->verdicts[t->numbers[table][i]]);
	if (highest >= 0 && t->newer_is_enosys)
		above.action = SECCOMP_RET_ERRNO | ENOSYS;
	add_range(tree, base + (uint32_t)(highest + 1), above);
}

static unsigned write_ranges(const struct tree *tree, const struct range *v,
			     size_t count)
{
	size_t half = count / 2;
	unsigned upper;
	unsigned lower;

	if (count == 1 && v->verdict.rules)
		return write_rules(tree, v->verdict.rules,
				   !tree->narrow && v->first < X32_BIT);
	if (count == 1)
		return code_return(tree->code, v->verdict.action);
	upper = write_ranges(tree, v + half, count - half);
	lower = write_ranges(tree, v, half);
	return code_jump(tree->code, BPF_JGE, v[half].first, upper, lower);
}

static unsigned write_tree(struct tree *tree)
{
	unsigned next;

	/*
	 * Number -1 is none: a tracer sets it to skip a call, and the filter
	 * is then run once more.
	 */
	add_range(tree, UINT32_MAX, tree->tables->verdicts[0]);
	next = write_ranges(tree, tree->v, tree->count);
	return code_load(tree->code, offsetof(struct seccomp_data, nr), next);
}

/* ---- the program ---------------------------------------------------------- */

int tables_compile(const struct tables *t, struct code *c)
{
	/*
	 * libseccomp would kill only the thread, and a process without one of
	 * its threads may do worse than none.
	 */
	const struct verdict foreign = { SECCOMP_RET_KILL_PROCESS, 0 };
	struct tree tree; /* as long as it gets is as much as is touched */
	unsigned next;
	unsigned then;

	tree.tables = t;
	tree.code = c;
	next = code_return(c, foreign.action);
	if (t->wanted[TABLE_I386]) {
		tree.count = 0;
		tree.narrow = true;
		add_table(&tree, TABLE_I386, 0);
		then = write_tree(&tree);
		next = code_jump(c, BPF_JEQ, AUDIT_ARCH_I386, then, next);
	}
	tree.count = 0;
	tree.narrow = false;
	add_table(&tree, TABLE_X86_64, 0);
	if (t->wanted[TABLE_X32])
		add_table(&tree, TABLE_X32, X32_BIT);
	else
		add_range(&tree, X32_BIT, foreign);
	then = write_tree(&tree);
	next = code_jump(c, BPF_JEQ, AUDIT_ARCH_X86_64, then, next);
	(void)code_load(c, offsetof(struct seccomp_data, arch), next);
	return c->too_long ? -E2BIG : 0;
}
