/* SPDX-License-Identifier: MIT */
/*
 * test_isolab.c - the command isolab as a user meets it, mostly at its limits
 *
 * Runs build/bin/isolab and looks at its exit status and at what it says.  A
 * kit of its own, in a folder that is made before each test and removed after
 * it, has answers for the matrix that are wrong on purpose.
 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "file.h"
#include "kit.h"

enum { PATH_SIZE = 4096, MAX_ARGS = 16 };

static char scratch[] = "/tmp/isolab-unit-XXXXXX";
static char program[PATH_SIZE];
static char original[PATH_SIZE]; /* the real kit */

static void shell(const char *command)
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	struct run run;

	run_program(&run, argv);
	ck_assert_msg(run.status == 0, "%s: %s", command, run.out);
}

/* Without an argument that names another kit, the copy is used. */
static void scratch_begins(void)
{
	ck_assert_ptr_nonnull(mkdtemp(scratch));
	ck_assert_int_eq(kit_build_path(program, sizeof(program), "bin/isolab"),
			 0);
	ck_assert_int_eq(kit_path(original, sizeof(original), ""), 0);
	ck_assert_int_eq(setenv("KIT", original, 1), 0);
	ck_assert_int_eq(chdir(scratch), 0);
	shell("mkdir -p exercises solutions tests/mutants/01-chroot "
	      "tests/attacks && cp -r $KIT/common . && "
	      "cp $KIT/tests/skel.awk tests && "
	      "cp -r $KIT/exercises/01-chroot exercises && "
	      "cp -r $KIT/solutions/01-chroot solutions && "
	      "cp $KIT/tests/mutants/01-chroot/no-chdir.patch .");
	ck_assert_int_eq(setenv("ISOLAB_KIT", scratch, 1), 0);
	ck_assert_int_eq(setenv("HOME", scratch, 1), 0);
	ck_assert_int_eq(unsetenv("XDG_STATE_HOME"), 0);
}

static void scratch_ends(void)
{
	const char *const argv[] = { "rm", "-rf", "--", scratch, NULL };
	struct run run;

	(void)!chdir("/");
	run_program(&run, argv);
}

static void put(const char *path, const char *text)
{
	auto_close int fd =
		open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write_all(fd, text, strlen(text)), 0);
}

static void isolab(struct run *run, const char *const args[])
{
	const char *argv[MAX_ARGS + 2] = { program };

	for (size_t i = 0; i < MAX_ARGS && args[i]; i++)
		argv[i + 1] = args[i];
	run_slow_program(run, argv);
}

#define says(run, text)                                                  \
	ck_assert_msg(strstr((run)->out, text), "not '%s' in: %s", text, \
		      (run)->out)

/* ---- command lines -------------------------------------------------------- */

