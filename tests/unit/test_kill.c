/* SPDX-License-Identifier: MIT */
/*
 * test_kill.c - SIGKILL for a lab's program leaves nothing behind
 *
 * The test is a subreaper: whatever the program leaves becomes its child.  So
 * nothing is left when wait(2) says ECHILD, and no process can hide from that.
 * A namespace, with the mounts and links in it, ends with its processes.
 *
 * A cgroup has no end of its own, and may keep frozen processes: there the next
 * run has to clean up, and after it nothing is left.
 *
 * Each program is killed at KILLS random moments of its life.  For a new lab
 * add a row to programs, or to grouped if it makes cgroups.
 */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "gate.h"
#include "kit.h"
#include "userns.h"

enum {
	KILLS = 20,
	WITHIN_US = 30000,     /* most are in their main part long before */
	ROOM_US = 100000,      /* create ends before that, on an idle machine */
	GROUPED_US = 1000000,  /* slow: these run in the lab machine */
	GONE_WITHIN_MS = 5000, /* generous: a loaded machine under TCG */
	WORDS = 8,
};

/* A word that begins with "@" is a program of the kit. */
static const char *const programs[][WORDS] = {
	{ "@labs/01-chroot/jail", "/", "/bin/sleep", "1000" },
	{ "@labs/02-mount-ns/leak", "private" },
	{ "@labs/03-uts-ipc-ns/named", "box", "sleep", "1000" },
	{ "@labs/03-uts-ipc-ns/mailbox" },
	{ "@labs/04-pid-ns/first", "sleep", "1000" },
	{ "@labs/04-pid-ns/first", "--bare", "sleep", "1000" },
	{ "@labs/04-pid-ns/first", "@labs/04-pid-ns/storm", "200" },
	{ "@labs/04-pid-ns/storm", "200" },
	{ "@labs/04-pid-ns/deathsig" },
	{ "@labs/04-pid-ns/reuse" },
	{ "@labs/04-pid-ns/trespass" },
	{ "@labs/05-user-ns/asroot", "sleep", "1000" },
	{ "@labs/05-user-ns/nest", "3" },
	{ "@labs/05-user-ns/powers" },
	{ "@labs/08-capabilities/drop", "-bns", "none", "sleep", "1000" },
	{ "@labs/08-capabilities/rules", "--all" },
	{ "@labs/08-capabilities/tiocsti" },
	{ "@labs/08-capabilities/tracer" },
	{ "@labs/09-seccomp/rawbpf", "sleep", "1000" },
	{ "@labs/09-seccomp/bypass" },
	{ "@labs/09-seccomp/allow" },
	{ "@labs/09-seccomp/broker", "/", "sleep", "1000" },
	{ "@labs/09-seccomp/race", "100000" },
	{ "@solutions/09-seccomp", "-b", "/etc", "@probes/probe", "hold" },
	{ "@labs/06-net-ns/lonely", "sleep", "1000" },
	{ "@labs/06-net-ns/wire", "sleep", "1000" },
	{ "@labs/06-net-ns/bridge", "sleep", "1000" },
	{ "@labs/06-net-ns/nat" },
	{ "@labs/06-net-ns/outside", "sleep", "1000" },
	{ "@labs/06-net-ns/outside", "--slirp4netns", "sleep", "1000" },
	{ "@labs/06-net-ns/rawsock" },
	{ "@labs/06-net-ns/spoof" },
	{ "@labs/10-image/oci", "tree", "/usr/include" },
	{ "@solutions/04-pid-ns", "--tie", "sleep", "1000" },
	{ "@solutions/06-net-ns", "-b", "10.6.0.2/24", "sleep", "1000", "--",
	  "10.6.0.3/24", "@labs/06-net-ns/bridge" },
};

enum { PROGRAMS = sizeof(programs) / sizeof(programs[0]) };

/* With the next run, and how the names of the groups begin. */
static const struct {
	const char *words[WORDS];
	const char *next[WORDS];
	const char *prefix;
} grouped[] = {
	{ { "@labs/07-cgroups/limit", "-p", "9", "sleep", "1000" },
	  { "@labs/07-cgroups/limit", "-p", "9", "true" },
	  "limit." },
	{ { "@labs/07-cgroups/freeze" },
	  { "@labs/07-cgroups/freeze" },
	  "freeze." },
	{ { "@labs/07-cgroups/pressure" },
	  { "@labs/07-cgroups/pressure" },
	  "pressure." },
	{ { "@labs/07-cgroups/deleg" },
	  { "@labs/07-cgroups/deleg" },
	  "deleg." },
	{ { "@labs/07-cgroups/release" },
	  { "@labs/07-cgroups/release" },
	  "pid-" },
	{ { "@solutions/07-cgroups", "kit-job", "sleep", "1000" },
	  { "@solutions/07-cgroups", "kit-job", "true" },
	  "kit-job" },
};

enum { GROUPED = sizeof(grouped) / sizeof(grouped[0]) };

