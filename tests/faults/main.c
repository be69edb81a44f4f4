/* SPDX-License-Identifier: MIT */
/*
 * faults - each call of the kernel that minic makes fails once
 *
 * Usage:  faults [--full] [--every N] [--user UID] MINIC
 *		[SCENE [TASK.INDEX ERRNO]]
 *
 *	--full	each call with each of the four errnos, not with one of them
 *	--every	each Nth call only
 *
 * Idea:  a command runs once undisturbed, and its calls are counted.  Then it
 *	  runs again for each of them, which is answered with EPERM, ENOMEM,
 *	  ENOSPC or EINTR.  Either nothing of it shows, or there is an error that
 *	  names the step and the call.  In both cases it ends in time, nothing is
 *	  left behind, and the container's name can be used again: the next case
 *	  has the same.
 *
 * A call that removes what is to be removed can fail, too: then the error says
 * so, and minic delete --force does the rest.
 *
 * Needs: root and control groups v2 for all scenes; else those without groups
 *	  run in user namespaces.
 * See:   broker.h, scenes.h
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "broker.h"
#include "cleanup.h"
#include "err.h"
#include "inside.h"
#include "leftover.h"
#include "message.h"
#include "scenes.h"

enum { TIMEOUT_MS = 15000, SETTLE_MS = 10000, TEXT = 65536 };

static const struct {
	const char *name;
	int number;
} errnos[] = {
	{ "EPERM", EPERM },
	{ "ENOMEM", ENOMEM },
	{ "ENOSPC", ENOSPC },
	{ "EINTR", EINTR },
};
enum { ERRNOS = sizeof(errnos) / sizeof(errnos[0]) };

struct faults {
	struct broker broker;
	const char *self;
	const char *minic;
	uid_t uid;
	bool full;
	size_t every;
	bool groups; /* root and control groups v2 */
	const char *only_scene;
	int only_task, only_index; /* -1: all */
	const char *only_errno;

	int outfd;	 /* what the last command wrote */
	char out[TEXT];	 /* the same */
	char *clean_out; /* of the command undisturbed */
	char *before;	 /* leftover_list() */
	int passed, failed, skipped, deleted;
};

/* ---- one command ------------------------------------------------------------------ */

static void read_out(struct faults *f)
{
	ssize_t n = pread(f->outfd, f->out, sizeof(f->out) - 1, 0);

	f->out[n > 0 ? n : 0] = '\0';
}

static int run(struct faults *f, const char *command, bool watched, bool armed)
{
	auto_free char *copy = strdup(command);
	char *argv[SCENE_WORDS + 4] = { (char *)(uintptr_t)f->minic,
					(char *)(uintptr_t) "--root",
					(char *)(uintptr_t) "state" };
	size_t n = 3;
	pid_t pid;
	int status;

	if (strcmp(command, "clean") == 0)
		return unlink("out/pid") < 0 && errno != ENOENT ? 1 : 0;
	for (char *w = strtok(copy, " "); w && n < SCENE_WORDS + 3;
	     w = strtok(NULL, " "))
		argv[n++] = w;
	cleanup_close(&f->outfd);
	f->outfd = memfd_create("out", MFD_CLOEXEC);
	if (f->outfd < 0)
		die(-errno, "cannot keep what is written");
	f->broker.armed = armed;
	pid = broker_start(&f->broker, argv, f->uid, f->outfd, watched);
	if (pid < 0)
		die((int)pid, "cannot start %s", command);
	status = broker_wait(&f->broker, pid, TIMEOUT_MS);
	f->broker.armed = f->broker.armed && status >= 0;
	read_out(f);
	return status;
}

/* Return: the first step that failed, or NULL. */
static const char *run_steps(struct faults *f, const char *const steps[],
			     bool watched)
{
	for (int i = 0; i < SCENE_STEPS && steps[i]; i++)
		if (run(f, steps[i], watched, false) != 0)
			return steps[i];
	return NULL;
}

/* What the program in the container has said. */
static void inside_only(const char *text, char *ret)
{
	*ret = '\0';
	for (const char *at = text; (at = strstr(at, "in: "));) {
		size_t len = strcspn(at, "\n") + 1;

		strncat(ret, at, len);
		at += len - 1;
	}
}

static bool same_inside(const char *a, const char *b)
{
	static char one[TEXT], two[TEXT];

	inside_only(a, one);
	inside_only(b, two);
	return strcmp(one, two) == 0;
}

