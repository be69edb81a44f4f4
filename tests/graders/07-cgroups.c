/* SPDX-License-Identifier: MIT */
/*
 * 07-cgroups.c - grade "foreman": groups, limits, freezing and the end
 *
 *	isolab.PID            the sandbox's own limits, out of reach
 *	|- init               PID 1 of the sandbox
 *	`- box                the program's: root of its cgroup namespace
 *	   |- foreman         made by the program, for itself
 *	   `- JOB             made by the program; the probe is in here
 *
 * All files of groups are read through the box's descriptor, from outside.
 * The names and limits are drawn afresh for each run of the program.
 *
 * See: docs/handbook/07-cgroups.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "gate.h"
#include "grader.h"

enum {
	MANY = 256,
	DEADLINE_MS = 5000, /* generous: a loaded machine under TCG */
	ORPHANS = 20,
	TRIES = 40, /* of the probe to fork; more than any limit */
	EAT_MIB = 64,
	TELL = 40, /* as in probe.c */
};

/* What this run of the program is asked for, and what became of it. */
struct scene {
	char job[32];
	char memory[32];
	char processes[16];
	char percent[16];
	char orphans[16];
	int status; /* what COMMAND will be told to end with */
	struct grading *grading;
	struct sandbox *box;
	pid_t probe;
};

static void leave(struct scene *scene)
{
	(void)sandbox_free(scene->box);
}

#define auto_scene __attribute__((cleanup(leave)))

static void scene_init(struct scene *scene, struct grading *g)
{
	struct nonce nonce;
	unsigned a;
	unsigned b;

	nonce_init(&nonce);
	(void)sscanf(nonce.text, "%8x%8x", &a, &b);
	*scene = (struct scene){ .grading = g, .status = 3 + (int)(a % 100) };
	snprintf(scene->job, sizeof(scene->job), "job-%.8s", nonce.text + 16);
	snprintf(scene->memory, sizeof(scene->memory), "%u",
		 (16 + a / 128 % 16) << 20);
	snprintf(scene->processes, sizeof(scene->processes), "%u", 8 + b % 16);
	snprintf(scene->percent, sizeof(scene->percent), "%u",
		 10 + b / 16 % 20);
	snprintf(scene->orphans, sizeof(scene->orphans), "%d", ORPHANS);
}

/* ---- waiting, and looking ------------------------------------------------- */

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Poll until @is says so, for at most DEADLINE_MS. */
static bool wait_until(bool (*is)(struct scene *scene), struct scene *scene)
{
	long end_ms = now_ms() + DEADLINE_MS;

	while (!is(scene)) {
		if (now_ms() >= end_ms)
			return false;
		(void)sandbox_wait(scene->box, 0);
		(void)poll(NULL, 0, 5);
	}
	return true;
}

static int open_box(const struct scene *scene, const char *path)
{
	return sandbox_cgroup_open(scene->box, path, O_RDONLY | O_DIRECTORY);
}

/* One file of the job's group, without the newline. */
static int read_job(const struct scene *scene, const char *file, char *buf,
		    size_t size)
{
	auto_close int fd = open_box(scene, scene->job);
	int r = fd < 0 ? fd : file_read_at(fd, file, buf, size);

	if (r >= 0)
		buf[strcspn(buf, "\n")] = '\0';
	return r;
}

/* A line of a file of a group; 0 if there is none, as after the job's end. */
static unsigned long long value_of(const struct scene *scene, const char *group,
				   const char *file, const char *key)
{
	auto_close int fd = open_box(scene, group);
	unsigned long long value;

	if (fd < 0 || cgroupfs_value(fd, file, key, &value) < 0)
		return 0;
	return value;
}

static unsigned long long job_value(const struct scene *scene, const char *file,
				    const char *key)
{
	return value_of(scene, scene->job, file, key);
}

static bool job_exists(const struct scene *scene)
{
	auto_close int fd = open_box(scene, scene->job);

	return fd >= 0;
}