/* The program as it is started in the child; it writes to nobody. */
static void execute(const char *const words[WORDS])
{
	char paths[WORDS][4096];
	char *argv[WORDS + 1] = { NULL };

	for (int i = 0; i < WORDS && words[i]; i++) {
		char below[256];

		argv[i] = (char *)(uintptr_t)words[i];
		if (words[i][0] != '@')
			continue;
		snprintf(below, sizeof(below), "bin/%s", words[i] + 1);
		if (kit_build_path(paths[i], sizeof(paths[i]), below) < 0)
			_exit(126);
		argv[i] = paths[i];
	}
	if (!freopen("/dev/null", "w", stdout) ||
	    !freopen("/dev/null", "w", stderr))
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait until nobody is left. */
static bool all_end(long timeout_ms)
{
	long end_ms = now_ms() + timeout_ms;

	while (now_ms() < end_ms) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0)
			return errno == ECHILD;
		if (pid == 0)
			(void)poll(NULL, 0, 2);
	}
	return false;
}

/*
 * How many processes are left that do not end by themselves.  They are killed;
 * what they leave is ours next, and is killed too.
 */
static int count_left(long timeout_ms)
{
	int count = 0;

	while (!all_end(timeout_ms)) {
		auto_free char *text = NULL;
		char *rest;
		char *word;

		if (file_read_all("/proc/thread-self/children", &text) < 0)
			return -1;
		rest = text;
		while ((word = strsep(&rest, " "))) {
			pid_t pid = (pid_t)strtol(word, NULL, 10);

			if (pid > 0 && kill(pid, SIGKILL) == 0)
				count++;
		}
	}
	return count;
}

/* Return: 0, or -1 if it could not be executed. */
static int kill_at_random(const char *const words[WORDS], unsigned within_us)
{
	struct timespec when = { 0 };
	unsigned random = 0;
	pid_t child;
	int status;

	(void)!getrandom(&random, sizeof(random), 0);
	when.tv_nsec = (long)(random % within_us) * 1000;
	child = fork();
	if (child == 0)
		execute(words);
	/* Nobody waits for anything here: this is the random moment. */
	(void)nanosleep(&when, NULL);
	if (child < 0 || kill(child, SIGKILL) < 0)
		return -1;
	status = child_wait(child);
	return status == KIT_OK || status == KIT_SKIP || status == 128 + SIGKILL
		       ? 0
		       : -1;
}

/* Return: how many are left, or -1 if it could not be executed. */
static int kill_once(const char *const words[WORDS])
{
	int r = kill_at_random(words, WITHIN_US);

	return r < 0 ? r : count_left(GONE_WITHIN_MS);
}

/* Groups of the v2 hierarchy, where programs make them. */
static int count_groups(const char *prefix)
{
	int fd = cgroupfs_open_base("cpu memory pids");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int count = 0;

	if (!dir)
		return -1;
	while ((entry = readdir(dir)))
		count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(dir);
	return count;
}

/* System V objects stay until somebody removes them: each table has its head
 * only. */
static bool no_objects(void)
{
	static const char *const tables[] = { "/proc/sysvipc/shm",
					      "/proc/sysvipc/msg",
					      "/proc/sysvipc/sem" };
	bool none = true;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		auto_free char *text = NULL;
		char *line_end;

		if (file_read_all(tables[i], &text) < 0)
			return false;
		line_end = strchr(text, '\n');
		none &= line_end && line_end[1] == '\0';
	}
	return none;
}

START_TEST(killed_program_leaves_no_process_and_no_object)
{
	/* Only root gets an IPC namespace without becoming somebody else. */
	bool own_ipc = geteuid() == 0 && unshare(CLONE_NEWIPC) == 0;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (int i = 0; i < KILLS; i++)
		ck_assert_msg(kill_once(programs[_i]) == 0, "%s %s",
			      programs[_i][0],
			      programs[_i][1] ? programs[_i][1] : "");
	ck_assert(!own_ipc || no_objects());
}
END_TEST

/* ---- links in a namespace that lives on ------------------------------------- */

/* How many links there are here; wait until it is "want". */
static int await_links(int want)
{
	int count = -1;

	for (long end_ms = now_ms() + GONE_WITHIN_MS; now_ms() < end_ms;
	     (void)poll(NULL, 0, 2)) {
		struct if_nameindex *all = if_nameindex();

		for (count = 0; all && all[count].if_index; count++)
			;
		if_freenameindex(all);
		if (count == want)
			break;
	}
	return count;
}

/*
 * Most programs build in namespaces of their own.  This one puts a link and a
 * rule into the one that it finds; here that is one of the test's.  With its
 * table left, the next run would fail.
 */
