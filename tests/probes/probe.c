/* SPDX-License-Identifier: MIT */
/*
 * probe.c - what the grader makes the student's program run
 *
 * Usage:  probe hold             wait until killed
 *         probe exit N           end with status N
 *         probe make FILE        make FILE, and hold
 *         probe beside COMMAND...  start a process that holds in new user,
 *                                UTS, IPC and mount namespaces, and become
 *                                COMMAND; its argument "PID" is replaced by
 *                                the process ID of that process
 *         probe told N           leave N orphans; all block every signal, and
 *                                end with the status that is sent to them
 *                                as the value of signal 40, by sigqueue(3)
 *         probe laden GROUP COMMAND...  become COMMAND, in GROUP and with all
 *                                capabilities inheritable, as careless
 *                                parents leave it
 *         probe eat MIB          a child uses that much memory; both hold
 *         probe forks N          try N times to make a child; all hold
 *         probe spin             use the processor
 *         probe desk COMMAND... [: COMMAND...]  run the Nth of the commands, from
 *                                0 on, when told so by signal 40; its name says
 *                                which turn that was and how it ended: "3=0"
 *         probe hoard ...        the same; and what the commands leave becomes
 *                                its child, for which it does not wait
 *
 * Called newuidmap or newgidmap it does what these programs do: it writes a map
 * of a process's user namespace.  The grader gives that copy the capabilities
 * that the real ones have, in a sandbox that has no set-user-ID programs.
 *
 * The grader finds this process by the content of its file and looks at it from
 * outside; so it has to do nothing at all, and nothing that it says counts.
 *
 * Read:   docs/handbook/grader.md
 * Test:   tests/unit/test_sandbox.c
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"
#include "userns.h"

enum {
	TELL = 40, /* a real-time signal, so that it carries a value */
	DESK_COMMANDS = 16,
};

static noreturn void wait_told(void)
{
	siginfo_t info;
	sigset_t tell;

	sigemptyset(&tell);
	sigaddset(&tell, TELL);
	while (sigwaitinfo(&tell, &info) != TELL)
		;
	_exit(info.si_value.sival_int);
}

/* Their parent; fork(2) copies the name and the signal mask. */
static noreturn void make_orphans(long count)
{
	if (prctl(PR_SET_NAME, "orphan") < 0)
		die(-errno, "cannot set the name");
	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die(-errno, "cannot fork the orphans");
		if (pid == 0)
			wait_told();
	}
	_exit(0);
}

