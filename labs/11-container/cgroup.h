/* SPDX-License-Identifier: MIT */
/*
 * cgroup.h - the group of a container: made, limited, frozen, killed, removed
 *
 *	/sys/fs/cgroup                  the root group
 *	`- libpod_parent                a parent, made if it is not there
 *	   `- libpod-4711               the container's; "path" is the name from
 *	                                the root group: /libpod_parent/libpod-4711
 *
 * The child is born in the group (clone3(2), CLONE_INTO_CGROUP), so that no
 * limit can be missed by a process that is faster than the runtime.
 *
 * A container may have *no group of its own*: it stays in the runtime's.  That
 * is so where the runtime may make none (an ordinary user without a delegated
 * group, a machine with version 1 or both), and only if no limit is asked for.
 * Then dirfd is -1 and path "".
 *
 *	cgroup.c          make, open, update, give away, remove
 *	cgroup_place.c    where: the root, the parents, their controllers
 *	cgroup_limits.c   linux.resources as pairs of file and text
 *	cgroup_devices.c  linux.resources.devices as a program for the kernel
 *	cgroup_run.c      freeze, kill, list
 *	cgroup_stats.c    what the group has used, as JSON
 *
 * See: OCI runtime specification 1.1, "Control groups";
 *      Documentation/admin-guide/cgroup-v2.rst.
 */
#ifndef MINIC_CGROUP_H
#define MINIC_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "report.h"
#include "spec.h"

enum { CGROUP_PATH = PATH_MAX };

struct cgroup {
	int dirfd;	   /* owned, O_PATH; -1: no group of its own */
	unsigned int made; /* so many folders at the end of @path are ours */
	bool devices_free; /* there are rules for devices, not enforced */
	char path[CGROUP_PATH]; /* from the root group, "/..."; "": none */
};

/* What there is before cgroup_make(), for cgroup_close(). */
#define CGROUP_NONE ((struct cgroup){ .dirfd = -1 })

/**
 * cgroup_make() - make a container's group and limit it
 * @path: linux.cgroupsPath; NULL: not given
 * @id: of the container, the group's name if there is no @path
 * @rootless: the caller is not root of the machine
 * @res: linux.resources
 * @rep: gets what failed, or what is refused
 * @ret: filled on success; to be given to cgroup_close()
 *
 * An absolute path begins at the root group, as the specification says.  A
 * relative one, or none, begins at the root group for root; where that cannot
 * be, and without root, at the nearest group from the caller's own upwards
 * where a group can be made.
 *
 * Missing parents are made, and the parents hand on the controllers that the
 * limits need, and those that "events --stats" shows if it can be.  A group
 * that is there already is taken if nobody is in it.
 *
 * After an error no folder is left that was not there before.  A controller
 * that was switched on in a parent stays on.
 *
 * Return: 0, also without a group of its own.
 * Errors: -EINVAL, -ENOTSUP refused by name; -EBUSY the group is in use, or a
 *         parent holds processes; those of mkdirat(2), open(2), write(2) and
 *         bpf(2).
 */
int cgroup_make(const char *path, const char *id, bool rootless,
		const struct spec_resources *res, struct report *rep,
		struct cgroup *ret);

/**
 * cgroup_open() - open the group of a container that is there
 * @path: as cgroup_make() left it in @ret->path; "": no group of its own
 * @made: the same for @ret->made
 * @rep: gets what failed
 * @ret: filled on success; to be given to cgroup_close()
 *
 * Return: 0.
 * Errors: -ENOENT it is gone; those of openat(2).
 */
int cgroup_open(const char *path, unsigned int made, struct report *rep,
		struct cgroup *ret);

/**
 * cgroup_open_of() - open the group that a process is in
 * @pid: such as a container's first process
 * @rep: gets what failed
 * @ret: filled on success; to be given to cgroup_close()
 *
 * For exec: a container that has made groups below its own (systemd does) has
 * moved its processes there, and its own group takes none any more (EBUSY).
 *
 * Return: 0, also without version 2.
 * Errors: those of open(2).
 */
int cgroup_open_of(pid_t pid, struct report *rep, struct cgroup *ret);

/* cgroup_close() - close it; the group stays; CGROUP_NONE is fine */
void cgroup_close(struct cgroup *group);

/**
 * cgroup_update() - change limits
 * @group: of a container
 * @res: only what is given is changed
 * @rootless: as for cgroup_make()
 * @rep: gets what failed, or what is refused
 *
 * All values are looked at before the first is written.  The kernel may still
 * refuse one, and then those before it are changed.
 *
 * Return: 0.
 * Errors: -ENOTSUP the container has no group; others as cgroup_make().
 */
int cgroup_update(struct cgroup *group, const struct spec_resources *res,
		  bool rootless, struct report *rep);

/**
 * cgroup_give() - let a user of the container manage groups below its own
 * @group: of a container; without a group nothing is done
 * @uid: on the host
 * @gid: on the host
 * @rep: gets what failed
 *
 * Changes the owner of the folder and of the files that the kernel lists for
 * it, none of which is a limit.
 *
 * Return: 0.
 * Errors: those of fchownat(2).
 * See: OCI runtime specification 1.1, "Cgroup ownership"; cgroups(7),
 *      "Cgroups delegation: delegating a hierarchy to a less privileged user".
 */
int cgroup_give(const struct cgroup *group, uid_t uid, gid_t gid,
		struct report *rep);

/**
 * cgroup_freeze() - pause or go on
 * @group: of a container
 * @frozen: pause
 * @rep: gets what failed
 *
 * Returns when all of them stand still; if that takes more than ten seconds,
 * lets them go on again.
 *
 * Return: 0.
 * Errors: -ENOTSUP the container has no group; -ETIME.
 */
int cgroup_freeze(const struct cgroup *group, bool frozen, struct report *rep);

/**
 * cgroup_frozen() - whether it is paused
 * @group: of a container
 *
 * Return: whether; false without a group.
 */
bool cgroup_frozen(const struct cgroup *group);

/**
 * cgroup_kill() - send a signal to everybody in the group and below
 * @group: of a container
 * @signal: SIGKILL takes one write(2) to cgroup.kill; for others, and before
 *          Linux 5.14, they are stopped, listed and sent it one by one, so
 *          that nobody escapes by a fork(2)
 * @rep: gets what failed
 *
 * Does not wait for their end.
 *
 * Return: 0.
 * Errors: -ENOTSUP the container has no group; those of write(2).
 */
int cgroup_kill(const struct cgroup *group, int signal, struct report *rep);

/**
 * cgroup_pids() - who is in the group and below
 * @group: of a container
 * @rep: gets what failed
 * @ret: receives the list, to be freed by the caller
 * @ret_count: how many
 *
 * Return: 0.
 * Errors: -ENOTSUP the container has no group; -ENOMEM; those of openat(2).
 */
int cgroup_pids(const struct cgroup *group, struct report *rep, pid_t **ret,
		size_t *ret_count);

/**
 * cgroup_remove() - kill who is left and remove the group and those below
 * @group: of a container; without a group, or if it is gone, nothing is done.
 *         Parents that cgroup_make() made go if they are empty
 * @rep: gets what failed
 *
 * Return: 0.
 * Errors: -EBUSY it would not become empty within ten seconds.
 */
int cgroup_remove(struct cgroup *group, struct report *rep);

/**
 * cgroup_oom_kills() - how many processes the kernel has killed for memory
 * @group: of a container
 *
 * Return: the number; 0 without a group or a memory controller.
 */
unsigned long long cgroup_oom_kills(const struct cgroup *group);

#endif /* MINIC_CGROUP_H */
