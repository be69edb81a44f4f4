/* SPDX-License-Identifier: MIT */
/* test_minic_state.c - labs/11-container: what is kept of a container */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#include "../../labs/11-container/state.h"
#include "child.h"
#include "cleanup.h"
#include "file.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char root[64];
static int rootfd;
static struct report rep;

static void begin(void)
{
	snprintf(root, sizeof(root), "/tmp/minic-state-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(report_init(&rep, false), 0);
	rootfd = state_open_root(root, &rep);
	ck_assert_int_ge(rootfd, 0);
}

static void end(void)
{
	struct run run;

	close(rootfd);
	run_program(&run, (const char *const[]){ "rm", "-rf", root, NULL });
}

/* ---- names ------------------------------------------------------------------- */

static const char *const good[] = { "a", "A-Z.0_9+", "..a", "-", "+", "..." };
static const char *const bad[] = { "",	       ".",   "..",  "a/b",
				   "../a",     "a b", "a\n", "a:b",
				   "\xc3\xa9", "a*",  "a%s" };

START_TEST(a_good_name)
{
	ck_assert_int_eq(state_check_id(good[_i], &rep), 0);
}
END_TEST

START_TEST(a_bad_name)
{
	ck_assert_int_eq(state_check_id(bad[_i], &rep), -EINVAL);
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, bad[_i]));
}
END_TEST

START_TEST(a_name_has_a_length)
{
	char name[257];

	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	ck_assert_int_eq(state_check_id(name, &rep), 0);
	name[255] = 'a';
	name[256] = '\0';
	ck_assert_int_eq(state_check_id(name, &rep), -EINVAL);
}
END_TEST

START_TEST(the_folder_is_made_with_its_parents)
{
	char path[128];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/a/b/c", root);
	fd = state_open_root(path, &rep);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
}
END_TEST

/* ---- reserving ---------------------------------------------------------------- */

/* flock(2) belongs to the open file, so a second open is somebody else. */
START_TEST(a_name_is_reserved_once)
{
	auto_close int fd = state_reserve(rootfd, "c", &rep);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(state_reserve(rootfd, "c", &rep), -EEXIST);
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, "minic delete"));
}
END_TEST

START_TEST(what_a_killed_create_has_left_is_taken)
{
	int fd = state_reserve(rootfd, "c", &rep);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(symlinkat("/not-there", fd, "cgroup"), 0);
	close(fd); /* killed */
	fd = state_reserve(rootfd, "c", &rep);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(faccessat(fd, "cgroup", F_OK, AT_SYMLINK_NOFOLLOW),
			 -1);
	close(fd);
}
END_TEST

