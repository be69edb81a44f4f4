/* SPDX-License-Identifier: MIT */
/*
 * porter.c - run a command behind a closed door, with somebody to ask
 *
 * Usage:  porter [-e ERRNO] [-q] [-b DIR] COMMAND [ARGUMENT...]
 *
 *	(none)    COMMAND can neither make nor join a namespace
 *	-e ERRNO  the number of the error that it is told then; else EPERM
 *	-q        quiet: COMMAND can call only what is in a list, and open files
 *	          only to read them
 *	-b DIR    COMMAND, a static program, has an empty root directory; porter
 *	          stays, and opens for it, to be read, the files below DIR:
 *	          /x is DIR/x.  Ends with the status of COMMAND
 *
 * The options work alone and together.
 *
 * Libs:   seccomp
 * Read:   seccomp(2), seccomp_rule_add(3), seccomp_unotify(2), openat2(2)
 * Test:   isolab grade 09
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "fdpass.h"
#include "userns.h"

/* What a raw filter can load: the fields of struct seccomp_data. */
enum {
	NUMBER = offsetof(struct seccomp_data, nr),
	ARCH = offsetof(struct seccomp_data, arch),
	ARG0 = offsetof(struct seccomp_data, args[0]), /* its low half */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X32_BIT = 0x40000000 }; /* __X32_SYSCALL_BIT in asm/unistd.h */

/* All flags of clone(2) that make a namespace; they are in the low half. */
#define NAMESPACES                                                     \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/*
 * TASK 09.1: load a raw filter, for good and without privilege:
 *
 *	- whoever calls through another table than that of x86-64 is killed,
 *	  the whole process; x32 has the same architecture and X32_BIT in the
 *	  number
 *	- unshare(2), setns(2), and clone(2) with one of NAMESPACES fail with
 *	  "error"
 *	- clone3(2), whose flags a filter cannot see, is as if the kernel did not
 *	  have it; then libraries use clone(2)
 *	- all other calls go on
 *
 * Number the instructions in comments, and count jumps from the next one.
 */
static void close_door(unsigned error)
{
	/* SOLUTION BEGIN
	die(0, "task 09.1 is not done yet: nothing fails with %u", error);
	*/
	const struct sock_filter code[] = {
		/*  0 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARCH),
		/*  1: x86-64? 3, else 2 */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		/*  2 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		/*  3 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER),
		/*  4: x32? 5, else 6 */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
		/*  5 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		/*  6: unshare? 13, else 7 */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 6, 0),
		/*  7: setns? 13, else 8 */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setns, 5, 0),
		/*  8: clone3? 12, else 9 */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 3, 0),
		/*  9: clone? 10, else 14 */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
		/* 10 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARG0),
		/* 11: any of these bits? 13, else 14 */
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 1, 2),
		/* 12 */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		/* 13 */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		/* 14 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = COUNT(code),
		.filter = (struct sock_filter *)code,
	};

	/* No set-user-ID program shall run with calls that fail strangely. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die(-errno, "cannot give up new privileges");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		die(-errno, "cannot load the raw filter");
	/* SOLUTION END */
}

/* What a static program needs to start, to compute and to end. */
static const int quiet[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(brk),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(arch_prctl),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(prlimit64),
	SCMP_SYS(getrandom),
	SCMP_SYS(futex),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(pause),
	SCMP_SYS(getpid),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(read),
	SCMP_SYS(close),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
};

/*
 * TASK 09.2: with libseccomp, allow only
 *
 *	- the calls in the table above
 *	- write(2) to descriptors 1 and 2
 *	- ioctl(2) with TCGETS; the kernel looks at 32 bits of it
 *	- openat(2) for reading: with none of the bits of CHANGES.  With
 *	  O_WRONLY or O_RDWR it fails with EROFS, which programs understand
 *
 * and let all else fail with ENOSYS.
 */
#define CHANGES (O_ACCMODE | O_CREAT | O_TRUNC)

