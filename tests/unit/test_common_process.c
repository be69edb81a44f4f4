/* SPDX-License-Identifier: MIT */
/* test_common_process.c - child.h, gate.h, fdpass.h, err.h and userns.h */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "fdpass.h"
#include "file.h"
#include "gate.h"
#include "userns.h"

START_TEST(exit_status_is_kept)
{
	pid_t child = fork();

	if (child == 0)
		_exit(_i);
	ck_assert_int_eq(child_wait(child), _i);
	ck_assert_int_eq(child_wait(child), -ECHILD);
}
END_TEST

START_TEST(signal_is_128_and_its_number)
{
	pid_t child = fork();

	if (child == 0) {
		raise(SIGKILL);
		_exit(0);
	}
	ck_assert_int_eq(child_wait(child), 128 + SIGKILL);
}
END_TEST

/* The child exits with what it got from the gate: 0, or the errno. */
static pid_t waiter(struct gate *gate)
{
	pid_t child;

	ck_assert_int_eq(gate_init(gate), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(-gate_wait(gate));
	return child;
}

START_TEST(open_gate_lets_through)
{
	struct gate gate;
	pid_t child = waiter(&gate);

	ck_assert_int_eq(waitpid(child, NULL, WNOHANG), 0);
	ck_assert_int_eq(gate_open(&gate), 0);
	ck_assert_int_eq(child_wait(child), 0);
}
END_TEST

START_TEST(dropped_gate_is_epipe_for_the_waiter)
{
	struct gate gate;
	pid_t child = waiter(&gate);

	gate_release(&gate);
	ck_assert_int_eq(child_wait(child), EPIPE);
}
END_TEST

START_TEST(dead_waiter_is_epipe_and_no_signal)
{
	struct gate gate;
	pid_t child = waiter(&gate);

	kill(child, SIGKILL);
	ck_assert_int_eq(child_wait(child), 128 + SIGKILL);
	ck_assert_int_eq(gate_open(&gate), -EPIPE);
}
END_TEST

/* ---- descriptors ---------------------------------------------------------- */

START_TEST(descriptor_arrives_as_the_same_open_file)
{
	char byte = 0;
	int ends[2];
	int pipes[2];
	int got;

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	ck_assert_int_eq(fd_send(ends[0], pipes[1]), 0);
	got = fd_receive(ends[1]);
	ck_assert_int_ge(got, 0);
	ck_assert_int_ne(got, pipes[1]);
	ck_assert_int_eq(fcntl(got, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(write(got, "*", 1), 1);
	ck_assert_int_eq(read(pipes[0], &byte, 1), 1);
	ck_assert_int_eq(byte, '*');
	(void)close(got);
	for (int i = 0; i < 2; i++) {
		(void)close(ends[i]);
		(void)close(pipes[i]);
	}
}
END_TEST

START_TEST(dead_sender_is_epipe_and_other_data_a_bad_message)
{
	int ends[2];

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(write(ends[0], "x", 1), 1);
	ck_assert_int_eq(fd_receive(ends[1]), -EBADMSG);
	(void)close(ends[0]);
	ck_assert_int_eq(fd_receive(ends[1]), -EPIPE);
	ck_assert_int_eq(fd_send(ends[1], 0), -EPIPE);
	(void)close(ends[1]);
}
END_TEST

static int dies(void *arg)
{
	(void)arg;
	die(-ENOENT, "cannot open %s", "/x");
}

static int dies_with_hint(void *arg)
{
	(void)arg;
	die_hint(0, "try: isolab doctor", "cannot go on");
}

START_TEST(die_says_why_and_exits_1)
{
	struct run run;

	run_function(&run, dies, NULL);
	ck_assert_int_eq(run.status, KIT_FAILED);
	ck_assert_str_eq(run.out, "test_common_process: cannot open /x: "
				  "No such file or directory\n");
	run_function(&run, dies_with_hint, NULL);
	ck_assert_int_eq(run.status, KIT_FAILED);
	ck_assert_str_eq(run.out, "test_common_process: cannot go on "
				  "(try: isolab doctor)\n");
}
END_TEST

/* What become_root() returned, then who the process is. */
static int become(void *arg)
{
	char map[64];
	int r;

	/* setuid(2) makes /proc/self root's, until this is undone. */
	if (arg && (setgid(1000) < 0 || setuid(1000) < 0 ||
		    prctl(PR_SET_DUMPABLE, 1) < 0))
		return 99;
	r = userns_become_root();
	if (r < 0)
		return 100 - r;
	if (file_read_at(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map)) < 0)
		return 98;
	return r == 1 && geteuid() == 0 && getegid() == 0 ? 1 : r ? 97 : 0;
}

START_TEST(root_stays_what_it_is)
{
	struct run run;

	run_function(&run, become, NULL);
	ck_assert_int_eq(run.status, 0);
}
END_TEST

START_TEST(user_becomes_root_of_its_own)
{
	struct run run;

	run_function(&run, become, geteuid() == 0 ? &run : NULL);
	ck_assert_int_eq(run.status, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("common_process");
	TCase *tc = add_task(suite, "child", NULL);

	tcase_add_loop_test(tc, exit_status_is_kept, 0, 4);
	tcase_add_test(tc, signal_is_128_and_its_number);

	tc = add_task(suite, "gate", NULL);
	tcase_add_test(tc, open_gate_lets_through);
	tcase_add_test(tc, dropped_gate_is_epipe_for_the_waiter);
	tcase_add_test(tc, dead_waiter_is_epipe_and_no_signal);

	tc = add_task(suite, "fdpass", NULL);
	tcase_add_test(tc, descriptor_arrives_as_the_same_open_file);
	tcase_add_test(tc, dead_sender_is_epipe_and_other_data_a_bad_message);

	tc = add_task(suite, "err", NULL);
	tcase_add_test(tc, die_says_why_and_exits_1);

	tc = add_task(suite, "userns as root", need_root());
	tcase_add_test(tc, root_stays_what_it_is);
	tc = add_task(suite, "userns as a user", need_userns());
	tcase_add_test(tc, user_becomes_root_of_its_own);
	return run_suite(suite);
}
