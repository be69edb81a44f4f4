/* SPDX-License-Identifier: MIT */
/* test_minic_json.c - labs/11-container: what is JSON, and what is not */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#include "../../labs/11-container/json.h"
#include "cleanup.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- documents --------------------------------------------------------------- */

static const char *const good[] = {
	"{}",
	"[]",
	"\"\"",
	"[0]",
	"[-0]",
	"[-1.5e+10]",
	"[true,false,null]",
	" \t\r\n[ 1 , 2 ] ",
	"{\"a\":{\"b\":[{}]}}",
	"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"]",
	"\"\\ud83d\\ude00\"",
};

START_TEST(json_is_accepted)
{
	struct json json = { 0 };
	size_t at;

	ck_assert_msg(json_parse(good[_i], &json, &at) == 0, "%s", good[_i]);
	ck_assert_int_eq(json.nodes[0].next, json.count);
	json_release(&json);
}
END_TEST

static const char *const bad[] = {
	"",
	" ",
	"{",
	"[1,]",
	"[,1]",
	"[1 2]",
	"{\"a\"}",
	"{\"a\" 1}",
	"1", /* RFC 8259 has it; no document of ours is that */
	"{\"a\":1,}",
	"{\"a\"::1}",
	"{\"a\":1 \"b\":2}",
	"{1:2}",
	"{a:1}",
	"{\"a\":1}}",
	"{} {}",
	"[01]",
	"[1.]",
	"[.5]",
	"[+1]",
	"[1e]",
	"[0x10]",
	"[nul]",
	"[True]",
	"[NaN]",
	"['a']",
	"\"a",
	"\"\\x41\"",
	"\"\\u12\"",
	"\"\\u0000\"", /* would end a C string */
	"\"\\ud800\"", /* half a pair */
	"\"\\ud800\\u0041\"",
	"\"\\udc00\"",
	"\"a\nb\"",
	"\"a\tb\"",
	"[1] // comment",
};

START_TEST(what_is_no_json_is_refused)
{
	struct json json = { 0 };
	size_t at = 12345;

	ck_assert_msg(json_parse(bad[_i], &json, &at) == -EINVAL, "%s",
		      bad[_i]);
	ck_assert_uint_le(at, strlen(bad[_i]));
	ck_assert_ptr_null(json.nodes);
}
END_TEST

/* "[[[...]]]" */
static int parse_nested(int depth)
{
	auto_free char *text = malloc((size_t)depth * 2 + 1);
	struct json json = { 0 };
	size_t at;
	int r;

	ck_assert_ptr_nonnull(text);
	memset(text, '[', (size_t)depth);
	memset(text + depth, ']', (size_t)depth);
	text[depth * 2] = '\0';
	r = json_parse(text, &json, &at);
	if (r == 0)
		json_release(&json);
	return r;
}

START_TEST(depth_has_a_limit)
{
	ck_assert_int_eq(parse_nested(33), 0);
	ck_assert_int_eq(parse_nested(34), -EINVAL);
	ck_assert_int_eq(parse_nested(500000), -E2BIG);
}
END_TEST

/* "[0,0,...]" with @n values, or a string of @n bytes. */
static int parse_big(size_t n, bool string)
{
	auto_free char *text = malloc(2 * n + 8);
	struct json json = { 0 };
	size_t at, len = 0;
	int r;

	ck_assert_ptr_nonnull(text);
	text[len++] = string ? '"' : '[';
	for (size_t i = 0; i < n; i++) {
		if (i && !string)
			text[len++] = ',';
		text[len++] = '0';
	}
	text[len++] = string ? '"' : ']';
	text[len] = '\0';
	r = json_parse(text, &json, &at);
	if (r == 0)
		json_release(&json);
	return r;
}

START_TEST(size_has_a_limit)
{
	ck_assert_int_eq(parse_big(65535, false), 0); /* and the array */
	ck_assert_int_eq(parse_big(65536, false), -E2BIG);
	ck_assert_int_eq(parse_big((1 << 20) - 2, true), 0);
	ck_assert_int_eq(parse_big((1 << 20) - 1, true), -E2BIG);
}
END_TEST

/* ---- values ------------------------------------------------------------------ */

