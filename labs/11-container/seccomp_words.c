/* SPDX-License-Identifier: MIT */
#include "seccomp_words.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct word {
	const char *name;
	uint32_t value;
};

static const struct word actions[] = {
	{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW },
	{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO },
	{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS },
	{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP },
	{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE },
	{ "SCMP_ACT_LOG", SECCOMP_RET_LOG },
	{ "SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF },
};

static const struct word operators[] = {
	{ "SCMP_CMP_EQ", CMP_EQ },
	{ "SCMP_CMP_NE", CMP_NE },
	{ "SCMP_CMP_LT", CMP_LT },
	{ "SCMP_CMP_LE", CMP_LE },
	{ "SCMP_CMP_GE", CMP_GE },
	{ "SCMP_CMP_GT", CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", CMP_MASKED },
};

/*
 * Nothing can be called through the tables of another machine, so that their
 * part of a profile is done already.
 */
static const struct word architectures[] = {
	{ "SCMP_ARCH_X86_64", TABLE_X86_64 },
	{ "SCMP_ARCH_X86", TABLE_I386 },
	{ "SCMP_ARCH_X32", TABLE_X32 },
	{ "SCMP_ARCH_ARM", TABLE_COUNT },
	{ "SCMP_ARCH_AARCH64", TABLE_COUNT },
	{ "SCMP_ARCH_MIPS", TABLE_COUNT },
	{ "SCMP_ARCH_MIPS64", TABLE_COUNT },
	{ "SCMP_ARCH_MIPS64N32", TABLE_COUNT },
	{ "SCMP_ARCH_MIPSEL", TABLE_COUNT },
	{ "SCMP_ARCH_MIPSEL64", TABLE_COUNT },
	{ "SCMP_ARCH_MIPSEL64N32", TABLE_COUNT },
	{ "SCMP_ARCH_PPC", TABLE_COUNT },
	{ "SCMP_ARCH_PPC64", TABLE_COUNT },
	{ "SCMP_ARCH_PPC64LE", TABLE_COUNT },
	{ "SCMP_ARCH_S390", TABLE_COUNT },
	{ "SCMP_ARCH_S390X", TABLE_COUNT },
	{ "SCMP_ARCH_PARISC", TABLE_COUNT },
	{ "SCMP_ARCH_PARISC64", TABLE_COUNT },
	{ "SCMP_ARCH_RISCV64", TABLE_COUNT },
};

static const struct word flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
};

static const struct word *find_word(const struct word *list, size_t count,
				    const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

int word_action(struct report *rep, const char *name, int errno_ret,
		uint32_t *ret_action)
{
	const struct word *word = find_word(actions, COUNT(actions), name);
	uint32_t data = 0;

	if (!word)
		return report_refuse(rep, -EINVAL,
				     "linux.seccomp: there is no action \"%s\"",
				     name);
	/* The kernel takes 16 bits, and would make success of 65536. */
	if (errno_ret > (int)SECCOMP_RET_DATA)
		return report_refuse(rep, -EINVAL,
				     "linux.seccomp: there is no error %d",
				     errno_ret);
	if (word->value == SECCOMP_RET_ERRNO ||
	    word->value == SECCOMP_RET_TRACE)
		data = errno_ret < 0 ? EPERM : (uint32_t)errno_ret;
	else if (errno_ret >= 0)
		return report_refuse(rep, -EINVAL,
				     "linux.seccomp: %s returns no error, but "
				     "errnoRet is %d",
				     name, errno_ret);
	*ret_action = word->value | data;
	return 0;
}

int word_condition(struct report *rep, const struct spec_seccomp_arg *arg,
		   struct condition *ret)
{
	const struct word *word =
		find_word(operators, COUNT(operators), arg->op);

	if (!word)
		return report_refuse(rep, -EINVAL,
				     "linux.seccomp.syscalls.args: there is no "
				     "operator \"%s\"",
				     arg->op);
	if (arg->index >= SYSCALL_ARGS)
		return report_refuse(rep, -EINVAL,
				     "linux.seccomp.syscalls.args: a call has "
				     "arguments 0 to 5, and no %u",
				     arg->index);
	ret->op = (enum compare_op)word->value;
	ret->arg = arg->index;
	/* As libseccomp: with a mask, "value" is the mask. */
	ret->mask = ret->op == CMP_MASKED ? arg->value : UINT64_MAX;
	ret->value = ret->op == CMP_MASKED ? arg->value_two : arg->value;
	ret->value &= ret->mask;
	return 0;
}

int word_table(struct report *rep, const char *name, enum table *ret_table)
{
	const struct word *word =
		find_word(architectures, COUNT(architectures), name);

	if (!word)
		return report_refuse(rep, -EINVAL,
				     "linux.seccomp.architectures: there is no "
				     "\"%s\"",
				     name);
	*ret_table = (enum table)word->value;
	return 0;
}

int word_flag(struct report *rep, const char *name, unsigned *ret_flag)
{
	const struct word *word = find_word(flags, COUNT(flags), name);

	if (!word)
		return report_refuse(rep, -EINVAL,
				     "linux.seccomp.flags: there is no \"%s\"",
				     name);
	*ret_flag = word->value;
	return 0;
}
