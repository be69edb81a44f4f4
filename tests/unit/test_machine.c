/* SPDX-License-Identifier: MIT */
/* test_machine.c - the lab machine: what comes back, and when it breaks */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#include "child.h"
#include "cleanup.h"
#include "file.h"
#include "kit.h"
#include "machine.h"

enum { BOOT_SECONDS = 100 };

/* What one machine did. */
struct job {
	int status; /* of machine_run() */
	char *out;  /* NUL-terminated; owned, as the others */
	char *err;
	size_t out_bytes;
	char *console;
};

static char *take_all(int fd, size_t *ret_bytes)
{
	struct stat st;
	char *text;

	ck_assert_int_eq(fstat(fd, &st), 0);
	text = malloc((size_t)st.st_size + 1);
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(pread(fd, text, (size_t)st.st_size, 0), st.st_size);
	text[st.st_size] = '\0';
	if (ret_bytes)
		*ret_bytes = (size_t)st.st_size;
	return text;
}

static struct job run_spec(struct machine_spec spec)
{
	auto_close int out = memfd_create("out", MFD_CLOEXEC);
	auto_close int err = memfd_create("err", MFD_CLOEXEC);
	auto_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct job job = { 0 };

	if (spec.stdinfd == 0)
		spec.stdinfd = null;
	spec.stdoutfd = out;
	spec.stderrfd = err;
	job.status = machine_run(&spec, &job.console);
	job.out = take_all(out, &job.out_bytes);
	job.err = take_all(err, NULL);
	return job;
}

static void job_release(struct job *job)
{
	free(job->out);
	free(job->err);
	free(job->console);
}

static struct job run_line(const char *line, struct machine_spec spec)
{
	const char *const argv[] = { "sh", "-c", line, NULL };

	spec.argv = argv;
	return run_spec(spec);
}

/* One boot for all of these: the shell's own answers, a line each. */
START_TEST(machine_is_what_the_labs_need)
{
	struct job job = run_line(
		"id -u; hostname; cat /sys/fs/cgroup/cgroup.controllers;"
		"stat -f -c %T /sys/fs/cgroup;"
		"ls /proc/sys/user/max_user_namespaces; ls /dev/kvm;"
		"cat /sys/class/net/lo/operstate; ls /sys/class/net;"
		"echo to-stderr >&2; exit 7",
		(struct machine_spec){ .kvm = true });

	ck_assert_int_eq(job.status, 7);
	ck_assert_str_eq(job.err, "to-stderr\n");
	ck_assert_str_eq(job.out,
			 "0\nlab-machine\n"
			 "cpuset cpu io memory hugetlb pids rdma misc\n"
			 "UNKNOWN\n"
			 "/proc/sys/user/max_user_namespaces\n/dev/kvm\n"
			 "unknown\nlo\n");
	job_release(&job);
}
END_TEST

static const struct {
	const char *line;
	int status;
} job_ends[] = {
	{ "kill -TERM $$", 128 + SIGTERM },
	{ "exec /no/such/program", 127 },
};

START_TEST(job_ends_as_it_says)
{
	struct job job =
		run_line(job_ends[_i].line, (struct machine_spec){ 0 });

	ck_assert_int_eq(job.status, job_ends[_i].status);
	job_release(&job);
}
END_TEST

/* More than all the buffers between hold, and every byte there is. */
START_TEST(bytes_pass_unchanged_in_both_directions)
{
	enum { BYTES = 700001 };
	auto_close int in = memfd_create("in", MFD_CLOEXEC);
	auto_free unsigned char *data = malloc(BYTES);
	struct job job;

	for (size_t i = 0; i < BYTES; i++)
		data[i] = (unsigned char)(i ^ i >> 8 ^ i >> 16);
	ck_assert_int_eq(write_all(in, data, BYTES), 0);
	lseek(in, 0, SEEK_SET);
	job = run_line("cat", (struct machine_spec){ .stdinfd = in });
	ck_assert_int_eq(job.status, 0);
	ck_assert_uint_eq(job.out_bytes, BYTES);
	ck_assert_int_eq(memcmp(job.out, data, BYTES), 0);
	job_release(&job);
}
END_TEST

START_TEST(files_are_carried_in)
{
	auto_close int fd = memfd_create("file", MFD_CLOEXEC);
	const struct machine_file files[] = {
		{ .fd = fd, .to = "/deep/er/tool", .mode = 0755 },
		{ .fd = fd, .to = "/etc/passwd", .mode = 0600 },
	};
	struct job job;

	ck_assert_int_eq(write_all(fd, "#!/bin/sh\necho ran\n", 19), 0);
	job = run_line("/deep/er/tool; stat -c %a /etc/passwd",
		       (struct machine_spec){ .files = files, .nfiles = 2 });
	ck_assert_str_eq(job.out, "ran\n600\n");
	ck_assert_int_eq(job.status, 0);
	job_release(&job);
}
END_TEST

