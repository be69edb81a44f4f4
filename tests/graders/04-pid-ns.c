/* SPDX-License-Identifier: MIT */
/*
 * 04-pid-ns.c - grade "steward": a PID 1 that reaps, forwards and reports
 *
 *	sandbox's PID 1				trusted
 *	  `- steward				untrusted
 *	       `- first: PID 1 of its namespace	untrusted
 *	            |- payload			the probe
 *	            `- orphans			processes of the probe
 *
 * The payload blocks every signal ("told").  So what arrives stays pending and
 * can be read from outside.  It ends with a status that the grader draws and
 * sends it as the value of a real-time signal, which steward can neither know
 * before nor see.
 *
 * Nothing here depends on who is faster.  While 500 orphans are killed, PID 1
 * is stopped: when it goes on there is one SIGCHLD for all of them.  And the
 * start of PID 1 waits for a FIFO, so that steward can be killed before it.
 *
 * See: docs/handbook/04-pid-ns.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "grader.h"

enum {
	DEADLINE_MS = 20000, /* for what is sure to happen */
	PATIENCE_MS = 3000,  /* for what may never happen */
	STORM = 500,
	MANY = 1024,
	TELL = 40, /* as in probe.c */
};

/* Where everybody is; PIDs of the host. */
struct scene {
	struct sandbox *box;
	pid_t steward;
	pid_t first;
	pid_t payload;
};

static void scene_release(const struct scene *scene)
{
	(void)sandbox_free(scene->box);
}

#define auto_scene __attribute__((cleanup(scene_release)))

static unsigned random_below(unsigned end)
{
	struct nonce nonce;
	unsigned value;

	nonce_init(&nonce);
	nonce.text[7] = '\0';
	value = (unsigned)strtoul(nonce.text, NULL, 16);
	return value % end;
}

/* ---- waiting ------------------------------------------------------------- */

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Poll until @is says so; 1 it did, 0 it never did. */
static int wait_until(int (*is)(const void *arg), const void *arg,
		      long timeout_ms)
{
	long end_ms = now_ms() + timeout_ms;

	while (!is(arg)) {
		if (now_ms() >= end_ms)
			return 0;
		(void)poll(NULL, 0, 2);
	}
	return 1;
}

/* The letter in /proc/PID/status; 0 if there is no such process. */
static char state_of(pid_t pid)
{
	char text[64];

	return look_status(pid, "State", text, sizeof(text)) < 0 ? 0 : *text;
}

static int is_gone(const void *arg)
{
	return state_of(*(const pid_t *)arg) == 0;
}

static int is_asleep(const void *arg)
{
	return state_of(*(const pid_t *)arg) == 'S';
}

static int is_stopped(const void *arg)
{
	return state_of(*(const pid_t *)arg) == 'T';
}

/* ---- who is who ---------------------------------------------------------- */

static pid_t parent_of(pid_t pid)
{
	char text[32];

	if (look_status(pid, "PPid", text, sizeof(text)) < 0)
		return 0;
	return (pid_t)strtol(text, NULL, 10);
}

static bool has_name(pid_t pid, const char *name)
{
	char text[64];

	return look_status(pid, "Name", text, sizeof(text)) == 0 &&
	       strcmp(text, name) == 0;
}

static int is_empty(const void *arg)
{
	const struct scene *scene = arg;
	pid_t pid;

	return sandbox_pids(scene->box, &pid, 1) == 0;
}

/* The PID that a process has in its own PID namespace, the last of NSpid. */
static long inner_pid(pid_t pid)
{
	char text[128];
	char *last;

	if (look_status(pid, "NSpid", text, sizeof(text)) < 0)
		return 0;
	last = strrchr(text, '\t');
	return strtol(last ? last : text, NULL, 10);
}

/* Fill in PID 1 of the payload's namespace, and the program itself. */
static int find_others(struct scene *scene, struct finding *f)
{
	pid_t pids[MANY];
	int count = sandbox_pids(scene->box, pids, MANY);

	for (int i = 0; i < count && i < MANY; i++) {
		if (!scene->steward &&
		    parent_of(pids[i]) == sandbox_init_pid(scene->box))
			scene->steward = pids[i];
		if (!scene->first && inner_pid(pids[i]) == 1 &&
		    look_same(pids[i], scene->payload, "ns/pid") == 1)
			scene->first = pids[i];
	}
	if (scene->steward && scene->first)
		return 0;
	observed(f, "%s has ended", scene->first ? "steward" : "PID 1");
	return -ESRCH;
}

