/* SPDX-License-Identifier: MIT */
/*
 * test_inject.c - one system call lent to another process
 *
 * Each test forks a victim that does something of its own, lends it a call,
 * and then asks the victim's exit status whether it noticed.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#include "child.h"
#include "cleanup.h"
#include "gate.h"
#include "inject.h"
#include "kit.h"
#include "sandbox.h"

/* Numbers of the i386 table, arch/x86/entry/syscalls/syscall_32.tbl. */
enum { I386_OPEN = 5, I386_GETPPID = 64, I386_UNAME = 122 };

/* A process that is us until it is killed or ends. */
static pid_t start_victim(void (*fn)(void *arg), void *arg)
{
	struct gate ready;
	pid_t child;

	ck_assert_int_eq(gate_init(&ready), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
			_exit(99);
		if (fn)
			fn(arg);
		if (gate_open(&ready) < 0)
			_exit(98);
		for (;;)
			pause();
	}
	ck_assert_int_eq(gate_wait(&ready), 0);
	return child;
}

static void end_victim(pid_t victim)
{
	ck_assert_int_eq(kill(victim, SIGKILL), 0);
	ck_assert_int_eq(child_wait(victim), 128 + SIGKILL);
}

static struct inject_result lend(pid_t pid, struct inject_call call)
{
	struct inject_result result = { .outcome = INJECT_ENDED, .value = -1 };

	ck_assert_int_eq(inject(pid, &call, &result), 0);
	return result;
}

static void lend_and_expect(pid_t pid, struct inject_call call,
			    enum inject_outcome outcome, long value)
{
	struct inject_result result = lend(pid, call);

	ck_assert_int_eq(result.outcome, outcome);
	ck_assert_int_eq(result.value, value);
}

/* ---- arguments and answers ------------------------------------------------ */

START_TEST(number_comes_back)
{
	pid_t victim = start_victim(NULL, NULL);

	lend_and_expect(victim, (struct inject_call){ .number = SYS_getpid },
			INJECT_RETURNED, victim);
	lend_and_expect(victim, (struct inject_call){ .number = SYS_getppid },
			INJECT_RETURNED, getpid());
	end_victim(victim);
}
END_TEST

START_TEST(six_arguments_arrive)
{
	pid_t victim = start_victim(NULL, NULL);

	/* mmap(2) checks its sixth: an offset that is not of whole pages. */
	const struct inject_call call = {
		.number = SYS_mmap,
		.args = { { .number = 0 },
			  { .number = 4096 },
			  { .number = 1 },
			  { .number = 0x22 },
			  { .number = -1 },
			  { .number = 1 } },
	};
	lend_and_expect(victim, call, INJECT_RETURNED, -EINVAL);
	end_victim(victim);
}
END_TEST

START_TEST(text_goes_in_and_bytes_come_back)
{
	pid_t victim = start_victim(NULL, NULL);
	char link[64] = "";
	char path[64];
	struct inject_result result;

	result = lend(victim, (struct inject_call){
				      .number = SYS_openat,
				      .args = { { .number = AT_FDCWD },
						inject_text("/proc/version"),
						{ .number = O_RDONLY } } });
	ck_assert_int_eq(result.outcome, INJECT_RETURNED);
	ck_assert_int_ge(result.value, 3);

	/* Seen from outside: it is open there. */
	snprintf(path, sizeof(path), "/proc/%d/fd/%ld", (int)victim,
		 result.value);
	ck_assert_int_gt(readlink(path, link, sizeof(link) - 1), 0);
	ck_assert_str_eq(link, "/proc/version");

	memset(link, 0, sizeof(link));
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", result.value);
	result = lend(victim,
		      (struct inject_call){
			      .number = SYS_readlink,
			      .args = { inject_text(path),
					inject_buffer(link, sizeof(link)),
					{ .number = sizeof(link) } } });
	ck_assert_int_eq(result.value, (long)strlen("/proc/version"));
	ck_assert_str_eq(link, "/proc/version");
	end_victim(victim);
}
END_TEST

START_TEST(error_is_a_return)
{
	pid_t victim = start_victim(NULL, NULL);

	lend_and_expect(victim,
			(struct inject_call){
				.number = SYS_chdir,
				.args = { inject_text("/no/such/folder") } },
			INJECT_RETURNED, -ENOENT);
	end_victim(victim);
}
END_TEST