/* Processes need a moment to end.  Return: NULL or what is left. */
static const char *compare_leftover(struct faults *f, char *why, size_t size)
{
	static const char *const folders[] = { "state", "out", NULL };

	for (int i = 0; i < SETTLE_MS / 50; i++) {
		auto_free char *now = leftover_list(f->groups, folders);

		if (!f->before) {
			f->before = now;
			now = NULL;
			return NULL;
		}
		if (now && strcmp(now, f->before) == 0)
			return NULL;
		leftover_first(f->before, now ? now : "", why, size);
		broker_serve(&f->broker, 50);
	}
	return why;
}

/* ---- one case ---------------------------------------------------------------------- */

struct fault_case {
	const struct scene *scene;
	struct broker_call call;
	int err; /* index into errnos */
};

/* Return: NULL: as it must be. */
static const char *judge(struct faults *f, const struct fault_case *c,
			 int status, const char *said, char *why, size_t size)
{
	if (status == -ETIME)
		return "it hangs";
	if (status >= 128) {
		snprintf(why, size, "it ended with %d", status);
		return why;
	}
	if (status == c->scene->status)
		return same_inside(said, f->clean_out) ||
				       message_warns(said,
						     errnos[c->err].number)
			       ? NULL
			       : "it goes on, but the container is not the "
				 "same";
	/* Unless there was a container. */
	if (access("out/pid", F_OK) == 0 && !strstr(said, "in: "))
		return "it left out/pid";
	return message_check(said, f->broker.fault.number,
			     errnos[c->err].number, why, size);
}

static void forget_container(struct faults *f)
{
	broker_kill_all(&f->broker);
	(void)run(f, "delete --force c1", false, false);
	(void)run(f, "clean", false, false);
	broker_kill_all(&f->broker);
}

static char *call_name(int number)
{
	return seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
}

static void tell(struct faults *f, const struct fault_case *c, const char *why,
		 const char *said)
{
	auto_free char *name = call_name(f->broker.hit ? f->broker.fault.number
						       : c->call.number);

	printf("FAIL %s: %s fails with %s: %s\n", c->scene->name, name,
	       errnos[c->err].name, why);
	printf("     again: %s %s %s %d.%d %s\n", f->self, f->minic,
	       c->scene->name, c->call.task, c->call.index,
	       errnos[c->err].name);
	for (const char *at = said; *at;) {
		int len = (int)strcspn(at, "\n");

		if (strncmp(at, "in: ", 4) != 0)
			printf("     | %.*s\n", len, at);
		at += len + (at[len] == '\n');
	}
	fflush(stdout);
}

static void try_case(struct faults *f, const struct fault_case *c)
{
	static char said[TEXT];
	char buf[600], left[512];
	const char *why = NULL, *step;
	int status = 0;
	bool hit;

	broker_reset(&f->broker);
	f->broker.fault = c->call;
	f->broker.fault_errno = errnos[c->err].number;
	step = run_steps(f, c->scene->before, true);
	if (!step) {
		status = run(f, c->scene->command, true, true);
		memcpy(said, f->out, sizeof(said));
		why = judge(f, c, status, said, buf, sizeof(buf));
		step = run_steps(f, c->scene->after, false);
	}
	hit = f->broker.hit;
	if (step && !why) {
		snprintf(buf, sizeof(buf), "afterwards this fails: %s", step);
		memcpy(said, f->out, sizeof(said));
		why = buf;
	}
	if (compare_leftover(f, left, sizeof(left))) {
		/* What is told may be left to delete --force. */
		bool told = !why && strstr(said, "cannot delete the container");

		forget_container(f);
		if (told && compare_leftover(f, left, sizeof(left)))
			told = false;
		f->deleted += told;
		if (!told && !why) {
			snprintf(buf, sizeof(buf), "left behind: %s", left);
			why = buf;
		}
	}
	if (why)
		tell(f, c, why, said);
	f->failed += why != NULL;
	f->skipped += !why && !hit;
	f->passed += !why && hit;
	if (f->only_errno && !why)
		printf("ended with %d, %s:\n%s", status,
		       hit ? "the call failed" : "the call did not come", said);
}

/* ---- one scene --------------------------------------------------------------------- */

/* Undisturbed; the calls are then in the broker. */
static int learn(struct faults *f, const struct scene *s)
{
	const char *step = run_steps(f, s->once, false);
	char left[512];

	free(f->before);
	f->before = NULL;
	broker_reset(&f->broker);
	if (!step)
		(void)compare_leftover(f, left, sizeof(left));
	if (!step)
		step = run_steps(f, s->before, true);
	if (!step && run(f, s->command, true, true) != s->status)
		step = s->command;
	free(f->clean_out);
	f->clean_out = strdup(f->out);
	if (!step)
		step = run_steps(f, s->after, false);
	if (step) {
		printf("FAIL %s: undisturbed, this fails: %s\n%s", s->name,
		       step, f->out);
		return -EINVAL;
	}
	if (compare_leftover(f, left, sizeof(left))) {
		printf("FAIL %s: undisturbed, it leaves behind: %s\n", s->name,
		       left);
		return -EINVAL;
	}
	return 0;
}

