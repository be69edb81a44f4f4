/* SPDX-License-Identifier: MIT */
#include "seccomp_rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Rules of one call that contradict each other: whoever comes first counts.
 * The order is that of libseccomp's tree, so that a profile means here what it
 * means to runc: later arguments first; equality before order; then by value,
 * so that of two ranges the smaller is asked for first.
 */
static int op_class(enum compare_op op)
{
	if (op >= CMP_EQ)
		return 3;
	return op >= CMP_LE ? 2 : 1;
}

/* Whether they become the same instruction; NE is EQ with its ways swapped. */
static bool same_test(const struct condition *a, const struct condition *b)
{
	static const int tests[] = {
		[CMP_GE] = 1, [CMP_LT] = 1, [CMP_GT] = 2,     [CMP_LE] = 2,
		[CMP_EQ] = 3, [CMP_NE] = 3, [CMP_MASKED] = 4,
	};

	return a->arg == b->arg && tests[a->op] == tests[b->op] &&
	       a->mask == b->mask && a->value == b->value;
}

static bool comes_first(const struct rule *a, const struct rule *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++) {
		const struct condition *x = &a->conditions[i];
		const struct condition *y = &b->conditions[i];

		if (same_test(x, y))
			continue;
		if (x->arg != y->arg)
			return x->arg > y->arg;
		if (op_class(x->op) != op_class(y->op))
			return op_class(x->op) > op_class(y->op);
		return op_class(x->op) == 2 ? x->value < y->value
					    : x->value > y->value;
	}
	return a->count < b->count;
}

/* @a has all comparisons of @b, and maybe more. */
static bool starts_with(const struct rule *a, const struct rule *b)
{
	if (a->count < b->count)
		return false;
	for (size_t i = 0; i < b->count; i++)
		if (a->conditions[i].op != b->conditions[i].op ||
		    !same_test(&a->conditions[i], &b->conditions[i]))
			return false;
	return true;
}

static int insert(struct tables *t, struct verdict *verdict,
		  const struct rule *rule)
{
	uint32_t *place = &verdict->rules;
	struct rule *added;

	/* Each needs two instructions or more. */
	if (t->rule_count == BPF_MAXINSNS / 2)
		return -E2BIG;
	if (t->rule_count == t->rule_room) {
		size_t room = t->rule_room ? 2 * t->rule_room : 32;
		struct rule *more = realloc(t->rules, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		t->rules = more;
		t->rule_room = room;
	}
	for (uint32_t i = verdict->rules; i; i = t->rules[i - 1].next)
		if (t->rules[i - 1].action != rule->action &&
		    starts_with(&t->rules[i - 1], rule))
			return -EEXIST;
	while (*place && !comes_first(rule, &t->rules[*place - 1]))
		place = &t->rules[*place - 1].next;
	added = &t->rules[t->rule_count++];
	*added = *rule;
	added->next = *place;
	*place = (uint32_t)t->rule_count;
	return 0;
}

/* What is left of a rule in a table of 32 bits. */
static void narrow(struct rule *rule)
{
	size_t kept = 0;

	for (size_t i = 0; i < rule->count; i++) {
		struct condition *c = &rule->conditions[i];

		c->mask &= UINT32_MAX;
		c->value &= UINT32_MAX;
		if (c->mask)
			rule->conditions[kept++] = *c;
	}
	rule->count = kept;
}

int rules_add(struct tables *t, enum table table, int number,
	      const struct rule *rule)
{
	struct verdict *verdict = &t->verdicts[table][number];
	struct rule mine;

	/* There is one without comparisons already. */
	if (verdict->action != t->default_action)
		return 0;
	if (rule->count) {
		mine = *rule;
		if (table != TABLE_X86_64)
			narrow(&mine);
		if (mine.count)
			return insert(t, verdict, &mine);
	}
	verdict->action = rule->action;
	verdict->rules = 0;
	return 0;
}
