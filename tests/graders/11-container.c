/* SPDX-License-Identifier: MIT */
/*
 * 11-container.c - grade "room": a life of a container, command by command
 *
 *	PID 1                        the sandbox; to the program this is the host
 *	|- desk                      the probe: runs "room create", "room start"...
 *	|  `- room                   one at a time, when the grader says so
 *	`- first                     the room's first process; later the probe
 *
 * A runtime is many short programs and no process that stays, so the program
 * cannot be the one that the sandbox starts.  That is the desk, a copy of the
 * probe, which is told by a signal which of its commands to run next.  What it
 * says of their exit status is the program's own word; it decides only together
 * with what the kernel shows.
 *
 * What the program finds, made by root of the sandbox:
 *
 *	/work/root        ROOT: bin/probe, and the folders proc and mnt
 *	/work/rooms       $ROOMS, not there yet
 *
 * See: docs/handbook/11-container.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "grader.h"
#include "inject.h"
#include "scene.h"

enum {
	TELL = 40, /* of the probe's desk */
	START_MS = 5000,
	COMMAND_MS = 5000,
	HUNG_MS = 1500,	  /* once one has hung */
	SETTLE_MS = 2000, /* what happens "at once" */
	LURK_MS = 250,	  /* a program that starts too early is seen */
	MOST_PIDS = 64,
	MOST_FDS = 64,
};

/* The commands that the desk knows; the order is that of its words. */
enum command { CREATE, START, KILL, DELETE, NOWHERE, NOTHING, START_IT };

static const char root_path[] = "/work/root";

/* What one check asks for. */
struct scene {
	const char *desk;    /* how it is to be: "desk" or "hoard" */
	const char *program; /* arguments of the probe in the room */
	char id[16];
	char second[16];
	char number[8]; /* of the signal */
};

/* The desk, and what it has made so far. */
struct hotel {
	struct sandbox *box;
	struct sandbox_ids ids;
	pid_t desk;
	pid_t first;
	unsigned turn;
	bool *hung;
};

static void leave(struct hotel *hotel)
{
	(void)sandbox_free(hotel->box);
}

static void release_info(struct mountinfo *info)
{
	mountinfo_release(info);
}

#define auto_hotel  __attribute__((cleanup(leave)))
#define auto_mounts __attribute__((cleanup(release_info)))

static unsigned random_number(void)
{
	struct nonce nonce;

	nonce_init(&nonce);
	nonce.text[7] = '\0';
	return (unsigned)strtoul(nonce.text, NULL, 16);
}

static void scene_init(struct scene *scene)
{
	unsigned number = random_number() & 0xffffff;

	*scene = (struct scene){
		.desk = "desk",
		.program = "hold",
		.number = "9",
	};
	snprintf(scene->id, sizeof(scene->id), "r%u", number);
	snprintf(scene->second, sizeof(scene->second), "s%u", number);
}

/* ---- what is there before the program starts ----------------------------- */

static int prepare(void *arg)
{
	auto_close int fd = -1;

	(void)arg;
	if (mkdir("/work/root", 0755) < 0 ||
	    mkdir("/work/root/bin", 0755) < 0 ||
	    mkdir("/work/root/proc", 0755) < 0 ||
	    mkdir("/work/root/mnt", 0755) < 0)
		return -errno;
	fd = scene_copy("/bin/probe", "/work/root/bin/probe");
	return fd < 0 ? fd : 0;
}

/* Words of a command line, and where they are. */
struct words {
	const char *v[64];
	char text[512];
	size_t count;
	size_t used;
};

