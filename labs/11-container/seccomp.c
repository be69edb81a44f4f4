/* SPDX-License-Identifier: MIT */
#include "seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "seccomp_rules.h"
#include "seccomp_words.h"

struct builder {
	const struct spec_seccomp *spec;
	struct report *rep;
	bool notifies; /* a rule has SCMP_ACT_NOTIFY */
	struct tables *tables;
};

/* ---- one rule of the profile ---------------------------------------------- */

static int add_to(struct builder *b, const char *name, enum table table,
		  int number, const struct rule *rule)
{
	int r = rules_add(b->tables, table, number, rule);

	if (r == -EEXIST)
		return report_refuse(
			b->rep, -EINVAL,
			"linux.seccomp.syscalls: two rules for "
			"%s have the same comparison and different "
			"actions",
			name);
	return r;
}

/*
 * On i386 most of sockets is also behind socketcall(2), with the true call as
 * its first argument and the arguments in memory, where no filter can look.
 * It gets the rule without what that says about the first argument, as
 * libseccomp gives it; whoever wants to be sure does not let i386 in.
 */
static int add_behind(struct builder *b, const struct syscall_name *call,
		      const struct rule *rule)
{
	struct condition which = { CMP_EQ, 0, 0, UINT64_MAX };
	struct rule mine = { .action = rule->action };

	which.value = (uint64_t)abs(call->behind);
	mine.conditions[mine.count++] = which;
	for (size_t i = 0; i < rule->count; i++)
		if (rule->conditions[i].arg != 0)
			mine.conditions[mine.count++] = rule->conditions[i];
	return add_to(b, call->name, TABLE_I386,
		      call->behind > 0 ? NUMBER_SOCKETCALL : NUMBER_IPC, &mine);
}

static int add_name(struct builder *b, const char *name,
		    const struct rule *rule)
{
	const struct syscall_name *call = syscall_find(name);
	struct tables *t = b->tables;
	int r = 0;

	for (int i = 0; call && r == 0 && i < TABLE_COUNT; i++) {
		if (call->numbers[i] > t->highest[i])
			t->highest[i] = call->numbers[i];
		/* It says what is said anyway. */
		if (rule->action == t->verdicts[0].action || !t->wanted[i])
			continue;
		if (call->numbers[i] >= 0)
			r = add_to(b, name, (enum table)i, call->numbers[i],
				   rule);
		if (r == 0 && i == TABLE_I386 && call->behind)
			r = add_behind(b, call, rule);
	}
	return r;
}

static int add_names(struct builder *b, const struct strv *names,
		     const struct rule *rule)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->n; i++)
		r = add_name(b, names->v[i], rule);
	return r;
}

/* Sorted, so that equal rules look equal; false: two for one argument. */
static bool insert_condition(struct rule *rule, const struct condition *c)
{
	size_t i = rule->count;

	while (i > 0 && rule->conditions[i - 1].arg > c->arg)
		i--;
	if (i > 0 && rule->conditions[i - 1].arg == c->arg)
		return false;
	memmove(&rule->conditions[i + 1], &rule->conditions[i],
		(rule->count - i) * sizeof(*c));
	rule->conditions[i] = *c;
	rule->count++;
	return true;
}

static int add_rule(struct builder *b, const struct spec_seccomp_rule *from,
		    uint32_t action)
{
	struct rule all = { .action = action };
	struct condition c = { 0 };
	bool separate = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->arg_count && !separate; i++) {
		r = word_condition(b->rep, &from->args[i], &c);
		if (r == 0)
			separate = !insert_condition(&all, &c);
	}
	if (r == 0 && !separate)
		return add_names(b, &from->names, &all);
	for (size_t i = 0; r == 0 && i < from->arg_count; i++) {
		struct rule one = { .action = action, .count = 1 };

		r = word_condition(b->rep, &from->args[i], &one.conditions[0]);
		if (r == 0)
			r = add_names(b, &from->names, &one);
	}
	return r;
}

/* ---- the profile ---------------------------------------------------------- */

/* The listener leaves its process by sendmsg(2), when nobody answers yet. */
static int check_notify(const struct builder *b, const struct strv *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i], "sendmsg") == 0)
			return report_refuse(b->rep, -EINVAL,
					     "linux.seccomp.syscalls: "
					     "SCMP_ACT_NOTIFY for sendmsg: it "
					     "would wait for an agent that it "
					     "has to reach first");
	if (!b->spec->listener_path)
		return report_refuse(b->rep, -EINVAL,
				     "linux.seccomp.listenerPath: is missing, "
				     "and a rule has SCMP_ACT_NOTIFY");
	return 0;
}

