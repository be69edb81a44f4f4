/* SPDX-License-Identifier: MIT */
/*
 * 01-chroot.c - the grader of lab 01: another root directory
 *
 *	/                the sandbox; /secret holds a fresh nonce
 *	|- jail          where the escapee starts in one check: one level down
 *	`- work
 *	   |- jail       ROOT of the other checks
 *	   `- a/b/jail   where it starts in another: three levels down
 *
 * Each jail has the probe, the exercise, and a /secret with another nonce.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "grader.h"

/* ---- the scene --------------------------------------------------------- */

static const char *const jails[] = { "/jail", "/work/jail", "/work/a/b/jail" };

struct scene {
	struct nonce outside;
	struct nonce inside;
};

static int put(const char *path, const char *text)
{
	auto_close int fd =
		open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);

	return fd < 0 ? -errno : write_all(fd, text, strlen(text));
}

static int make_jail(const char *path, const struct scene *scene)
{
	if (mkdir(path, 0755) < 0 || chdir(path) < 0 ||
	    link("/bin/probe", "probe") < 0 ||
	    link("/bin/exercise", "exercise") < 0 || mkdir("inner", 0755) < 0)
		return -errno;
	return put("secret", scene->inside.text);
}

static int prepare(void *arg)
{
	const struct scene *scene = arg;
	int r = put("/secret", scene->outside.text);

	if (mkdir("/work/a", 0755) < 0 || mkdir("/work/a/b", 0755) < 0)
		return -errno;
	for (size_t i = 0; r == 0 && i < sizeof(jails) / sizeof(jails[0]); i++)
		r = make_jail(jails[i], scene);
	return r;
}

/* Folders that the starter of the program forgot to close. */
static const struct sandbox_inherit left_open[] = {
	{ .path = "/", .flags = O_RDONLY | O_DIRECTORY, .fd = 3 },
	{ .path = "/work", .flags = O_RDONLY | O_DIRECTORY, .fd = 57 },
	{ .path = "/", .flags = O_PATH | O_DIRECTORY, .fd = 900 },
	{ .path = NULL },
};

/* Run "visit ROOT /probe hold" from a folder and wait for the probe. */
static int visit(struct grading *g, struct finding *f, const char *cwd,
		 const char *root, struct sandbox **ret, pid_t *ret_pid)
{
	struct scene scene;
	const char *const argv[] = { "/bin/exercise", root, "/probe", "hold",
				     NULL };
	const struct sandbox_spec spec = {
		.argv = argv,
		.cwd = cwd,
		.prepare = prepare,
		.arg = &scene,
		.inherit = left_open,
	};

	nonce_init(&scene.outside);
	nonce_init(&scene.inside);
	return exercise_start_probe(g, f, &spec, ret, ret_pid);
}

/* ---- task 01.1: root and working directory ------------------------------ */

/* Whether PID's link NAME leads to the folder that PID 1 calls /work/jail. */
static int is_jail(struct sandbox *box, pid_t pid, const char *name)
{
	struct file_id wanted = { 0 };
	struct file_id got = { 0 };
	int r = look_id(sandbox_init_pid(box), "root/work/jail", &wanted);

	if (r == 0)
		r = look_id(pid, name, &got);
	return r < 0 ? r : file_id_equal(wanted, got);
}

static enum verdict judge_folder(struct grading *g, struct finding *f,
				 const char *name, const char *key)
{
	struct sandbox *box;
	char link[256];
	pid_t pid;
	int r = visit(g, f, "/work", "/work/jail", &box, &pid);

	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = is_jail(box, pid, name);
	observed(f, "/proc/PID/%s leads to another folder, %s", name,
		 look_link(pid, name, link, sizeof(link)));
	(void)sandbox_free(box);
	if (r < 0)
		return cannot_judge(f, r, "look at the process");
	return r ? VERDICT_PASS : fail(f, key);
}

static enum verdict judge_root(struct grading *g, struct finding *f)
{
	expected(f, "the root directory of COMMAND is ROOT, by device and "
		    "inode");
	return judge_folder(g, f, "root", "not-entered");
}

static enum verdict judge_cwd(struct grading *g, struct finding *f)
{
	expected(f, "the working directory of COMMAND is ROOT too");
	return judge_folder(g, f, "cwd", "no-chdir");
}

static enum verdict judge_relative(struct grading *g, struct finding *f)
{
	struct sandbox *box;
	pid_t pid;
	int root;
	int cwd;
	int r;

	expected(f, "in /work, ROOT may be called 'jail' or './jail/.'");
	r = visit(g, f, "/work", "./jail/.", &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "relative-lost");
	root = is_jail(box, pid, "root");
	cwd = is_jail(box, pid, "cwd");
	(void)sandbox_free(box);
	if (root < 0 || cwd < 0)
		return cannot_judge(f, root < 0 ? root : cwd,
				    "look at the process");
	observed(f,
		 "its root directory is %s folder, its working directory "
		 "%s",
		 root ? "the right" : "another", cwd ? "too" : "is not");
	return root && cwd ? VERDICT_PASS : fail(f, "relative-lost");
}

