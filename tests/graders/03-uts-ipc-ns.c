/* SPDX-License-Identifier: MIT */
/*
 * 03-uts-ipc-ns.c - grade "roommate": names and IPC objects in a room
 *
 * What the program finds, made by root of the sandbox:
 *
 *	/dev/mqueue [mqueue]	shows the host's queues
 *	host's IPC namespace	a shared memory, a message queue and a
 *				semaphore with one random key; a POSIX queue
 *
 * For 03.3 there is a process besides it, "target": /bin/beside, a copy of the
 * probe, in a user, UTS, IPC and mount namespace of its own.  For 03.4 SECOND
 * is /bin/second, another copy.  The copies end in a word of their own, so that
 * their content tells who is who.
 *
 * Inode numbers of namespaces are used again once a namespace is gone, so they
 * prove identity only between processes that both live.  Across the end of
 * FIRST the proof is an object that the grader left in the room.
 *
 * See: docs/handbook/03-uts-ipc-ns.md.
 */
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "grader.h"

enum { DEADLINE_MS = 5000, NAME_MAX_BYTES = 64 };

/* One scene: what the grader drew, and what it put where. */
struct scene {
	struct nonce nonce;
	char host[16];	/* hostname before the program starts */
	char queue[16]; /* "/mq" and random letters: a POSIX queue outside */
	char inner[16]; /* the same, inside */
	key_t key;	/* of the SysV objects outside */
	key_t inner_key;
};

static void free_box(struct sandbox *const *box)
{
	(void)sandbox_free(*box);
}

#define auto_box __attribute__((cleanup(free_box)))

/* Cut the random digits up; a key must not be IPC_PRIVATE, which is 0. */
static void scene_init(struct scene *scene)
{
	unsigned a;
	unsigned b;

	nonce_init(&scene->nonce);
	(void)sscanf(scene->nonce.text, "%7x%7x", &a, &b);
	scene->key = (key_t)(a | 1);
	scene->inner_key = (key_t)(b | 0x10000000);
	snprintf(scene->host, sizeof(scene->host), "h%.8s",
		 scene->nonce.text + 14);
	snprintf(scene->queue, sizeof(scene->queue), "/mq%.8s",
		 scene->nonce.text + 8);
	snprintf(scene->inner, sizeof(scene->inner), "/in%.8s",
		 scene->nonce.text + 16);
}

/* ---- what is done inside, by look_inside() and sandbox_call() ------------ */

static int make_objects(key_t key, const char *queue)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 16 };
	mqd_t mq;

	if (shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0666) < 0 ||
	    msgget(key, IPC_CREAT | IPC_EXCL | 0666) < 0 ||
	    semget(key, 1, IPC_CREAT | IPC_EXCL | 0666) < 0)
		return -errno;
	mq = mq_open(queue, O_RDWR | O_CREAT | O_EXCL, 0666, &attr);
	if (mq < 0)
		return -errno;
	(void)mq_close(mq);
	return 0;
}

/* One bit for each object that exists; for a message, see object_names. */
static int count_objects(key_t key, const char *queue)
{
	mqd_t mq = mq_open(queue, O_RDONLY);
	int seen = 0;

	seen |= shmget(key, 0, 0) >= 0 ? 1 : 0;
	seen |= msgget(key, 0) >= 0 ? 2 : 0;
	seen |= semget(key, 0, 0) >= 0 ? 4 : 0;
	seen |= mq >= 0 ? 8 : 0;
	if (mq >= 0)
		(void)mq_close(mq);
	return seen;
}

static int make_inner(void *arg)
{
	const struct scene *scene = arg;

	return make_objects(scene->inner_key, scene->inner);
}

static int see_outer(void *arg)
{
	const struct scene *scene = arg;

	return count_objects(scene->key, scene->queue);
}

static int see_inner(void *arg)
{
	const struct scene *scene = arg;

	return count_objects(scene->inner_key, scene->inner);
}

/* Answers in memory from look_shared(). */
static int read_name(void *arg)
{
	struct utsname *name = arg;

	return sysret(uname(name));
}

static int set_name(void *arg)
{
	const char *name = arg;

	return sysret(sethostname(name, strlen(name)));
}

/* The hostname that a process has; "" if it cannot be read. */
static int name_of(pid_t pid, char name[NAME_MAX_BYTES + 1])
{
	struct utsname *shared = look_shared(sizeof(*shared));
	int r;

	if (!shared)
		return -ENOMEM;
	r = look_inside(pid, read_name, shared);
	snprintf(name, NAME_MAX_BYTES + 1, "%s", shared->nodename);
	look_unshare(shared, sizeof(*shared));
	return r;
}