static void allow_quiet(void)
{
	/* SOLUTION BEGIN
	die(0, "task 09.2 is not done yet: call %d is not the only one",
	    quiet[0]);
	*/
	/* The comparisons of one rule are joined by "and", rules by "or". */
	const struct {
		uint32_t action;
		int call;
		struct scmp_arg_cmp only;
	} rules[] = {
		{ SCMP_ACT_ALLOW, SCMP_SYS(write), SCMP_A0(SCMP_CMP_EQ, 1, 0) },
		{ SCMP_ACT_ALLOW, SCMP_SYS(write), SCMP_A0(SCMP_CMP_EQ, 2, 0) },
		{ SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
		  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, TCGETS) },
		{ SCMP_ACT_ALLOW, SCMP_SYS(openat),
		  SCMP_A2(SCMP_CMP_MASKED_EQ, CHANGES, 0) },
		{ SCMP_ACT_ERRNO(EROFS), SCMP_SYS(openat),
		  SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY) },
		{ SCMP_ACT_ERRNO(EROFS), SCMP_SYS(openat),
		  SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR) },
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int r = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < COUNT(quiet); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, quiet[i], 0);
	for (size_t i = 0; r == 0 && i < COUNT(rules); i++)
		r = seccomp_rule_add_array(ctx, rules[i].action, rules[i].call,
					   1, &rules[i].only);
	if (r == 0)
		r = seccomp_load(ctx);
	if (r < 0)
		die(r, "cannot load the list of allowed calls");
	seccomp_release(ctx);
	/* SOLUTION END */
}

/*
 * TASK 09.3, first half: load a filter that asks about open(2) and openat(2)
 * and allows all else.  Return the descriptor on which the questions arrive.
 */
static int hang_bell(void)
{
	/* SOLUTION BEGIN
	die(0, "task 09.3 is not done yet: nobody is asked");
	*/
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r = ctx ? 0 : -ENOMEM;

	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(open), 0);
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(openat), 0);
	if (r == 0)
		r = seccomp_load(ctx);
	if (r == 0)
		r = seccomp_notify_fd(ctx);
	if (r < 0)
		die(r, "cannot load the filter that asks");
	seccomp_release(ctx);
	return r;
	/* SOLUTION END */
}