/* ---- task 01.2: descriptors ---------------------------------------------- */

enum { MANY = 1024, LOW_END = 256 };

/* The first open descriptor from FIRST up to END, or -1. */
static int first_open(const int *fds, int count, int first, int end)
{
	for (int i = 0; i < count && i < MANY; i++) {
		if (fds[i] >= first && fds[i] < end)
			return fds[i];
	}
	return -1;
}

static enum verdict judge_closed(struct grading *g, struct finding *f,
				 int first, int end, const char *key)
{
	struct sandbox *box;
	int fds[MANY];
	char name[32];
	char link[256];
	pid_t pid;
	int count;
	int fd;
	int r = visit(g, f, "/work", "/work/jail", &box, &pid);

	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	count = look_fds(pid, fds, MANY);
	fd = first_open(fds, count, first, end);
	snprintf(name, sizeof(name), "fd/%d", fd);
	observed(f, "descriptor %d is open and leads to %s", fd,
		 look_link(pid, name, link, sizeof(link)));
	(void)sandbox_free(box);
	if (count < 0)
		return cannot_judge(f, count, "list the descriptors");
	return fd < 0 ? VERDICT_PASS : fail(f, key);
}

static enum verdict judge_low(struct grading *g, struct finding *f)
{
	expected(f, "no descriptor from 3 to 255 is open in COMMAND");
	return judge_closed(g, f, 3, LOW_END, "fd-left");
}

static enum verdict judge_high(struct grading *g, struct finding *f)
{
	expected(f, "no descriptor above 255 is open in COMMAND");
	return judge_closed(g, f, LOW_END, 1 << 30, "fd-high");
}

static enum verdict judge_std(struct grading *g, struct finding *f)
{
	struct sandbox *box;
	int fds[MANY];
	pid_t pid;
	int count;
	int r;

