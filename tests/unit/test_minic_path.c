/* SPDX-License-Identifier: MIT */
/*
 * test_minic_path.c - labs/11-container: paths that an image has prepared
 *
 *	T/				T/root/
 *	  outside/file			  dir/file
 *					  abs -> /dir
 *					  up -> ../../outside
 *					  out -> T/outside
 *					  loop -> loop
 *					  far -> /made/by/link
 *					  near -> new
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#include "../../labs/11-container/path.h"
#include "cleanup.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char top[64];
static struct report rep;
static int rootfd;

static void make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void begin(void)
{
	char path[128];

	snprintf(top, sizeof(top), "/tmp/minic-path-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	ck_assert_int_eq(chdir(top), 0);
	ck_assert_int_eq(mkdir("outside", 0755), 0);
	make_file("outside/file");
	ck_assert_int_eq(mkdir("root", 0755), 0);
	ck_assert_int_eq(mkdir("root/dir", 0755), 0);
	make_file("root/dir/file");
	snprintf(path, sizeof(path), "%s/outside", top);
	ck_assert_int_eq(symlink("/dir", "root/abs"), 0);
	ck_assert_int_eq(symlink("../../outside", "root/up"), 0);
	ck_assert_int_eq(symlink(path, "root/out"), 0);
	ck_assert_int_eq(symlink("loop", "root/loop"), 0);
	ck_assert_int_eq(symlink("/made/by/link", "root/far"), 0);
	ck_assert_int_eq(symlink("new", "root/near"), 0);
	rootfd = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(rootfd, 0);
	ck_assert_int_eq(report_init(&rep, false), 0);
}

static void end(void)
{
	struct run run;

	close(rootfd);
	ck_assert_int_eq(chdir("/"), 0);
	run_program(&run, (const char *const[]){ "rm", "-rf", top, NULL });
}

/* Where a descriptor is, below the folder of the test. */
static const char *place_of(int fd)
{
	static char path[PATH_MAX];
	char name[64];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, path, sizeof(path) - 1);
	ck_assert_int_gt(n, 0);
	path[n] = '\0';
	ck_assert_msg(strncmp(path, top, strlen(top)) == 0, "%s", path);
	return path + strlen(top);
}

/* ---- what is there ------------------------------------------------------------ */

static const struct {
	const char *path;
	bool links;
	int err;
	const char *place;
} opened[] = {
	{ "/", true, 0, "/root" },
	{ "/dir/file", false, 0, "/root/dir/file" },
	{ "dir", false, 0, "/root/dir" },
	{ "/dir/../dir/./file", false, 0, "/root/dir/file" },
	{ "/../../../dir", true, 0, "/root/dir" },
	{ "/abs/file", true, 0, "/root/dir/file" },
	{ "/abs/file", false, -ELOOP, NULL },
	{ "/abs", false, -ELOOP, NULL },
	{ "/up", true, -ENOENT, NULL }, /* /outside of the root */
	{ "/up/file", true, -ENOENT, NULL },
	{ "/out/file", true, -ENOENT, NULL },
	{ "/loop", true, -ELOOP, NULL },
	{ "/dir/file/x", true, -ENOTDIR, NULL },
	{ "/nothing", true, -ENOENT, NULL },
};

START_TEST(a_path_is_looked_up_in_the_root)
{
	auto_close int fd =
		path_open(rootfd, opened[_i].path, opened[_i].links);

	if (opened[_i].err)
		ck_assert_int_eq(fd, opened[_i].err);
	else
		ck_assert_str_eq(place_of(fd), opened[_i].place);
}
END_TEST

START_TEST(a_magic_link_is_not_followed)
{
	auto_close int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(path_open(proc, "/self/root", true), -ELOOP);
	ck_assert_int_eq(path_open(proc, "/self/cwd", true), -ELOOP);
}
END_TEST

/* ---- what is made --------------------------------------------------------------- */

static const struct {
	const char *path;
	enum path_kind kind;
	bool links;
	int err;
	const char *place;
} made[] = {
	{ "/dir", PATH_DIR, true, 0, "/root/dir" },
	{ "/new/folder", PATH_DIR, true, 0, "/root/new/folder" },
	{ "/new//folder/", PATH_DIR, false, 0, "/root/new/folder" },
	{ "/new/file", PATH_FILE, false, 0, "/root/new/file" },
	{ "/abs/new", PATH_FILE, true, 0, "/root/dir/new" },
	{ "/abs/new", PATH_FILE, false, -ELOOP, NULL },
	{ "/../new", PATH_DIR, true, 0, "/root/new" },
	{ "/far/end", PATH_DIR, true, 0, "/root/made/by/link/end" },
	{ "/far", PATH_FILE, true, 0, "/root/made/by/link" },
	{ "/near/x", PATH_DIR, true, 0, "/root/new/x" },
	{ "/up/x", PATH_DIR, true, 0, "/root/outside/x" },
	{ "/loop/x", PATH_DIR, true, -ELOOP, NULL },
	{ "/dir/file/x", PATH_DIR, true, -ENOTDIR, NULL },
};

static mode_t type_of(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	return st.st_mode & S_IFMT;
}

START_TEST(a_path_is_made_in_the_root)
{
	auto_close int fd = path_make(rootfd, made[_i].path, made[_i].kind,
				      made[_i].links, &rep);

	if (made[_i].err) {
		ck_assert_int_eq(fd, made[_i].err);
		ck_assert_int_eq(rep.page->error.err, made[_i].err);
	} else {
		ck_assert_str_eq(place_of(fd), made[_i].place);
		ck_assert_uint_eq(type_of(fd), made[_i].kind == PATH_DIR
						       ? S_IFDIR
						       : S_IFREG);
	}
	/* Whatever the path is, nothing is new beside the root. */
	ck_assert_int_eq(access("outside/x", F_OK), -1);
	ck_assert_int_eq(access("outside/new", F_OK), -1);
}
END_TEST

START_TEST(a_path_has_a_length)
{
	auto_close int fd = -1;
	char path[PATH_MAX + 2];

	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[PATH_MAX] = '\0';
	ck_assert_int_eq(path_make(rootfd, path, PATH_DIR, true, &rep),
			 -ENAMETOOLONG);
	for (size_t i = 0; i < PATH_MAX; i += 2)
		memcpy(path + i, "/d", 2);
	path[PATH_MAX - 2] = '\0';
	fd = path_make(rootfd, path, PATH_DIR, true, &rep);
	ck_assert_int_ge(fd, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic-path");
	TCase *tc = add_task(suite, "path", NULL);

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, a_path_is_looked_up_in_the_root, 0,
			    COUNT(opened));
	tcase_add_test(tc, a_magic_link_is_not_followed);
	tcase_add_loop_test(tc, a_path_is_made_in_the_root, 0, COUNT(made));
	tcase_add_test(tc, a_path_has_a_length);
	return run_suite(suite);
}