/* ---- what is there before the program starts ----------------------------- */

static int prepare(void *arg)
{
	struct scene *scene = arg;

	if (mkdir("/dev/mqueue", 0755) < 0 && errno != EEXIST)
		return -errno;
	if (mount("mqueue", "/dev/mqueue", "mqueue", 0, NULL) < 0)
		return -errno;
	if (sethostname(scene->host, strlen(scene->host)) < 0)
		return -errno;
	return make_objects(scene->key, scene->queue);
}

/* Wait for a copy of the probe as for the probe itself. */
static int wait_copy(struct grading *g, struct sandbox *box, const char *tail)
{
	auto_close int fd = probe_copy(g, tail);

	return fd < 0 ? fd : sandbox_wait_exe(box, fd, DEADLINE_MS);
}

static int start(struct grading *g, struct finding *f, struct scene *scene,
		 const char *const *argv, struct sandbox **box, pid_t *pid)
{
	auto_close int besidefd = probe_copy(g, "beside");
	auto_close int secondfd = probe_copy(g, "second");
	const struct sandbox_file files[] = {
		{ besidefd, "/bin/beside", 0755 },
		{ secondfd, "/bin/second", 0755 },
		{ 0 },
	};
	const struct sandbox_spec spec = {
		.argv = argv,
		.prepare = prepare,
		.arg = scene,
		.files = files,
	};

	if (besidefd < 0 || secondfd < 0)
		return -EIO;
	return exercise_start_probe(g, f, &spec, box, pid);
}

static int start_new(struct grading *g, struct finding *f, struct scene *scene,
		     const char *name, struct sandbox **box, pid_t *pid)
{
	const char *const argv[] = { "/bin/exercise", "--new", name,
				     "/bin/probe",    "hold",  NULL };

	return start(g, f, scene, argv, box, pid);
}

static int start_join(struct grading *g, struct finding *f, struct scene *scene,
		      struct sandbox **box, pid_t *pid, pid_t *target)
{
	static const char *const argv[] = { "/bin/beside",   "beside",
					    "/bin/exercise", "--join",
					    "PID",	     "/bin/probe",
					    "hold",	     NULL };
	int r = start(g, f, scene, argv, box, pid);

	if (r < 0)
		return r;
	r = wait_copy(g, *box, "beside");
	if (r < 0)
		return r == -ESRCH || r == -ETIME ? -EIO : r;
	*target = r;
	return 0;
}

/* ---- 03.1: a name --------------------------------------------------------- */

