/* SPDX-License-Identifier: MIT */
/*
 * self.c - what this process is to the kernel, and what it can get
 *
 * Usage:  self ids
 *	   self push TEXT	type TEXT into the terminal that is stdin
 *	   self key NAME		read the key NAME of the session's keyring
 *	   self ungroup FILE	leave all groups, then open FILE
 *	   self write FILE...	which of them can be opened for writing?
 *
 * Prints words; "through: ..." when an attack has succeeded.
 *
 * Read:   credentials(7), TIOCSTI in ioctl_tty(2), keyctl(2), setgroups(2)
 * Test:   tests/escape.sh
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int result(const char *what, long r)
{
	if (r < 0)
		printf("no: %s: %s\n", what, strerrorname_np(errno));
	else
		printf("through: %s\n", what);
	return 0;
}

/* The lines of /proc/self/status that say it. */
static int ids(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "Uid:", 4) == 0 ||
		    strncmp(line, "Gid:", 4) == 0 ||
		    strncmp(line, "Groups:", 7) == 0 ||
		    strncmp(line, "Cap", 3) == 0 ||
		    strncmp(line, "NoNewPrivs:", 11) == 0)
			fputs(line, stdout);
	if (f)
		(void)fclose(f);
	return 0;
}

static int push(const char *text)
{
	for (; *text; text++)
		if (ioctl(STDIN_FILENO, TIOCSTI, text) < 0)
			return result("TIOCSTI", -1);
	return result("TIOCSTI", 0);
}

static int key(const char *name)
{
	char text[64] = "";
	long id = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
			  "user", name, 0);

	if (id < 0)
		return result("keyctl search", id);
	return result("keyctl read", syscall(SYS_keyctl, KEYCTL_READ, id, text,
					     sizeof(text) - 1));
}

static int ungroup(const char *path)
{
	if (setgroups(0, NULL) < 0)
		return result("setgroups", -1);
	return result("open", open(path, O_RDONLY | O_CLOEXEC));
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "ids") == 0)
		return ids();
	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "push") == 0)
		return push(argv[2]);
	if (strcmp(argv[1], "key") == 0)
		return key(argv[2]);
	if (strcmp(argv[1], "ungroup") == 0)
		return ungroup(argv[2]);
	for (int i = 2; i < argc; i++)
		(void)result(argv[i], open(argv[i], O_WRONLY | O_CLOEXEC));
	return 0;
}
