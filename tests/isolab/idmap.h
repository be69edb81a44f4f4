/* SPDX-License-Identifier: MIT */
/* idmap.h - does this kernel have idmapped mounts for a tmpfs of one's own? */
#ifndef ISOLAB_IDMAP_H
#define ISOLAB_IDMAP_H

/**
 * idmap_works() - try it: mount a tmpfs and idmap a second mount of it
 * @arg: const int *, a descriptor of a user namespace below the caller's with
 *       maps, to be the table; a pointer so that sandbox_call() can call this
 *
 * The caller has privilege over its user namespace, which is not the initial
 * one, and is a process made for this: it gets another mount namespace.
 * File systems that a user namespace may mount could not be idmapped before
 * Linux 6.3.  See: mount_setattr(2), "ID-mapped mounts".
 *
 * Return: 1 it works, 0 the kernel refuses to idmap it.
 * Errors: what another step said; then nothing is known.
 */
int idmap_works(void *arg);

/**
 * idmap_table() - make a user namespace that nobody lives in
 *
 * It maps 0 to the caller's 0, for users and groups.  Needs a /proc of the
 * caller's PID namespace.
 *
 * Return: descriptor, for idmap_works(); the caller closes it.
 * Errors: those of unshare(2), and of writing to uid_map.
 */
int idmap_table(void);

#endif /* ISOLAB_IDMAP_H */