static const struct {
	const char *args[8];
	int status;
	const char *text;
} lines[] = {
	{ { NULL }, 2, "usage: isolab COMMAND" },
	{ { "help" }, 0, "prove the graders" },
	{ { "--help" }, 0, "usage: isolab COMMAND" },
	{ { "nonsense" }, 2, "there is no command 'nonsense'" },
	{ { "grade", "--help" }, 0, "usage: isolab grade" },
	{ { "grade", "--nonsense" }, 2, "usage: isolab grade" },
	{ { "grade", "--format", "pdf" }, 2, "terminal json junit tap" },
	{ { "grade", "--in", "cloud" }, 2, "auto host machine" },
	{ { "grade", "77" }, 2, "there is no lab '77'; the labs are: 01-" },
	{ { "grade", "--file", "x.c" }, 2, "needs exactly one LAB" },
	{ { "grade", "--file", "x.c", "1", "2" }, 2, "exactly one LAB" },
	{ { "matrix", "--help" }, 0, "usage: isolab matrix" },
	{ { "matrix", "--jobs", "0" }, 2, "usage: isolab matrix" },
	{ { "matrix", "--in", "cloud" }, 2, "usage: isolab matrix" },
	{ { "matrix", "--nonsense" }, 2, "usage: isolab matrix" },
	{ { "matrix", "77" }, 2, "the labs are:" },
	{ { "matrix", "--only", "nothing", "1" }, 77, "0 passed, 0 failed" },
	{ { "reset" }, 2, "usage: isolab reset" },
	{ { "reset", "--help" }, 0, "usage: isolab reset" },
	{ { "reset", "77" }, 2, "the labs are:" },
	{ { "reset", "02" }, 1, "there is no exercise 02-mount-ns" },
	{ { "run" }, 2, "usage: isolab run" },
	{ { "run", "--help" }, 0, "usage: isolab run" },
	{ { "run", "77" }, 2, "the labs are:" },
	{ { "run", "1" }, 0, "isolab run 01 jail\n" },
	{ { "run", "1", "../jail" }, 2, "is not a program's name" },
	{ { "run", "1", "nonsense" }, 127, "isolab run 01 lists" },
	{ { "run", "1", "jail" }, 2, "usage: " },
	{ { "watch", "--help" }, 0, "usage: isolab watch" },
	{ { "watch", "--nonsense" }, 2, "usage: isolab watch" },
	{ { "watch", "77" }, 2, "the labs are:" },
	{ { "watch", "--from", "nowhere", "1" }, 2, "there is no folder " },
	{ { "watch", "2" }, 2, "there is no folder exercises/02-mount-ns" },
	{ { "doctor", "--help" }, 0, "usage: isolab doctor" },
	{ { "doctor", "now" }, 2, "usage: isolab doctor" },
	{ { "judge", "nonsense" }, 2, "usage: isolab judge" },
	{ { "judge", "77=x" }, 2, "the labs are:" },
	{ { "judge", "1=nothing" }, 3, "did not get into the machine" },
};

START_TEST(command_line_is_checked)
{
	struct run run;

	isolab(&run, lines[_i].args);
	says(&run, lines[_i].text);
	ck_assert_int_eq(run.status, lines[_i].status);
}
END_TEST

START_TEST(a_kit_that_is_not_there_is_told)
{
	static const struct {
		const char *args[4];
		int status;
	} commands[] = {
		{ { "matrix", "1" }, 1 },
		{ { "reset", "1" }, 1 },
		{ { "grade", "1" }, 3 },
	};
	struct run run;

	ck_assert_int_eq(setenv("ISOLAB_KIT", "/nonexistent", 1), 0);
	isolab(&run, commands[_i].args);
	ck_assert_int_eq(run.status, commands[_i].status);
	ck_assert_msg(strstr(run.out, "ISOLAB_KIT") ||
			      strstr(run.out, "cannot grade"),
		      "%s", run.out);
}
END_TEST

/* ---- grade ---------------------------------------------------------------- */

static const struct {
	const char *make; /* a command of the shell */
	const char *file;
	const char *text;
} submissions[] = {
	{ ":", "missing.c", "nothing was handed in" },
	{ "ln -s /etc/passwd link.c", "link.c", "is a symbolic link" },
	{ "mkdir empty", "empty", "there is no .c file in the folder" },
	{ "mkdir a.c", "a.c", "there is no .c file" },
	{ "mkdir d; mkdir d/x.c", "d", "is a folder and not a file" },
	{ "mkdir l; ln -s /etc/passwd l/x.c", "l", "is a symbolic link" },
	{ "mkdir f; mkfifo f/x.c", "f", "is something else and not a file" },
	{ "mkfifo x.c", "x.c", "is something else and not a file" },
	{ "cp /bin/true binary", "binary", "its name must end in .c" },
	{ "truncate -s 100M big.c", "big.c", "has 104857600 bytes" },
	{ "mkdir n; touch 'n/a b.c'", "n", "has other characters" },
	{ "mkdir m; for i in $(seq 99); do touch m/$i.c; done", "m",
	  "there are more than" },
	{ "echo 'int main(' >bad.c", "bad.c", "it does not compile" },
	{ "echo 'int x;' >nomain.c", "nomain.c", "it does not compile" },
};

