/* SPDX-License-Identifier: MIT */
/* test_common_mountinfo.c - mountinfo.h: the lines of proc(5), and bad ones */
#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "mountinfo.h"

static int load(const char *text, struct mountinfo *ret)
{
	auto_close int fd = -1;
	char path[64];

	fd = memfd_create("mountinfo", MFD_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write_all(fd, text, strlen(text)), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return mountinfo_load(path, ret);
}

START_TEST(line_of_the_man_page)
{
	struct mountinfo info;
	const struct mount_entry *e;

	ck_assert_int_eq(load("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1"
			      " - ext3 /dev/root rw,errors=continue\n",
			      &info),
			 0);
	ck_assert_uint_eq(info.count, 1);
	e = &info.entries[0];
	ck_assert_int_eq(e->id, 36);
	ck_assert_int_eq(e->parent, 35);
	ck_assert_uint_eq(e->major, 98);
	ck_assert_uint_eq(e->minor, 0);
	ck_assert_str_eq(e->root, "/mnt1");
	ck_assert_str_eq(e->point, "/mnt2");
	ck_assert_str_eq(e->options, "rw,noatime");
	ck_assert_str_eq(e->optional, "master:1");
	ck_assert_str_eq(e->fstype, "ext3");
	ck_assert_str_eq(e->source, "/dev/root");
	ck_assert_str_eq(e->super, "rw,errors=continue");
	mountinfo_release(&info);
}
END_TEST

START_TEST(no_and_many_optional_fields)
{
	struct mountinfo info;

	ck_assert_int_eq(
		load("1 0 0:1 / / rw - tmpfs none rw\n"
		     "2 1 0:2 / /a rw shared:1 master:2 - tmpfs x rw\n",
		     &info),
		0);
	ck_assert_str_eq(info.entries[0].optional, "");
	ck_assert_str_eq(info.entries[1].optional, "shared:1 master:2");
	mountinfo_release(&info);
}
END_TEST

START_TEST(escapes_are_undone)
{
	struct mountinfo info;

	ck_assert_int_eq(
		load("1 0 0:1 / /a\\040b\\134c rw - tmpfs none rw\n", &info),
		0);
	ck_assert_str_eq(info.entries[0].point, "/a b\\c");
	ck_assert_ptr_nonnull(mountinfo_find(&info, "/a b\\c"));
	mountinfo_release(&info);
}
END_TEST

START_TEST(topmost_mount_is_found)
{
	struct mountinfo info;

	ck_assert_int_eq(load("1 0 0:1 / /a rw - tmpfs below rw\n"
			      "2 1 0:2 / /a ro - tmpfs above rw\n",
			      &info),
			 0);
	ck_assert_int_eq(mountinfo_find(&info, "/a")->id, 2);
	ck_assert_ptr_null(mountinfo_find(&info, "/"));
	mountinfo_release(&info);
}
END_TEST

static const char *const bad_lines[] = {
	"36\n",
	"36 35 98-0 / / rw - ext3 x rw\n",
	"36 35 98:0 / / rw ext3 x rw\n",
	"36 35 98:0 / / rw - ext3 x\n",
	"36 35 98:0 / /\n",
};

START_TEST(bad_line_is_einval)
{
	struct mountinfo info;

	ck_assert_int_eq(load(bad_lines[_i], &info), -EINVAL);
}
END_TEST

START_TEST(option_is_a_whole_word)
{
	ck_assert_int_eq(mount_has_option("ro,nosuid", "ro"), 1);
	ck_assert_int_eq(mount_has_option("nosuid,ro", "ro"), 1);
	ck_assert_int_eq(mount_has_option("rw,errors=remount-ro", "ro"), 0);
	ck_assert_int_eq(mount_has_option("root", "ro"), 0);
	ck_assert_int_eq(mount_has_option("", "ro"), 0);
}
END_TEST

START_TEST(own_mounts_can_be_read)
{
	struct mountinfo info;

	ck_assert_int_eq(mountinfo_load("/proc/self/mountinfo", &info), 0);
	ck_assert_str_eq(mountinfo_find(&info, "/proc")->fstype, "proc");
	mountinfo_release(&info);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("common_mountinfo");
	TCase *tc = add_task(suite, "mountinfo", NULL);

	tcase_add_test(tc, line_of_the_man_page);
	tcase_add_test(tc, no_and_many_optional_fields);
	tcase_add_test(tc, escapes_are_undone);
	tcase_add_test(tc, topmost_mount_is_found);
	tcase_add_loop_test(tc, bad_line_is_einval, 0, 5);
	tcase_add_test(tc, option_is_a_whole_word);
	tcase_add_test(tc, own_mounts_can_be_read);
	return run_suite(suite);
}
