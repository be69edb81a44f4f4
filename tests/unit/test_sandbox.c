/* SPDX-License-Identifier: MIT */
/* test_sandbox.c - what a program in the sandbox can and cannot do */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#include "cgroup.h"
#include "cleanup.h"
#include "kit.h"
#include "look.h"
#include "sandbox.h"

/*
 * The program in the sandbox is the kit's probe, or a shell of the host bound
 * read-only: what it can do, a student's program can do.
 */
static const char *const host[] = { "/usr", "/bin", "/lib", "/lib64", NULL };

static int open_probe(void)
{
	char path[4096];

	ck_assert_int_eq(kit_build_path(path, sizeof(path), "bin/probes/probe"),
			 0);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Run a line of shell in a sandbox and keep it for looking. */
static struct sandbox *run_shell(const char *line, struct sandbox_spec spec)
{
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
	struct sandbox *box = NULL;

	spec.argv = argv;
	spec.envp = env;
	spec.binds = host;
	ck_assert_int_eq(sandbox_start(&box, &spec), 0);
	return box;
}

static const struct {
	const char *line;
	int status;
	const char *out;
} lines[] = {
	{ "exit 7", 7, "" },
	{ "kill -TERM $$", 128 + SIGTERM, "" },
	{ "echo one; echo two", 0, "one\ntwo\n" },
	{ "id -u", 0, "1000\n" },
	{ "pwd", 0, "/work\n" },
	{ "hostname", 0, "host\n" },
	{ "grep CapEff /proc/self/status", 0, "CapEff:\t0000000000000000\n" },
	{ "ls /proc/self/fd", 0, "0\n1\n2\n3\n" }, /* 3 is of ls itself */
	{ "env | grep -v -e PWD -e _ -e SHLVL", 0, "PATH=/usr/bin:/bin\n" },
	{ "cat", 0, "" }, /* stdin is empty */
	{ "cat /proc/1/mem 2>/dev/null || echo no", 0, "no\n" },
	{ "cat /proc/1/environ 2>/dev/null || echo no", 0, "no\n" },
	{ "kill -9 1 2>/dev/null; echo alive", 0, "alive\n" },
	{ "touch /usr/x 2>/dev/null || echo no", 0, "no\n" },
	{ "ls /root /home 2>/dev/null || echo no", 0, "no\n" },
	{ "grep -c : /proc/net/dev", 0, "1\n" }, /* lo, and nothing else */
};

START_TEST(shell_line_ends_and_says_as_expected)
{
	struct sandbox *box =
		run_shell(lines[_i].line, (struct sandbox_spec){ 0 });

	ck_assert_int_eq(sandbox_wait(box, 10000), lines[_i].status);
	ck_assert_str_eq(sandbox_out(box), lines[_i].out);
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

START_TEST(endless_program_times_out_and_is_gone_afterwards)
{
	struct sandbox *box = run_shell("sleep 1000 & exec sleep 1000",
					(struct sandbox_spec){ 0 });
	pid_t init = sandbox_init_pid(box);
	pid_t pids[8];
	int count = 0;

	/* Until both have started; busy machines need longer. */
	for (int i = 0; i < 100 && count != 2; i++) {
		ck_assert_int_eq(sandbox_wait(box, 100), -ETIME);
		count = sandbox_pids(box, pids, 8);
	}
	ck_assert_int_eq(count, 2);
	ck_assert_int_eq(sandbox_free(box), 0);
	ck_assert_int_eq(kill(init, 0), -1);
	for (int i = 0; i < count; i++)
		ck_assert_int_eq(kill(pids[i], 0), -1);
}
END_TEST

START_TEST(flood_is_cut_and_noticed)
{
	struct sandbox *box = run_shell(
		"yes | head -c 300000",
		(struct sandbox_spec){ .limits = { .output_bytes = 1000 } });

	ck_assert_int_eq(sandbox_wait(box, 10000), 0);
	ck_assert_uint_eq(strlen(sandbox_out(box)), 1000);
	ck_assert(sandbox_flooded(box));
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

START_TEST(disk_is_limited)
{
	struct sandbox *box =
		run_shell("head -c 20000000 /dev/zero >big 2>/dev/null; "
			  "[ $(stat -c %s big) -le 4194304 ]",
			  (struct sandbox_spec){ .limits = { .disk_mib = 4 } });

	ck_assert_int_eq(sandbox_wait(box, 10000), 0);
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

START_TEST(memory_is_limited)
{
	struct sandbox *box = run_shell(
		"x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done",
		(struct sandbox_spec){ .limits = { .memory_mib = 32 } });
	int status = sandbox_wait(box, 20000);

	/* Killed by the watchdog or cgroup, or refused by RLIMIT_AS. */
	ck_assert_msg(status == -ENOMEM || status == 2 || status == 137,
		      "status %d", status);
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

START_TEST(probe_is_found_by_content_and_a_fake_is_not)
{
	auto_close int probefd = open_probe();
	const struct sandbox_file files[] = {
		{ probefd, "/work/copy", 0755 },
		{ .to = NULL },
	};
	struct sandbox *box =
		run_shell("exec /work/copy hold",
			  (struct sandbox_spec){ .files = files });

	ck_assert_int_gt(sandbox_wait_exe(box, probefd, 5000), 0);
	ck_assert_int_eq(sandbox_free(box), 0);

	box = run_shell("exec sleep 100", (struct sandbox_spec){ 0 });
	ck_assert_int_eq(sandbox_wait_exe(box, probefd, 300), -ETIME);
	ck_assert_int_eq(sandbox_free(box), 0);

	box = run_shell("exit 0", (struct sandbox_spec){ 0 });
	ck_assert_int_eq(sandbox_wait_exe(box, probefd, 5000), -ESRCH);
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

static int refuse(void *arg)
{
	(void)arg;
	return -EXDEV;
}

START_TEST(failed_preparation_is_passed_on)
{
	static const char *const argv[] = { "/bin/sh", NULL };
	const struct sandbox_spec spec = {
		.argv = argv,
		.binds = host,
		.prepare = refuse,
	};
	struct sandbox *box = NULL;

	ck_assert_int_eq(sandbox_start(&box, &spec), -EXDEV);
	ck_assert_ptr_null(box);
}
END_TEST

START_TEST(missing_program_is_an_error)
{
	static const char *const argv[] = { "/work/none", NULL };
	const struct sandbox_spec spec = { .argv = argv };
	struct sandbox *box = NULL;

	ck_assert_int_eq(sandbox_start(&box, &spec), -ENOENT);
}
END_TEST

START_TEST(link_is_not_followed_out_of_the_sandbox)
{
	struct sandbox *box = run_shell("ln -s /etc/passwd link; echo x >file",
					(struct sandbox_spec){ 0 });
	int fd;

	ck_assert_int_eq(sandbox_wait(box, 5000), 0);
	ck_assert_int_eq(sandbox_open(box, "/work/link", O_RDONLY), -ELOOP);
	fd = sandbox_open(box, "/work/file", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

static int who(void *arg)
{
	(void)arg;
	return (int)getuid();
}

START_TEST(grader_is_root_inside)
{
	struct sandbox *box =
		run_shell("exec sleep 100", (struct sandbox_spec){ 0 });

	ck_assert_int_eq(sandbox_call(box, who, NULL), 0);
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

/* Where only one ID can be had, a second line would be a lie. */
START_TEST(subordinate_ids_are_mapped_where_there_are_any)
{
	const struct sandbox_spec spec = { .subids = { 100000, 300 } };
	struct sandbox *box =
		run_shell("cat /proc/self/uid_map /proc/self/gid_map | "
			  "while read in out count; do echo $in $count; done",
			  spec);
	struct sandbox_ids ids;

	ck_assert_int_eq(sandbox_ids(box, &ids), 0);
	ck_assert_int_eq(sandbox_wait(box, 10000), 0);
	if (getuid() == 0)
		ck_assert_uint_eq(ids.subids, 300);
	if (ids.subids) {
		ck_assert_str_eq(sandbox_out(box), "1000 1\n100000 300\n"
						   "1000 1\n100000 300\n");
		ck_assert_uint_gt(ids.first_subuid, 0);
		ck_assert_uint_ne(ids.first_subuid, ids.uid);
	} else {
		ck_assert_str_eq(sandbox_out(box), "1000 1\n1000 1\n");
		ck_assert_uint_eq(ids.uid, geteuid());
	}
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

/* ---- a cgroup of its own --------------------------------------------------- */

/* Each starts alone in the delegated group. */
static const struct {
	const char *line;
	const char *out;
} group_lines[] = {
	{ "cat /proc/self/cgroup", "0::/\n" },
	{ "grep -c . /sys/fs/cgroup/cgroup.procs", "2\n" }, /* grep, too */
	{ "grep -o -w -e cpu -e memory -e pids "
	  "/sys/fs/cgroup/cgroup.controllers",
	  "cpu\nmemory\npids\n" },
	{ "cd /sys/fs/cgroup; echo +memory >cgroup.subtree_control || "
	  "mkdir leaf && echo $$ >leaf/cgroup.procs && "
	  "echo +memory >cgroup.subtree_control && "
	  "echo 9000000 >leaf/memory.max && tail -n 1 leaf/memory.max",
	  "8998912\n" }, /* whole pages */
	/* 64 in the sandbox, of which two are its own. */
	{ "cd /sys/fs/cgroup; mkdir $(seq -f g%.0f 1 100); ls -d g* | wc -l",
	  "62\n" },
};

START_TEST(program_has_a_group_of_its_own_and_no_other)
{
	char line[1024];
	struct sandbox *box;

	snprintf(line, sizeof(line), "exec 2>/dev/null; %s",
		 group_lines[_i].line);
	box = run_shell(line, (struct sandbox_spec){ .cgroup = true });
	(void)sandbox_wait(box, 20000);
	ck_assert_str_eq(sandbox_out(box), group_lines[_i].out);
	ck_assert_int_eq(sandbox_free(box), 0);
	ck_assert(!cgroup_left());
}
END_TEST

/*
 * An ordinary user's program is himself: it may write there, and take PID 1
 * of the sandbox into its group.  The limits that count are one level above.
 */
START_TEST(limits_of_the_delegated_group_cannot_be_changed)
{
	struct sandbox *box = run_shell(
		"cd /sys/fs/cgroup; for f in memory.max pids.max cgroup.freeze "
		"cgroup.kill; do echo 1 2>/dev/null >$f || echo no; done; "
		"mkdir a; echo 1 2>/dev/null >a/cgroup.procs || echo no",
		(struct sandbox_spec){ .cgroup = true });

	ck_assert_int_eq(sandbox_wait(box, 20000), 0);
	ck_assert_str_eq(sandbox_out(box), "no\nno\nno\nno\nno\n");
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

#define IN_LEAF                                                   \
	"cd /sys/fs/cgroup; mkdir a b; echo $$ >a/cgroup.procs; " \
	"echo +memory >cgroup.subtree_control; echo 8000000 >b/memory.max; "

/* The sandbox is out of memory when its own limit says so, and not when the
 * program has limited itself. */
START_TEST(memory_of_the_sandbox_and_of_the_program_are_told_apart)
{
	static const char hog[] =
		"head -c 200000000 /dev/zero | tail >/dev/null";
	char line[512];
	struct sandbox *box;

	snprintf(line, sizeof(line),
		 IN_LEAF "(echo 0 >b/cgroup.procs; %s); exit 3", hog);
	box = run_shell(line, (struct sandbox_spec){ .cgroup = true });
	ck_assert_int_eq(sandbox_wait(box, 30000), 3);
	ck_assert_int_eq(sandbox_free(box), 0);

	box = run_shell(
		hog, (struct sandbox_spec){ .cgroup = true,
					    .limits = { .memory_mib = 32 } });
	ck_assert_int_eq(sandbox_wait(box, 30000), -ENOMEM);
	ck_assert_int_eq(sandbox_free(box), 0);
}
END_TEST

START_TEST(frozen_groups_in_groups_are_removed)
{
	struct sandbox *box = run_shell(
		"cd /sys/fs/cgroup; mkdir -p a/b/c; (echo 0 "
		">a/b/c/cgroup.procs; "
		"exec sleep 1000) & while ! grep -q . a/b/c/cgroup.procs; do "
		":; "
		"done; echo 1 >a/cgroup.freeze; echo done; sleep 1000",
		(struct sandbox_spec){ .cgroup = true });
	unsigned long long frozen = 0;

	for (int i = 0; i < 1000 && !frozen; i++) {
		auto_close int a =
			sandbox_cgroup_open(box, "a", O_RDONLY | O_DIRECTORY);

		ck_assert_int_eq(sandbox_wait(box, 10), -ETIME);
		if (a >= 0)
			(void)cgroupfs_value(a, "cgroup.events", "frozen",
					     &frozen);
	}
	ck_assert_uint_eq(frozen, 1);
	ck_assert_int_eq(sandbox_cgroup_open(box, "../init", O_RDONLY), -EXDEV);
	ck_assert_int_eq(sandbox_free(box), 0);
	ck_assert(!cgroup_left());
}
END_TEST

static const char *missing_for_limits(void)
{
	const char *fix;
	const char *missing = sandbox_cgroup_missing(&fix);

	return missing ? missing : need_root();
}

/*
 * What an ordinary user gets: one ID and no subordinate IDs.  A child of root
 * becomes one; PR_SET_DUMPABLE, because the change of IDs clears it and nobody
 * could then write the maps of its children.
 */
static int be_user_and_run(void *arg)
{
	static const char *const argv[] = { "/bin/probe", "exit", "7", NULL };
	const struct sandbox_file files[] = {
		{ .fd = *(int *)arg, .to = "/bin/probe", .mode = 0755 },
		{ 0 },
	};
	const struct sandbox_spec spec = {
		.argv = argv,
		.files = files,
		.subids = { .first = 5000, .count = 10 },
	};
	struct sandbox_ids ids;
	struct sandbox *box;
	const char *fix;

	if (setgroups(0, NULL) < 0 || setresgid(54321, 54321, 54321) < 0 ||
	    setresuid(54321, 54321, 54321) < 0 || prctl(PR_SET_DUMPABLE, 1) < 0)
		return 101;
	if (sandbox_missing(&fix))
		return 102;
	if (sandbox_start(&box, &spec) < 0)
		return 103;
	if (sandbox_wait(box, 20000) != 7)
		return 104;
	if (sandbox_ids(box, &ids) < 0 || ids.uid != 54321 || ids.gid != 54321)
		return 105;
	if (ids.subids != 0 || !sandbox_subids_missing())
		return 106;
	return sandbox_free(box) < 0 ? 107 : 0;
}

START_TEST(ordinary_user_has_one_id)
{
	auto_close int probefd = open_probe();
	struct run run;

	run_function(&run, be_user_and_run, &probefd);
	ck_assert_msg(run.status == 0, "%d: %s", run.status, run.out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sandbox");
	const char *fix;
	const char *missing = sandbox_missing(&fix);
	TCase *tc = add_task(suite, "sandbox", missing);

	tcase_add_loop_test(tc, shell_line_ends_and_says_as_expected, 0,
			    sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(tc, endless_program_times_out_and_is_gone_afterwards);
	tcase_add_test(tc, flood_is_cut_and_noticed);
	tcase_add_test(tc, disk_is_limited);
	tcase_add_test(tc, memory_is_limited);
	tcase_add_test(tc, probe_is_found_by_content_and_a_fake_is_not);
	tcase_add_test(tc, failed_preparation_is_passed_on);
	tcase_add_test(tc, missing_program_is_an_error);
	tcase_add_test(tc, link_is_not_followed_out_of_the_sandbox);
	tcase_add_test(tc, grader_is_root_inside);
	tcase_add_test(tc, subordinate_ids_are_mapped_where_there_are_any);

	tc = add_task(suite, "cgroup of its own", sandbox_cgroup_missing(&fix));
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, program_has_a_group_of_its_own_and_no_other, 0,
			    sizeof(group_lines) / sizeof(group_lines[0]));
	tcase_add_test(tc,
		       memory_of_the_sandbox_and_of_the_program_are_told_apart);
	tcase_add_test(tc, frozen_groups_in_groups_are_removed);
	tc = add_task(suite, "limits of root's", missing_for_limits());
	tcase_add_test(tc, limits_of_the_delegated_group_cannot_be_changed);

	tc = add_task(suite, "ordinary user", missing ? missing : need_root());
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, ordinary_user_has_one_id);
	return run_suite(suite);
}