/* ---- starting ------------------------------------------------------------ */

static int start(struct grading *g, struct finding *f, struct scene *scene,
		 const char *const *argv)
{
	const struct sandbox_spec spec = {
		.argv = argv,
		.limits = { .processes = STORM + 64, .memory_mib = 1024 },
	};

	return exercise_start_probe(g, f, &spec, &scene->box, &scene->payload);
}

static int start_hold(struct grading *g, struct finding *f, struct scene *scene)
{
	static const char *const argv[] = { "/bin/exercise", "/bin/probe",
					    "hold", NULL };
	int r = start(g, f, scene, argv);

	return r < 0 ? r : find_others(scene, f);
}

/* The one of the probe's processes that has made all the orphans. */
static pid_t find_ready(struct grading *g, struct sandbox *box)
{
	pid_t pids[MANY];
	int count = sandbox_pids(box, pids, MANY);

	for (int i = 0; i < count && i < MANY; i++) {
		if (has_name(pids[i], "ready") &&
		    look_runs(pids[i], g->probefd))
			return pids[i];
	}
	return 0;
}

/* What comes before "told N"; errors are those of exercise_start_probe(). */
static int start_told(struct grading *g, struct finding *f, struct scene *scene,
		      const char *const *argv)
{
	long end_ms;
	int r = start(g, f, scene, argv);

	if (r < 0)
		return r;
	end_ms = now_ms() + DEADLINE_MS;
	while (!(scene->payload = find_ready(g, scene->box))) {
		if (is_empty(scene) || now_ms() >= end_ms) {
			observed(f, "COMMAND was killed, or cannot fork");
			return -ESRCH;
		}
		(void)poll(NULL, 0, 2);
	}
	return find_others(scene, f);
}

static const char *const told_0[] = { "/bin/exercise", "/bin/probe", "told",
				      "0", NULL };
static const char *const told_1[] = { "/bin/exercise", "/bin/probe", "told",
				      "1", NULL };
static const char *const told_500[] = { "/bin/exercise", "/bin/probe", "told",
					"500", NULL };

/* Make a process of "told" end.  It may have been killed before. */
static void tell(pid_t pid, int status)
{
	(void)sigqueue(pid, TELL, (union sigval){ .sival_int = status });
}

/* How the program ended, for a sentence; false if it has not. */
static bool observe_end(struct finding *f, int status)
{
	if (status < 0)
		observed(f, "%d seconds later steward still runs",
			 PATIENCE_MS / 1000);
	else
		observed(f, "it ended with %d", status);
	return status >= 0;
}

/* ---- 04.1: PIDs of its own ------------------------------------------------ */

static enum verdict judge_own_pids(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	static const char *const argv[] = { "/bin/exercise", "/bin/probe",
					    "hold", NULL };
	char text[128] = "?";
	int r;

	expected(f, "COMMAND is in a PID namespace that is not the host's");
	r = start(g, f, &scene, argv);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	(void)look_status(scene.payload, "NSpid", text, sizeof(text));
	r = look_same(scene.payload, sandbox_init_pid(scene.box), "ns/pid");
	if (r < 0)
		return cannot_judge(f, r, "compare the PID namespaces");
	observed(f, "it is in %s, and has the PIDs %s",
		 r ? "the host's" : "another", text);
	return r ? fail(f, "shared-pids") : VERDICT_PASS;
}

static enum verdict judge_not_first(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	int r;

	expected(f, "COMMAND is not PID 1 of it, but has one beside it");
	r = start_hold(g, f, &scene);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	observed(f, "it is PID %ld", inner_pid(scene.payload));
	return scene.first == scene.payload ? fail(f, "exec-as-first")
					    : VERDICT_PASS;
}

static enum verdict judge_own_proc(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	struct file_id shown = { 0 };
	struct file_id own = { 0 };
	int r;

	expected(f, "/proc/1 is PID 1 of the namespace");
	r = start_hold(g, f, &scene);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = look_id(scene.payload, "ns/pid", &own);
	if (r == 0)
		r = look_id(scene.payload, "root/proc/1/ns/pid", &shown);
	if (r < 0)
		return cannot_judge(f, r, "look at its /proc");
	observed(f, "it is a process %s the namespace",
		 file_id_equal(own, shown) ? "of" : "outside");
	return file_id_equal(own, shown) ? VERDICT_PASS : fail(f, "old-proc");
}

