/* SPDX-License-Identifier: MIT */
/*
 * test_minic_seccomp.c - minic's filters answer as those of libseccomp
 *
 * Each profile is compiled twice: by minic, and by libseccomp, called as crun
 * and runc call it.  Both programs are run, by an interpreter, for every
 * number of every table, with arguments around the values that the profile
 * compares with.  They must return the same but for two things, which minic
 * does on purpose:
 *
 *	foreign	the table is not in the profile: libseccomp kills the thread,
 *		minic the process
 *	newer	the number is above all that the profile names, and the default
 *		denies: libseccomp returns the default, minic ENOSYS, as runc
 */
#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "minic_profile.h"
#include "seccomp.h" /* minic's */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char podman_profile[] = "/usr/share/containers/seccomp.json";

enum { X32_BIT = 0x40000000, VALUES_MAX = 512 };

/* ---- profiles ------------------------------------------------------------ */

static const struct {
	const char *name;
	const char *text;
} hand_written[] = {
	{ "arguments",
	  "{'defaultAction':'SCMP_ACT_ERRNO',"
	  "'architectures':['SCMP_ARCH_X86_64','SCMP_ARCH_X86'],'syscalls':["
	  "{'names':['read','write','exit_group'],'action':'SCMP_ACT_ALLOW'},"
	  "{'names':['personality'],'action':'SCMP_ACT_ALLOW','args':["
	  "{'index':0,'value':4294967295,'op':'SCMP_CMP_EQ'}]},"
	  "{'names':['personality'],'action':'SCMP_ACT_ALLOW','args':["
	  "{'index':0,'value':8,'op':'SCMP_CMP_EQ'}]},"
	  "{'names':['mmap'],'action':'SCMP_ACT_ALLOW','args':["
	  "{'index':1,'value':81985529216486895,'op':'SCMP_CMP_LT'}]},"
	  "{'names':['munmap'],'action':'SCMP_ACT_LOG','args':["
	  "{'index':1,'value':81985529216486895,'op':'SCMP_CMP_LE'}]},"
	  "{'names':['mremap'],'action':'SCMP_ACT_ALLOW','args':["
	  "{'index':1,'value':81985529216486895,'op':'SCMP_CMP_GT'}]},"
	  "{'names':['brk'],'action':'SCMP_ACT_TRAP','args':["
	  "{'index':0,'value':81985529216486895,'op':'SCMP_CMP_GE'}]},"
	  "{'names':['lseek'],'action':'SCMP_ACT_ALLOW','args':["
	  "{'index':2,'value':81985529216486895,'op':'SCMP_CMP_NE'}]}]}" },
	{ "masks",
	  "{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':1,"
	  "'architectures':['SCMP_ARCH_X86','SCMP_ARCH_X32'],'syscalls':["
	  "{'names':['clone'],'action':'SCMP_ACT_ALLOW','args':["
	  "{'index':0,'value':2114060288,'valueTwo':0,"
	  "'op':'SCMP_CMP_MASKED_EQ'}]},"
	  "{'names':['ioctl'],'action':'SCMP_ACT_ALLOW','args':["
	  "{'index':1,'value':4294967295,'valueTwo':21505,"
	  "'op':'SCMP_CMP_MASKED_EQ'}]},"
	  "{'names':['openat'],'action':'SCMP_ACT_ALLOW','args':["
	  "{'index':2,'value':3,'valueTwo':7,'op':'SCMP_CMP_MASKED_EQ'}]},"
	  "{'names':['prctl'],'action':'SCMP_ACT_ALLOW','args':["
	  "{'index':0,'value':9223372032559808512,'valueTwo':4294967296,"
	  "'op':'SCMP_CMP_MASKED_EQ'}]},"
	  "{'names':['kill'],'action':'SCMP_ACT_KILL','args':["
	  "{'index':0,'value':0,'valueTwo':5,'op':'SCMP_CMP_MASKED_EQ'}]}]}" },
	{ "several rules",
	  "{'defaultAction':'SCMP_ACT_LOG','architectures':['SCMP_ARCH_X86'],"
	  "'syscalls':["
	  /* All of it, and in either order. */
	  "{'names':['mkdir'],'action':'SCMP_ACT_KILL_PROCESS','args':["
	  "{'index':1,'value':511,'op':'SCMP_CMP_EQ'}]},"
	  "{'names':['mkdir','rmdir'],'action':'SCMP_ACT_ERRNO'},"
	  "{'names':['rmdir'],'action':'SCMP_ACT_KILL_PROCESS','args':["
	  "{'index':1,'value':511,'op':'SCMP_CMP_EQ'}]},"
	  "{'names':['rmdir'],'action':'SCMP_ACT_TRAP'},"
	  /* Two of one argument are two rules. */
	  "{'names':['kill'],'action':'SCMP_ACT_ERRNO','errnoRet':3,'args':["
	  "{'index':1,'value':9,'op':'SCMP_CMP_EQ'},"
	  "{'index':1,'value':15,'op':'SCMP_CMP_EQ'}]},"
	  "{'names':['getpid'],'action':'SCMP_ACT_LOG'},"
	  "{'names':['gettid'],'action':'SCMP_ACT_TRACE','errnoRet':7},"
	  "{'names':['from_tomorrow'],'action':'SCMP_ACT_KILL'},"
	  /* Which of the two counts for (16, 9)? */
	  "{'names':['socket'],'action':'SCMP_ACT_ERRNO','errnoRet':22,"
	  "'args':[{'index':0,'value':16,'op':'SCMP_CMP_EQ'}]},"
	  "{'names':['socket'],'action':'SCMP_ACT_TRAP',"
	  "'args':[{'index':2,'value':9,'op':'SCMP_CMP_EQ'}]},"
	  /* Of two ranges the smaller counts. */
	  "{'names':['dup'],'action':'SCMP_ACT_ERRNO','errnoRet':9,'args':["
	  "{'index':0,'value':10,'op':'SCMP_CMP_GE'}]},"
	  "{'names':['dup'],'action':'SCMP_ACT_TRAP','args':["
	  "{'index':0,'value':20,'op':'SCMP_CMP_GE'}]}]}" },
	{ "all but a few",
	  "{'defaultAction':'SCMP_ACT_ALLOW',"
	  "'architectures':['SCMP_ARCH_X86_64','SCMP_ARCH_X86',"
	  "'SCMP_ARCH_X32','SCMP_ARCH_AARCH64'],'syscalls':["
	  "{'names':['mount','umount2','reboot','semget','recv'],"
	  "'action':'SCMP_ACT_ERRNO','errnoRet':13}]}" },
	{ "killed", "{'defaultAction':'SCMP_ACT_KILL_PROCESS','syscalls':["
		    "{'names':['read','write','open','close','exit'],"
		    "'action':'SCMP_ACT_ALLOW'}]}" },
	{ "nothing named", "{'defaultAction':'SCMP_ACT_ERRNO'}" },
};

