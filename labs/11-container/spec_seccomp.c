/* SPDX-License-Identifier: MIT */
/* spec_seccomp.c - "linux.seccomp"; seccomp.c says what the names mean. */
#include "spec_read.h"

static int read_arg(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("index", read_u32, struct spec_seccomp_arg, index),
		FIELD("value", read_u64, struct spec_seccomp_arg, value),
		FIELD("valueTwo", read_u64, struct spec_seccomp_arg, value_two),
		FIELD("op", read_string, struct spec_seccomp_arg, op),
		{ 0 },
	};
	struct spec_seccomp_arg *arg = into;
	int result = read_fields(r, v, fields, arg);

	if (result == 0 && (!arg->op || arg->index > 5))
		return read_wrong(r, "needs an op and an index of 0 to 5");
	return result;
}

static int read_args(struct reader *r, int v, void *into)
{
	struct spec_seccomp_rule *rule = into;

	return read_array(r, v, read_arg, sizeof(*rule->args), &rule->args,
			  &rule->arg_count);
}

static int read_rule(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("names", read_strings, struct spec_seccomp_rule, names),
		FIELD("action", read_string, struct spec_seccomp_rule, action),
		FIELD("errnoRet", read_int, struct spec_seccomp_rule,
		      errno_ret),
		{ "args", read_args, 0 },
		{ 0 },
	};
	struct spec_seccomp_rule *rule = into;
	int result;

	rule->errno_ret = -1;
	result = read_fields(r, v, fields, rule);
	if (result == 0 && (!rule->names.n || !rule->action))
		return read_wrong(r, "needs names and an action");
	return result;
}

static int read_rules(struct reader *r, int v, void *into)
{
	struct spec_seccomp *s = into;

	return read_array(r, v, read_rule, sizeof(*s->rules), &s->rules,
			  &s->rule_count);
}

int read_seccomp(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("defaultAction", read_string, struct spec_seccomp,
		      default_action),
		FIELD("defaultErrnoRet", read_int, struct spec_seccomp,
		      default_errno_ret),
		FIELD("architectures", read_strings, struct spec_seccomp,
		      architectures),
		FIELD("flags", read_strings, struct spec_seccomp, flags),
		FIELD("listenerPath", read_path, struct spec_seccomp,
		      listener_path),
		FIELD("listenerMetadata", read_any_string, struct spec_seccomp,
		      listener_metadata),
		{ "syscalls", read_rules, 0 },
		{ 0 },
	};
	struct spec_seccomp *s = into;
	int result = read_fields(r, v, fields, s);

	s->given = true;
	if (result == 0 && !s->default_action)
		return read_wrong(r, "needs a defaultAction");
	if (result == 0 && s->listener_metadata && !s->listener_path)
		return read_wrong(r, "listenerMetadata needs a listenerPath");
	return result;
}
