/* SPDX-License-Identifier: MIT */
/* test_minic_explain.c - labs/11-container: errors that teach */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#include "../../labs/11-container/report.h"
#include "child.h"
#include "cleanup.h"
#include "file.h"
#include "kit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct report rep;

static void begin(void)
{
	ck_assert_int_eq(report_init(&rep, false), 0);
	report_step(&rep, "do something");
}

/* ---- likely causes ------------------------------------------------------------------ */

/* @cause: a word of it; "": nothing better than the errno is known. */
static const struct {
	const char *call;
	int err;
	const char *object;
	const char *cause;
	const char *page;
} causes[] = {
	/* Others say: "can't get final child's PID from pipe: EOF". */
	{ "clone3", -ENOSPC, "namespaces 0x10000000", "_namespaces",
	  "05-user-ns" },
	/* Others say: "Operation not permitted". */
	{ "fsconfig", -EPERM, "proc, create", "mount_too_revealing",
	  "02-mount-ns" },
	{ "fsmount", -EPERM, "proc", "mount_too_revealing", "02-mount-ns" },
	{ "fsconfig", -EPERM, "sysfs, create", "network namespace",
	  "02-mount-ns" },
	{ "fsconfig", -EPERM, "tmpfs, create", "", "11-container" },
	{ "clone3", -EAGAIN, "namespaces 0x0", "pids.max", "07-cgroups" },
	{ "clone3", -EBUSY, "namespaces 0x0", "controllers", "07-cgroups" },
	{ "openat2", -ELOOP, "/dev", "symlink", "02-mount-ns" },
	{ "openat2 or mkdirat", -EROFS, "/proc", "read-only", "02-mount-ns" },
	{ "write", -EPERM, "/proc/7/uid_map", "subuid", "05-user-ns" },
	{ "write", -EPERM, "/sys/fs/cgroup/x", "", "11-container" },
	{ "setgroups", -EPERM, "1 groups", "CVE-2014-8989", "05-user-ns" },
	{ "setresuid", -EINVAL, "7", "uidMappings", "05-user-ns" },
	{ "execve", -ENOENT, "/x", "interpreter", "01-chroot" },
	{ "execve", -ENOEXEC, "/x", "processor", "10-image" },
	{ "execve", -EACCES, "/x", "noexec", "02-mount-ns" },
	{ "seccomp", -EACCES, "3 instructions", "noNewPrivileges",
	  "09-seccomp" },
	{ "open", -ENOENT, "x/config.json", "minic spec", "11-container" },
	{ "pivot_root", -EINVAL, ".", "ramfs", "02-mount-ns" },
	{ "nonsense", -EIO, "", "", "11-container" },
};

static void check_page(const char *page)
{
	char path[4096], below[64];

	snprintf(below, sizeof(below), "docs/handbook/%s.md", page);
	ck_assert_int_eq(kit_path(path, sizeof(path), below), 0);
	ck_assert_msg(access(path, F_OK) == 0, "there is no %s", path);
}

START_TEST(the_likely_cause_is_told)
{
	struct report_error error = { .err = causes[_i].err };
	char cause[REPORT_MESSAGE];
	const char *page;

	snprintf(error.call, sizeof(error.call), "%s", causes[_i].call);
	snprintf(error.object, sizeof(error.object), "%s", causes[_i].object);
	page = explain(&error, cause, sizeof(cause));
	ck_assert_msg(strstr(cause, causes[_i].cause), "%s", cause);
	ck_assert_int_eq(cause[0] == '\0', causes[_i].cause[0] == '\0');
	ck_assert_str_eq(page, causes[_i].page);
	check_page(page);
}
END_TEST

/* The first example in earnest: a limit that is full, which the kernel has for
 * each user namespace. */
static int full_limit(void *arg)
{
	struct report_error error = { .err = -ENOSPC, .call = "clone3" };
	char cause[REPORT_MESSAGE];

	(void)arg;
	if (unshare(CLONE_NEWUSER) < 0 ||
	    file_write_at(AT_FDCWD, "/proc/sys/user/max_user_namespaces", "0") <
		    0)
		return 77;
	(void)explain(&error, cause, sizeof(cause));
	puts(cause);
	return unshare(CLONE_NEWUSER) < 0 ? errno : 0;
}

START_TEST(the_limit_that_is_full_is_named)
{
	struct run run;

	run_function(&run, full_limit, NULL);
	ck_assert_int_eq(run.status, ENOSPC);
	ck_assert_ptr_nonnull(strstr(run.out, "user namespaces is 0"));
	ck_assert_ptr_nonnull(
		strstr(run.out, "sysctl user.max_user_namespaces="));
}
END_TEST

/* ---- how an error is told -------------------------------------------------------------- */

