/* SPDX-License-Identifier: MIT */
/*
 * test_report.c - every format: valid for a real consumer, harmless, and with
 * the same total
 *
 * Needs:  xmllint (libxml2-utils), prove (perl), jsonschema
 *         (python3-jsonschema); a test whose tool is missing is skipped
 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "cleanup.h"
#include "fake.h"
#include "kit.h"

enum { SEEDS = 200, SEEDS_TOOL = 8 };

/* ---- random results ------------------------------------------------------ */

/* xorshift32, so that a seed means the same on every machine. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* What a student may print to break a report. */
static const char *const hostile[] = {
	"plain words",
	"\033[2J\033[1;1Hall passed\033[0m\a",
	"]]></failure><testcase name=\"x\"/>&<>\"'",
	"\xff\xfe\xc0\xaf not UTF-8 \xed\xa0\x80",
	"\nok 1 - forged\n    ok 2 - forged # SKIP\n1..1\nBail out! x\n",
	"      ...\n---\n\\ \"quoted\": 'yes' # TODO",
	"points: 100 of 100\n# 200 of 200 points, 0 not judged\n",
	"\xc2\x9b"
	"31m C1, \xe2\x80\xae direction, \r\n\rreturns\x7f\x01",
	"averyveryverylongwordthatdoesnotfitonanylineofanyterminal"
	"averyveryverylongwordthatdoesnotfitonanylineofanyterminal",
	"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n",
	"",
	NULL,
};

static char *random_text(uint32_t *state)
{
	size_t count = sizeof(hostile) / sizeof(hostile[0]);
	const char *s = hostile[next_random(state) % count];

	return s ? strdup(s) : NULL;
}

static void random_finding(struct finding *f, uint32_t *state)
{
	char **strings[] = { &f->expected, &f->observed, &f->reason, &f->fix,
			     &f->output };

	f->verdict = (enum verdict)(next_random(state) % 4);
	for (size_t i = 0; i < 5; i++) {
		free(*strings[i]);
		*strings[i] = random_text(state);
	}
	if (f->verdict == VERDICT_FAIL && next_random(state) % 4 > 0)
		f->diagnosis = &fake_diagnoses[next_random(state) % 2];
	f->duration_ms = next_random(state) % 100000;
}

static void random_result(struct result *ret, int seed)
{
	uint32_t state = 0x9e3779b9u * (uint32_t)(seed + 1);

	fake_result(ret, VERDICT_PASS);
	for (size_t i = 0; i < ret->count; i++) {
		struct lab_result *lab = &ret->labs[i];

		for (size_t k = 0; k < lab->count; k++)
			random_finding(&lab->findings[k], &state);
		lab->build.output = random_text(&state);
		if (next_random(&state) % 8 == 0) {
			lab->build.ok = false;
			lab->build.reason = strdup("it does not compile");
		}
	}
}

/* ---- the same total everywhere ------------------------------------------- */

/* Sum of the number after each @mark. */
static unsigned sum_after(const char *text, const char *mark)
{
	unsigned sum = 0;

	for (; (text = strstr(text, mark)); text += strlen(mark))
		sum += (unsigned)strtoul(text + strlen(mark), NULL, 10);
	return sum;
}

static unsigned json_total(const struct result *result)
{
	auto_free char *json = result_to_json(result);
	struct result back;
	struct totals t;

	ck_assert_int_eq(result_from_json(json, &back), 0);
	t = result_totals(&back);
	result_release(&back);
	/* The indent tells the level: totals, a lab, a check. */
	ck_assert_uint_eq(sum_after(json, "\n    \"points\": "), t.points);
	ck_assert_uint_eq(sum_after(json, "\n      \"points\": "), t.points);
	ck_assert_uint_eq(sum_after(json, "\n          \"points\": "),
			  t.points);
	return t.points;
}

/* Test lines of a subtest begin with four spaces and no more. */
static unsigned tap_total(const struct result *result)
{
	auto_free char *tap = report_tap(result);
	unsigned sum = 0;
	char *rest = tap;
	char *line;

	while ((line = strsep(&rest, "\n"))) {
		char *points = strrchr(line, '(');

		if (strncmp(line, "    ok ", 7) == 0 ||
		    strncmp(line, "    not ok ", 11) == 0)
			sum += (unsigned)strtoul(points + 1, NULL, 10);
	}
	return sum;
}

