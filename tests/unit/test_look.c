/* SPDX-License-Identifier: MIT */
/* test_look.c - look.h: what the kernel says about a process */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "gate.h"
#include "look.h"

/* A process that is in "/" until it is killed; else as we are. */
static pid_t start_in_root(void)
{
	struct gate ready;
	pid_t child;

	ck_assert_int_eq(gate_init(&ready), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (chdir("/") < 0 || gate_open(&ready) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(gate_wait(&ready), 0);
	return child;
}

static void end(pid_t child)
{
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(child_wait(child), 128 + SIGKILL);
}

START_TEST(same_is_told_for_each_file_of_its_own)
{
	pid_t child = start_in_root();

	ck_assert_int_eq(chdir("/proc"), 0);
	ck_assert_int_eq(look_same(getpid(), child, "ns/uts"), 1);
	ck_assert_int_eq(look_same(getpid(), child, "exe"), 1);
	ck_assert_int_eq(look_same(getpid(), child, "cwd"), 0);
	end(child);
}
END_TEST

START_TEST(nobody_is_the_same_as_the_dead)
{
	pid_t child = start_in_root();

	end(child);
	ck_assert_int_eq(look_same(getpid(), child, "ns/uts"), -ENOENT);
	ck_assert_int_eq(look_same(child, getpid(), "ns/uts"), -ENOENT);
}
END_TEST

/* The first bytes of our own program in memory, and then some more. */
static int copy_self(off_t len_bytes, const char *tail)
{
	auto_close int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	auto_close int copy = memfd_create("copy", MFD_CLOEXEC);
	off_t at = 0;

	while (at < len_bytes) {
		if (sendfile(copy, self, &at, (size_t)(len_bytes - at)) <= 0)
			return -1;
	}
	if (write(copy, tail, strlen(tail)) != (ssize_t)strlen(tail))
		return -1;
	return steal_fd(&copy);
}

START_TEST(program_is_told_by_every_byte_of_it)
{
	struct stat st;

	ck_assert_int_eq(stat("/proc/self/exe", &st), 0);
	for (int i = 0; i < 4; i++) {
		off_t len = i == 1 ? st.st_size - 1 : i == 3 ? 0 : st.st_size;
		auto_close int fd = copy_self(len, i == 2 ? "x" : "");

		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(look_runs(getpid(), fd), i == 0);
	}
}
END_TEST

START_TEST(status_has_fields)
{
	char text[64];
	char small[2];

	ck_assert_int_eq(look_status(getpid(), "Name", text, sizeof(text)), 0);
	ck_assert_str_eq(text, "test_look");
	ck_assert_int_eq(look_status(getpid(), "Nam", text, sizeof(text)),
			 -ENODATA);
	ck_assert_int_eq(look_status(getpid(), "Name", small, sizeof(small)),
			 -E2BIG);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("look");
	TCase *tc = add_task(suite, "look", NULL);

	tcase_add_test(tc, same_is_told_for_each_file_of_its_own);
	tcase_add_test(tc, nobody_is_the_same_as_the_dead);
	tcase_add_test(tc, program_is_told_by_every_byte_of_it);
	tcase_add_test(tc, status_has_fields);
	return run_suite(suite);
}