/* Whether a process is listed in a group's cgroup.procs. */
static bool lists_pid(const struct scene *scene, const char *group, pid_t pid)
{
	auto_close int fd = open_box(scene, group);
	char text[4096];
	char *rest = text;
	const char *line;

	if (fd < 0 || file_read_at(fd, "cgroup.procs", text, sizeof(text)) < 0)
		return false;
	while ((line = strsep(&rest, "\n"))) {
		if (strtol(line, NULL, 10) == pid)
			return true;
	}
	return false;
}

static bool is_in_job(struct scene *scene)
{
	return lists_pid(scene, scene->job, scene->probe);
}

static bool job_is_removed(struct scene *scene)
{
	return !job_exists(scene);
}

static int count_probes(const struct scene *scene)
{
	pid_t pids[MANY];
	int count = sandbox_pids(scene->box, pids, MANY);
	int probes = 0;

	for (int i = 0; i < count && i < MANY; i++)
		probes += look_runs(pids[i], scene->grading->probefd);
	return probes;
}

static bool no_probe_is_left(struct scene *scene)
{
	return count_probes(scene) == 0;
}

static bool has_name(pid_t pid, const char *name)
{
	char text[64];

	return look_status(pid, "Name", text, sizeof(text)) == 0 &&
	       strcmp(text, name) == 0;
}

/* How many processes in the sandbox have a name; @ret: one of them. */
static int count_named(const struct scene *scene, const char *name, pid_t *ret)
{
	pid_t pids[MANY];
	int count = sandbox_pids(scene->box, pids, MANY);
	int named = 0;

	for (int i = 0; i < count && i < MANY; i++) {
		if (!has_name(pids[i], name))
			continue;
		if (ret)
			*ret = pids[i];
		named++;
	}
	return named;
}

static bool probe_is_ready(struct scene *scene)
{
	return count_named(scene, "ready", &scene->probe) == 1 &&
	       look_runs(scene->probe, scene->grading->probefd);
}

/* The program itself: PID 1 of the sandbox has started it. */
static void signal_foreman(const struct scene *scene, int signal)
{
	pid_t pids[MANY];
	int count = sandbox_pids(scene->box, pids, MANY);

	for (int i = 0; i < count && i < MANY; i++) {
		if (look_runs(pids[i], scene->grading->exercisefd)) {
			(void)kill(pids[i], signal);
			return;
		}
	}
}

/* ---- starting --------------------------------------------------------------- */

static int start_with(struct finding *f, struct scene *scene,
		      const char *const *argv, int (*prepare)(void *arg))
{
	const struct sandbox_spec spec = {
		.argv = argv,
		.cgroup = true,
		.prepare = prepare,
		.arg = scene,
	};

	return exercise_start_probe(scene->grading, f, &spec, &scene->box,
				    &scene->probe);
}

static int start(struct finding *f, struct scene *scene,
		 const char *const *argv)
{
	return start_with(f, scene, argv, NULL);
}

/* Without limits: "foreman JOB probe WORD NUMBER". */
static int start_plain(struct grading *g, struct finding *f,
		       struct scene *scene, const char *word,
		       const char *number)
{
	const char *const argv[] = { "/bin/exercise", scene->job,
				     "/bin/probe",    word,
				     number,	      NULL };

	scene_init(scene, g);
	return start(f, scene, argv);
}

/* COMMAND with orphans, all of whom block all signals. */
static int start_told(struct grading *g, struct finding *f, struct scene *scene)
{
	const char *const argv[] = { "/bin/exercise", scene->job,
				     "/bin/probe",    "told",
				     scene->orphans,  NULL };
	int r;

	scene_init(scene, g);
	r = start(f, scene, argv);
	if (r == 0 && !wait_until(probe_is_ready, scene)) {
		observed(f, "COMMAND was killed, or cannot fork");
		r = -ESRCH;
	}
	return r;
}