/* ---- 04.2: reaping and reporting ----------------------------------------- */

static enum verdict judge_exit_status(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	int want = 2 + (int)random_below(120);
	int r;

	expected(f, "COMMAND ends with %d, so steward does too", want);
	r = start_told(g, f, &scene, told_0);
	if (r < 0)
		return judge_no_probe(f, r, "status-lost");
	tell(scene.payload, want);
	r = sandbox_wait(scene.box, PATIENCE_MS);
	(void)observe_end(f, r);
	return r == want ? VERDICT_PASS : fail(f, "status-lost");
}

static enum verdict judge_killed(struct grading *g, struct finding *f)
{
	static const int signals[] = { SIGKILL, SIGSEGV, SIGALRM, SIGPIPE };
	auto_scene struct scene scene = { 0 };
	int sig = signals[random_below(4)];
	int r;

	expected(f, "signal %d kills COMMAND, so steward ends with 128 + %d",
		 sig, sig);
	r = start_hold(g, f, &scene);
	if (r < 0)
		return judge_no_probe(f, r, "signal-lost");
	if (kill(scene.payload, sig) < 0)
		return cannot_judge(f, -errno, "kill the probe");
	r = sandbox_wait(scene.box, PATIENCE_MS);
	(void)observe_end(f, r);
	return r == 128 + sig ? VERDICT_PASS : fail(f, "signal-lost");
}

/* The orphan of "told 1"; it is PID 1's child as soon as "ready" is there. */
static pid_t find_orphan(const struct scene *scene)
{
	pid_t pids[MANY];
	int count = sandbox_pids(scene->box, pids, MANY);

	for (int i = 0; i < count && i < MANY; i++) {
		if (has_name(pids[i], "orphan"))
			return pids[i];
	}
	return 0;
}

static enum verdict judge_right_child(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	int want = 2 + (int)random_below(60);
	int other = want + 60;
	pid_t orphan;
	int r;

	expected(f,
		 "an orphan ends with %d and then COMMAND with %d, so "
		 "steward ends with %d",
		 other, want, want);
	r = start_told(g, f, &scene, told_1);
	if (r < 0)
		return judge_no_probe(f, r, "wrong-child");
	orphan = find_orphan(&scene);
	if (!orphan)
		return cannot_judge(f, 0, "find the orphan");
	tell(orphan, other);
	(void)wait_until(is_gone, &orphan, PATIENCE_MS);
	tell(scene.payload, want);
	r = sandbox_wait(scene.box, PATIENCE_MS);
	(void)observe_end(f, r);
	return r == want ? VERDICT_PASS : fail(f, "wrong-child");
}

static enum verdict judge_leftover(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	int want = 2 + (int)random_below(120);
	int r;

	expected(f,
		 "COMMAND ends with %d while an orphan still runs: the "
		 "orphan is killed, and steward ends with %d",
		 want, want);
	r = start_told(g, f, &scene, told_1);
	if (r < 0)
		return judge_no_probe(f, r, "waits-for-all");
	tell(scene.payload, want);
	r = sandbox_wait(scene.box, PATIENCE_MS);
	if (!observe_end(f, r))
		return fail(f, "waits-for-all");
	if (!wait_until(is_empty, &scene, PATIENCE_MS)) {
		observed(f, "it ended with %d, and the orphan still runs", r);
		return fail(f, "waits-for-all");
	}
	return r == want ? VERDICT_PASS : fail(f, "status-lost");
}

/* The orphans in a state such as 'Z', or all of them if @state is 0. */
static int count_orphans(const struct scene *scene, char state)
{
	pid_t pids[MANY];
	int count = sandbox_pids(scene->box, pids, MANY);
	int found = 0;

	for (int i = 0; i < count && i < MANY; i++) {
		if (pids[i] != scene->payload && has_name(pids[i], "orphan") &&
		    (!state || state_of(pids[i]) == state))
			found++;
	}
	return found;
}

static int no_orphan_runs(const void *arg)
{
	int all = count_orphans(arg, 0);

	return count_orphans(arg, 'Z') == all;
}