START_TEST(all_formats_have_one_total)
{
	static const struct terminal_style style = { .columns = 80 };
	auto_free char *junit = NULL;
	auto_free char *terminal = NULL;
	struct result result;
	unsigned points;

	random_result(&result, _i);
	points = result_totals(&result).points;
	junit = report_junit(&result);
	terminal = report_terminal(&result, &style);

	ck_assert_uint_eq(json_total(&result), points);
	ck_assert_uint_eq(tap_total(&result), points);
	ck_assert_uint_eq(sum_after(junit, "<system-out>points: "), points);
	ck_assert_uint_eq(sum_after(strstr(terminal, "\ntotal"), "] "), points);
	result_release(&result);
}
END_TEST

/* ---- JSON ---------------------------------------------------------------- */

START_TEST(json_comes_back_the_same)
{
	auto_free char *once = NULL;
	auto_free char *twice = NULL;
	struct result result;
	struct result back;

	random_result(&result, _i);
	once = result_to_json(&result);
	ck_assert_int_eq(result_from_json(once, &back), 0);
	twice = result_to_json(&back);
	ck_assert_str_eq(once, twice);
	result_release(&result);
	result_release(&back);
}
END_TEST

/* One change each to a good document makes it a bad one. */
static const struct {
	const char *from;
	const char *to;
} forgeries[] = {
	{ "isolab/result/v1", "isolab/result/v2" },
	{ "\"01-fake\"", "\"09-none\"" },
	{ "\"cwd-inside\"", "\"root-is-new\"" },
	{ "\"cwd-inside\"", "\"unknown\"" },
	{ "\"pass\"", "\"PASS\"" },
	{ "\"pass\"", "1" },
	{ "\"diagnosis\": null", "\"diagnosis\": \"none\"" },
	{ "\"diagnosis\": null", "\"diagnosis\": 1" },
	{ "\"host\"", "\"cloud\"" },
	{ "\"duration_ms\": 1234", "\"duration_ms\": -1" },
	{ "2026-01-01T00:00:00Z", "2026-01-01" },
	{ "\"ok\": true", "\"ok\": 1" },
	{ "\"expected\": null", "\"expected\": 7" },
	{ "\"labs\": [", "\"labs\": [ 1," },
	{ "\"checks\": [", "\"checks\": [ {}," },
	{ "{", "[" },
};

START_TEST(forged_json_is_refused)
{
	auto_free char *good = NULL;
	auto_free char *bad = NULL;
	struct result result;
	struct result back;
	char *at;

	fake_result(&result, VERDICT_PASS);
	good = result_to_json(&result);
	ck_assert_int_eq(result_from_json(good, &back), 0);
	result_release(&back);

	at = strstr(good, forgeries[_i].from);
	ck_assert_ptr_nonnull(at);
	ck_assert_int_gt(asprintf(&bad, "%.*s%s%s", (int)(at - good), good,
				  forgeries[_i].to,
				  at + strlen(forgeries[_i].from)),
			 0);
	ck_assert_int_eq(result_from_json(bad, &back), -EINVAL);
	result_release(&result);
}
END_TEST

START_TEST(points_in_json_are_not_believed)
{
	auto_free char *json = NULL;
	struct result result;
	struct result back;
	char *at;

	fake_result(&result, VERDICT_FAIL);
	json = result_to_json(&result);
	for (at = json; (at = strstr(at, "\"points\": 0")); at++)
		at[strlen("\"points\": ")] = '9';
	ck_assert_int_eq(result_from_json(json, &back), 0);
	ck_assert_uint_eq(result_totals(&back).points, 0);
	result_release(&result);
	result_release(&back);
}
END_TEST

/* ---- the terminal -------------------------------------------------------- */

static const unsigned widths[] = { 40, 60, 80, 100 };

