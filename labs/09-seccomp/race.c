/* SPDX-License-Identifier: MIT */
/*
 * race.c - break-out: between a broker's check and its use
 *
 * Usage:  race [TRIES]
 *
 * A sandboxed process may open what is in the folder "g" and nothing else, says
 * its broker.  "s/x" is a secret.  Somebody helps from beside, as a second
 * thread would, by changing back and forth as fast as possible
 *
 *	the path     "/tmp/g/x" and "/tmp/s/x", one byte in shared memory
 *	the file     g/x, and a link to ../s/x: two names are exchanged
 *
 * Three brokers are tried TRIES times with each (2000):
 *
 *	continues    reads the path, checks it, and lets the call go on: the
 *	             kernel reads the path again
 *	opens        checks its copy of the path, looks with lstat(2) whether it
 *	             is a link, opens it and hands it over
 *	beneath      lets openat2(2) check while it walks, from the folder on
 *
 * Idea:   what you checked and what you use must be one thing
 * Calls:  SECCOMP_IOCTL_NOTIF_ADDFD, SECCOMP_USER_NOTIF_FLAG_CONTINUE,
 *         openat2(2), renameat2(2) with RENAME_EXCHANGE
 * Needs:  nothing; without root it makes a user namespace first
 * Libs:   seccomp
 * Read:   seccomp_unotify(2), openat2(2)
 * Test:   tests/graders/09-seccomp.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
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
#include "number.h"
#include "userns.h"

static const char good[] = "/tmp/g/x";
static const char link_name[] = "/tmp/g/y";
static const char secret[] = "/tmp/s/x";
enum { CHANGES_AT = 5 }; /* where the two paths differ */

/* What the sandboxed process shares with its helper, and tells us. */
struct shared {
	char path[16];
	int caught; /* how often it has got the secret */
};

/* ---- the two attackers ---------------------------------------------------- */

/* Die with the parent, also if it has died by now; lab 04 shows that race. */
static void tie(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
}

static noreturn void be_helper(struct shared *shared, bool path)
{
	volatile char *byte = &shared->path[CHANGES_AT];

	for (;;) {
		if (path)
			*byte = *byte == 'g' ? 's' : 'g';
		else
			(void)renameat2(AT_FDCWD, good, AT_FDCWD, link_name,
					RENAME_EXCHANGE);
	}
}

static noreturn void be_sandboxed(struct shared *shared, int tries,
				  int socketfd)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	struct stat wanted;
	int r;

	if (stat(secret, &wanted) < 0)
		die(-errno, "there is no secret");
	r = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(openat), 0);
	if (r == 0)
		r = seccomp_load(ctx);
	if (r == 0)
		r = fd_send(socketfd, seccomp_notify_fd(ctx));
	if (r < 0)
		die(r, "cannot load the filter");

	for (int i = 0; i < tries; i++) {
		int fd = openat(AT_FDCWD, shared->path, O_RDONLY);
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 &&
		    st.st_ino == wanted.st_ino && st.st_dev == wanted.st_dev)
			shared->caught++;
		if (fd >= 0)
			(void)close(fd);
	}
	_exit(0);
}

/* ---- the three brokers ---------------------------------------------------- */

/* Return: what the broker gives back: a descriptor, or a negative errno. */
enum { GOES_ON = -10000 };

static int check(const char *path)
{
	struct stat st;

	if (strncmp(path, "/tmp/g/", 7) != 0 || strstr(path, ".."))
		return -EACCES;
	if (lstat(path, &st) < 0)
		return -errno;
	return S_ISLNK(st.st_mode) ? -ELOOP : 0;
}

/*
 * Any broker may have to wait for the processor here; who wants to win can make
 * it wait.  This one steps aside once, so that few tries are enough.
 */
static void be_slow(void)
{
	(void)sched_yield();
}

static int continues(const char *path, int folderfd)
{
	int r = check(path);

	(void)folderfd;
	be_slow();
	return r < 0 ? r : GOES_ON;
}

static int opens(const char *path, int folderfd)
{
	int r = check(path);

	(void)folderfd;
	be_slow();
	return r < 0 ? r : sysret(open(path, O_RDONLY | O_CLOEXEC));
}

static int beneath(const char *path, int folderfd)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	if (strncmp(path, "/tmp/g/", 7) != 0)
		return -EACCES;
	be_slow();
	return sysret((int)syscall(SYS_openat2, folderfd, path + 7, &how,
				   sizeof(how)));
}

static const struct {
	const char *name;
	int (*decide)(const char *path, int folderfd);
} brokers[] = {
	{ "continues", continues },
	{ "opens", opens },
	{ "beneath", beneath },
};