/* Kill them all while PID 1 is stopped, and let it go on. */
static int storm(const struct scene *scene)
{
	pid_t pids[MANY];
	int count = sandbox_pids(scene->box, pids, MANY);

	if (kill(scene->first, SIGSTOP) < 0)
		return -errno;
	if (!wait_until(is_stopped, &scene->first, DEADLINE_MS))
		return -ETIME;
	for (int i = 0; i < count && i < MANY; i++) {
		if (has_name(pids[i], "orphan"))
			(void)kill(pids[i], SIGKILL);
	}
	if (!wait_until(no_orphan_runs, scene, DEADLINE_MS))
		return -ETIME;
	return sysret(kill(scene->first, SIGCONT));
}

/* The number of zombies when it has stopped falling. */
static int zombies_left(const struct scene *scene)
{
	int left = count_orphans(scene, 'Z');
	long changed_ms = now_ms();

	while (left > 0 && now_ms() - changed_ms < PATIENCE_MS) {
		int now = count_orphans(scene, 'Z');

		if (now < left)
			changed_ms = now_ms();
		left = now;
		(void)poll(NULL, 0, 5);
	}
	return left;
}

static enum verdict judge_storm(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	int made;
	int left;
	int r;

	expected(f, "%d orphans end at once, and no zombie is left", STORM);
	r = start_told(g, f, &scene, told_500);
	if (r < 0)
		return judge_no_probe(f, r, "no-reaping");
	made = count_orphans(&scene, 0);
	if (made < STORM)
		return cannot_judge(f, 0, "make %d orphans, there are %d",
				    STORM, made);
	r = storm(&scene);
	if (r < 0)
		return cannot_judge(f, r, "kill the orphans");
	left = zombies_left(&scene);
	observed(f, "%d zombies are left", left);
	if (left == 0)
		return VERDICT_PASS;
	return fail(f, left == STORM ? "no-reaping" : "one-per-signal");
}

/* ---- 04.3: signals -------------------------------------------------------- */

static const struct {
	int sig;
	const char *name;
} signals[] = {
	{ SIGHUP, "HUP" },   { SIGINT, "INT" },	  { SIGQUIT, "QUIT" },
	{ SIGTERM, "TERM" }, { SIGUSR1, "USR1" }, { SIGUSR2, "USR2" },
};

enum { TERM = 3, SIGNALS = sizeof(signals) / sizeof(signals[0]) };

/* Both have set up what they set up, and wait. */
static int wait_settled(const struct scene *scene)
{
	return wait_until(is_asleep, &scene->steward, DEADLINE_MS) &&
			       wait_until(is_asleep, &scene->first, DEADLINE_MS)
		       ? 0
		       : -ETIME;
}

/* The signals that wait for the payload: one bit each, bit 0 for signal 1. */
static unsigned long long pending(pid_t pid)
{
	char text[32] = "0";

	(void)look_status(pid, "ShdPnd", text, sizeof(text));
	return strtoull(text, NULL, 16);
}

static bool has_signal(pid_t pid, size_t i)
{
	return pending(pid) & 1ULL << (signals[i].sig - 1);
}

static enum verdict judge_terminated(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	int r;

	expected(f, "SIGTERM sent to steward ends COMMAND, then steward "
		    "with 128 + 15");
	r = start_hold(g, f, &scene);
	if (r < 0)
		return judge_no_probe(f, r, "not-passed");
	r = wait_settled(&scene);
	if (r == 0)
		r = sysret(kill(scene.steward, SIGTERM));
	if (r < 0)
		return cannot_judge(f, r, "send SIGTERM to steward");
	r = sandbox_wait(scene.box, PATIENCE_MS);
	if (!observe_end(f, r)) {
		if (!has_signal(scene.payload, TERM))
			return fail(f, "not-passed");
		observed(f, "COMMAND blocks it, so it is still pending");
		return fail(f, "mask-kept");
	}
	if (!is_empty(&scene)) {
		observed(f, "steward ended with %d and COMMAND still runs", r);
		return fail(f, "not-passed");
	}
	return r == 128 + SIGTERM ? VERDICT_PASS : fail(f, "not-passed");
}

static int has_all_signals(const void *arg)
{
	for (size_t i = 0; i < SIGNALS; i++) {
		if (!has_signal(*(const pid_t *)arg, i))
			return 0;
	}
	return 1;
}