static bool wanted(const struct faults *f, const struct broker_call *call,
		   int err, size_t turn)
{
	if (f->only_task >= 0 &&
	    (f->only_task != call->task || f->only_index != call->index))
		return false;
	if (f->only_errno)
		return strcmp(f->only_errno, errnos[err].name) == 0;
	return turn % f->every == 0 &&
	       (f->full || turn / f->every % ERRNOS == (size_t)err);
}

static void play(struct faults *f, const struct scene *s, size_t turn)
{
	struct broker_call *calls = NULL;
	size_t n = 0;

	if (learn(f, s) < 0) {
		f->failed++;
	} else {
		n = f->broker.call_count;
		calls = malloc((n + 1) * sizeof(*calls));
	}
	for (size_t i = 0; calls && i < n; i++)
		calls[i] = f->broker.calls[i];
	printf("%-14s %3zu calls, at %ld s\n", s->name, n,
	       broker_now_ms() / 1000);
	fflush(stdout);
	for (size_t i = 0; calls && i < n; i++)
		for (int err = 0; err < ERRNOS; err++) {
			struct fault_case c = { s, calls[i], err };

			if (wanted(f, &calls[i], err, turn + i))
				try_case(f, &c);
		}
	free(calls);
	broker_reset(&f->broker);
	(void)run_steps(f, s->finally, false);
	forget_container(f);
}

static void usage(void)
{
	fputs("usage: faults [--full] [--every N] [--user UID] MINIC "
	      "[SCENE [TASK.INDEX ERRNO]]\n",
	      stderr);
	exit(KIT_USAGE);
}

static void read_command_line(struct faults *f, int argc, char **argv)
{
	int i = 1;

	if (i < argc && strcmp(argv[i], "--full") == 0)
		f->full = ++i > 0;
	if (i + 1 < argc && strcmp(argv[i], "--every") == 0) {
		f->every = strtoul(argv[i + 1], NULL, 10);
		i += 2;
	}
	if (i + 1 < argc && strcmp(argv[i], "--user") == 0) {
		f->uid = (uid_t)strtoul(argv[i + 1], NULL, 10);
		i += 2;
	}
	if (i == argc || !f->every)
		usage();
	f->minic = realpath(argv[i], NULL);
	if (!f->minic)
		die(-errno, "cannot find %s", argv[i]);
	if (++i < argc)
		f->only_scene = argv[i++];
	if (i < argc &&
	    sscanf(argv[i++], "%d.%d", &f->only_task, &f->only_index) != 2)
		usage();
	if (i < argc)
		f->only_errno = argv[i];
}

int main(int argc, char **argv)
{
	static struct faults f = { .every = 1, .only_task = -1, .outfd = -1 };
	static char self[PATH_MAX];
	const struct scene *s;
	int r;

	if (argc == 2 && strcmp(argv[1], "inside") == 0)
		return inside();
	if (argc == 2 && strcmp(argv[1], "wait") == 0)
		return inside_wait();
	if (argc == 2 && strcmp(argv[1], "true") == 0)
		return 0;
	f.self = argv[0];
	f.uid = geteuid();
	read_command_line(&f, argc, argv);
	f.groups = f.uid == 0 && geteuid() == 0 &&
		   access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
	if (!f.groups && f.uid == 0)
		f.uid = 54321;
	if (!realpath("/proc/self/exe", self))
		die(-errno, "cannot find this program");
	r = broker_init(&f.broker, f.minic);
	if (r == 0)
		r = scenes_make_folder(self, f.uid);
	if (r < 0)
		die(r, "cannot begin");
	for (size_t i = 0; (s = scenes_at(i)); i++) {
		if (f.only_scene && strcmp(f.only_scene, s->name) != 0)
			continue;
		if (s->group && !f.groups) {
			printf("SKIP %s: needs root and control groups "
			       "version 2 (isolab machine)\n",
			       s->name);
			f.skipped++;
			continue;
		}
		play(&f, s, i);
	}
	if (scenes_remove_folder() < 0)
		printf("the folder in /tmp could not be removed\n");
	printf("%d of them needed delete --force\n", f.deleted);
	printf("%d passed, %d failed, %d skipped\n", f.passed, f.failed,
	       f.skipped);
	return f.failed ? KIT_FAILED : KIT_OK;
}