/* Newlines, printable ASCII and UTF-8: nothing a terminal would obey. */
START_TEST(terminal_report_is_harmless_and_fits)
{
	struct terminal_style style = { .columns = widths[_i % 4],
					.verbose = _i % 8 > 3 };
	auto_free char *report = NULL;
	struct result result;
	char *rest;
	char *line;

	random_result(&result, _i);
	report = report_terminal(&result, &style);
	rest = report;
	while ((line = strsep(&rest, "\n"))) {
		unsigned columns = 0;

		for (const unsigned char *c = (void *)line; *c; c++) {
			ck_assert_uint_ge(*c, ' ');
			ck_assert_uint_ne(*c, 0x7f);
			ck_assert(c[0] != 0xc2 || c[1] >= 0xa0);
			columns += (*c & 0xc0) != 0x80;
		}
		ck_assert_msg(columns <= style.columns, "%u columns: %s",
			      columns, line);
	}
	result_release(&result);
}
END_TEST

START_TEST(color_is_the_only_difference)
{
	struct terminal_style style = { .columns = 80 };
	auto_free char *bare = NULL;
	auto_free char *colored = NULL;
	struct result result;
	char *out;

	random_result(&result, _i);
	bare = report_terminal(&result, &style);
	style.color = true;
	colored = report_terminal(&result, &style);
	ck_assert_ptr_nonnull(strchr(colored, '\033'));

	out = colored; /* take the escape sequences out, in place */
	for (const char *c = colored; *c; c++) {
		if (*c == '\033')
			c = strchr(c, 'm');
		else
			*out++ = *c;
	}
	*out = '\0';
	ck_assert_str_eq(bare, colored);
	result_release(&result);
}
END_TEST

START_TEST(card_tells_the_whole_story)
{
	static const struct terminal_style style = { .columns = 60 };
	auto_free char *report = NULL;
	struct result result;
	struct finding *f;

	fake_result(&result, VERDICT_PASS);
	f = &result.labs[0].findings[1];
	expected(f, "the working directory is the new root");
	observed(f, "it is /work of the host");
	f->output = strdup("hello\n");
	f->verdict = fail(f, "no-chdir");
	report = report_terminal(&result, &style);
	ck_assert_str_eq(
		report,
		"01-fake         [#######...]  75 of 100\n"
		"\n"
		"  FAIL  01.1  the working directory is inside\n"
		"        expected  the working directory is the new root\n"
		"        observed  it is /work of the host\n"
		"        mistake   The program changed its root and stayed in\n"
		"                  the old directory.\n"
		"        next      Call chdir(\"/\") right after chroot(2), "
		"and\n"
		"                  look at what it returns.\n"
		"        read      chroot(2), DESCRIPTION\n"
		"        output    | hello\n"
		"\n"
		"02-mount-fake   [##########] 100 of 100\n"
		"total           [########..] 175 of 200\n"
		"\n"
		"Do this first: task 01.1\n"
		"  enter the new root\n"
		"  for a hint: isolab hint 01.1\n");
	result_release(&result);
}
END_TEST

static void give_stub(struct finding *f)
{
	f->output = strdup("visit: task 01.1 is not done yet: x\n");
	expected(f, "it is the new root");
	f->verdict = fail(f, "no-chdir");
}

START_TEST(untouched_task_is_told_where_to_begin_once)
{
	static const struct terminal_style style = { .columns = 80 };
	auto_free char *report = NULL;
	struct result result;

	fake_result(&result, VERDICT_PASS);
	give_stub(&result.labs[0].findings[0]);
	give_stub(&result.labs[0].findings[1]);
	result.labs[0].build.source = strdup("mine/visit.c");
	report = report_terminal(&result, &style);
	ck_assert_ptr_nonnull(strstr(
		report,
		"        expected  it is the new root\n"
		"        observed  task 01.1 is not begun: this is where you "
		"start\n"
		"        edit      mine/visit.c, where it says TASK 01.1\n"
		"        hint      isolab hint 01.1\n"
		"\n"
		"  FAIL  01.1  the working directory is inside\n"
		"        expected  it is the new root\n"
		"        observed  task 01.1 is not begun, see above\n"
		"\n"));
	ck_assert_ptr_null(strstr(report, "mistake"));
	result_release(&result);
}
END_TEST