static enum verdict judge_passed_on(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	char missing[64] = "";
	int r;

	expected(f, "HUP, INT, QUIT, TERM, USR1 and USR2 sent to steward all "
		    "arrive at COMMAND");
	r = start_told(g, f, &scene, told_0);
	if (r < 0)
		return judge_no_probe(f, r, "some-lost");
	r = wait_settled(&scene);
	if (r < 0)
		return cannot_judge(f, r, "see steward wait");
	for (size_t i = 0; i < SIGNALS; i++)
		(void)kill(scene.steward, signals[i].sig);
	if (wait_until(has_all_signals, &scene.payload, PATIENCE_MS)) {
		observed(f, "they do");
		return VERDICT_PASS;
	}
	for (size_t i = 0; i < SIGNALS; i++) {
		size_t used = strlen(missing);

		if (!has_signal(scene.payload, i))
			snprintf(missing + used, sizeof(missing) - used, " %s",
				 signals[i].name);
	}
	observed(f, "these do not:%s", missing);
	return fail(f, "some-lost");
}

static enum verdict judge_clean_mask(struct grading *g, struct finding *f)
{
	auto_scene struct scene scene = { 0 };
	char before[32];
	char now[32];
	int r;

	expected(f, "COMMAND blocks the signals that steward was started "
		    "with, none");
	r = start_hold(g, f, &scene);
	if (r < 0)
		return judge_no_probe(f, r, "mask-kept");
	r = look_status(sandbox_init_pid(scene.box), "SigBlk", before,
			sizeof(before));
	if (r == 0)
		r = look_status(scene.payload, "SigBlk", now, sizeof(now));
	if (r < 0)
		return cannot_judge(f, r, "read the signal masks");
	observed(f, "its SigBlk is %s", now);
	return strcmp(before, now) == 0 ? VERDICT_PASS : fail(f, "mask-kept");
}

/* ---- 04.4: ending with the parent ----------------------------------------- */

static enum verdict judge_tied(struct grading *g, struct finding *f)
{
	static const char *const argv[] = {
		"/bin/exercise", "--tie", "/bin/probe", "told", "0", NULL
	};
	auto_scene struct scene scene = { 0 };
	int r;

	expected(f, "with --tie: SIGKILL for steward, and no process is left "
		    "in the namespace");
	r = start_told(g, f, &scene, argv);
	if (r < 0)
		return judge_no_probe(f, r, "tie-kills");
	r = wait_settled(&scene);
	if (r == 0)
		r = sysret(kill(scene.steward, SIGKILL));
	if (r < 0)
		return cannot_judge(f, r, "kill steward");
	if (wait_until(is_empty, &scene, PATIENCE_MS)) {
		observed(f, "none is left");
		return VERDICT_PASS;
	}
	for (size_t i = 0; i < SIGNALS; i++) {
		if (!has_signal(scene.payload, i))
			continue;
		observed(f, "PID 1 got SIG%s and passed it on",
			 signals[i].name);
		return fail(f, "weak-signal");
	}
	observed(f, "COMMAND still runs");
	return fail(f, "not-tied");
}

static int make_fifo(void *arg)
{
	(void)arg;
	if (mkfifo("/work/go", 0) < 0)
		return -errno;
	return sysret(chmod("/work/go", 0666));
}

/* Opens for writing as soon as somebody has it open for reading. */
static int open_fifo(const struct scene *scene)
{
	long end_ms = now_ms() + DEADLINE_MS;

	for (;;) {
		int fd = sandbox_open(scene->box, "/work/go",
				      O_WRONLY | O_NONBLOCK);

		if (fd != -ENXIO)
			return fd;
		if (is_empty(scene) || now_ms() >= end_ms)
			return -ESRCH;
		(void)poll(NULL, 0, 2);
	}
}

static enum verdict judge_race(struct grading *g, struct finding *f)
{
	static const char *const argv[] = {
		"/bin/exercise", "--tie", "--after", "/work/go",
		"/bin/probe",	 "hold",  NULL
	};
	const struct sandbox_spec spec = { .argv = argv, .prepare = make_fifo };
	auto_scene struct scene scene = { 0 };
	auto_close int fifofd = -1;
	int r;

	expected(f, "steward is killed before PID 1 has called prctl(2), and "
		    "COMMAND is never run");
	r = exercise_start(g, &spec, &scene.box);
	if (r < 0)
		return cannot_judge(f, r, "start the program in its sandbox");
	fifofd = open_fifo(&scene);
	if (fifofd == -ESRCH) {
		observed(f, "PID 1 does not wait for FILE");
		return fail(f, "race");
	}
	if (fifofd < 0)
		return cannot_judge(f, fifofd, "open the FIFO");

