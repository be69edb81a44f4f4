/* SPDX-License-Identifier: MIT */
/* test_minic_cgroup.c - labs/11-container: limits as texts, devices as code */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "../../labs/11-container/cgroup_devices.h"
#include "../../labs/11-container/cgroup_limits.h"
#include "../../labs/11-container/cgroup_place.h"
#include "cleanup.h"

/* ---- fixture -------------------------------------------------------------- */

static struct report report_for(void)
{
	struct report rep;

	ck_assert_int_eq(report_init(&rep, false), 0);
	return rep;
}

/* Nothing asked for: each number is SPEC_NONE. */
static struct spec_resources nothing(void)
{
	return (struct spec_resources){
		.given = true,
		.memory_limit = SPEC_NONE,
		.memory_reservation = SPEC_NONE,
		.memory_swap = SPEC_NONE,
		.memory_kernel = SPEC_NONE,
		.memory_kernel_tcp = SPEC_NONE,
		.memory_swappiness = SPEC_NONE,
		.cpu_shares = SPEC_NONE,
		.cpu_quota_us = SPEC_NONE,
		.cpu_burst_us = SPEC_NONE,
		.cpu_period_us = SPEC_NONE,
		.cpu_realtime_runtime_us = SPEC_NONE,
		.cpu_realtime_period_us = SPEC_NONE,
		.cpu_idle = SPEC_NONE,
		.pids_limit = SPEC_NONE,
		.io_weight = SPEC_NONE,
		.io_leaf_weight = SPEC_NONE,
		.net_class_id = SPEC_NONE,
	};
}

/* ---- limits --------------------------------------------------------------- */

/* "memory.max=1 pids.max=max! ": ! unlimited, ? optional, ~ keep the quota,
 * < early; "a=1|b=2 ": b if there is no a. */
struct log {
	char text[1024];
	size_t n;
};

static void put(struct log *log, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct log *log, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log->n += (size_t)vsnprintf(log->text + log->n,
				    sizeof(log->text) - log->n, fmt, ap);
	va_end(ap);
	ck_assert_uint_lt(log->n, sizeof(log->text));
}

static int note(void *ctx, const struct cgroup_limit *limit)
{
	put(ctx, "%s=%s%s%s%s%s", limit->file, limit->text,
	    limit->unlimited ? "!" : "", limit->optional ? "?" : "",
	    limit->keep_quota ? "~" : "", limit->early ? "<" : "");
	if (limit->other_file)
		put(ctx, "|%s=%s", limit->other_file, limit->other_text);
	put(ctx, ";");
	return 0;
}

/* A field of the resources, by its place. */
#define AT(field) offsetof(struct spec_resources, field)
enum { FIELDS = 4 };

