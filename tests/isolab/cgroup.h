/* SPDX-License-Identifier: MIT */
/*
 * cgroup.h - a cgroup v2 of its own for each sandbox, where that is possible
 *
 * Possible as root, in the lab machine, and for a user whose systemd session
 * delegates.  Elsewhere the sandbox lives without: its PID namespace still
 * kills everything, and a watchdog looks at its memory.
 *
 * See: Documentation/admin-guide/cgroup-v2.rst, "Core Interface Files" and
 *      "Delegation".
 */
#ifndef ISOLAB_CGROUP_H
#define ISOLAB_CGROUP_H

#include <stdbool.h>

struct cgroup {
	int dirfd;	 /* owned; -1: there is none */
	int parentfd;	 /* owned; -1: there is none */
	char name[64];	 /* below the parent */
	bool has_memory; /* memory.max was set */
	bool has_pids;	 /* pids.max was set */
};

/**
 * cgroup_init() - make an empty cgroup, with limits as far as possible
 * @cg: to be filled; dirfd is -1 where this machine does not let us
 * @memory_mib: memory.max, without swap
 * @processes: pids.max
 *
 * Also removes cgroups that a killed grader has left behind.
 *
 * Return: 1 if there is one, 0 if this machine does not let us.
 */
int cgroup_init(struct cgroup *cg, unsigned memory_mib, unsigned processes);

/**
 * cgroup_release() - kill what is in it, see it empty, remove it
 * @cg: may have dirfd -1, or be zeroed with both descriptors -1
 *
 * Return: 0.
 * Errors: -EBUSY it would not become empty within five seconds.
 */
int cgroup_release(struct cgroup *cg);

/* cgroup_oom_kills() - processes killed for memory.max; 0 if unknown */
unsigned cgroup_oom_kills(const struct cgroup *cg);

#endif /* ISOLAB_CGROUP_H */
