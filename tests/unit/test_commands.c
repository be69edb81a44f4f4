/* SPDX-License-Identifier: MIT */
/* test_commands.c - isolab list, isolab hint, and the progress they show */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cleanup.h"
#include "fake.h"
#include "file.h"
#include "kit.h"
#include "progress.h"

/*
 * One state folder for all tests, emptied before each.  It is made and removed
 * by an unchecked fixture, which takes no argument: hence the variable.
 */
static char state[] = "/tmp/isolab-unit-XXXXXX";

static void state_begins(void)
{
	ck_assert_ptr_nonnull(mkdtemp(state));
	ck_assert_int_eq(setenv("XDG_STATE_HOME", state, 1), 0);
}

static const char *const leftovers[] = {
	"isolab/hints/01.1",
	"isolab/hints/01.2",
	"isolab/hints/02.1",
	"isolab/progress.json",
	"isolab/hints",
	"isolab",
	"",
};

static void state_ends(void)
{
	for (size_t i = 0; i < sizeof(leftovers) / sizeof(*leftovers); i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", state, leftovers[i]);
		(void)remove(path); /* it may not be there */
	}
}

/* Each test finds the folder empty, whatever ran before. */
static void state_is_emptied(void)
{
	for (size_t i = 0; i < 4; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", state, leftovers[i]);
		(void)remove(path);
	}
}

/* A command line; the command is told by argv[0]. */
static int command(void *arg)
{
	char **argv = arg;
	int argc = 0;

	while (argv[argc])
		argc++;
	return (strcmp(argv[0], "list") == 0 ? cmd_list : cmd_hint)(argc, argv);
}

#define RUN(run, ...)              \
	run_function(run, command, \
		     (void *)(const char *[]){ __VA_ARGS__, NULL })

static void save(enum verdict verdict, size_t labs)
{
	struct result result;
	size_t count;

	fake_result(&result, verdict);
	count = result.count;
	result.count = labs;
	ck_assert_int_eq(progress_save(&result), 0);
	result.count = count;
	result_release(&result);
}

START_TEST(nothing_graded_is_enoent)
{
	struct result result;

	ck_assert_int_eq(progress_load(&result), -ENOENT);
}
END_TEST

START_TEST(other_labs_are_kept)
{
	struct result result;

	save(VERDICT_PASS, 2);
	save(VERDICT_FAIL, 1);
	ck_assert_int_eq(progress_load(&result), 0);
	ck_assert_uint_eq(result.count, 2);
	ck_assert_uint_eq(lab_totals(&result.labs[0]).points, 0);
	ck_assert_uint_eq(lab_totals(&result.labs[1]).points, 100);
	result_release(&result);
}
END_TEST

START_TEST(list_without_progress)
{
	struct run run;

	RUN(&run, "list");
	ck_assert_int_eq(run.status, 0);
	ck_assert_ptr_nonnull(strstr(run.out, "not graded yet"));
	ck_assert_ptr_nonnull(strstr(run.out, "[ ] 01.2  leave nothing open"));
	ck_assert_ptr_nonnull(strstr(run.out, "  0 of  65"));
}
END_TEST

START_TEST(list_shows_what_is_solved)
{
	struct run run;

	save(VERDICT_FAIL, 2);
	save(VERDICT_PASS, 1);
	RUN(&run, "list");
	ck_assert_ptr_nonnull(strstr(run.out, "[x] 01.1  enter the new root"));
	ck_assert_ptr_nonnull(strstr(run.out, " 65 of  65"));
	ck_assert_ptr_nonnull(strstr(run.out, "[ ] 02.1"));
	RUN(&run, "list", "2");
	ck_assert_ptr_null(strstr(run.out, "01-fake"));
	ck_assert_ptr_nonnull(strstr(run.out, "02-mount-fake"));
}
END_TEST

