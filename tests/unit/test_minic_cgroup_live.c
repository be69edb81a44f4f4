/* SPDX-License-Identifier: MIT */
/* test_minic_cgroup_live.c - labs/11-container: the group of a container, in
 * the kernel.  On a machine without cgroup v2 the program runs itself in the
 * lab machine. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#include "../../labs/11-container/cgroup.h"
#include "../../labs/11-container/cgroup_place.h"
#include "../../labs/11-container/cgroup_stats.h"
#include "cgroupfs.h"
#include "child.h"
#include "cleanup.h"
#include "file.h"
#include "kit.h"
#include "machine.h"

enum { USER = 54321, MIB = 1 << 20 };

#define TOP CGROUP_ROOT "/minic-unit"

/* ---- fixture -------------------------------------------------------------- */

static struct report rep;
static struct cgroup group;
static atomic_ulong *counter; /* shared with the children of a test */

/* What a test that failed has left. */
static void clean_up(void)
{
	struct run run;

	run_program(&run, (const char *const[]){
				  "sh", "-c",
				  "cd " CGROUP_ROOT
				  " && for g in minic-unit*; do [ -d $g ] || "
				  "continue; echo 1 >$g/cgroup.kill; find $g "
				  "-depth -type d -exec rmdir {} \\; ; done",
				  NULL });
}

