/* SPDX-License-Identifier: MIT */
/* test_result.c - result.h, finding.c and text.h */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fake.h"
#include "file.h"
#include "text.h"

/* ---- an exercise that nobody has touched ---------------------------------- */

static const struct {
	const char *output;
	const char *task; /* NULL: it has been begun */
} stubs[] = {
	{ "exercise: task 01.1 is not done yet: x stays\n", "01.1" },
	{ "task 01.2 is not done yet", "01.2" },
	{ "task 01.2 is not done yet\nvisit: task 01.1 is not done yet\n",
	  "01.2" },
	{ "", NULL },
	{ "\n", NULL },
	{ NULL, NULL },
	{ "exercise: cannot mount\n", NULL },
	{ "task 01.2 is not done yet\nexercise: cannot mount\n", NULL },
	{ "exercise: task 01.7 is not done yet\n", NULL }, /* no such task */
	{ "exercise: task 01.1 is not done", NULL },
	{ "exercise: task 01.11 is not done yet", NULL },
	{ "a subtask 01.1 is not done yet", NULL },
	{ "task ", NULL },
};

START_TEST(stub_is_told_from_a_mistake)
{
	struct finding f = { .verdict = VERDICT_FAIL,
			     .output = (char *)(uintptr_t)stubs[_i].output };
	const struct task *task = task_not_begun(&fake_1, &f);

	ck_assert_pstr_eq(task ? task->id : NULL, stubs[_i].task);
	f.verdict = VERDICT_PASS;
	ck_assert_ptr_null(task_not_begun(&fake_1, &f));
}
END_TEST

/* ---- the model ----------------------------------------------------------- */

START_TEST(new_result_is_all_errors)
{
	struct lab_result lab;
	struct totals t;

	ck_assert_int_eq(lab_result_init(&lab, &fake_1, "x"), 0);
	t = lab_totals(&lab);
	ck_assert_uint_eq(t.errors, 3);
	ck_assert_uint_eq(t.max, 100);
	ck_assert_uint_eq(t.unjudged, 100);
	ck_assert_uint_eq(t.points, 0);
	lab_result_release(&lab);
	lab_result_release(&lab);
}
END_TEST

START_TEST(totals_add_up)
{
	struct result result;
	struct totals t;

	fake_result(&result, VERDICT_PASS);
	result.labs[0].findings[1].verdict = VERDICT_FAIL;
	result.labs[0].findings[2].verdict = VERDICT_SKIP;
	result.labs[1].findings[1].verdict = (enum verdict)77;
	t = result_totals(&result);
	ck_assert_uint_eq(t.points, 40 + 60);
	ck_assert_uint_eq(t.max, 200);
	ck_assert_uint_eq(t.unjudged, 35 + 40);
	ck_assert_uint_eq(t.passed, 2);
	ck_assert_uint_eq(t.failed, 1);
	ck_assert_uint_eq(t.skipped, 1);
	ck_assert_uint_eq(t.errors, 1);
	result_release(&result);
}
END_TEST

/* Verdicts of the first lab's three checks; the second is skipped. */
static const struct {
	enum verdict verdicts[3];
	int status;
} statuses[] = {
	{ { VERDICT_PASS, VERDICT_PASS, VERDICT_PASS }, 0 },
	{ { VERDICT_PASS, VERDICT_SKIP, VERDICT_SKIP }, 0 },
	{ { VERDICT_PASS, VERDICT_FAIL, VERDICT_SKIP }, 1 },
	{ { VERDICT_FAIL, VERDICT_FAIL, VERDICT_FAIL }, 1 },
	{ { VERDICT_PASS, VERDICT_FAIL, VERDICT_ERROR }, 3 },
	{ { VERDICT_PASS, VERDICT_PASS, VERDICT_ERROR }, 3 },
	{ { VERDICT_SKIP, VERDICT_SKIP, VERDICT_SKIP }, 77 },
};

START_TEST(exit_status_follows_the_verdicts)
{
	struct result result;

	fake_result(&result, VERDICT_SKIP);
	for (size_t i = 0; i < 3; i++)
		result.labs[0].findings[i].verdict = statuses[_i].verdicts[i];
	ck_assert_int_eq(result_exit_status(&result), statuses[_i].status);
	result_release(&result);
}
END_TEST

/* ---- findings ------------------------------------------------------------ */

START_TEST(fail_takes_the_diagnosis)
{
	struct finding f = { .check = &fake_checks_1[1] };

	ck_assert_int_eq(fail(&f, "no-chdir"), VERDICT_FAIL);
	ck_assert_ptr_eq(f.diagnosis, &fake_diagnoses[0]);
}
END_TEST

START_TEST(unknown_diagnosis_is_an_error)
{
	struct finding f = { .check = &fake_checks_1[1] };

	ck_assert_int_eq(fail(&f, "nonsense"), VERDICT_ERROR);
	ck_assert_str_eq(f.reason, "check cwd-inside has no diagnosis "
				   "'nonsense'");
	free(f.reason);
}
END_TEST

