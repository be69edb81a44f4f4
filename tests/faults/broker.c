/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "fdpass.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif

/* Where a child has its socket to us: the filter must let it through. */
enum { SOCKET_FD = 100 };

int broker_init(struct broker *b, const char *program)
{
	sigset_t child;

	*b = (struct broker){ .program = program, .fault = { .task = -1 } };
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ||
	    sigprocmask(SIG_BLOCK, &child, NULL) < 0)
		return -errno;
	b->signalfd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	return b->signalfd < 0 ? -errno : 0;
}

void broker_reset(struct broker *b)
{
	for (size_t i = 0; i < b->session_count; i++)
		cleanup_close(&b->sessions[i].listenfd);
	b->session_count = b->task_count = b->call_count = 0;
	b->armed = b->hit = false;
	b->fault = (struct broker_call){ .task = -1 };
}

/* ---- the child ---------------------------------------------------------------- */

/* All calls ask, but those that cannot fail. */
static int install(void)
{
#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ALLOW		    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
	struct sock_filter code[] = {
		LOAD(nr),
		UNLESS(SYS_exit, 1),
		ALLOW,
		UNLESS(SYS_exit_group, 1),
		ALLOW,
		UNLESS(SYS_rt_sigreturn, 1),
		ALLOW,
		UNLESS(SYS_restart_syscall, 1),
		ALLOW,
		UNLESS(SYS_sendmsg, 3),
		LOAD(args[0]),
		UNLESS(SOCKET_FD, 1),
		ALLOW,
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return sysret(
		(int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			     SECCOMP_FILTER_FLAG_NEW_LISTENER |
				     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			     &program));
}

static noreturn void execute(char *const *argv, uid_t uid, int outfd,
			     int socketfd)
{
	int nullfd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(nullfd, 0) < 0 || dup2(outfd, 1) < 0 || dup2(outfd, 2) < 0)
		die(-errno, "cannot set descriptors");
	if (socketfd >= 0) {
		int fd;

		/* CLOEXEC: gone in the program. */
		if (dup3(socketfd, SOCKET_FD, O_CLOEXEC) < 0)
			die(-errno, "cannot set descriptors");
		fd = install();
		if (fd < 0)
			die(fd, "cannot install the filter");
		if (fd_send(SOCKET_FD, fd) < 0)
			_exit(126);
		(void)close(fd);
	}
	if (uid != 0 &&
	    (setgroups(0, NULL) < 0 || setgid(uid) < 0 || setuid(uid) < 0))
		die(-errno, "cannot become uid %u", uid);
	execv(argv[0], argv);
	die(-errno, "cannot execute %s", argv[0]);
}

pid_t broker_start(struct broker *b, char *const *argv, uid_t uid, int outfd,
		   bool watched)
{
	int pair[2] = { -1, -1 };
	pid_t pid;

	if (watched &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		execute(argv, uid, outfd, pair[1]);
	cleanup_close(&pair[1]);
	if (pid > 0 && watched) {
		int fd = fd_receive(pair[0]);

		if (fd >= 0 && b->session_count < BROKER_SESSIONS)
			b->sessions[b->session_count++] =
				(struct broker_session){ .listenfd = fd };
	}
	cleanup_close(&pair[0]);
	return pid < 0 ? -errno : pid;
}

/* ---- answers ------------------------------------------------------------------- */

static struct broker_task *task_of(struct broker *b, pid_t pid)
{
	for (size_t i = 0; i < b->task_count; i++)
		if (b->tasks[i].pid == pid)
			return &b->tasks[i];
	if (b->task_count == BROKER_TASKS)
		return NULL;
	b->tasks[b->task_count] = (struct broker_task){ .pid = pid };
	return &b->tasks[b->task_count++];
}

static bool is_our_program(const struct broker *b,
			   const struct seccomp_notif *req)
{
	char name[32], path[4096] = "";
	auto_close int fd = -1;

	snprintf(name, sizeof(name), "/proc/%d/mem", (int)req->pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    pread(fd, path, sizeof(path) - 1, (off_t)req->data.args[0]) <= 0)
		return false;
	return strcmp(path, b->program) == 0;
}

/*
 * The kernel has no error for them.  close(2) has, but the descriptor is closed
 * all the same, which could not be if we answered.  Without arch_prctl(2), the
 * thread register, libc can only crash.
 */
static bool never_fails(int number)
{
	static const int numbers[] = {
		SYS_close,  SYS_getpid,	    SYS_gettid,		 SYS_getppid,
		SYS_getuid, SYS_geteuid,    SYS_getgid,		 SYS_getegid,
		SYS_umask,  SYS_arch_prctl, SYS_set_tid_address,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i] == number)
			return true;
	return false;
}