START_TEST(a_container_that_is_there_is_not)
{
	int fd = state_reserve(rootfd, "c", &rep);

	close(openat(fd, "state.json", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	close(fd);
	ck_assert_int_eq(state_reserve(rootfd, "c", &rep), -EEXIST);
}
END_TEST

/* ---- writing and reading --------------------------------------------------------- */

static struct spec_pair notes[] = {
	{ (char *)(uintptr_t) "k\"1", (char *)(uintptr_t) "v\n\\" },
	{ (char *)(uintptr_t) "k2", (char *)(uintptr_t) "" },
};

static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

static struct state example(pid_t pid)
{
	bool zombie;
	struct state s = {
		.id = text_of("c"),
		.bundle = text_of("/b \"x\""),
		.config = text_of("config.json"),
		.rootfs = text_of("/b/rootfs"),
		.cgroup = text_of(""),
		.cgroup_made = 2,
		.created = text_of("2024-01-01T00:00:00Z"),
		.owner = text_of("0"),
		.pid = pid,
		.annotations = { .v = notes, .n = COUNT(notes) },
	};

	ck_assert_int_eq(state_pid_start(pid, &s.pid_start, &zombie), 0);
	ck_assert(!zombie);
	return s;
}

START_TEST(what_is_written_is_read)
{
	struct state s = example(getpid()), again;
	int fd = state_reserve(rootfd, "c", &rep), dirfd;

	ck_assert_int_eq(state_write(fd, &s, &rep), 0);
	ck_assert_int_eq(state_load(rootfd, "c", &rep, &again, &dirfd), 0);
	ck_assert_str_eq(again.id, s.id);
	ck_assert_str_eq(again.bundle, s.bundle);
	ck_assert_str_eq(again.config, s.config);
	ck_assert_str_eq(again.created, s.created);
	ck_assert_uint_eq(again.cgroup_made, 2);
	ck_assert_int_eq(again.pid, getpid());
	ck_assert_uint_eq(again.pid_start, s.pid_start);
	ck_assert_uint_eq(again.annotations.n, 2);
	ck_assert_str_eq(again.annotations.v[0].key, notes[0].key);
	ck_assert_str_eq(again.annotations.v[0].value, notes[0].value);
	state_release(&again);
	state_release(&again); /* nothing is freed twice */
	close(dirfd);
	close(fd);
	ck_assert_int_eq(state_remove(rootfd, "c"), 0);
	ck_assert_int_eq(state_load(rootfd, "c", &rep, &again, &dirfd),
			 -ENOENT);
	ck_assert_ptr_nonnull(
		strstr(rep.page->error.message, "does not exist"));
	ck_assert_int_eq(state_remove(rootfd, "c"), 0);
}
END_TEST

START_TEST(the_name_of_a_folder_may_be_no_symlink)
{
	struct state again;
	int dirfd;

	ck_assert_int_eq(symlinkat("/", rootfd, "c"), 0);
	ck_assert_int_lt(state_load(rootfd, "c", &rep, &again, &dirfd), 0);
	ck_assert_int_lt(state_remove(rootfd, "c"), 0);
	ck_assert_int_eq(state_load(rootfd, "../c", &rep, &again, &dirfd),
			 -EINVAL);
}
END_TEST

static const char *const broken[] = { "", "{", "[]x", "{\"pid\":1}}" };

START_TEST(a_state_that_is_broken_is_an_error)
{
	struct state again;
	int fd = state_reserve(rootfd, "c", &rep), dirfd, file;

	file = openat(fd, "state.json", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_eq(write_all(file, broken[_i], strlen(broken[_i])), 0);
	close(file);
	close(fd);
	ck_assert_int_eq(state_load(rootfd, "c", &rep, &again, &dirfd),
			 -EINVAL);
	state_release(&again);
}
END_TEST

START_TEST(what_hooks_get_is_as_the_specification_says)
{
	struct state s = example(getpid());
	auto_free char *text = state_text(&s, RUNNING);
	auto_free char *ended = state_text(&s, STOPPED);
	struct json json = { 0 };
	char pid[16];
	size_t at;

	ck_assert_int_eq(json_parse(text, &json, &at), 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	ck_assert_str_eq(json_text(&json, 0, "ociVersion"), "1.1.0");
	ck_assert_str_eq(json_text(&json, 0, "id"), "c");
	ck_assert_str_eq(json_text(&json, 0, "status"), "running");
	ck_assert_str_eq(json.nodes[json_get(&json, 0, "pid")].text, pid);
	ck_assert_str_eq(json_text(&json, 0, "bundle"), s.bundle);
	ck_assert_str_eq(json_text(&json, json_get(&json, 0, "annotations"),
				   notes[0].key),
			 notes[0].value);
	json_release(&json);
	ck_assert_int_eq(json_parse(ended, &json, &at), 0);
	ck_assert_str_eq(json.nodes[json_get(&json, 0, "pid")].text, "0");
	json_release(&json);
}
END_TEST

/* ---- the status ------------------------------------------------------------------- */

static enum status ask(int dirfd, const struct state *s)
{
	enum status status = STOPPED;

	ck_assert_int_eq(state_status(dirfd, s, &rep, &status), 0);
	return status;
}

static pid_t start_waiting(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

START_TEST(the_status_is_what_the_kernel_says)
{
	pid_t pid = start_waiting();
	struct state s = example(pid);
	int lockfd = state_reserve(rootfd, "c", &rep);
	auto_close int dirfd = openat(rootfd, "c", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(ask(dirfd, &s), CREATING);
	close(openat(dirfd, "start", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ck_assert_int_eq(ask(dirfd, &s), CREATING);
	close(lockfd);
	ck_assert_int_eq(ask(dirfd, &s), CREATED);
	ck_assert_int_eq(unlinkat(dirfd, "start", 0), 0);
	ck_assert_int_eq(ask(dirfd, &s), RUNNING);
	ck_assert_int_eq(state_runs(&s, &rep), 1);

	s.pid_start++; /* another process has the number now */
	ck_assert_int_eq(ask(dirfd, &s), STOPPED);
	ck_assert_int_eq(state_runs(&s, &rep), 0);
	s.pid_start--;

	kill(pid, SIGKILL);
	ck_assert_int_eq(
		waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT),
		0);
	ck_assert_int_eq(ask(dirfd, &s), STOPPED); /* a zombie */
	(void)child_wait(pid);
	ck_assert_int_eq(ask(dirfd, &s), STOPPED); /* gone */
}
END_TEST

/* Its name may hold anything: ") S 1 2 3". */
static int report_start(void *arg)
{
	unsigned long long before, after;
	int *result = arg;
	bool zombie;
	int fd = open("/proc/self/comm", O_WRONLY | O_CLOEXEC);

	*result = state_pid_start(getpid(), &before, &zombie);
	if (*result < 0 || write_all(fd, ") Z 1 2 3 4 5", 13) < 0)
		return 1;
	*result = state_pid_start(getpid(), &after, &zombie);
	return before != after || zombie;
}

START_TEST(a_process_may_have_any_name)
{
	struct run run;
	int result = 0;

	run_function(&run, report_start, &result);
	ck_assert_int_eq(run.status, 0);
}
END_TEST

/* "Stopped" would let a container be deleted that runs. */
static int without_descriptors(void *arg)
{
	struct state s = example(getpid());
	enum status status = PAUSED;

	(void)arg;
	while (open("/dev/null", O_RDONLY) >= 0)
		;
	if (state_runs(&s, &rep) != -EMFILE)
		return 1;
	if (state_status(rootfd, &s, &rep, &status) != -EMFILE)
		return 2;
	return status != PAUSED;
}

START_TEST(what_cannot_be_told_is_an_error)
{
	struct run run;

	run_function(&run, without_descriptors, NULL);
	ck_assert_int_eq(run.status, 0);
}
END_TEST

START_TEST(no_process_is_told)
{
	unsigned long long start;
	pid_t pid = fork();
	bool zombie;

	if (pid == 0)
		_exit(0);
	(void)child_wait(pid);
	ck_assert_int_eq(state_pid_start(pid, &start, &zombie), -ESRCH);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic-state");
	TCase *names = add_task(suite, "names", NULL);
	TCase *files = add_task(suite, "files", NULL);
	TCase *status = add_task(suite, "status", NULL);

	tcase_add_checked_fixture(names, begin, end);
	tcase_add_loop_test(names, a_good_name, 0, COUNT(good));
	tcase_add_loop_test(names, a_bad_name, 0, COUNT(bad));
	tcase_add_test(names, a_name_has_a_length);
	tcase_add_test(names, the_folder_is_made_with_its_parents);
	tcase_add_checked_fixture(files, begin, end);
	tcase_add_test(files, a_name_is_reserved_once);
	tcase_add_test(files, what_a_killed_create_has_left_is_taken);
	tcase_add_test(files, a_container_that_is_there_is_not);
	tcase_add_test(files, what_is_written_is_read);
	tcase_add_test(files, the_name_of_a_folder_may_be_no_symlink);
	tcase_add_loop_test(files, a_state_that_is_broken_is_an_error, 0,
			    COUNT(broken));
	tcase_add_test(files, what_hooks_get_is_as_the_specification_says);
	tcase_add_checked_fixture(status, begin, end);
	tcase_add_test(status, the_status_is_what_the_kernel_says);
	tcase_add_test(status, a_process_may_have_any_name);
	tcase_add_test(status, what_cannot_be_told_is_an_error);
	tcase_add_test(status, no_process_is_told);
	return run_suite(suite);
}