static void test_begins(void)
{
	clean_up();
	ck_assert_int_eq(report_init(&rep, false), 0);
	counter = mmap(NULL, sizeof(*counter), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(counter, MAP_FAILED);
	group = CGROUP_NONE;
	/* Grandchildren whose parent has ended are ours. */
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

static void reap_all(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static struct spec_resources nothing(void)
{
	struct spec_resources res = { .given = true };
	int64_t *const numbers[] = {
		&res.memory_limit,
		&res.memory_reservation,
		&res.memory_swap,
		&res.memory_kernel,
		&res.memory_kernel_tcp,
		&res.memory_swappiness,
		&res.cpu_shares,
		&res.cpu_quota_us,
		&res.cpu_burst_us,
		&res.cpu_period_us,
		&res.cpu_realtime_runtime_us,
		&res.cpu_realtime_period_us,
		&res.cpu_idle,
		&res.pids_limit,
		&res.io_weight,
		&res.io_leaf_weight,
		&res.net_class_id,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		*numbers[i] = SPEC_NONE;
	return res;
}

static void make(const char *path, const struct spec_resources *res)
{
	int r = cgroup_make(path, "minic-unit", false, res, &rep, &group);

	ck_assert_msg(r == 0, "%s %s: %s %s", rep.page->error.call,
		      rep.page->error.object, strerror(-r),
		      rep.page->error.message);
	ck_assert_int_ge(group.dirfd, 0);
}

static void remove_all(void)
{
	ck_assert_int_eq(cgroup_remove(&group, &rep), 0);
	ck_assert_int_eq(group.dirfd, -1);
	ck_assert_int_ne(access(TOP, F_OK), 0);
}

static const char *content(const char *file)
{
	static char text[1024];
	int r = file_read_at(group.dirfd, file, text, sizeof(text));

	ck_assert_msg(r >= 0, "%s: %s", file, strerror(-r));
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Born in the group, as a container is. */
static pid_t spawn(int (*fn)(void *arg), void *arg)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group.dirfd,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)signal(SIGTERM, SIG_DFL); /* Check has a handler */
		_exit(fn(arg));
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

static int sleeps(void *arg)
{
	(void)arg;
	while (pause() < 0)
		;
	return 0;
}

static int counts(void *arg)
{
	(void)arg;
	while (atomic_fetch_add(counter, 1) < ULONG_MAX)
		;
	return 0;
}

static void await_count(unsigned long at_least)
{
	while (atomic_load(counter) < at_least)
		(void)poll(NULL, 0, 5);
}

/* ---- make and remove -------------------------------------------------------- */

START_TEST(limits_are_in_the_files_and_parents_go_again)
{
	struct spec_resources res = nothing();

	res.memory_limit = 64 * MIB;
	res.memory_swap = 96 * MIB;
	res.memory_reservation = 32 * MIB;
	res.cpu_shares = 1024;
	res.cpu_quota_us = 20000;
	res.cpu_period_us = 50000;
	res.cpu_cpus = (char *)"0";
	res.pids_limit = 17;
	make("/minic-unit//deep/./group", &res);
	ck_assert_str_eq(group.path, "/minic-unit/deep/group");
	ck_assert_uint_eq(group.made, 3);
	ck_assert_str_eq(content("memory.max"), "67108864");
	ck_assert_str_eq(content("memory.swap.max"), "33554432");
	ck_assert_str_eq(content("memory.low"), "33554432");
	ck_assert_str_eq(content("cpu.weight"), "39");
	ck_assert_str_eq(content("cpu.max"), "20000 50000");
	ck_assert_str_eq(content("cpuset.cpus"), "0");
	ck_assert_str_eq(content("pids.max"), "17");
	remove_all();
}
END_TEST

START_TEST(group_without_limits_can_be_measured)
{
	struct spec_resources res = nothing();

	make(NULL, &res); /* so the name is the container's */
	ck_assert_str_eq(group.path, "/minic-unit");
	ck_assert_str_eq(content("memory.max"), "max");
	ck_assert_str_eq(content("pids.max"), "max");
	ck_assert_int_ge(atoi(content("cpu.stat") + strlen("usage_usec ")), 0);
	remove_all();
}
END_TEST

START_TEST(only_our_own_parents_go)
{
	struct spec_resources res = nothing();

	ck_assert_int_eq(mkdir(TOP, 0755), 0);
	make("/minic-unit/a/b", &res);
	ck_assert_uint_eq(group.made, 2);
	ck_assert_int_eq(mkdir(TOP "/a/other", 0755), 0);
	ck_assert_int_eq(cgroup_remove(&group, &rep), 0);
	ck_assert_int_ne(access(TOP "/a/b", F_OK), 0);
	ck_assert_int_eq(rmdir(TOP "/a/other"), 0);
	ck_assert_int_eq(rmdir(TOP "/a"), 0);
	ck_assert_int_eq(rmdir(TOP), 0);
}
END_TEST

START_TEST(recorded_path_opens_the_group_again)
{
	struct spec_resources res = nothing();
	struct cgroup again;
	pid_t pid;

	make("/minic-unit/x", &res);
	pid = spawn(sleeps, NULL);
	ck_assert_int_eq(cgroup_open_of(pid, &rep, &again), 0);
	ck_assert_str_eq(again.path, group.path);
	cgroup_close(&again);
	ck_assert_int_eq(cgroup_open(group.path, group.made, &rep, &again), 0);
	cgroup_close(&group);
	ck_assert_int_eq(cgroup_remove(&again, &rep), 0);
	ck_assert_int_eq(child_wait(pid), 128 + SIGKILL);
	ck_assert_int_ne(access(TOP, F_OK), 0);
	ck_assert_int_eq(cgroup_open("/minic-unit/x", 0, &rep, &again),
			 -ENOENT);
}
END_TEST

static const struct {
	const char *path;
	const char *unified; /* a file with the value 1; NULL: none */
	int error;
	const char *says;
} wrong[] = {
	{ "/minic-unit/a/b", "memory.nothing", -ENOENT, "memory.nothing" },
	{ "/minic-unit/a/b", "rdma.max", -ENODEV, "rdma.max" },
	{ "/minic-unit/a/b", "perf_event.x", -ENOENT, "perf_event.x" },
	{ "/minic-unit/../x", NULL, -EINVAL, "cgroupsPath" },
	{ "/", NULL, -EINVAL, "cgroupsPath" },
	{ "minic.slice:minic:4711", NULL, -ENOTSUP, "--cgroup-manager" },
};

START_TEST(error_says_what_and_leaves_nothing)
{
	struct spec_pair pair = { (char *)wrong[_i].unified, (char *)"1" };
	struct spec_resources res = nothing();
	const struct report_error *error = &rep.page->error;

	if (wrong[_i].unified)
		res.unified = (struct spec_map){ &pair, 1 };
	ck_assert_int_eq(
		cgroup_make(wrong[_i].path, "x", false, &res, &rep, &group),
		wrong[_i].error);
	ck_assert_int_eq(error->err, wrong[_i].error);
	ck_assert_msg(strstr(error->message, wrong[_i].says) ||
			      strstr(error->object, wrong[_i].says),
		      "\"%s\" \"%s\"", error->message, error->object);
	ck_assert_int_eq(group.dirfd, -1);
	ck_assert_int_ne(access(TOP, F_OK), 0);
}
END_TEST

START_TEST(group_in_use_is_refused_and_an_empty_one_taken)
{
	struct spec_resources res = nothing();
	struct cgroup other = CGROUP_NONE;
	pid_t pid;

	make("/minic-unit", &res);
	pid = spawn(sleeps, NULL);
	ck_assert_int_eq(
		cgroup_make("/minic-unit", "x", false, &res, &rep, &other),
		-EEXIST);
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, "has processes"));
	ck_assert_int_eq(cgroup_kill(&group, SIGKILL, &rep), 0);
	ck_assert_int_eq(child_wait(pid), 128 + SIGKILL);
	report_forget(&rep);
	ck_assert_int_eq(
		cgroup_make("/minic-unit", "x", false, &res, &rep, &other), 0);
	ck_assert_uint_eq(other.made, 0);
	cgroup_close(&other);
	remove_all();
}
END_TEST

/* "No internal processes", and the trap of threaded groups with pids. */
START_TEST(parent_with_processes_is_named)
{
	struct spec_resources res = nothing();
	struct cgroup below = CGROUP_NONE;
	pid_t pid;

	make("/minic-unit", &res);
	pid = spawn(sleeps, NULL);
	res.pids_limit = 5;
	ck_assert_int_eq(cgroup_make("/minic-unit/below", "x", false, &res,
				     &rep, &below),
			 -EBUSY);
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, "/minic-unit"));
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, "pids"));
	ck_assert_int_ne(access(TOP "/below", F_OK), 0);
	ck_assert_str_eq(content("cgroup.type"), "domain");
	remove_all();
	ck_assert_int_eq(child_wait(pid), 128 + SIGKILL);
}
END_TEST