START_TEST(damaged_progress_is_told)
{
	auto_free char *path = NULL;
	struct run run;

	ck_assert_int_gt(asprintf(&path, "%s/isolab/progress.json", state), 0);
	save(VERDICT_PASS, 2);
	ck_assert_int_eq(result_save(path, "{ damaged"), 0);
	RUN(&run, "list");
	ck_assert_int_eq(run.status, 0);
	ck_assert_ptr_nonnull(strstr(run.out, "cannot be read: Invalid"));
	ck_assert_ptr_nonnull(strstr(run.out, "[ ] 01.1"));
}
END_TEST

static const struct {
	const char *argv[4];
	int status;
	const char *says;
} lines[] = {
	{ { "list", "--help" }, 0, "usage: isolab list" },
	{ { "list", "--nonsense" }, 2, "usage: isolab list" },
	{ { "list", "77" }, 2, "the labs are: 01-fake 02-mount-fake" },
	{ { "hint", "--help" }, 0, "usage: isolab hint" },
	{ { "hint", "--nonsense" }, 2, "usage: isolab hint" },
	{ { "hint", "01.1", "01.2" }, 2, "usage: isolab hint" },
	{ { "hint", "--all", "--reset" }, 2, "usage: isolab hint" },
	{ { "hint", "01.9" }, 2, "the tasks are: 01.1 01.2 02.1\n" },
	{ { "hint", "" }, 2, "there is no task ''" },
};

START_TEST(command_line_is_checked)
{
	struct run run;

	run_function(&run, command, (void *)lines[_i].argv);
	ck_assert_int_eq(run.status, lines[_i].status);
	ck_assert_msg(strstr(run.out, lines[_i].says), "%s", run.out);
}
END_TEST

START_TEST(hints_come_one_by_one)
{
	static const char *const hints[] = { "Hint A.", "Hint B.", "Hint C.",
					     "Hint C." };
	struct run run;

	for (size_t i = 0; i < 4; i++) {
		RUN(&run, "hint", "01.2");
		ck_assert_int_eq(run.status, 0);
		for (size_t k = 0; k < 3; k++)
			ck_assert_int_eq(strstr(run.out, hints[k]) != NULL,
					 strcmp(hints[k], hints[i]) == 0);
	}
	RUN(&run, "hint", "--reset", "01.2");
	ck_assert_int_eq(run.status, 0);
	RUN(&run, "hint", "01.2");
	ck_assert_ptr_nonnull(strstr(run.out, "Hint A."));
}
END_TEST

START_TEST(all_hints_at_once)
{
	struct run run;

	RUN(&run, "hint", "--all", "02.1");
	ck_assert_ptr_nonnull(strstr(run.out, "One."));
	ck_assert_ptr_nonnull(strstr(run.out, "Two."));
	ck_assert_ptr_nonnull(strstr(run.out, "Three."));
}
END_TEST

START_TEST(hint_alone_is_for_the_first_unsolved_task)
{
	struct run run;

	RUN(&run, "hint");
	ck_assert_ptr_nonnull(strstr(run.out, "task 01.1: "));
	save(VERDICT_PASS, 1);
	RUN(&run, "hint");
	ck_assert_ptr_nonnull(strstr(run.out, "task 02.1: "));
	save(VERDICT_PASS, 2);
	RUN(&run, "hint");
	ck_assert_int_eq(run.status, 0);
	ck_assert_ptr_nonnull(strstr(run.out, "Every task is solved"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("commands");
	TCase *tc = add_task(suite, "commands", NULL);

	tcase_add_checked_fixture(tc, state_is_emptied, NULL);
	tcase_add_unchecked_fixture(tc, state_begins, state_ends);
	tcase_add_test(tc, nothing_graded_is_enoent);
	tcase_add_test(tc, other_labs_are_kept);
	tcase_add_test(tc, list_without_progress);
	tcase_add_test(tc, list_shows_what_is_solved);
	tcase_add_test(tc, damaged_progress_is_told);
	tcase_add_loop_test(tc, command_line_is_checked, 0,
			    sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(tc, hints_come_one_by_one);
	tcase_add_test(tc, all_hints_at_once);
	tcase_add_test(tc, hint_alone_is_for_the_first_unsolved_task);
	return run_suite(suite);
}
