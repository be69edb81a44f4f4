/* SPDX-License-Identifier: MIT */
/*
 * tiocsti.c - break-out: type on the terminal of the one who started you
 *
 * Usage:  tiocsti
 *
 * ioctl(TIOCSTI) puts a character into a terminal as if it had been typed.  A
 * program that was started with less power in the same terminal types a line,
 * ends, and the shell that started it, with all its power, reads the line and
 * obeys.  So did commands below su(1), sudo(8), chroot(1), and containers.
 *
 *	terminal (a pseudo-terminal of our own)
 *	   |- caller      leader of the session that the terminal belongs to; it
 *	   |              stands for your shell and reads what was typed
 *	   `- container   started by it in five ways, each with less
 *
 * The kernel asks two questions: is this your own controlling terminal, or
 * have you CAP_SYS_ADMIN in the first user namespace?  Since Linux 6.2 a third
 * comes first, the setting dev.tty.legacy_tiocsti.
 *
 * Idea:   a descriptor of a terminal is power over whoever reads from it
 * Calls:  ioctl(2) with TIOCSTI, setsid(2)
 * Needs:  nothing; as root also the row that only root can show
 * Libs:   cap
 * Read:   TIOCSTI(2const) or ioctl_tty(2); CVE-2016-2568, CVE-2017-5226
 * Test:   tests/graders/08-capabilities.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"
#include "userns.h"

static const char line[] = "rm -rf everything\n";

/* ---- the five ways ---------------------------------------------------------- */

static int change_nothing(void)
{
	return 0;
}

/* All capabilities gone, as the exercise does it, and no more to come. */
static int no_capability(void)
{
	cap_t none = cap_init();
	int r = none ? sysret(cap_set_proc(none)) : -ENOMEM;

	(void)cap_free(none);
	return r < 0 ? r : sysret(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

/* A session of its own has no controlling terminal. */
static int own_session(void)
{
	int r = no_capability();

	return r < 0 ? r : sysret(setsid());
}

static int own_session_as_root_inside(void)
{
	int r = sysret(setsid());

	/* Real root would keep what he has, and that is another row. */
	if (r >= 0 && geteuid() == 0) {
		r = sysret(setresuid(65534, 65534, 65534));
		/* That cleared it, and /proc/self became root's. */
		(void)prctl(PR_SET_DUMPABLE, 1);
	}
	return r < 0 ? r : userns_become_root();
}

static int own_session_as_root(void)
{
	return geteuid() == 0 ? sysret(setsid()) : -EPERM;
}

static const struct {
	const char *what;
	int (*change)(void);
} ways[] = {
	{ "as it is", change_nothing },
	{ "no capability, no_new_privs", no_capability },
	{ "the same in a session of its own", own_session },
	{ "own session, root of a user namespace", own_session_as_root_inside },
	{ "own session, root of the machine", own_session_as_root },
};

/* ---- the container ------------------------------------------------------------ */

/* 0 or -errno.  The terminal is its standard input, as usual. */
static int type_line(void)
{
	for (const char *c = line; *c; c++)
		if (ioctl(STDIN_FILENO, TIOCSTI, c) < 0)
			return -errno;
	return 0;
}

static noreturn void be_container(size_t way)
{
	int r;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	r = ways[way].change();
	if (r < 0) {
		printf("  %-40s cannot be shown: %s\n", ways[way].what,
		       strerror(-r));
		(void)fflush(stdout);
		_exit(KIT_SKIP);
	}
	r = type_line();
	printf("  %-40s %s", ways[way].what, r < 0 ? strerror(-r) : "typed");
	(void)fflush(stdout);
	_exit(r < 0 ? KIT_FAILED : KIT_OK);
}

/* ---- the caller ------------------------------------------------------------------ */

/* What a shell would do next: read a line, if there is one. */
static int read_line(void)
{
	struct pollfd typed = { .fd = STDIN_FILENO, .events = POLLIN };
	char text[64];
	ssize_t n;

	if (poll(&typed, 1, 0) <= 0)
		return 0;
	n = read(STDIN_FILENO, text, sizeof(text) - 1);
	if (n <= 0)
		return 0;
	printf(", and the caller reads: %.*s", (int)n, text);
	return 1;
}

static noreturn void be_caller(const char *terminal)
{
	int obeyed = 0;
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The first terminal that a session leader opens becomes its own. */
	if (setsid() < 0)
		die(-errno, "cannot make a session");
	fd = open(terminal, O_RDWR | O_CLOEXEC);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		die(-errno, "cannot open the terminal");

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		pid_t child = fork();
		int status;

		if (child < 0)
			die(-errno, "cannot fork");
		if (child == 0)
			be_container(i);
		status = child_wait(child);
		if (status == KIT_OK && read_line())
			obeyed++;
		else if (status != KIT_SKIP)
			printf("\n");
		(void)fflush(stdout);
	}
	_exit(obeyed > 0 ? KIT_FAILED : KIT_OK);
}

static void print_setting(void)
{
	char text[16];
	int r = file_read_at(AT_FDCWD, "/proc/sys/dev/tty/legacy_tiocsti", text,
			     sizeof(text));

	if (r < 0)
		printf("dev.tty.legacy_tiocsti: not in this kernel, it came "
		       "with Linux 6.2\n");
	else
		printf("dev.tty.legacy_tiocsti = %s", text);
	(void)fflush(stdout);
}

int main(void)
{
	int masterfd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char terminal[64];
	pid_t child;

	if (masterfd < 0 || grantpt(masterfd) < 0 || unlockpt(masterfd) < 0 ||
	    ptsname_r(masterfd, terminal, sizeof(terminal)) != 0)
		die_hint(-errno, "is /dev/pts mounted?",
			 "cannot make a terminal");
	print_setting();
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0)
		be_caller(terminal);
	if (child_wait(child) == KIT_OK)
		printf("Nobody could type here.\n");
	else
		printf("Give what you do not trust a session, or a terminal, "
		       "of its own.\n");
	return KIT_OK;
}