/* Cuts at the blanks. */
static void words_add(struct words *words, const char *line)
{
	const size_t size = sizeof(words->text) - words->used;
	char *text = words->text + words->used;
	char *rest = NULL;

	words->used += (size_t)snprintf(text, size, "%s", line) + 1;
	for (char *word = strtok_r(text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		words->v[words->count++] = word;
}

/* In the order of enum command. */
static void add_commands(struct words *words, const struct scene *scene)
{
	char line[128];

	words_add(words, "/bin/desk");
	words_add(words, scene->desk);
	snprintf(line, sizeof(line), "/bin/exercise create %s %s /bin/probe %s",
		 scene->id, root_path, scene->program);
	words_add(words, line);
	snprintf(line, sizeof(line), ": /bin/exercise start %s", scene->id);
	words_add(words, line);
	snprintf(line, sizeof(line), ": /bin/exercise kill %s %s", scene->id,
		 scene->number);
	words_add(words, line);
	snprintf(line, sizeof(line), ": /bin/exercise delete %s", scene->id);
	words_add(words, line);
	snprintf(line, sizeof(line),
		 ": /bin/exercise create %s /work/nowhere /bin/probe hold",
		 scene->second);
	words_add(words, line);
	snprintf(line, sizeof(line),
		 ": /bin/exercise create %s %s /bin/nothing", scene->second,
		 root_path);
	words_add(words, line);
	snprintf(line, sizeof(line), ": /bin/exercise start %s", scene->second);
	words_add(words, line);
}

static int open_desk(struct grading *g, const struct scene *scene,
		     struct hotel *hotel)
{
	static const char *const env[] = { "PATH=/bin", "ROOMS=/work/rooms",
					   NULL };
	auto_close int deskfd = probe_copy(g, "desk");
	auto_close int strangerfd = probe_copy(g, "stranger");
	const struct sandbox_file files[] = {
		{ deskfd, "/bin/desk", 0755 },
		{ strangerfd, "/bin/stranger", 0755 },
		{ 0 },
	};
	struct words words = { 0 };
	const struct sandbox_spec spec = {
		.argv = words.v,
		.envp = env,
		.prepare = prepare,
		.files = files,
	};
	int r;

	if (deskfd < 0 || strangerfd < 0)
		return -EIO;
	add_commands(&words, scene);
	hotel->hung = &g->hung;
	r = exercise_start(g, &spec, &hotel->box);
	if (r < 0)
		return r;
	r = hotel->desk = sandbox_wait_exe(hotel->box, deskfd, START_MS);
	return r < 0 ? r : sandbox_ids(hotel->box, &hotel->ids);
}

/* ---- waiting ------------------------------------------------------------- */

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Poll until @is says so; false if it never did. */
static bool wait_until(bool (*is)(const void *arg), const void *arg,
		       long timeout_ms)
{
	long end_ms = now_ms() + timeout_ms;

	while (!is(arg)) {
		if (now_ms() >= end_ms)
			return false;
		(void)poll(NULL, 0, 2);
	}
	return true;
}

/* The letter in /proc/PID/status; 0 if there is no such process. */
static char state_of(pid_t pid)
{
	char text[64];

	return look_status(pid, "State", text, sizeof(text)) < 0 ? 0 : *text;
}

static bool lives(pid_t pid)
{
	char state = state_of(pid);

	return state && state != 'Z' && state != 'X';
}

static bool has_ended(const void *arg)
{
	return !lives(*(const pid_t *)arg);
}

static bool is_gone(const void *arg)
{
	return state_of(*(const pid_t *)arg) == 0;
}

/* The name of the desk, once it has run a command. */
struct turn {
	pid_t desk;
	char wanted[8]; /* such as "3=" */
	char name[64];
};

static bool turn_over(const void *arg)
{
	struct turn *turn = (struct turn *)(uintptr_t)arg;

	return look_status(turn->desk, "Name", turn->name, sizeof(turn->name)) <
		       0 ||
	       strncmp(turn->name, turn->wanted, strlen(turn->wanted)) == 0;
}

static bool desk_ready(const void *arg)
{
	const struct hotel *hotel = arg;
	char name[64];

	return look_status(hotel->desk, "Name", name, sizeof(name)) == 0 &&
	       strcmp(name, "ready") == 0;
}

/*
 * Run a command.  Return: its exit status, as it says; -ETIME it still runs.
 */
static int run(struct hotel *hotel, enum command command)
{
	struct turn turn = { .desk = hotel->desk };

	if (hotel->turn == 0 && !wait_until(desk_ready, hotel, START_MS))
		return -EPROTO;
	snprintf(turn.wanted, sizeof(turn.wanted), "%u=", ++hotel->turn);
	if (sigqueue(hotel->desk, TELL,
		     (union sigval){ .sival_int = (int)command }) < 0)
		return -errno;
	if (!wait_until(turn_over, &turn,
			*hotel->hung ? HUNG_MS : COMMAND_MS)) {
		*hotel->hung = true;
		return -ETIME;
	}
	if (strncmp(turn.name, turn.wanted, strlen(turn.wanted)) != 0)
		return -ESRCH;
	return atoi(turn.name + strlen(turn.wanted));
}

/* What has become of a command, in words; the card shows its output. */
static void observe_command(struct finding *f, struct hotel *hotel,
			    const char *command, int status)
{
	if (status == -ETIME)
		observed(f, "%s does not end", command);
	else if (status < 0)
		observed(f, "%s could not be run: the desk is gone", command);
	else
		observed(f, "%s ended with %d", command, status);
	exercise_keep_output(f, hotel->box);
}

/* Processes that live, without the desk; the first of them. */
static int others(const struct hotel *hotel, pid_t *ret_first)
{
	pid_t pids[MOST_PIDS];
	int n = sandbox_pids(hotel->box, pids, MOST_PIDS);
	int count = 0;

	for (int i = 0; i < n && i < MOST_PIDS; i++) {
		if (pids[i] == hotel->desk || !lives(pids[i]))
			continue;
		if (count++ == 0 && ret_first)
			*ret_first = pids[i];
	}
	return count;
}

/* Looked for until it is there: the program runs in the room. */
struct search {
	const struct hotel *hotel;
	int probefd;
	pid_t found;
};

static bool is_inhabited(const void *arg)
{
	struct search *search = (struct search *)(uintptr_t)arg;
	pid_t pids[MOST_PIDS];
	int n = sandbox_pids(search->hotel->box, pids, MOST_PIDS);

	for (int i = 0; i < n && i < MOST_PIDS; i++) {
		if (look_runs(pids[i], search->probefd)) {
			search->found = pids[i];
			return true;
		}
	}
	return false;
}

/* The probe, in the room; 0 if it does not come in time. */
static pid_t find_probe(struct grading *g, const struct hotel *hotel,
			long timeout_ms)
{
	struct search search = { .hotel = hotel, .probefd = g->probefd };

	return wait_until(is_inhabited, &search, timeout_ms) ? search.found : 0;
}

static bool folder_there(const struct hotel *hotel, const char *id)
{
	char path[64];
	auto_close int fd = -1;

	snprintf(path, sizeof(path), "/work/rooms/%s", id);
	fd = sandbox_open(hotel->box, path, O_PATH);
	return fd >= 0;
}

/* ---- beginnings ------------------------------------------------------------- */

/* VERDICT_PASS when create has ended well. */
static enum verdict create_room(struct grading *g, struct finding *f,
				const struct scene *scene, struct hotel *hotel)
{
	int r = open_desk(g, scene, hotel);

	if (r < 0)
		return cannot_judge(f, r, "open the desk");
	r = run(hotel, CREATE);
	if (r == 0)
		return VERDICT_PASS;
	observe_command(f, hotel, "create", r);
	return fail(f, "not-made");
}

/* A process of the host's would show much that a room does, for nothing. */
static enum verdict in_room(struct finding *f, const struct hotel *hotel)
{
	int r = look_same(hotel->first, hotel->desk, "ns/pid");

	if (r == 0)
		return VERDICT_PASS;
	if (r < 0)
		return cannot_judge(f, r, "look at its PID namespace");
	observed(f, "there is a process, and it is in no room: its PID "
		    "namespace is the host's");
	return fail(f, "not-made");
}

/* VERDICT_PASS when the program runs in the room, started or not. */
static enum verdict inhabit(struct grading *g, struct finding *f,
			    const struct scene *scene, struct hotel *hotel)
{
	enum verdict verdict = create_room(g, f, scene, hotel);
	int r;

	if (verdict != VERDICT_PASS)
		return verdict;
	r = run(hotel, START);
	hotel->first = find_probe(g, hotel, SETTLE_MS);
	if (hotel->first)
		return in_room(f, hotel);
	observe_command(f, hotel, "start", r);
	return fail(f, "not-made");
}

/* As inhabit(), for a scene as it is mostly. */
static enum verdict inhabit_one(struct grading *g, struct finding *f,
				struct hotel *hotel)
{
	struct scene scene;

	scene_init(&scene);
	return inhabit(g, f, &scene, hotel);
}

/* ---- 11.1: the room -------------------------------------------------------- */

static enum verdict judge_namespaces(struct grading *g, struct finding *f)
{
	static const char *const names[] = { "user", "mnt", "pid",   "net",
					     "uts",  "ipc", "cgroup" };
	auto_hotel struct hotel hotel = { 0 };
	enum verdict verdict;

	expected(f, "PROGRAM is in seven namespaces that are not the host's");
	verdict = inhabit_one(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char name[16];
		int r;

		snprintf(name, sizeof(name), "ns/%s", names[i]);
		r = look_same(hotel.first, hotel.desk, name);
		if (r < 0)
			return cannot_judge(f, r, "compare the namespaces");
		if (r) {
			observed(f, "its %s namespace is the host's", names[i]);
			return fail(f, "shares");
		}
	}
	observed(f, "it is");
	return VERDICT_PASS;
}

static enum verdict judge_mapped(struct grading *g, struct finding *f)
{
	static const char *const files[] = { "uid_map", "gid_map" };
	auto_hotel struct hotel hotel = { 0 };
	enum verdict verdict;

	expected(f, "user 0 and group 0 in the room are the caller's");
	verdict = inhabit_one(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	for (size_t i = 0; i < 2; i++) {
		unsigned want = i ? hotel.ids.gid : hotel.ids.uid;
		struct id_line line = { 0 };
		int r = look_map(hotel.first, files[i], &line, 1);

		if (r < 0)
			return cannot_judge(f, r, "read %s", files[i]);
		if (r == 1 && line.inside == 0 && line.outside == want &&
		    line.count == 1)
			continue;
		if (r == 0)
			observed(f, "%s is empty", files[i]);
		else
			observed(f, "%s says %u %u %u", files[i], line.inside,
				 line.outside, line.count);
		return fail(f, "not-mapped");
	}
	observed(f, "they are");
	return VERDICT_PASS;
}

/* What lies at the root of a mount namespace. */
struct ns_root {
	int nsfd; /* borrowed */
	struct file_id want;
};

/* Joining a mount namespace leads to its root, out of any chroot. */
static int is_ns_root(void *arg)
{
	const struct ns_root *root = arg;
	struct stat st;

	if (setns(root->nsfd, CLONE_NEWNS) < 0 || stat("/", &st) < 0)
		return -errno;
	return file_id_equal(root->want,
			     (struct file_id){ st.st_dev, st.st_ino });
}

static int open_ns(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static enum verdict judge_rooted(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	auto_close int nsfd = -1;
	struct ns_root root;
	struct file_id its;
	enum verdict verdict;
	int r;

	expected(f, "ROOT is PROGRAM's root directory, and that of its mount "
		    "namespace");
	verdict = inhabit_one(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = look_id(sandbox_init_pid(hotel.box), "root/work/root", &root.want);
	if (r == 0)
		r = look_id(hotel.first, "root", &its);
	if (r == 0)
		r = nsfd = root.nsfd = open_ns(hotel.first, "mnt");
	if (r < 0)
		return cannot_judge(f, r, "look at PROGRAM's root directory");
	if (!file_id_equal(root.want, its)) {
		observed(f, "PROGRAM's root directory is another folder");
		return fail(f, "elsewhere");
	}
	r = look_inside(hotel.first, is_ns_root, &root);
	if (r < 0)
		return cannot_judge(f, r, "join PROGRAM's mount namespace");
	observed(f, "who joins the namespace with setns(2) finds %s as its /",
		 r ? "ROOT" : "the host's");
	return r ? VERDICT_PASS : fail(f, "chroot");
}

/* One of its mounts that shows the same as a mount of the host; not /proc,
 * which another check is about. */
static const struct mount_entry *find_old(const struct mountinfo *its,
					  const struct mountinfo *host)
{
	for (size_t i = 0; i < its->count; i++) {
		const struct mount_entry *a = &its->entries[i];

		for (size_t j = 0; j < host->count; j++) {
			const struct mount_entry *b = &host->entries[j];

			if (strcmp(a->fstype, "proc") != 0 &&
			    a->major == b->major && a->minor == b->minor &&
			    strcmp(a->root, b->root) == 0)
				return a;
		}
	}
	return NULL;
}

static enum verdict judge_old_root(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	auto_mounts struct mountinfo host = { 0 };
	auto_mounts struct mountinfo its = { 0 };
	const struct mount_entry *old;
	enum verdict verdict;
	int r;

	expected(f, "no mount of the host is left in the room");
	verdict = inhabit_one(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = look_mounts(hotel.first, &its);
	if (r == 0)
		r = look_mounts(sandbox_init_pid(hotel.box), &host);
	if (r < 0)
		return cannot_judge(f, r, "read the mounts");
	old = find_old(&its, &host);
	if (!old) {
		observed(f, "there are %zu mounts, and none is the host's",
			 its.count);
		return VERDICT_PASS;
	}
	observed(f, "the host's %s is mounted on %s", old->root, old->point);
	return fail(f, "old-root-left");
}

static int mount_late(void *arg)
{
	(void)arg;
	return sysret(mount("late", "/work/root/mnt", "tmpfs", 0, "size=64k"));
}

static enum verdict judge_apart(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	auto_mounts struct mountinfo its = { 0 };
	enum verdict verdict;
	int r;

	expected(f, "what the host mounts below ROOT later is not seen in the "
		    "room");
	verdict = inhabit_one(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = sandbox_call(hotel.box, mount_late, NULL);
	if (r == 0)
		r = look_mounts(hotel.first, &its);
	if (r < 0)
		return cannot_judge(f, r, "mount something below ROOT");
	for (size_t i = 0; i < its.count; i++) {
		if (strcmp(its.entries[i].source, "late") != 0)
			continue;
		observed(f, "it is mounted on %s there", its.entries[i].point);
		return fail(f, "receives");
	}
	observed(f, "it is not");
	return VERDICT_PASS;
}

static enum verdict judge_own_proc(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	struct file_id shown;
	struct file_id own;
	enum verdict verdict;
	int r;

	expected(f, "/proc/1 of the room is a process of the room");
	verdict = inhabit_one(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = look_id(hotel.first, "ns/pid", &own);
	if (r < 0)
		return cannot_judge(f, r, "look at PROGRAM's PID namespace");
	r = look_id(hotel.first, "root/proc/1/ns/pid", &shown);
	if (r < 0) {
		observed(f, "there is no /proc/1 to look at");
		return fail(f, "host-proc");
	}
	observed(f, "it is a process of the %s",
		 file_id_equal(own, shown) ? "room" : "host");
	return file_id_equal(own, shown) ? VERDICT_PASS : fail(f, "host-proc");
}

/* ---- 11.2: created is not started ------------------------------------------ */

/* VERDICT_PASS when create has ended, and one process waits. */
static enum verdict create_waiting(struct grading *g, struct finding *f,
				   struct hotel *hotel)
{
	struct scene scene;
	enum verdict verdict;
	int count;

	scene_init(&scene);
	verdict = create_room(g, f, &scene, hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	if (find_probe(g, hotel, LURK_MS)) {
		observed(f, "PROGRAM runs, and nobody has started it");
		return fail(f, "starts");
	}
	count = others(hotel, &hotel->first);
	observed(f, "%d processes wait", count);
	if (count == 1)
		return in_room(f, hotel);
	exercise_keep_output(f, hotel->box);
	return fail(f, count ? "stays" : "starts");
}

static enum verdict judge_created(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };

	expected(f, "after create one process waits, and is not PROGRAM yet");
	return create_waiting(g, f, &hotel);
}

/* What a waiting process may have: nothing with which openat(2) goes on. */
static bool harmless(const char *link)
{
	return strncmp(link, "socket:", 7) == 0 ||
	       strncmp(link, "pipe:", 5) == 0 ||
	       strncmp(link, "anon_inode:", 11) == 0;
}

static enum verdict judge_closed(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	int fds[MOST_FDS];
	enum verdict verdict;
	int n;

	expected(f, "the process that waits has no file and no folder of the "
		    "host open");
	verdict = create_waiting(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	n = look_fds(hotel.first, fds, MOST_FDS);
	if (n == -EACCES)
		return cannot_run(f,
				  "a process that is not dumpable shows its "
				  "descriptors to root only",
				  "isolab grade --in machine 11");
	if (n < 0)
		return cannot_judge(f, n, "list its descriptors");
	for (int i = 0; i < n && i < MOST_FDS; i++) {
		char name[32];
		char link[256];

		snprintf(name, sizeof(name), "fd/%d", fds[i]);
		(void)look_link(hotel.first, name, link, sizeof(link));
		if (fds[i] <= 2 || harmless(link))
			continue;
		observed(f, "descriptor %d is %s", fds[i], link);
		return fail(f, "holds");
	}
	observed(f, "it has %d descriptors, and none leads to one", n);
	return VERDICT_PASS;
}

static enum verdict judge_started(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	enum verdict verdict;
	pid_t program;
	int r;

	verdict = create_waiting(g, f, &hotel);
	expected(f, "start makes the process that waited become PROGRAM, and "
		    "ends with 0");
	if (verdict != VERDICT_PASS)
		return verdict;
	r = run(&hotel, START);
	program = find_probe(g, &hotel, SETTLE_MS);
	if (r != 0 || !program) {
		observe_command(f, &hotel, "start", r);
		return fail(f, "not-started");
	}
	observed(f, "PROGRAM is %s process",
		 program == hotel.first ? "that" : "another");
	return program == hotel.first ? VERDICT_PASS : fail(f, "another");
}

static enum verdict judge_clean(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	int fds[MOST_FDS];
	enum verdict verdict;
	int n;

	verdict = create_waiting(g, f, &hotel);
	expected(f, "PROGRAM starts with the descriptors 0, 1 and 2");
	if (verdict != VERDICT_PASS)
		return verdict;
	(void)run(&hotel, START);
	hotel.first = find_probe(g, &hotel, SETTLE_MS);
	if (!hotel.first) {
		observed(f, "it does not start");
		return fail(f, "not-started");
	}
	n = look_fds(hotel.first, fds, MOST_FDS);
	if (n < 0)
		return cannot_judge(f, n, "list its descriptors");
	for (int i = 0; i < n && i < MOST_FDS; i++) {
		char name[32];
		char link[256];

		if (fds[i] <= 2)
			continue;
		snprintf(name, sizeof(name), "fd/%d", fds[i]);
		observed(f, "%d is open too: %s", fds[i],
			 look_link(hotel.first, name, link, sizeof(link)));
		return fail(f, "leaks");
	}
	observed(f, "it has no others");
	return VERDICT_PASS;
}

static enum verdict judge_told(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	struct scene scene;
	int r;

	expected(f, "where PROGRAM is not there, create or start fails, and "
		    "no process waits any more");
	scene_init(&scene);
	r = open_desk(g, &scene, &hotel);
	if (r < 0)
		return cannot_judge(f, r, "open the desk");
	r = run(&hotel, NOTHING);
	if (r == 0)
		r = run(&hotel, START_IT);
	if (r <= 0) {
		observe_command(f, &hotel, "start", r);
		return fail(f, "silent");
	}
	for (long end = now_ms() + SETTLE_MS; others(&hotel, NULL) > 0;) {
		if (now_ms() < end && poll(NULL, 0, 2) == 0)
			continue;
		observed(f, "it failed, and a process is still there");
		return fail(f, "silent");
	}
	observed(f, "it ended with %d, and no process is left", r);
	return VERDICT_PASS;
}

/* ---- 11.3: rights ------------------------------------------------------------ */

static const unsigned kept[] = { CAP_CHOWN,	      CAP_DAC_OVERRIDE,
				 CAP_FOWNER,	      CAP_KILL,
				 CAP_SETGID,	      CAP_SETUID,
				 CAP_NET_BIND_SERVICE };

static enum verdict judge_capabilities(struct grading *g, struct finding *f)
{
	static const char *const sets[] = { "CapPrm", "CapEff", "CapBnd",
					    "CapInh", "CapAmb" };
	auto_hotel struct hotel hotel = { 0 };
	enum verdict verdict;
	uint64_t want = 0;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		want |= UINT64_C(1) << kept[i];
	expected(f,
		 "PROGRAM has the capabilities %016llx, and can get no "
		 "others",
		 (unsigned long long)want);
	verdict = inhabit_one(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		uint64_t wanted = i < 3 ? want : 0;
		uint64_t have;
		char text[32];
		int r = look_status(hotel.first, sets[i], text, sizeof(text));

		if (r < 0)
			return cannot_judge(f, r, "read its capabilities");
		have = strtoull(text, NULL, 16);
		observed(f, "%s is %s", sets[i], text);
		if (have & ~wanted)
			return fail(f, "caps-left");
		if (have != wanted)
			return fail(f, "caps-missing");
	}
	observed(f, "all five sets are as they should be");
	return VERDICT_PASS;
}

static enum verdict judge_no_new_privs(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	enum verdict verdict;
	char text[8] = "";
	int r;

	expected(f, "no_new_privs is set for PROGRAM");
	verdict = inhabit_one(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = look_status(hotel.first, "NoNewPrivs", text, sizeof(text));
	if (r < 0)
		return cannot_judge(f, r, "read its status");
	observed(f, "NoNewPrivs is %s", text);
	return strcmp(text, "1") == 0 ? VERDICT_PASS : fail(f, "new-privs");
}

/* What PROGRAM is made to try, and what must come of it. */
static const struct trial {
	const char *what;
	struct inject_call call;
	long want; /* -errno; 0: it must work */
	const char *key;
} trials[] = {
	{ "unshare(CLONE_NEWUSER)",
	  { .number = SYS_unshare, .args = { { .number = CLONE_NEWUSER } } },
	  -EPERM,
	  "way-left" },
	{ "clone(CLONE_NEWUSER)",
	  { .number = SYS_clone,
	    .args = { { .number = CLONE_NEWUSER | SIGCHLD } } },
	  -EPERM,
	  "way-left" },
	{ "clone(CLONE_NEWUSER | CLONE_NEWNET)",
	  { .number = SYS_clone,
	    .args = { { .number = CLONE_NEWUSER | CLONE_NEWNET | SIGCHLD } } },
	  -EPERM,
	  "way-left" },
	{ "clone3", { .number = SYS_clone3 }, -ENOSYS, "clone3" },
	{ "clone without a namespace",
	  { .number = SYS_clone, .args = { { .number = SIGCHLD } } },
	  0,
	  "too-much" },
};

static enum verdict judge_filter(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	enum verdict verdict;

	expected(f, "PROGRAM can make no namespace: EPERM, and ENOSYS for "
		    "clone3(2); and it can fork");
	verdict = inhabit_one(g, f, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		const struct trial *trial = &trials[i];
		struct inject_result result;
		int r = inject(hotel.first, &trial->call, &result);

		if (r < 0)
			return cannot_judge(f, r, "try a system call");
		if (result.outcome != INJECT_RETURNED) {
			observed(f, "%s ends PROGRAM", trial->what);
			return fail(f, "too-much");
		}
		if (result.value == trial->want ||
		    (trial->want == 0 && result.value > 0))
			continue;
		if (result.value >= 0)
			observed(f, "%s works", trial->what);
		else
			observed(f, "%s fails: %s", trial->what,
				 strerror((int)-result.value));
		return fail(f, trial->key);
	}
	observed(f, "so it is");
	return VERDICT_PASS;
}

/* ---- 11.4: the end ------------------------------------------------------------ */

static uint64_t bit_of(int number)
{
	return UINT64_C(1) << (number - 1);
}

static enum verdict judge_signal(struct grading *g, struct finding *f)
{
	static const int numbers[] = { 1, 2, 10, 12, 15, 37 };
	int number = numbers[random_number() % 6];
	auto_hotel struct hotel hotel = { 0 };
	struct turn ready = { .wanted = "ready" };
	struct scene scene;
	enum verdict verdict;
	uint64_t pending;
	char text[32];
	int r;

	/* It blocks all signals, so that they can be seen. */
	scene_init(&scene);
	scene.program = "told 0";
	snprintf(scene.number, sizeof(scene.number), "%d", number);
	expected(f, "kill %d sends signal %d to the first process", number,
		 number);
	verdict = inhabit(g, f, &scene, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	/* It says so when it has blocked them. */
	ready.desk = hotel.first;
	if (!wait_until(turn_over, &ready, START_MS) || !lives(ready.desk)) {
		observed(f, "PROGRAM cannot fork");
		exercise_keep_output(f, hotel.box);
		return fail(f, "not-made");
	}
	r = run(&hotel, KILL);
	if (r != 0) {
		observe_command(f, &hotel, "kill", r);
		return fail(f, "no-signal");
	}
	r = look_status(hotel.first, "ShdPnd", text, sizeof(text));
	if (r < 0) {
		observed(f, "the process is gone");
		return fail(f, "other-signal");
	}
	/* It has had a child of its own. */
	pending = strtoull(text, NULL, 16) & ~bit_of(SIGCHLD);
	observed(f, "the signals that have come are %016llx, a bit for each",
		 (unsigned long long)pending);
	if (pending == bit_of(number))
		return VERDICT_PASS;
	return fail(f, pending ? "other-signal" : "no-signal");
}

/* Who is to be made. */
struct stranger {
	pid_t pid; /* in the sandbox; free */
	int nsfd;  /* the sandbox's PID namespace; borrowed */
};

/* With that PID; it becomes the stranger, of the program's user. */
static noreturn void be_stranger(const struct stat *work)
{
	static const char *const argv[] = { "/bin/stranger", "hold", NULL };

	if (setresgid(work->st_gid, work->st_gid, work->st_gid) < 0 ||
	    setresuid(work->st_uid, work->st_uid, work->st_uid) < 0)
		_exit(1);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(1);
}

/*
 * Called outside of the sandbox's PID namespace.  The process in between is in
 * it, and so the orphan that it leaves goes to PID 1 there.
 */
static int make_stranger(void *arg)
{
	const struct stranger *stranger = arg;
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&stranger->pid,
		.set_tid_size = 1,
	};
	struct stat work;
	pid_t between;
	long child;

	if (stat("/work", &work) < 0 || setns(stranger->nsfd, CLONE_NEWPID) < 0)
		return -errno;
	between = fork();
	if (between < 0)
		return -errno;
	if (between > 0)
		return -child_wait(between);
	child = syscall(SYS_clone3, &args, sizeof(args));
	if (child == 0)
		be_stranger(&work);
	_exit(child < 0 ? errno : 0);
}

/* A process's PID in the sandbox, the second of those that it has. */
static pid_t inner_pid(pid_t pid)
{
	char text[64];
	int inner;

	if (look_status(pid, "NSpid", text, sizeof(text)) < 0 ||
	    sscanf(text, "%*d %d", &inner) != 1)
		return -ESRCH;
	return inner;
}

/* The first process ends, and somebody else gets its PID. */
static int replace_first(struct grading *g, struct hotel *hotel)
{
	auto_close int strangerfd = probe_copy(g, "stranger");
	auto_close int nsfd = open_ns(hotel->desk, "pid");
	struct stranger stranger = { inner_pid(hotel->first), nsfd };
	int r;

	if (strangerfd < 0 || nsfd < 0 || stranger.pid < 0)
		return -ESRCH;
	if (kill(hotel->first, SIGKILL) < 0)
		return -errno;
	if (!wait_until(is_gone, &hotel->first, START_MS))
		return -ETIME;
	/* Start times are told in ticks of 10 ms. */
	(void)poll(NULL, 0, 30);
	r = sandbox_call(hotel->box, make_stranger, &stranger);
	return r < 0 ? r : sandbox_wait_exe(hotel->box, strangerfd, START_MS);
}

static enum verdict judge_stranger(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	struct scene scene;
	enum verdict verdict;
	pid_t stranger;
	int r;

	expected(f, "when the room has ended and its PID is another process's, "
		    "kill does nothing to that, and delete works");
	scene_init(&scene);
	verdict = inhabit(g, f, &scene, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	stranger = replace_first(g, &hotel);
	if (stranger < 0)
		return cannot_judge(f, stranger, "use a PID again");
	(void)run(&hotel, KILL);
	if (wait_until(has_ended, &stranger, LURK_MS)) {
		observed(f, "kill has killed it");
		return fail(f, "stranger-killed");
	}
	r = run(&hotel, DELETE);
	if (r != 0 || folder_there(&hotel, scene.id)) {
		observe_command(f, &hotel, "delete", r);
		return fail(f, "stranger-counts");
	}
	observed(f, "it still runs, and the room is deleted");
	return VERDICT_PASS;
}

static enum verdict judge_deleted(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	struct scene scene;
	enum verdict verdict;
	int r;

	expected(f, "a room whose first process has ended, and was not waited "
		    "for yet, can be deleted, and made again");
	scene_init(&scene);
	scene.desk = "hoard";
	verdict = inhabit(g, f, &scene, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	if (kill(hotel.first, SIGKILL) < 0)
		return cannot_judge(f, -errno, "end the first process");
	if (!wait_until(has_ended, &hotel.first, START_MS))
		return cannot_judge(f, -ETIME, "see it end");
	if (!folder_there(&hotel, scene.id)) {
		observed(f, "before that, there is no folder of the room");
		return fail(f, "not-made");
	}
	r = run(&hotel, DELETE);
	if (r != 0) {
		observe_command(f, &hotel, "delete", r);
		return fail(f, "refused");
	}
	if (folder_there(&hotel, scene.id)) {
		observed(f, "delete ended with 0, and the folder is there");
		return fail(f, "folder-left");
	}
	r = run(&hotel, CREATE);
	observe_command(f, &hotel, "the next create", r);
	return r == 0 ? VERDICT_PASS : fail(f, "refused");
}

static enum verdict judge_in_use(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	struct scene scene;
	enum verdict verdict;
	bool folder;

	expected(f, "delete does nothing to a room that runs");
	scene_init(&scene);
	verdict = inhabit(g, f, &scene, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	(void)run(&hotel, DELETE);
	folder = folder_there(&hotel, scene.id);
	if (lives(hotel.first) && folder) {
		observed(f, "it still runs, and its folder is there");
		return VERDICT_PASS;
	}
	observed(f, "%s",
		 lives(hotel.first) ? "it runs, and nothing is known "
				      "of it any more"
				    : "its first process is gone");
	return fail(f, "gone-alive");
}

static enum verdict judge_undone(struct grading *g, struct finding *f)
{
	auto_hotel struct hotel hotel = { 0 };
	struct scene scene;
	enum verdict verdict;
	int before;
	int r;

	expected(f, "a create that fails, because there is no ROOT, leaves no "
		    "process and no folder");
	scene_init(&scene);
	verdict = inhabit(g, f, &scene, &hotel);
	if (verdict != VERDICT_PASS)
		return verdict;
	before = others(&hotel, NULL);
	r = run(&hotel, NOWHERE);
	if (r <= 0) {
		observe_command(f, &hotel, "create", r);
		return fail(f, "half-left");
	}
	for (long end = now_ms() + SETTLE_MS; others(&hotel, NULL) > before;) {
		if (now_ms() < end && poll(NULL, 0, 2) == 0)
			continue;
		observed(f, "a process is left");
		return fail(f, "half-left");
	}
	if (folder_there(&hotel, scene.second)) {
		observed(f, "its folder is left");
		return fail(f, "half-left");
	}
	observed(f, "nothing is left");
	return VERDICT_PASS;
}

/* ---- what the cards say ------------------------------------------------------- */

#define NOT_MADE                                                              \
	{                                                                     \
		"not-made", "create, or start, failed or does not end",       \
			"read in the output at which call; the first "        \
			"process needs its map before it mounts, and create " \
			"must not wait for what never comes",                 \
			"user_namespaces(7), Interaction of user namespaces " \
			"and other types of namespaces"                       \
	}

#define WAITING                                                                \
	NOT_MADE,                                                              \
		{ "starts",                                                    \
		  "the first process does not wait: it goes on to execve(2), " \
		  "or ends, because what it waits for ends with create",       \
		  "let it wait in accept(2) at a socket with a name in the "   \
		  "room's folder, which start can connect to",                 \
		  "accept(2), unix(7)" },                                      \
	{                                                                      \
		"stays",                                                       \
			"a process of the runtime stays beside the first one", \
			"create ends as soon as the first process is ready; "  \
			"what somebody needs to know later is in the room's "  \
			"folder",                                              \
			"OCI runtime specification, Lifecycle"                 \
	}

static const struct diagnosis of_namespaces[] = {
	NOT_MADE,
	{ "shares", "a namespace is missing in the flags of clone3(2)",
	  "give all of NAMESPACES; a PID namespace is one for children, so "
	  "unshare(2) is not enough",
	  "clone(2), The flags mask; pid_namespaces(7)" },
	{ 0 },
};

static const struct diagnosis of_mapped[] = {
	NOT_MADE,
	{ "not-mapped", "a map was not written, or is another",
	  "write \"0 ID 1\" to uid_map, \"deny\" to setgroups, and \"0 ID 1\" "
	  "to gid_map, from outside and with the IDs there",
	  "user_namespaces(7), User and group ID mappings" },
	{ 0 },
};

static const struct diagnosis of_rooted[] = {
	NOT_MADE,
	{ "elsewhere", "ROOT is not the root directory",
	  "go to ROOT, and call pivot_root(\".\", \".\")",
	  "pivot_root(2), pivot_root(\".\", \".\")" },
	{ "chroot",
	  "chroot(2) changed one process; the old root is still that of the "
	  "namespace, and whoever joins it is outside of the room",
	  "use pivot_root(2) instead", "pivot_root(2), DESCRIPTION" },
	{ 0 },
};

static const struct diagnosis of_old_root[] = {
	NOT_MADE,
	{ "old-root-left",
	  "pivot_root(2) has only moved the old root to another place",
	  "take it off: umount2(\".\", MNT_DETACH)",
	  "pivot_root(2), pivot_root(\".\", \".\")" },
	{ 0 },
};

static const struct diagnosis of_apart[] = {
	NOT_MADE,
	{ "receives",
	  "the mounts of the room are slaves of the host's, as all are in a "
	  "mount namespace of another user namespace",
	  "mount(NULL, \"/\", NULL, MS_PRIVATE | MS_REC, NULL) before ROOT is "
	  "bound",
	  "mount_namespaces(7), Restrictions on mount namespaces" },
	{ 0 },
};

static const struct diagnosis of_proc[] = {
	NOT_MADE,
	{ "host-proc",
	  "the /proc of the room shows the processes of the host, or none",
	  "mount a new proc on ROOT/proc, in a process that is in the new PID "
	  "namespace",
	  "pid_namespaces(7), /proc and PID namespaces" },
	{ 0 },
};

static const struct diagnosis of_created[] = { WAITING, { 0 } };

static const struct diagnosis of_closed[] = {
	WAITING,
	{ "holds",
	  "a descriptor of the host's is open in the room: openat(2) with it, "
	  "or through /proc/1/fd, leads out (CVE-2024-21626)",
	  "close all but the socket before you wait: close_range(2)",
	  "close_range(2), open(2), O_CLOEXEC" },
	{ 0 },
};

static const struct diagnosis of_started[] = {
	WAITING,
	{ "not-started",
	  "start fails or does not end, or PROGRAM is not executed",
	  "read in the output why; start reads until the end of file, which "
	  "comes when execve(2) closes the last descriptor of the connection",
	  "accept4(2), SOCK_CLOEXEC; execve(2)" },
	{ "another",
	  "PROGRAM is a second process, and the first one of the room is the "
	  "runtime's own",
	  "call execve(2) in the process that waited, without a fork",
	  "pid_namespaces(7), The namespace init process" },
	{ 0 },
};

static const struct diagnosis of_clean[] = {
	WAITING,
	{ "not-started", "PROGRAM is not executed", "read in the output why",
	  "execve(2)" },
	{ "leaks",
	  "a descriptor of the runtime's is inherited by PROGRAM "
	  "(CVE-2024-21626 was one)",
	  "open everything with O_CLOEXEC, and duplicate with dup3(2)",
	  "open(2), O_CLOEXEC; accept4(2), SOCK_CLOEXEC" },
	{ 0 },
};

static const struct diagnosis of_told[] = {
	NOT_MADE,
	{ "silent",
	  "execve(2) failed, and nobody was told, or the process stays",
	  "send errno through the connection, and end; start dies if it reads "
	  "something",
	  "execve(2), RETURN VALUE" },
	{ 0 },
};

static const struct diagnosis of_capabilities[] = {
	NOT_MADE,
	{ "caps-left", "execve(2) gives user 0 all that the bounding set has",
	  "take out of the bounding set what is not kept, while CAP_SETPCAP is "
	  "still there; empty the inheritable and ambient sets",
	  "capabilities(7), Capabilities and execution of programs by root" },
	{ "caps-missing", "a capability is gone that should be kept",
	  "compare with the table kept", "capabilities(7), Capabilities list" },
	{ 0 },
};

static const struct diagnosis of_privs[] = {
	NOT_MADE,
	{ "new-privs",
	  "no_new_privs is not set for PROGRAM; the filter was loaded with "
	  "CAP_SYS_ADMIN instead",
	  "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) before the filter",
	  "PR_SET_NO_NEW_PRIVS(2const)" },
	{ 0 },
};

static const struct diagnosis of_filter[] = {
	NOT_MADE,
	{ "way-left",
	  "there is a call left with which PROGRAM makes a user namespace, and "
	  "has all capabilities in there",
	  "deny what is in the table, and clone(2) with any one of the bits: "
	  "a rule for each",
	  "seccomp_rule_add(3), SCMP_CMP_MASKED_EQ" },
	{ "clone3",
	  "clone3(2) is not ENOSYS: its flags are in memory, where a filter "
	  "cannot look, and libraries try clone(2) only after ENOSYS",
	  "SCMP_ACT_ERRNO(ENOSYS)", "clone(2), clone3(); seccomp(2)" },
	{ "too-much", "an ordinary fork(2) is denied, or ends PROGRAM",
	  "look at the flags of clone(2)", "seccomp_rule_add(3)" },
	{ 0 },
};

static const struct diagnosis of_signal[] = {
	NOT_MADE,
	{ "no-signal", "the first process got no signal",
	  "the PID is the one that create knows, not the one in the room; "
	  "pidfd_open(2), and pidfd_send_signal(2)",
	  "pidfd_send_signal(2)" },
	{ "other-signal", "it got another signal",
	  "send the one that is asked for", "pidfd_send_signal(2)" },
	{ 0 },
};

static const struct diagnosis of_stranger[] = {
	NOT_MADE,
	{ "stranger-killed",
	  "a PID is used again; the signal went to whoever has it now",
	  "open a pidfd, then compare when the process was started with what "
	  "is noted, and send the signal through the pidfd",
	  "pidfd_open(2), NOTES; proc_pid_stat(5), starttime" },
	{ "stranger-counts",
	  "delete takes whoever has the PID now for the first process",
	  "ask first_process() in delete too", "proc_pid_stat(5), starttime" },
	{ 0 },
};

static const struct diagnosis of_deleted[] = {
	NOT_MADE,
	{ "refused",
	  "delete fails: to kill(pid, 0) a process that nobody has waited for "
	  "is there; or something is left in the folder",
	  "poll(2) the pidfd: it can be read when the process has ended",
	  "pidfd_open(2), DESCRIPTION" },
	{ "folder-left", "the folder of the room is still there",
	  "remove the files, and then the folder; look at what unlinkat(2) "
	  "returns",
	  "unlink(2), AT_REMOVEDIR; rmdir(2), ENOTEMPTY" },
	{ 0 },
};

static const struct diagnosis of_in_use[] = {
	NOT_MADE,
	{ "gone-alive",
	  "delete did not look whether the room has ended: now nobody can stop "
	  "it, or it was stopped without being asked",
	  "fail while the first process lives, and change nothing",
	  "OCI runtime specification, Delete" },
	{ 0 },
};

static const struct diagnosis of_undone[] = {
	NOT_MADE,
	{ "half-left",
	  "create failed, or should have, and left something of the room",
	  "kill the first process, wait for it, and remove the folder",
	  "OCI runtime specification, Errors" },
	{ 0 },
};

static const struct task tasks[] = {
	{ "11.1",
	  "make the room",
	  { "Labs 02, 04 and 05 in one process. What must be there before it "
	    "may mount anything, and who writes it?",
	    "Read clone(2), The clone3() system call; user_namespaces(7), "
	    "Defining user and group ID mappings; pivot_root(2), "
	    "pivot_root(\".\", \".\").",
	    "clone3 with .flags = NAMESPACES and .exit_signal = SIGCHLD. From "
	    "outside \"0 UID 1\", \"deny\", \"0 GID 1\". Then MS_PRIVATE | "
	    "MS_REC on /, MS_BIND ROOT on ROOT, chdir, mount proc, pivot_root, "
	    "umount2(\".\", MNT_DETACH), chdir(\"/\")." } },
	{ "11.2",
	  "create is not start",
	  { "create ends before start begins. What can the first process wait "
	    "for that does not end with create?",
	    "Read accept4(2), unix(7), close_range(2). What does execve(2) do "
	    "with a socket that is SOCK_CLOEXEC, and what does the other side "
	    "read then?",
	    "dup3 the socket to 3 with O_CLOEXEC, close_range(4, ~0U, 0), "
	    "accept4 with SOCK_CLOEXEC. start: connect, unlink, read: 0 bytes "
	    "are success, an int is the errno." } },
	{ "11.3",
	  "give up rights, in an order that works",
	  { "Each step takes a right that another step needs. Which one takes "
	    "what? And what does execve(2) give back to user 0?",
	    "Read capabilities(7), Capabilities and execution of programs by "
	    "root; seccomp(2), SECCOMP_SET_MODE_FILTER on CAP_SYS_ADMIN; "
	    "seccomp_rule_add(3).",
	    "cap_drop_bound for each that is not kept, cap_set_proc, "
	    "prctl(PR_SET_NO_NEW_PRIVS), seccomp_load. clone: for each bit a "
	    "rule SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit)." } },
	{ "11.4",
	  "end it, and leave nothing",
	  { "The runtime was away. How does it know that the process with this "
	    "PID is the one that it made?",
	    "Read pidfd_open(2) with NOTES, pidfd_send_signal(2), and "
	    "proc_pid_stat(5) on starttime.",
	    "pidfd_open; if started_at(pid) differs from the note, or poll(2) "
	    "says that the pidfd can be read, the room has ended. unlinkat "
	    "pid and start, then the folder with AT_REMOVEDIR." } },
	{ 0 },
};

static const struct check checks[] = {
	{ "namespaces", "11.1", 5, "PROGRAM is in namespaces of its own", NULL,
	  judge_namespaces, of_namespaces },
	{ "mapped", "11.1", 4, "root in the room is the user", NULL,
	  judge_mapped, of_mapped },
	{ "rooted", "11.1", 6, "ROOT is the root directory", NULL, judge_rooted,
	  of_rooted },
	{ "old-root", "11.1", 4, "nothing of the host is mounted in the room",
	  NULL, judge_old_root, of_old_root },
	{ "apart", "11.1", 4, "and nothing comes in later", NULL, judge_apart,
	  of_apart },
	{ "own-proc", "11.1", 4, "/proc shows the room's processes", NULL,
	  judge_own_proc, of_proc },
	{ "created", "11.2", 8, "create leaves one process, which waits", NULL,
	  judge_created, of_created },
	{ "closed", "11.2", 5, "it has nothing of the host open", "created",
	  judge_closed, of_closed },
	{ "started", "11.2", 6, "start makes it PROGRAM", "created",
	  judge_started, of_started },
	{ "clean", "11.2", 5, "which has three descriptors", "created",
	  judge_clean, of_clean },
	{ "told", "11.2", 5, "start fails if PROGRAM cannot be executed",
	  "started", judge_told, of_told },
	{ "capabilities", "11.3", 8, "PROGRAM has seven capabilities", NULL,
	  judge_capabilities, of_capabilities },
	{ "no-new-privs", "11.3", 4, "no program gets new privileges", NULL,
	  judge_no_new_privs, of_privs },
	{ "filter", "11.3", 8, "PROGRAM can make no namespace", NULL,
	  judge_filter, of_filter },
	{ "signal", "11.4", 6, "kill sends the signal", NULL, judge_signal,
	  of_signal },
	{ "deleted", "11.4", 6, "a room that has ended can be deleted", NULL,
	  judge_deleted, of_deleted },
	{ "in-use", "11.4", 3, "one that runs cannot", "deleted", judge_in_use,
	  of_in_use },
	{ "stranger", "11.4", 6, "a PID that is used again is not the room's",
	  "signal", judge_stranger, of_stranger },
	{ "undone", "11.4", 3, "a create that fails leaves nothing", NULL,
	  judge_undone, of_undone },
	{ 0 },
};

const struct grader grader_11_container = {
	.lab = "11-container",
	.tasks = tasks,
	.checks = checks,
};