static const struct {
	struct {
		size_t at; /* 0: no more; it is "given" */
		int64_t value;
	} set[FIELDS];
	const char *made;    /* of a new group; or what is refused, with - */
	const char *updated; /* of one in use; NULL: the same */
} numbers[] = {
	{ { { 0 } }, "", NULL },
	{ { { AT(memory_limit), 1048576 } }, "memory.max=1048576;", NULL },
	{ { { AT(memory_limit), -1 } }, "memory.max=max!;", NULL },
	{ { { AT(memory_limit), 0 } }, "", NULL },
	{ { { AT(memory_limit), 100 }, { AT(memory_swap), 250 } },
	  "memory.max=100;memory.swap.max=150;",
	  NULL },
	{ { { AT(memory_limit), 100 }, { AT(memory_swap), 100 } },
	  "memory.max=100;memory.swap.max=0?;",
	  NULL },
	{ { { AT(memory_limit), 100 }, { AT(memory_swap), -1 } },
	  "memory.max=100;memory.swap.max=max!?;",
	  NULL },
	{ { { AT(memory_limit), 100 }, { AT(memory_swap), 99 } },
	  "-memory.swap",
	  NULL },
	{ { { AT(memory_swap), 99 } }, "-memory.swap", NULL },
	{ { { AT(memory_limit), -1 }, { AT(memory_swap), 99 } },
	  "memory.max=max!;memory.swap.max=99;",
	  NULL },
	{ { { AT(memory_reservation), 4096 } }, "memory.low=4096;", NULL },
	{ { { AT(memory_kernel), 4096 } }, "", NULL },
	{ { { AT(memory_swappiness), 60 } }, "-memory.swappiness", NULL },
	{ { { AT(memory_swappiness), -1 } }, "", NULL },
	{ { { AT(cpu_shares), 1024 } }, "cpu.weight=39;", NULL },
	{ { { AT(cpu_shares), 0 } }, "", NULL },
	{ { { AT(cpu_quota_us), 20000 } }, "cpu.max=20000;", NULL },
	{ { { AT(cpu_quota_us), -1 } }, "cpu.max=max!;", NULL },
	{ { { AT(cpu_period_us), 50000 } }, "cpu.max=max 50000~;", NULL },
	{ { { AT(cpu_quota_us), 20000 }, { AT(cpu_period_us), 50000 } },
	  "cpu.max=20000 50000;",
	  NULL },
	{ { { AT(cpu_quota_us), -1 }, { AT(cpu_period_us), 100000 } },
	  "cpu.max=max 100000!;",
	  NULL },
	{ { { AT(cpu_quota_us), -1 }, { AT(cpu_period_us), 50000 } },
	  "cpu.max=max 50000;",
	  NULL },
	{ { { AT(cpu_period_us), -5 } }, "-cpu.period", NULL },
	{ { { AT(cpu_quota_us), 20000 }, { AT(cpu_burst_us), 10000 } },
	  "cpu.max=20000;cpu.max.burst=10000;",
	  "cpu.max.burst=10000<;cpu.max=20000;cpu.max.burst=10000;" },
	{ { { AT(cpu_burst_us), -1 } }, "-cpu.burst", NULL },
	{ { { AT(cpu_idle), 1 }, { AT(cpu_shares), 2 } },
	  "cpu.weight=1;cpu.idle=1;",
	  NULL },
	{ { { AT(cpu_idle), 0 }, { AT(cpu_shares), 2 } },
	  "cpu.idle=0;cpu.weight=1;",
	  NULL },
	{ { { AT(cpu_realtime_runtime_us), 1 } },
	  "-cpu.realtimeRuntime",
	  NULL },
	{ { { AT(cpu_realtime_period_us), 1 } }, "-cpu.realtimePeriod", NULL },
	{ { { AT(cpu_realtime_period_us), 0 } }, "", NULL },
	{ { { AT(pids_limit), 7 } }, "pids.max=7;", NULL },
	{ { { AT(pids_limit), 0 } }, "pids.max=max!;", NULL },
	{ { { AT(pids_limit), -1 } }, "pids.max=max!;", NULL },
	{ { { AT(io_weight), 10 } }, "io.bfq.weight=10|io.weight=1;", NULL },
	{ { { AT(io_weight), 9 } }, "-blockIO.weight", NULL },
	{ { { AT(io_weight), 1001 } }, "-blockIO.weight", NULL },
	{ { { AT(io_leaf_weight), 10 } }, "-blockIO.leafWeight", NULL },
	{ { { AT(net_class_id), 1 } }, "-network.classID", NULL },
	{ { { AT(net_class_id), 0 } }, "", NULL },
};

static void check_limits(const struct spec_resources *res, bool update,
			 const char *wanted)
{
	struct report rep = report_for();
	struct log log = { 0 };
	int r = cgroup_limits(res, update, &rep, note, &log);

	if (*wanted != '-') {
		ck_assert_int_eq(r, 0);
		ck_assert_str_eq(log.text, wanted);
		return;
	}
	ck_assert(r == -EINVAL || r == -ENOTSUP);
	ck_assert_int_eq(rep.page->error.err, r);
	ck_assert_msg(strstr(rep.page->error.message, wanted + 1),
		      "\"%s\" does not name %s", rep.page->error.message,
		      wanted + 1);
}

START_TEST(number_becomes_the_text_of_a_file)
{
	struct spec_resources res = nothing();

	for (size_t i = 0; i < FIELDS && numbers[_i].set[i].at; i++)
		memcpy((char *)&res + numbers[_i].set[i].at,
		       &numbers[_i].set[i].value, sizeof(int64_t));
	check_limits(&res, false, numbers[_i].made);
	check_limits(&res, true,
		     numbers[_i].updated ? numbers[_i].updated
					 : numbers[_i].made);
}
END_TEST