static const struct {
	const char *json;
	const char *text;
} strings[] = {
	{ "\"\"", "" },
	{ "\"a\\/b\"", "a/b" },
	{ "\"\\\"\\\\\"", "\"\\" },
	{ "\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t" },
	{ "\"\\u0041\\u00e9\\u20ac\"", "A\xc3\xa9\xe2\x82\xac" },
	{ "\"\\uD83D\\ude00!\"", "\xf0\x9f\x98\x80!" },
};

START_TEST(strings_are_unescaped_and_escaped_again)
{
	struct json json = { 0 }, again = { 0 };
	auto_free char *written = NULL;
	size_t at, size;
	FILE *f = open_memstream(&written, &size);

	ck_assert_int_eq(json_parse(strings[_i].json, &json, &at), 0);
	ck_assert_str_eq(json.nodes[0].text, strings[_i].text);
	json_put_string(f, json.nodes[0].text);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(json_parse(written, &again, &at), 0);
	ck_assert_str_eq(again.nodes[0].text, strings[_i].text);
	json_release(&json);
	json_release(&again);
}
END_TEST

static const struct {
	const char *text;
	int64_t min, max;
	int result;
	int64_t value;
} numbers[] = {
	{ "0", 0, 0, 0, 0 },
	{ "-0", 0, 0, 0, 0 },
	{ "7", 0, 7, 0, 7 },
	{ "8", 0, 7, -ERANGE, 0 },
	{ "-1", 0, 7, -ERANGE, 0 },
	{ "9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX },
	{ "9223372036854775808", INT64_MIN, INT64_MAX, -ERANGE, 0 },
	{ "-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN },
	{ "1.0", 0, 7, -EINVAL, 0 },
	{ "1e0", 0, 7, -EINVAL, 0 },
	{ "1E0", 0, 7, -EINVAL, 0 },
	{ "true", 0, 7, -EINVAL, 0 },
	{ "null", 0, 7, -EINVAL, 0 },
	{ "\"1\"", 0, 7, -EINVAL, 0 },
	{ "[1]", 0, 7, -EINVAL, 0 },
};

START_TEST(numbers_are_whole_and_in_range)
{
	struct json json = { 0 };
	int64_t value = 99;
	char text[64];
	size_t at;

	snprintf(text, sizeof(text), "[%s]", numbers[_i].text);
	ck_assert_int_eq(json_parse(text, &json, &at), 0);
	ck_assert_int_eq(json_int(&json.nodes[1], numbers[_i].min,
				  numbers[_i].max, &value),
			 numbers[_i].result);
	ck_assert_int_eq(value, numbers[_i].result ? 99 : numbers[_i].value);
	json_release(&json);
}
END_TEST

START_TEST(members_are_found_behind_what_is_nested)
{
	static const char text[] = "{\"a\":{\"x\":[1,{\"b\":2}]},\"b\":\"B\","
				   "\"c\":3}";
	struct json json = { 0 };
	size_t at;
	int c;

	ck_assert_int_eq(json_parse(text, &json, &at), 0);
	ck_assert_str_eq(json_text(&json, 0, "b"), "B");
	c = json_get(&json, 0, "c");
	ck_assert_str_eq(json.nodes[c].text, "3");
	ck_assert_ptr_null(json_text(&json, 0, "c")); /* no string */
	ck_assert_int_eq(json_get(&json, 0, "x"), -1);
	ck_assert_int_eq(json_get(&json, c, "x"), -1); /* no object */
	ck_assert_int_eq(json_get(&json, -1, "x"), -1);
	json_release(&json);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic-json");
	TCase *documents = add_task(suite, "documents", NULL);
	TCase *values = add_task(suite, "values", NULL);

	tcase_add_loop_test(documents, json_is_accepted, 0, COUNT(good));
	tcase_add_loop_test(documents, what_is_no_json_is_refused, 0,
			    COUNT(bad));
	tcase_add_test(documents, depth_has_a_limit);
	tcase_add_test(documents, size_has_a_limit);
	tcase_add_loop_test(values, strings_are_unescaped_and_escaped_again, 0,
			    COUNT(strings));
	tcase_add_loop_test(values, numbers_are_whole_and_in_range, 0,
			    COUNT(numbers));
	tcase_add_test(values, members_are_found_behind_what_is_nested);
	return run_suite(suite);
}