START_TEST(too_many_bytes_are_refused)
{
	struct inject_call call = { .number = SYS_chdir };
	struct inject_result result;

	call.args[0].size_bytes = INJECT_BYTES;
	call.args[1].size_bytes = 1;
	ck_assert_int_eq(inject(getpid(), &call, &result), -E2BIG);
	call.args[1].size_bytes = (size_t)-1;
	ck_assert_int_eq(inject(getpid(), &call, &result), -E2BIG);
}
END_TEST

/* ---- the victim does not notice ------------------------------------------- */

static void read_byte_and_exit(void *arg)
{
	const struct gate *gate = arg;
	char byte;

	(void)prctl(PR_SET_NAME, "reading");
	(void)close(gate->writefd);
	_exit(read(gate->readfd, &byte, 1) == 1 ? byte : 97);
}

static void until_state(pid_t pid, char wanted)
{
	char state = '?';

	while (state != wanted) {
		char path[64];
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		file = fopen(path, "re");
		ck_assert_ptr_nonnull(file);
		ck_assert_int_eq(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
		fclose(file);
	}
}

START_TEST(call_that_was_interrupted_goes_on)
{
	struct gate gate;
	pid_t victim;

	ck_assert_int_eq(gate_init(&gate), 0);
	victim = fork();
	if (victim == 0)
		read_byte_and_exit(&gate);
	until_state(victim, 'S');
	for (int i = 0; i < 20; i++)
		lend_and_expect(victim,
				(struct inject_call){ .number = SYS_getpid },
				INJECT_RETURNED, victim);
	ck_assert_int_eq(write(gate.writefd, "*", 1), 1);
	ck_assert_int_eq(child_wait(victim), '*');
	gate_release(&gate);
}
END_TEST

static unsigned long churn(unsigned long x)
{
	for (unsigned i = 0; i < 60000000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	return x;
}

START_TEST(running_program_computes_the_same)
{
	unsigned long wanted = churn(1);
	char text[8] = "1234567";
	int lent = 0;
	int status;
	pid_t victim = fork();

	if (victim == 0)
		_exit(churn(1) == wanted ? 5 : 6);
	while (waitpid(victim, &status, WNOHANG) == 0) {
		const struct inject_call call = {
			.number = SYS_uname,
			.args = { inject_buffer(text, sizeof(text)),
				  { .size_bytes = 2048 } },
		};
		struct inject_result result;

		if (inject(victim, &call, &result) == 0)
			lent++;
	}
	ck_assert_int_gt(lent, 3);
	ck_assert_int_eq(WEXITSTATUS(status), 5);
}
END_TEST

static void exit_3(int sig)
{
	(void)sig;
	_exit(3);
}

static void alarm_soon(void *arg)
{
	struct itimerval soon = { .it_value = { .tv_usec = 20000 } };

	(void)arg;
	(void)signal(SIGALRM, exit_3);
	(void)setitimer(ITIMER_REAL, &soon, NULL);
}

START_TEST(call_without_answer_is_taken_back_and_signals_wait)
{
	pid_t victim = start_victim(alarm_soon, NULL);

	/* The alarm would end this call with EINTR. */
	lend_and_expect(
		victim,
		(struct inject_call){ .number = SYS_pause, .timeout_ms = 200 },
		INJECT_HUNG, 0);
	ck_assert_int_eq(child_wait(victim), 3);
}
END_TEST

START_TEST(stopped_process_stays_stopped)
{
	pid_t victim = start_victim(NULL, NULL);
	int status;

	ck_assert_int_eq(kill(victim, SIGSTOP), 0);
	ck_assert_int_eq(waitpid(victim, &status, WUNTRACED), victim);
	lend_and_expect(victim, (struct inject_call){ .number = SYS_getpid },
			INJECT_RETURNED, victim);
	until_state(victim, 'T');
	end_victim(victim);
}
END_TEST

/* ---- ends ----------------------------------------------------------------- */

START_TEST(end_is_told_by_its_status)
{
	pid_t victim = start_victim(NULL, NULL);

	lend_and_expect(victim,
			(struct inject_call){ .number = SYS_exit_group,
					      .args = { { .number = 7 } } },
			INJECT_ENDED, 7);
	ck_assert_int_eq(child_wait(victim), 7);

	victim = start_victim(NULL, NULL);
	lend_and_expect(
		victim,
		(struct inject_call){ .number = SYS_kill,
				      .args = { { .number = victim },
						{ .number = SIGKILL } } },
		INJECT_ENDED, 128 + SIGKILL);
	ck_assert_int_eq(child_wait(victim), 128 + SIGKILL);
}
END_TEST

START_TEST(execve_is_a_return_and_the_new_program_runs)
{
	pid_t victim = start_victim(NULL, NULL);

	/* An empty PATH and no argument: false(1) of busybox or coreutils. */
	lend_and_expect(
		victim,
		(struct inject_call){ .number = SYS_execve,
				      .args = { inject_text("/bin/false") } },
		INJECT_RETURNED, 0);
	ck_assert_int_eq(child_wait(victim), 1);
}
END_TEST

START_TEST(new_process_ends_at_once)
{
	pid_t victim = start_victim(NULL, NULL);
	struct inject_result result =
		lend(victim, (struct inject_call){ .number = SYS_fork });
	siginfo_t info;

	ck_assert_int_eq(result.outcome, INJECT_RETURNED);
	ck_assert_int_gt(result.value, 0);
	/* The victim can wait for it; SIGTRAP has killed it. */
	result = lend(victim,
		      (struct inject_call){
			      .number = SYS_waitid,
			      .args = { { .number = P_PID },
					{ .number = result.value },
					inject_buffer(&info, sizeof(info)),
					{ .number = WEXITED } } });
	ck_assert_int_eq(result.value, 0);
	ck_assert_int_eq(info.si_status, SIGTRAP);
	end_victim(victim);
}
END_TEST

START_TEST(missing_process_is_an_error)
{
	const struct inject_call call = { .number = SYS_getpid };
	struct inject_result result;
	pid_t victim = start_victim(NULL, NULL);

	end_victim(victim);
	ck_assert_int_eq(inject(victim, &call, &result), -ESRCH);
}
END_TEST

static void be_traced(void *arg)
{
	(void)arg;
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

START_TEST(process_of_another_tracer_is_refused)
{
	const struct inject_call call = { .number = SYS_getpid };
	struct inject_result result;
	pid_t victim = start_victim(be_traced, NULL);

	ck_assert_int_eq(inject(victim, &call, &result), -EPERM);
	end_victim(victim);
}
END_TEST

/* ---- filters -------------------------------------------------------------- */

/* getppid(2) gets @action, every other call goes on. */
static void filter_getppid(void *arg)
{
	const uint32_t *action = arg;
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	/* Other tables are none of this filter's business. */
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
	if (seccomp_rule_add(ctx, *action, SCMP_SYS(getppid), 0) < 0 ||
	    seccomp_load(ctx) < 0)
		_exit(96);
	seccomp_release(ctx);
}

static const struct {
	uint32_t action;
	enum inject_outcome outcome;
	long value;
	int lives;
} actions[] = {
	{ SCMP_ACT_ERRNO(EXDEV), INJECT_RETURNED, -EXDEV, 1 },
	{ SCMP_ACT_KILL_PROCESS, INJECT_KILLED, 0, 0 },
	{ SCMP_ACT_KILL_THREAD, INJECT_KILLED, 0, 0 },
	{ SCMP_ACT_TRAP, INJECT_TRAPPED, 0, 1 },
	/* No tracer has asked for it, we neither. */
	{ SCMP_ACT_TRACE(0), INJECT_RETURNED, -ENOSYS, 1 },
};

START_TEST(action_of_a_filter_is_told)
{
	uint32_t action = actions[_i].action;
	pid_t victim = start_victim(filter_getppid, &action);
	struct inject_call call = { .number = SYS_getppid };

	lend_and_expect(victim, (struct inject_call){ .number = SYS_getpid },
			INJECT_RETURNED, victim);
	lend_and_expect(victim, call, actions[_i].outcome, actions[_i].value);
	if (actions[_i].lives) {
		/* And it is as good as before. */
		lend_and_expect(victim, call, actions[_i].outcome,
				actions[_i].value);
		end_victim(victim);
	} else {
		ck_assert_int_eq(child_wait(victim), 128 + SIGSYS);
	}
}
END_TEST

/* A listener for getppid(2); nobody answers as long as nobody reads it. */
static void notify_getppid(void *arg)
{
	int *ret_fd = arg;
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	if (seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(getppid), 0) < 0 ||
	    seccomp_load(ctx) < 0)
		_exit(96);
	*ret_fd = seccomp_notify_fd(ctx);
	seccomp_release(ctx);
}

static void notify_nobody(void *arg)
{
	int fd;

	(void)arg;
	notify_getppid(&fd);
}

START_TEST(broker_that_does_not_answer_is_hung)
{
	pid_t victim = start_victim(notify_nobody, NULL);

	lend_and_expect(victim,
			(struct inject_call){ .number = SYS_getppid,
					      .timeout_ms = 100 },
			INJECT_HUNG, 0);
	lend_and_expect(victim, (struct inject_call){ .number = SYS_getpid },
			INJECT_RETURNED, victim);
	end_victim(victim);
}
END_TEST

/* The broker is a thread of the victim, so that it ends with it. */
static void *answer_42(void *arg)
{
	struct seccomp_notif_resp *resp;
	struct seccomp_notif *req;
	const int *fd = arg;

	if (seccomp_notify_alloc(&req, &resp) < 0)
		_exit(95);
	while (seccomp_notify_receive(*fd, req) == 0) {
		*resp = (struct seccomp_notif_resp){ .id = req->id, .val = 42 };
		(void)seccomp_notify_respond(*fd, resp);
		*req = (struct seccomp_notif){ 0 };
	}
	_exit(94);
}

static void notify_own_thread(void *arg)
{
	pthread_t thread;

	notify_getppid(arg);
	if (pthread_create(&thread, NULL, answer_42, arg) != 0)
		_exit(93);
}

START_TEST(answer_of_a_broker_is_the_return)
{
	int fd;
	pid_t victim = start_victim(notify_own_thread, &fd);

	lend_and_expect(victim, (struct inject_call){ .number = SYS_getppid },
			INJECT_RETURNED, 42);
	end_victim(victim);
}
END_TEST

/* ---- the other tables ----------------------------------------------------- */

static pid_t start_probe(void)
{
	char path[4096];
	struct gate executed;
	char byte;
	pid_t child;

	ck_assert_int_eq(kit_build_path(path, sizeof(path), "bin/probes/probe"),
			 0);
	ck_assert_int_eq(gate_init(&executed), 0);
	child = fork();
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(path, "probe", "hold", (char *)NULL);
		_exit(127);
	}
	/* execve(2) closes the other end. */
	(void)close(executed.writefd);
	ck_assert_int_eq(read(executed.readfd, &byte, 1), 0);
	(void)close(executed.readfd);
	return child;
}

START_TEST(i386_numbers_and_pointers_work)
{
	struct utsname here;
	struct utsname there;
	pid_t victim = start_probe();

	ck_assert_int_eq(uname(&here), 0);
	lend_and_expect(victim,
			(struct inject_call){ .table = INJECT_I386,
					      .number = I386_GETPPID },
			INJECT_RETURNED, getpid());
	lend_and_expect(victim,
			(struct inject_call){
				.table = INJECT_I386,
				.number = I386_OPEN,
				.args = { inject_text("/no/such/file") } },
			INJECT_RETURNED, -ENOENT);
	lend_and_expect(
		victim,
		(struct inject_call){
			.table = INJECT_I386,
			.number = I386_UNAME,
			.args = { inject_buffer(&there, sizeof(there)) } },
		INJECT_RETURNED, 0);
	ck_assert_str_eq(here.version, there.version);
	end_victim(victim);
}
END_TEST

START_TEST(i386_is_a_way_around_a_filter_that_does_not_know_it)
{
	uint32_t action = SCMP_ACT_ERRNO(EXDEV);
	pid_t victim = start_victim(filter_getppid, &action);

	lend_and_expect(victim, (struct inject_call){ .number = SYS_getppid },
			INJECT_RETURNED, -EXDEV);
	lend_and_expect(victim,
			(struct inject_call){ .table = INJECT_I386,
					      .number = I386_GETPPID },
			INJECT_RETURNED, getpid());
	end_victim(victim);
}
END_TEST

START_TEST(x32_call_works)
{
	pid_t victim = start_probe();

	lend_and_expect(victim,
			(struct inject_call){ .table = INJECT_X32,
					      .number = SYS_getppid },
			INJECT_RETURNED, getpid());
	end_victim(victim);
}
END_TEST

/* Without the table a filter still sees the call, and decides first. */
static void filter_others(void *arg)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	(void)arg;
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
			       SCMP_ACT_ERRNO(EXDEV));
	if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(getppid), 0) <
		    0 ||
	    seccomp_load(ctx) < 0)
		_exit(96);
	seccomp_release(ctx);
}