/* Is it about to become another program?  execveat(2) is that of the sealed
 * copy. */
static bool is_other(const struct broker *b, const struct seccomp_notif *req)
{
	return req->data.nr == SYS_execve && !is_our_program(b, req);
}

/* Counts a call; Return: the errno to answer, or 0: let it go on. */
static int judge(struct broker *b, struct broker_session *s,
		 const struct seccomp_notif *req)
{
	struct broker_task *t;
	struct broker_call call = { .number = req->data.nr };

	if (!s->begun) {
		s->begun = call.number == SYS_execve && is_our_program(b, req);
		return 0;
	}
	/* Those before the command have their numbers, too. */
	t = task_of(b, (pid_t)req->pid);
	if (!t || t->other)
		return 0;
	if (!b->armed || never_fails(call.number)) {
		t->other = is_other(b, req);
		return 0;
	}
	call.task = (int)(t - b->tasks);
	call.index = t->count++;
	if (b->call_count < BROKER_CALLS)
		b->calls[b->call_count++] = call;
	if (call.task == b->fault.task && call.index == b->fault.index &&
	    !b->hit) {
		b->hit = true;
		b->fault.number = call.number;
		return b->fault_errno;
	}
	t->other = is_other(b, req);
	return 0;
}

static void answer(struct broker *b, struct broker_session *s)
{
	struct seccomp_notif req = { 0 };
	struct seccomp_notif_resp resp = { 0 };
	int err;

	if (ioctl(s->listenfd, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0)
		return; /* it was killed meanwhile */
	err = judge(b, s, &req);
	resp.id = req.id;
	resp.error = -err;
	resp.flags = err ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	(void)ioctl(s->listenfd, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

static void reap(struct broker *b)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == b->waited)
			b->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
							: WEXITSTATUS(status);
}

void broker_serve(struct broker *b, int timeout_ms)
{
	struct pollfd fds[BROKER_SESSIONS + 1];
	struct signalfd_siginfo info;
	size_t n = b->session_count;

	for (size_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){ b->sessions[i].listenfd, POLLIN, 0 };
	fds[n] = (struct pollfd){ b->signalfd, POLLIN, 0 };
	if (poll(fds, n + 1, timeout_ms) <= 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (fds[i].revents & POLLIN) {
			answer(b, &b->sessions[i]);
		} else if (fds[i].revents) { /* nobody is left under it */
			(void)close(b->sessions[i].listenfd);
			b->sessions[i].listenfd = -1;
		}
	}
	if (fds[n].revents) {
		(void)!read(b->signalfd, &info, sizeof(info));
		reap(b);
	}
}

long broker_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int broker_wait(struct broker *b, pid_t pid, int timeout_ms)
{
	long deadline = broker_now_ms() + timeout_ms;

	b->waited = pid;
	b->status = -1;
	reap(b);
	while (b->status < 0 && broker_now_ms() < deadline)
		broker_serve(b, (int)(deadline - broker_now_ms()));
	b->waited = -1;
	return b->status < 0 ? -ETIME : b->status;
}

void broker_kill_all(struct broker *b)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	for (int round = 0; round < 100; round++) {
		FILE *f = fopen(path, "re");
		int pid, found = 0;

		while (f && fscanf(f, "%d", &pid) == 1) {
			(void)kill(pid, SIGKILL); /* our child */
			found++;
		}
		if (f)
			fclose(f);
		if (!found)
			return;
		broker_serve(b, 100);
	}
}
