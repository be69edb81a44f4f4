/* SPDX-License-Identifier: MIT */
/*
 * Two ways to map IDs into a sandbox.  As root there is a whole range, so the
 * program runs as a user of its own, which owns nothing on this machine.  An
 * ordinary user may map his own ID only; then PID 1 and the program are the
 * same user to the host, told apart by their user namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "sandbox_impl.h"

/*
 * First host ID of the range.  Above what systemd gives to its containers
 * (up to 0x6fffffff), and without the sign bit.  See: systemd's
 * "Users, Groups, UIDs and GIDs on systemd Systems".
 */
static const unsigned range_bases[] = { 0x70000000, 60000 };

/* Whether our own user namespace has all IDs of a range. */
static bool has_range(const char *map_path, unsigned base, unsigned count)
{
	auto_free char *text = NULL;
	char *rest;
	char *line;

	if (file_read_all(map_path, &text) < 0)
		return false;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		unsigned inside;
		unsigned outside;
		unsigned length;

		if (sscanf(line, "%u %u %u", &inside, &outside, &length) == 3 &&
		    base >= inside && base - inside < length &&
		    count <= length - (base - inside))
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
		*ret_count = i == 0 ? RANGE_IDS : PROGRAM_ID + 1;
		if (has_range("/proc/self/uid_map", range_bases[i],
			      *ret_count) &&
		    has_range("/proc/self/gid_map", range_bases[i], *ret_count))
			return range_bases[i];
	}
	return 0;
}

unsigned sandbox_ids_plan(void)
{
	unsigned count;

	return choose_range(&count) ? PROGRAM_ID : 0;
}

static int write_map(pid_t pid, const char *file, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return file_write_at(AT_FDCWD, path, text);
}

int sandbox_ids_map(pid_t pid, unsigned *ret_program_id)
{
	unsigned count = 1;
	unsigned base = choose_range(&count);
	char uids[48];
	char gids[48];
	int r;

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
	if (r < 0)
		return r;
	*ret_program_id = base ? PROGRAM_ID : 0;
	return 0;
}
