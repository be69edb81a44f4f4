/* SPDX-License-Identifier: MIT */
/*
 * caller.c - on the host: start a runtime as somebody has it who has something
 *
 * Usage:  caller tty PROGRAM [ARGUMENT...]	in a terminal of its own
 *	   caller key NAME PROGRAM ...		with a key in the session's keyring
 *
 * With "tty" PROGRAM is the first of a session with a new terminal; what was
 * typed into that terminal by the time it ends is printed, in brackets.
 *
 * Read:   pty(7), keyrings(7)
 * Test:   tests/escape.sh
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

/* Without canonical mode each byte that is typed can be read at once. */
static int make_terminal(char *name, size_t size)
{
	struct termios t;
	int masterfd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int fd;

	if (masterfd < 0 || unlockpt(masterfd) < 0 ||
	    ptsname_r(masterfd, name, size) != 0)
		return -1;
	fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &t) < 0)
		return -1;
	cfmakeraw(&t);
	if (tcsetattr(fd, TCSANOW, &t) < 0)
		return -1;
	return fd;
}

static int in_terminal(char **argv)
{
	char name[64], typed[64];
	int fd = make_terminal(name, sizeof(name));
	int count = 0, status;
	pid_t pid;

	if (fd < 0)
		return fail("terminal");
	pid = fork();
	if (pid == 0) {
		int mine;

		(void)setsid();
		mine = open(name, O_RDWR); /* now it is the controlling one */
		if (mine < 0 || dup2(mine, STDIN_FILENO) < 0)
			_exit(1);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		return fail("waitpid");
	if (ioctl(fd, FIONREAD, &count) == 0 && count > 0) {
		ssize_t n = read(fd, typed, sizeof(typed));

		printf("typed [%.*s]\n", (int)n, typed);
	} else {
		puts("typed []");
	}
	return WEXITSTATUS(status);
}

static int with_key(const char *name)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "caller") < 0)
		return fail("keyctl");
	if (syscall(SYS_add_key, "user", name, "secret", 6,
		    KEY_SPEC_SESSION_KEYRING) < 0)
		return fail("add_key");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "tty") == 0)
		return in_terminal(argv + 2);
	if (argc < 4 || strcmp(argv[1], "key") != 0)
		return 2;
	if (with_key(argv[2]) != 0)
		return 1;
	execvp(argv[3], argv + 3);
	return fail(argv[3]);
}