/* Make COMMAND end, but none of the orphans. */
static void tell(const struct scene *scene)
{
	(void)sigqueue(scene->probe, TELL,
		       (union sigval){ .sival_int = scene->status });
}

/* ---- 07.1: a group with controllers, and a birth in it ---------------------- */

static enum verdict judge_own_group(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	int r = start_plain(g, f, &scene, "hold", NULL);

	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	expected(f, "COMMAND is in the group JOB below the caller's");
	if (wait_until(is_in_job, &scene))
		return VERDICT_PASS;
	observed(f, "%s",
		 job_exists(&scene)
			 ? "it is in another; JOB is there, without it"
			 : "there is no group JOB");
	return fail(f, "no-group");
}

static enum verdict judge_room(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	auto_close int fd = -1;
	char given[256];
	char held[256];
	int r = start_plain(g, f, &scene, "hold", NULL);

	expected(f, "the caller's group gives cpu, memory and pids to its "
		    "children, and holds no process");
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	fd = open_box(&scene, ".");
	r = file_read_at(fd, "cgroup.subtree_control", given, sizeof(given));
	if (r >= 0)
		r = file_read_at(fd, "cgroup.procs", held, sizeof(held));
	if (r < 0)
		return cannot_judge(f, r, "read the caller's group");
	given[strcspn(given, "\n")] = '\0';
	observed(f, "it gives \"%s\" and %s", given,
		 *held ? "holds processes" : "holds none");
	if (strstr(given, "cpu ") && strstr(given, "memory") &&
	    strstr(given, "pids") && !*held)
		return VERDICT_PASS;
	return fail(f, "no-controllers");
}

/*
 * With pids.max 0 nobody can be born in a group, but anybody can be moved
 * there: limits stop fork(2) and clone(2), not who comes from elsewhere.
 */
static enum verdict judge_born_there(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	const char *const argv[] = { "/bin/exercise", "-p",   "0", scene.job,
				     "/bin/probe",    "hold", NULL };
	int r;

	scene_init(&scene, g);
	expected(f, "with -p 0 the kernel refuses to make COMMAND's process, "
		    "and foreman ends");
	r = start(f, &scene, argv);
	if (r == -ESRCH)
		return VERDICT_PASS;
	if (r < 0)
		return judge_no_probe(f, r, "moved-in");
	observed(f, "COMMAND runs");
	return fail(f, "moved-in");
}

/* ---- 07.2: the budget -------------------------------------------------------- */

static int start_budget(struct grading *g, struct finding *f,
			struct scene *scene, char option, const char *word,
			const char *number)
{
	const char *value = option == 'm'   ? scene->memory
			    : option == 'p' ? scene->processes
					    : scene->percent;
	const char text[] = { '-', option, '\0' };
	const char *const argv[] = { "/bin/exercise", text, value,  scene->job,
				     "/bin/probe",    word, number, NULL };

	scene_init(scene, g);
	return start(f, scene, argv);
}

static enum verdict judge_memory_max(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	char max[64];
	char swap[64];
	int r = start_budget(g, f, &scene, 'm', "hold", NULL);

	if (r < 0)
		return judge_no_probe(f, r, "wrong-memory");
	expected(f, "JOB's memory.max is %s and memory.swap.max is 0",
		 scene.memory);
	r = read_job(&scene, "memory.max", max, sizeof(max));
	if (r < 0) {
		observed(f, "JOB has no memory.max");
		return fail(f, "wrong-memory");
	}
	/* A kernel without swap has no such file. */
	if (read_job(&scene, "memory.swap.max", swap, sizeof(swap)) < 0)
		snprintf(swap, sizeof(swap), "0");
	observed(f, "they are %s and %s", max, swap);
	if (strcmp(max, scene.memory) != 0)
		return fail(f, "wrong-memory");
	return strcmp(swap, "0") == 0 ? VERDICT_PASS : fail(f, "swap-left");
}