static enum verdict judge_own_uts(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct scene scene;
	pid_t pid;
	int r;

	scene_init(&scene);
	expected(f, "COMMAND runs in a UTS namespace that is not the host's");
	r = start_new(g, f, &scene, "kitchen", &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = look_same(pid, sandbox_init_pid(box), "ns/uts");
	if (r < 0)
		return cannot_judge(f, r, "compare the UTS namespaces");
	observed(f, "it is in %s", r ? "the host's" : "another");
	return r ? fail(f, "shared-uts") : VERDICT_PASS;
}

static enum verdict judge_name(struct grading *g, struct finding *f,
			       const char *name, const char *key)
{
	auto_box struct sandbox *box = NULL;
	char is[NAME_MAX_BYTES + 1];
	struct scene scene;
	pid_t pid;
	int r;

	scene_init(&scene);
	expected(f, "the hostname of COMMAND is %s", name);
	r = start_new(g, f, &scene, name, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, key);
	r = name_of(pid, is);
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's hostname");
	observed(f, "it is %s", is);
	return strcmp(is, name) == 0 ? VERDICT_PASS : fail(f, key);
}

static enum verdict judge_name_inside(struct grading *g, struct finding *f)
{
	struct nonce nonce;

	nonce_init(&nonce);
	return judge_name(g, f, nonce.text, "wrong-name");
}

static enum verdict judge_long_name(struct grading *g, struct finding *f)
{
	char name[NAME_MAX_BYTES + 1];
	struct nonce a;
	struct nonce b;

	nonce_init(&a);
	nonce_init(&b);
	snprintf(name, sizeof(name), "%s%s", a.text, b.text);
	return judge_name(g, f, name, "nul-counted");
}

/* ---- 03.2: mail ----------------------------------------------------------- */

static enum verdict judge_own_ipc(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct scene scene;
	pid_t pid;
	int r;

	scene_init(&scene);
	expected(f, "COMMAND runs in an IPC namespace that is not the host's");
	r = start_new(g, f, &scene, "kitchen", &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = look_same(pid, sandbox_init_pid(box), "ns/ipc");
	if (r < 0)
		return cannot_judge(f, r, "compare the IPC namespaces");
	observed(f, "it is in %s", r ? "the host's" : "another");
	return r ? fail(f, "shared-ipc") : VERDICT_PASS;
}

static enum verdict judge_ipc_apart(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct scene scene;
	pid_t pid;
	int in;
	int out;
	int r;

	scene_init(&scene);
	expected(f, "no memory, queue or semaphore is seen across");
	r = start_new(g, f, &scene, "kitchen", &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	in = look_inside(pid, see_outer, &scene);
	r = look_inside(pid, make_inner, &scene);
	out = r < 0 ? r : sandbox_call(box, see_inner, &scene);
	if (in < 0 || out < 0)
		return cannot_judge(f, in < 0 ? in : out, "use IPC objects");
	observed(f,
		 "of 4 kinds, the room sees %d of the host's, and the host "
		 "%d of the room's",
		 __builtin_popcount((unsigned)in),
		 __builtin_popcount((unsigned)out));
	return in || out ? fail(f, "shared-ipc") : VERDICT_PASS;
}

/* 1 if the room's own queue is a file in the process's /dev/mqueue. */
static int shows_queue(pid_t pid, const char *queue)
{
	struct file_id id;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "root/dev/mqueue%s", queue);
	r = look_id(pid, path, &id);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

static enum verdict judge_mqueue(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct scene scene;
	pid_t pid;
	int r;

	scene_init(&scene);
	expected(f, "a queue made inside is a file in COMMAND's /dev/mqueue");
	r = start_new(g, f, &scene, "kitchen", &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = look_inside(pid, make_inner, &scene);
	if (r == 0)
		r = shows_queue(pid, scene.inner);
	if (r < 0)
		return cannot_judge(f, r, "look into /dev/mqueue");
	if (r == 0) {
		observed(f, "it is not there");
		return fail(f, "old-mqueue");
	}
	r = shows_queue(pid, scene.queue);
	if (r < 0)
		return cannot_judge(f, r, "look into /dev/mqueue");
	observed(f, "it is there, and the host's is %s", r ? "too" : "not");
	return r ? fail(f, "shared-ipc") : VERDICT_PASS;
}

/* ---- 03.3: join ----------------------------------------------------------- */

static enum verdict judge_joined(struct grading *g, struct finding *f,
				 const char *ns, const char *key)
{
	auto_box struct sandbox *box = NULL;
	struct scene scene;
	pid_t target;
	pid_t pid;
	int r;

	scene_init(&scene);
	expected(f, "COMMAND and the process PID have the same %s", ns);
	r = start_join(g, f, &scene, &box, &pid, &target);
	if (r < 0)
		return judge_no_probe(f, r, "join-refused");
	r = look_same(pid, target, ns);
	if (r < 0)
		return cannot_judge(f, r, "compare the namespaces");
	observed(f, "they have %s", r ? "the same" : "two different ones");
	return r ? VERDICT_PASS : fail(f, key);
}

static enum verdict judge_joined_uts(struct grading *g, struct finding *f)
{
	return judge_joined(g, f, "ns/uts", "not-its-name");
}

static enum verdict judge_joined_ipc(struct grading *g, struct finding *f)
{
	return judge_joined(g, f, "ns/ipc", "not-its-mail");
}

static enum verdict judge_joined_mqueue(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct scene scene;
	pid_t target;
	pid_t pid;
	int r;

	scene_init(&scene);
	expected(f, "a queue of PID's room is a file in COMMAND's /dev/mqueue");
	r = start_join(g, f, &scene, &box, &pid, &target);
	if (r < 0)
		return judge_no_probe(f, r, "join-refused");
	r = look_inside(target, make_inner, &scene);
	if (r == 0)
		r = shows_queue(pid, scene.inner);
	if (r < 0)
		return cannot_judge(f, r, "look into /dev/mqueue");
	observed(f, "it is %s", r ? "there" : "not there");
	return r ? VERDICT_PASS : fail(f, "not-its-mounts");
}

/*
 * In a room the program is root and could rename it; on the sandbox's host it
 * has no right to.  So the host whose name must stay is a joined room.
 */
static enum verdict judge_host_kept(struct grading *g, struct finding *f)
{
	static const char *const argv[] = {
		"/bin/beside", "beside", "/bin/exercise",
		"--join",      "PID",	 "/bin/exercise",
		"--new",       "attic",	 "/bin/probe",
		"hold",	       NULL
	};
	auto_box struct sandbox *box = NULL;
	char is[NAME_MAX_BYTES + 1];
	struct scene scene;
	pid_t pid;
	int r;

	scene_init(&scene);
	/* The target keeps the name that it was born with. */
	expected(f, "a room made by root leaves the name outside as it was, %s",
		 scene.host);
	r = start(g, f, &scene, argv, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "host-renamed");
	r = wait_copy(g, box, "beside");
	if (r >= 0)
		r = name_of(r, is);
	if (r < 0)
		return cannot_judge(f, r, "read the name outside");
	observed(f, "it is %s", is);
	return strcmp(is, scene.host) == 0 ? VERDICT_PASS
					   : fail(f, "host-renamed");
}

/* ---- 03.4: keep ----------------------------------------------------------- */

static int start_relay(struct grading *g, struct finding *f,
		       struct scene *scene, struct sandbox **box, pid_t *first)
{
	static const char *const argv[] = { "/bin/exercise", "--relay", "hall",
					    "/bin/probe",    "hold",	"--",
					    "/bin/second",   "hold",	NULL };

	return start(g, f, scene, argv, box, first);
}

/* 0 nobody, 1 somebody else of the sandbox is in the namespace of @pid. */
static int has_company(struct sandbox *box, pid_t pid, const char *ns)
{
	pid_t pids[64];
	int n = sandbox_pids(box, pids, 64);

	for (int i = 0; i < n && i < 64; i++) {
		if (pids[i] == pid)
			continue;
		if (look_same(pids[i], pid, ns) == 1)
			return 1;
	}
	return n < 0 ? n : 0;
}

/* Leave a mark in FIRST's room, end FIRST, wait for SECOND. */
static enum verdict relay(struct grading *g, struct finding *f,
			  struct scene *scene, struct sandbox **box,
			  pid_t *second)
{
	pid_t first;
	int r = start_relay(g, f, scene, box, &first);

	if (r < 0)
		return judge_no_probe(f, r, "not-held");
	for (int i = 0; i < 2; i++) {
		r = has_company(*box, first, i ? "ns/ipc" : "ns/uts");
		if (r < 0)
			return cannot_judge(f, r, "list the processes");
		if (r == 1) {
			observed(f, "another process sits in FIRST's room");
			return fail(f, "keeper-inside");
		}
	}
	r = look_inside(first, set_name, scene->nonce.text);
	if (r == 0)
		r = look_inside(first, make_inner, scene);
	if (r == 0)
		r = sysret(kill(first, SIGKILL));
	if (r < 0)
		return cannot_judge(f, r, "leave a mark in FIRST's room");
	r = wait_copy(g, *box, "second");
	if (r == -ESRCH || r == -ETIME) {
		observed(f, "FIRST ended, and SECOND was never run");
		return fail(f, "not-entered");
	}
	if (r < 0)
		return cannot_judge(f, r, "wait for SECOND");
	*second = r;
	return VERDICT_PASS;
}

static enum verdict judge_relayed(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct scene scene;
	enum verdict v;
	pid_t pid;

	scene_init(&scene);
	expected(f, "SECOND runs after FIRST, which was alone in its room");
	v = relay(g, f, &scene, &box, &pid);
	if (v == VERDICT_PASS)
		observed(f, "it does");
	return v;
}

static enum verdict judge_name_kept(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	char is[NAME_MAX_BYTES + 1];
	struct scene scene;
	enum verdict v;
	pid_t pid;
	int r;

	scene_init(&scene);
	expected(f, "SECOND has the hostname that FIRST had, %s",
		 scene.nonce.text);
	v = relay(g, f, &scene, &box, &pid);
	if (v != VERDICT_PASS)
		return v;
	r = name_of(pid, is);
	if (r < 0)
		return cannot_judge(f, r, "read SECOND's hostname");
	observed(f, "it has %s", is);
	return strcmp(is, scene.nonce.text) == 0 ? VERDICT_PASS
						 : fail(f, "name-lost");
}

static enum verdict judge_mail_kept(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct scene scene;
	enum verdict v;
	pid_t pid;
	int seen;
	int file;

	scene_init(&scene);
	expected(f, "SECOND finds FIRST's 4 IPC objects and its /dev/mqueue");
	v = relay(g, f, &scene, &box, &pid);
	if (v != VERDICT_PASS)
		return v;
	seen = look_inside(pid, see_inner, &scene);
	file = shows_queue(pid, scene.inner);
	if (seen < 0 || file < 0)
		return cannot_judge(f, seen < 0 ? seen : file,
				    "look for FIRST's objects");
	observed(f, "it finds %d, and the queue's file is %s",
		 __builtin_popcount((unsigned)seen),
		 file ? "there" : "not there");
	return seen == 15 && file ? VERDICT_PASS : fail(f, "mail-lost");
}

/* ---- the tables --------------------------------------------------------- */

#define NOT_STARTED                                                       \
	{                                                                 \
		"not-started",                                            \
			"a call that makes the room fails, so "           \
			"COMMAND is not executed",                        \
			"read which one in the output; unshare(2) comes " \
			"before what it is to allow: sethostname(2), "    \
			"mount(2)",                                       \
			"uts_namespaces(7), ipc_namespaces(7), mount(2)"  \
	}

/* A check's own diagnoses come first; those that it shares, after. */
static const struct diagnosis of_uts[] = {
	NOT_STARTED,
	{ "shared-uts", "COMMAND runs in the UTS namespace of everybody else",
	  "call unshare(2) with CLONE_NEWUTS in the process that executes "
	  "COMMAND",
	  "unshare(2), CLONE_NEWUTS" },
	{ 0 },
};

static const struct diagnosis of_name[] = {
	{ "wrong-name", "the name is another one, or was never set",
	  "call sethostname(2) with NAME", "sethostname(2)" },
	{ 0 },
};

static const struct diagnosis of_long[] = {
	{ "nul-counted",
	  "the length includes the terminating NUL, and the "
	  "longest name, 64 bytes, has no room for it",
	  "pass strlen(name)", "sethostname(2), DESCRIPTION" },
	{ 0 },
};

#define SHARED_IPC                                                            \
	{                                                                     \
		"shared-ipc", "IPC objects of the host are seen in the room", \
			"call unshare(2) with CLONE_NEWIPC too, before "      \
			"mounting "                                           \
			"mqueue",                                             \
			"ipc_namespaces(7)"                                   \
	}

static const struct diagnosis of_ipc[] = { NOT_STARTED, SHARED_IPC, { 0 } };

static const struct diagnosis of_mqueue[] = {
	NOT_STARTED,
	SHARED_IPC,
	{ "old-mqueue",
	  "/dev/mqueue is still the mount of the namespace that "
	  "you came from",
	  "mount the type mqueue on /dev/mqueue after unshare(2)",
	  "mq_overview(7), Mounting the message queue filesystem" },
	{ 0 },
};

#define JOIN_REFUSED                                                         \
	{                                                                    \
		"join-refused",                                              \
			"setns(2) fails: without the user namespace "        \
			"there is no right to join the others",              \
			"join CLONE_NEWUSER in the same call as the others", \
			"setns(2), ERRORS, EPERM"                            \
	}

static const struct diagnosis of_join_uts[] = {
	JOIN_REFUSED,
	{ "not-its-name", "the UTS namespace was not joined",
	  "add CLONE_NEWUTS to the flags of setns(2)", "setns(2)" },
	{ 0 },
};

static const struct diagnosis of_join_ipc[] = {
	JOIN_REFUSED,
	{ "not-its-mail", "the IPC namespace was not joined",
	  "add CLONE_NEWIPC to the flags of setns(2)", "setns(2)" },
	{ 0 },
};

static const struct diagnosis of_join_mqueue[] = {
	JOIN_REFUSED,
	{ "not-its-mounts",
	  "the mount namespace was not joined, so "
	  "/dev/mqueue shows other queues",
	  "add CLONE_NEWNS to the flags of setns(2)", "mq_overview(7)" },
	{ 0 },
};

static const struct diagnosis of_host[] = {
	{ "host-renamed",
	  "the name was set in the namespace that the program "
	  "came with",
	  "unshare(2) first, sethostname(2) after it", "uts_namespaces(7)" },
	{ 0 },
};

#define RELAY                                                               \
	{ "not-held", "the relay did not get as far as FIRST",              \
	  "open /proc/PID/ns/... of the child while it lives",              \
	  "namespaces(7), The /proc/pid/ns/ directory" },                   \
		{ "keeper-inside",                                          \
		  "another process sits in the room to keep "               \
		  "it alive",                                               \
		  "hold the room by descriptors, from outside",             \
		  "namespaces(7), Namespace lifetime" },                    \
	{                                                                   \
		"not-entered", "the room could not be entered after FIRST", \
			"join the user namespace first, then the others",   \
			"setns(2), ERRORS, EPERM"                           \
	}

static const struct diagnosis of_relay[] = { RELAY, { 0 } };

static const struct diagnosis of_name_kept[] = {
	RELAY,
	{ "name-lost", "SECOND is in another UTS namespace than FIRST was",
	  "hold and join \"uts\" too", "namespaces(7), Namespace lifetime" },
	{ 0 },
};

static const struct diagnosis of_mail_kept[] = {
	RELAY,
	{ "mail-lost",
	  "SECOND is in another IPC or mount namespace than FIRST "
	  "was",
	  "hold and join \"ipc\" and \"mnt\" too",
	  "namespaces(7), Namespace lifetime" },
	{ 0 },
};

static const struct task tasks[] = {
	{ "03.1",
	  "give a command a hostname of its own",
	  { "Two strings are namespaced here. Who sees a change of them?",
	    "Read uts_namespaces(7) and sethostname(2).",
	    "unshare(CLONE_NEWUTS), then sethostname(name, strlen(name))." } },
	{ "03.2",
	  "give it IPC objects of its own",
	  { "Which IPC namespace does /dev/mqueue show?",
	    "Read ipc_namespaces(7), and mq_overview(7) on mounting.",
	    "unshare(CLONE_NEWIPC | CLONE_NEWNS), make / private, mount "
	    "mqueue on /dev/mqueue." } },
	{ "03.3",
	  "join the namespaces of a process",
	  { "Who owns the namespaces that you want to enter?",
	    "Read pidfd_open(2), and in setns(2) what it does with a PID "
	    "file descriptor.",
	    "setns(pidfd, CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC | "
	    "CLONE_NEWNS)." } },
	{ "03.4",
	  "keep namespaces without a process",
	  { "A namespace ends with its last user. What counts as one?",
	    "Read namespaces(7), Namespace lifetime.",
	    "open(\"/proc/PID/ns/uts\") and the others while PID lives; "
	    "setns(2) on each, user first." } },
	{ 0 },
};

static const struct check checks[] = {
	{ "own-uts", "03.1", 8, "the command has a UTS namespace of its own",
	  NULL, judge_own_uts, of_uts },
	{ "name-inside", "03.1", 8, "its hostname is NAME", "own-uts",
	  judge_name_inside, of_name },
	{ "long-name", "03.1", 6, "a name may have 64 bytes", "own-uts",
	  judge_long_name, of_long },
	{ "own-ipc", "03.2", 7, "the command has an IPC namespace of its own",
	  NULL, judge_own_ipc, of_ipc },
	{ "ipc-apart", "03.2", 10, "no IPC object is seen across", "own-ipc",
	  judge_ipc_apart, of_ipc },
	{ "mqueue", "03.2", 8, "/dev/mqueue shows the room's queues", NULL,
	  judge_mqueue, of_mqueue },
	{ "joined-uts", "03.3", 8, "it joins the UTS namespace of a process",
	  NULL, judge_joined_uts, of_join_uts },
	{ "joined-ipc", "03.3", 8, "and the IPC namespace", NULL,
	  judge_joined_ipc, of_join_ipc },
	{ "joined-mqueue", "03.3", 6, "and sees its queues", NULL,
	  judge_joined_mqueue, of_join_mqueue },
	{ "host-kept", "03.3", 6, "the name outside stays as it was", NULL,
	  judge_host_kept, of_host },
	{ "relayed", "03.4", 7, "the room outlives its only process", NULL,
	  judge_relayed, of_relay },
	{ "name-kept", "03.4", 9, "with its name", "relayed", judge_name_kept,
	  of_name_kept },
	{ "mail-kept", "03.4", 9, "and with its IPC objects", "relayed",
	  judge_mail_kept, of_mail_kept },
	{ 0 },
};

const struct grader grader_03_uts_ipc_ns = {
	.lab = "03-uts-ipc-ns",
	.tasks = tasks,
	.checks = checks,
};
