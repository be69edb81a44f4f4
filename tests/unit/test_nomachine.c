/* SPDX-License-Identifier: MIT */
/*
 * test_nomachine.c - isolab machine and its like, with no machine or a bad one
 *
 *	DIR/bin/isolab         a copy: it looks for the rest beside itself
 *	DIR/bin/probes/probe
 *	DIR/student/...        what submissions are linked with
 *	DIR/machine/           missing, or with a kernel that is none
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "kit.h"
#include "machine.h"
#include "sandbox.h"

enum { PATH_SIZE = 4096 };

static char dir[] = "/tmp/test-nomachine-XXXXXX";

static const char *const folders[] = { "bin", "bin/probes", "student",
				       "machine", "state" };

static const char *const copied[] = { "bin/isolab", "bin/probes/probe",
				      "student/libcommon.a" };

static const char *const broken[] = { "machine/vmlinuz", "machine/base.cpio" };

static const char *in_dir(char path[PATH_SIZE], const char *below)
{
	snprintf(path, PATH_SIZE, "%s/%s", dir, below);
	return path;
}

static void copy(const char *below)
{
	char from[PATH_SIZE];
	char to[PATH_SIZE];
	auto_close int in = -1;
	auto_close int out = -1;
	struct stat st;

	ck_assert_int_eq(kit_build_path(from, sizeof(from), below), 0);
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(in_dir(to, below), O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	ck_assert_int_eq(fstat(in, &st), 0);
	while (st.st_size > 0) {
		ssize_t n = sendfile(out, in, NULL, (size_t)st.st_size);

		ck_assert_int_gt(n, 0);
		st.st_size -= n;
	}
}

static void dir_begins(void)
{
	char path[PATH_SIZE];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		ck_assert_int_eq(mkdir(in_dir(path, folders[i]), 0755), 0);
	for (size_t i = 0; i < sizeof(copied) / sizeof(*copied); i++)
		copy(copied[i]);
	(void)setenv("XDG_STATE_HOME", in_dir(path, "state"), 1);
	(void)kit_path(path, sizeof(path), "");
	(void)setenv("ISOLAB_KIT", path, 1);
}

static void break_machine(void)
{
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		auto_close int fd = open(in_dir(path, broken[i]),
					 O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

		ck_assert_int_eq(write_all(fd, "nothing\n", 8), 0);
	}
}

static void dir_ends(void)
{
	static const char *const state[] = { "state/isolab/machine.log",
					     "state/isolab/progress.json",
					     "state/isolab" };
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof(state) / sizeof(*state); i++)
		(void)remove(in_dir(path, state[i]));
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		(void)unlink(in_dir(path, broken[i]));
	for (size_t i = 0; i < sizeof(copied) / sizeof(*copied); i++)
		(void)unlink(in_dir(path, copied[i]));
	for (size_t i = sizeof(folders) / sizeof(*folders); i-- > 0;)
		(void)rmdir(in_dir(path, folders[i]));
	(void)rmdir(dir);
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
}

static void broken_begins(void)
{
	dir_begins();
	break_machine();
}

static void run_copy(struct run *ret, const char *const args[])
{
	char isolab[PATH_SIZE];
	const char *argv[8] = { in_dir(isolab, "bin/isolab") };

	for (size_t i = 0; args[i] && i < 6; i++)
		argv[i + 1] = args[i];
	run_slow_program(ret, argv);
}

#define RUN(ret, ...) run_copy(ret, (const char *const[]){ __VA_ARGS__, NULL })

/* ---- there is none ------------------------------------------------------- */

START_TEST(command_is_skipped_with_the_fix)
{
	struct run run;

	RUN(&run, "machine", "true");
	ck_assert_int_eq(run.status, 77);
	ck_assert_str_eq(run.out, "isolab: the lab machine is not built "
				  "(try: make machine)\n");
}
END_TEST

START_TEST(grading_in_it_is_skipped_with_the_fix)
{
	struct run run;

	RUN(&run, "grade", "--in", "machine", "--from", "solutions", "01");
	ck_assert_msg(run.status == 77, "status %d: %s", run.status, run.out);
	ck_assert_ptr_nonnull(strstr(run.out, "make machine"));
}
END_TEST

START_TEST(doctor_has_the_fix_too)
{
	struct run run;

	RUN(&run, "doctor");
	ck_assert_ptr_nonnull(strstr(run.out, "the lab machine is not built\n"
					      "                   fix: make "
					      "machine\n"));
}
END_TEST