/* The caller's group counts for all below it, also when JOB is gone. */
static bool was_oom_killed(struct scene *scene)
{
	return value_of(scene, ".", "memory.events", "oom_kill") > 0;
}

static enum verdict judge_oom_whole(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	char eat[16];
	int r;

	snprintf(eat, sizeof(eat), "%d", EAT_MIB);
	r = start_budget(g, f, &scene, 'm', "eat", eat);
	expected(f, "when a child of COMMAND uses more memory than JOB may, "
		    "all of JOB is killed");
	if (r < 0)
		return judge_no_probe(f, r, "oom-part");
	if (!wait_until(was_oom_killed, &scene)) {
		observed(f, "the child uses %d MiB, and nobody is killed",
			 EAT_MIB);
		return fail(f, "wrong-memory");
	}
	if (wait_until(no_probe_is_left, &scene))
		return VERDICT_PASS;
	observed(f, "the child is killed, and COMMAND lives");
	return fail(f, "oom-part");
}

static bool pids_max_was_hit(struct scene *scene)
{
	return job_value(scene, "pids.events", "max") > 0;
}

static enum verdict judge_pids_max(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	char tries[16];
	char max[64];
	int r;

	snprintf(tries, sizeof(tries), "%d", TRIES);
	r = start_budget(g, f, &scene, 'p', "forks", tries);
	if (r < 0)
		return judge_no_probe(f, r, "wrong-pids");
	expected(f,
		 "pids.max is %s, and the kernel refuses COMMAND more "
		 "children",
		 scene.processes);
	if (read_job(&scene, "pids.max", max, sizeof(max)) < 0) {
		observed(f, "JOB has no pids.max");
		return fail(f, "wrong-pids");
	}
	if (strcmp(max, scene.processes) != 0) {
		observed(f, "it is %s", max);
		return fail(f, "wrong-pids");
	}
	if (wait_until(pids_max_was_hit, &scene))
		return VERDICT_PASS;
	observed(f, "it is, but no child was refused");
	return fail(f, "wrong-pids");
}

static bool was_throttled(struct scene *scene)
{
	return job_value(scene, "cpu.stat", "nr_throttled") > 0;
}

static enum verdict judge_cpu_max(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	unsigned long quota_us;
	unsigned long period_us;
	unsigned long percent;
	char max[64];
	int r = start_budget(g, f, &scene, 'c', "spin", NULL);

	if (r < 0)
		return judge_no_probe(f, r, "wrong-cpu");
	percent = strtoul(scene.percent, NULL, 10);
	expected(f,
		 "cpu.max gives %lu of each 100000 microseconds, and the "
		 "kernel throttles COMMAND",
		 percent * 1000);
	if (read_job(&scene, "cpu.max", max, sizeof(max)) < 0) {
		observed(f, "JOB has no cpu.max");
		return fail(f, "wrong-cpu");
	}
	if (sscanf(max, "%lu %lu", &quota_us, &period_us) != 2 ||
	    period_us != 100000 || quota_us != percent * 1000) {
		observed(f, "it is \"%s\"", max);
		return fail(f, "wrong-cpu");
	}
	if (wait_until(was_throttled, &scene))
		return VERDICT_PASS;
	observed(f, "it does, but COMMAND was not throttled");
	return fail(f, "wrong-cpu");
}

/* ---- 07.3: pause --------------------------------------------------------------- */

static bool is_frozen(struct scene *scene)
{
	return job_value(scene, "cgroup.events", "frozen") == 1;
}

static bool is_thawed(struct scene *scene)
{
	return job_value(scene, "cgroup.events", "frozen") == 0;
}

/* Returns VERDICT_PASS when COMMAND has been paused; a deaf one has blocked all
 * signals before, as they would be while a handler runs. */
static enum verdict start_paused(struct grading *g, struct finding *f,
				 struct scene *scene, bool deaf)
{
	int r = start_plain(g, f, scene, deaf ? "told" : "spin",
			    deaf ? "0" : NULL);

