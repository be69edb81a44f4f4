/* SPDX-License-Identifier: MIT */
#include "look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"

enum { PROC_PATH = 4200, EXE_BYTES = 65536, INSIDE_SECONDS = 5 };

bool file_id_equal(struct file_id a, struct file_id b)
{
	return a.dev == b.dev && a.ino == b.ino;
}

static void proc_path(char buf[PROC_PATH], pid_t pid, const char *name)
{
	if (pid == 0)
		snprintf(buf, PROC_PATH, "/proc/self/%s", name);
	else
		snprintf(buf, PROC_PATH, "/proc/%d/%s", (int)pid, name);
}

int look_id(pid_t pid, const char *name, struct file_id *ret)
{
	char path[PROC_PATH];
	struct stat st;

	proc_path(path, pid, name);
	if (stat(path, &st) < 0)
		return -errno;
	*ret = (struct file_id){ .dev = st.st_dev, .ino = st.st_ino };
	return 0;
}

int look_same(pid_t a, pid_t b, const char *name)
{
	struct file_id ida = { 0 };
	struct file_id idb = { 0 };
	int r = look_id(a, name, &ida);

	if (r == 0)
		r = look_id(b, name, &idb);
	return r < 0 ? r : file_id_equal(ida, idb);
}

const char *look_link(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[PROC_PATH];
	ssize_t n;

	proc_path(path, pid, name);
	n = readlink(path, buf, size - 1);
	if (n < 0) {
		snprintf(buf, size, "?");
		return buf;
	}
	buf[n] = '\0';
	return buf;
}

int look_status(pid_t pid, const char *field, char *buf, size_t size)
{
	auto_free char *text = NULL;
	char path[PROC_PATH];
	size_t len = strlen(field);
	char *rest;
	char *line;
	int r;

	proc_path(path, pid, "status");
	r = file_read_all(path, &text);
	if (r < 0)
		return r == -ESRCH ? -ENOENT : r;

	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, field, len) != 0 || line[len] != ':')
			continue;
		line += len + 1;
		line += strspn(line, " \t");
		r = snprintf(buf, size, "%s", line);
		return (size_t)r >= size ? -E2BIG : 0;
	}
	return -ENODATA;
}

static int by_number(const void *a, const void *b)
{
	int x = *(const int *)a;
	int y = *(const int *)b;

	return (x > y) - (x < y);
}

/*
 * By content, and not by device and inode: a copy is as good as the file, and
 * the file may be reached through an overlay, which has inodes of its own.
 */
bool look_runs(pid_t pid, int wantedfd)
{
	auto_free char *a = malloc(EXE_BYTES);
	auto_free char *b = malloc(EXE_BYTES);
	auto_close int fd = -1;
	char path[64];
	off_t at = 0;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !a || !b)
		return false;
	for (;;) {
		ssize_t n = pread(fd, a, EXE_BYTES, at);
		ssize_t m = pread(wantedfd, b, EXE_BYTES, at);

		if (n != m || n < 0 || memcmp(a, b, (size_t)n) != 0)
			return false;
		if (n == 0)
			return at > 0;
		at += n;
	}
}

int look_fds(pid_t pid, int *fds, size_t max)
{
	char path[PROC_PATH];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	proc_path(path, pid, "fd");
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (count < max)
			fds[count] = (int)strtol(entry->d_name, NULL, 10);
		count++;
	}
	closedir(dir);
	qsort(fds, count < max ? count : max, sizeof(*fds), by_number);
	return (int)count;
}

int look_mounts(pid_t pid, struct mountinfo *ret)
{
	char path[PROC_PATH];

	proc_path(path, pid, "mountinfo");
	return mountinfo_load(path, ret);
}

int look_map(pid_t pid, const char *file, struct id_line *lines, size_t max)
{
	auto_free char *text = NULL;
	char path[PROC_PATH];
	size_t count = 0;
	char *rest;
	char *line;
	int r;

	proc_path(path, pid, file);
	r = file_read_all(path, &text);
	if (r < 0)
		return r == -ESRCH ? -ENOENT : r;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		struct id_line l;

		if (sscanf(line, "%u %u %u", &l.inside, &l.outside, &l.count) !=
		    3)
			continue;
		if (count < max)
			lines[count] = l;
		count++;
	}
	return (int)count;
}

/*
 * Join the process's namespaces and root.  One setns(2) for all of them: the
 * kernel then checks our right to each with the credentials that we still
 * have here, outside.  Joining the user namespace first would leave us
 * without power over a namespace that is owned further out.
 */
static int join(pid_t pid)
{
	auto_close int pidfd = -1;
	auto_close int rootfd = -1;
	char path[PROC_PATH];

	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return -errno;
	proc_path(path, pid, "root");
	rootfd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0)
		return -errno;

	if (setns(pidfd, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS |
				 CLONE_NEWIPC | CLONE_NEWNET |
				 CLONE_NEWCGROUP) < 0)
		return -errno;
	if (fchdir(rootfd) < 0 || chroot(".") < 0)
		return -errno;

	/* Not possible, and not needed, where no ID 0 is mapped. */
	(void)setgroups(0, NULL);
	(void)setresgid(0, 0, 0);
	(void)setresuid(0, 0, 0);
	return 0;
}

/* What be_inside() needs; look_aside() takes one argument. */
struct visit {
	pid_t pid;
	int (*fn)(void *arg);
	void *arg;
};

static int be_inside(void *arg)
{
	const struct visit *visit = arg;
	int r;

	(void)prctl(PR_SET_DUMPABLE, 0);
	umask(022);
	r = join(visit->pid);
	return r < 0 ? r : visit->fn(visit->arg);
}

int look_inside(pid_t pid, int (*fn)(void *arg), void *arg)
{
	struct visit visit = { .pid = pid, .fn = fn, .arg = arg };

	/* The program inside must not be able to make us wait for ever. */
	return look_aside(be_inside, &visit, INSIDE_SECONDS);
}

static noreturn void be_aside(int (*fn)(void *arg), void *arg, unsigned seconds,
			      int answerfd)
{
	int r;

	signal(SIGALRM, SIG_DFL);
	alarm(seconds);
	r = fn(arg);
	_exit(write_all(answerfd, &r, sizeof(r)) < 0);
}

int look_aside(int (*fn)(void *arg), void *arg, unsigned seconds)
{
	int ends[2];
	int status;
	int answer;
	ssize_t n;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		int r = -errno;

		close(ends[0]);
		close(ends[1]);
		return r;
	}
	if (child == 0)
		be_aside(fn, arg, seconds, ends[1]);

	close(ends[1]);
	do
		n = read(ends[0], &answer, sizeof(answer));
	while (n < 0 && errno == EINTR);
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (n == sizeof(answer))
		return answer;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? -ETIME
								  : -EPROTO;
}

void *look_shared(size_t size_bytes)
{
	void *p = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void look_unshare(void *shared, size_t size_bytes)
{
	if (shared)
		munmap(shared, size_bytes);
}