/* The third check of the first lab needs the first. */
START_TEST(dependent_failure_is_two_lines)
{
	static const struct terminal_style style = { .columns = 80 };
	auto_free char *report = NULL;
	struct result result;
	struct finding *f;

	fake_result(&result, VERDICT_PASS);
	f = &result.labs[0].findings[2];
	f->verdict = VERDICT_FAIL;
	expected(f, "first, that the root directory is the new one");
	observed(f, "it does not");
	report = report_terminal(&result, &style);
	ck_assert_ptr_nonnull(strstr(
		report, "  FAIL  01.2  no descriptor leads out\n"
			"        expected  first, that the root directory is "
			"the new one\n\n02-"));
	result_release(&result);
}
END_TEST

START_TEST(all_passed_is_short)
{
	static const struct terminal_style style = { .columns = 80 };
	auto_free char *report = NULL;
	struct result result;

	fake_result(&result, VERDICT_PASS);
	report = report_terminal(&result, &style);
	ck_assert_ptr_nonnull(strstr(report, "All 5 checks passed.\n"));
	ck_assert_ptr_null(strstr(report, "Do this first"));
	ck_assert_uint_lt(strlen(report), 300);
	result_release(&result);
}
END_TEST

START_TEST(build_failure_is_told_once)
{
	static const struct terminal_style style = { .columns = 80 };
	auto_free char *report = NULL;
	struct result result;
	char *first;

	fake_result(&result, VERDICT_FAIL);
	result.labs[0].build.ok = false;
	result.labs[0].build.reason = strdup("it does not compile");
	result.labs[0].build.output = strdup("x.c:1: error: expected ';'\n");
	report = report_terminal(&result, &style);
	first = strstr(report, "it does not compile");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(strstr(first, "| x.c:1: error: expected ';'"));
	ck_assert_ptr_null(strstr(report, "01.1  the root directory"));
	result_release(&result);
}
END_TEST

/* ---- consumers ----------------------------------------------------------- */