	if (r < 0)
		return judge_no_probe(f, r, "not-frozen");
	if (deaf && !wait_until(probe_is_ready, scene)) {
		observed(f, "COMMAND was killed");
		return fail(f, "not-frozen");
	}
	/* Not before it is in there; who moves it in may take a moment. */
	(void)wait_until(is_in_job, scene);
	signal_foreman(scene, SIGUSR1);
	if (wait_until(is_frozen, scene))
		return VERDICT_PASS;
	observed(f, "after SIGUSR1 JOB is %s",
		 job_exists(scene) ? "not frozen" : "gone");
	return fail(f, "not-frozen");
}

static enum verdict judge_paused(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;

	expected(f, "after SIGUSR1 JOB's cgroup.events says \"frozen 1\"");
	return start_paused(g, f, &scene, false);
}

static enum verdict judge_goes_on(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	enum verdict verdict = start_paused(g, f, &scene, false);
	unsigned long long before_us;

	expected(f, "after SIGUSR2 JOB is not frozen any more, and uses the "
		    "processor");
	if (verdict != VERDICT_PASS)
		return verdict;
	before_us = job_value(&scene, "cpu.stat", "usage_usec");
	signal_foreman(&scene, SIGUSR2);
	if (!wait_until(is_thawed, &scene) || !job_exists(&scene)) {
		observed(f, "it is %s",
			 job_exists(&scene) ? "frozen still" : "gone");
		return fail(f, "stays-frozen");
	}
	for (int i = 0; i < DEADLINE_MS / 10; i++) {
		if (job_value(&scene, "cpu.stat", "usage_usec") > before_us)
			return VERDICT_PASS;
		(void)poll(NULL, 0, 10);
	}
	observed(f, "it is not frozen, and does not run");
	return fail(f, "stays-frozen");
}

/* Whether JOB is removed as well is another check's. */
static enum verdict judge_paused_ends(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	enum verdict verdict = start_paused(g, f, &scene, true);

	expected(f, "after SIGTERM, while JOB is paused, all of it is killed");
	if (verdict != VERDICT_PASS)
		return verdict;
	signal_foreman(&scene, SIGTERM);
	if (wait_until(no_probe_is_left, &scene))
		return VERDICT_PASS;
	observed(f, "%d seconds later COMMAND is there still",
		 DEADLINE_MS / 1000);
	return fail(f, "frozen-for-ever");
}

/* ---- 07.4: the end -------------------------------------------------------------- */

static enum verdict judge_nobody_left(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	int r = start_told(g, f, &scene);

	expected(f,
		 "when COMMAND has ended, what it has left in JOB is killed");
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	tell(&scene);
	if (wait_until(no_probe_is_left, &scene))
		return VERDICT_PASS;
	observed(f, "%d of %d processes live", count_probes(&scene), ORPHANS);
	return fail(f, "left-alive");
}

static enum verdict judge_removed(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	int r = start_told(g, f, &scene);

	expected(f, "when COMMAND has ended, JOB is removed");
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	tell(&scene);
	r = sandbox_wait(scene.box, DEADLINE_MS);
	if (wait_until(job_is_removed, &scene))
		return VERDICT_PASS;
	observed(f, r >= 0 ? "foreman has ended and JOB is there"
			   : "foreman still runs and JOB is there");
	return fail(f, "not-removed");
}

static enum verdict judge_status(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	int r = start_told(g, f, &scene);

	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	expected(f, "foreman ends with COMMAND's status, %d", scene.status);
	tell(&scene);
	r = sandbox_wait(scene.box, DEADLINE_MS);
	if (r < 0)
		observed(f, "it still runs");
	else
		observed(f, "it ends with %d", r);
	return r == scene.status ? VERDICT_PASS : fail(f, "other-status");
}

/*
 * Processes of the program's user in the group JOB, which the first one makes;
 * as a killed foreman has left them.  Many: the last one is still there when
 * all have been killed and nobody has waited.
 */