START_TEST(bad_submission_is_a_fail_with_a_reason)
{
	const char *const args[] = {
		"grade", "--in", "host", "--file", submissions[_i].file,
		"1",	 NULL
	};
	struct run run;

	shell(submissions[_i].make);
	isolab(&run, args);
	says(&run, submissions[_i].text);
	says(&run, "  0 of 100");
	ck_assert_int_eq(run.status, 1);
}
END_TEST

START_TEST(every_format_can_be_written_to_a_file)
{
	static const struct {
		const char *format;
		const char *begins;
	} formats[] = {
		{ "terminal", "01-chroot       [" },
		{ "json", "{" },
		{ "junit", "<?xml" },
		{ "tap", "TAP version 14\n" },
	};
	const char *const args[] = {
		"grade",     "--format", formats[_i].format,
		"--output",  "report",	 "--file",
		"missing.c", "--in",	 "host",
		"1",	     NULL
	};
	auto_free char *text = NULL;
	struct run run;

	isolab(&run, args);
	ck_assert_int_eq(run.status, 1);
	ck_assert_str_eq(run.out, "");
	ck_assert_int_ge(file_read_all("report", &text), 0);
	ck_assert_msg(strncmp(text, formats[_i].begins,
			      strlen(formats[_i].begins)) == 0,
		      "%s", text);
}
END_TEST

START_TEST(report_that_cannot_be_written_is_an_error)
{
	static const char *const args[] = { "grade",  "--output",  "no/report",
					    "--file", "missing.c", "--in",
					    "host",   "1",	   NULL };
	struct run run;

	isolab(&run, args);
	says(&run, "cannot write the report to no/report: No such file");
	ck_assert_int_eq(run.status, 3);
}
END_TEST

START_TEST(untouched_exercise_is_told_where_to_begin)
{
	static const char *const args[] = { "grade", "--in", "host", "1",
					    NULL };
	static const char *const list[] = { "list", NULL };
	struct run run;

	isolab(&run, args);
	says(&run, "  0 of 100");
	says(&run, "task 01.1 is not begun: this is where you start");
	says(&run, "edit      exercises/01-chroot/visit.c, where it says "
		   "TASK 01.1");
	says(&run, "Do this first: task 01.1");
	ck_assert_ptr_null(strstr(run.out, "mistake"));
	ck_assert_int_eq(run.status, 1);

	isolab(&run, list);
	says(&run, "0 of 100 points\n");
}
END_TEST

START_TEST(solution_passes_and_says_so)
{
	static const char *const args[] = {
		"grade", "--in", "host", "-v", "--from", "solutions", "1", NULL
	};
	struct run run;

	isolab(&run, args);
	says(&run, "100 of 100");
	says(&run, "pass  01.1");
	says(&run, "checks passed.");
	ck_assert_int_eq(run.status, 0);
}
END_TEST

/* A static program of the kit that is no solution. */
START_TEST(judge_prints_the_model)
{
	char probe[PATH_SIZE];
	char arg[PATH_SIZE + 8];
	const char *const args[] = { "judge", arg, NULL };
	struct run run;

	ck_assert_int_eq(
		kit_build_path(probe, sizeof(probe), "bin/probes/probe"), 0);
	snprintf(arg, sizeof(arg), "1=%s", probe);
	isolab(&run, args);
	says(&run, "isolab/result/v1");
	says(&run, "\"verdict\": \"fail\"");
	ck_assert_ptr_null(strstr(run.out, "\"verdict\": \"pass\""));
	ck_assert_int_eq(run.status, 1);
}
END_TEST

/* ---- reset ---------------------------------------------------------------- */

START_TEST(reset_keeps_what_was_there)
{
	static const char *const args[] = { "reset", "1", NULL };
	struct run run;

	put("exercises/01-chroot/visit.c", "/* my work */\n");
	isolab(&run, args);
	ck_assert_int_eq(run.status, 0);
	says(&run, "exercises/01-chroot/visit.c is untouched again; yours is "
		   "visit.c.old-");
	shell("grep -q 'TASK 01.1' exercises/01-chroot/visit.c");
	shell("grep -q 'my work' exercises/01-chroot/visit.c.old-*");

	shell("rm exercises/01-chroot/visit.c*");
	isolab(&run, args);
	ck_assert_int_eq(run.status, 0);
	shell("grep -q 'TASK 01.1' exercises/01-chroot/visit.c");
}
END_TEST

