/* SPDX-License-Identifier: MIT */
/*
 * state.h - what is remembered of a container between two commands
 *
 *	ROOT/			/run/minic, or --root
 *	`- ID/			its existence reserves the name; locked while
 *	   |			create is at work
 *	   |- state.json	written whole, by rename(2)
 *	   |- cgroup -> PATH	a symlink, for whoever clears up after a kill
 *	   `- start		socket on which the created container waits;
 *				gone once it was started
 *
 * No process is kept for a container: what is not here the kernel knows.
 *
 * See: OCI runtime specification 1.1, "State".
 */
#ifndef MINIC_STATE_H
#define MINIC_STATE_H

#include <stdio.h>
#include <sys/types.h>

#include "json.h"
#include "spec.h"

enum status { CREATING, CREATED, RUNNING, PAUSED, STOPPED };

struct state {
	char *id;     /* owned, as all below */
	char *bundle; /* absolute */
	char *config; /* name of the configuration in @bundle */
	char *rootfs;
	char *cgroup; /* as cgroup_make() has it; "": no group of its own */
	unsigned cgroup_made;
	char *created; /* RFC 3339 */
	char *owner;
	pid_t pid;
	unsigned long long pid_start; /* field 22 of /proc/PID/stat */
	struct spec_map annotations;  /* in @json or in a spec */
	struct json json;	      /* owned; of a loaded state */
};

/**
 * state_check_id() - is it a name for a container?
 * @id: letters, digits and "+-._", not "." and not ".."
 * @rep: gets errors
 *
 * Return: 0 or -EINVAL.
 */
int state_check_id(const char *id, struct report *rep);

/* state_open_root() - descriptor of ROOT, which is made if it is not there */
int state_open_root(const char *root, struct report *rep);

/**
 * state_reserve() - take a name
 * @rootfd: borrowed
 * @id: checked
 * @rep: gets errors
 *
 * A folder that a killed create has left is removed first, with its group.
 *
 * Return: descriptor of the folder, locked; the caller closes it.
 * Errors: -EEXIST there is a container of this name.
 */
int state_reserve(int rootfd, const char *id, struct report *rep);

/* state_note_cgroup() - leave a note of the group for state_reserve() */
int state_note_cgroup(int dirfd, const char *path, struct report *rep);

/* state_write() - write state.json into the folder */
int state_write(int dirfd, const struct state *state, struct report *rep);

/**
 * state_load() - read it
 * @rootfd: borrowed
 * @id: whose
 * @rep: gets errors
 * @ret: to be given to state_release()
 * @ret_dirfd: receives the folder's descriptor; the caller closes it
 *
 * Return: 0.
 * Errors: -ENOENT there is no such container.
 */
int state_load(int rootfd, const char *id, struct report *rep,
	       struct state *ret, int *ret_dirfd);

/**
 * state_status() - ask the kernel
 * @dirfd: of state_load(); borrowed
 * @state: whose
 * @rep: gets errors
 * @ret: receives it
 *
 * Return: 0.
 * Errors: it cannot be told.  "Stopped" would be the worst guess: a container
 *         that still runs would be deleted.
 */
int state_status(int dirfd, const struct state *state, struct report *rep,
		 enum status *ret);

/**
 * state_runs() - does the container's first process live?
 * @state: whose; its number may be another process's by now
 * @rep: gets errors
 *
 * Return: 1, or 0: it has ended.
 * Errors: those of open(2) and read(2): it cannot be told.
 */
int state_runs(const struct state *state, struct report *rep);

/* state_status_name() - as the specification says: "created" */
const char *state_status_name(enum status status);

/* state_remove() - remove the folder and what is in it */
int state_remove(int rootfd, const char *id);

/* state_put() - the state as JSON, with @status; for hooks and "state" */
void state_put(FILE *f, const struct state *state, enum status status);

/* state_text() - the same as a text; the caller frees it; NULL: no memory */
char *state_text(const struct state *state, enum status status);

/**
 * state_pid_start() - when a process started, which with its number names it
 * @pid: its number
 * @ret_start: receives clock ticks since boot
 * @ret_zombie: receives whether it has ended
 *
 * Return: 0.
 * Errors: -ESRCH there is no such process; those of open(2) and read(2).
 * See: proc(5), "/proc/pid/stat", starttime.
 */
int state_pid_start(pid_t pid, unsigned long long *ret_start, bool *ret_zombie);

/* state_release() - free what state_load() made; zeroed is fine */
void state_release(struct state *state);

#endif /* MINIC_STATE_H */