static _Noreturn void be_left_over(const struct scene *scene,
				   struct gate *moved)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", scene->job);
	if (stat("/sys/fs/cgroup", &st) < 0 ||
	    setresgid(st.st_gid, st.st_gid, st.st_gid) < 0 ||
	    setresuid(st.st_uid, st.st_uid, st.st_uid) < 0 ||
	    mkdir(path, 0755) < 0)
		_exit(1);
	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/cgroup.procs",
		 scene->job);
	if (file_write_at(AT_FDCWD, path, "0") < 0 ||
	    prctl(PR_SET_NAME, "left-over") < 0)
		_exit(1);
	for (int i = 1; i < ORPHANS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			_exit(1);
		if (pid == 0)
			break;
		if (i == ORPHANS - 1 && gate_open(moved) < 0)
			_exit(1);
	}
	/* What PID 1 tells the grader must end with PID 1. */
	(void)close_range(0, ~0U, 0);
	for (;;)
		pause();
}

static int leave_job(void *arg)
{
	struct gate moved;
	pid_t pid;
	int r = gate_init(&moved);

	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0)
		be_left_over(arg, &moved);
	return pid < 0 ? -errno : gate_wait(&moved);
}

static enum verdict judge_afresh(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene;
	const char *const argv[] = { "/bin/exercise", scene.job, "/bin/probe",
				     "hold", NULL };
	int left;
	int r;

	scene_init(&scene, g);
	expected(f, "where there is a JOB, with processes in it, these are "
		    "killed and COMMAND is started in a new JOB");
	r = start_with(f, &scene, argv, leave_job);
	if (r < 0)
		return judge_no_probe(f, r, "left-over");
	left = count_named(&scene, "left-over", NULL);
	if (left == 0 && wait_until(is_in_job, &scene))
		return VERDICT_PASS;
	observed(f, left ? "the old processes live, beside COMMAND"
			 : "COMMAND is not in JOB");
	return fail(f, "left-over");
}

/* ---- the tables --------------------------------------------------------- */

#define NOT_STARTED                                                     \
	{                                                               \
		"not-started", "a step before COMMAND was refused",     \
			"read in the output which; a group that holds " \
			"processes hands on no controllers (EBUSY)",    \
			"Documentation/admin-guide/cgroup-v2.rst, No "  \
			"Internal "                                     \
			"Process Constraint"                            \
	}

static const struct diagnosis of_group[] = {
	NOT_STARTED,
	{ "no-group", "COMMAND was started like any child: in your own group",
	  "make the group JOB and give its descriptor to clone3(2)",
	  "clone(2), CLONE_INTO_CGROUP" },
	{ 0 },
};

static const struct diagnosis of_room[] = {
	NOT_STARTED,
	{ "no-controllers",
	  "the caller's group does not hand on all three controllers, so JOB "
	  "has no files to limit with",
	  "move to a group \"foreman\" first, then write \"+cpu +memory "
	  "+pids\" to cgroup.subtree_control",
	  "Documentation/admin-guide/cgroup-v2.rst, Enabling and Disabling" },
	{ 0 },
};

static const struct diagnosis of_birth[] = {
	{ "moved-in",
	  "COMMAND's process was made elsewhere and moved to JOB, or its "
	  "limits were set after that",
	  "set the budget first; then clone3(2) with CLONE_INTO_CGROUP and "
	  "the descriptor of JOB, and no write to cgroup.procs",
	  "clone(2), CLONE_INTO_CGROUP; cgroup-v2.rst, PID" },
	{ 0 },
};

#define WRONG_MEMORY                                                          \
	{                                                                     \
		"wrong-memory", "memory.max is not what -m says",             \
			"write the number of bytes to memory.max of JOB, in " \
			"one write(2)",                                       \
			"Documentation/admin-guide/cgroup-v2.rst, Memory "    \
			"Interface Files"                                     \
	}