START_TEST(killed_router_leaves_no_link_and_no_rule)
{
	static const char *const words[WORDS] = { "@labs/06-net-ns/nat",
						  "--host", "sleep", "1000" };
	static const char *const ends[WORDS] = { "@labs/06-net-ns/nat",
						 "--host", "true" };
	pid_t child;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_ge(userns_become_root(), 0);
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	ck_assert_int_eq(
		file_write_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", "1"),
		0);
	for (int i = 0; i < KILLS; i++) {
		ck_assert_int_eq(kill_once(words), 0);
		ck_assert_int_eq(await_links(1), 1);
	}
	child = fork();
	if (child == 0)
		execute(ends);
	ck_assert_int_eq(child_wait(child), 0);
}
END_TEST

/* The run that has to clean up, after those that were killed. */
static void run_next(int row)
{
	const char *name = grouped[row].words[0];
	pid_t child = fork();

	if (child == 0)
		execute(grouped[row].next);
	ck_assert_msg(child_wait(child) == 0, "next %s", name);
	ck_assert_msg(count_left(GONE_WITHIN_MS) == 0, "after %s", name);
	ck_assert_msg(count_groups(grouped[row].prefix) == 0, "after %s", name);
}

START_TEST(run_after_killed_ones_leaves_no_group_and_no_process)
{
	const char *name = grouped[_i].words[0];

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (int i = 0; i < KILLS; i++)
		ck_assert_msg(kill_at_random(grouped[_i].words, GROUPED_US) ==
				      0,
			      "%s", name);
	run_next(_i);
}
END_TEST

/* That there is something to clean up: a group with a process in it. */
START_TEST(killed_program_leaves_a_group_until_the_next_run)
{
	static const char *const words[WORDS] = { "@solutions/07-cgroups",
						  "kit-job", "sleep", "1000" };
	int left = 0;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (int i = 0; left == 0 && i < 10 * KILLS; i++) {
		ck_assert_int_eq(kill_at_random(words, GROUPED_US), 0);
		left = count_groups("kit-job");
	}
	ck_assert_int_eq(left, 1);
	run_next(GROUPED - 1);
}
END_TEST

/* ---- a room, which create leaves on purpose ---------------------------------- */

/* Return: its status. */
static int run_room(const char *command, const char *argument)
{
	const char *const words[WORDS] = { "@solutions/11-container", command,
					   "kit", argument };
	pid_t child = fork();

	if (child == 0)
		execute(words);
	return child < 0 ? -1 : child_wait(child);
}

/*
 * Wherever create was killed: its first process ends, or it can be found and be
 * killed; and the room can be deleted.
 */
START_TEST(room_of_a_killed_create_can_be_deleted)
{
	char dir[] = "/tmp/kit-rooms.XXXXXX";
	char proc[64];
	char room[64];
	const char *const words[WORDS] = { "@solutions/11-container", "create",
					   "kit", dir, "/bin/nothing" };

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(proc, sizeof(proc), "%s/proc", dir);
	ck_assert_int_eq(mkdir(proc, 0755), 0);
	ck_assert_int_eq(setenv("ROOMS", dir, 1), 0);
	snprintf(room, sizeof(room), "%s/kit", dir);
	for (int i = 0; i < KILLS; i++) {
		ck_assert_int_eq(kill_at_random(words, ROOM_US), 0);
		(void)run_room("kill", "9");
		ck_assert_int_eq(count_left(GONE_WITHIN_MS), 0);
		/* It may not have come so far that there is a folder. */
		if (access(room, F_OK) == 0)
			ck_assert_int_eq(run_room("delete", NULL), 0);
		ck_assert_int_ne(access(room, F_OK), 0);
	}
	ck_assert_int_eq(rmdir(proc), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

/* A check that cannot fail is none: here is one who leaves somebody. */
START_TEST(what_is_left_would_be_found)
{
	struct gate gate;
	pid_t child;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(gate_init(&gate), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (fork() == 0)
			(void)gate_open(&gate);
		for (;;)
			pause();
	}
	ck_assert_int_eq(gate_wait(&gate), 0);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(child_wait(child), 128 + SIGKILL);
	ck_assert_int_eq(count_left(100), 1);
}
END_TEST

/* As root: two of the programs need that. */
static const char *need_groups(void)
{
	int fd = cgroupfs_open_base("cpu memory pids");

	if (fd < 0)
		return "no cgroup v2 with cpu, memory and pids (isolab "
		       "machine)";
	(void)close(fd);
	return need_root();
}

int main(void)
{
	Suite *suite = suite_create("kill");
	TCase *tc = add_task(suite, "the test", NULL);

	tcase_add_test(tc, what_is_left_would_be_found);

	tc = add_task(suite, "labs", need_userns());
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, killed_program_leaves_no_process_and_no_object,
			    0, PROGRAMS);
	tcase_add_test(tc, killed_router_leaves_no_link_and_no_rule);
	tcase_add_test(tc, room_of_a_killed_create_can_be_deleted);

	tc = add_task(suite, "labs with cgroups", need_groups());
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, killed_program_leaves_a_group_until_the_next_run);
	tcase_add_loop_test(
		tc, run_after_killed_ones_leaves_no_group_and_no_process, 0,
		GROUPED);
	return run_suite(suite);
}
