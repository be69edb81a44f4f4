/* SPDX-License-Identifier: MIT */
/*
 * hooks.h - programs of the engine that run at six places of a life
 *
 *	prestart, createRuntime  in the runtime's namespaces, once the
 *	                         container's exist
 *	createContainer          in the container's, before its root is entered
 *	startContainer           in the container's root, before its program
 *	poststart, poststop      in the runtime's namespaces
 *
 * See: OCI runtime specification 1.1, "POSIX-platform Hooks".
 */
#ifndef MINIC_HOOKS_H
#define MINIC_HOOKS_H

#include "spec.h"

/**
 * hooks_run() - run the hooks of one place, in their order
 * @list: the hooks
 * @state_json: the container's state, given to each on standard input
 * @rep: gets errors
 *
 * Return: 0.
 * Errors: -ECANCELED one ended with another status than 0; -ETIME one took
 *         longer than its timeout, and was killed; those of fork(2).
 */
int hooks_run(const struct spec_hooks *list, const char *state_json,
	      struct report *rep);

#endif /* MINIC_HOOKS_H */