START_TEST(weights_are_in_proportion)
{
	ck_assert_uint_eq(cgroup_cpu_weight(2), 1);
	ck_assert_uint_eq(cgroup_cpu_weight(262144), 10000);
	ck_assert_uint_eq(cgroup_cpu_weight(1), 1);
	ck_assert_uint_eq(cgroup_cpu_weight(-7), 1);
	ck_assert_uint_eq(cgroup_cpu_weight(INT64_MAX), 10000);
	ck_assert_uint_eq(cgroup_cpu_weight(131073), 5000);
	ck_assert_uint_eq(cgroup_io_weight(10), 1);
	ck_assert_uint_eq(cgroup_io_weight(500), 4950);
	ck_assert_uint_eq(cgroup_io_weight(1000), 10000);
}
END_TEST

START_TEST(lists_become_a_write_for_each)
{
	struct spec_device_rate rates[] = { { 8, 0, 1048576 }, { 8, 16, 0 } };
	struct spec_device_rate weights[] = { { 8, 0, 1000 } };
	struct spec_hugepage pages[] = { { (char *)"2MB", 4194304 } };
	struct spec_rdma rdma[] = { { (char *)"mlx5_0", 3, SPEC_NONE } };
	struct spec_pair files[] = { { (char *)"memory.high", (char *)"4096" },
				     { (char *)"io.max",
				       (char *)"8:0 rbps=1\n8:1 rbps=2\n" } };
	struct spec_resources res = nothing();

	res.io_read_bps = (struct spec_device_rates){ rates, 2 };
	res.io_write_iops = (struct spec_device_rates){ rates, 1 };
	res.io_weight_device = (struct spec_device_rates){ weights, 1 };
	res.hugepages = pages;
	res.hugepage_count = 1;
	res.rdma = rdma;
	res.rdma_count = 1;
	res.unified = (struct spec_map){ files, 2 };
	res.cpu_cpus = (char *)"0-1";
	res.cpu_mems = (char *)"";
	check_limits(&res, false,
		     "cpuset.cpus=0-1;"
		     "io.bfq.weight=8:0 1000|io.weight=8:0 10000;"
		     "io.max=8:0 rbps=1048576;io.max=8:16 rbps=max!;"
		     "io.max=8:0 wiops=1048576;"
		     "hugetlb.2MB.max=4194304;hugetlb.2MB.rsvd.max=4194304?;"
		     "rdma.max=mlx5_0 hca_handle=3;"
		     "memory.high=4096;"
		     "io.max=8:0 rbps=1;io.max=8:1 rbps=2;");
}
END_TEST

START_TEST(names_that_leave_the_group_are_refused)
{
	static const char *const keys[] = { "../memory.max", "a/b.c",  "..",
					    ".hidden",	     "memory", "" };
	static const char *const sizes[] = { "", "2MB/..", "..", "2 MB" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct spec_pair pair = { (char *)keys[i], (char *)"1" };
		struct spec_resources res = nothing();

		res.unified = (struct spec_map){ &pair, 1 };
		check_limits(&res, false, "-unified");
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct spec_hugepage page = { (char *)sizes[i], 1 };
		struct spec_resources res = nothing();

		res.hugepages = &page;
		res.hugepage_count = 1;
		check_limits(&res, false, "-hugepageLimits");
	}
}
END_TEST

START_TEST(what_version_2_has_not_is_refused_by_name)
{
	struct spec_resources res = nothing();

	res.memory_disable_oom_killer = true;
	check_limits(&res, false, "-memory.disableOOMKiller");
	res = nothing();
	res.net_priorities = true;
	check_limits(&res, false, "-network.priorities");
}
END_TEST