START_TEST(host_files_are_seen_and_stay_as_they_are)
{
	char path[] = "/tmp/test-machine-XXXXXX";
	auto_close int fd = mkostemp(path, O_CLOEXEC);
	char line[256];
	char text[64];
	struct job job;

	ck_assert_int_eq(write_all(fd, "before\n", 7), 0);
	snprintf(line, sizeof(line), "cat %s; echo after >%s; cat %s", path,
		 path, path);
	job = run_line(line, (struct machine_spec){ .host_root = true });
	ck_assert_str_eq(job.out, "before\nafter\n");
	ck_assert_int_eq(file_read_at(AT_FDCWD, path, text, sizeof(text)), 7);
	ck_assert_str_eq(text, "before\n");
	unlink(path);
	job_release(&job);
}
END_TEST

START_TEST(panic_is_an_error_and_the_console_is_kept)
{
	struct job job = run_line("echo 1 >/proc/sys/kernel/sysrq; sync;"
				  "echo c >/proc/sysrq-trigger; sleep 100",
				  (struct machine_spec){ 0 });

	ck_assert_int_eq(job.status, -EPROTO);
	ck_assert_ptr_nonnull(strstr(job.console, "Kernel panic"));
	ck_assert_str_eq(machine_strerror(job.status),
			 "it ended before the command did");
	job_release(&job);
}
END_TEST

START_TEST(job_that_takes_too_long_is_ended)
{
	struct job job = run_line("echo begun; sleep 100",
				  (struct machine_spec){ .timeout_ms = 1500 });

	ck_assert_int_eq(job.status, -ETIME);
	ck_assert_str_eq(job.out, "begun\n");
	job_release(&job);
}
END_TEST

/* The PID of the only child of a process, or 0. */
static pid_t only_child(pid_t pid)
{
	char path[64];
	char text[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid,
		 (int)pid);
	return file_read_at(AT_FDCWD, path, text, sizeof(text)) > 0 ? atoi(text)
								    : 0;
}

/* A machine in a child of ours, whose job writes a line and then stays. */
struct stayer {
	pid_t runner;
	pid_t qemu;
	int pidfd; /* of QEMU */
	int outfd;
};

static struct stayer start_stayer(unsigned silence_ms)
{
	static const char *const argv[] = { "sh", "-c", "echo up; sleep 100",
					    NULL };
	struct stayer s;
	char text[4];
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	s.runner = fork();
	if (s.runner == 0) {
		const struct machine_spec spec = { .argv = argv,
						   .stdinfd = -1,
						   .stdoutfd = ends[1],
						   .stderrfd = ends[1],
						   .silence_ms = silence_ms };

		_exit(machine_run(&spec, NULL) == -EHOSTDOWN ? 42 : 1);
	}
	close(ends[1]);
	s.outfd = ends[0];
	ck_assert_int_eq(read(s.outfd, text, 3), 3);
	s.qemu = only_child(s.runner);
	ck_assert_int_gt(s.qemu, 0);
	s.pidfd = (int)syscall(SYS_pidfd_open, s.qemu, 0);
	ck_assert_int_ge(s.pidfd, 0);
	return s;
}

static void stayer_release(struct stayer *s)
{
	close(s->outfd);
	close(s->pidfd);
}

START_TEST(machine_that_says_nothing_any_more_is_noticed)
{
	struct stayer s = start_stayer(2500);

	ck_assert_int_eq(kill(s.qemu, SIGSTOP), 0);
	ck_assert_int_eq(child_wait(s.runner), 42);
	stayer_release(&s);
}
END_TEST

START_TEST(machine_ends_when_its_runner_is_killed)
{
	struct stayer s;
	struct pollfd p = { .events = POLLIN };

	/* QEMU is then ours to wait for. */
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	s = start_stayer(0);
	p.fd = s.pidfd;
	ck_assert_int_eq(kill(s.runner, SIGKILL), 0);
	ck_assert_int_eq(child_wait(s.runner), 128 + SIGKILL);
	ck_assert_int_eq(poll(&p, 1, 5000), 1);
	ck_assert_int_eq(child_wait(s.qemu), 128 + SIGKILL);
	stayer_release(&s);
}
END_TEST