START_TEST(given_away_are_the_files_without_limits)
{
	struct spec_resources res = nothing();
	struct stat st;

	make("/minic-unit", &res);
	ck_assert_int_eq(cgroup_give(&group, USER, USER, &rep), 0);
	ck_assert_int_eq(stat(TOP, &st), 0);
	ck_assert_uint_eq(st.st_uid, USER);
	ck_assert_int_eq(stat(TOP "/cgroup.procs", &st), 0);
	ck_assert_uint_eq(st.st_uid, USER);
	ck_assert_int_eq(stat(TOP "/memory.max", &st), 0);
	ck_assert_uint_eq(st.st_uid, 0);
	remove_all();
}
END_TEST

/* ---- limits hold -------------------------------------------------------------- */

static int eats(void *arg)
{
	size_t size = 64 * MIB;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	for (size_t i = 0; memory != MAP_FAILED && i < size; i += 4096)
		memory[i] = 1;
	return 0;
}

START_TEST(too_much_memory_is_a_kill_that_is_counted)
{
	struct spec_resources res = nothing();

	res.memory_limit = 16 * MIB;
	res.memory_swap = 16 * MIB;
	make("/minic-unit", &res);
	ck_assert_uint_eq(cgroup_oom_kills(&group), 0);
	ck_assert_int_eq(child_wait(spawn(eats, NULL)), 128 + SIGKILL);
	ck_assert_uint_eq(cgroup_oom_kills(&group), 1);
	remove_all();
}
END_TEST

/* How many children there could be. */
static int forks(void *arg)
{
	(void)arg;
	for (int n = 0; n < 100; n++) {
		pid_t pid = fork();

		if (pid == 0)
			sleeps(NULL);
		if (pid < 0)
			return errno == EAGAIN ? n : 101;
	}
	return 100;
}

START_TEST(fork_bomb_stays_small_and_goes_with_its_group)
{
	struct spec_resources res = nothing();
	pid_t *pids;
	size_t count;

	res.pids_limit = 8;
	make("/minic-unit", &res);
	ck_assert_int_eq(child_wait(spawn(forks, NULL)), 7);
	ck_assert_int_eq(cgroup_pids(&group, &rep, &pids, &count), 0);
	ck_assert_uint_eq(count, 7);
	free(pids);
	remove_all();
	reap_all();
}
END_TEST