START_TEST(file_tells_its_controller)
{
	ck_assert_uint_ne(cgroup_controller("cpu.max"), 0);
	ck_assert_uint_ne(cgroup_controller("cpu.max"),
			  cgroup_controller("cpuset.cpus"));
	ck_assert_uint_eq(cgroup_controller("memory.swap.max"),
			  cgroup_controller("memory.high"));
	ck_assert_uint_eq(cgroup_controller("cgroup.procs"), 0);
	ck_assert_uint_eq(cgroup_controller("mem.max"), 0);
	ck_assert_uint_eq(cgroup_controller(""), 0);
}
END_TEST

/* ---- devices -------------------------------------------------------------- */

/* As much of the kernel's machine as these programs use; -1: a fault. */
static int interpret(const struct bpf_insn *insns, size_t count,
		     const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t reg[10] = { 0 };

	for (size_t pc = 0; pc < count; pc++) {
		const struct bpf_insn *i = &insns[pc];
		uint64_t *dst = &reg[i->dst_reg];
		uint32_t word;
		bool jump = false;

		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			memcpy(&word, (const char *)ctx + i->off, sizeof(word));
			*dst = word;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			*dst = (uint32_t)*dst & (uint32_t)i->imm;
			break;
		case BPF_ALU | BPF_RSH | BPF_K:
			*dst = (uint32_t)*dst >> i->imm;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			*dst = (uint64_t)i->imm;
			break;
		case BPF_JMP | BPF_JNE | BPF_K:
			jump = *dst != (uint64_t)i->imm;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			jump = (*dst & (uint64_t)i->imm) != 0;
			break;
		case BPF_JMP | BPF_JA:
			jump = true;
			break;
		case BPF_JMP | BPF_EXIT:
			return (int)reg[0];
		default:
			return -1;
		}
		if (jump)
			pc += (size_t)i->off;
	}
	return -1; /* ran off its end */
}

enum { R = BPF_DEVCG_ACC_READ, W = BPF_DEVCG_ACC_WRITE, M = 1 };
_Static_assert((int)M == (int)BPF_DEVCG_ACC_MKNOD, "as in linux/bpf.h");

#define RULE(allow, type, major, minor, access)               \
	{                                                     \
		allow, type, major, minor, ((access)&R) != 0, \
			((access)&W) != 0, ((access)&M) != 0  \
	}
#define DENY_ALL RULE(false, 'a', -1, -1, R | W | M)

static const struct {
	struct spec_device_rule rules[4];
	size_t count;
	char type;
	uint32_t major, minor;
	uint32_t access;
	int allowed;
} devices[] = {
	{ { DENY_ALL }, 1, 'b', 8, 0, R, 0 },
	{ { DENY_ALL }, 1, 'c', 1, 3, R | W, 1 }, /* null, always */
	{ { DENY_ALL }, 1, 'c', 1, 1, R, 0 },	  /* mem */
	{ { DENY_ALL }, 1, 'b', 1, 3, R, 0 },	  /* not the null of blocks */
	{ { DENY_ALL }, 1, 'c', 136, 77, R | W, 1 },
	{ { DENY_ALL }, 1, 'b', 8, 0, M, 1 }, /* a node, not to be opened */
	{ { DENY_ALL }, 1, 'b', 8, 0, M | R, 0 },
	{ { RULE(false, 'c', 1, 3, R | W | M) }, 1, 'c', 1, 3, R, 1 },
	/* in order: the last one holds */
	{ { DENY_ALL, RULE(true, 'b', 8, 0, R) }, 2, 'b', 8, 0, R, 1 },
	{ { DENY_ALL, RULE(true, 'b', 8, 0, R) }, 2, 'b', 8, 0, R | W, 0 },
	{ { DENY_ALL, RULE(true, 'b', 8, 0, R) }, 2, 'b', 8, 1, R, 0 },
	{ { DENY_ALL, RULE(true, 'b', 8, 0, R) }, 2, 'b', 9, 0, R, 0 },
	{ { DENY_ALL, RULE(true, 'b', 8, 0, R) }, 2, 'c', 8, 0, R, 0 },
	{ { DENY_ALL, RULE(true, 'b', 8, -1, R) }, 2, 'b', 8, 5, R, 1 },
	{ { DENY_ALL, RULE(true, 'a', 8, -1, R) }, 2, 'c', 8, 5, R, 1 },
	{ { RULE(true, 'b', 8, 0, R), DENY_ALL }, 2, 'b', 8, 0, R, 0 },
	/* each kind of access has its own last rule */
	{ { DENY_ALL, RULE(true, 'b', 8, 0, R), RULE(true, 'b', 8, 0, W) },
	  3,
	  'b',
	  8,
	  0,
	  R | W,
	  1 },
	{ { DENY_ALL, RULE(true, 'b', 8, 0, R | W), RULE(false, 'b', 8, 0, W) },
	  3,
	  'b',
	  8,
	  0,
	  R,
	  1 },
	{ { DENY_ALL, RULE(true, 'b', 8, 0, R | W), RULE(false, 'b', 8, 0, W) },
	  3,
	  'b',
	  8,
	  0,
	  R | W,
	  0 },
	/* allow all, but one */
	{ { RULE(true, 'a', -1, -1, R | W | M), RULE(false, 'b', 8, 0, R) },
	  2,
	  'b',
	  8,
	  0,
	  R,
	  0 },
	{ { RULE(true, 'a', -1, -1, R | W | M), RULE(false, 'b', 8, 0, R) },
	  2,
	  'b',
	  8,
	  0,
	  W,
	  1 },
	{ { RULE(true, 'a', -1, -1, R | W | M), RULE(false, 'b', 8, 0, R) },
	  2,
	  'b',
	  8,
	  1,
	  R | W | M,
	  1 },
	/* a rule about nothing says nothing; what no rule names is denied */
	{ { RULE(true, 'b', 8, 0, 0) }, 1, 'b', 8, 0, R, 0 },
	{ { RULE(true, 'b', 8, 0, R) }, 1, 'b', 8, 1, R, 0 },
	{ { RULE(true, 'b', INT32_MAX, 0, R) }, 1, 'b', INT32_MAX, 0, R, 1 },
};