/* Give a report to a program as its last argument and keep what it says. */
static void consume(struct run *ret, const char *text, const char *a0,
		    const char *a1, const char *a2, const char *a3,
		    const char *suffix)
{
	const char *argv[6] = { 0 };
	auto_free char *path = NULL;
	size_t n = 0;
	int fd;

	ck_assert_int_gt(asprintf(&path, "/tmp/isolab-unit-XXXXXX%s", suffix),
			 0);
	fd = mkostemps(path, (int)strlen(suffix), O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(result_save(path, text), 0);
	argv[n++] = a0;
	argv[n++] = a1;
	if (a2)
		argv[n++] = a2;
	if (a3)
		argv[n++] = a3;
	argv[n] = path;
	run_program(ret, argv);
	unlink(path);
}

START_TEST(junit_is_valid)
{
	auto_free char *junit = NULL;
	struct result result;
	struct run run;
	char xsd[4096];

	ck_assert_int_eq(
		kit_path(xsd, sizeof(xsd), "tests/unit/junit-strict.xsd"), 0);
	random_result(&result, _i);
	junit = report_junit(&result);
	consume(&run, junit, "xmllint", "--noout", "--schema", xsd, ".xml");
	ck_assert_msg(run.status == 0, "%s", run.out);
	result_release(&result);
}
END_TEST

START_TEST(json_is_valid)
{
	auto_free char *json = NULL;
	struct result result;
	struct run run;
	char schema[4096];

	ck_assert_int_eq(kit_path(schema, sizeof(schema),
				  "tests/unit/result-v1.schema.json"),
			 0);
	random_result(&result, _i);
	json = result_to_json(&result);
	consume(&run, json, "/usr/bin/jsonschema", schema, "-i", NULL, ".json");
	ck_assert_msg(run.status == 0, "%s", run.out);
	result_release(&result);
}
END_TEST

/*
 * perl's harness counts the test points at the top and skips the subtests.
 * Debian 12 has one that ends at version 13, of which 14 is an extension that
 * harnesses for 13 can read: so the test changes the version, and no more.
 * See: testanything.org, "TAP version 14 specification", "Changes from TAP13".
 */
START_TEST(tap_is_understood)
{
	auto_free char *tap = NULL;
	struct result result;
	struct run run;
	bool bad;

	random_result(&result, _i);
	bad = false;
	for (size_t i = 0; i < 2; i++) {
		struct totals t = lab_totals(&result.labs[i]);

		bad |= t.failed > 0 || t.errors > 0;
	}
	tap = report_tap(&result);
	ck_assert_int_eq(strncmp(tap, "TAP version 14\n", 15), 0);
	tap[strlen("TAP version 1")] = '3';
	consume(&run, tap, "prove", "--exec", "cat", NULL, ".tap");
	ck_assert_msg((run.status != 0) == bad, "status %d: %s", run.status,
		      run.out);
	ck_assert_msg(strstr(run.out, "Tests=2,"), "%s", run.out);
	ck_assert_msg(!strstr(run.out, "Parse errors"), "%s", run.out);
	result_release(&result);
}
END_TEST

/* The first subtest as a document of its own: its lines without the indent. */
static char *first_subtest(const char *tap)
{
	static const char version[] = "TAP version 13\n";
	size_t used = strlen(version);
	char *out = malloc(used + strlen(tap) + 1);
	size_t len;

	ck_assert_ptr_nonnull(out);
	memcpy(out, version, used);
	tap = strstr(tap, "\n    ") + 1;
	while (strncmp(tap, "    ", 4) == 0) {
		len = strcspn(tap, "\n") + 1;
		memcpy(out + used, tap + 4, len - 4);
		used += len - 4;
		tap += len;
	}
	out[used] = '\0';
	return out;
}

START_TEST(tap_subtest_is_understood)
{
	auto_free char *tap = NULL;
	auto_free char *subtest = NULL;
	struct result result;
	struct totals t;
	struct run run;

	random_result(&result, _i);
	t = lab_totals(&result.labs[0]);
	tap = report_tap(&result);
	subtest = first_subtest(tap);
	/* Version 13 has no subtests, but its points and YAML are the same. */
	consume(&run, subtest, "prove", "--exec", "cat", NULL, ".tap");
	ck_assert_msg((run.status != 0) == (t.failed + t.errors > 0),
		      "status %d: %s", run.status, run.out);
	ck_assert_msg(strstr(run.out, "Tests=3,"), "%s", run.out);
	ck_assert_msg(!strstr(run.out, "Parse errors"), "%s", run.out);
	result_release(&result);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("report");
	TCase *tc = add_task(suite, "all formats", NULL);

	tcase_add_loop_test(tc, all_formats_have_one_total, 0, SEEDS);
	tc = add_task(suite, "json", NULL);
	tcase_add_loop_test(tc, json_comes_back_the_same, 0, SEEDS);
	tcase_add_loop_test(tc, forged_json_is_refused, 0,
			    sizeof(forgeries) / sizeof(forgeries[0]));
	tcase_add_test(tc, points_in_json_are_not_believed);
	tc = add_task(suite, "terminal", NULL);
	tcase_add_loop_test(tc, terminal_report_is_harmless_and_fits, 0, SEEDS);
	tcase_add_loop_test(tc, color_is_the_only_difference, 0, SEEDS_TOOL);
	tcase_add_test(tc, card_tells_the_whole_story);
	tcase_add_test(tc, untouched_task_is_told_where_to_begin_once);
	tcase_add_test(tc, dependent_failure_is_two_lines);
	tcase_add_test(tc, all_passed_is_short);
	tcase_add_test(tc, build_failure_is_told_once);

	tc = add_task(
		suite, "junit consumer",
		need_tool("xmllint", "needs xmllint (package libxml2-utils)"));
	tcase_add_loop_test(tc, junit_is_valid, 0, SEEDS_TOOL);
	tc = add_task(suite, "json consumer",
		      need_tool("/usr/bin/jsonschema",
				"needs package python3-jsonschema"));
	tcase_add_loop_test(tc, json_is_valid, 0, SEEDS_TOOL);
	tc = add_task(suite, "tap consumer",
		      need_tool("prove", "needs prove (package perl)"));
	tcase_add_loop_test(tc, tap_is_understood, 0, SEEDS_TOOL);
	tcase_add_loop_test(tc, tap_subtest_is_understood, 0, SEEDS_TOOL);
	return run_suite(suite);
}
