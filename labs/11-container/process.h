/* SPDX-License-Identifier: MIT */
/*
 * process.h - "process" of config.json: from root of a namespace to what the
 * image asked for, and execve(2)
 *
 * The order is the lesson: what needs a right comes before that right is
 * dropped, and nothing comes after the filter but execve(2).
 *
 * See: OCI runtime specification 1.1, "Process".
 */
#ifndef MINIC_PROCESS_H
#define MINIC_PROCESS_H

#include "seccomp.h"
#include "spec.h"

/* What must be looked up while the host's /proc is there. */
struct process {
	int labelfd;	   /* owned; /proc/self/attr/exec, or -1 */
	const char *label; /* what is written there */
};

/* process_set_oom_score() - oomScoreAdj alone, which children inherit */
int process_set_oom_score(const struct spec_process *p, struct report *rep);

/**
 * process_prepare() - what is done through /proc: oom_score_adj, labels
 * @p: from the configuration
 * @rep: gets errors
 * @ret: to be given to process_exec()
 *
 * /proc must be the real one: otherwise a write that is meant for the kernel
 * ends in a file that somebody has put there (CVE-2025-52881).
 *
 * Return: 0; Errors: those of open(2), write(2); -ENOTDIR it is not procfs.
 */
int process_prepare(const struct spec_process *p, struct report *rep,
		    struct process *ret);

/**
 * process_find() - is there a program, and may it be executed?
 * @p: with args and PATH
 * @rep: gets errors
 * @buf: receives its path
 * @size: bytes at @buf
 *
 * In the container's root.
 *
 * Return: 0; Errors: -ENOENT, -EACCES, with a sentence that names it.
 */
int process_find(const struct spec_process *p, struct report *rep, char *buf,
		 size_t size);

/**
 * process_setup() - limits, user, capabilities, directory
 * @p: from the configuration
 * @filter: installed here where it needs CAP_SYS_ADMIN: without no_new_privs
 * @rep: gets errors
 *
 * Return: 0; Errors: those of the calls.
 */
int process_setup(const struct spec_process *p,
		  const struct seccomp_filter *filter, struct report *rep);

/**
 * process_exec() - the last step
 * @p: from the configuration
 * @prepared: from process_prepare()
 * @path: from process_find()
 * @filter: installed here with no_new_privs
 * @preserve_fds: how many descriptors above 2 the program inherits
 * @rep: gets errors
 *
 * Return: only on failure: those of execve(2).
 */
int process_exec(const struct spec_process *p, const struct process *prepared,
		 const char *path, const struct seccomp_filter *filter,
		 int preserve_fds, struct report *rep);

/**
 * process_close_host() - close all but what is still needed
 * @preserve_fds: how many above 2 are the program's
 * @kept: more that stay; -1 is none
 * @count: of @kept
 * @rep: gets the error
 *
 * Whoever has CAP_SYS_PTRACE in the container may open what we have open, by
 * /proc/PID/fd, before our execve(2) closes it (CVE-2016-9962).  That we are
 * not dumpable stops him only in a user namespace of the container's own.
 *
 * Return: 0; Errors: those of close_range(2).
 */
int process_close_host(int preserve_fds, const int *kept, size_t count,
		       struct report *rep);

/**
 * process_new_keyring() - leave the keys of the caller's session
 * @name: of the new session's keyring
 * @rep: gets the error
 *
 * Return: 0; Errors: those of keyctl(2); a kernel without keys is fine.
 */
int process_new_keyring(const char *name, struct report *rep);

#endif /* MINIC_PROCESS_H */