/* ---- what may differ ------------------------------------------------------ */

/* One profile in both forms, and what the test knows of it by itself. */
struct pair {
	struct profile profile;
	struct program theirs;
	struct seccomp_filter ours;
	bool has_x32;
	bool has_i386;
	bool denies;	     /* calls that it does not name */
	uint32_t highest[3]; /* x86-64, i386, x32: number that it names */
	bool named[3];	     /* it names one at all */
	uint64_t values[VALUES_MAX]; /* for arguments */
	size_t value_count;
	unsigned long checked;
	unsigned long foreign;
	unsigned long newer;
};

/* Which table the kernel takes a number from; -1: none that we may use. */
static int table_of(const struct pair *p, const struct seccomp_data *data)
{
	if (data->arch == AUDIT_ARCH_I386)
		return p->has_i386 ? 1 : -1;
	if (data->arch != AUDIT_ARCH_X86_64)
		return -1;
	if ((uint32_t)data->nr < X32_BIT || data->nr == -1)
		return 0;
	return p->has_x32 ? 2 : -1;
}

static uint32_t expected(struct pair *p, const struct seccomp_data *data,
			 uint32_t theirs)
{
	int table = table_of(p, data);

	if (table < 0) {
		/* An assertion here would be a write(2) each. */
		if (theirs != SECCOMP_RET_KILL_THREAD)
			ck_abort_msg("libseccomp returns %#x", theirs);
		p->foreign++;
		return SECCOMP_RET_KILL_PROCESS;
	}
	if (p->denies && data->nr != -1 && p->named[table] &&
	    (uint32_t)data->nr > p->highest[table]) {
		p->newer++;
		return SECCOMP_RET_ERRNO | ENOSYS;
	}
	return theirs;
}

/* From the numbers to the names, with libseccomp's tables. */
static void find_highest(struct pair *p)
{
	for (int i = 0; i < 3; i++) {
		for (uint32_t n = 0; n < 1024; n++) {
			uint32_t number = n | (i == 2 ? X32_BIT : 0);

			if (profile_names(&p->profile, i, (int)number)) {
				p->highest[i] = number;
				p->named[i] = true;
			}
		}
	}
}

/* ---- comparing ------------------------------------------------------------ */

static void add_value(struct pair *p, uint64_t value)
{
	for (size_t i = 0; i < p->value_count; i++)
		if (p->values[i] == value)
			return;
	if (p->value_count < VALUES_MAX)
		p->values[p->value_count++] = value;
}

/* Around the borders of each comparison, also of its halves. */
static void add_values(struct pair *p, uint64_t v)
{
	static const int64_t near[] = { -1, 0, 1, 1LL << 32, -(1LL << 32) };

	for (size_t i = 0; i < COUNT(near); i++)
		add_value(p, v + (uint64_t)near[i]);
	add_value(p, v & UINT32_MAX);
	add_value(p, v | UINT64_MAX << 32);
	add_value(p, v ^ 1);
	add_value(p, ~v);
}