/* Copy a path out of the caller's memory: 0, or a negative errno value. */
static int read_path(pid_t pid, __u64 address, char path[PATH_MAX])
{
	auto_close int fd = -1;
	char mem[32];
	ssize_t n;

	snprintf(mem, sizeof(mem), "/proc/%d/mem", (int)pid);
	fd = open(mem, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = pread(fd, path, PATH_MAX, (off_t)address);
	if (n <= 0)
		return -EFAULT;
	return memchr(path, '\0', (size_t)n) ? 0 : -ENAMETOOLONG;
}

/*
 * TASK 09.3, second half: open for reading what the caller calls PATH and what
 * is below rootfd: an absolute path of a regular file.  A path or a link out of
 * there leads nowhere, also if somebody changes it this very moment; nothing
 * makes porter wait.  To open with one of CHANGES is EROFS, and what is no
 * regular file is EACCES.  Return the descriptor or a negative errno value.
 */
static int open_below(int rootfd, const char *path, int flags)
{
	/* SOLUTION BEGIN
	(void)rootfd;
	(void)path;
	(void)flags;
	return -ENOENT;
	*/
	/* The kernel checks while it walks: there is no "after the check". */
	const struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	auto_close int fd = -1;
	struct stat st;

	if (flags & CHANGES)
		return -EROFS;
	if (*path != '/')
		return -ENOENT;
	path += strspn(path, "/");
	fd = (int)syscall(SYS_openat2, rootfd, *path ? path : ".", &how,
			  sizeof(how));
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? steal_fd(&fd) : -EACCES;
	/* SOLUTION END */
}

/*
 * TASK 09.3, last part: receive one question and answer it.  Where the path is,
 * and the flags are, depends on the call.  The caller gets the descriptor, with
 * O_CLOEXEC if and only if it asked for that, or the error.  It may have been
 * killed or interrupted meanwhile: its question is void then, its number may be
 * another process's, and the next one is still to be answered.
 */
static void answer(int bellfd, int rootfd, struct seccomp_notif *question,
		   struct seccomp_notif_resp *reply)
{
	/* SOLUTION BEGIN
	(void)rootfd;
	(void)read_path;
	(void)open_below;
	(void)question;
	(void)reply;
	die(0, "task 09.3 is not done yet: bell %d rings", bellfd);
	*/
	const __u64 *args = question->data.args;
	struct seccomp_notif_addfd add = { .flags = SECCOMP_ADDFD_FLAG_SEND };
	auto_close int fd = -1;
	char path[PATH_MAX];
	int flags;
	int r;

	if (ioctl(bellfd, SECCOMP_IOCTL_NOTIF_RECV, question) < 0) {
		if (errno == EINTR || errno == ENOENT)
			return;
		die(-errno, "cannot receive");
	}
	if (question->data.nr == SYS_openat)
		args++;
	flags = (int)args[1];
	r = read_path((pid_t)question->pid, args[0], path);

	/* Was that the caller's memory?  Yes, if it still waits now. */
	if (ioctl(bellfd, SECCOMP_IOCTL_NOTIF_ID_VALID, &question->id) < 0)
		return;
	if (r == 0)
		r = fd = open_below(rootfd, path, flags);

	/* If these two fail the caller is gone, and nobody needs an answer. */
	if (r < 0) {
		reply->id = question->id;
		reply->error = r;
		(void)ioctl(bellfd, SECCOMP_IOCTL_NOTIF_SEND, reply);
	} else {
		add.id = question->id;
		add.srcfd = (__u32)fd;
		add.newfd_flags = (__u32)flags & O_CLOEXEC;
		(void)ioctl(bellfd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
	}
	/* SOLUTION END */
}

/* Until nobody is left who could ask. */
static void serve(int bellfd, int rootfd)
{
	struct pollfd bell = { .fd = bellfd, .events = POLLIN };
	struct seccomp_notif_resp *reply;
	struct seccomp_notif *question;
	struct seccomp_notif_sizes sizes;

	/* The kernel's structures may be larger than those of our headers. */
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0 ||
	    seccomp_notify_alloc(&question, &reply) < 0)
		die_hint(-errno, "user notification needs Linux 5.0",
			 "cannot answer questions");
	while (!(bell.revents & POLLHUP)) {
		if (poll(&bell, 1, -1) < 0 && errno != EINTR)
			die(-errno, "cannot wait");
		if (!(bell.revents & POLLIN))
			continue;
		memset(question, 0, sizes.seccomp_notif);
		memset(reply, 0, sizes.seccomp_notif_resp);
		answer(bellfd, rootfd, question, reply);
	}
	seccomp_notify_free(question, reply);
}

/* A new, empty, read-only tmpfs, mounted on DIR, as the root directory. */
static void empty_root(const char *dir)
{
	int r = userns_become_root();

	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die(-errno, "cannot make a mount namespace");
	if (mount("porter", dir, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV,
		  NULL) < 0)
		die(-errno, "cannot mount a tmpfs on '%s'", dir);
	if (chdir(dir) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		die(-errno, "cannot make it the root directory");
}

struct options {
	unsigned error;
	bool quiet;
	const char *dir; /* or NULL */
	char **command;
};

static noreturn void be_guest(const struct options *o, int socketfd)
{
	int commandfd = open(o->command[0], O_PATH | O_CLOEXEC);
	int bellfd;
	int r;

	/* If porter is killed, nobody answers any more. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (commandfd < 0)
		die(-errno, "cannot open '%s'", o->command[0]);
	empty_root(o->dir);
	close_door(o->error);
	bellfd = hang_bell();
	r = fd_send(socketfd, bellfd);
	if (r < 0)
		die(r, "cannot hand over the bell");
	(void)close(bellfd);
	/* Last: it does not allow to load another filter. */
	if (o->quiet)
		allow_quiet();
	execveat(commandfd, "", o->command, environ, AT_EMPTY_PATH);
	die(-errno, "cannot run '%s' (is it static?)", o->command[0]);
}

static int run_with_broker(const struct options *o)
{
	int rootfd = open(o->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int ends[2];
	pid_t child;
	int bellfd;
	int status;

	if (rootfd < 0)
		die(-errno, "cannot open '%s'", o->dir);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		die(-errno, "cannot make a socket pair");
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0) {
		/* So that only the parent has it, and its death is seen. */
		(void)close(ends[0]);
		be_guest(o, ends[1]);
	}

	(void)close(ends[1]);
	bellfd = fd_receive(ends[0]);
	if (bellfd >= 0)
		serve(bellfd, rootfd);
	status = child_wait(child);
	if (status < 0)
		die(status, "lost '%s'", o->command[0]);
	return status;
}

int main(int argc, char *argv[])
{
	struct options o = { .error = EPERM };
	int option;

	/* The "+" stops at COMMAND, whose options are not ours. */
	while ((option = getopt(argc, argv, "+e:qb:")) != -1) {
		if (option == 'e')
			o.error = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'q')
			o.quiet = true;
		else if (option == 'b')
			o.dir = optarg;
		else
			optind = argc;
	}
	o.command = argv + optind;
	if (optind >= argc || o.error < 1 || o.error > 4095) {
		fprintf(stderr, "usage: porter [-e ERRNO] [-q] [-b DIR] "
				"COMMAND [ARGUMENT...]\n");
		return KIT_USAGE;
	}
	if (o.dir)
		return run_with_broker(&o);

	close_door(o.error);
	if (o.quiet)
		allow_quiet();
	execvp(o.command[0], o.command);
	die(-errno, "cannot run '%s'", o.command[0]);
}
