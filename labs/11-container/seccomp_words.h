/* SPDX-License-Identifier: MIT */
/*
 * seccomp_words.h - the words of a profile, as numbers
 *
 * They are those of libseccomp's header, which the specification refers to.
 * All return 0, or -EINVAL after telling @rep which word there is not.
 *
 * See: OCI runtime specification 1.1, "Seccomp"; seccomp_init(3).
 */
#ifndef MINIC_SECCOMP_WORDS_H
#define MINIC_SECCOMP_WORDS_H

#include "report.h"
#include "seccomp_rules.h"
#include "spec.h"

/**
 * word_action() - "SCMP_ACT_ERRNO" and the like
 * @rep: gets what is wrong
 * @name: the word
 * @errno_ret: errnoRet of the profile; -1: not given
 * @ret_action: SECCOMP_RET_... with its data
 */
int word_action(struct report *rep, const char *name, int errno_ret,
		uint32_t *ret_action);

/* word_condition() - a comparison: "SCMP_CMP_EQ" and the like, with what */
int word_condition(struct report *rep, const struct spec_seccomp_arg *arg,
		   struct condition *ret);

/* word_table() - "SCMP_ARCH_X86" and the like; TABLE_COUNT: not of x86 */
int word_table(struct report *rep, const char *name, enum table *ret_table);

/* word_flag() - "SECCOMP_FILTER_FLAG_LOG" and the like */
int word_flag(struct report *rep, const char *name, unsigned *ret_flag);

#endif /* MINIC_SECCOMP_WORDS_H */
