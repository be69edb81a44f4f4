/* SPDX-License-Identifier: MIT */
/* test_common_file.c - file.h and number.h: whole reads, clear errors */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "number.h"

/* A file with @text that exists while the descriptor is open. */
static int scratch(const char *text, char *path, size_t size)
{
	int fd = memfd_create("scratch", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write_all(fd, text, strlen(text)), 0);
	snprintf(path, size, "/proc/self/fd/%d", fd);
	return fd;
}

/* The buffer has room for the NUL or the file does not fit. */
static const struct {
	size_t size;
	int want;
} sizes[] = { { 1, -E2BIG }, { 5, -E2BIG }, { 6, 5 }, { 100, 5 } };

START_TEST(read_fits_or_is_refused)
{
	auto_close int fd = -1;
	char path[64];
	char buf[100];

	fd = scratch("hello", path, sizeof(path));
	ck_assert_int_eq(file_read_at(AT_FDCWD, path, buf, sizes[_i].size),
			 sizes[_i].want);
	if (sizes[_i].want > 0)
		ck_assert_str_eq(buf, "hello");
}
END_TEST

START_TEST(missing_file_is_enoent_and_not_made)
{
	char dir[] = "/tmp/isolab-unit-XXXXXX";
	char *text = NULL;
	char path[64];
	char buf[8];

	ck_assert_int_eq(file_read_at(AT_FDCWD, "/proc/none", buf, 8), -ENOENT);
	ck_assert_int_eq(file_read_all("/proc/none", &text), -ENOENT);
	ck_assert_ptr_null(text);
	/* rmdir(2) shows that the folder is still empty. */
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/none", dir);
	ck_assert_int_eq(file_write_at(AT_FDCWD, path, "x"), -ENOENT);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

START_TEST(write_replaces_from_the_start)
{
	auto_close int fd = -1;
	char path[64];
	char buf[16];

	fd = scratch("hello", path, sizeof(path));
	ck_assert_int_eq(file_write_at(AT_FDCWD, path, "J"), 0);
	ck_assert_int_eq(file_read_at(AT_FDCWD, path, buf, sizeof(buf)), 5);
	ck_assert_str_eq(buf, "Jello");
}
END_TEST

START_TEST(write_error_is_told)
{
	/* proc(5), /proc/pid/oom_score_adj: the range ends at 1000. */
	ck_assert_int_eq(
		file_write_at(AT_FDCWD, "/proc/self/oom_score_adj", "5000"),
		-EINVAL);
}
END_TEST

START_TEST(read_all_grows)
{
	enum { LEN = 100000 };
	auto_free char *long_text = malloc(LEN + 1);
	auto_free char *text = NULL;
	auto_close int fd = -1;
	char path[64];

	memset(long_text, 'x', LEN);
	long_text[LEN] = '\0';
	fd = scratch(long_text, path, sizeof(path));
	ck_assert_int_eq(file_read_all(path, &text), LEN);
	ck_assert_str_eq(text, long_text);
}
END_TEST

START_TEST(read_all_has_a_limit)
{
	auto_close int fd = -1;
	char *text = NULL;
	char path[64];

	fd = scratch("", path, sizeof(path));
	ck_assert_int_eq(ftruncate(fd, (16 << 20) + 1), 0);
	ck_assert_int_eq(file_read_all(path, &text), -EFBIG);
	ck_assert_int_eq(file_read_all("/dev/zero", &text), -EFBIG);
	ck_assert_ptr_null(text);
}
END_TEST

static const struct {
	const char *text;
	long most;
	long want;
} numbers[] = {
	{ "1", 9, 1 },
	{ "9", 9, 9 },
	{ "007", 9, 7 },
	{ "10", 9, 0 },
	{ "0", 9, 0 },
	{ "", 9, 0 },
	{ "-1", 9, 0 },
	{ "+1", 9, 0 },
	{ " 1", 9, 0 },
	{ "1 ", 9, 0 },
	{ "12x", 99, 0 },
	{ "x", 9, 0 },
	{ "0x1", 9, 0 },
	{ "99999999999999999999", LONG_MAX, 0 }, /* ERANGE, and LONG_MAX */
};

START_TEST(number_is_digits_up_to_a_limit)
{
	ck_assert_int_eq(number_parse(numbers[_i].text, numbers[_i].most),
			 numbers[_i].want);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("common_file");
	TCase *tc = add_task(suite, "file", NULL);

	tcase_add_loop_test(tc, read_fits_or_is_refused, 0, 4);
	tcase_add_test(tc, missing_file_is_enoent_and_not_made);
	tcase_add_test(tc, write_replaces_from_the_start);
	tcase_add_test(tc, write_error_is_told);
	tcase_add_test(tc, read_all_grows);
	tcase_add_test(tc, read_all_has_a_limit);
	tcase_add_loop_test(tc, number_is_digits_up_to_a_limit, 0,
			    sizeof(numbers) / sizeof(numbers[0]));
	return run_suite(suite);
}