/* The limit is the namespace's own, so that no other process feels it. */
static int doctor_without_userns(void *arg)
{
	char map[64];
	char isolab[PATH_SIZE];
	int r;

	(void)arg;
	in_dir(isolab, "bin/isolab");
	snprintf(map, sizeof(map), "0 %u 1", geteuid());
	if (unshare(CLONE_NEWUSER) < 0)
		return 99;
	r = file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny");
	if (r == 0)
		r = file_write_at(AT_FDCWD, "/proc/self/uid_map", map);
	if (r == 0)
		r = file_write_at(AT_FDCWD,
				  "/proc/sys/user/max_user_namespaces", "0");
	if (r < 0)
		return 98;
	execl(isolab, isolab, "doctor", (char *)NULL);
	return 97;
}

START_TEST(doctor_fails_where_there_are_no_user_namespaces)
{
	struct run run;

	run_function(&run, doctor_without_userns, NULL);
	ck_assert_msg(run.status == 1, "status %d: %s", run.status, run.out);
	ck_assert_ptr_nonnull(
		strstr(run.out, "cannot be made by an ordinary user"));
	ck_assert_ptr_nonnull(strstr(run.out, "max_user_namespaces"));
	ck_assert_ptr_nonnull(strstr(run.out, "only one ID can be mapped"));
	ck_assert_ptr_null(strstr(run.out, "sandbox            ok"));
}
END_TEST

/* ---- its kernel is none -------------------------------------------------- */

START_TEST(command_ends_with_3_and_the_reason)
{
	struct run run;

	RUN(&run, "machine", "--small", "true");
	ck_assert_msg(run.status == 3, "status %d: %s", run.status, run.out);
	ck_assert_ptr_nonnull(strstr(run.out, "isolab: the lab machine: "));
	/* QEMU's own words are the console then. */
	ck_assert_ptr_nonnull(strstr(run.out, "qemu: "));
}
END_TEST

/* Never the student's fault, never a pass. */
START_TEST(grading_in_it_is_an_error_and_the_console_is_kept)
{
	auto_free char *log = NULL;
	char path[PATH_SIZE];
	struct run run;

	RUN(&run, "grade", "--in", "machine", "--from", "solutions", "01");
	ck_assert_msg(run.status == 3, "status %d: %s", run.status, run.out);
	ck_assert_ptr_nonnull(strstr(run.out, "the lab machine: "));
	ck_assert_int_gt(
		file_read_all(in_dir(path, "state/isolab/machine.log"), &log),
		0);
	ck_assert_ptr_nonnull(strstr(log, "qemu: "));
	ck_assert_ptr_nonnull(strstr(log, "--- errors ---"));
}
END_TEST

START_TEST(doctor_says_that_it_does_not_boot)
{
	struct run run;

	RUN(&run, "doctor");
	ck_assert_ptr_nonnull(
		strstr(run.out, "fix: isolab machine --console true"));
}
END_TEST

/* The sanitizers' isolab is not carried into a machine, missing or not. */
static const char *need_static(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return "the sanitizers' programs are not static";
#else
	return NULL;
#endif
}

/* ---- the command line ---------------------------------------------------- */

static const struct {
	const char *args[5];
	int status;
	const char *says;
} lines[] = {
	{ { "machine", "--help" }, 0, "usage: isolab machine" },
	{ { "machine", "--no-such" }, 2, "usage: isolab machine" },
	{ { "machine", "--memory" }, 2, "usage: isolab machine" },
	{ { "machine", "--memory", "0" }, 2, "'0' is not a number" },
	{ { "machine", "--memory", "12x" }, 2, "'12x' is not a number" },
	{ { "machine", "--cpus", "-1" }, 2, "'-1' is not a number" },
	{ { "machine", "--cpus", "1234567" }, 2, "'1234567' is not a" },
	{ { "machine", "--timeout", "" }, 2, "'' is not a number" },
};

START_TEST(command_line_is_checked)
{
	struct run run;

	run_copy(&run, lines[_i].args);
	ck_assert_int_eq(run.status, lines[_i].status);
	ck_assert_msg(strstr(run.out, lines[_i].says), "%s", run.out);
}
END_TEST

/* ---- there is one -------------------------------------------------------- */

static const char *need_machine(void)
{
	return machine_missing(NULL);
}

