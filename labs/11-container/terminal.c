/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "fdpass.h"
#include "file.h"
#include "mounts.h"
#include "path.h"
#include "sys.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41) /* <asm-generic/ioctls.h> */
#endif
enum { DEVPTS_MAGIC = 0x1cd1 }; /* <linux/magic.h> */

int terminal_connect(const char *path, struct report *rep)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	if (strlen(path) >= sizeof(address.sun_path))
		return report_refuse(rep, -ENAMETOOLONG,
				     "--console-socket %s: too long for the "
				     "name of a socket",
				     path);
	strcpy(address.sun_path, path);
	if (fd < 0)
		return report_call(rep, -errno, "socket", "AF_UNIX");
	r = sysret(connect(fd, (struct sockaddr *)&address, sizeof(address)));
	if (report_call(rep, r, "connect", "%s", path) < 0)
		return r;
	return steal_fd(&fd);
}

static int open_master(int rootfd, struct report *rep)
{
	auto_close int fd =
		sys_openat2(rootfd, "/dev/pts/ptmx", O_RDWR | O_NOCTTY, 0,
			    RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
	struct statfs fs;
	int unlock = 0;

	if (report_call(rep, fd, "openat2", "/dev/pts/ptmx") < 0)
		return fd;
	if (fstatfs(fd, &fs) < 0)
		return report_call(rep, -errno, "fstatfs", "/dev/pts");
	if (fs.f_type != DEVPTS_MAGIC)
		return report_refuse(rep, -ENODEV,
				     "process.terminal: /dev/pts is no devpts; "
				     "add it to mounts");
	if (ioctl(fd, TIOCSPTLCK, &unlock) < 0)
		return report_call(rep, -errno, "ioctl", "TIOCSPTLCK");
	return steal_fd(&fd);
}

/* /dev/console is the same terminal: bound from its descriptor, so nothing
 * that the image has there is looked at (CVE-2025-52565). */
static int bind_console(int rootfd, int fd, struct report *rep)
{
	auto_close int treefd =
		sys_open_tree(fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE);
	auto_close int tofd = -1;

	if (report_call(rep, treefd, "open_tree", "the terminal") < 0)
		return treefd;
	tofd = path_make(rootfd, "/dev/console", PATH_FILE, false, rep);
	return tofd < 0 ? tofd
			: mounts_attach(treefd, tofd, rep, "/dev/console");
}

int terminal_make(int rootfd, const struct spec_process *process, bool console,
		  int socketfd, struct report *rep)
{
	struct winsize size = { .ws_row = process->rows,
				.ws_col = process->columns };
	auto_close int masterfd = open_master(rootfd, rep);
	auto_close int fd = -1;
	int r;

	if (masterfd < 0)
		return masterfd;
	/* The other side without its path: TIOCGPTPEER was made for this. */
	fd = sysret(
		ioctl(masterfd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
	if (report_call(rep, fd, "ioctl", "TIOCGPTPEER") < 0)
		return fd;
	if (size.ws_row && ioctl(masterfd, TIOCSWINSZ, &size) < 0)
		return report_call(rep, -errno, "ioctl", "TIOCSWINSZ");
	/* In a user namespace without this id it stays as it is. */
	(void)fchown(fd, process->uid, (gid_t)-1);
	r = console ? bind_console(rootfd, fd, rep) : 0;
	if (r == 0)
		r = report_call(rep, fd_send(socketfd, masterfd), "sendmsg",
				"the terminal, to the console socket");
	return r < 0 ? r : steal_fd(&fd);
}

int terminal_take(int fd, struct report *rep)
{
	int r = report_call(rep, sysret(ioctl(fd, TIOCSCTTY, 0)), "ioctl",
			    "TIOCSCTTY");

	for (int i = 0; r == 0 && i < 3; i++)
		if (dup2(fd, i) < 0)
			r = report_call(rep, -errno, "dup2", "terminal");
	if (fd > 2)
		(void)close(fd);
	return r;
}

static void warn(int err, const char *call, const char *what)
{
	fprintf(stderr, "minic: warning: cannot pass %s on: %s(): %s\n", what,
		call, strerror(-err));
}

/* Some bytes from one to the other; @to is -1 after an error: what cannot be
 * written is dropped, for the container must not wait for it.
 * Return: false: there are no more. */
static bool pass(int from, int *to, const char *what)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf));
	int r = 0;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	/* EIO when nobody has the other side open any more. */
	if (n < 0 && errno != EIO)
		warn(-errno, "read", what);
	if (n > 0 && *to >= 0)
		r = write_all(*to, buf, (size_t)n);
	if (r < 0) {
		warn(r, "write", what);
		*to = -1;
	}
	return n > 0;
}

static void copy_size(int masterfd)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		(void)ioctl(masterfd, TIOCSWINSZ, &size);
}

void terminal_relay(int masterfd, pid_t pid)
{
	auto_close int pidfd = sys_pidfd_open(pid);
	int in = masterfd, out = STDOUT_FILENO;
	sigset_t resize;
	struct termios before, raw;
	bool tty = tcgetattr(STDIN_FILENO, &before) == 0;
	struct pollfd fds[4] = { { masterfd, POLLIN, 0 },
				 { STDIN_FILENO, POLLIN, 0 },
				 { pidfd, POLLIN, 0 },
				 { -1, POLLIN, 0 } };

	sigemptyset(&resize);
	sigaddset(&resize, SIGWINCH);
	if (tty) {
		raw = before;
		cfmakeraw(&raw);
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
		(void)sigprocmask(SIG_BLOCK, &resize, NULL);
		fds[3].fd = signalfd(-1, &resize, SFD_CLOEXEC | SFD_NONBLOCK);
		copy_size(masterfd);
	}
	for (;;) {
		if (poll(fds, 4, -1) < 0 && errno != EINTR) {
			warn(-errno, "poll", "the terminal");
			break;
		}
		struct signalfd_siginfo info;

		if (fds[3].revents && read(fds[3].fd, &info, sizeof(info)) > 0)
			copy_size(masterfd);
		if (fds[1].revents && !pass(STDIN_FILENO, &in, "input"))
			fds[1].fd = -1;
		if (fds[0].revents && !pass(masterfd, &out, "output"))
			break;
		if (!fds[0].revents && fds[2].revents)
			break;
	}
	if (fds[3].fd >= 0)
		(void)close(fds[3].fd);
	if (tty)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
}