START_TEST(reset_without_a_source_changes_nothing)
{
	static const char *const args[] = { "reset", "1", NULL };
	struct run run;

	put("exercises/01-chroot/visit.c", "/* my work */\n");
	shell("rm -r solutions/01-chroot");
	isolab(&run, args);
	ck_assert_int_eq(run.status, 1);
	says(&run, "nothing was changed");
	shell("grep -q 'my work' exercises/01-chroot/visit.c");
	shell("[ $(ls exercises/01-chroot | wc -l) = 1 ]");
}
END_TEST

/* ---- doctor --------------------------------------------------------------- */

START_TEST(doctor_tells_of_everything)
{
	static const char *const args[] = { "doctor", NULL };
	static const char *const rows[] = { "compiler", "user namespaces",
					    "sandbox", "/dev/kvm", "cgroup" };
	struct run run;

	isolab(&run, args);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		says(&run, rows[i]);
	/* This machine can, or these tests would not be run. */
	ck_assert_int_eq(run.status, 0);
}
END_TEST

/* ---- watch ---------------------------------------------------------------- */

/* Start "isolab watch"; its output comes through a pipe. */
static pid_t start_watch(const char *const args[], int *ret_fd)
{
	const char *argv[MAX_ARGS + 3] = { program, "watch" };
	int ends[2];
	pid_t child;

	for (size_t i = 0; i < MAX_ARGS && args[i]; i++)
		argv[i + 2] = args[i];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		alarm(240);
		if (dup2(ends[1], STDOUT_FILENO) < 0 ||
		    dup2(ends[1], STDERR_FILENO) < 0)
			_exit(127);
		execv(program, (char *const *)argv);
		_exit(127);
	}
	close(ends[1]);
	*ret_fd = ends[0];
	return child;
}

/* Read until a text has come, or the end. */
static void read_until(int fd, const char *text, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n = 1;

	buf[0] = '\0';
	while (n > 0 && used + 1 < size && !strstr(buf, text)) {
		n = read(fd, buf + used, size - 1 - used);
		used += n > 0 ? (size_t)n : 0;
		buf[used] = '\0';
	}
	ck_assert_msg(strstr(buf, text), "not '%s' in: %s", text, buf);
}

START_TEST(watch_grades_what_is_saved)
{
	static const char *const how[][5] = {
		{ "--once", "1", NULL },
		{ "--once", "--poll", "1", NULL },
		{ "--once", "--from", "exercises", "1", NULL },
	};
	auto_close int fd = -1;
	char out[8192];
	pid_t child = start_watch(how[_i], &fd);

	read_until(fd, "save a file", out, sizeof(out));
	put("exercises/01-chroot/visit.c", "no C\n");
	read_until(fd, "it does not compile", out, sizeof(out));
	ck_assert_int_eq(child_wait(child), 1);
}
END_TEST

START_TEST(watch_ends_when_asked)
{
	static const char *const args[] = { "1", NULL };
	auto_close int fd = -1;
	char out[8192];
	pid_t child = start_watch(args, &fd);

	read_until(fd, "save a file", out, sizeof(out));
	ck_assert_int_eq(kill(child, SIGTERM), 0);
	ck_assert_int_eq(child_wait(child), 0);
}
END_TEST

/* ---- the matrix proves itself --------------------------------------------- */

