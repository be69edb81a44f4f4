/* SPDX-License-Identifier: MIT */
/*
 * container.h - how a container comes to be
 *
 *	runtime				child
 *	-------				-----
 *	read config.json
 *	reserve the name
 *	compile the filter
 *	make the group
 *	clone3, all namespaces   -----> born in its group and namespaces
 *	write the id maps        --g--> become root in them
 *					mount everything
 *	createRuntime hooks      <-n--
 *	                         --c--> createContainer hooks
 *	write state.json                enter the root
 *	(run) network
 *	                         <-r--  ready
 *	exit (create), or
 *	(run)                    --s--> startContainer hooks, execve
 *
 * The letters are messages through a socket pair; each waits only where it
 * must: without a user namespace there is no "g", without hooks no "n" and
 * "c".  If one side ends, the other reads end-of-file and ends too.
 *
 * A container that was created waits on a socket of its own, which "start"
 * connects to; an error of execve(2) is told through it.
 *
 * See: OCI runtime specification 1.1, "Lifecycle".
 */
#ifndef MINIC_CONTAINER_H
#define MINIC_CONTAINER_H

#include "cgroup.h"
#include "mounts.h"
#include "ns.h"
#include "report.h"
#include "seccomp.h"
#include "spec.h"
#include "state.h"

/* What the command line of create and run says.  All borrowed. */
struct create_options {
	const char *root; /* folder of all states */
	const char *id;
	const char *bundle;	    /* folder with config.json */
	const char *config;	    /* another name for config.json, or NULL */
	const char *pid_file;	    /* NULL: none */
	const char *console_socket; /* NULL: none */
	const char *netns; /* join this instead of a new one, or NULL */
	char **args; /* instead of process.args, or NULL; ends with NULL */
	int preserve_fds;
	bool no_pivot;
	bool no_new_keyring;
	bool run;    /* start at once */
	bool detach; /* with @run: do not wait for its end */
	bool keep;   /* with @run: do not delete it at its end */
	bool link;   /* with @run: give it a veth network */
};

/* A container being made; both processes have one. */
struct making {
	const struct create_options *opt;
	struct report *rep;
	struct spec spec;
	struct mounts mounts;
	struct ns_fds ns;
	struct cgroup group;
	struct seccomp_filter filter;
	struct state state;
	int rootfd;    /* folder of all states */
	int statefd;   /* folder of this one's; with the lock */
	int syncfd;    /* the other process */
	int childfd;   /* the child's end; the runtime's is @syncfd */
	int listenfd;  /* the socket that start connects to; -1: run */
	int consolefd; /* where the terminal is sent; -1: none */
	int masterfd;  /* the terminal itself, in the runtime; -1: none */
	pid_t pid;
};

/**
 * container_create() - create, or run
 * @opt: what is wanted
 * @rep: gets errors
 *
 * After an error nothing is left: no process, group, mount, folder or link.
 *
 * Return: with @opt->run and not @detach the exit status of the process, 128 +
 *         N after signal N; else 0.
 * Errors: many; the report says which call.
 */
int container_create(const struct create_options *opt, struct report *rep);

/**
 * container_child() - the other side; never returns
 * @m: the child's copy of it all
 */
_Noreturn void container_child(struct making *m);

/* sync_send() - one letter to the other process, with a descriptor or -1 */
int sync_send(int fd, char letter, int passfd, struct report *rep);

/**
 * sync_wait() - wait for a letter
 * @fd: borrowed
 * @letter: which
 * @ret_passed: receives the descriptor that came with it; may be NULL
 * @rep: gets the error, unless the other side has left one
 *
 * Return: 0; Errors: -EPIPE the other process has ended.
 */
int sync_wait(int fd, char letter, int *ret_passed, struct report *rep);

#endif /* MINIC_CONTAINER_H */
