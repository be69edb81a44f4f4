/* SPDX-License-Identifier: MIT */
/*
 * 09-seccomp.c - grade "porter": a raw filter, an allow-list, a broker
 *
 *	/work/house/note       regular files that the broker may open
 *	/work/house/sub/deep
 *	/work/house/pipe       a FIFO that nobody writes to
 *	/work/house/out        a link to ../secret
 *	/work/house/abs        a link to /work/secret
 *	/work/house/trap       a link to ../secret; in the race it is exchanged
 *	                       with the note
 *	/work/secret           what is outside
 *
 * COMMAND is the probe, which only waits.  The grader lends it system calls
 * (inject.h), through the three tables, and hears what the kernel says.  The
 * sandbox has a filter as well: calls of other tables fail there with ENOSYS.
 * To kill is stronger, so a filter that kills is seen; and the error that
 * denied calls get is another one each time.
 *
 * See: docs/handbook/09-seccomp.md.
 */
#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "between.h"
#include "cleanup.h"
#include "err.h"
#include "grader.h"
#include "inject.h"

/* Numbers of the i386 table, arch/x86/entry/syscalls/syscall_32.tbl. */
enum { I386_GETPID = 20, I386_UNSHARE = 310 };

enum { GONE_AFTER_MS = 300, ASLEEP_MS = 500, ANSWER_MS = 3000, CALLS_MAX = 16 };

#define HIGH_BIT (1UL << 32)

/* inject_text() for a constant */
#define TEXT(text)                                       \
	{                                                \
		.in = (text), .size_bytes = sizeof(text) \
	}

/* What this run of the program is asked for. */
struct scene {
	const char *argv[10];
	size_t argc;
	unsigned error; /* of -e; drawn afresh each time */
	char error_arg[8];
};

/* The program's COMMAND in its sandbox. */
struct guest {
	struct sandbox *box;
	unsigned error;
	pid_t pid;
	pid_t broker;	  /* with -b: its parent */
	const char *gone; /* the diagnosis if it has ended by itself */
};

static void guest_release(struct guest *guest)
{
	(void)sandbox_free(guest->box);
	guest->box = NULL;
}

#define auto_guest __attribute__((cleanup(guest_release)))

/* ---- what is there before the program starts ----------------------------- */

static int make_file(const char *path)
{
	auto_close int fd =
		open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	return write(fd, path, strlen(path)) < 0 ? -errno : 0;
}

static int prepare(void *arg)
{
	int r;

	(void)arg;
	if (mkdir("/work/house", 0755) < 0 ||
	    mkdir("/work/house/sub", 0755) < 0 ||
	    mkfifo("/work/house/pipe", 0644) < 0 ||
	    symlink("../secret", "/work/house/out") < 0 ||
	    symlink("/work/secret", "/work/house/abs") < 0 ||
	    symlink("../secret", "/work/house/trap") < 0)
		return -errno;
	r = make_file("/work/house/note");
	if (r == 0)
		r = make_file("/work/house/sub/deep");
	return r < 0 ? r : make_file("/work/secret");
}

static void scene_init(struct scene *scene)
{
	struct nonce nonce;
	unsigned a;

	nonce_init(&nonce);
	(void)sscanf(nonce.text, "%6x", &a);
	/* None that one of these calls has for another reason. */
	scene->error = 60 + a % 27;
	snprintf(scene->error_arg, sizeof(scene->error_arg), "%u",
		 scene->error);
	scene->argc = 0;
	scene->argv[scene->argc++] = "/bin/exercise";
	scene->argv[scene->argc++] = "-e";
	scene->argv[scene->argc++] = scene->error_arg;
}

static int start(struct grading *g, struct finding *f, struct scene *scene,
		 struct guest *guest)
{
	const struct sandbox_spec spec = {
		.argv = scene->argv,
		.prepare = prepare,
	};
	char parent[16];
	int r;

	scene->argv[scene->argc++] = "/bin/probe";
	scene->argv[scene->argc++] = "hold";
	scene->argv[scene->argc] = NULL;
	guest->error = scene->error;
	r = exercise_start_probe(g, f, &spec, &guest->box, &guest->pid);
	if (r == 0)
		r = look_status(guest->pid, "PPid", parent, sizeof(parent));
	if (r == 0)
		guest->broker = (pid_t)strtol(parent, NULL, 10);
	return r;
}

static int start_plain(struct grading *g, struct finding *f,
		       struct guest *guest)
{
	struct scene scene;

	scene_init(&scene);
	guest->gone = "not-started";
	return start(g, f, &scene, guest);
}

static int start_quiet(struct grading *g, struct finding *f,
		       struct guest *guest)
{
	struct scene scene;

	scene_init(&scene);
	guest->gone = "quiet-not-started";
	scene.argv[scene.argc++] = "-q";
	return start(g, f, &scene, guest);
}

static int start_asking(struct grading *g, struct finding *f,
			struct guest *guest)
{
	struct scene scene;

	scene_init(&scene);
	guest->gone = "asking-not-started";
	scene.argv[scene.argc++] = "-b";
	scene.argv[scene.argc++] = "/work/house";
	return start(g, f, &scene, guest);
}

/* ---- lending calls --------------------------------------------------------- */

/* Who is called, for the message; the fields of struct inject_call. */
struct trial {
	const char *name;
	struct inject_call call;
};

static bool returned(const struct inject_result *result, long value)
{
	return result->outcome == INJECT_RETURNED && result->value == value;
}

static void observe(struct finding *f, const struct trial *trial,
		    const struct inject_result *result)
{
	const char *name = trial->name;

	switch (result->outcome) {
	case INJECT_KILLED:
		observed(f, "%s: the process is killed", name);
		break;
	case INJECT_TRAPPED:
		observed(f, "%s: the process gets SIGSYS", name);
		break;
	case INJECT_HUNG:
		observed(f, "%s: there is no answer", name);
		break;
	case INJECT_ENDED:
		observed(f, "%s: the process has ended", name);
		break;
	default:
		if (result->value < 0)
			observed(f, "%s: %s", name,
				 strerrorname_np((int)-result->value)
					 ?: "an error without a name");
		else
			observed(f, "%s: it works", name);
	}
}

/* Return: VERDICT_PASS when the call has been lent. */
static enum verdict lend(struct finding *f, const struct guest *guest,
			 const struct trial *trial,
			 struct inject_result *result)
{
	int r = inject(guest->pid, &trial->call, result);

	if (r == -ESRCH) {
		observed(f, "COMMAND has started, and is gone");
		return fail(f, guest->gone);
	}
	if (r < 0)
		return cannot_judge(f, r, "lend COMMAND %s", trial->name);
	observe(f, trial, result);
	return VERDICT_PASS;
}