static void run_real(struct run *ret, const char *const args[])
{
	char isolab[PATH_SIZE];
	const char *argv[12] = { isolab, "machine" };

	ck_assert_int_eq(kit_build_path(isolab, sizeof(isolab), "bin/isolab"),
			 0);
	for (size_t i = 0; args[i] && i < 9; i++)
		argv[i + 2] = args[i];
	run_slow_program(ret, argv);
}

#define RUN_REAL(ret, ...) \
	run_real(ret, (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(status_and_both_streams_are_the_commands)
{
	struct run run;

	RUN_REAL(&run, "--small", "--memory", "300", "--cpus", "1", "sh", "-c",
		 "echo out; echo err >&2; id -u; exit 9");
	ck_assert_msg(run.status == 9, "status %d: %s", run.status, run.out);
	ck_assert_ptr_nonnull(strstr(run.out, "out\n"));
	ck_assert_ptr_nonnull(strstr(run.out, "err\n"));
	ck_assert_ptr_nonnull(strstr(run.out, "0\n"));
	ck_assert_ptr_null(strstr(run.out, "Linux version"));
}
END_TEST

START_TEST(console_is_printed_when_it_is_asked_for)
{
	struct run run;

	RUN_REAL(&run, "--small", "--console", "sh", "-c",
		 "echo '<1>said-to-the-kernel' >/dev/kmsg");
	ck_assert_msg(run.status == 0, "status %d: %s", run.status, run.out);
	ck_assert_msg(strstr(run.out, "said-to-the-kernel"), "%s", run.out);
}
END_TEST

START_TEST(command_begins_where_we_are_with_what_steers_the_kit)
{
	char path[PATH_SIZE];
	char wanted[PATH_SIZE + 32];
	struct run run;

	(void)setenv("KIT_NO_SKIP", "17", 1);
	(void)setenv("KIT_UNIT_SECRET", "18", 1);
	ck_assert_ptr_nonnull(getcwd(path, sizeof(path)));
	snprintf(wanted, sizeof(wanted), "%s 17 none /root\n", path);
	RUN_REAL(&run, "sh", "-c",
		 "echo $(pwd) $KIT_NO_SKIP ${KIT_UNIT_SECRET-none} $HOME");
	ck_assert_int_eq(run.status, 0);
	ck_assert_msg(strstr(run.out, wanted), "%s", run.out);
}
END_TEST

START_TEST(command_without_end_is_ended)
{
	struct run run;

	RUN_REAL(&run, "--small", "--timeout", "1", "sleep", "100");
	ck_assert_int_eq(run.status, 3);
	ck_assert_ptr_nonnull(strstr(run.out, "isolab: the lab machine: "));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("no machine");
	const char *no_userns = sandbox_missing(NULL);
	TCase *tc = add_task(suite, "none", NULL);

	tcase_add_unchecked_fixture(tc, dir_begins, dir_ends);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, command_is_skipped_with_the_fix);
	tcase_add_test(tc, doctor_has_the_fix_too);
	tcase_add_loop_test(tc, command_line_is_checked, 0,
			    sizeof(lines) / sizeof(lines[0]));

	tc = add_task(suite, "no user namespaces", need_userns());
	tcase_add_unchecked_fixture(tc, dir_begins, dir_ends);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, doctor_fails_where_there_are_no_user_namespaces);

	/* QEMU is there, or there would be no machine either. */
	tc = add_task(suite, "broken", need_machine());
	tcase_add_unchecked_fixture(tc, broken_begins, dir_ends);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, command_ends_with_3_and_the_reason);
	tcase_add_test(tc, doctor_says_that_it_does_not_boot);

	tc = add_task(suite, "grading, none", need_static());
	tcase_add_unchecked_fixture(tc, dir_begins, dir_ends);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, grading_in_it_is_skipped_with_the_fix);

	tc = add_task(suite, "grading, broken",
		      need_static()    ? need_static()
		      : need_machine() ? need_machine()
				       : no_userns);
	tcase_add_unchecked_fixture(tc, broken_begins, dir_ends);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, grading_in_it_is_an_error_and_the_console_is_kept);

	tc = add_task(suite, "command", need_machine());
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, status_and_both_streams_are_the_commands);
	tcase_add_test(tc, console_is_printed_when_it_is_asked_for);
	tcase_add_test(tc,
		       command_begins_where_we_are_with_what_steers_the_kit);
	tcase_add_test(tc, command_without_end_is_ended);
	return run_suite(suite);
}
