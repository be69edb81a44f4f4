/* SPDX-License-Identifier: MIT */
/* exec.h - one more process in a container that runs */
#ifndef MINIC_EXEC_H
#define MINIC_EXEC_H

#include "report.h"
#include "spec.h"

struct exec_options {
	const char *root;
	const char *id;
	const char *process_file;   /* -p: JSON of a process, or NULL */
	const char *console_socket; /* NULL: none */
	const char *pid_file;	    /* NULL: none */
	char **args;		    /* without -p; ends with NULL */
	const char *cwd;	    /* NULL: the container's */
	struct strv env;	    /* added to the container's */
	struct strv caps;	    /* added */
	const char *user;	    /* "UID[:GID]", numbers; NULL */
	struct strv groups;	    /* additional, numbers */
	bool tty;
	bool no_new_privs;
	bool detach;
	bool ignore_paused;
	int preserve_fds;
};

/**
 * exec_container() - execute a program in it
 * @opt: what and where
 * @rep: gets errors
 *
 * It gets what the container's configuration says of its first process (user,
 * capabilities, limits, filter), but for what @opt changes.
 *
 * Return: exit status of the program, 128 + N after signal N; 0 if detached.
 * Errors: -ESRCH the container does not run.
 */
int exec_container(const struct exec_options *opt, struct report *rep);

#endif /* MINIC_EXEC_H */
