/* SPDX-License-Identifier: MIT */
/* test_minic_code.c - jumps of all lengths around what 8 bits can say */
#include <stddef.h>
#include <stdlib.h>

#include "harness.h"

#include "minic_profile.h"
#include "seccomp_code.h"

enum { YES = 0x10000, NO = 0x20000, FAR = 0x30000, LENGTHS = 300 };

static uint32_t run(const struct code *c, int number)
{
	const struct seccomp_data data = { .nr = number, .arch = 7 };
	unsigned long steps = 0;

	ck_assert(!c->too_long);
	return program_run(&c->at[BPF_MAXINSNS - c->used], c->used, &data,
			   &steps);
}

/* A number of instructions that do nothing, from which @next is gone on to. */
static unsigned pad(struct code *c, int length, unsigned next)
{
	for (int i = 0; i < length; i++)
		next = code_load(c, offsetof(struct seccomp_data, arch), next);
	return next;
}

/*
 *	number 1?  yes: @far, behind the padding; else the padding, then "no"
 *	number 2?  yes: the same place; else the line above
 */
static void check_length(int length, bool is_return)
{
	struct code *c = malloc(sizeof(*c));
	unsigned far;
	unsigned next;

	ck_assert_ptr_nonnull(c);
	code_init(c);
	far = code_return(c, FAR);
	if (!is_return)
		far = code_load(c, offsetof(struct seccomp_data, arch), far);
	next = pad(c, length, code_return(c, NO));
	next = code_jump(c, BPF_JEQ, 1, far, next);
	next = code_jump(c, BPF_JEQ, 2, far, next);
	/* And with both ways far. */
	next = code_jump(c, BPF_JGE, 9, far, next);
	(void)code_load(c, offsetof(struct seccomp_data, nr), next);
	for (int number = 0; number < 12; number++) {
		bool yes = number == 1 || number == 2 || number >= 9;

		ck_assert_uint_eq(run(c, number), yes ? FAR : NO);
	}
	free(c);
}

START_TEST(test_jumps_of_all_lengths_arrive)
{
	for (int length = 0; length < LENGTHS; length++) {
		check_length(length, true);
		check_length(length, false);
	}
}
END_TEST

START_TEST(test_both_ways_of_a_jump_may_be_far)
{
	for (int length = 200; length < LENGTHS; length++) {
		struct code *c = malloc(sizeof(*c));
		unsigned yes;
		unsigned no;
		unsigned next;

		ck_assert_ptr_nonnull(c);
		code_init(c);
		/* The long jump for the farther one moves the nearer one. */
		no = code_load(c, 0, code_return(c, NO));
		yes = code_load(c, 0, code_return(c, YES));
		(void)pad(c, length, code_return(c, FAR));
		next = code_jump(c, BPF_JGT, 4, yes, no);
		(void)code_load(c, offsetof(struct seccomp_data, nr), next);
		ck_assert_uint_eq(run(c, 4), NO);
		ck_assert_uint_eq(run(c, 5), YES);
		free(c);
	}
}
END_TEST

START_TEST(test_a_load_goes_on_where_it_is_told)
{
	struct code *c = malloc(sizeof(*c));
	unsigned yes;
	unsigned next;

	ck_assert_ptr_nonnull(c);
	code_init(c);
	yes = code_return(c, YES);
	(void)code_return(c, NO);
	next = code_and(c, 1, yes);
	(void)code_return(c, FAR);
	(void)code_load(c, 0, next);
	ck_assert_uint_eq(run(c, 0), YES);
	free(c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic_code");
	TCase *jumps = tcase_create("jumps");

	tcase_add_test(jumps, test_jumps_of_all_lengths_arrive);
	tcase_add_test(jumps, test_both_ways_of_a_jump_may_be_far);
	tcase_add_test(jumps, test_a_load_goes_on_where_it_is_told);
	suite_add_tcase(suite, jumps);
	return run_suite(suite);
}
