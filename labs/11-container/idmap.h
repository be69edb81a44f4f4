/* SPDX-License-Identifier: MIT */
/*
 * idmap.h - which ids outside are which inside; lab 05 in library form
 *
 * See: user_namespaces(7), newuidmap(1).
 */
#ifndef MINIC_IDMAP_H
#define MINIC_IDMAP_H

#include <sys/types.h>

#include "spec.h"

/**
 * idmap_write() - give a new user namespace its maps
 * @pid: a process in it, child of the caller
 * @uids, @gids: the ranges
 * @rep: gets errors
 *
 * Written by ourselves where the kernel lets us; otherwise by newuidmap(1) and
 * newgidmap(1), which know what /etc/subuid grants.  Without them a user may
 * map only himself, and must give up setgroups(2) first (CVE-2014-8989).
 *
 * Return: 0.
 * Errors: -EPERM the ranges are not the caller's to map; -EINVAL they overlap.
 */
int idmap_write(pid_t pid, const struct spec_idmaps *uids,
		const struct spec_idmaps *gids, struct report *rep);

/**
 * idmap_userns() - a user namespace that exists only for its maps
 * @uids, @gids: the ranges
 * @rep: gets errors
 *
 * Return: descriptor, for mount_setattr(2); the caller closes it.
 * Errors: as idmap_write(), and those of clone3(2).
 */
int idmap_userns(const struct spec_idmaps *uids, const struct spec_idmaps *gids,
		 struct report *rep);

#endif /* MINIC_IDMAP_H */