static void run_one(char *command[])
{
	sigset_t none;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	execv(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

/* Cuts the words into commands, at each ":". */
static noreturn void be_desk(char *words[])
{
	char **commands[DESK_COMMANDS] = { words };
	char name[16] = "ready";
	siginfo_t info;
	sigset_t tell;
	int count = 1;

	for (char **word = words; *word; word++) {
		if (strcmp(*word, ":") != 0)
			continue;
		*word = NULL;
		if (count < DESK_COMMANDS)
			commands[count++] = word + 1;
	}
	sigemptyset(&tell);
	sigaddset(&tell, TELL);
	if (sigprocmask(SIG_BLOCK, &tell, NULL) < 0)
		die(-errno, "cannot block the signal");
	for (unsigned turn = 1;; turn++) {
		pid_t pid;

		if (prctl(PR_SET_NAME, name) < 0)
			die(-errno, "cannot set the name");
		while (sigwaitinfo(&tell, &info) != TELL ||
		       info.si_value.sival_int >= count)
			;
		pid = fork();
		if (pid < 0)
			die(-errno, "cannot fork");
		if (pid == 0)
			run_one(commands[info.si_value.sival_int]);
		snprintf(name, sizeof(name), "%u=%d", turn, child_wait(pid));
	}
}

/* The names tell the grader who is who, and that all is ready. */
static noreturn void be_told(long orphans)
{
	sigset_t all;
	pid_t between;

	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		die(-errno, "cannot block the signals");
	between = fork();
	if (between < 0)
		die(-errno, "cannot fork");
	if (between == 0)
		make_orphans(orphans);
	if (child_wait(between) != 0)
		die(0, "there are not enough orphans");
	if (prctl(PR_SET_NAME, "ready") < 0)
		die(-errno, "cannot set the name");
	wait_told();
}

static noreturn void be_target(void)
{
	static const char *const argv[] = { "target", "hold", NULL };
	int r = userns_become_root();

	if (r < 0)
		die(r, "cannot make a user namespace");
	if (unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS) < 0)
		die(-errno, "cannot make namespaces");
	if (mount("mqueue", "/dev/mqueue", "mqueue", 0, NULL) < 0)
		die(-errno, "cannot mount mqueue");
	execv("/proc/self/exe", (char *const *)argv);
	die(-errno, "cannot execute the probe");
}

static noreturn void beside(char *command[])
{
	char text[16];
	int ends[2];
	pid_t child;
	char byte;

	if (pipe2(ends, O_CLOEXEC) < 0)
		die(-errno, "cannot make a pipe");
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0)
		be_target();

	/* The end of file comes when execve(2) closes the other end. */
	(void)close(ends[1]);
	if (read(ends[0], &byte, 1) != 0)
		die(0, "the target spoke");

	snprintf(text, sizeof(text), "%d", (int)child);
	for (int i = 0; command[i]; i++)
		if (strcmp(command[i], "PID") == 0)
			command[i] = text;
	execv(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

/* ARGUMENT is PID and then INSIDE OUTSIDE COUNT, as often as wanted. */
static int write_map(const char *file, char *argument[])
{
	char lines[1024] = "";
	char path[64];
	size_t used = 0;
	int r;

	snprintf(path, sizeof(path), "/proc/%.16s/%s", argument[0], file);
	for (char **a = argument + 1; a[0] && a[1] && a[2]; a += 3) {
		r = snprintf(lines + used, sizeof(lines) - used, "%s %s %s\n",
			     a[0], a[1], a[2]);
		used += (size_t)r;
		if (used >= sizeof(lines))
			die(-E2BIG, "too many ranges");
	}
	r = file_write_at(AT_FDCWD, path, lines);
	if (r < 0)
		die(r, "write to %s failed", path);
	return KIT_OK;
}

/* By the system calls: a program of the grader's needs no libcap. */
static noreturn void be_laden(const char *group, char *command[])
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	const gid_t gid = (gid_t)strtoul(group, NULL, 10);

	/* Refused where there is one group only. */
	if (setgroups(1, &gid) < 0 && errno != EPERM && errno != EINVAL)
		die(-errno, "cannot be in group %s", group);
	if (syscall(SYS_capget, &header, caps) < 0)
		die(-errno, "cannot ask for the capabilities");
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		caps[i].inheritable = caps[i].permitted;
	if (syscall(SYS_capset, &header, caps) < 0)
		die(-errno, "cannot make the capabilities inheritable");
	execv(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

static noreturn void hold(void)
{
	for (;;)
		pause();
}

/* Touched page by page, so that each is charged. */
static noreturn void eat(size_t size_bytes)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *memory;

	switch (fork()) {
	case -1:
		die(-errno, "cannot fork");
	case 0:
		memory = malloc(size_bytes);
		if (!memory)
			die(-ENOMEM, "cannot have the memory");
		for (size_t at = 0; at < size_bytes; at += page_bytes)
			memory[at] = 1;
		hold();
	default:
		hold();
	}
}

/* It does not give up when one is refused. */
static noreturn void try_forks(long count)
{
	for (long i = 0; i < count; i++) {
		if (fork() == 0)
			break;
	}
	hold();
}

static noreturn void spin(void)
{
	volatile unsigned turns = 0;

	for (;;)
		turns++;
}

int main(int argc, char *argv[])
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];

	if (argc >= 5 && strcmp(name, "newuidmap") == 0)
		return write_map("uid_map", &argv[1]);
	if (argc >= 5 && strcmp(name, "newgidmap") == 0)
		return write_map("gid_map", &argv[1]);
	if (argc == 2 && strcmp(argv[1], "hold") == 0)
		hold();
	if (argc == 3 && strcmp(argv[1], "make") == 0) {
		if (open(argv[2], O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC,
			 0644) < 0)
			die(-errno, "cannot make '%s'", argv[2]);
		hold();
	}
	if (argc == 3 && strcmp(argv[1], "exit") == 0)
		_exit((int)strtol(argv[2], NULL, 10));
	if (argc >= 3 && strcmp(argv[1], "beside") == 0)
		beside(&argv[2]);
	if (argc == 3 && strcmp(argv[1], "told") == 0)
		be_told(strtol(argv[2], NULL, 10));
	if (argc >= 4 && strcmp(argv[1], "laden") == 0)
		be_laden(argv[2], &argv[3]);
	if (argc == 3 && strcmp(argv[1], "eat") == 0)
		eat((size_t)strtoul(argv[2], NULL, 10) << 20);
	if (argc == 3 && strcmp(argv[1], "forks") == 0)
		try_forks(strtol(argv[2], NULL, 10));
	if (argc == 2 && strcmp(argv[1], "spin") == 0)
		spin();
	if (argc >= 3 && strcmp(argv[1], "desk") == 0)
		be_desk(&argv[2]);
	if (argc >= 3 && strcmp(argv[1], "hoard") == 0) {
		if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
			die(-errno, "cannot take in the orphans");
		be_desk(&argv[2]);
	}

	fprintf(stderr,
		"usage: %s hold | exit N | make FILE | beside COMMAND... | "
		"told N |\n       laden GROUP COMMAND... | eat MIB | "
		"forks N | spin |\n       desk COMMAND... [: COMMAND...] | "
		"hoard COMMAND... [: COMMAND...]\n",
		argv[0]);
	return KIT_USAGE;
}