START_TEST(last_rule_for_a_device_and_an_access_holds)
{
	auto_free struct bpf_insn *insns =
		calloc(cgroup_devices_room(devices[_i].count), sizeof(*insns));
	const struct bpf_cgroup_dev_ctx ctx = {
		.access_type = devices[_i].access << 16 |
			       (devices[_i].type == 'b' ? BPF_DEVCG_DEV_BLOCK
							: BPF_DEVCG_DEV_CHAR),
		.major = devices[_i].major,
		.minor = devices[_i].minor,
	};
	size_t n = cgroup_devices_program(devices[_i].rules, devices[_i].count,
					  insns);

	ck_assert_uint_gt(n, 0);
	ck_assert_uint_le(n, cgroup_devices_room(devices[_i].count));
	ck_assert_int_eq(interpret(insns, n, &ctx), devices[_i].allowed);
}
END_TEST

START_TEST(everything_allowed_needs_no_program)
{
	static const struct spec_device_rule rules[] = {
		DENY_ALL,
		RULE(true, 'a', -1, -1, R | W | M),
		RULE(false, 'b', 8, 0, 0),
	};
	struct bpf_insn insns[256];

	ck_assert_uint_eq(cgroup_devices_program(rules, 2, insns), 0);
	ck_assert_uint_eq(cgroup_devices_program(rules, 3, insns), 0);
	ck_assert_uint_gt(cgroup_devices_program(rules, 1, insns), 0);
	ck_assert_uint_gt(cgroup_devices_program(rules, 0, insns), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic: cgroup");
	TCase *tc = add_task(suite, "limits", NULL);

	tcase_add_loop_test(tc, number_becomes_the_text_of_a_file, 0,
			    sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(tc, weights_are_in_proportion);
	tcase_add_test(tc, lists_become_a_write_for_each);
	tcase_add_test(tc, names_that_leave_the_group_are_refused);
	tcase_add_test(tc, what_version_2_has_not_is_refused_by_name);
	tcase_add_test(tc, file_tells_its_controller);
	tc = add_task(suite, "devices", NULL);
	tcase_add_loop_test(tc, last_rule_for_a_device_and_an_access_holds, 0,
			    sizeof(devices) / sizeof(devices[0]));
	tcase_add_test(tc, everything_allowed_needs_no_program);
	return run_suite(suite);
}
