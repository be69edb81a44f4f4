/* SPDX-License-Identifier: MIT */
/*
 * roommate.c - make a room, share a room, keep a room
 *
 * Usage:  roommate --new NAME COMMAND [ARGUMENT...]
 *         roommate --join PID COMMAND [ARGUMENT...]
 *         roommate --relay NAME FIRST [ARGUMENT...] -- SECOND [ARGUMENT...]
 *
 *	--new    run COMMAND in a new room: it has the hostname NAME, IPC
 *	         objects of its own, and they are what /dev/mqueue shows
 *	--join   run COMMAND in the room of the process PID
 *	--relay  run FIRST in a new room; when it has ended, and nobody is
 *	         left in the room, run SECOND in that very room
 *
 * A room is four namespaces: UTS, IPC, mount (for /dev/mqueue), and the user
 * namespace that owns them.  Nothing outside the room changes.
 *
 * Read:   uts_namespaces(7), ipc_namespaces(7), mq_overview(7), setns(2),
 *         pidfd_open(2); namespaces(7), "Namespace lifetime"
 * Test:   isolab grade 03
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "gate.h"
#include "userns.h"

/* The files of /proc/PID/ns/ that make a room. */
enum { ROOM = 4 };
static const char *const room_files[ROOM] = { "user", "uts", "ipc", "mnt" };

/* The room's namespaces, held open: fds[i] is of room_files[i]. */
struct room {
	int fds[ROOM];
};

/*
 * TASK 03.1: make a UTS namespace and set its hostname to NAME.  In the one
 * that the caller came with, the name belongs to everybody.
 */
static void own_name(const char *name)
{
	/* SOLUTION BEGIN
	die(0, "task 03.1 is not done yet: nobody is called %s", name);
	*/
	if (unshare(CLONE_NEWUTS) < 0)
		die(-errno, "cannot make a UTS namespace");

	/* The kernel wants the length and not the terminating NUL. */
	if (sethostname(name, strlen(name)) < 0)
		die(-errno, "cannot set the hostname '%s'", name);
	/* SOLUTION END */
}

/*
 * TASK 03.2: make an IPC namespace.  Then /dev/mqueue must show its message
 * queues and not those outside: mount the file system "mqueue" there, in a
 * mount namespace of your own with private mounts (lab 02).
 */
static void own_mail(void)
{
	/* SOLUTION BEGIN
	die(0, "task 03.2 is not done yet");
	*/
	if (unshare(CLONE_NEWIPC | CLONE_NEWNS) < 0)
		die(-errno, "cannot make IPC and mount namespaces");

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die(-errno, "cannot make the mounts private");

	/* A mount of mqueue shows the IPC namespace of who mounted it. */
	if (mount("mqueue", "/dev/mqueue", "mqueue",
		  MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		die(-errno, "cannot mount /dev/mqueue");
	/* SOLUTION END */
}

/* A new room, and the caller in it. */
static void new_room(const char *name)
{
	int r = userns_become_root();

	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	own_name(name);
	own_mail();
}

/*
 * TASK 03.3: enter the room of the process PID, all four namespaces of it.
 * pidfd_open(2) gives a descriptor of a process, and setns(2) can join several
 * of its namespaces in one call.  Privilege over the room comes from its user
 * namespace, so that has to be joined too.
 */
static void join_room(pid_t pid)
{
	/* SOLUTION BEGIN
	die(0, "task 03.3 is not done yet: %d stays alone", (int)pid);
	*/
	/* glibc has no pidfd_open() before 2.36; a pidfd is O_CLOEXEC. */
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		die(-errno, "cannot open process %d", (int)pid);

	/* In one call the kernel finds the right order itself. */
	if (setns(pidfd, CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC |
				 CLONE_NEWNS) < 0)
		die(-errno, "cannot join the namespaces of process %d",
		    (int)pid);
	(void)close(pidfd);
	/* SOLUTION END */
}

/*
 * TASK 03.4, first half: hold the room of PID open, so that it still exists
 * when PID has ended.  Open the files /proc/PID/ns/... of room_files, with
 * O_CLOEXEC, into room->fds.
 */
static void hold_room(struct room *room, pid_t pid)
{
	/* SOLUTION BEGIN
	(void)room_files;
	(void)room;
	die(0, "task 03.4 is not done yet: nobody holds the room of %d",
	    (int)pid);
	*/
	char path[64];

	for (int i = 0; i < ROOM; i++) {
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid,
			 room_files[i]);
		room->fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (room->fds[i] < 0)
			die(-errno, "cannot open %s", path);
	}
	/* SOLUTION END */
}

/*
 * TASK 03.4, second half: enter the room that is held open.  Its process has
 * ended; the descriptors are all that is left.  Mind the order.
 */
static void enter_room(const struct room *room)
{
	/* SOLUTION BEGIN
	(void)room;
	die(0, "task 03.4 is not done yet");
	*/
	/* The user namespace is first: it gives the right to join the rest. */
	for (int i = 0; i < ROOM; i++) {
		if (setns(room->fds[i], 0) < 0)
			die(-errno, "cannot enter the %s namespace",
			    room_files[i]);
		(void)close(room->fds[i]);
	}
	/* SOLUTION END */
}

static noreturn void run(char *const command[])
{
	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

/*
 *	parent                        child
 *	  |                           new_room(NAME)
 *	wait for "made"  <----------- open "made"
 *	hold_room(child)              wait for "held"
 *	open "held"      -----------> exec FIRST
 *	wait for FIRST's end             .
 *	enter_room(), exec SECOND
 */
static noreturn void relay(const char *name, char *const first[],
			   char *const second[])
{
	struct gate made;
	struct gate held;
	struct room room;
	pid_t child;

	if (gate_init(&made) < 0 || gate_init(&held) < 0)
		die(-errno, "cannot make a gate");
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0) {
		new_room(name);
		if (gate_open(&made) < 0 || gate_wait(&held) < 0)
			die(0, "the parent has died");
		run(first);
	}

	if (gate_wait(&made) < 0)
		die(0, "there is no room");
	hold_room(&room, child);
	if (gate_open(&held) < 0 || child_wait(child) < 0)
		die(0, "lost '%s'", first[0]);
	enter_room(&room);
	run(second);
}

static pid_t parse_pid(const char *text)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || end == text || *end || pid < 1 || pid > INT_MAX)
		die(0, "'%s' is not a process ID", text);
	return (pid_t)pid;
}

/* Cut "FIRST -- SECOND" in two; NULL if it is not that. */
static char **split(char *words[])
{
	for (int i = 0; words[i]; i++) {
		if (i == 0 || strcmp(words[i], "--") != 0 || !words[i + 1])
			continue;
		words[i] = NULL;
		return &words[i + 1];
	}
	return NULL;
}

int main(int argc, char *argv[])
{
	char **second;

	if (argc >= 4 && strcmp(argv[1], "--new") == 0) {
		new_room(argv[2]);
		run(&argv[3]);
	}
	if (argc >= 4 && strcmp(argv[1], "--join") == 0) {
		join_room(parse_pid(argv[2]));
		run(&argv[3]);
	}
	if (argc >= 6 && strcmp(argv[1], "--relay") == 0) {
		second = split(&argv[3]);
		if (second)
			relay(argv[2], &argv[3], second);
	}

	fprintf(stderr,
		"usage: %s --new NAME COMMAND [ARGUMENT...]\n"
		"       %s --join PID COMMAND [ARGUMENT...]\n"
		"       %s --relay NAME FIRST [ARG...] -- SECOND [ARG...]\n",
		argv[0], argv[0], argv[0]);
	return KIT_USAGE;
}
