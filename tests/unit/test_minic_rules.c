/* SPDX-License-Identifier: MIT */
/*
 * test_minic_rules.c - rules with comparisons, as many as chance can think of
 *
 * Profiles are made by chance (the same in each run) and compiled by minic.
 *
 *	one action	what must come out is worked out from the profile
 *			itself: the call is allowed if all comparisons of a
 *			rule hold
 *	many actions	libseccomp says what must come out, and what is refused
 *
 * It does not for the first: libseccomp 2.5.4 answers one in ten of these
 * profiles otherwise than they say, and does not come back from some.  Where
 * "argument 0 is 0x500000005, or is 1, or is 0xffffffff and argument 1 is 5" is
 * allowed, it also allows (0xffffffff, 0x100000007): it has loaded the upper
 * half of argument 1, finds that it is not 0, and goes on to "or is 1?" without
 * loading argument 0 again.  The second has other values for each argument.
 */
#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#include "minic_profile.h"
#include "seccomp.h" /* minic's */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X32_BIT = 0x40000000, PROFILES = 400, ROUNDS = 150 };

/* ---- profiles by chance ---------------------------------------------------- */

static const char *const names[] = { "read", "mmap", "kill" };
static const uint32_t numbers[][COUNT(names)] = {
	{ 0, 9, 62 },  /* x86-64 */
	{ 3, 90, 37 }, /* i386 */
	{ X32_BIT | 0, X32_BIT | 9, X32_BIT | 62 },
};

static const uint64_t borders[] = { 0,		 1,	      5,
				    0xffffffff,	 0x100000000, 0x500000005,
				    0x4ffffffff, 0x500000006 };

static size_t below(size_t end)
{
	return (size_t)random() % end;
}

static void write_condition(FILE *out, bool orders)
{
	static const char *const ops[] = { "EQ", "NE", "LT",	   "LE",
					   "GE", "GT", "MASKED_EQ" };
	size_t arg = below(3);
	/* Apart for each argument, so that libseccomp cannot take one for
	 * another's. */
	uint64_t value = orders ? borders[below(6)] : 10 * arg + 1 + below(2);
	const char *op = orders ? ops[below(COUNT(ops))] : "EQ";

	fprintf(out,
		"{'index':%zu,'value':%llu,'valueTwo':%llu,"
		"'op':'SCMP_CMP_%s'}",
		arg, (unsigned long long)value,
		(unsigned long long)borders[below(6)], op);
}

static void write_rule(FILE *out, bool orders)
{
	static const char *const actions[] = { "ALLOW", "TRAP", "LOG" };
	size_t args = 1 + below(3);

	fprintf(out, "{'names':['%s'],'action':'SCMP_ACT_%s','args':[",
		names[below(COUNT(names))],
		actions[orders ? 0 : below(COUNT(actions))]);
	for (size_t i = 0; i < args; i++) {
		fputs(i ? "," : "", out);
		write_condition(out, orders);
	}
	fputs("]}", out);
}

static void write_profile(char *text, size_t size, bool orders)
{
	FILE *out = fmemopen(text, size, "w");
	size_t rules = 1 + below(6);

	ck_assert_ptr_nonnull(out);
	fputs("{'defaultAction':'SCMP_ACT_ERRNO','architectures':["
	      "'SCMP_ARCH_X86','SCMP_ARCH_X32'],'syscalls':[",
	      out);
	for (size_t i = 0; i < rules; i++) {
		fputs(i ? "," : "", out);
		write_rule(out, orders);
	}
	/* So that no number here is above all. */
	fputs(",{'names':['io_uring_setup'],'action':'SCMP_ACT_ALLOW'}]}", out);
	ck_assert_int_eq(fclose(out), 0);
}

/* ---- what must come out ---------------------------------------------------- */

static bool holds(const struct spec_seccomp_arg *arg, uint64_t value,
		  uint64_t width)
{
	uint64_t with = arg->value & width;

	value &= width;
	if (strcmp(arg->op, "SCMP_CMP_EQ") == 0)
		return value == with;
	if (strcmp(arg->op, "SCMP_CMP_NE") == 0)
		return value != with;
	if (strcmp(arg->op, "SCMP_CMP_LT") == 0)
		return value < with;
	if (strcmp(arg->op, "SCMP_CMP_LE") == 0)
		return value <= with;
	if (strcmp(arg->op, "SCMP_CMP_GE") == 0)
		return value >= with;
	if (strcmp(arg->op, "SCMP_CMP_GT") == 0)
		return value > with;
	return (value & with) == (arg->value_two & with);
}