static const struct diagnosis of_memory[] = {
	WRONG_MEMORY,
	{ "swap-left", "what does not fit into memory.max goes to the swap",
	  "write 0 to memory.swap.max",
	  "Documentation/admin-guide/cgroup-v2.rst, Memory Interface Files" },
	{ 0 },
};

static const struct diagnosis of_oom[] = {
	WRONG_MEMORY,
	{ "oom-part",
	  "the kernel chose one process, and the rest of the job goes on "
	  "without it",
	  "write 1 to memory.oom.group",
	  "Documentation/admin-guide/cgroup-v2.rst, Memory Interface Files" },
	{ 0 },
};

static const struct diagnosis of_pids[] = {
	{ "wrong-pids", "pids.max is not what -p says",
	  "write the number to pids.max of JOB",
	  "Documentation/admin-guide/cgroup-v2.rst, PID Interface Files" },
	{ 0 },
};

static const struct diagnosis of_cpu[] = {
	{ "wrong-cpu",
	  "cpu.max is not so many microseconds of each 100000; cpu.weight is "
	  "no limit",
	  "write \"PERCENT*1000 100000\" to cpu.max of JOB",
	  "Documentation/admin-guide/cgroup-v2.rst, CPU Interface Files" },
	{ 0 },
};

#define NOT_FROZEN                                                           \
	{                                                                    \
		"not-frozen", "JOB is not frozen",                           \
			"write 1 to cgroup.freeze of JOB; a signal reaches " \
			"one process, and can be seen",                      \
			"Documentation/admin-guide/cgroup-v2.rst, Core "     \
			"Interface Files"                                    \
	}

static const struct diagnosis of_pause[] = { NOT_FROZEN, { 0 } };

static const struct diagnosis of_on[] = {
	NOT_FROZEN,
	{ "stays-frozen", "the job does not run again",
	  "write 0 to cgroup.freeze of JOB; SIGCONT does nothing to a frozen "
	  "process",
	  "Documentation/admin-guide/cgroup-v2.rst, Core Interface Files" },
	{ 0 },
};

static const struct diagnosis of_paused_end[] = {
	NOT_FROZEN,
	{ "frozen-for-ever",
	  "a signal that is handled or blocked does nothing while the process "
	  "is frozen",
	  "write 1 to cgroup.kill: SIGKILL ends a frozen process, too",
	  "Documentation/admin-guide/cgroup-v2.rst, Core Interface Files" },
	{ 0 },
};

static const struct diagnosis of_left[] = {
	NOT_STARTED,
	{ "left-alive",
	  "only COMMAND was waited for; its children, and those without a "
	  "parent, go on",
	  "write 1 to cgroup.kill when COMMAND has ended",
	  "Documentation/admin-guide/cgroup-v2.rst, Core Interface Files" },
	{ 0 },
};

static const struct diagnosis of_removed[] = {
	NOT_STARTED,
	{ "not-removed",
	  "the group was not removed, or while it still had processes (EBUSY)",
	  "wait for \"populated 0\" in cgroup.events, then rmdir(2)",
	  "Documentation/admin-guide/cgroup-v2.rst, [Un]populated "
	  "Notification" },
	{ 0 },
};

static const struct diagnosis of_status[] = {
	NOT_STARTED,
	{ "other-status", "COMMAND's exit status is lost",
	  "return what child_wait() said, after the job has ended",
	  "waitpid(2)" },
	{ 0 },
};

static const struct diagnosis of_afresh[] = {
	{ "left-over", "JOB was there, with processes of the last run in it",
	  "when mkdir(2) says EEXIST, end the old job as any other, then make "
	  "the group again",
	  "Documentation/admin-guide/cgroup-v2.rst, Core Interface Files" },
	{ 0 },
};

