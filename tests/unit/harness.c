/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "mountinfo.h"

enum { RUN_SECONDS = 10, SLOW_SECONDS = 240 };

/* ---- programs under test ------------------------------------------------- */

static void keep_output(struct run *ret, int fd)
{
	char dropped[4096];
	size_t used = 0;
	ssize_t n;

	do {
		size_t room = sizeof(ret->out) - 1 - used;

		n = read(fd, room ? ret->out + used : dropped,
			 room ? room : sizeof(dropped));
		used += room && n > 0 ? (size_t)n : 0;
	} while (n > 0);
	ret->out[used] = '\0';
}

static void run_for(unsigned seconds, struct run *ret, int (*fn)(void *arg),
		    void *arg)
{
	int ends[2];
	pid_t child;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	fflush(NULL); /* or the child would write our buffers once more */
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		int status;

		alarm(seconds);
		if (dup2(ends[1], STDOUT_FILENO) < 0 ||
		    dup2(ends[1], STDERR_FILENO) < 0)
			_exit(127);
		status = fn(arg);
		fflush(NULL);
		_exit(status);
	}
	close(ends[1]);
	keep_output(ret, ends[0]);
	close(ends[0]);
	ret->status = child_wait(child);
}

void run_function(struct run *ret, int (*fn)(void *arg), void *arg)
{
	run_for(RUN_SECONDS, ret, fn, arg);
}

static int execute(void *arg)
{
	char *const *argv = arg;

	execvp(argv[0], argv);
	fprintf(stderr, "cannot start %s: %s\n", argv[0], strerror(errno));
	return 127;
}

void run_program(struct run *ret, const char *const argv[])
{
	run_function(ret, execute, (void *)argv);
}

void run_slow_program(struct run *ret, const char *const argv[])
{
	run_for(SLOW_SECONDS, ret, execute, (void *)argv);
}

/* ---- requirements -------------------------------------------------------- */

const char *need_root(void)
{
	return geteuid() == 0 ? NULL : "needs root";
}

const char *need_user(void)
{
	return geteuid() != 0 ? NULL : "needs an ordinary user, this is root";
}

const char *need_userns(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(unshare(CLONE_NEWUSER) < 0);
	return child > 0 && child_wait(child) == 0 ? NULL
						   : "needs user namespaces";
}

const char *need_tool(const char *name, const char *missing)
{
	pid_t child = fork();

	if (child == 0) {
		int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
		    dup2(fd, STDERR_FILENO) < 0)
			_exit(127);
		execlp(name, name, "--version", (char *)NULL);
		_exit(127);
	}
	return child > 0 && child_wait(child) == 0 ? NULL : missing;
}

/* ---- what must be as it was ---------------------------------------------- */

struct state {
	size_t descriptors;
	size_t mounts;
	bool children;
};

static size_t count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count; /* ".", ".." and the directory's own are always in it */
}

static struct state state_now(void)
{
	struct state state = { .descriptors = count_descriptors() };
	struct mountinfo info = { 0 };

	if (mountinfo_load("/proc/self/mountinfo", &info) == 0)
		state.mounts = info.count;
	mountinfo_release(&info);

	/* WNOWAIT: a zombie is a child too, and stays one. */
	state.children = waitid(P_ALL, 0, &(siginfo_t){ 0 },
				WEXITED | WNOHANG | WNOWAIT) == 0;
	return state;
}

/* Say on @out what is not as it was; false if all is. */
static bool state_differs(const struct state *was, const struct state *is,
			  char *out, size_t size)
{
	if (was->descriptors == is->descriptors && was->mounts == is->mounts &&
	    was->children == is->children)
		return false;
	snprintf(out, size,
		 "left behind: descriptors %zu -> %zu, mounts %zu -> %zu%s",
		 was->descriptors, is->descriptors, was->mounts, is->mounts,
		 is->children && !was->children ? ", a child" : "");
	return true;
}

/*
 * The only state of this file.  Check's fixtures take no argument; the first
 * belongs to the process of one test, the second to the whole program.
 */
static struct state before_test;
static int skipped;

static void test_begins(void)
{
	before_test = state_now();
}

static void test_ended(void)
{
	struct state now = state_now();
	char why[128];

	if (state_differs(&before_test, &now, why, sizeof(why)))
		ck_abort_msg("%s", why);
}

/* ---- suites -------------------------------------------------------------- */

TCase *add_task(Suite *suite, const char *task, const char *missing)
{
	TCase *tc = tcase_create(task);

	tcase_set_timeout(tc, 2 * RUN_SECONDS);
	tcase_add_checked_fixture(tc, test_begins, test_ended);
	if (missing) {
		printf("SKIP %s: %s\n", task, missing);
		skipped++;
	} else {
		suite_add_tcase(suite, tc);
	}
	return tc;
}

int run_suite(Suite *suite)
{
	SRunner *runner;
	struct state before;
	struct state after;
	char why[128];
	int failed;
	int run;

	/* An orphan that a test leaves becomes our child, so we see it. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	before = state_now();
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	run = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);

	after = state_now();
	if (state_differs(&before, &after, why, sizeof(why))) {
		printf("FAIL the suite %s\n", why);
		run++;
		failed++;
	}
	printf("%d passed, %d failed, %d skipped\n", run - failed, failed,
	       skipped);
	if (failed > 0)
		return KIT_FAILED;
	return run == 0 && skipped > 0 ? KIT_SKIP : KIT_OK;
}