/* Bits: 1 null could be opened, 2 the disk could, 4 the log could. */
static int opens(void *arg)
{
	static const struct {
		mode_t type;
		unsigned int major, minor;
	} devices[] = { { S_IFCHR, 1, 3 },
			{ S_IFBLK, 7, 0 },
			{ S_IFCHR, 1, 11 } };
	int result = 0;

	(void)arg;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/dev/minic-unit-%zu", i);
		(void)unlink(path);
		if (mknod(path, devices[i].type | 0600,
			  makedev(devices[i].major, devices[i].minor)) < 0)
			return 64;
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 && errno != EPERM && errno != ENXIO)
			result |= 32;
		if (fd >= 0 || errno == ENXIO)
			result |= 1 << i;
		if (fd >= 0)
			(void)close(fd);
		(void)unlink(path);
	}
	return result;
}

START_TEST(devices_are_denied_until_a_rule_allows_them)
{
	struct spec_device_rule rules[] = {
		{ false, 'a', -1, -1, true, true, true },
		{ true, 'c', 1, 11, true, false, false },
		{ true, 'a', -1, -1, true, true, true },
	};
	struct spec_resources res = nothing();

	/* Without a rule: the default devices, and no other. */
	make("/minic-unit", &res);
	ck_assert_int_eq(child_wait(spawn(opens, NULL)), 1);
	ck_assert(!group.devices_free);
	remove_all();

	res.devices = rules;
	res.device_count = 1;
	make("/minic-unit", &res);
	ck_assert_int_eq(child_wait(spawn(opens, NULL)), 1);
	res.device_count = 2;
	ck_assert_int_eq(cgroup_update(&group, &res, false, &rep), 0);
	ck_assert_int_eq(child_wait(spawn(opens, NULL)), 1 | 4);
	res.device_count = 1;
	ck_assert_int_eq(cgroup_update(&group, &res, false, &rep), 0);
	ck_assert_int_eq(child_wait(spawn(opens, NULL)), 1);
	res.device_count = 3;
	ck_assert_int_eq(cgroup_update(&group, &res, false, &rep), 0);
	ck_assert_int_eq(child_wait(spawn(opens, NULL)), 1 | 2 | 4);
	remove_all();
}
END_TEST

/* The kernel's verifier reads every kind of instruction that we write. */
START_TEST(kernel_takes_programs_of_many_rules)
{
	enum { MANY = 100 };
	auto_free struct spec_device_rule *rules = calloc(MANY, sizeof(*rules));
	struct spec_resources res = nothing();

	for (int i = 0; i < MANY; i++)
		rules[i] = (struct spec_device_rule){
			.allow = i % 2,
			.type = "abc"[i % 3],
			.major = i % 5 ? i : -1,
			.minor = i % 7 ? i : -1,
			.read = i % 4 != 0,
			.write = i % 3 != 0,
			.mknod = i % 2 != 0,
		};
	res.devices = rules;
	res.device_count = MANY;
	make("/minic-unit", &res);
	ck_assert(!group.devices_free);
	remove_all();
}
END_TEST

/* ---- freeze, kill, update ------------------------------------------------------- */

START_TEST(frozen_is_a_busy_loop_that_stands_still)
{
	struct spec_resources res = nothing();
	unsigned long before;
	pid_t pid;

	make("/minic-unit", &res);
	pid = spawn(counts, NULL);
	await_count(1000);
	ck_assert_int_eq(cgroup_freeze(&group, true, &rep), 0);
	ck_assert(cgroup_frozen(&group));
	before = atomic_load(counter);
	(void)poll(NULL, 0, 200);
	ck_assert_uint_eq(atomic_load(counter), before);
	ck_assert_int_eq(cgroup_freeze(&group, false, &rep), 0);
	ck_assert(!cgroup_frozen(&group));
	await_count(before + 1000);
	/* Whoever is asleep can be killed. */
	ck_assert_int_eq(cgroup_freeze(&group, true, &rep), 0);
	ck_assert_int_eq(cgroup_kill(&group, SIGKILL, &rep), 0);
	ck_assert_int_eq(child_wait(pid), 128 + SIGKILL);
	remove_all();
}
END_TEST

/* Replaces itself by a child all the time, so no list of PIDs is ever right. */
static int escapes(void *arg)
{
	pid_t pid = 0;

	(void)arg;
	while (pid <= 0) {
		pid = fork();
		if (pid == 0)
			atomic_fetch_add(counter, 1);
	}
	return 0;
}

/* As many as it takes to be still at it when one of them has its turn. */
static int crowds(void *arg)
{
	for (int n = 0; n < 100; n++)
		if (fork() == 0)
			return sleeps(arg);
	return escapes(arg);
}

