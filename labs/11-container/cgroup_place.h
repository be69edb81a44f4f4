/* SPDX-License-Identifier: MIT */
/*
 * cgroup_place.h - where a group can be made, and what its parents hand on
 *
 * A group has the files of a controller if its parent hands the controller on,
 * and that can only what its own parent hands on to it, and so forth from the
 * root group.
 *
 * See: Documentation/admin-guide/cgroup-v2.rst, "Controlling Controllers".
 */
#ifndef MINIC_CGROUP_PLACE_H
#define MINIC_CGROUP_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "cgroup.h"
#include "report.h"

#define CGROUP_ROOT "/sys/fs/cgroup"

/* A set of controllers, a bit for each. */
typedef unsigned int cgroup_set;

/* What cgroup_make() was asked for. */
struct cgroup_wish {
	const char *path; /* NULL: not given */
	const char *id;
	bool rootless;
	cgroup_set needs; /* without these it is an error */
	cgroup_set likes; /* these, too, if it can be */
	char field[64];	  /* the first limit, for an error; "": none */
};

/**
 * cgroup_controller() - which controller a file belongs to
 * @file: "memory.max"
 *
 * Return: a set of one, or 0: of none that we know.
 */
cgroup_set cgroup_controller(const char *file);

/**
 * cgroup_root() - open the root group
 *
 * Return: descriptor, O_PATH; the caller closes it.
 * Errors: -ENOENT version 2 is not mounted at CGROUP_ROOT; that is so, too, if
 *         a machine has both versions.
 */
int cgroup_root(void);

/* cgroup_open_at() - open a group by its path, "" or "/..."; O_PATH */
int cgroup_open_at(int rootfd, const char *path);

/**
 * cgroup_own() - which group a process is in
 * @pid: the process; 0: the caller
 * @buf: receives the path from the root group: "/...", or "" for that itself
 * @size: bytes at @buf
 *
 * Return: 0.
 * Errors: -ENOENT no version 2, or out of our namespace's sight; -E2BIG; those
 *         of open(2).
 */
int cgroup_own(pid_t pid, char *buf, size_t size);

/**
 * cgroup_place() - make the folder, its parents, and switch on controllers
 * @rootfd: from cgroup_root(); borrowed
 * @wish: what is wanted
 * @rep: gets what failed
 * @ret: filled on success
 *
 * Return: 0.
 * Errors: -EEXIST somebody is in it; -EINVAL the path is none; -EACCES,
 *         -EPERM, -EROFS we may not; -EBUSY a parent holds processes and so
 *         cannot hand on controllers; -ENODATA a controller is not to be had.
 */
int cgroup_place(int rootfd, const struct cgroup_wish *wish, struct report *rep,
		 struct cgroup *ret);

/**
 * cgroup_enable() - give a group controllers
 * @rootfd: from cgroup_root(); borrowed
 * @group: which
 * @needs: an error if one of them is not to be had
 * @likes: tried, too
 * @rep: gets what failed
 *
 * Return: 0.
 * Errors: as cgroup_place().
 */
int cgroup_enable(int rootfd, const struct cgroup *group, cgroup_set needs,
		  cgroup_set likes, struct report *rep);

/**
 * cgroup_undo() - remove the folders that were made
 * @rootfd: from cgroup_root(); borrowed
 * @path: of the group
 * @count: so many, from the end of @path; those in use stay
 */
void cgroup_undo(int rootfd, const char *path, unsigned int count);

#endif /* MINIC_CGROUP_PLACE_H */