static const struct task tasks[] = {
	{ "07.1",
	  "make a group with controllers and start the command in it",
	  { "Which files has a new group, and where do they come from? Who is "
	    "in the way when you ask for more?",
	    "Read cgroup-v2.rst, Enabling and Disabling, and No Internal "
	    "Process Constraint; clone(2), CLONE_INTO_CGROUP.",
	    "mkdirat() \"foreman\"; \"0\" to foreman/cgroup.procs; \"+cpu "
	    "+memory +pids\" to cgroup.subtree_control. struct clone_args: "
	    "flags CLONE_INTO_CGROUP, exit_signal SIGCHLD, cgroup jobfd." } },
	{ "07.2",
	  "limit memory, processes and processor time",
	  { "If one process of ten is killed, is the job still worth anything? "
	    "And where does memory go that is not allowed to stay?",
	    "Read cgroup-v2.rst: memory.max, memory.swap.max, "
	    "memory.oom.group, pids.max, cpu.max.",
	    "One file_write_at(jobfd, FILE, TEXT) each; memory.oom.group is "
	    "\"1\", memory.swap.max \"0\", cpu.max \"%ld 100000\" with "
	    "PERCENT * 1000." } },
	{ "07.3",
	  "pause the job and let it go on",
	  { "A stopped process can be seen to be stopped, and a signal has an "
	    "address. What has the whole group as its address?",
	    "Read cgroup-v2.rst, cgroup.freeze and cgroup.events.",
	    "\"1\" or \"0\" to cgroup.freeze, then cgroupfs_await(jobfd, "
	    "\"frozen\", pause, ...)." } },
	{ "07.4",
	  "end the whole job and remove its group",
	  { "Who of the job still lives when COMMAND has ended? What does the "
	    "kernel say when you remove a group that is not empty?",
	    "Read cgroup-v2.rst, cgroup.kill, and [Un]populated Notification.",
	    "\"1\" to cgroup.kill; cgroupfs_await(jobfd, \"populated\", 0, "
	    "...); unlinkat(ownfd, job, AT_REMOVEDIR). The same for an old "
	    "group, before mkdirat() once more." } },
	{ 0 },
};

static const struct check checks[] = {
	{ "own-group", "07.1", 6, "the command is in the group JOB", NULL,
	  judge_own_group, of_group },
	{ "room", "07.1", 6, "the caller's group hands on controllers",
	  "own-group", judge_room, of_room },
	{ "born-there", "07.1", 8, "the command is born in JOB, within limits",
	  "own-group", judge_born_there, of_birth },
	{ "memory-max", "07.2", 6, "-m limits memory, without swap",
	  "own-group", judge_memory_max, of_memory },
	{ "oom-whole", "07.2", 8, "a job without memory is killed as a whole",
	  "own-group", judge_oom_whole, of_oom },
	{ "pids-max", "07.2", 6, "-p limits processes", "own-group",
	  judge_pids_max, of_pids },
	{ "cpu-max", "07.2", 8, "-c limits processor time", "own-group",
	  judge_cpu_max, of_cpu },
	{ "paused", "07.3", 9, "SIGUSR1 freezes the job", "own-group",
	  judge_paused, of_pause },
	{ "goes-on", "07.3", 7, "SIGUSR2 lets it go on", "own-group",
	  judge_goes_on, of_on },
	{ "paused-ends", "07.3", 6, "a paused job can be ended", "own-group",
	  judge_paused_ends, of_paused_end },
	{ "nobody-left", "07.4", 9, "the end of the command is that of the job",
	  "own-group", judge_nobody_left, of_left },
	{ "removed", "07.4", 7, "the group is removed", "own-group",
	  judge_removed, of_removed },
	{ "status", "07.4", 5, "the command's exit status comes through",
	  "own-group", judge_status, of_status },
	{ "afresh", "07.4", 9, "what a killed foreman left is ended first",
	  "own-group", judge_afresh, of_afresh },
	{ 0 },
};

const struct grader grader_07_cgroups = {
	.lab = "07-cgroups",
	.tasks = tasks,
	.checks = checks,
	.missing = sandbox_cgroup_missing,
};