/*
 * Lend calls that should all have one answer.  Returns VERDICT_PASS, or fails
 * with the key for "the call is not denied at all", or for "in another way".
 */
static enum verdict expect_all(struct finding *f, const struct guest *guest,
			       const struct trial *trials, size_t count,
			       long value, const char *works,
			       const char *otherwise)
{
	for (size_t i = 0; i < count; i++) {
		struct inject_result result;
		enum verdict verdict = lend(f, guest, &trials[i], &result);

		if (verdict != VERDICT_PASS)
			return verdict;
		if (returned(&result, value))
			continue;
		return fail(f, result.outcome == INJECT_RETURNED &&
					       result.value >= 0
				       ? works
				       : otherwise);
	}
	return VERDICT_PASS;
}

/* Calls that should all work. */
static enum verdict expect_works(struct finding *f, const struct guest *guest,
				 const struct trial *trials, size_t count,
				 const char *key)
{
	for (size_t i = 0; i < count; i++) {
		struct inject_result result;
		enum verdict verdict = lend(f, guest, &trials[i], &result);

		if (verdict != VERDICT_PASS)
			return verdict;
		if (result.outcome != INJECT_RETURNED || result.value < 0)
			return fail(f, key);
	}
	return VERDICT_PASS;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- 09.1: a raw filter ----------------------------------------------------- */

static enum verdict judge_no_new_privs(struct grading *g, struct finding *f)
{
	auto_guest struct guest guest = { 0 };
	char text[16];
	int r = start_plain(g, f, &guest);

	expected(f, "NoNewPrivs is 1 in COMMAND's status");
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = look_status(guest.pid, "NoNewPrivs", text, sizeof(text));
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's status");
	observed(f, "it is %s", text);
	return strcmp(text, "1") == 0 ? VERDICT_PASS : fail(f, "new-privs");
}

/* How many filters a process has; PID 1 of the sandbox has those of the
 * grader itself, and the program was given one more. */
static int filters(pid_t pid)
{
	char text[16];
	int r = look_status(pid, "Seccomp_filters", text, sizeof(text));

	return r < 0 ? r : (int)strtol(text, NULL, 10);
}

static enum verdict judge_filtered(struct grading *g, struct finding *f)
{
	auto_guest struct guest guest = { 0 };
	int before;
	int now;
	int r = start_plain(g, f, &guest);

	expected(f, "COMMAND has one filter more than the program got");
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	before = filters(sandbox_init_pid(guest.box)) + 1;
	now = filters(guest.pid);
	if (before < 1 || now < 0)
		return cannot_judge(f, now, "read COMMAND's status");
	observed(f, "it has %d, and the program got %d", now, before);
	return now > before ? VERDICT_PASS : fail(f, "no-filter");
}

static enum verdict judge_denied(struct grading *g, struct finding *f)
{
	static const struct trial trials[] = {
		{ "unshare(CLONE_NEWUSER)",
		  { .number = SYS_unshare,
		    .args = { { .number = CLONE_NEWUSER } } } },
		{ "unshare(CLONE_NEWNET)",
		  { .number = SYS_unshare,
		    .args = { { .number = CLONE_NEWNET } } } },
		{ "setns",
		  { .number = SYS_setns, .args = { { .number = -1 } } } },
	};
	auto_guest struct guest guest = { 0 };
	int r = start_plain(g, f, &guest);

	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	expected(f, "unshare and setns fail with %s, as -e says",
		 strerrorname_np((int)guest.error));
	return expect_all(f, &guest, trials, COUNT(trials), -(long)guest.error,
			  "still-there", "other-error");
}

static enum verdict judge_clone_flags(struct grading *g, struct finding *f)
{
	static const struct trial trials[] = {
#define CLONE(flag)                                                  \
	{                                                            \
		"clone with " #flag,                                 \
		{                                                    \
			.number = SYS_clone, .args = {               \
				{ .number = (long)(flag) | SIGCHLD } \
			}                                            \
		}                                                    \
	}
		CLONE(CLONE_NEWUSER),
		CLONE(CLONE_NEWNS),
		CLONE(CLONE_NEWPID),
		CLONE(CLONE_NEWNET),
		CLONE(CLONE_NEWUTS),
		CLONE(CLONE_NEWIPC),
		CLONE(CLONE_NEWCGROUP),
		CLONE(CLONE_NEWUSER | CLONE_NEWNS),
		/* Of the flags the kernel takes the low half. */
		CLONE(CLONE_NEWUSER | HIGH_BIT),
#undef CLONE
	};
	auto_guest struct guest guest = { 0 };
	int r = start_plain(g, f, &guest);

	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	expected(f, "clone with a flag that makes a namespace fails with %s",
		 strerrorname_np((int)guest.error));
	return expect_all(f, &guest, trials, COUNT(trials), -(long)guest.error,
			  "flag-passes", "flag-passes");
}

static enum verdict judge_clone3(struct grading *g, struct finding *f)
{
	static const struct clone_args args = { .flags = CLONE_NEWUSER,
						.exit_signal = SIGCHLD };
	static const struct trial trial = {
		"clone3",
		{ .number = SYS_clone3,
		  .args = { { .in = &args, .size_bytes = sizeof(args) },
			    { .number = sizeof(args) } } }
	};
	auto_guest struct guest guest = { 0 };
	int r = start_plain(g, f, &guest);

	expected(f, "clone3 fails with ENOSYS");
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	return expect_all(f, &guest, &trial, 1, -ENOSYS, "clone3-there",
			  "clone3-other");
}

static enum verdict judge_others(struct grading *g, struct finding *f)
{
	static const struct trial trials[] = {
		{ "getpid", { .number = SYS_getpid } },
		{ "mkdir",
		  { .number = SYS_mkdir,
		    .args = { TEXT("/work/new"), { .number = 0755 } } } },
		{ "socket",
		  { .number = SYS_socket,
		    .args = { { .number = AF_UNIX },
			      { .number = SOCK_STREAM } } } },
		{ "fork", { .number = SYS_fork } },
		{ "clone without such a flag",
		  { .number = SYS_clone, .args = { { .number = SIGCHLD } } } },
	};
	auto_guest struct guest guest = { 0 };
	int r = start_plain(g, f, &guest);

	expected(f, "other calls work: getpid, mkdir, socket, fork, clone");
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	return expect_works(f, &guest, trials, COUNT(trials), "too-much");
}

/* Each call in a sandbox of its own: the first one should end COMMAND. */
static enum verdict judge_table(struct grading *g, struct finding *f,
				const struct trial trials[2],
				const char *passes)
{
	enum verdict verdict = VERDICT_PASS;

	for (int i = 0; verdict == VERDICT_PASS && i < 2; i++) {
		auto_guest struct guest guest = { 0 };
		struct inject_result result;
		int r = start_plain(g, f, &guest);

		if (r < 0)
			return judge_no_probe(f, r, "not-started");
		verdict = lend(f, &guest, &trials[i], &result);
		if (verdict != VERDICT_PASS)
			return verdict;
		if (result.outcome == INJECT_KILLED)
			continue;
		if (returned(&result, -ENOSYS))
			observed(f,
				 "%s: the filter lets it through (the sandbox "
				 "answers ENOSYS)",
				 trials[i].name);
		verdict =
			fail(f, returned(&result, -(long)guest.error) ||
						result.outcome == INJECT_TRAPPED
					? "not-killed"
					: passes);
	}
	return verdict;
}

static enum verdict judge_i386(struct grading *g, struct finding *f)
{
	static const struct trial trials[2] = {
		{ "unshare of the i386 table",
		  { .table = INJECT_I386,
		    .number = I386_UNSHARE,
		    .args = { { .number = CLONE_NEWUSER } } } },
		{ "getpid of the i386 table",
		  { .table = INJECT_I386, .number = I386_GETPID } },
	};

	expected(f, "a call through the i386 table kills COMMAND");
	if (inject_missing(INJECT_I386))
		return cannot_run(f, inject_missing(INJECT_I386),
				  "isolab grade --in machine 09");
	return judge_table(g, f, trials, "no-arch");
}

/* A kernel without the table has x32 numbers as well: the filter is first. */
static enum verdict judge_x32(struct grading *g, struct finding *f)
{
	static const struct trial trials[2] = {
		{ "unshare of the x32 table",
		  { .table = INJECT_X32,
		    .number = SYS_unshare,
		    .args = { { .number = CLONE_NEWUSER } } } },
		{ "getpid of the x32 table",
		  { .table = INJECT_X32, .number = SYS_getpid } },
	};

	expected(f, "a call through the x32 table kills COMMAND");
	return judge_table(g, f, trials, "no-x32");
}

/* ---- 09.2: an allow-list ------------------------------------------------------ */

static enum verdict judge_listed(struct grading *g, struct finding *f)
{
	static const struct trial trials[] = {
		{ "getpid", { .number = SYS_getpid } },
		{ "brk", { .number = SYS_brk } },
		{ "clock_gettime",
		  { .number = SYS_clock_gettime,
		    .args = { { .number = 0 }, { .size_bytes = 16 } } } },
		{ "fstat",
		  { .number = SYS_fstat,
		    .args = { { .number = 0 }, { .size_bytes = 256 } } } },
		{ "write to 1",
		  { .number = SYS_write,
		    .args = { { .number = 1 }, TEXT("."), { .number = 1 } } } },
		{ "write to 2",
		  { .number = SYS_write,
		    .args = { { .number = 2 }, TEXT("."), { .number = 1 } } } },
	};
	auto_guest struct guest guest = { 0 };
	int r = start_quiet(g, f, &guest);

	expected(f, "what is in the list works");
	if (r < 0)
		return judge_no_probe(f, r, "quiet-not-started");
	return expect_works(f, &guest, trials, COUNT(trials), "listed-denied");
}

static enum verdict judge_unlisted(struct grading *g, struct finding *f)
{
	static const struct trial trials[] = {
		{ "getppid", { .number = SYS_getppid } },
		{ "mkdir",
		  { .number = SYS_mkdir,
		    .args = { TEXT("/work/new"), { .number = 0755 } } } },
		{ "socket",
		  { .number = SYS_socket,
		    .args = { { .number = AF_UNIX },
			      { .number = SOCK_STREAM } } } },
		{ "open",
		  { .number = SYS_open, .args = { TEXT("/work/secret") } } },
		{ "dup", { .number = SYS_dup, .args = { { .number = 0 } } } },
		{ "umask",
		  { .number = SYS_umask, .args = { { .number = 18 } } } },
		{ "uname",
		  { .number = SYS_uname, .args = { { .size_bytes = 400 } } } },
		{ "fork", { .number = SYS_fork } },
		{ "write to 0",
		  { .number = SYS_write,
		    .args = { { .number = 0 }, TEXT("."), { .number = 1 } } } },
	};
	auto_guest struct guest guest = { 0 };
	int r = start_quiet(g, f, &guest);

	expected(f, "what is not in the list fails with ENOSYS");
	if (r < 0)
		return judge_no_probe(f, r, "quiet-not-started");
	return expect_all(f, &guest, trials, COUNT(trials), -ENOSYS,
			  "unlisted-works", "not-enosys");
}

/* The broker may have to wait for the processor. */
#define OPENAT(path, flags)                       \
	{                                         \
		.number = SYS_openat,             \
		.args = { { .number = AT_FDCWD }, \
			  TEXT(path),             \
			  { .number = (flags) },  \
			  { .number = 0644 } },   \
		.timeout_ms = ANSWER_MS,          \
	}

static enum verdict judge_reading(struct grading *g, struct finding *f)
{
	static const struct trial read_it = { "openat with O_RDONLY",
					      OPENAT("/work/secret",
						     O_RDONLY | O_CLOEXEC) };
	static const struct trial erofs[] = {
		{ "openat with O_WRONLY", OPENAT("/work/secret", O_WRONLY) },
		{ "openat with O_RDWR", OPENAT("/work/secret", O_RDWR) },
		{ "openat with O_WRONLY and O_CREAT",
		  OPENAT("/work/new", O_WRONLY | O_CREAT) },
	};
	static const struct trial enosys[] = {
		{ "openat with O_RDONLY and O_CREAT",
		  OPENAT("/work/new", O_RDONLY | O_CREAT) },
		{ "openat with O_RDONLY and O_TRUNC",
		  OPENAT("/work/secret", O_RDONLY | O_TRUNC) },
	};
	auto_guest struct guest guest = { 0 };
	enum verdict verdict;
	int r = start_quiet(g, f, &guest);

	expected(f, "openat works with O_RDONLY, is EROFS with O_WRONLY or "
		    "O_RDWR, and else ENOSYS");
	if (r < 0)
		return judge_no_probe(f, r, "quiet-not-started");
	verdict = expect_works(f, &guest, &read_it, 1, "reading-denied");
	if (verdict == VERDICT_PASS)
		verdict = expect_all(f, &guest, erofs, COUNT(erofs), -EROFS,
				     "writing-works", "not-erofs");
	if (verdict == VERDICT_PASS)
		verdict = expect_all(f, &guest, enosys, COUNT(enosys), -ENOSYS,
				     "writing-works", "writing-works");
	return verdict;
}

#define IOCTL(request)                                 \
	{                                              \
		.number = SYS_ioctl, .args = {         \
			{ .number = 0 },               \
			{ .number = (long)(request) }, \
			{ .size_bytes = 64 }           \
		}                                      \
	}

static enum verdict judge_ioctl(struct grading *g, struct finding *f)
{
	/* Descriptor 0 is /dev/null, no terminal. */
	static const struct trial allowed = { "ioctl with TCGETS",
					      IOCTL(TCGETS) };
	static const struct trial denied[] = {
		{ "ioctl with TIOCSTI", IOCTL(TIOCSTI) },
		{ "ioctl with TIOCSTI and a high bit",
		  IOCTL(TIOCSTI | HIGH_BIT) },
		{ "ioctl with TIOCLINUX and a high bit",
		  IOCTL(TIOCLINUX | HIGH_BIT) },
	};
	auto_guest struct guest guest = { 0 };
	enum verdict verdict;
	int r = start_quiet(g, f, &guest);

	expected(f, "ioctl with TCGETS gets through (ENOTTY here), and no "
		    "other");
	if (r < 0)
		return judge_no_probe(f, r, "quiet-not-started");
	verdict = expect_all(f, &guest, &allowed, 1, -ENOTTY, "tcgets-denied",
			     "tcgets-denied");
	if (verdict == VERDICT_PASS)
		verdict = expect_all(f, &guest, denied, COUNT(denied), -ENOSYS,
				     "ioctl-passes", "ioctl-passes");
	return verdict;
}

/* ---- 09.3: a broker -------------------------------------------------------------- */

/* Whether a descriptor of COMMAND is a file, as the sandbox has it. */
static int is_file(const struct guest *guest, long fd, const char *path)
{
	auto_close int wantedfd = sandbox_open(guest->box, path, O_PATH);
	struct file_id have;
	struct stat st;
	char name[32];
	int r;

	if (wantedfd < 0)
		return wantedfd;
	if (fstat(wantedfd, &st) < 0)
		return -errno;
	snprintf(name, sizeof(name), "fd/%ld", fd);
	r = look_id(guest->pid, name, &have);
	if (r < 0)
		return r;
	return file_id_equal(have, (struct file_id){ st.st_dev, st.st_ino });
}

/* The call should give COMMAND that file. */
static enum verdict expect_file(struct finding *f, const struct guest *guest,
				const struct trial *trial, const char *path,
				const char *refused)
{
	struct inject_result result;
	enum verdict verdict;
	int r;

	verdict = lend(f, guest, trial, &result);
	if (verdict != VERDICT_PASS)
		return verdict;
	if (result.outcome != INJECT_RETURNED || result.value < 0)
		return fail(f, refused);
	r = is_file(guest, result.value, path);
	if (r == 1)
		return VERDICT_PASS;
	observed(f, "%s: it gets %s", trial->name,
		 r < 0 ? "a descriptor that is not open" : "another file");
	return fail(f, refused);
}

static enum verdict judge_granted(struct grading *g, struct finding *f)
{
	static const struct trial note = { "openat of /note",
					   OPENAT("/note", O_RDONLY) };
	static const struct trial deep = { "openat of /sub/deep",
					   OPENAT("/sub/deep", O_RDONLY) };
	auto_guest struct guest guest = { 0 };
	enum verdict verdict;
	int r = start_asking(g, f, &guest);

	expected(f, "COMMAND opens /note and /sub/deep, and they are DIR's");
	if (r < 0)
		return judge_no_probe(f, r, "asking-not-started");
	verdict = expect_file(f, &guest, &note, "/work/house/note",
			      "not-granted");
	if (verdict == VERDICT_PASS)
		verdict = expect_file(f, &guest, &deep, "/work/house/sub/deep",
				      "not-granted");
	return verdict;
}

static enum verdict judge_old_open(struct grading *g, struct finding *f)
{
	static const struct trial note = { "open of /note",
					   { .number = SYS_open,
					     .args = { TEXT("/note") } } };
	auto_guest struct guest guest = { 0 };
	int r = start_asking(g, f, &guest);

	expected(f, "open(2) of /note gives COMMAND the file as well");
	if (r < 0)
		return judge_no_probe(f, r, "asking-not-started");
	return expect_file(f, &guest, &note, "/work/house/note", "old-open");
}

static enum verdict judge_read_only(struct grading *g, struct finding *f)
{
	static const struct trial trials[] = {
		{ "openat with O_RDWR", OPENAT("/note", O_RDWR) },
		{ "openat with O_WRONLY", OPENAT("/note", O_WRONLY) },
		{ "openat with O_TRUNC", OPENAT("/note", O_TRUNC) },
		{ "openat with O_CREAT", OPENAT("/new", O_CREAT) },
	};
	auto_guest struct guest guest = { 0 };
	int r = start_asking(g, f, &guest);

	expected(f, "to open with O_WRONLY, O_RDWR, O_CREAT or O_TRUNC is "
		    "EROFS");
	if (r < 0)
		return judge_no_probe(f, r, "asking-not-started");
	return expect_all(f, &guest, trials, COUNT(trials), -EROFS,
			  "opens-to-write", "asking-not-erofs");
}

/* Flags of a descriptor, as open(2) has them, or a negative errno value. */
static int flags_of(pid_t pid, long fd)
{
	auto_close int from = -1;
	char path[64];
	char text[256];
	const char *at;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%ld", (int)pid, fd);
	from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return -errno;
	n = read(from, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	at = strstr(text, "flags:");
	return at ? (int)strtol(at + strlen("flags:"), NULL, 8) : -ENODATA;
}

static enum verdict judge_cloexec(struct grading *g, struct finding *f)
{
	static const struct trial trials[] = {
		{ "openat without O_CLOEXEC", OPENAT("/note", O_RDONLY) },
		{ "openat with O_CLOEXEC",
		  OPENAT("/note", O_RDONLY | O_CLOEXEC) },
	};
	auto_guest struct guest guest = { 0 };
	enum verdict verdict;
	int r = start_asking(g, f, &guest);

	expected(f, "COMMAND's descriptor has O_CLOEXEC if it asked for it");
	if (r < 0)
		return judge_no_probe(f, r, "asking-not-started");
	for (int i = 0; i < 2; i++) {
		struct inject_result result;

		verdict = lend(f, &guest, &trials[i], &result);
		if (verdict != VERDICT_PASS)
			return verdict;
		if (result.outcome != INJECT_RETURNED || result.value < 0)
			return fail(f, "cloexec");
		r = flags_of(guest.pid, result.value);
		if (r < 0)
			return cannot_judge(f, r, "read COMMAND's fdinfo");
		observed(f, "%s: the flags are %#o", trials[i].name,
			 (unsigned)r);
		if (!!(r & O_CLOEXEC) != i)
			return fail(f, "cloexec");
	}
	return VERDICT_PASS;
}

/*
 * Paths that lead out of DIR, or to what is no file.  An answer is an error;
 * which one depends on how the program resolves them.
 */
static enum verdict expect_refused(struct grading *g, struct finding *f,
				   const struct trial *trials, size_t count,
				   const char *opened)
{
	auto_guest struct guest guest = { 0 };
	enum verdict verdict;
	int r = start_asking(g, f, &guest);

	if (r < 0)
		return judge_no_probe(f, r, "asking-not-started");
	for (size_t i = 0; i < count; i++) {
		struct inject_result result;

		verdict = lend(f, &guest, &trials[i], &result);
		if (verdict != VERDICT_PASS)
			return verdict;
		if (result.outcome != INJECT_RETURNED)
			return fail(f, "no-answer");
		if (result.value >= 0)
			return fail(f, opened);
	}
	return VERDICT_PASS;
}

static enum verdict judge_beneath(struct grading *g, struct finding *f)
{
	static const struct trial trials[] = {
		{ "openat of /../secret", OPENAT("/../secret", O_RDONLY) },
		{ "openat of /sub/../../secret",
		  OPENAT("/sub/../../secret", O_RDONLY) },
		{ "openat of a link to ../secret", OPENAT("/out", O_RDONLY) },
		{ "openat of a link to /work/secret",
		  OPENAT("/abs", O_RDONLY) },
		{ "openat of ../secret", OPENAT("../secret", O_RDONLY) },
	};

	expected(f, "no path and no link leads out of DIR");
	return expect_refused(g, f, trials, COUNT(trials), "escaped");
}

static enum verdict judge_regular(struct grading *g, struct finding *f)
{
	static const struct trial trials[] = {
		{ "openat of a FIFO", OPENAT("/pipe", O_RDONLY) },
		{ "openat of a folder", OPENAT("/sub", O_RDONLY) },
		{ "openat of /", OPENAT("/", O_RDONLY) },
	};

	expected(f, "what is no regular file is refused, without waiting");
	return expect_refused(g, f, trials, COUNT(trials), "not-regular");
}

/* ---- between two calls of the broker ---------------------------------------------- */

static bool is_ioctl(const struct between_call *call, unsigned long request)
{
	return call->number == SYS_ioctl &&
	       (uint32_t)call->args[1] == (uint32_t)request;
}

static bool is_received(const struct between_call *call)
{
	return is_ioctl(call, SECCOMP_IOCTL_NOTIF_RECV) && call->value == 0;
}

/* In which order it received, read, asked and answered; 0 is never. */
struct steps {
	int now;
	int received;
	int read;  /* the first time, from then on */
	int asked; /* the last time */
	int answered;
};

static void note_step(void *arg, const struct between_call *call)
{
	struct steps *steps = arg;

	steps->now++;
	if (is_received(call)) {
		steps->received = steps->now;
		steps->read = 0;
		steps->asked = 0;
	}
	if (!steps->received || steps->answered)
		return;
	if ((call->number == SYS_pread64 || call->number == SYS_read ||
	     call->number == SYS_readv || call->number == SYS_preadv) &&
	    call->value > 0 && !steps->read)
		steps->read = steps->now;
	if (is_ioctl(call, SECCOMP_IOCTL_NOTIF_ID_VALID))
		steps->asked = steps->now;
	if (is_ioctl(call, SECCOMP_IOCTL_NOTIF_ADDFD) ||
	    is_ioctl(call, SECCOMP_IOCTL_NOTIF_SEND))
		steps->answered = steps->now;
}

static enum verdict judge_id_valid(struct grading *g, struct finding *f)
{
	static const struct inject_call call = OPENAT("/note", O_RDONLY);
	auto_guest struct guest guest = { 0 };
	struct inject_result result;
	struct steps steps;
	struct steps *shared;
	int r = start_asking(g, f, &guest);

	expected(f, "after it has read the path, and before it answers, porter "
		    "asks if the question is still valid");
	if (r < 0)
		return judge_no_probe(f, r, "asking-not-started");
	shared = look_shared(sizeof(*shared));
	if (!shared)
		return cannot_judge(f, -ENOMEM, "watch porter");
	r = between(&(struct between){ guest.broker, note_step, shared },
		    guest.pid, &call, &result);
	steps = *shared;
	look_unshare(shared, sizeof(*shared));
	if (r < 0 || !steps.received || !steps.read)
		return cannot_judge(f, r, "watch porter");
	observed(f, "it reads, answers, and %s",
		 !steps.asked		    ? "never asks"
		 : steps.asked < steps.read ? "asks before it has read"
					    : "asks in between");
	return steps.asked > steps.read ? VERDICT_PASS : fail(f, "not-asked");
}

/* Change the world after the given number of calls. */
struct race {
	int after;    /* how many calls after the question was received */
	int calls;    /* that were made; -1: it has not been received */
	bool changed; /* it has been done */
	int folderfd; /* DIR, to exchange two names in; or -1 */
	pid_t pid;    /* whose memory to change otherwise */
};

/*
 * Where the path of the call is that a process waits in; -EAGAIN if it is still
 * on its way into it.  See: proc(5), /proc/pid/syscall.
 */
static int find_path(pid_t pid, unsigned long *ret)
{
	auto_close int fd = -1;
	char text[256];
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	return sscanf(text, "%*d %*x %lx", ret) == 1 ? 0 : -EAGAIN;
}

static int change_path(pid_t pid)
{
	static const char other[] = "/../secret";
	auto_close int fd = -1;
	unsigned long address;
	char path[64];
	int r = -EAGAIN;

	for (int ms = 0; r == -EAGAIN && ms < ASLEEP_MS; ms++) {
		r = find_path(pid, &address);
		if (r == -EAGAIN)
			(void)poll(NULL, 0, 1);
	}
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return pwrite(fd, other, sizeof(other), (off_t)address) == sizeof(other)
		       ? 0
		       : -EIO;
}

static int exchange(int folderfd)
{
	return sysret(
		renameat2(folderfd, "note", folderfd, "trap", RENAME_EXCHANGE));
}

static void race_step(void *arg, const struct between_call *call)
{
	struct race *race = arg;

	if (is_received(call))
		race->calls = 0;
	else if (race->calls >= 0)
		race->calls++;
	if (race->changed || race->calls != race->after)
		return;
	race->changed = (race->folderfd >= 0 ? exchange(race->folderfd)
					     : change_path(race->pid)) == 0;
}

/* One try.  Returns whether COMMAND has got the secret, or -errno. */
static int run_race(const struct guest *guest, struct race *race)
{
	char path[64] = "/note";
	const struct inject_call call = {
		.number = SYS_openat,
		.args = { { .number = AT_FDCWD },
			  { .in = path, .size_bytes = sizeof(path) },
			  { .number = O_RDONLY } },
		.timeout_ms = ANSWER_MS,
	};
	struct inject_result result;
	struct race *shared = look_shared(sizeof(*shared));
	int r;

	if (!shared)
		return -ENOMEM;
	*shared = *race;
	r = between(&(struct between){ guest->broker, race_step, shared },
		    guest->pid, &call, &result);
	*race = *shared;
	look_unshare(shared, sizeof(*shared));
	if (r == 0 && race->changed && race->folderfd >= 0)
		r = exchange(race->folderfd);
	if (r < 0)
		return r;
	if (result.outcome != INJECT_RETURNED || result.value < 0)
		return 0;
	r = is_file(guest, result.value, "/work/secret");
	return r == -ENOENT ? 0 : r; /* a number, and no file behind it */
}

static enum verdict judge_race(struct grading *g, struct finding *f, bool link)
{
	auto_guest struct guest guest = { 0 };
	auto_close int folderfd = -1;
	int r = start_asking(g, f, &guest);

	if (r < 0)
		return judge_no_probe(f, r, "asking-not-started");
	folderfd =
		sandbox_open(guest.box, "/work/house", O_RDONLY | O_DIRECTORY);
	if (folderfd < 0)
		return cannot_judge(f, folderfd, "open DIR");
	for (int after = 0; after < CALLS_MAX; after++) {
		struct race race = { .after = after,
				     .calls = -1,
				     .folderfd = link ? folderfd : -1,
				     .pid = guest.pid };

		r = run_race(&guest, &race);
		if (r < 0 || (after == 0 && !race.changed))
			return cannot_judge(f, r, "step into porter's work");
		if (!race.changed)
			break; /* by then it had answered */
		observed(f, "changed after %d of porter's calls: %s", after,
			 r ? "COMMAND gets what is outside of DIR"
			   : "nothing leads out");
		if (r == 1)
			return fail(f, link ? "link-raced" : "path-raced");
	}
	return VERDICT_PASS;
}

static enum verdict judge_path_race(struct grading *g, struct finding *f)
{
	expected(f, "nothing leads out of DIR, whenever COMMAND changes the "
		    "path in its memory");
	return judge_race(g, f, false);
}

static enum verdict judge_link_race(struct grading *g, struct finding *f)
{
	expected(f, "nothing leads out of DIR, whenever a file in there "
		    "becomes a link");
	return judge_race(g, f, true);
}

/* Do not let it go on until the call has been taken back. */
static void stay(void *arg, const struct between_call *call)
{
	(void)arg;
	while (is_received(call))
		pause();
}

static enum verdict judge_caller_gone(struct grading *g, struct finding *f)
{
	static const struct inject_call taken_back = {
		.number = SYS_openat,
		.args = { { .number = AT_FDCWD }, TEXT("/note") },
		.timeout_ms = GONE_AFTER_MS,
	};
	static const struct trial again = { "the next openat",
					    OPENAT("/note", O_RDONLY) };
	auto_guest struct guest guest = { 0 };
	struct inject_result result;
	int r = start_asking(g, f, &guest);

	expected(f, "a question that is taken back does not stop porter");
	if (r < 0)
		return judge_no_probe(f, r, "asking-not-started");
	r = between(&(struct between){ .broker = guest.broker, .each = stay },
		    guest.pid, &taken_back, &result);
	if (r < 0 || result.outcome != INJECT_HUNG)
		return cannot_judge(f, r, "take a question back");
	guest.gone = "porter-gone";
	return expect_file(f, &guest, &again, "/work/house/note",
			   "porter-gone");
}

/* ---- the tables --------------------------------------------------------- */

#define NOT_STARTED                                                            \
	{                                                                      \
		"not-started", "COMMAND was not executed, or was killed",      \
			"read in the output why; EINVAL from seccomp(2) is a " \
			"jump behind the end or a program without a last "     \
			"return, EACCES is NoNewPrivs missing",                \
			"seccomp(2), ERRORS"                                   \
	}

static const struct diagnosis of_privs[] = {
	NOT_STARTED,
	{ "new-privs",
	  "it was not set; who has CAP_SYS_ADMIN can load a filter without it, "
	  "but a set-user-ID program could then run with calls that fail",
	  "call prctl(2) with PR_SET_NO_NEW_PRIVS before the filter is loaded",
	  "prctl(2), PR_SET_NO_NEW_PRIVS" },
	{ 0 },
};

static const struct diagnosis of_filtered[] = {
	NOT_STARTED,
	{ "no-filter",
	  "no filter was loaded in the process that became COMMAND",
	  "call seccomp(2) with SECCOMP_SET_MODE_FILTER in that process, and "
	  "look at what it returns",
	  "seccomp(2)" },
	{ 0 },
};

static const struct diagnosis of_denied[] = {
	NOT_STARTED,
	{ "still-there",
	  "the call works: no jump leads from its number to "
	  "the error",
	  "count the jumps again, from the instruction that follows",
	  "seccomp(2), EXAMPLES" },
	{ "other-error",
	  "the call fails with another error than -e says, or "
	  "it reaches the kernel's own checks",
	  "return SECCOMP_RET_ERRNO with the number in its low 16 bits",
	  "seccomp(2), SECCOMP_RET_ERRNO" },
	{ 0 },
};

static const struct diagnosis of_clone[] = {
	NOT_STARTED,
	{ "flag-passes", "a flag that makes a namespace gets through clone(2)",
	  "load the low half of the first argument, and jump with BPF_JSET if "
	  "any bit of NAMESPACES is set; comparing whole values is not enough",
	  "seccomp(2), NOTES; clone(2)" },
	{ 0 },
};

static const struct diagnosis of_clone3[] = {
	NOT_STARTED,
	{ "clone3-there", "clone3(2) makes a namespace",
	  "its flags lie in memory, where no filter can look, so the whole "
	  "call "
	  "has to go",
	  "clone3(2)" },
	{ "clone3-other", "it fails with another error than ENOSYS",
	  "return ENOSYS for it: with any other error the C library does not "
	  "fall back to clone(2), and threads do not start",
	  "clone(2), VERSIONS" },
	{ 0 },
};

static const struct diagnosis of_others[] = {
	NOT_STARTED,
	{ "too-much", "the filter denies more than it should",
	  "the last instruction returns SECCOMP_RET_ALLOW, and what is not "
	  "compared with has to get there",
	  "seccomp(2), EXAMPLES" },
	{ 0 },
};

#define NOT_KILLED                                                         \
	{                                                                  \
		"not-killed", "the call fails, but the process goes on",   \
			"nothing honest comes through this table: return " \
			"SECCOMP_RET_KILL_PROCESS",                        \
			"seccomp(2), SECCOMP_RET_KILL_PROCESS"             \
	}

static const struct diagnosis of_i386[] = {
	NOT_STARTED,
	{ "no-arch",
	  "the filter takes a number of the i386 table for one of x86-64",
	  "load the field arch first, and compare it with AUDIT_ARCH_X86_64",
	  "seccomp(2), NOTES" },
	NOT_KILLED,
	{ 0 },
};

static const struct diagnosis of_x32[] = {
	NOT_STARTED,
	{ "no-x32",
	  "x32 has the architecture of x86-64, and its numbers are others",
	  "kill also if the number is X32_BIT or more", "seccomp(2), NOTES" },
	NOT_KILLED,
	{ 0 },
};

#define QUIET_NOT_STARTED                                                     \
	{                                                                     \
		"quiet-not-started",                                          \
			"with -q COMMAND was not executed, or ended at once", \
			"add a rule for each call of the table; strace -f "   \
			"shows which one fails",                              \
			"seccomp_rule_add(3)"                                 \
	}

static const struct diagnosis of_listed[] = {
	QUIET_NOT_STARTED,
	{ "listed-denied", "a call that is allowed is denied",
	  "rules of one call are joined by \"or\", the comparisons in one rule "
	  "by \"and\"",
	  "seccomp_rule_add(3), DESCRIPTION" },
	{ 0 },
};

static const struct diagnosis of_unlisted[] = {
	QUIET_NOT_STARTED,
	{ "unlisted-works", "a call works that is not in the list",
	  "the action of seccomp_init(3) is for all that has no rule, so it "
	  "has to deny",
	  "seccomp_init(3)" },
	{ "not-enosys", "it is denied, but not with ENOSYS",
	  "give seccomp_init(3) SCMP_ACT_ERRNO(ENOSYS)", "seccomp_init(3)" },
	{ 0 },
};

static const struct diagnosis of_reading[] = {
	QUIET_NOT_STARTED,
	{ "reading-denied", "a file cannot be opened to be read",
	  "other flags may be set, such as O_CLOEXEC: compare under a mask",
	  "seccomp_rule_add(3), SCMP_CMP_MASKED_EQ" },
	{ "writing-works", "openat(2) can change or make a file",
	  "mask the flags with CHANGES, all of them, and compare with 0",
	  "seccomp_rule_add(3), SCMP_CMP_MASKED_EQ" },
	{ "not-erofs", "to open for writing fails with another error",
	  "two more rules with SCMP_ACT_ERRNO(EROFS): O_ACCMODE has two bits",
	  "open(2)" },
	{ 0 },
};

static const struct diagnosis of_ioctl[] = {
	QUIET_NOT_STARTED,
	{ "tcgets-denied", "ioctl(2) with TCGETS is denied",
	  "the request is the second argument, SCMP_A1",
	  "seccomp_rule_add(3)" },
	{ "ioctl-passes",
	  "ioctl(2) gets through with another request, perhaps under a bit "
	  "that the kernel does not look at",
	  "allow the one that you want; a rule that says \"all but\" compares "
	  "64 bits, and the kernel 32",
	  "seccomp_rule_add(3), SCMP_CMP_MASKED_EQ" },
	{ 0 },
};

#define ASKING_NOT_STARTED                                                   \
	{                                                                    \
		"asking-not-started", "with -b COMMAND was not executed",    \
			"read in the output why; the filter is loaded with " \
			"SCMP_ACT_NOTIFY, and seccomp_notify_fd(3) gives "   \
			"the descriptor",                                    \
			"seccomp_unotify(2)"                                 \
	}

static const struct diagnosis of_granted[] = {
	ASKING_NOT_STARTED,
	{ "not-granted",
	  "COMMAND does not get the file: it was not asked for, not opened, or "
	  "not handed over",
	  "ENOENT is the empty root's own answer, so the call went on; EBADF "
	  "or "
	  "a file that is not open means that the descriptor was not added to "
	  "COMMAND's",
	  "seccomp_unotify(2), SECCOMP_IOCTL_NOTIF_ADDFD" },
	{ 0 },
};

static const struct diagnosis of_old_open[] = {
	ASKING_NOT_STARTED,
	{ "old-open", "open(2) is not served, or not read as it is",
	  "notify of both calls; the path is the first argument of open(2), "
	  "and "
	  "the second of openat(2)",
	  "open(2)" },
	{ 0 },
};

static const struct diagnosis of_read_only[] = {
	ASKING_NOT_STARTED,
	{ "opens-to-write",
	  "COMMAND is given a file although it asked to "
	  "change it",
	  "look at all of CHANGES before anything is opened", "open(2)" },
	{ "asking-not-erofs", "the answer is another error than EROFS",
	  "set the field error to -EROFS: it is negative",
	  "seccomp_unotify(2), SECCOMP_IOCTL_NOTIF_SEND" },
	{ 0 },
};

static const struct diagnosis of_cloexec[] = {
	ASKING_NOT_STARTED,
	{ "cloexec",
	  "the flag is always set or never; it belongs to COMMAND's number and "
	  "not to the open file, so your own has nothing to do with it",
	  "newfd_flags takes O_CLOEXEC: pass on what COMMAND asked for",
	  "seccomp_unotify(2), SECCOMP_IOCTL_NOTIF_ADDFD" },
	{ 0 },
};

#define NO_ANSWER                                                            \
	{                                                                    \
		"no-answer", "the question is not answered within a second", \
			"answer each question, also with an error, and do "  \
			"not wait for anybody else",                         \
			"seccomp_unotify(2), SECCOMP_IOCTL_NOTIF_SEND"       \
	}

static const struct diagnosis of_beneath[] = {
	ASKING_NOT_STARTED,
	NO_ANSWER,
	{ "escaped", "a path or a link leads to a file outside of DIR",
	  "looking at the text of a path does not show where it leads; let the "
	  "kernel resolve it, with RESOLVE_BENEATH or RESOLVE_IN_ROOT",
	  "openat2(2), RESOLVE_BENEATH" },
	{ 0 },
};

static const struct diagnosis of_regular[] = {
	ASKING_NOT_STARTED,
	NO_ANSWER,
	{ "not-regular", "what is no file is handed over",
	  "look with fstat(2) at what has been opened, not before",
	  "fstat(2), inode(7)" },
	{ 0 },
};

static const struct diagnosis of_id_valid[] = {
	ASKING_NOT_STARTED,
	{ "not-asked",
	  "the process that asked may be gone, and its number may belong to "
	  "another one by now, whose memory it then was",
	  "call SECCOMP_IOCTL_NOTIF_ID_VALID after reading",
	  "seccomp_unotify(2), SECCOMP_IOCTL_NOTIF_ID_VALID" },
	{ 0 },
};

static const struct diagnosis of_path_race[] = {
	ASKING_NOT_STARTED,
	{ "path-raced",
	  "the path is read from COMMAND's memory twice, and is another then",
	  "copy it once; check and use the copy",
	  "seccomp_unotify(2), Design goals; use of SECCOMP_USER_NOTIF_FLAG_"
	  "CONTINUE" },
	{ 0 },
};

static const struct diagnosis of_link_race[] = {
	ASKING_NOT_STARTED,
	{ "link-raced",
	  "the file is looked at first and opened afterwards, and is another "
	  "then",
	  "check while it is being opened, with openat2(2), or look at the "
	  "descriptor that you have",
	  "openat2(2), RESOLVE_NO_SYMLINKS" },
	{ 0 },
};

static const struct diagnosis of_caller_gone[] = {
	ASKING_NOT_STARTED,
	{ "porter-gone", "porter gave up because one question became void",
	  "ENOENT means that who asked was killed or interrupted: go on with "
	  "the next one",
	  "seccomp_unotify(2), SECCOMP_IOCTL_NOTIF_SEND" },
	{ 0 },
};

static const struct task tasks[] = {
	{ "09.1",
	  "deny calls with a raw filter",
	  { "What does the filter see of a call? What is 39 in this table, and "
	    "in the others?",
	    "Read seccomp(2): struct seccomp_data, NOTES and EXAMPLES. An "
	    "instruction is BPF_STMT or BPF_JUMP; the two jumps count from the "
	    "next one.",
	    "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0). Load ARCH, BPF_JEQ, kill. "
	    "Load NUMBER, BPF_JGE X32_BIT, kill. BPF_JEQ four times; for clone "
	    "load ARG0 and BPF_JSET NAMESPACES. seccomp(2) with "
	    "SECCOMP_SET_MODE_FILTER and a struct sock_fprog." } },
	{ "09.2",
	  "allow calls with libseccomp",
	  { "What should happen to a call that is added to Linux next year?",
	    "Read seccomp_init(3) and seccomp_rule_add(3): SCMP_A0 to SCMP_A5, "
	    "SCMP_CMP_MASKED_EQ.",
	    "seccomp_init(SCMP_ACT_ERRNO(ENOSYS)); seccomp_rule_add(ctx, "
	    "SCMP_ACT_ALLOW, quiet[i], 0); for openat 1, "
	    "SCMP_A2(SCMP_CMP_MASKED_EQ, CHANGES, 0); two rules with "
	    "SCMP_ACT_ERRNO(EROFS), for O_WRONLY and O_RDWR under O_ACCMODE; "
	    "seccomp_load." } },
	{ "09.3",
	  "open files for a process that cannot",
	  { "COMMAND waits while you work. What can still change meanwhile: "
	    "its "
	    "memory, its files, itself?",
	    "Read seccomp_unotify(2) to its end, and openat2(2).",
	    "SCMP_ACT_NOTIFY, seccomp_notify_fd. RECV; read_path(); ID_VALID; "
	    "openat2 with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and O_NONBLOCK, "
	    "then fstat; ADDFD with SECCOMP_ADDFD_FLAG_SEND, or SEND with a "
	    "negative error." } },
	{ 0 },
};

static const struct check checks[] = {
	{ "no-new-privs", "09.1", 3, "the command gets no new privileges", NULL,
	  judge_no_new_privs, of_privs },
	{ "filtered", "09.1", 3, "it has a filter", NULL, judge_filtered,
	  of_filtered },
	{ "denied", "09.1", 7, "unshare and setns fail with the chosen error",
	  "filtered", judge_denied, of_denied },
	{ "clone-flags", "09.1", 6, "and so does clone with a namespace flag",
	  "filtered", judge_clone_flags, of_clone },
	{ "clone3", "09.1", 3, "clone3 is as if it were not there", "filtered",
	  judge_clone3, of_clone3 },
	{ "others", "09.1", 4, "other calls work", "filtered", judge_others,
	  of_others },
	{ "i386", "09.1", 5, "a call of the i386 table kills", "filtered",
	  judge_i386, of_i386 },
	{ "x32", "09.1", 5, "a call of the x32 table kills", "filtered",
	  judge_x32, of_x32 },
	{ "listed", "09.2", 5, "with -q what is listed works", NULL,
	  judge_listed, of_listed },
	{ "unlisted", "09.2", 6, "and what is not is ENOSYS", NULL,
	  judge_unlisted, of_unlisted },
	{ "reading", "09.2", 6, "files are opened to be read only", "listed",
	  judge_reading, of_reading },
	{ "ioctl", "09.2", 5, "ioctl asks for the terminal's mode only",
	  "listed", judge_ioctl, of_ioctl },
	{ "granted", "09.3", 7, "with -b the command gets the files of DIR",
	  NULL, judge_granted, of_granted },
	{ "old-open", "09.3", 4, "also through open", "granted", judge_old_open,
	  of_old_open },
	{ "read-only", "09.3", 4, "not to change them", "granted",
	  judge_read_only, of_read_only },
	{ "cloexec", "09.3", 3, "with O_CLOEXEC if it asked for that",
	  "granted", judge_cloexec, of_cloexec },
	{ "beneath", "09.3", 6, "no path and no link leads out of DIR",
	  "granted", judge_beneath, of_beneath },
	{ "regular", "09.3", 4, "it gets regular files, and porter never waits",
	  "granted", judge_regular, of_regular },
	{ "id-valid", "09.3", 4, "porter asks whether it read the right memory",
	  "granted", judge_id_valid, of_id_valid },
	{ "path-race", "09.3", 3, "a path that changes leads nowhere",
	  "granted", judge_path_race, of_path_race },
	{ "link-race", "09.3", 3, "a file that becomes a link leads nowhere",
	  "granted", judge_link_race, of_link_race },
	{ "caller-gone", "09.3", 4, "who stops waiting does not stop porter",
	  "granted", judge_caller_gone, of_caller_gone },
	{ 0 },
};

static const char *i386_missing(void)
{
	return inject_missing(INJECT_I386);
}

const struct grader grader_09_seccomp = {
	.lab = "09-seccomp",
	.tasks = tasks,
	.checks = checks,
	.partly_missing = i386_missing,
};
