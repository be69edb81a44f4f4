/* SPDX-License-Identifier: MIT */
/*
 * ns.h - namespaces: names, flags, and joining those that exist
 *
 * See: namespaces(7), setns(2), clone(2).
 */
#ifndef MINIC_NS_H
#define MINIC_NS_H

#include <stdint.h>

#include "spec.h"

/* A descriptor for each kind that is to be joined, or -1. */
struct ns_fds {
	int fd[NS_COUNT]; /* owned */
};

/* ns_by_name() - as config.json names them ("network"); -1: no such kind */
int ns_by_name(const char *name);

/* ns_name() - the other way */
const char *ns_name(enum ns ns);

/* ns_flag() - CLONE_NEWNET and its like */
uint64_t ns_flag(enum ns ns);

/* ns_new_flags() - all that are to be new, as flags of clone3(2), but for time:
 * a process enters a new time namespace only by execve(2), after its offsets
 * were written; see time_namespaces(7) */
uint64_t ns_new_flags(const struct spec *spec);

/**
 * ns_open() - open what is to be joined, and see that it is what it says
 * @spec: the configuration
 * @rep: gets errors
 * @ret: filled, to be given to ns_close(), also after an error
 *
 * Return: 0.
 * Errors: those of open(2); -EINVAL a path is no namespace of that kind.
 */
int ns_open(const struct spec *spec, struct report *rep, struct ns_fds *ret);

/* ns_close() - close all */
void ns_close(struct ns_fds *fds);

/**
 * ns_join() - setns(2), for the kinds from @first to before @end
 * @fds: from ns_open()
 * @first, @end: which
 * @rep: gets errors
 *
 * Return: 0; Errors: those of setns(2).
 */
int ns_join(const struct ns_fds *fds, enum ns first, enum ns end,
	    struct report *rep);

/* ns_time() - a new time namespace with offsets, for the next execve(2) */
int ns_time(const struct spec *spec, struct report *rep);

#endif /* MINIC_NS_H */