static void check_one(struct pair *p, const struct seccomp_data *data)
{
	unsigned long steps = 0;
	uint32_t theirs =
		program_run(p->theirs.code, p->theirs.count, data, &steps);
	uint32_t ours = program_run(p->ours.code, p->ours.count, data, &steps);

	p->checked++;
	theirs = expected(p, data, theirs);
	if (ours != theirs)
		ck_abort_msg("arch %#x number %#x args %#llx %#llx %#llx %#llx "
			     "%#llx %#llx: minic %#x, libseccomp %#x",
			     data->arch, (unsigned)data->nr, data->args[0],
			     data->args[1], data->args[2], data->args[3],
			     data->args[4], data->args[5], ours, theirs);
}

static void check_number(struct pair *p, uint32_t arch, uint32_t number,
			 int rounds)
{
	struct seccomp_data data = { .nr = (int)number, .arch = arch };

	check_one(p, &data);
	for (int i = 0; i < rounds; i++) {
		for (size_t k = 0; k < COUNT(data.args); k++)
			data.args[k] =
				p->values[(size_t)random() % p->value_count];
		check_one(p, &data);
	}
}

static void check_all(struct pair *p, int rounds)
{
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386,
					  AUDIT_ARCH_ARM, 0 };
	static const uint32_t far[] = { 0x3fffffff, 0x7fffffff, 0x80000000,
					0xbfffffff, 0xc0000000, 0xfffffffe,
					0xffffffff };

	for (size_t i = 0; i < COUNT(archs); i++) {
		for (uint32_t n = 0; n < 1024; n++) {
			check_number(p, archs[i], n, rounds);
			check_number(p, archs[i], n | X32_BIT, rounds);
		}
		for (size_t k = 0; k < COUNT(far); k++)
			check_number(p, archs[i], far[k], rounds);
	}
}

static void look_at(struct pair *p)
{
	const struct spec_seccomp *spec = &p->profile.spec;
	const char *action = spec->default_action;

	for (size_t i = 0; i < spec->architectures.n; i++) {
		const char *arch = spec->architectures.v[i];

		p->has_x32 |= strcmp(arch, "SCMP_ARCH_X32") == 0;
		p->has_i386 |= strcmp(arch, "SCMP_ARCH_X86") == 0;
	}
	p->denies = strcmp(action, "SCMP_ACT_ALLOW") != 0 &&
		    strcmp(action, "SCMP_ACT_LOG") != 0 &&
		    strcmp(action, "SCMP_ACT_TRACE") != 0;
	find_highest(p);
	add_values(p, 0);
	add_values(p, 1ULL << 63);
	for (size_t i = 0; i < spec->rule_count; i++) {
		for (size_t k = 0; k < spec->rules[i].arg_count; k++) {
			add_values(p, spec->rules[i].args[k].value);
			add_values(p, spec->rules[i].args[k].value_two);
		}
	}
}

static void pair_release(struct pair *p)
{
	seccomp_filter_release(&p->ours);
	free(p->theirs.code);
	profile_release(&p->profile);
	free(p);
}

static struct pair *pair_new(const char *text)
{
	struct pair *p = calloc(1, sizeof(*p));
	struct report rep;
	int r;

	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(report_init(&rep, false), 0);
	profile_read(text, &p->profile);
	look_at(p);
	ck_assert_int_eq(
		program_of_libseccomp(&p->profile.spec, false, &p->theirs), 0);
	r = seccomp_build(&p->profile.spec, &rep, &p->ours);
	ck_assert_msg(r == 0, "%s", rep.page->error.message);
	return p;
}

START_TEST(test_profiles_of_our_own)
{
	struct pair *p = pair_new(hand_written[_i].text);

	check_all(p, 200);
	ck_assert_int_eq(p->profile.left_out, 0);
	/* All of them but one leave a table out, and the second has both. */
	ck_assert_uint_gt(p->foreign, 0);
	ck_assert(p->newer > 0 || !p->denies || !p->named[0]);
	pair_release(p);
}
END_TEST

START_TEST(test_the_profile_of_podman)
{
	struct pair *p = pair_new(podman_profile);

	check_all(p, 40);
	printf("podman's profile: %lu cases the same; %zu instructions of "
	       "libseccomp, %d of minic; %d names unknown to one of them\n",
	       p->checked - p->foreign - p->newer, p->theirs.count,
	       p->ours.count, p->profile.left_out);
	pair_release(p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic_seccomp");
	TCase *same = tcase_create("same");
	TCase *podman =
		add_task(suite, "podman",
			 access(podman_profile, R_OK) == 0
				 ? NULL
				 : "needs podman's profile; try: apt-get "
				   "install "
				   "golang-github-containers-common");

	tcase_set_timeout(same, 120);
	tcase_set_timeout(podman, 120);
	tcase_add_loop_test(same, test_profiles_of_our_own, 0,
			    COUNT(hand_written));
	suite_add_tcase(suite, same);
	tcase_add_test(podman, test_the_profile_of_podman);
	return run_suite(suite);
}
