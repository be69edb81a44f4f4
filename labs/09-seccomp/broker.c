/* SPDX-License-Identifier: MIT */
/*
 * broker.c - open files for a process that cannot reach them
 *
 * Usage:  broker FOLDER COMMAND [ARGUMENT...]
 *
 * To COMMAND the files of FOLDER are below /granted, a folder that does not
 * exist.  When it calls openat(2), the kernel lets it wait and asks us:
 *
 *	COMMAND                 kernel                    broker
 *	openat("/granted/x") -> filter: USER_NOTIF     -> RECV: id, pid, call
 *	                                                  read the path in its
 *	  waits                                           memory
 *	                        is it still waiting?   <- ID_VALID
 *	                                                  openat2(FOLDER, "x")
 *	  has a descriptor   <- add it and answer      <- ADDFD with SEND
 *
 * All other paths go on as if we were not there.  We do not decide about them:
 * what CONTINUE lets through, the kernel reads anew, and it may have changed.
 *
 * Idea:   a filter cannot follow a pointer; another process can
 * Calls:  seccomp(2) with SECCOMP_FILTER_FLAG_NEW_LISTENER, openat2(2)
 * Needs:  nothing; Linux 5.14
 * Read:   seccomp_unotify(2), openat2(2)
 * Test:   tests/graders/09-seccomp.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "fdpass.h"

static const char granted[] = "/granted/";

/* The kernel's structures may be larger than those of our headers. */
struct talk {
	int listenerfd;
	struct seccomp_notif_sizes sizes;
	struct seccomp_notif *question;
	struct seccomp_notif_resp *reply;
};

/* ---- COMMAND's side ------------------------------------------------------- */

/* Return: the listener, with O_CLOEXEC. */
static int load_filter(void)
{
	struct sock_filter code[] = {
		/* 0 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 offsetof(struct seccomp_data, arch)),
		/* 1: x86-64?  2, else 5 */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 3),
		/* 2 */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		/* 3: openat?  4, else 5 */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
		/* 4 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		/* 5 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog fprog = { sizeof(code) / sizeof(code[0]),
					  code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return sysret((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				   SECCOMP_FILTER_FLAG_NEW_LISTENER, &fprog));
}

static noreturn void be_command(char *command[], int socketfd)
{
	int listenerfd;
	int r;

	/* Without a broker each openat(2) would be ENOSYS. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	listenerfd = load_filter();
	if (listenerfd < 0)
		die_hint(listenerfd, "a process has one broker, and no more",
			 "cannot load the filter");
	/* From here openat(2) waits for somebody who has the listener. */
	r = fd_send(socketfd, listenerfd);
	if (r < 0)
		die(r, "cannot hand over the listener");
	(void)close(listenerfd);
	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

/* ---- the broker's side ---------------------------------------------------- */

static int read_path(pid_t pid, uint64_t address, char path[PATH_MAX])
{
	auto_close int fd = -1;
	char mem[32];
	ssize_t n;

	snprintf(mem, sizeof(mem), "/proc/%d/mem", (int)pid);
	fd = open(mem, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Fewer bytes than asked for: the next page is not there. */
	n = pread(fd, path, PATH_MAX, (off_t)address);
	if (n <= 0)
		return -EFAULT;
	return memchr(path, '\0', (size_t)n) ? 0 : -ENAMETOOLONG;
}

/*
 * There is nothing between a check and a use here: openat2(2) checks while it
 * walks, and what it opened is what we hand over.
 */
static int open_beneath(int folderfd, const char *name)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	return sysret(
		(int)syscall(SYS_openat2, folderfd, name, &how, sizeof(how)));
}

static void send_descriptor(const struct talk *t, int fd)
{
	/* SEND: added and answered in one step.  In two, COMMAND might be
	 * interrupted in between, and keep a number it does not know. */
	struct seccomp_notif_addfd add = {
		.id = t->question->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (__u32)fd,
		.newfd_flags = (__u32)t->question->data.args[2] & O_CLOEXEC,
	};

	/* ENOENT: nobody waits any more.  Then there is nothing to do. */
	(void)ioctl(t->listenerfd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
}

static void send_reply(const struct talk *t, int error, unsigned flags)
{
	t->reply->id = t->question->id;
	t->reply->error = error;
	t->reply->flags = flags;
	(void)ioctl(t->listenerfd, SECCOMP_IOCTL_NOTIF_SEND, t->reply);
}

static void answer(const struct talk *t, int folderfd)
{
	auto_close int fd = -1;
	char path[PATH_MAX];
	int r;

	memset(t->question, 0, t->sizes.seccomp_notif);
	memset(t->reply, 0, t->sizes.seccomp_notif_resp);
	if (ioctl(t->listenerfd, SECCOMP_IOCTL_NOTIF_RECV, t->question) < 0)
		return; /* it was killed or interrupted before we came */

	r = read_path((pid_t)t->question->pid, t->question->data.args[1], path);
	/*
	 * Was that COMMAND's memory?  If it had died, its number could be
	 * another process's by now.  It still waits, so it was.
	 */
	if (ioctl(t->listenerfd, SECCOMP_IOCTL_NOTIF_ID_VALID,
		  &t->question->id) < 0)
		return;

	if (r < 0 || strncmp(path, granted, strlen(granted)) != 0) {
		send_reply(t, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
		return;
	}
	fd = open_beneath(folderfd, path + strlen(granted));
	fprintf(stderr, "broker: %s: %s\n", path,
		fd < 0 ? strerrorname_np(-fd) : "granted");
	if (fd < 0)
		send_reply(t, fd, 0);
	else
		send_descriptor(t, fd);
}

static void serve(struct talk *t, int folderfd)
{
	struct pollfd poller = { .fd = t->listenerfd, .events = POLLIN };

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &t->sizes) < 0)
		die(-errno, "cannot ask for the sizes");
	t->question = calloc(1, t->sizes.seccomp_notif);
	t->reply = calloc(1, t->sizes.seccomp_notif_resp);
	if (!t->question || !t->reply)
		die(-ENOMEM, "cannot serve");
	/* The kernel hangs up when the last filtered process has ended. */
	while (!(poller.revents & POLLHUP)) {
		if (poll(&poller, 1, -1) > 0 && poller.revents & POLLIN)
			answer(t, folderfd);
	}
	free(t->question);
	free(t->reply);
}

int main(int argc, char *argv[])
{
	struct talk talk = { 0 };
	int folderfd;
	int ends[2];
	pid_t child;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: broker FOLDER COMMAND [ARGUMENT...]\n");
		return KIT_USAGE;
	}
	folderfd = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folderfd < 0)
		die(-errno, "cannot open '%s'", argv[1]);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		die(-errno, "cannot make a socket pair");
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0) {
		/* So that only the parent has it, and its death is seen. */
		(void)close(ends[0]);
		be_command(&argv[2], ends[1]);
	}

	(void)close(ends[1]);
	talk.listenerfd = fd_receive(ends[0]);
	if (talk.listenerfd >= 0)
		serve(&talk, folderfd);
	status = child_wait(child);
	if (status < 0)
		die(status, "lost '%s'", argv[2]);
	return status;
}