	expected(f, "COMMAND has the descriptors 0, 1 and 2 that it was "
		    "given");
	r = visit(g, f, "/work", "/work/jail", &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	count = look_fds(pid, fds, MANY);
	(void)sandbox_free(box);
	if (count < 0)
		return cannot_judge(f, count, "list the descriptors");
	for (int fd = 0; fd <= 2; fd++) {
		if (first_open(fds, count, fd, fd + 1) == fd)
			continue;
		observed(f, "descriptor %d is closed", fd);
		return fail(f, "std-closed");
	}
	return VERDICT_PASS;
}

/* ---- task 01.3: the way out ---------------------------------------------- */

enum { ESCAPE_TIMEOUT_MS = 5000 };

/* Start "visit --escape /secret" in a jail; the nonce must come out. */
static enum verdict judge_escape_from(struct grading *g, struct finding *f,
				      const char *jail, const char *key)
{
	static const char *const argv[] = { "/exercise", "--escape", "/secret",
					    NULL };
	struct scene scene;
	const struct sandbox_spec spec = {
		.argv = argv,
		.as_root = true,
		.chroot_to = jail,
		.prepare = prepare,
		.arg = &scene,
	};
	struct sandbox *box;
	bool outside;
	bool inside;
	int status;
	int r;

	nonce_init(&scene.outside);
	nonce_init(&scene.inside);
	r = exercise_start(g, &spec, &box);
	if (r < 0)
		return cannot_judge(f, r, "start the program in %s", jail);
	status = sandbox_wait(box, ESCAPE_TIMEOUT_MS);
	outside = strstr(sandbox_out(box), scene.outside.text);
	inside = strstr(sandbox_out(box), scene.inside.text);
	f->output = strdup(sandbox_err(box));
	(void)sandbox_free(box);

	expected(f,
		 "started in the root directory %s, it prints /secret of "
		 "the real root directory",
		 jail);
	observed(f, "it printed %s, and ended with status %d",
		 inside ? "/secret of its own root directory" : "neither",
		 status);
	if (outside)
		return VERDICT_PASS;
	return fail(f, inside ? "still-inside" : key);
}

static enum verdict judge_escape(struct grading *g, struct finding *f)
{
	return judge_escape_from(g, f, "/jail", "not-out");
}

static enum verdict judge_escape_deep(struct grading *g, struct finding *f)
{
	return judge_escape_from(g, f, "/work/a/b/jail", "one-level");
}

/* ---- the tables --------------------------------------------------------- */

#define NOT_STARTED                                                           \
	{                                                                     \
		"not-started",                                                \
			"COMMAND is looked up before the root directory "     \
			"is changed, or an earlier step failed",              \
			"read what the program said, then run it by hand: "   \
			"isolab run 01 shows how the lab's own program does " \
			"it",                                                 \
			"execve(2), ERRORS"                                   \
	}

static const struct diagnosis of_root[] = {
	NOT_STARTED,
	{ "not-entered",
	  "the root directory was not changed, or to another "
	  "folder",
	  "call chroot(2) with ROOT, in the process that becomes COMMAND",
	  "chroot(2), DESCRIPTION" },
	{ 0 },
};

static const struct diagnosis of_cwd[] = {
	NOT_STARTED,
	{ "no-chdir",
	  "chroot(2) leaves the working directory where it was, "
	  "so '..' still leads through everything outside",
	  "call chdir(2) with \"/\" after chroot(2)",
	  "chroot(2), DESCRIPTION" },
	{ 0 },
};

static const struct diagnosis of_relative[] = {
	{ "relative-lost",
	  "ROOT is looked up a second time after the working "
	  "directory has changed",
	  "call chroot(2) first, or chroot(\".\") after chdir(ROOT)",
	  "path_resolution(7)" },
	{ 0 },
};

static const struct diagnosis of_low[] = {
	NOT_STARTED,
	{ "fd-left",
	  "a descriptor from before is still open; one of a folder "
	  "leads out with fchdir(2)",
	  "close everything from 3 up before execve(2)", "close_range(2)" },
	{ 0 },
};

static const struct diagnosis of_high[] = {
	NOT_STARTED,
	{ "fd-high", "only the first few descriptors were closed",
	  "close up to ~0U, the largest number there is", "close_range(2)" },
	{ 0 },
};

static const struct diagnosis of_std[] = {
	NOT_STARTED,
	{ "std-closed",
	  "the standard descriptors were closed with the others; "
	  "the next file that COMMAND opens becomes its stdout",
	  "begin at 3", "stdin(3)" },
	{ 0 },
};

static const struct diagnosis of_escape[] = {
	{ "not-out",
	  "'..' stops at the root directory as long as it is met on "
	  "the way up, or the root was not taken at the end",
	  "chroot(2) into a folder below, keep the working directory where it "
	  "is, go up, then chroot(\".\")",
	  "chroot(2), DESCRIPTION" },
	{ "still-inside", "the file was read without having left",
	  "leave first", "chroot(2), DESCRIPTION" },
	{ 0 },
};

static const struct diagnosis of_deep[] = {
	{ "one-level", "it goes up a fixed number of times, too few here",
	  "go up until '.' and '..' are the same folder",
	  "path_resolution(7), . and .." },
	{ "still-inside", "the file was read without having left",
	  "leave first", "chroot(2), DESCRIPTION" },
	{ 0 },
};

static const struct task tasks[] = {
	{ "01.1",
	  "enter another root directory",
	  { "A process has two folders that matter here. Which does chroot(2) "
	    "change, and which not?",
	    "Read chroot(2), the second paragraph of DESCRIPTION.",
	    "chroot(root), and then chdir(\"/\")." } },
	{ "01.2",
	  "leave no descriptor behind",
	  { "Descriptors survive execve(2). Whose are they?",
	    "Read close_range(2), and what its last argument may be.",
	    "close_range(3, ~0U, 0)." } },
	{ "01.3",
	  "leave a root directory",
	  { "The kernel stops '..' only when it meets the root directory. Can "
	    "you be somewhere from where it never meets it?",
	    "Read chroot(2), DESCRIPTION: what is said of mkdir, chroot and "
	    "cd.",
	    "mkdir(\"hole\"), chroot(\"hole\"), chdir(\"..\") until nothing "
	    "changes, chroot(\".\")." } },
	{ 0 },
};

static const struct check checks[] = {
	{ "root", "01.1", 14, "the command's root directory is ROOT", NULL,
	  judge_root, of_root },
	{ "cwd", "01.1", 13, "its working directory is ROOT too", "root",
	  judge_cwd, of_cwd },
	{ "relative", "01.1", 13, "ROOT may be a relative path", NULL,
	  judge_relative, of_relative },
	{ "fds-low", "01.2", 12, "no folder is left open", "root", judge_low,
	  of_low },
	{ "fds-high", "01.2", 10, "not even one with a high number", "root",
	  judge_high, of_high },
	{ "fds-std", "01.2", 8, "0, 1 and 2 are still there", "fds-low",
	  judge_std, of_std },
	{ "escape", "01.3", 18, "it gets out of a root directory", NULL,
	  judge_escape, of_escape },
	{ "escape-deep", "01.3", 12, "and out of one far down", NULL,
	  judge_escape_deep, of_deep },
	{ 0 },
};

const struct grader grader_01_chroot = {
	.lab = "01-chroot",
	.tasks = tasks,
	.checks = checks,
};