static bool fits(const struct spec_seccomp_rule *rule,
		 const struct seccomp_data *data, uint64_t width)
{
	unsigned seen = 0;
	size_t held = 0;

	for (size_t i = 0; i < rule->arg_count; i++) {
		const struct spec_seccomp_arg *arg = &rule->args[i];

		held += holds(arg, data->args[arg->index], width);
		seen += !(seen & 1u << arg->index) << arg->index;
	}
	/* Two of one argument: any of all will do. */
	if ((size_t)__builtin_popcount(seen) < rule->arg_count)
		return held > 0;
	return held == rule->arg_count;
}

static uint32_t by_hand(const struct spec_seccomp *spec, const char *name,
			const struct seccomp_data *data, bool narrow)
{
	for (size_t i = 0; i < spec->rule_count; i++)
		if (strcmp(spec->rules[i].names.v[0], name) == 0 &&
		    fits(&spec->rules[i], data, narrow ? UINT32_MAX : ~0ULL))
			return SECCOMP_RET_ALLOW;
	return SECCOMP_RET_ERRNO | EPERM;
}

/* ---- the tests -------------------------------------------------------------- */

struct both {
	char text[8192];
	struct profile profile;
	struct program theirs;
	struct seccomp_filter ours;
	bool they_refuse;
	bool we_refuse;
};

static void both_make(struct both *b, bool orders)
{
	struct report rep;

	memset(b, 0, sizeof(*b));
	ck_assert_int_eq(report_init(&rep, false), 0);
	write_profile(b->text, sizeof(b->text), orders);
	profile_read(b->text, &b->profile);
	if (!orders)
		b->they_refuse = program_of_libseccomp(&b->profile.spec, false,
						       &b->theirs) == -EEXIST;
	b->we_refuse =
		seccomp_build(&b->profile.spec, &rep, &b->ours) == -EINVAL;
}

static void both_release(struct both *b)
{
	seccomp_filter_release(&b->ours);
	free(b->theirs.code);
	profile_release(&b->profile);
}

static void choose(struct seccomp_data *data, size_t table, size_t name,
		   bool orders)
{
	data->arch = table == 1 ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64;
	data->nr = (int)numbers[table][name];
	for (size_t i = 0; i < COUNT(data->args); i++) {
		data->args[i] = orders ? borders[below(COUNT(borders))]
				       : 10 * i + below(4);
		if (below(4) == 0)
			data->args[i] |= (7 + i) << 32;
	}
}

static void check(const struct both *b, bool orders, size_t table, size_t name)
{
	struct seccomp_data data = { 0 };
	unsigned long steps = 0;

	for (int i = 0; i < ROUNDS; i++) {
		uint32_t ours;
		uint32_t truth;

		choose(&data, table, name, orders);
		ours = program_run(b->ours.code, b->ours.count, &data, &steps);
		if (orders)
			truth = by_hand(&b->profile.spec, names[name], &data,
					table > 0);
		else
			truth = program_run(b->theirs.code, b->theirs.count,
					    &data, &steps);
		if (ours != truth)
			ck_abort_msg("%s table %zu args %#llx %#llx %#llx: "
				     "%#x and not %#x\n%s",
				     names[name], table, data.args[0],
				     data.args[1], data.args[2], ours, truth,
				     b->text);
	}
}

static void check_calls(const struct both *b, bool orders)
{
	for (size_t table = 0; table < COUNT(numbers); table++)
		for (size_t name = 0; name < COUNT(names); name++)
			check(b, orders, table, name);
}

START_TEST(test_all_comparisons_mean_what_they_say)
{
	struct both b;

	srandom(1);
	for (int i = 0; i < PROFILES; i++) {
		both_make(&b, true);
		ck_assert(!b.we_refuse);
		check_calls(&b, true);
		both_release(&b);
	}
}
END_TEST

START_TEST(test_contradictions_end_as_with_libseccomp)
{
	struct both b;
	int refused = 0;

	srandom(2);
	for (int i = 0; i < PROFILES; i++) {
		both_make(&b, false);
		ck_assert_msg(b.we_refuse == b.they_refuse,
			      "refused by %s only: %s",
			      b.we_refuse ? "minic" : "libseccomp", b.text);
		refused += b.we_refuse;
		if (!b.we_refuse)
			check_calls(&b, false);
		both_release(&b);
	}
	printf("many actions: %d profiles by chance, %d refused by both\n",
	       PROFILES, refused);
	ck_assert_int_gt(refused, 0);
	ck_assert_int_lt(refused, PROFILES / 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic_rules");
	TCase *tests = tcase_create("rules");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, test_all_comparisons_mean_what_they_say);
	tcase_add_test(tests, test_contradictions_end_as_with_libseccomp);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