static int read_default(struct builder *b)
{
	const struct spec_seccomp *spec = b->spec;
	uint32_t action;
	int r = word_action(b->rep, spec->default_action,
			    spec->default_errno_ret, &action);

	if (r < 0)
		return r;
	if (action == SECCOMP_RET_USER_NOTIF)
		return report_refuse(b->rep, -EINVAL,
				     "linux.seccomp.defaultAction: "
				     "SCMP_ACT_NOTIFY would wait for an agent "
				     "that nothing can reach any more");
	if (spec->listener_metadata && !spec->listener_path)
		return report_refuse(b->rep, -EINVAL,
				     "linux.seccomp.listenerMetadata: is for "
				     "nobody, as there is no listenerPath");
	tables_init(b->tables, action);
	action &= SECCOMP_RET_ACTION_FULL;
	/* A tracer answers for new calls too. */
	b->tables->newer_is_enosys = action != SECCOMP_RET_ALLOW &&
				     action != SECCOMP_RET_LOG &&
				     action != SECCOMP_RET_TRACE;
	return 0;
}

static int read_rules(struct builder *b)
{
	const struct strv *architectures = &b->spec->architectures;
	enum table table;
	int r = 0;

	b->tables->wanted[TABLE_X86_64] = true;
	for (size_t i = 0; r == 0 && i < architectures->n; i++) {
		r = word_table(b->rep, architectures->v[i], &table);
		if (r == 0 && table < TABLE_COUNT)
			b->tables->wanted[table] = true;
	}
	for (size_t i = 0; r == 0 && i < b->spec->rule_count; i++) {
		const struct spec_seccomp_rule *rule = &b->spec->rules[i];
		uint32_t action;

		r = word_action(b->rep, rule->action, rule->errno_ret, &action);
		if (r == 0 && action == SECCOMP_RET_USER_NOTIF) {
			b->notifies = true;
			r = check_notify(b, &rule->names);
		}
		if (r == 0)
			r = add_rule(b, rule, action);
	}
	return r;
}

static int read_flags(const struct builder *b, unsigned *ret_flags)
{
	const struct strv *words = &b->spec->flags;
	unsigned flags = 0;

	for (size_t i = 0; i < words->n; i++) {
		unsigned flag;
		int r = word_flag(b->rep, words->v[i], &flag);

		if (r < 0)
			return r;
		flags |= flag;
	}
	/*
	 * Before Linux 5.16 a filter turned speculative store bypass off, at a
	 * price, unless told not to.  The default of runc and crun, too.
	 */
	if (words->n == 0)
		flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	if (!b->notifies && flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
		return report_refuse(b->rep, -EINVAL,
				     "linux.seccomp.flags: "
				     "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV "
				     "needs a rule with SCMP_ACT_NOTIFY");
	/*
	 * TSYNC and a listener exclude each other, as both are returned.  It
	 * is about other threads, and this process has none.
	 */
	if (b->notifies) {
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
		flags &= ~(unsigned)SECCOMP_FILTER_FLAG_TSYNC;
	}
	*ret_flags = flags;
	return 0;
}

static int compile(struct builder *b, struct seccomp_filter *ret)
{
	struct code code;
	size_t size_bytes;
	int r;

	code_init(&code);
	r = tables_compile(b->tables, &code);
	if (r < 0)
		return r;
	size_bytes = code.used * sizeof(*ret->code);
	ret->code = malloc(size_bytes);
	if (!ret->code)
		return -ENOMEM;
	memcpy(ret->code, &code.at[BPF_MAXINSNS - code.used], size_bytes);
	ret->count = (unsigned short)code.used;
	return 0;
}

int seccomp_build(const struct spec_seccomp *spec, struct report *rep,
		  struct seccomp_filter *ret)
{
	struct tables tables; /* large, and most of it is never touched */
	struct builder b = { .spec = spec, .rep = rep, .tables = &tables };
	int r;

	memset(ret, 0, sizeof(*ret));
	if (!spec->given)
		return 0;
	r = read_default(&b);
	if (r < 0)
		return r;
	r = read_rules(&b);
	if (r == 0)
		r = read_flags(&b, &ret->flags);
	if (r == 0)
		r = compile(&b, ret);
	tables_release(&tables);
	if (r == -E2BIG)
		return report_refuse(rep, r,
				     "linux.seccomp.syscalls: more than the "
				     "%d instructions that a filter may have",
				     BPF_MAXINSNS);
	return r;
}

bool seccomp_has_listener(const struct seccomp_filter *filter)
{
	return filter->code && filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

void seccomp_filter_release(struct seccomp_filter *filter)
{
	free(filter->code);
	memset(filter, 0, sizeof(*filter));
}
