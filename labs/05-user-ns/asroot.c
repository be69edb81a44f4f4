/* SPDX-License-Identifier: MIT */
/*
 * asroot.c - run a command as root of a user namespace
 *
 * Usage:  asroot [--range] COMMAND [ARGUMENT...]
 *
 *	(none)    the map has one ID: 0 inside is you
 *	--range   and 1, 2, 3... inside are the subordinate IDs that
 *	          /etc/subuid and /etc/subgid give you
 *
 *	outside: parent                inside: child
 *	  |                            unshare(CLONE_NEWUSER): all capabilities,
 *	  |                            and no ID: geteuid() is 65534
 *	wait for "moved"  <----------- open "moved"
 *	write the maps                 wait for "mapped"
 *	open "mapped"     -----------> execute COMMAND, as user 0
 *	wait for its end
 *
 * Idea:   IDs inside are names for IDs outside; the map says which
 * Calls:  unshare(2) with CLONE_NEWUSER; writing to /proc/PID/uid_map
 * Needs:  nothing; --range needs newuidmap(1) and newgidmap(1)
 * Read:   user_namespaces(7), subuid(5), newuidmap(1)
 * Test:   tests/graders/05-user-ns.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "gate.h"

/* The files of one kind of ID, and the program that may write more to them. */
static const struct kind {
	const char *map;    /* below /proc/PID */
	const char *table;  /* who may use which subordinate IDs */
	const char *helper; /* set-user-ID root, or with CAP_SETUID */
} users = { "uid_map", "/etc/subuid", "newuidmap" },
  groups = { "gid_map", "/etc/subgid", "newgidmap" };

static void write_proc(pid_t pid, const char *file, const char *text)
{
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	r = file_write_at(AT_FDCWD, path, text);
	if (r < 0)
		die(r, "cannot write '%s' to %s", text, path);
}

/*
 * Without any privilege: one line, one ID, and it must be the writer's own.
 * The kernel takes the line only if setgroups(2) has been given up; dropgroup.c
 * shows what it would be good for.
 */
static void map_one(pid_t pid)
{
	char line[32];

	snprintf(line, sizeof(line), "0 %u 1", geteuid());
	write_proc(pid, users.map, line);
	write_proc(pid, "setgroups", "deny");
	snprintf(line, sizeof(line), "0 %u 1", getegid());
	write_proc(pid, groups.map, line);
}

/* Find "NAME:FIRST:COUNT", where NAME may be a number.  See: subuid(5). */
static void find_range(const char *table, char first[16], char count[16])
{
	const char *name = getenv("USER");
	auto_free char *text = NULL;
	char number[16];
	char *rest;
	char *line;
	int r = file_read_all(table, &text);

	if (r < 0)
		die(r, "cannot read %s", table);
	snprintf(number, sizeof(number), "%u", getuid());
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		const char *who = strsep(&line, ":");

		if (!line || (strcmp(who, number) != 0 &&
			      (!name || strcmp(who, name) != 0)))
			continue;
		if (sscanf(line, "%15[0-9]:%15[0-9]", first, count) == 2)
			return;
	}
	die_hint(0, "try: isolab doctor", "%s has no line for you", table);
}

/*
 * A range takes CAP_SETUID outside, which we do not have.  The helper has it;
 * it looks into the table, and writes what it finds to be yours.
 */
static void map_range(pid_t pid, const struct kind *kind, unsigned own)
{
	char process[16];
	char own_id[16];
	char first[16];
	char count[16];
	pid_t child;

	find_range(kind->table, first, count);
	snprintf(process, sizeof(process), "%d", (int)pid);
	snprintf(own_id, sizeof(own_id), "%u", own);
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0) {
		execlp(kind->helper, kind->helper, process, "0", own_id, "1",
		       "1", first, count, (char *)NULL);
		die_hint(-errno, "try: isolab doctor", "cannot run %s",
			 kind->helper);
	}
	if (child_wait(child) != 0)
		die(0, "%s did not map %s:%s", kind->helper, first, count);
}

static noreturn void be_inside(struct gate *moved, struct gate *mapped,
			       char *const command[])
{
	/* If the parent is killed, so are we; nothing is left behind. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWUSER) < 0)
		die_hint(-errno, "try: isolab doctor",
			 "cannot make a user namespace");

	if (gate_open(moved) < 0 || gate_wait(mapped) < 0)
		_exit(KIT_FAILED); /* the parent has said why */

	/*
	 * execve(2) works out the capabilities anew, and only user 0 keeps
	 * them.  Before the map was written we were nobody in here.
	 */
	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

int main(int argc, char *argv[])
{
	bool range = argc > 1 && strcmp(argv[1], "--range") == 0;
	char **command = argv + 1 + range;
	struct gate moved;
	struct gate mapped;
	pid_t child;
	int status;

	if (argc < 2 + range) {
		fprintf(stderr, "usage: %s [--range] COMMAND [ARGUMENT...]\n",
			argv[0]);
		return KIT_USAGE;
	}
	if (gate_init(&moved) < 0 || gate_init(&mapped) < 0)
		die(-errno, "cannot make a gate");
	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0)
		be_inside(&moved, &mapped, command);

	if (gate_wait(&moved) < 0)
		return KIT_FAILED; /* the child has said why */
	if (range) {
		map_range(child, &users, geteuid());
		map_range(child, &groups, getegid());
	} else {
		map_one(child);
	}
	if (gate_open(&mapped) < 0)
		die(0, "the child has died");
	status = child_wait(child);
	if (status < 0)
		die(status, "lost '%s'", command[0]);
	return status;
}
