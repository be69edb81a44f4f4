/* SPDX-License-Identifier: MIT */
/* test_build.c - submissions that are not what they should be */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#include "build.h"
#include "cleanup.h"
#include "file.h"
#include "result.h"

static char dir[64];

static void dir_make(void)
{
	snprintf(dir, sizeof(dir), "/tmp/test-build-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void dir_remove(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/x.c", dir);
	(void)unlink(path);
	(void)rmdir(path);
	(void)rmdir(dir);
}

static void put(const char *path, const char *text)
{
	auto_close int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write_all(fd, text, strlen(text)), 0);
}

static void make_link(const char *path)
{
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
}

static void make_folder(const char *path)
{
	ck_assert_int_eq(mkdir(path, 0755), 0);
}

static void make_huge(const char *path)
{
	put(path, "int main(void) { return 0; }\n");
	ck_assert_int_eq(truncate(path, 100 << 20), 0);
}

static void make_fifo(const char *path)
{
	ck_assert_int_eq(mkfifo(path, 0644), 0);
}

static void make_wrong(const char *path)
{
	put(path, "this is no C\n");
}

static void make_mainless(const char *path)
{
	put(path, "int answer(void);\nint answer(void) { return 42; }\n");
}

static void make_nothing(const char *path)
{
	(void)path;
}

/* The result model owns what a build has to say. */
static void release(struct build *build)
{
	struct lab_result lab = { .build = *build };

	lab_result_release(&lab);
}

static const struct {
	void (*make)(const char *path);
	const char *reason; /* a part of what the student is told */
	const char *output; /* a part of what the compiler says, or NULL */
} bad[] = {
	{ make_link, "is a symbolic link", NULL },
	{ make_folder, "is a folder", NULL },
	{ make_huge, "a source file may have", NULL },
	{ make_fifo, "is something else", NULL },
	{ make_wrong, "does not compile", "error" },
	{ make_mainless, "does not compile", "main" },
	{ make_nothing, "no .c file", NULL },
};

START_TEST(bad_submission_is_refused_with_a_reason)
{
	struct build build = { 0 };
	char path[128];
	int fd = -1;

	snprintf(path, sizeof(path), "%s/x.c", dir);
	bad[_i].make(path);

	ck_assert_int_eq(build_submission(dir, &build, &fd), 0);
	ck_assert(!build.ok);
	ck_assert_int_eq(fd, -1);
	ck_assert_ptr_nonnull(build.reason);
	ck_assert_msg(strstr(build.reason, bad[_i].reason) != NULL,
		      "it says: %s", build.reason);
	if (bad[_i].output) {
		ck_assert_ptr_nonnull(build.output);
		ck_assert_ptr_nonnull(strstr(build.output, bad[_i].output));
	}
	release(&build);
}
END_TEST

START_TEST(missing_folder_is_refused_with_a_reason)
{
	struct build build = { 0 };
	int fd = -1;

	ck_assert_int_eq(build_submission("/nonexistent", &build, &fd), 0);
	ck_assert_ptr_nonnull(strstr(build.reason, "there is no"));
	release(&build);
}
END_TEST

START_TEST(good_submission_becomes_a_sealed_program)
{
	struct build build = { 0 };
	char path[128];
	char magic[4];
	int fd = -1;

	snprintf(path, sizeof(path), "%s/x.c", dir);
	put(path, "int main(void) { return 0; }\n");

	ck_assert_int_eq(build_submission(dir, &build, &fd), 1);
	ck_assert(build.ok);
	ck_assert_int_eq(pread(fd, magic, 4, 0), 4);
	ck_assert_mem_eq(magic, "\177ELF", 4);
	ck_assert_int_eq(pwrite(fd, magic, 4, 0), -1);
	close(fd);
	release(&build);
}
END_TEST

static const struct {
	const char *line; /* of the header comment */
	int built;
} libraries[] = {
	{ " * Libs:   seccomp", 1 },
	{ " * Libs: m seccomp", 1 },
	{ " * Idea:   none", 0 },
	{ " * Libs:   -Wl,--defsym,seccomp_release=0", 0 },
	{ " * Libs:   /usr/lib/x86_64-linux-gnu/libseccomp.a", 0 },
};

START_TEST(library_of_the_header_comment_is_linked)
{
	struct build build = { 0 };
	char path[128];
	char text[512];
	int fd = -1;

	snprintf(path, sizeof(path), "%s/x.c", dir);
	snprintf(text, sizeof(text),
		 "/*\n * x.c\n%s\n */\n#include <seccomp.h>\nint main(void) "
		 "{ seccomp_release(0); return 0; }\n",
		 libraries[_i].line);
	(void)unlink(path);
	put(path, text);

	ck_assert_int_eq(build_submission(dir, &build, &fd),
			 libraries[_i].built);
	if (!libraries[_i].built)
		ck_assert_ptr_nonnull(strstr(build.output, "undefined"));
	if (fd >= 0)
		close(fd);
	release(&build);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("build");
	const char *fix;
	const char *missing = sandbox_missing(&fix);
	int rows = sizeof(bad) / sizeof(bad[0]);
	TCase *tc = add_task(suite, "good", missing);

	/* Unchecked: it runs after a failure too.  It runs once for a case,
	 * so each row, which wants a folder of its own, is a case. */
	tcase_add_unchecked_fixture(tc, dir_make, dir_remove);
	tcase_add_test(tc, missing_folder_is_refused_with_a_reason);
	tcase_add_test(tc, good_submission_becomes_a_sealed_program);
	tcase_add_loop_test(tc, library_of_the_header_comment_is_linked, 0,
			    sizeof(libraries) / sizeof(libraries[0]));
	for (int i = 0; i < rows; i++) {
		tc = add_task(suite, bad[i].reason, missing);
		tcase_add_unchecked_fixture(tc, dir_make, dir_remove);
		tcase_add_loop_test(tc, bad_submission_is_refused_with_a_reason,
				    i, i + 1);
	}
	return run_suite(suite);
}