START_TEST(job_can_have_a_terminal)
{
	const char *const argv[] = { "sh", "-c", "tty; stty size; cat", NULL };
	const struct winsize size = { .ws_row = 33, .ws_col = 101 };
	auto_close int master = -1;
	auto_close int slave = -1;
	auto_close int out = memfd_create("out", MFD_CLOEXEC);
	struct machine_spec spec = { .argv = argv, .tty = true };
	auto_free char *text = NULL;

	ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, &size), 0);
	spec.stdinfd = slave;
	spec.stdoutfd = out;
	spec.stderrfd = out;
	/* A line for cat, its end of file, and so the end of the job. */
	ck_assert_int_eq(write(master, "hello\n\4", 7), 7);
	ck_assert_int_eq(machine_run(&spec, NULL), 0);
	text = take_all(out, NULL);
	ck_assert_ptr_nonnull(strstr(text, "/dev/pts/"));
	ck_assert_ptr_nonnull(strstr(text, "33 101"));
	ck_assert_ptr_nonnull(strstr(text, "hello"));
}
END_TEST

START_TEST(escape_key_ends_the_machine)
{
	const char *const argv[] = { "cat", NULL };
	auto_close int master = -1;
	auto_close int slave = -1;
	struct termios raw;
	struct machine_spec spec = { .argv = argv, .tty = true };

	ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
	ck_assert_int_eq(tcgetattr(slave, &raw), 0);
	cfmakeraw(&raw);
	ck_assert_int_eq(tcsetattr(slave, TCSANOW, &raw), 0);
	spec.stdinfd = spec.stdoutfd = spec.stderrfd = slave;
	ck_assert_int_eq(write(master, "\x1d", 1), 1);
	ck_assert_int_eq(machine_run(&spec, NULL), -ECANCELED);
}
END_TEST

/* ---- grading in it ------------------------------------------------------- */

/* The limit is the namespace's own, so the machine's is left alone.  Also for
 * root, for whom userns_become_root() would make no namespace. */
static int forbid_userns(void)
{
	char map[64];
	int r;

	snprintf(map, sizeof(map), "0 %u 1", geteuid());
	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	r = file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny");
	if (r == 0)
		r = file_write_at(AT_FDCWD, "/proc/self/uid_map", map);
	if (r == 0)
		r = file_write_at(AT_FDCWD,
				  "/proc/sys/user/max_user_namespaces", "0");
	if (r == 0 && unshare(CLONE_NEWUSER) == 0)
		r = -EEXIST;
	return r;
}

static int grade_without_userns(void)
{
	char kit[4096];
	char isolab[4096];

	if (kit_path(kit, sizeof(kit), "solutions") < 0 ||
	    kit_build_path(isolab, sizeof(isolab), "bin/isolab") < 0)
		return 98;
	if (forbid_userns() < 0)
		return 99;
	execl(isolab, isolab, "grade", "--format", "json", "--from", kit, "01",
	      (char *)NULL);
	return 97;
}

START_TEST(host_without_user_namespaces_grades_in_the_machine)
{
	pid_t pid;
	int ends[2];
	char text[16384];
	size_t used = 0;
	ssize_t n;
	int status;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		_exit(grade_without_userns());
	}
	close(ends[1]);
	while (used < sizeof(text) - 1 &&
	       (n = read(ends[0], text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(ends[0]);
	status = child_wait(pid);
	ck_assert_msg(status == 0, "status %d: %s", status, text);
	ck_assert_ptr_nonnull(strstr(text, "\"where\": \"machine\""));
	ck_assert_ptr_nonnull(strstr(text, "\"points\": 100"));
}
END_TEST

/* The sanitizers' isolab is not static and cannot run in the small root. */
static const char *need_machine(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return "the sanitizers' programs are not static";
#else
	return machine_missing(NULL);
#endif
}

int main(void)
{
	Suite *suite = suite_create("machine");
	TCase *tc = add_task(suite, "machine", need_machine());

	tcase_set_timeout(tc, BOOT_SECONDS);
	tcase_add_test(tc, machine_is_what_the_labs_need);
	tcase_add_loop_test(tc, job_ends_as_it_says, 0,
			    sizeof(job_ends) / sizeof(job_ends[0]));
	tcase_add_test(tc, bytes_pass_unchanged_in_both_directions);
	tcase_add_test(tc, files_are_carried_in);
	tcase_add_test(tc, host_files_are_seen_and_stay_as_they_are);
	tcase_add_test(tc, panic_is_an_error_and_the_console_is_kept);
	tcase_add_test(tc, job_that_takes_too_long_is_ended);
	tcase_add_test(tc, machine_that_says_nothing_any_more_is_noticed);
	tcase_add_test(tc, machine_ends_when_its_runner_is_killed);
	tcase_add_test(tc, job_can_have_a_terminal);
	tcase_add_test(tc, escape_key_ends_the_machine);

	tc = add_task(suite, "grading",
		      need_machine() ? need_machine() : need_userns());
	tcase_set_timeout(tc, 3 * BOOT_SECONDS);
	tcase_add_test(tc, host_without_user_namespaces_grades_in_the_machine);
	return run_suite(suite);
}