START_TEST(nobody_escapes_a_signal)
{
	static const int signals[] = { SIGKILL, SIGTERM };
	struct spec_resources res = nothing();
	unsigned long before;

	for (size_t i = 0; i < 2; i++) {
		make("/minic-unit", &res);
		ck_assert_int_eq(child_wait(spawn(crowds, NULL)), 0);
		await_count(20);
		ck_assert_int_eq(cgroup_kill(&group, signals[i], &rep), 0);
		ck_assert_int_eq(
			cgroupfs_await(group.dirfd, "populated", 0, 5000), 0);
		before = atomic_load(counter);
		(void)poll(NULL, 0, 50);
		ck_assert_uint_eq(atomic_load(counter), before);
		remove_all();
		reap_all();
		atomic_store(counter, 0);
	}
}
END_TEST

/* With groups of its own, as a container with systemd makes them. */
static int moves_down(void *arg)
{
	(void)arg;
	if (mkdir(TOP "/own", 0755) < 0 || mkdir(TOP "/own/er", 0755) < 0 ||
	    file_write_at(AT_FDCWD, TOP "/own/er/cgroup.procs", "0") < 0)
		return 1;
	atomic_fetch_add(counter, 1);
	return sleeps(NULL);
}

START_TEST(groups_below_are_listed_killed_and_removed)
{
	struct spec_resources res = nothing();
	pid_t *pids;
	size_t count;
	pid_t pid;

	make("/minic-unit", &res);
	pid = spawn(moves_down, NULL);
	await_count(1);
	ck_assert_int_eq(cgroup_pids(&group, &rep, &pids, &count), 0);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(pids[0], pid);
	free(pids);
	remove_all();
	ck_assert_int_eq(child_wait(pid), 128 + SIGKILL);
}
END_TEST

START_TEST(update_changes_what_is_given_only)
{
	struct spec_resources res = nothing();

	res.memory_limit = 64 * MIB;
	res.cpu_quota_us = 20000;
	res.cpu_period_us = 50000;
	res.cpu_burst_us = 20000;
	make("/minic-unit", &res);
	res = nothing();
	res.cpu_period_us = 40000;
	res.pids_limit = 9;
	ck_assert_int_eq(cgroup_update(&group, &res, false, &rep), 0);
	ck_assert_str_eq(content("cpu.max"), "20000 40000");
	ck_assert_str_eq(content("pids.max"), "9");
	ck_assert_str_eq(content("memory.max"), "67108864");
	res = nothing();
	res.cpu_quota_us = 10000; /* below the burst that there was */
	res.cpu_burst_us = 5000;
	res.pids_limit = -1;
	ck_assert_int_eq(cgroup_update(&group, &res, false, &rep), 0);
	ck_assert_str_eq(content("cpu.max"), "10000 40000");
	ck_assert_str_eq(content("cpu.max.burst"), "5000");
	ck_assert_str_eq(content("pids.max"), "max");
	res = nothing();
	res.cpu_quota_us = 30000;
	res.cpu_burst_us = 25000; /* above the quota that there was */
	ck_assert_int_eq(cgroup_update(&group, &res, false, &rep), 0);
	ck_assert_str_eq(content("cpu.max"), "30000 40000");
	ck_assert_str_eq(content("cpu.max.burst"), "25000");
	remove_all();
}
END_TEST

static int holds_memory(void *arg)
{
	size_t size = 16 * MIB;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; memory != MAP_FAILED && i < size; i += 4096)
		memory[i] = 1;
	atomic_fetch_add(counter, 1);
	return sleeps(arg);
}

START_TEST(update_below_what_is_used_can_be_refused)
{
	struct spec_resources res = nothing();
	pid_t pid;

	make("/minic-unit", &res);
	pid = spawn(holds_memory, NULL);
	await_count(1);
	res.memory_limit = 8 * MIB;
	res.memory_check_before_update = true;
	ck_assert_int_eq(cgroup_update(&group, &res, false, &rep), -EBUSY);
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, "memory.limit"));
	ck_assert_str_eq(content("memory.max"), "max");
	ck_assert_uint_eq(cgroup_oom_kills(&group), 0);
	remove_all();
	ck_assert_int_eq(child_wait(pid), 128 + SIGKILL);
}
END_TEST

