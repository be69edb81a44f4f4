/* SPDX-License-Identifier: MIT */
/* test_userns.c - userns_try.h, idmap.h, and look_map() of look.h */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#include "child.h"
#include "cleanup.h"
#include "file.h"
#include "gate.h"
#include "idmap.h"
#include "look.h"
#include "userns.h"
#include "userns_try.h"

/*
 * A machine that forbids them cannot be had for a test, but a process can be
 * put in the same place: by a limit of a user namespace of its own, or by a
 * filter that gives the answer which AppArmor would give.
 */
static int forbid_by_limit(void)
{
	userns_be_ordinary();
	if (userns_become_root() != 1)
		return -EPERM;
	/* The limit of this namespace and of those below, and of no other. */
	return file_write_at(AT_FDCWD, "/proc/sys/user/max_user_namespaces",
			     "0");
}

static int forbid_unshare(uint64_t flag)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare),
				 1, SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));

	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}

static int forbid_by_filter(void)
{
	return forbid_unshare(CLONE_NEWUSER);
}

static int forbid_power(void)
{
	return forbid_unshare(CLONE_NEWNS);
}

static int forbid_nothing(void)
{
	return 0;
}

static const struct {
	int (*forbid)(void);
	enum userns_step step;
	int err;
	const char *why; /* some words of it */
} places[] = {
	{ forbid_nothing, USERNS_ALL, 0, NULL },
	{ forbid_by_limit, USERNS_MAKE, -ENOSPC, "max_user_namespaces is 0" },
	{ forbid_by_filter, USERNS_MAKE, -EPERM, "seccomp" },
	{ forbid_power, USERNS_USE, -EPERM, "seccomp" },
};

/* Ends with the number of the first thing that is wrong, or 0. */
static int be_in_place(void *arg)
{
	const int *i = arg;
	struct userns_answer answer = { USERNS_ALL, 1 };
	struct userns_advice advice;

	if (places[*i].forbid() != 0)
		return 1;
	if (userns_try(&answer) != 0)
		return 2;
	if (answer.step != places[*i].step)
		return 3;
	if (answer.err != places[*i].err)
		return 4;
	advice = userns_explain(&answer, "/proc");
	if (!places[*i].why)
		return advice.why || advice.fix ? 5 : 0;
	if (!strstr(advice.why, places[*i].why))
		return 6;
	return advice.fix ? 0 : 7;
}

START_TEST(refusal_is_found_by_trying)
{
	struct run run;
	int i = _i;

	run_function(&run, be_in_place, &i);
	ck_assert_int_eq(run.status, 0);
}
END_TEST

/* ---- maps and idmapped mounts --------------------------------------------- */

