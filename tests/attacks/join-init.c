/* SPDX-License-Identifier: MIT */
/*
 * join-init.c - moves into the namespaces of PID 1
 *
 * Attack: tracing the grader
 * Lab: 02-mount-ns
 * Stopped: setns(2) wants privilege over them, which a user namespace
 *          further in has not
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "userns.h"

int main(void)
{
	static const char *const names[] = { "user", "mnt", "pid", "net",
					     "uts" };

	(void)userns_become_root();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/1/ns/%s", names[i]);
		if (setns(open(path, O_RDONLY), 0) == 0)
			fprintf(stderr, "BROKEN: joined %s\n", names[i]);
	}
	(void)mount("none", "/proc", "tmpfs", 0, NULL);
	return 1;
}