/* ---- stats -------------------------------------------------------------------- */

/* As real numbers: 2^64 - 1 is too much for an integer of jansson's. */
static double stat_of(json_t *root, const char *a, const char *b, const char *c)
{
	json_t *value = json_object_get(json_object_get(root, a), b);

	if (c)
		value = json_object_get(value, c);
	ck_assert_msg(json_is_number(value), "no number %s.%s.%s", a, b,
		      c ? c : "");
	return json_number_value(value);
}

START_TEST(stats_are_json_with_the_names_of_runc)
{
	struct spec_resources res = nothing();
	auto_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *root;
	pid_t pid;

	res.memory_limit = 64 * MIB;
	res.pids_limit = 9;
	make("/minic-unit", &res);
	pid = spawn(holds_memory, NULL);
	await_count(1);
	cgroup_stats_print(&group, out);
	(void)fclose(out);
	root = json_loads(
		text, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
	ck_assert_msg(root != NULL, "no JSON: %s", text);
	ck_assert_double_gt(stat_of(root, "cpu", "usage", "total"), 0);
	ck_assert_double_ge(stat_of(root, "cpu", "throttling", "periods"), 0);
	ck_assert_double_gt(stat_of(root, "memory", "usage", "usage"),
			    16 * MIB);
	ck_assert_double_eq(stat_of(root, "memory", "usage", "limit"),
			    64 * MIB);
	ck_assert_double_gt(stat_of(root, "memory", "raw", "anon"), 15 * MIB);
	ck_assert_double_eq(stat_of(root, "pids", "current", NULL), 1);
	ck_assert_double_eq(stat_of(root, "pids", "limit", NULL), 9);
	ck_assert(json_is_array(json_object_get(json_object_get(root, "blkio"),
						"ioServiceBytesRecursive")));
	json_decref(root);
	remove_all();
	ck_assert_int_eq(child_wait(pid), 128 + SIGKILL);
}
END_TEST

/* ---- who may not ---------------------------------------------------------------- */

static int become_user(void)
{
	return setgroups(0, NULL) == 0 && setresgid(USER, USER, USER) == 0 &&
			       setresuid(USER, USER, USER) == 0
		       ? 0
		       : -1;
}

/* Without a delegated group. */
static int user_makes(void *arg)
{
	struct spec_resources res = nothing();

	(void)arg;
	if (become_user() < 0)
		return 100;
	if (cgroup_make("/minic-unit", "x", true, &res, &rep, &group) != 0 ||
	    group.dirfd != -1 || *group.path || rep.page->error.err)
		return 101;
	if (cgroup_kill(&group, SIGKILL, &rep) != -ENOTSUP)
		return 102;
	report_forget(&rep);
	res.pids_limit = 0; /* no limit is none to keep */
	if (cgroup_make(NULL, "minic-unit", true, &res, &rep, &group) != 0)
		return 103;
	res.pids_limit = 5;
	if (cgroup_make(NULL, "minic-unit", true, &res, &rep, &group) !=
	    -ENOTSUP)
		return 104;
	return strstr(rep.page->error.message, "pids.limit") &&
			       strstr(rep.page->error.message, "Delegate")
		       ? 0
		       : 105;
}

START_TEST(user_without_a_group_does_without_limits)
{
	struct run run;

	run_function(&run, user_makes, NULL);
	ck_assert_int_eq(run.status, 0);
}
END_TEST

/* In /minic-unit/leaf, which is his, as is /minic-unit. */
static int user_makes_sibling(void *arg)
{
	struct spec_resources res = nothing();
	int r;

	(void)arg;
	if (file_write_at(AT_FDCWD, TOP "/leaf/cgroup.procs", "0") < 0 ||
	    become_user() < 0)
		return 100;
	group = CGROUP_NONE;
	res.pids_limit = 5;
	r = cgroup_make(NULL, "made", true, &res, &rep, &group);
	if (r < 0 || strcmp(group.path, "/minic-unit/made") != 0)
		return 101;
	if (strcmp(content("pids.max"), "5") != 0)
		return 102;
	return cgroup_remove(&group, &rep) == 0 && access(TOP "/made", F_OK) < 0
		       ? 0
		       : 103;
}

START_TEST(user_with_a_delegated_group_makes_one_beside_his_own)
{
	struct spec_resources res = nothing();
	struct run run;

	make("/minic-unit", &res);
	ck_assert_int_eq(mkdir(TOP "/leaf", 0755), 0);
	ck_assert_int_eq(cgroup_give(&group, USER, USER, &rep), 0);
	ck_assert_int_eq(chown(TOP "/leaf", USER, USER), 0);
	run_function(&run, user_makes_sibling, NULL);
	ck_assert_int_eq(run.status, 0);
	remove_all();
}
END_TEST

START_TEST(machine_without_version_2_does_without_limits)
{
	struct spec_device_rule deny = { false, 'a', -1, -1, true, true, true };
	struct spec_resources res = nothing();

	res.devices = &deny;
	res.device_count = 1;
	ck_assert_int_eq(cgroup_make("/x", "x", false, &res, &rep, &group), 0);
	ck_assert_int_eq(group.dirfd, -1);
	ck_assert(group.devices_free);
	ck_assert_int_eq(cgroup_remove(&group, &rep), 0);
	res.memory_limit = MIB;
	ck_assert_int_eq(cgroup_make("/x", "x", false, &res, &rep, &group),
			 -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, "memory.limit"));
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, "isolab"));
}
END_TEST

