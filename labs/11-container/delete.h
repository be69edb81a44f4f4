/* SPDX-License-Identifier: MIT */
/* delete.h - what is left of a container that has ended */
#ifndef MINIC_DELETE_H
#define MINIC_DELETE_H

#include <stdbool.h>

#include "report.h"
#include "state.h"

struct delete_options {
	const char *root;
	const char *id;
	bool force; /* kill it first; and it is no error if it is not there */
};

/**
 * delete_container() - remove its group, network, hooks' traces and state
 * @opt: which
 * @rep: gets errors
 *
 * The poststop hooks run last; if one fails, that is a warning, as the
 * specification says.
 *
 * Return: 0.
 * Errors: -EBUSY it is not stopped.
 */
int delete_container(const struct delete_options *opt, struct report *rep);

/**
 * delete_ended() - the same for one that has ended, and is known
 * @rootfd: folder of all states; borrowed
 * @dirfd: its own folder; borrowed
 * @s: its state
 * @poststop: its hooks
 * @rep: gets errors
 *
 * Return: 0; Errors: those of cgroup_remove() and unlinkat(2).
 */
int delete_ended(int rootfd, int dirfd, const struct state *s,
		 const struct spec_hooks *poststop, struct report *rep);

#endif /* MINIC_DELETE_H */