	/* PID 1 is in read(2), or about to be; nothing is after it yet. */
	if (sandbox_pids(scene.box, &scene.steward, 1) < 1 ||
	    kill(scene.steward, SIGKILL) < 0 ||
	    sandbox_wait(scene.box, DEADLINE_MS) < 0)
		return cannot_judge(f, 0, "kill steward");
	(void)close(steal_fd(&fifofd));

	r = sandbox_wait_exe(scene.box, g->probefd, DEADLINE_MS);
	if (r == -ESRCH && wait_until(is_empty, &scene, PATIENCE_MS)) {
		observed(f, "PID 1 ended");
		return VERDICT_PASS;
	}
	observed(f, r > 0 ? "COMMAND was run, and nobody waits for it"
			  : "PID 1 still runs");
	return fail(f, "race");
}

/* ---- the tables --------------------------------------------------------- */

static const struct diagnosis of_pids[] = {
	{ "not-started",
	  "a call that makes the namespace or mounts /proc fails, so COMMAND "
	  "is not executed",
	  "read which one in the output; /proc can be mounted by a child of "
	  "the "
	  "process that called unshare(2), and not by that process",
	  "pid_namespaces(7), /proc and PID namespaces" },
	{ "shared-pids", "COMMAND is in the PID namespace of everybody else",
	  "call unshare(2) with CLONE_NEWPID before the fork(2) that makes "
	  "PID 1",
	  "unshare(2), CLONE_NEWPID" },
	{ "exec-as-first",
	  "PID 1 executed COMMAND, so COMMAND has no default signal actions "
	  "and is to reap what it knows nothing of",
	  "let PID 1 fork(2) once more, and execute COMMAND in its child",
	  "pid_namespaces(7), The namespace init process" },
	{ "old-proc", "/proc is still the mount of the namespace outside",
	  "mount proc on /proc, in PID 1", "pid_namespaces(7), /proc" },
	{ 0 },
};

static const struct diagnosis of_reap[] = {
	{ "status-lost", "the exit status of COMMAND is not passed up",
	  "return WEXITSTATUS(status) of the child, from both processes",
	  "wait(2), WEXITSTATUS" },
	{ "signal-lost",
	  "WEXITSTATUS(status) was used without asking how COMMAND ended",
	  "ask WIFSIGNALED(status) first, and return 128 + WTERMSIG(status)",
	  "wait(2), WIFSIGNALED" },
	{ "wrong-child",
	  "the status of an orphan was taken for that of COMMAND",
	  "compare what waitpid(2) returns with the child",
	  "wait(2), RETURN VALUE" },
	{ "no-reaping",
	  "PID 1 waits for COMMAND alone; orphans are its children too",
	  "call waitpid(2) with -1", "pid_namespaces(7), orphaned" },
	{ "one-per-signal",
	  "one child is reaped for each SIGCHLD; signals that come while one "
	  "is pending are not counted",
	  "call waitpid(2) with WNOHANG until it returns no more PID",
	  "signal(7), Queueing and delivery semantics for standard signals" },
	{ "waits-for-all",
	  "PID 1 waits until nobody is left, also for orphans that never end",
	  "pass WNOHANG, and end as soon as COMMAND has: the kernel kills "
	  "the others",
	  "waitpid(2), WNOHANG; pid_namespaces(7), SIGKILL" },
	{ 0 },
};

static const struct diagnosis of_signals[] = {
	{ "not-passed",
	  "the signal ends steward or is lost; COMMAND does not get it",
	  "add SIGTERM to the set in choose_signals(), and send it to the "
	  "child in pass_on()",
	  "sigwaitinfo(2), kill(2)" },
	{ "some-lost", "not every signal of passed_on is in the set",
	  "add each of them in choose_signals(), and pass on the number that "
	  "came",
	  "sigsetops(3)" },
	{ "mask-kept",
	  "COMMAND inherits PID 1's signal mask, and with it cannot be ended "
	  "by Ctrl-C or SIGTERM",
	  "call sigprocmask(2) with SIG_SETMASK and the old mask before "
	  "execve(2)",
	  "execve(2), Effect on process attributes; sigprocmask(2)" },
	{ 0 },
};