/* A process in a user namespace of an ordinary user, until it is killed. */
static pid_t start_inside(void)
{
	struct gate ready;
	pid_t child;

	ck_assert_int_eq(gate_init(&ready), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		userns_be_ordinary();
		if (userns_become_root() != 1 || gate_open(&ready) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(gate_wait(&ready), 0);
	return child;
}

START_TEST(map_has_the_ids_of_its_reader)
{
	unsigned uid = geteuid() == 0 ? 65534 : geteuid();
	struct id_line lines[2] = { 0 };
	pid_t child = start_inside();

	ck_assert_int_eq(look_map(child, "uid_map", lines, 2), 1);
	ck_assert_uint_eq(lines[0].inside, 0);
	ck_assert_uint_eq(lines[0].outside, uid);
	ck_assert_uint_eq(lines[0].count, 1);
	ck_assert_int_eq(look_map(child, "gid_map", NULL, 0), 1);

	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(child_wait(child), 128 + SIGKILL);
	ck_assert_int_eq(look_map(child, "uid_map", lines, 2), -ENOENT);
	ck_assert_int_ge(look_map(0, "uid_map", lines, 2), 1);
}
END_TEST

/*
 * With a namespace that is a table the answer is the kernel's, and both are
 * right; with the file system's own it is no, on every kernel.
 */
static int try_idmap(void *arg)
{
	bool own = arg;
	int tablefd;

	userns_be_ordinary();
	if (userns_become_root() != 1)
		return 3;
	tablefd = own ? open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC)
		      : idmap_table();
	return tablefd < 0 ? 4 : idmap_works(&tablefd);
}

START_TEST(idmap_is_tried)
{
	struct run run;

	run_function(&run, try_idmap, NULL);
	ck_assert_int_le(run.status, 1);
	run_function(&run, try_idmap, &run);
	ck_assert_int_eq(run.status, 0);
}
END_TEST

/* ---- settings, from a folder in place of /proc ----------------------------- */

static const struct {
	struct userns_answer answer;
	const char *file;
	const char *text;
	const char *why;
	const char *fix;
} settings[] = {
	{ { USERNS_MAP, -EPERM },
	  "sys/kernel/apparmor_restrict_unprivileged_userns",
	  "1\n",
	  "AppArmor",
	  "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
	{ { USERNS_USE, -EPERM },
	  "sys/kernel/apparmor_restrict_unprivileged_userns",
	  "1\n",
	  "every capability",
	  "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
	{ { USERNS_MAKE, -EACCES },
	  "sys/kernel/apparmor_restrict_unprivileged_userns",
	  "1\n",
	  "without a profile",
	  "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
	{ { USERNS_MAKE, -EPERM },
	  "sys/kernel/unprivileged_userns_clone",
	  "0\n",
	  "to root only",
	  "sudo sysctl kernel.unprivileged_userns_clone=1" },
	{ { USERNS_MAKE, -EPERM },
	  "sys/kernel/unprivileged_userns_clone",
	  "1\n",
	  "chroot",
	  "isolab grade --in machine" },
	{ { USERNS_MAKE, -ENOSPC },
	  "sys/user/max_user_namespaces",
	  "0\n",
	  "max_user_namespaces is 0",
	  "sudo sysctl user.max_user_namespaces=15000" },
	{ { USERNS_MAKE, -ENOSPC },
	  "sys/user/max_user_namespaces",
	  "31408\n",
	  "as many as",
	  "isolab grade --in machine" },
	{ { USERNS_MAKE, -EINVAL },
	  "sys/user/max_user_namespaces",
	  "0\n",
	  "built without",
	  "isolab grade --in machine" },
	{ { USERNS_USE, -EPERM },
	  "self/status",
	  "Name:\tx\nSeccomp:\t2\n",
	  "seccomp",
	  "isolab grade --in machine" },
	{ { USERNS_USE, -EPERM },
	  "self/status",
	  "Name:\tx\nSeccomp:\t0\n",
	  "security module",
	  "isolab grade --in machine" },
};

static void write_below(const char *dir, const char *file, const char *text)
{
	auto_close int dirfd = open(dir, O_DIRECTORY | O_CLOEXEC);
	auto_close int fd = -1;
	char folder[128];

	ck_assert_int_ge(dirfd, 0);
	for (const char *s = file; (s = strchr(s, '/')); s++) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(s - file), file);
		ck_assert_int_eq(mkdirat(dirfd, folder, 0700), 0);
	}
	fd = openat(dirfd, file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write_all(fd, text, strlen(text)), 0);
}

static void remove_below(const char *dir, const char *file)
{
	char path[256];
	char *slash;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	ck_assert_int_eq(unlink(path), 0);
	while ((slash = strrchr(path, '/')) && strlen(path) > strlen(dir)) {
		*slash = '\0';
		ck_assert_int_eq(rmdir(path), 0);
	}
}

START_TEST(setting_explains_a_refusal)
{
	char dir[] = "/tmp/isolab-test-XXXXXX";
	struct userns_advice advice;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	write_below(dir, settings[_i].file, settings[_i].text);
	advice = userns_explain(&settings[_i].answer, dir);
	remove_below(dir, settings[_i].file);
	ck_assert_ptr_nonnull(strstr(advice.why, settings[_i].why));
	ck_assert_str_eq(advice.fix, settings[_i].fix);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("userns");
	TCase *tc = add_task(suite, "trying", need_userns());

	tcase_add_loop_test(tc, refusal_is_found_by_trying, 0,
			    sizeof(places) / sizeof(places[0]));
	tc = add_task(suite, "inside", need_userns());
	tcase_add_test(tc, map_has_the_ids_of_its_reader);
	tcase_add_test(tc, idmap_is_tried);
	tc = add_task(suite, "explaining", NULL);
	tcase_add_loop_test(tc, setting_explains_a_refusal, 0,
			    sizeof(settings) / sizeof(settings[0]));
	return run_suite(suite);
}