static int print(void *arg)
{
	(void)report_call(&rep, -ENOENT, "open", "%s", (const char *)arg);
	report_print(&rep, NULL, false);
	return 0;
}

START_TEST(step_call_object_errno_cause_page)
{
	struct run run;

	run_function(&run, print, (void *)(uintptr_t) "b/config.json");
	ck_assert_ptr_nonnull(strstr(run.out,
				     "minic: cannot do something: "
				     "open(b/config.json): No such file or "
				     "directory\n  likely: a bundle is"));
	ck_assert_ptr_nonnull(
		strstr(run.out, "\n  read:   docs/handbook/11-container.md\n"));
}
END_TEST

START_TEST(the_first_error_counts)
{
	ck_assert_int_eq(report_call(&rep, 5, "open", "a"), 5);
	ck_assert_int_eq(rep.page->error.err, 0);
	ck_assert_int_eq(report_call(&rep, -EIO, "open", "b"), -EIO);
	ck_assert_int_eq(report_call(&rep, -EPERM, "close", "c"), -EPERM);
	ck_assert_int_eq(report_refuse(&rep, -EINVAL, "d"), -EINVAL);
	ck_assert_int_eq(rep.page->error.err, -EIO);
	ck_assert_str_eq(rep.page->error.object, "b");
	ck_assert_str_eq(rep.page->error.message, "");
	report_forget(&rep);
	(void)report_refuse(&rep, -EINVAL, "%s is wrong", "x");
	ck_assert_str_eq(rep.page->error.message, "x is wrong");
	ck_assert_str_eq(rep.page->error.call, "");
}
END_TEST

/* Parent and child share the page. */
START_TEST(an_error_of_the_child_is_seen)
{
	pid_t pid = fork();

	if (pid == 0) {
		rep.child = true;
		report_step(&rep, "be a child");
		_exit(report_call(&rep, -EROFS, "mkdirat", "x") == -EROFS);
	}
	ck_assert_int_eq(child_wait(pid), 1);
	ck_assert_int_eq(rep.page->error.err, -EROFS);
	ck_assert_str_eq(rep.page->error.step, "be a child");
	ck_assert_str_eq(rep.step, "do something");
}
END_TEST

static int print_log(void *arg)
{
	(void)report_refuse(&rep, -EINVAL, "a \"name\" is wrong");
	report_print(&rep, arg, true);
	report_print(&rep, arg, false);
	return 0;
}

START_TEST(the_log_is_a_line_of_json_or_text)
{
	char path[] = "/tmp/minic-log-XXXXXX";
	auto_close int fd = mkstemp(path);
	auto_free char *text = NULL;
	struct run run;

	run_function(&run, print_log, path);
	ck_assert_int_ge(file_read_all(path, &text), 0);
	(void)unlink(path);
	ck_assert_msg(strstr(text,
			     "{\"msg\":\"cannot do something: a \\\"name\\\" "
			     "is wrong\",\"level\":\"error\",\"time\":\"") ==
			      text,
		      "%s", text);
	ck_assert_ptr_nonnull(
		strstr(text, "Z [error]: cannot do something: a \"name\" is "
			     "wrong\n"));
}
END_TEST

static int print_events(void *arg)
{
	(void)arg;
	for (int i = 0; i < REPORT_EVENTS + 3; i++)
		(void)report_call(&rep, i % 2 ? -EPERM : 3, "open", "x%d", i);
	report_print_events(&rep);
	return 0;
}

START_TEST(each_call_is_shown_on_request)
{
	struct run run;

	ck_assert_int_eq(report_init(&rep, true), 0);
	report_step(&rep, "count");
	run_function(&run, print_events, NULL);
	ck_assert_ptr_nonnull(strstr(run.out, "open(x0) = 3\n"));
	ck_assert_ptr_nonnull(
		strstr(run.out, "open(x1) = Operation not permitted"));
	ck_assert_int_eq(rep.page->count, REPORT_EVENTS + 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic-explain");
	TCase *why = add_task(suite, "causes", NULL);
	TCase *real = add_task(suite, "limits", need_userns());
	TCase *how = add_task(suite, "report", NULL);

	tcase_add_checked_fixture(why, begin, NULL);
	tcase_add_loop_test(why, the_likely_cause_is_told, 0, COUNT(causes));
	tcase_add_checked_fixture(real, begin, NULL);
	tcase_add_test(real, the_limit_that_is_full_is_named);
	tcase_add_checked_fixture(how, begin, NULL);
	tcase_add_test(how, step_call_object_errno_cause_page);
	tcase_add_test(how, the_first_error_counts);
	tcase_add_test(how, an_error_of_the_child_is_seen);
	tcase_add_test(how, the_log_is_a_line_of_json_or_text);
	tcase_add_test(how, each_call_is_shown_on_request);
	return run_suite(suite);
}