static const struct diagnosis of_tie[] = {
	{ "tie-kills",
	  "PID 1 believes that its parent is dead; getppid(2) is 0 for every "
	  "PID 1",
	  "look at the pipe and not at getppid(2)",
	  "pid_namespaces(7), getppid(2)" },
	{ "not-tied",
	  "PID 1 lives on: PR_SET_PDEATHSIG was not set in PID 1 itself; a "
	  "child of fork(2) does not inherit it",
	  "call prctl(PR_SET_PDEATHSIG, SIGKILL) in PID 1",
	  "prctl(2), PR_SET_PDEATHSIG" },
	{ "weak-signal",
	  "the signal was not SIGKILL, so PID 1 did not die of it",
	  "call prctl(2) with SIGKILL", "pid_namespaces(7), SIGKILL" },
	{ "race",
	  "steward was dead before prctl(2); then the signal never comes, "
	  "and nobody looked",
	  "close ends[1], call prctl(2), then poll(2) ends[0] for POLLHUP, in "
	  "this order",
	  "prctl(2), PR_SET_PDEATHSIG; poll(2), POLLHUP; pipe(7)" },
	{ 0 },
};

static const struct task tasks[] = {
	{ "04.1",
	  "a PID namespace, and the /proc that belongs to it",
	  { "Who is moved by unshare(CLONE_NEWPID)? Not the caller.",
	    "Read pid_namespaces(7), from the beginning to \"/proc and PID "
	    "namespaces\".",
	    "unshare(CLONE_NEWPID | CLONE_NEWNS), / private; in the child "
	    "mount(\"proc\", \"/proc\", \"proc\", ...)." } },
	{ "04.2",
	  "reap every child, report one",
	  { "How many children may have ended when one SIGCHLD comes?",
	    "Read wait(2) on WNOHANG and on a pid of -1.",
	    "while ((pid = waitpid(-1, &status, WNOHANG)) > 0); keep the "
	    "status if pid == child." } },
	{ "04.3",
	  "pass signals on",
	  { "What does a process inherit over fork(2) and execve(2)?",
	    "Read sigwaitinfo(2), sigsetops(3), and in signal(7) "
	    "\"Execution of signal handlers\" on the mask.",
	    "sigaddset() each of passed_on; kill(child, sig); "
	    "sigprocmask(SIG_SETMASK, before, NULL) before execvp()." } },
	{ "04.4",
	  "end when the parent does",
	  { "What if the parent is dead before you ask to be told?",
	    "Read prctl(2), PR_SET_PDEATHSIG, and in pipe(7) when a reader "
	    "sees the end.",
	    "close(ends[1]); prctl(PR_SET_PDEATHSIG, SIGKILL); poll() "
	    "ends[0], and end on POLLHUP." } },
	{ 0 },
};

static const struct check checks[] = {
	{ "own-pids", "04.1", 8, "the command has a PID namespace of its own",
	  NULL, judge_own_pids, of_pids },
	{ "not-first", "04.1", 8, "a PID 1 runs beside the command", "own-pids",
	  judge_not_first, of_pids },
	{ "own-proc", "04.1", 8, "/proc shows that namespace", "own-pids",
	  judge_own_proc, of_pids },
	{ "exit-status", "04.2", 5, "the command's exit status comes through",
	  "not-first", judge_exit_status, of_reap },
	{ "killed", "04.2", 5,
	  "the signal that killed the command comes through", "not-first",
	  judge_killed, of_reap },
	{ "right-child", "04.2", 5, "an orphan's status does not come through",
	  "not-first", judge_right_child, of_reap },
	{ "storm", "04.2", 8, "500 orphans leave no zombie", "not-first",
	  judge_storm, of_reap },
	{ "leftover", "04.2", 5, "the command's end is the end of all",
	  "not-first", judge_leftover, of_reap },
	{ "terminated", "04.3", 8, "SIGTERM ends the command", "killed",
	  judge_terminated, of_signals },
	{ "passed-on", "04.3", 8, "six signals arrive at the command",
	  "not-first", judge_passed_on, of_signals },
	{ "clean-mask", "04.3", 8, "the command has its signal mask back",
	  "not-first", judge_clean_mask, of_signals },
	{ "tied", "04.4", 12, "the death of steward is the end of all",
	  "own-pids", judge_tied, of_tie },
	{ "race", "04.4", 12, "also before PID 1 could ask for that", "tied",
	  judge_race, of_tie },
	{ 0 },
};

const struct grader grader_04_pid_ns = {
	.lab = "04-pid-ns",
	.tasks = tasks,
	.checks = checks,
};
