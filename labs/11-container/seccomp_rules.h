/* SPDX-License-Identifier: MIT */
/*
 * seccomp_rules.h - what is to happen at each number of each table
 *
 *	struct tables
 *	  numbers[table][number]	which of these:
 *	  verdicts[]  0: the default
 *		      1: allow
 *		      2: --> rule --> rule --> none
 *
 * A call without comparisons has an action, which it shares with others.  One
 * with comparisons has a list of rules: the first that fits decides, and if
 * none does, the default.
 *
 * It is made so that few pages of memory are written to: for a runtime that
 * compiles one profile and is gone, page faults are what that costs.
 */
#ifndef MINIC_SECCOMP_RULES_H
#define MINIC_SECCOMP_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seccomp_code.h"
#include "seccomp_names.h"

enum { SYSCALL_ARGS = 6 };

/* In the order of priority of libseccomp, see seccomp_rules.c. */
enum compare_op { CMP_GE, CMP_GT, CMP_LE, CMP_LT, CMP_EQ, CMP_NE, CMP_MASKED };

struct condition {
	enum compare_op op;
	uint32_t arg;
	uint64_t value; /* without bits that @mask does not have */
	uint64_t mask;	/* all ones but for CMP_MASKED */
};

struct rule {
	uint32_t action;
	uint32_t next; /* as verdict.rules */
	size_t count;
	struct condition
		conditions[SYSCALL_ARGS]; /* by argument; all of them */
};

struct verdict {
	uint32_t action;
	uint32_t
		rules; /* number of the first in tables.rules, from 1; 0: none */
};

enum { VERDICTS_MAX = 4096, RULES_AT_FIRST = 40 };

struct tables {
	bool wanted[TABLE_COUNT];
	int highest[TABLE_COUNT]; /* number that the profile names; -1: none */
	bool newer_is_enosys;	  /* above @highest */
	uint16_t numbers[TABLE_COUNT][NUMBER_END];
	size_t rule_count;
	size_t rule_room;
	struct rule *rules; /* at first: */
	struct rule first_rules[RULES_AT_FIRST];
	uint16_t verdict_count;
	struct verdict verdicts[VERDICTS_MAX];
};

/**
 * tables_init() - tables in which all is left to the default
 * @t: to be given to tables_release()
 * @default_action: SECCOMP_RET_... with its data
 */
void tables_init(struct tables *t, uint32_t default_action);

/* tables_release() - free what rules_add() has allocated */
void tables_release(struct tables *t);

/**
 * rules_add() - add a rule for one number of one table
 * @t: the tables
 * @table: which
 * @number: below NUMBER_END
 * @rule: what is to be added; borrowed
 *
 * Return: 0.
 * Errors: -EEXIST an earlier rule says something else for the same
 *         comparison; -E2BIG too many; -ENOMEM.
 */
int rules_add(struct tables *t, enum table table, int number,
	      const struct rule *rule);

/**
 * tables_compile() - write the whole program
 * @t: the tables
 * @c: of code_init()
 *
 * Return: 0.
 * Errors: -E2BIG.
 */
int tables_compile(const struct tables *t, struct code *c);

#endif /* MINIC_SECCOMP_RULES_H */