/* ---- here, or in the machine ------------------------------------------------------ */

static bool has_v2(void)
{
	auto_close int fd = cgroup_root();

	return fd >= 0;
}

static const char *need_v2(void)
{
	return has_v2() ? need_root()
			: "no cgroup v2 here; they run in the lab machine, "
			  "below";
}

static const char *need_machine(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return "the sanitizers' programs are not static";
#else
	return machine_missing(NULL);
#endif
}

START_TEST(all_of_it_holds_in_the_lab_machine)
{
	char self[4096] = { 0 };
	char isolab[4096];
	struct run run;

	ck_assert_int_gt(readlink("/proc/self/exe", self, sizeof(self) - 1), 0);
	ck_assert_int_eq(kit_build_path(isolab, sizeof(isolab), "bin/isolab"),
			 0);
	run_slow_program(
		&run, (const char *const[]){ isolab, "machine", self, NULL });
	ck_assert_msg(run.status == 0 && strstr(run.out, " 0 failed"), "%s",
		      run.out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic: cgroup, live");
	TCase *tc = add_task(suite, "groups", need_v2());

	tcase_add_unchecked_fixture(tc, NULL, clean_up);
	tcase_add_checked_fixture(tc, test_begins, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, limits_are_in_the_files_and_parents_go_again);
	tcase_add_test(tc, group_without_limits_can_be_measured);
	tcase_add_test(tc, only_our_own_parents_go);
	tcase_add_test(tc, recorded_path_opens_the_group_again);
	tcase_add_loop_test(tc, error_says_what_and_leaves_nothing, 0,
			    sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(tc, group_in_use_is_refused_and_an_empty_one_taken);
	tcase_add_test(tc, parent_with_processes_is_named);
	tcase_add_test(tc, given_away_are_the_files_without_limits);
	tcase_add_test(tc, too_much_memory_is_a_kill_that_is_counted);
	tcase_add_test(tc, fork_bomb_stays_small_and_goes_with_its_group);
	tcase_add_test(tc, devices_are_denied_until_a_rule_allows_them);
	tcase_add_test(tc, kernel_takes_programs_of_many_rules);
	tcase_add_test(tc, frozen_is_a_busy_loop_that_stands_still);
	tcase_add_test(tc, nobody_escapes_a_signal);
	tcase_add_test(tc, groups_below_are_listed_killed_and_removed);
	tcase_add_test(tc, update_changes_what_is_given_only);
	tcase_add_test(tc, update_below_what_is_used_can_be_refused);
	tcase_add_test(tc, stats_are_json_with_the_names_of_runc);
	tcase_add_test(tc, user_without_a_group_does_without_limits);
	tcase_add_test(tc,
		       user_with_a_delegated_group_makes_one_beside_his_own);
	if (!has_v2()) {
		tc = add_task(suite, "without", NULL);
		tcase_add_checked_fixture(tc, test_begins, NULL);
		tcase_add_test(tc,
			       machine_without_version_2_does_without_limits);
		tc = add_task(suite, "machine", need_machine());
		tcase_set_timeout(tc, 240);
		tcase_add_test(tc, all_of_it_holds_in_the_lab_machine);
	}
	return run_suite(suite);
}
