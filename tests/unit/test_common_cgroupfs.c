/* SPDX-License-Identifier: MIT */
/* test_common_cgroupfs.c - common/cgroupfs.h */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#include "cgroupfs.h"
#include "child.h"
#include "cleanup.h"
#include "file.h"

static const char *need_base(void)
{
	int fd = cgroupfs_open_base("cpu memory pids");

	if (fd < 0)
		return "no cgroup v2 with cpu, memory and pids (isolab "
		       "machine)";
	(void)close(fd);
	return NULL;
}

static bool exists(int basefd, const char *name)
{
	return faccessat(basefd, name, F_OK, 0) == 0;
}

START_TEST(group_has_the_files_of_its_controllers_and_is_removed)
{
	auto_close int basefd = cgroupfs_open_base("cpu memory pids");
	struct cgroupfs_group group;

	ck_assert_int_eq(cgroupfs_make(basefd, "unit", &group), 0);
	ck_assert(exists(group.dirfd, "memory.max"));
	ck_assert(exists(group.dirfd, "pids.max"));
	ck_assert(exists(group.dirfd, "cpu.max"));
	ck_assert_int_eq(cgroupfs_remove(&group), 0);
	ck_assert(!exists(basefd, group.name));
	ck_assert_int_eq(group.dirfd, -1);
	ck_assert_int_eq(cgroupfs_remove(&group), 0);
}
END_TEST

START_TEST(two_groups_of_one_process_have_two_names)
{
	auto_close int basefd = cgroupfs_open_base("pids");
	struct cgroupfs_group a;
	struct cgroupfs_group b;

	ck_assert_int_eq(cgroupfs_make(basefd, "unit", &a), 0);
	ck_assert_int_eq(cgroupfs_make(basefd, "unit", &b), 0);
	ck_assert_str_ne(a.name, b.name);
	ck_assert_int_eq(cgroupfs_sweep(basefd, "unit"), 2);
	ck_assert(exists(basefd, a.name) && exists(basefd, b.name));
	ck_assert_int_eq(cgroupfs_remove(&a), 0);
	ck_assert_int_eq(cgroupfs_remove(&b), 0);
}
END_TEST

/* As one that is killed: the lock goes, the group and what is in it stay. */
START_TEST(sweep_removes_what_nobody_holds)
{
	auto_close int basefd = cgroupfs_open_base("pids");
	struct cgroupfs_group group;
	struct cgroupfs_group other;
	pid_t child;

	ck_assert_int_eq(cgroupfs_make(basefd, "unit", &group), 0);
	ck_assert_int_eq(cgroupfs_make(basefd, "unitary", &other), 0);
	ck_assert_int_eq(mkdirat(group.dirfd, "below", 0755), 0);
	child = fork();
	if (child == 0) {
		if (file_write_at(group.dirfd, "below/cgroup.procs", "0") < 0)
			_exit(1);
		(void)close(group.dirfd);
		for (;;)
			pause();
	}
	ck_assert_int_eq(cgroupfs_await(group.dirfd, "populated", 1, 5000), 0);
	ck_assert_int_eq(close(group.dirfd), 0);
	while (cgroupfs_sweep(basefd, "unit") > 0)
		; /* until the child has closed it, too */
	ck_assert(!exists(basefd, group.name));
	ck_assert(exists(basefd, other.name));
	ck_assert_int_eq(child_wait(child), 128 + 9);
	ck_assert_int_eq(cgroupfs_remove(&other), 0);
}
END_TEST

START_TEST(await_ends_in_time)
{
	auto_close int basefd = cgroupfs_open_base("pids");
	struct cgroupfs_group group;

	ck_assert_int_eq(cgroupfs_make(basefd, "unit", &group), 0);
	ck_assert_int_eq(cgroupfs_await(group.dirfd, "populated", 0, 0), 0);
	ck_assert_int_eq(cgroupfs_await(group.dirfd, "populated", 1, 30),
			 -ETIME);
	ck_assert_int_eq(cgroupfs_await(group.dirfd, "nothing", 1, 30),
			 -ENODATA);
	ck_assert_int_eq(cgroupfs_remove(&group), 0);
}
END_TEST

/* Ends with 0 if all is as it should be, in a group made for this. */
static int in_own_group(void *arg)
{
	const struct cgroupfs_group *group = arg;
	char before[4096];
	char after[4096];
	int basefd;

	if (mkdirat(group->dirfd, "here", 0755) < 0 ||
	    file_write_at(group->dirfd, "here/cgroup.procs", "0") < 0 ||
	    cgroupfs_own(before, sizeof(before)) < 0)
		return 1;
	if (!strstr(before, group->name) ||
	    strcmp(before + strlen(before) - 5, "/here") != 0)
		return 2;
	/* We are in "here", so its parent is the nearest that can. */
	basefd = cgroupfs_open_base("pids");
	if (basefd < 0 || faccessat(basefd, "here", F_OK, 0) < 0)
		return 3;
	/* The trap: the kernel would have made "here" a threaded tree. */
	if (file_read_at(group->dirfd, "here/cgroup.type", after,
			 sizeof(after)) < 0 ||
	    strcmp(after, "domain\n") != 0)
		return 4;
	(void)close(basefd);
	/* What we could do something about is told. */
	return cgroupfs_open_base("none-such") == -EBUSY ? 0 : 5;
}

START_TEST(base_is_the_nearest_group_without_processes)
{
	auto_close int basefd = cgroupfs_open_base("pids");
	struct cgroupfs_group group;
	struct run run;

	ck_assert_int_eq(cgroupfs_make(basefd, "unit", &group), 0);
	run_function(&run, in_own_group, &group);
	ck_assert_int_eq(run.status, 0);
	ck_assert_int_eq(cgroupfs_remove(&group), 0);
}
END_TEST

START_TEST(every_error_has_a_hint)
{
	static const int errors[] = { -ENOENT, -EACCES, -EBUSY, -ENODATA,
				      -EIO };

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		ck_assert_ptr_nonnull(cgroupfs_hint(errors[i]));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("common/cgroupfs");
	TCase *tc = add_task(suite, "hints", NULL);

	tcase_add_test(tc, every_error_has_a_hint);
	tc = add_task(suite, "groups", need_base());
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc,
		       group_has_the_files_of_its_controllers_and_is_removed);
	tcase_add_test(tc, two_groups_of_one_process_have_two_names);
	tcase_add_test(tc, sweep_removes_what_nobody_holds);
	tcase_add_test(tc, await_ends_in_time);
	tcase_add_test(tc, base_is_the_nearest_group_without_processes);
	return run_suite(suite);
}
