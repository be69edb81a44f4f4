/* SPDX-License-Identifier: MIT */
/* delete.h - what is left of a container that has ended */
#ifndef MINIC_DELETE_H
#define MINIC_DELETE_H

#include <stdbool.h>

#include "report.h"

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

#endif /* MINIC_DELETE_H */
