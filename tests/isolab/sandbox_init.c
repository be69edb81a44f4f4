/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "file.h"
#include "sandbox_impl.h"

static void tell(const struct sandbox_plan *plan, int kind, int value,
		 const char *step)
{
	struct sandbox_news news = { .kind = kind, .value = value };

	snprintf(news.step, sizeof(news.step), "%s", step);
	/* If nobody listens any more, the grader is dead and so are we. */
	if (send(plan->newsfd, &news, sizeof(news), MSG_NOSIGNAL) < 0)
		_exit(1);
}

/*
 * Files that PID 1 made belong to an ID that the program's user namespace
 * does not map, where there is a range of IDs.  The program could not even
 * copy them up in an overlay, as an ordinary user on one ID can.
 */
static int give_to(unsigned id)
{
	char *const top[] = { (char *)(uintptr_t) "/", NULL };
	FTS *fts = fts_open(top, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int r = 0;

	if (!fts)
		return -errno;
	while (r == 0 && (entry = fts_read(fts))) {
		if (entry->fts_level == 1 && (!strcmp(entry->fts_name, "bin") ||
					      !strcmp(entry->fts_name, "dev")))
			(void)fts_set(fts, entry, FTS_SKIP);
		else if (entry->fts_level > 0 && entry->fts_info != FTS_DP &&
			 entry->fts_statp->st_uid == 0)
			r = sysret(lchown(entry->fts_path, id, id));
		/* Folders of other file systems, bound here. */
		if (r == -EROFS || r == -EPERM)
			r = 0;
	}
	fts_close(fts);
	return r;
}

static _Noreturn void give_up(const struct sandbox_plan *plan, int r,
			      const char *step)
{
	tell(plan, NEWS_FAILED, r, step);
	_exit(1);
}

/*
 * The maps of the program's user namespace: its own ID, and after it, where we
 * have them ourselves, the subordinate ones.
 */
static int map_program(const struct sandbox_plan *plan, pid_t pid)
{
	static const char *const files[] = { "uid_map", "gid_map" };
	const struct sandbox_subids *sub = &plan->spec->subids;
	unsigned inside = plan->spec->as_root ? 0 : PROGRAM_ID;
	unsigned first = plan->program_id + 1;
	bool more =
		sub->count > 0 && first + sub->count <= sandbox_ids_count(0);

	for (size_t i = 0; i < 2; i++) {
		char path[64];
		char lines[96];
		int len;
		int r;

		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, files[i]);
		len = snprintf(lines, sizeof(lines), "%u %u 1\n", inside,
			       plan->program_id);
		if (more)
			snprintf(lines + len, sizeof(lines) - (size_t)len,
				 "%u %u %u\n", sub->first, first, sub->count);
		r = file_write_at(AT_FDCWD, path, lines);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The child reports a failure through this pipe; execve(2) closes it. */
struct failure {
	int err;
	char step[48];
};

static _Noreturn void be_program(const struct sandbox_plan *plan,
				 struct gate *unshared, struct gate *mapped,
				 int failurefd)
{
	struct failure failure = { 0 };
	const char *step = "";

	/* So that PID 1 may write our maps; nothing untrusted runs yet, and
	 * taking on the program's IDs clears it again. */
	(void)prctl(PR_SET_DUMPABLE, 1);
	failure.err = sandbox_program_become(plan, unshared, mapped, &step);
	snprintf(failure.step, sizeof(failure.step), "%s", step);
	(void)!write(failurefd, &failure, sizeof(failure));
	_exit(127);
}

/*
 * The program starts in the group that is delegated to it, and alone: what it
 * does with its group must not be done to us.  The file was opened by the
 * grader, and its right to write there is what counts.
 */
static int go_home(struct sandbox_plan *plan)
{
	int r = 0;

	if (plan->homefd < 0)
		return 0;
	if (write(plan->homefd, "0", 1) != 1)
		r = -errno;
	close(plan->homefd);
	plan->homefd = -1;
	return r;
}

static pid_t start_program(struct sandbox_plan *plan)
{
	struct failure failure;
	struct gate unshared;
	struct gate mapped;
	int ends[2];
	pid_t pid;
	int r = 0;

	if (gate_init(&unshared) < 0 || gate_init(&mapped) < 0 ||
	    pipe2(ends, O_CLOEXEC) < 0)
		give_up(plan, -errno, "prepare the program");
	pid = fork();
	if (pid < 0)
		give_up(plan, -errno, "fork the program");
	if (pid == 0)
		be_program(plan, &unshared, &mapped, ends[1]);
	close(ends[1]);
	r = go_home(plan);
	if (r < 0)
		give_up(plan, r, "leave the program's cgroup");

	/* If it fails before, the reason comes through the pipe. */
	if (gate_wait(&unshared) == 0) {
		r = map_program(plan, pid);
		if (r < 0)
			give_up(plan, r, "map the program's IDs");
		(void)gate_open(&mapped);
	}
	gate_release(&mapped);

	if (read(ends[0], &failure, sizeof(failure)) == sizeof(failure))
		give_up(plan, failure.err, failure.step);
	close(ends[0]);
	return pid;
}

static int status_of(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED ? info->si_status
					   : 128 + info->si_status;
}

/*
 * Reap whatever dies, and tell of the program.  When nothing is left stay
 * and hold the namespaces open for the grader, until it hangs up or kills.
 */
static _Noreturn void reap(const struct sandbox_plan *plan, pid_t program)
{
	char byte;

	for (;;) {
		siginfo_t info = { 0 };

		if (waitid(P_ALL, 0, &info, WEXITED) == 0) {
			if (info.si_pid == program)
				tell(plan, NEWS_ENDED, status_of(&info), "");
		} else if (errno != EINTR) {
			break;
		}
	}
	(void)!recv(plan->newsfd, &byte, 1, 0);
	_exit(0);
}

_Noreturn void sandbox_init_run(struct sandbox_plan *plan)
{
	const char *step = "wait for the sandbox's maps";
	pid_t program;
	int r;

	/*
	 * The memory of this process is the grader's.  The program cannot
	 * read it even where both have the same user: that would need
	 * CAP_SYS_PTRACE in our user namespace.  See: ptrace(2), "Ptrace
	 * access mode checking".
	 */
	(void)prctl(PR_SET_NAME, "sandbox-init");
	signal(SIGCHLD, SIG_DFL);
	umask(022);

	r = gate_wait(&plan->mapped);
	if (r < 0)
		give_up(plan, r, step);
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		give_up(plan, -errno, "become root of the sandbox");
	/* After the change of IDs, which clears it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sethostname("host", strlen("host"));
	if (unshare(CLONE_NEWCGROUP) < 0)
		give_up(plan, -errno, "make the sandbox's cgroup namespace");

	r = sandbox_root_make(plan, &step);
	if (r < 0)
		give_up(plan, r, step);
	if (plan->spec->prepare) {
		r = plan->spec->prepare(plan->spec->arg);
		if (r < 0)
			give_up(plan, r, "prepare the scene");
		if (plan->program_id != 0)
			r = give_to(plan->program_id);
		if (r < 0)
			give_up(plan, r, "give the scene to the program");
	}

	program = start_program(plan);
	/* Only the program and its children may hold these open now. */
	close(plan->outfd);
	close(plan->errfd);
	tell(plan, NEWS_STARTED, 0, "");
	reap(plan, program);
}