static int copy_path(pid_t pid, __u64 address, char path[16])
{
	auto_close int fd = -1;
	char mem[32];

	snprintf(mem, sizeof(mem), "/proc/%d/mem", (int)pid);
	fd = open(mem, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, path, 16, (off_t)address) != 16)
		return -EFAULT;
	return 0;
}

static void answer(int listenerfd, struct seccomp_notif *question,
		   struct seccomp_notif_resp *reply, int folderfd,
		   int (*decide)(const char *path, int folderfd))
{
	struct seccomp_notif_addfd add = { .id = question->id,
					   .flags = SECCOMP_ADDFD_FLAG_SEND };
	auto_close int fd = -1;
	char path[16];
	int r = copy_path((pid_t)question->pid, question->data.args[1], path);

	if (ioctl(listenerfd, SECCOMP_IOCTL_NOTIF_ID_VALID, &question->id) < 0)
		return;
	if (r == 0)
		r = decide(path, folderfd);
	if (r >= 0) {
		add.srcfd = (__u32)(fd = r);
		(void)ioctl(listenerfd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
		return;
	}
	reply->id = question->id;
	reply->error = r == GOES_ON ? 0 : r;
	reply->flags = r == GOES_ON ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
	(void)ioctl(listenerfd, SECCOMP_IOCTL_NOTIF_SEND, reply);
}

/* ---- the play ------------------------------------------------------------- */

/* Return: how often the secret has been opened. */
static int play(struct shared *shared, int which, bool path, int tries)
{
	auto_close int folderfd =
		open("/tmp/g", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int listenerfd = -1;
	struct pollfd poller = { .events = POLLIN };
	struct seccomp_notif_sizes sizes;
	struct seccomp_notif_resp *reply;
	struct seccomp_notif *question;
	pid_t self = getpid();
	pid_t sandboxed;
	pid_t helper;
	int ends[2];

	*shared = (struct shared){ .caught = 0 };
	memcpy(shared->path, good, sizeof(good));
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0 ||
	    seccomp_notify_alloc(&question, &reply) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		die(-errno, "cannot prepare");
	sandboxed = fork();
	if (sandboxed == 0) {
		tie(self);
		be_sandboxed(shared, tries, ends[1]);
	}
	helper = fork();
	if (helper == 0) {
		tie(self);
		be_helper(shared, path);
	}
	(void)close(ends[1]);
	listenerfd = fd_receive(ends[0]);
	(void)close(ends[0]);
	if (sandboxed < 0 || helper < 0 || listenerfd < 0)
		die(listenerfd, "cannot start the others");

	/* The kernel hangs up when the sandboxed process has ended. */
	while (!(poller.revents & POLLHUP)) {
		poller.fd = listenerfd;
		if (poll(&poller, 1, -1) < 0 || !(poller.revents & POLLIN))
			continue;
		/* The kernel wants both to be empty, as it knows them. */
		memset(question, 0, sizes.seccomp_notif);
		memset(reply, 0, sizes.seccomp_notif_resp);
		if (seccomp_notify_receive(listenerfd, question) < 0)
			die(-errno, "cannot receive");
		answer(listenerfd, question, reply, folderfd,
		       brokers[which].decide);
	}
	seccomp_notify_free(question, reply);
	(void)kill(helper, SIGKILL);
	(void)child_wait(helper);
	if (child_wait(sandboxed) != 0)
		die(0, "the sandboxed process failed");
	return shared->caught;
}

static void make(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);

	if (fd < 0)
		die(-errno, "cannot make '%s'", path);
	(void)close(fd);
}

/* In a tmpfs of our own, which ends with us. */
static void make_files(void)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("race", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, NULL) < 0)
		die(-errno, "cannot mount a tmpfs");
	if (mkdir("/tmp/g", 0755) < 0 || mkdir("/tmp/s", 0755) < 0 ||
	    symlink("../s/x", link_name) < 0)
		die(-errno, "cannot make the folders");
	make(good);
	make(secret);
}

int main(int argc, char *argv[])
{
	struct shared *shared =
		mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int tries = argc > 1 ? (int)number_parse(argv[1], INT_MAX) : 2000;
	int r = userns_become_root();

	if (argc > 2 || tries < 1) {
		fprintf(stderr, "usage: race [TRIES]\n");
		return KIT_USAGE;
	}
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	if (shared == MAP_FAILED)
		die(-errno, "cannot get memory");
	make_files();

	printf("the secret was opened, in %d tries each\n\n", tries);
	printf("%-12s %-12s %s\n", "broker", "path changes", "file changes");
	for (int i = 0; i < 3; i++) {
		fflush(stdout);
		printf("%-12s", brokers[i].name);
		fflush(stdout);
		printf(" %-12d", play(shared, i, true, tries));
		fflush(stdout);
		printf(" %d\n", play(shared, i, false, tries));
	}
	return KIT_OK;
}
