/* SPDX-License-Identifier: MIT */
/*
 * Three ways to map IDs into a sandbox.  As root there is a whole range, so the
 * program runs as a user of its own, which owns nothing on this machine.  An
 * ordinary user may map his own ID only; then PID 1 and the program are the
 * same user to the host, told apart by their user namespaces.  Where a check
 * asks for subordinate IDs and the user has some, newuidmap(1) and newgidmap(1)
 * add them to his own.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "file.h"
#include "look.h"
#include "sandbox_impl.h"

/*
 * First host ID of the range.  Above what systemd gives to its containers
 * (up to 0x6fffffff), and without the sign bit.  See: systemd's
 * "Users, Groups, UIDs and GIDs on systemd Systems".
 */
static const unsigned range_bases[] = { 0x70000000, 60000 };

/* A map has at most 340 lines, and hardly ever more than three. */
enum { MAP_LINES = 340 };

/* Whether our own user namespace has all IDs of a range. */
static bool has_range(const char *file, unsigned base, unsigned count)
{
	struct id_line lines[MAP_LINES];
	int n = look_map(0, file, lines, MAP_LINES);

	for (int i = 0; i < n && i < MAP_LINES; i++) {
		const struct id_line *l = &lines[i];

		if (base >= l->inside && base - l->inside < l->count &&
		    count <= l->count - (base - l->inside))
			return true;
	}
	return false;
}

/* The range to use, or 0 where only one ID can be had. */
static unsigned choose_range(unsigned *ret_count)
{
	if (geteuid() != 0)
		return 0;
	for (size_t i = 0; i < sizeof(range_bases) / sizeof(range_bases[0]);
	     i++) {
		/* The second choice is for containers with 65536 IDs. */
		*ret_count = i == 0 ? RANGE_IDS : SMALL_RANGE_IDS;
		if (has_range("uid_map", range_bases[i], *ret_count) &&
		    has_range("gid_map", range_bases[i], *ret_count))
			return range_bases[i];
	}
	return 0;
}

unsigned sandbox_ids_plan(void)
{
	unsigned count;

	return choose_range(&count) ? PROGRAM_ID : 0;
}

/* Subordinate IDs begin at SUB_UID_MIN: login.defs(5). */
bool sandbox_may_be(unsigned id)
{
	enum { SUB_UID_MIN = 100000 };
	unsigned count;
	unsigned first = choose_range(&count);

	if (first)
		return id >= first && id - first < count;
	return id == geteuid() || id >= SUB_UID_MIN;
}

static int write_map(pid_t pid, const char *file, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return file_write_at(AT_FDCWD, path, text);
}

/* Not getpwuid(3), which a static program cannot have; "" if unknown. */
static void own_name(char *buf, size_t size)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *user;

	buf[0] = '\0';
	while (file && (user = fgetpwent(file))) {
		if (user->pw_uid == getuid())
			snprintf(buf, size, "%s", user->pw_name);
	}
	if (file)
		(void)fclose(file);
}

/*
 * The first row of /etc/subuid or /etc/subgid for us: "name:first:count", where
 * the name may be a number.  See: subuid(5).
 */
static bool find_subids(const char *path, unsigned want, unsigned *ret_first)
{
	auto_free char *text = NULL;
	char user[64];
	char number[16];
	char *rest;
	char *line;

	own_name(user, sizeof(user));
	snprintf(number, sizeof(number), "%u", getuid());
	if (file_read_all(path, &text) < 0)
		return false;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		const char *name = strsep(&line, ":");
		unsigned count;

		if (line && sscanf(line, "%u:%u", ret_first, &count) == 2 &&
		    count >= want &&
		    (strcmp(name, number) == 0 || strcmp(name, user) == 0))
			return true;
	}
	return false;
}

/* Run "newuidmap PID 0 OWN 1 1 FIRST COUNT", quietly. */
static int run_helper(const char *helper, pid_t pid, unsigned own,
		      unsigned first, unsigned count)
{
	char text[4][16];
	const char *const argv[] = { helper, text[0], "0",     text[1], "1",
				     "1",    text[2], text[3], NULL };
	pid_t child;

	snprintf(text[0], sizeof(text[0]), "%d", (int)pid);
	snprintf(text[1], sizeof(text[1]), "%u", own);
	snprintf(text[2], sizeof(text[2]), "%u", first);
	snprintf(text[3], sizeof(text[3]), "%u", count);
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		(void)dup2(null, STDERR_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	return child_wait(child);
}

bool sandbox_ids_granted(unsigned count)
{
	unsigned first;

	return find_subids("/etc/subuid", count, &first) &&
	       find_subids("/etc/subgid", count, &first);
}

/* 1 if the helpers did it, 0 if they changed nothing. */
static int map_with_helpers(pid_t pid, unsigned count)
{
	unsigned uid;
	unsigned gid;

	if (!find_subids("/etc/subuid", count, &uid) ||
	    !find_subids("/etc/subgid", count, &gid))
		return 0;
	if (run_helper("newuidmap", pid, geteuid(), uid, count) != 0)
		return 0;
	/* A map is written once, so there is no way back from here. */
	return run_helper("newgidmap", pid, getegid(), gid, count) == 0
		       ? 1
		       : -EPERM;
}

int sandbox_ids_map(pid_t pid, unsigned subids, unsigned *ret_program_id)
{
	unsigned count = 1;
	unsigned base = choose_range(&count);
	char uids[48];
	char gids[48];
	int r;

	*ret_program_id = base ? PROGRAM_ID : 0;
	if (!base && subids > 0) {
		r = map_with_helpers(pid, subids);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	if (!base) {
		/* Without privilege gid_map wants this first. */
		r = write_map(pid, "setgroups", "deny");
		if (r < 0)
			return r;
		count = 1;
	}
	snprintf(uids, sizeof(uids), "0 %u %u\n", base ? base : geteuid(),
		 count);
	snprintf(gids, sizeof(gids), "0 %u %u\n", base ? base : getegid(),
		 count);
	r = write_map(pid, "uid_map", uids);
	if (r == 0)
		r = write_map(pid, "gid_map", gids);
	return r;
}

static unsigned count_ids(pid_t pid, const char *file)
{
	struct id_line lines[MAP_LINES];
	int n = look_map(pid, file, lines, MAP_LINES);
	unsigned count = 0;

	for (int i = 0; i < n && i < MAP_LINES; i++) {
		if (lines[i].inside == count)
			count += lines[i].count;
	}
	return count;
}

unsigned sandbox_ids_count(pid_t pid)
{
	unsigned uids = count_ids(pid, "uid_map");
	unsigned gids = count_ids(pid, "gid_map");

	return uids < gids ? uids : gids;
}

int sandbox_ids_lookup(pid_t pid, const char *file, unsigned id, unsigned *ret)
{
	struct id_line lines[MAP_LINES];
	int n = look_map(pid, file, lines, MAP_LINES);

	for (int i = 0; i < n && i < MAP_LINES; i++) {
		const struct id_line *l = &lines[i];

		if (id < l->inside || id - l->inside >= l->count)
			continue;
		*ret = l->outside + (id - l->inside);
		return 0;
	}
	return n < 0 ? n : -ENOENT;
}