START_TEST(filter_decides_before_the_table_does)
{
	pid_t victim = start_victim(filter_others, NULL);

	lend_and_expect(victim,
			(struct inject_call){ .table = INJECT_X32,
					      .number = SYS_getpid },
			INJECT_RETURNED, -EXDEV);
	end_victim(victim);
}
END_TEST

/* ---- in the sandbox -------------------------------------------------------- */

static pid_t start_in_sandbox(struct sandbox **ret)
{
	static const char *const argv[] = { "/bin/probe", "hold", NULL };
	auto_close int probefd = -1;
	struct sandbox_file files[] = {
		{ .to = "/bin/probe", .mode = 0755 },
		{ .to = NULL },
	};
	const struct sandbox_spec spec = { .argv = argv, .files = files };
	char path[4096];
	pid_t pid;

	ck_assert_int_eq(kit_build_path(path, sizeof(path), "bin/probes/probe"),
			 0);
	probefd = open(path, O_RDONLY | O_CLOEXEC);
	files[0].fd = probefd;
	ck_assert_int_eq(sandbox_start(ret, &spec), 0);
	pid = sandbox_wait_exe(*ret, probefd, 5000);
	ck_assert_int_gt(pid, 0);
	return pid;
}

START_TEST(process_in_a_sandbox_is_asked_by_whoever_runs_the_tests)
{
	struct sandbox *box = NULL;
	pid_t pid = start_in_sandbox(&box);

	lend_and_expect(pid, (struct inject_call){ .number = SYS_getuid },
			INJECT_RETURNED, 1000);
	/* Its own filter applies, and its own root directory. */
	lend_and_expect(pid, (struct inject_call){ .number = SYS_bpf },
			INJECT_RETURNED, -EPERM);
	lend_and_expect(
		pid,
		(struct inject_call){ .number = SYS_chdir,
				      .args = { inject_text("/root") } },
		INJECT_RETURNED, -ENOENT);
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

/* Calls that work in any process, and that no sandbox denies by their name. */
static const struct inject_call other_tables[] = {
	{ .table = INJECT_I386, .number = I386_GETPPID },
	{ .table = INJECT_X32, .number = SYS_getppid },
	{ .table = INJECT_X32, .number = SYS_ptrace },
};

START_TEST(sandbox_has_no_other_table)
{
	struct sandbox *box = NULL;
	pid_t pid = start_in_sandbox(&box);
	struct inject_result result;
	int r = inject(pid, &other_tables[_i], &result);

	/* On a kernel without the i386 gate nothing can be lent. */
	if (r == 0) {
		ck_assert_int_eq(result.outcome, INJECT_RETURNED);
		ck_assert_int_eq(result.value, -ENOSYS);
	} else {
		ck_assert_int_eq(r, -ENOSYS);
	}
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

static const char *missing_user_ns(void)
{
	const char *fix;

	return sandbox_missing(&fix);
}

int main(void)
{
	Suite *suite = suite_create("inject");
	TCase *tc = add_task(suite, "call", inject_missing(INJECT_X86_64));

	tcase_add_test(tc, number_comes_back);
	tcase_add_test(tc, six_arguments_arrive);
	tcase_add_test(tc, text_goes_in_and_bytes_come_back);
	tcase_add_test(tc, error_is_a_return);
	tcase_add_test(tc, too_many_bytes_are_refused);
	tcase_add_test(tc, call_that_was_interrupted_goes_on);
	tcase_add_test(tc, running_program_computes_the_same);
	tcase_add_test(tc, call_without_answer_is_taken_back_and_signals_wait);
	tcase_add_test(tc, stopped_process_stays_stopped);
	tcase_add_test(tc, end_is_told_by_its_status);
	tcase_add_test(tc, execve_is_a_return_and_the_new_program_runs);
	tcase_add_test(tc, new_process_ends_at_once);
	tcase_add_test(tc, missing_process_is_an_error);
	tcase_add_test(tc, process_of_another_tracer_is_refused);

	tc = add_task(suite, "filter", inject_missing(INJECT_X86_64));
	tcase_add_loop_test(tc, action_of_a_filter_is_told, 0,
			    sizeof(actions) / sizeof(actions[0]));
	tcase_add_test(tc, broker_that_does_not_answer_is_hung);
	tcase_add_test(tc, answer_of_a_broker_is_the_return);
	tcase_add_test(tc, filter_decides_before_the_table_does);

	tc = add_task(suite, "i386", inject_missing(INJECT_I386));
	tcase_add_test(tc, i386_numbers_and_pointers_work);
	tcase_add_test(tc, i386_is_a_way_around_a_filter_that_does_not_know_it);

	tc = add_task(suite, "x32", inject_missing(INJECT_X32));
	tcase_add_test(tc, x32_call_works);

	tc = add_task(suite, "sandbox", missing_user_ns());
	tcase_add_test(tc,
		       process_in_a_sandbox_is_asked_by_whoever_runs_the_tests);
	tcase_add_loop_test(tc, sandbox_has_no_other_table, 0,
			    sizeof(other_tables) / sizeof(other_tables[0]));
	return run_suite(suite);
}