START_TEST(later_text_replaces_earlier)
{
	struct finding f = { .check = &fake_checks_1[0] };

	observed(&f, "%d", 1);
	observed(&f, "%s and %d", f.observed, 2);
	ck_assert_str_eq(f.observed, "1 and 2");
	ck_assert_int_eq(cannot_judge(&f, -ENOENT, "cannot open %s", "x"),
			 VERDICT_ERROR);
	ck_assert_str_eq(f.reason, "cannot open x: No such file or directory");
	ck_assert_int_eq(cannot_run(&f, "no KVM", "buy one"), VERDICT_SKIP);
	ck_assert_str_eq(f.reason, "no KVM");
	ck_assert_str_eq(f.fix, "buy one");
	ck_assert_int_eq(cannot_run(&f, f.reason, NULL), VERDICT_SKIP);
	ck_assert_str_eq(f.reason, "no KVM");
	ck_assert_ptr_null(f.fix);
	free(f.observed);
	free(f.reason);
	free(f.fix);
}
END_TEST

START_TEST(nonce_is_32_hex_digits_and_fresh)
{
	struct nonce a;
	struct nonce b;

	nonce_init(&a);
	nonce_init(&b);
	ck_assert_uint_eq(strspn(a.text, "0123456789abcdef"), 32);
	ck_assert_uint_eq(strlen(a.text), 32);
	ck_assert_str_ne(a.text, b.text);
}
END_TEST

/* ---- text ---------------------------------------------------------------- */

#define BAD "\xef\xbf\xbd" /* U+FFFD */

static const struct {
	const char *raw;
	const char *clean;
} texts[] = {
	{ NULL, "" },
	{ "plain\n\ttext", "plain\n\ttext" },
	{ "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7",
	  "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7" },
	{ "\033[31mred", BAD "[31mred" },
	{ "a\r\nb\rc", "a\nb" BAD "c" },
	{ "\x7f\xc2\x9b", BAD BAD },	 /* DEL, and the C1 form of ESC [ */
	{ "\xff\xfe", BAD BAD },	 /* never in UTF-8 */
	{ "\xc0\xaf", BAD BAD },	 /* "/", overlong */
	{ "\xed\xa0\x80", BAD BAD BAD }, /* a surrogate */
	{ "\xf4\x90\x80\x80", BAD BAD BAD BAD }, /* beyond U+10FFFF */
	{ "end\xe2\x82", "end" BAD BAD },	 /* cut short */
	{ "\xe2\x80\xae"
	  "abc",
	  BAD "abc" },		 /* right to left */
	{ "\xef\xbf\xbe", BAD }, /* a noncharacter */
};

START_TEST(clean_text_is_harmless)
{
	auto_free char *clean = text_clean(texts[_i].raw);

	ck_assert_str_eq(clean, texts[_i].clean);
}
END_TEST

START_TEST(words_are_wrapped_and_long_ones_cut)
{
	struct text text = { 0 };
	auto_free char *got = NULL;

	text_wrap(
		&text, "12345 ", 30,
		"these words fill a line, and thisverylongwordislongerthanone");
	got = text_steal(&text);
	ck_assert_str_eq(got, "12345 these words fill a line,\n"
			      "      and\n"
			      "      thisverylongwordislonger\n"
			      "      thanone\n");
}
END_TEST

/* ---- files --------------------------------------------------------------- */

START_TEST(save_replaces_a_link_and_follows_none)
{
	char dir[] = "/tmp/isolab-unit-XXXXXX";
	auto_free char *link = NULL;
	auto_free char *target = NULL;
	auto_free char *text = NULL;
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_gt(asprintf(&link, "%s/result", dir), 0);
	ck_assert_int_gt(asprintf(&target, "%s/target", dir), 0);
	ck_assert_int_eq(symlink(target, link), 0);

	ck_assert_int_eq(result_save(link, "one"), 0);
	ck_assert_int_eq(result_save(link, "two"), 0);
	ck_assert_int_eq(lstat(link, &st), 0);
	ck_assert(S_ISREG(st.st_mode));
	ck_assert_int_eq(lstat(target, &st), -1);
	ck_assert_int_eq(file_read_all(link, &text), 3);
	ck_assert_str_eq(text, "two");

	/* rmdir(2) also shows that no temporary file is left. */
	ck_assert_int_eq(unlink(link), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

START_TEST(failed_save_leaves_nothing)
{
	char dir[] = "/tmp/isolab-unit-XXXXXX";
	auto_free char *path = NULL;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_gt(asprintf(&path, "%s/result", dir), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(result_save(path, "x"), -EISDIR);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(result_save(path, "x"), -ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("result");
	TCase *tc = add_task(suite, "model", NULL);

	tcase_add_test(tc, new_result_is_all_errors);
	tcase_add_test(tc, totals_add_up);
	tcase_add_loop_test(tc, exit_status_follows_the_verdicts, 0,
			    sizeof(statuses) / sizeof(statuses[0]));

	tc = add_task(suite, "finding", NULL);
	tcase_add_loop_test(tc, stub_is_told_from_a_mistake, 0,
			    sizeof(stubs) / sizeof(stubs[0]));
	tcase_add_test(tc, fail_takes_the_diagnosis);
	tcase_add_test(tc, unknown_diagnosis_is_an_error);
	tcase_add_test(tc, later_text_replaces_earlier);
	tcase_add_test(tc, nonce_is_32_hex_digits_and_fresh);

	tc = add_task(suite, "text", NULL);
	tcase_add_loop_test(tc, clean_text_is_harmless, 0,
			    sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(tc, words_are_wrapped_and_long_ones_cut);

	tc = add_task(suite, "file", NULL);
	tcase_add_test(tc, save_replaces_a_link_and_follows_none);
	tcase_add_test(tc, failed_save_leaves_nothing);
	return run_suite(suite);
}