/* What is wrong with each of these must be told. */
static const struct {
	const char *name;
	const char *make; /* a command of the shell, in the kit */
	const char *text; /* what the matrix must say */
} wrongs[] = {
	{ "solution", "cp exercises/01-chroot/visit.c solutions/01-chroot",
	  "0 of 100 points, fails [root" },
	{ "exercise", "cp solutions/01-chroot/visit.c exercises/01-chroot",
	  "100 points" },
	{ "tables", ":", "no mutant has the diagnosis" },
	{ "headless",
	  "sed /^Fails:/d no-chdir.patch "
	  ">tests/mutants/01-chroot/headless.patch",
	  "no 'Fails:' or 'Diagnosis:' line" },
	{ "stray",
	  "printf 'Fails: root\\nDiagnosis: x\\n\\n--- a/n\\n+++ "
	  "b/n\\n@@ -1 +1 @@\\n-a\\n+b\\n' "
	  ">tests/mutants/01-chroot/stray.patch",
	  "the patch does not apply" },
	{ "unknown",
	  "sed 's/^Fails:.*/Fails: nothing/' no-chdir.patch "
	  ">tests/mutants/01-chroot/unknown.patch",
	  "there is no check nothing" },
	{ "other",
	  "sed 's/^Fails:.*/Fails: escape/' no-chdir.patch "
	  ">tests/mutants/01-chroot/other.patch",
	  "names [escape], fails [" },
	{ "misread",
	  "sed 's/^Diagnosis:.*/Diagnosis: not-out/' no-chdir.patch "
	  ">tests/mutants/01-chroot/misread.patch",
	  "names diagnosis not-out, gets no-chdir" },
	{ "honest",
	  "{ echo '/*'; echo ' * Lab: 01-chroot'; echo ' */'; "
	  "cat solutions/01-chroot/visit.c; } >tests/attacks/honest.c",
	  "100 points" },
	{ "boaster",
	  "printf '/*\\n * Lab: 01-chroot\\n */\\n#include <stdio.h>\\n"
	  "int main(void) { fputs(\"BROKEN: it\", stderr); return 1; }\\n' "
	  ">tests/attacks/boaster.c",
	  "it says that it got through" },
	{ "bomb",
	  "printf '/*\\n * Lab: 01-chroot\\n * Build: too big\\n */\\n"
	  "int main(void) { return 1; }\\n' >tests/attacks/bomb.c",
	  "the build was not stopped as it says" },
};

START_TEST(matrix_finds_what_is_wrong)
{
	const char *const args[] = { "matrix",	      "--in", "host", "--only",
				     wrongs[_i].name, "1",    NULL };
	struct run run;

	shell(wrongs[_i].make);
	isolab(&run, args);
	says(&run, wrongs[_i].text);
	says(&run, "0 passed, 1 failed, 0 skipped\n");
	ck_assert_int_eq(run.status, 1);
}
END_TEST

static Suite *isolab_suite(void)
{
	Suite *suite = suite_create("isolab");
	const char *missing = need_userns();
	TCase *tc;

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))
#define add_scratch(t)                                                      \
	do {                                                                \
		tcase_set_timeout(t, 300);                                  \
		tcase_add_checked_fixture(t, scratch_begins, scratch_ends); \
	} while (0)

	tc = add_task(suite, "command lines", NULL);
	add_scratch(tc);
	tcase_add_loop_test(tc, command_line_is_checked, 0, COUNT(lines));
	tcase_add_loop_test(tc, a_kit_that_is_not_there_is_told, 0, 3);
	tcase_add_test(tc, reset_keeps_what_was_there);
	tcase_add_test(tc, reset_without_a_source_changes_nothing);

	tc = add_task(suite, "grading", missing);
	add_scratch(tc);
	tcase_add_loop_test(tc, bad_submission_is_a_fail_with_a_reason, 0,
			    COUNT(submissions));
	tcase_add_loop_test(tc, every_format_can_be_written_to_a_file, 0, 4);
	tcase_add_test(tc, report_that_cannot_be_written_is_an_error);
	tcase_add_test(tc, untouched_exercise_is_told_where_to_begin);
	tcase_add_test(tc, solution_passes_and_says_so);
	tcase_add_test(tc, judge_prints_the_model);
	tcase_add_test(tc, doctor_tells_of_everything);
	tcase_add_loop_test(tc, watch_grades_what_is_saved, 0, 3);
	tcase_add_test(tc, watch_ends_when_asked);
	tcase_add_loop_test(tc, matrix_finds_what_is_wrong, 0, COUNT(wrongs));
	return suite;
}

int main(void)
{
	return run_suite(isolab_suite());
}
