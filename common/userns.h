/* SPDX-License-Identifier: MIT */
/*
 * userns.h - the privilege that a lab needs, without being root
 *
 * Labs 01-04 are not about users, but chroot(2), mount(2) and most of
 * unshare(2) ask for privilege.  A user namespace gives a process all
 * capabilities over what it makes itself and none over anything else.  Lab 05
 * takes this file apart.
 *
 * See: user_namespaces(7).
 */
#ifndef KIT_USERNS_H
#define KIT_USERNS_H

/**
 * userns_become_root() - give the caller privilege over its own namespaces
 *
 * A caller that has CAP_SYS_ADMIN keeps what it has.  Any other caller moves
 * into a new user namespace in which it is uid 0 and gid 0 and has every
 * capability; files that it makes still belong to the user who started it.
 * The caller must have one thread only.
 *
 * Return: 1 if a user namespace was made, 0 if none was needed.
 * Errors: -EPERM this machine does not allow user namespaces, or the caller
 *         is in a chroot(2); -ENOSPC too many, or too deeply nested ones;
 *         -EUSERS as ENOSPC, on old kernels.
 * See: user_namespaces(7), "User and group ID mappings: uid_map and gid_map".
 */
int userns_become_root(void);

#endif /* KIT_USERNS_H */
