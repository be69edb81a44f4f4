/* SPDX-License-Identifier: MIT */
/*
 * cgroup.h - a group of cgroup v2 for each sandbox, where that is possible
 *
 *	base              the nearest group that we may write (cgroupfs.h)
 *	`- isolab.4711    the limits; PID 1 and the program, or, if delegated:
 *	   |- init        PID 1
 *	   `- box         the program's, to do in it what it likes
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
#include <sys/types.h>

#include "cgroupfs.h"

struct cgroup {
	struct cgroupfs_group group; /* dirfd -1: there is none */
	int basefd;		     /* owned; -1: there is none */
	int boxfd;		     /* owned; -1: nothing is delegated */
	int homefd;		     /* owned; cgroup.procs of "init"; or -1 */
	bool has_memory;	     /* memory.max was set */
	bool has_pids;		     /* pids.max was set */
};

/**
 * cgroup_init() - make a group, with limits as far as possible
 * @cg: to be filled, to be given to cgroup_release() also after an error
 * @memory_mib: memory.max, without swap
 * @processes: pids.max
 * @delegate: with a group below it that can be delegated, with the
 *            controllers cpu, memory and pids, and cpuset and io if possible
 *
 * Also removes the groups that a killed grader has left behind.
 *
 * Return: 0; if not @delegate, also where this machine does not let us.
 * Errors: with @delegate those of cgroupfs_open_base(), mkdirat(2), and of
 *         writing to cgroup.subtree_control.
 */
int cgroup_init(struct cgroup *cg, unsigned memory_mib, unsigned processes,
		bool delegate);

/**
 * cgroup_delegate() - give the group that is to be delegated to its user
 * @cg: made with delegate
 * @uid: the user
 * @gid: his group
 *
 * Return: 0.
 * Errors: those of fchownat(2).
 * See: Documentation/admin-guide/cgroup-v2.rst, "Model of Delegation".
 */
int cgroup_delegate(const struct cgroup *cg, uid_t uid, gid_t gid);

/**
 * cgroup_release() - kill what is in it, see it empty, remove it
 * @cg: as cgroup_init() left it
 *
 * Return: 0.
 * Errors: -EBUSY it would not become empty within five seconds.
 */
int cgroup_release(struct cgroup *cg);

/* cgroup_out_of_memory() - whether memory.max has killed; limits that the
 * program has set itself do not count */
bool cgroup_out_of_memory(const struct cgroup *cg);

/* cgroup_left() - whether this process has left a group behind */
bool cgroup_left(void);

/* What keeps a program on this machine from having groups of its own. */
enum cgroup_lack {
	CGROUP_OK,	      /* nothing: it was tried, and it works */
	CGROUP_NO_V2,	      /* no v2 hierarchy is mounted */
	CGROUP_ON_V1,	      /* memory, pids or cpu are on v1 hierarchies */
	CGROUP_NO_CONTROLLER, /* the kernel lacks them, or they are kept */
	CGROUP_NOT_DELEGATED, /* there is no group that we may write */
	CGROUP_HOLDS,	      /* ours, but processes are in it */
	CGROUP_REFUSED,	      /* something else */
};

/**
 * cgroup_try() - find out by making a group as for a sandbox
 * @ret_controllers: receives what such a group has, separated by blanks; may
 *                   be NULL
 * @size: bytes at @ret_controllers
 */
enum cgroup_lack cgroup_try(char *ret_controllers, size_t size);

/* What it means, and one thing to do.  Constant strings, or NULL. */
struct cgroup_advice {
	const char *what; /* a few words */
	const char *fix;  /* to get groups of one's own, without "grade" */
};

/* cgroup_explain() - the words for it */
struct cgroup_advice cgroup_explain(enum cgroup_lack lack);

#endif /* ISOLAB_CGROUP_H */
