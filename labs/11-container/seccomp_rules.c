/* SPDX-License-Identifier: MIT */
#include "seccomp_rules.h"

#include <errno.h>
#include <stddef.h>
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

static bool same_condition(const struct condition *a, const struct condition *b)
{
	return a->op == b->op && same_test(a, b);
}

/* @a begins with all comparisons of @b. */
static bool starts_with(const struct rule *a, const struct rule *b)
{
	if (a->count < b->count)
		return false;
	for (size_t i = 0; i < b->count; i++)
		if (!same_condition(&a->conditions[i], &b->conditions[i]))
			return false;
	return true;
}

/* @a has all comparisons of @b, so that @b fits wherever @a does. */
static bool contains(const struct rule *a, const struct rule *b)
{
	size_t found = 0;

	for (size_t i = 0; i < a->count && found < b->count; i++)
		if (same_condition(&a->conditions[i], &b->conditions[found]))
			found++;
	return found == b->count;
}

/*
 * What one rule of two says is said already if it has all the comparisons of
 * the other, which comes first by the order above.  Returns 1: @rule is it.
 * -EEXIST: it contradicts an earlier rule, for the same or for more.
 */
static int prune(struct tables *t, uint32_t *first, const struct rule *rule)
{
	uint32_t *place = first;

	while (*place) {
		const struct rule *old = &t->rules[*place - 1];
		bool same = old->action == rule->action;

		if (!same && starts_with(old, rule))
			return -EEXIST;
		if (same ? contains(rule, old) : starts_with(rule, old))
			return 1;
		if (same && contains(old, rule))
			*place = old->next;
		else
			place = &t->rules[*place - 1].next;
	}
	return 0;
}

static int make_room(struct tables *t)
{
	size_t size_bytes = t->rule_count * sizeof(*t->rules);
	struct rule *more;

	if (t->rule_count < t->rule_room)
		return 0;
	/* Each needs two instructions or more. */
	if (t->rule_count >= BPF_MAXINSNS / 2)
		return -E2BIG;
	more = malloc(2 * size_bytes);
	if (!more)
		return -ENOMEM;
	memcpy(more, t->rules, size_bytes);
	tables_release(t);
	t->rules = more;
	t->rule_room *= 2;
	return 0;
}

static int insert(struct tables *t, uint32_t *place, const struct rule *rule)
{
	struct rule *added;
	int r = prune(t, place, rule);

	if (r != 0)
		return r < 0 ? r : 0;
	r = make_room(t);
	if (r < 0)
		return r;
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

/* Return: place of a new verdict, or -E2BIG. */
static int add_verdict(struct tables *t, uint32_t action)
{
	if (t->verdict_count == VERDICTS_MAX)
		return -E2BIG;
	t->verdicts[t->verdict_count].action = action;
	t->verdicts[t->verdict_count].rules = 0;
	return t->verdict_count++;
}

/* All calls without comparisons that have one action share its verdict. */
static int share_verdict(struct tables *t, uint32_t action)
{
	for (int i = 0; i < t->verdict_count; i++)
		if (t->verdicts[i].action == action && !t->verdicts[i].rules)
			return i;
	return add_verdict(t, action);
}

int rules_add(struct tables *t, enum table table, int number,
	      const struct rule *rule)
{
	uint16_t *which = &t->numbers[table][number];
	struct rule mine;
	int r;

	/* There is one without comparisons already. */
	if (*which && !t->verdicts[*which].rules)
		return 0;
	if (rule->count) {
		mine = *rule;
		if (table != TABLE_X86_64)
			narrow(&mine);
	}
	if (!rule->count || !mine.count) {
		r = share_verdict(t, rule->action);
		if (r >= 0)
			*which = (uint16_t)r;
		return r < 0 ? r : 0;
	}
	if (!*which) {
		r = add_verdict(t, t->verdicts[0].action);
		if (r < 0)
			return r;
		*which = (uint16_t)r;
	}
	return insert(t, &t->verdicts[*which].rules, &mine);
}

void tables_init(struct tables *t, uint32_t default_action)
{
	memset(t, 0, offsetof(struct tables, first_rules));
	for (int i = 0; i < TABLE_COUNT; i++)
		t->highest[i] = -1;
	t->rules = t->first_rules;
	t->rule_room = RULES_AT_FIRST;
	t->verdict_count = 1;
	t->verdicts[0].action = default_action;
	t->verdicts[0].rules = 0;
}

void tables_release(struct tables *t)
{
	if (t->rules != t->first_rules)
		free(t->rules);
}
