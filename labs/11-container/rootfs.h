/* SPDX-License-Identifier: MIT */
/*
 * rootfs.h - another root directory
 *
 * See: pivot_root(2), "NOTES"; mount_namespaces(7).
 */
#ifndef MINIC_ROOTFS_H
#define MINIC_ROOTFS_H

#include "mounts.h"
#include "spec.h"

/**
 * rootfs_attach() - make the root file system a mount of its own
 * @spec: the configuration
 * @mounts: from mounts_prepare()
 * @rep: gets errors
 *
 * The caller is in its new mount namespace.  First all mounts in it are cut
 * off from the host's, so that nothing which follows is seen there.
 *
 * Return: O_PATH descriptor of the new root, the current directory too; the
 *         caller closes it.
 * Errors: those of mount_setattr(2), open_tree(2), move_mount(2).
 */
int rootfs_attach(const struct spec *spec, const struct mounts *mounts,
		  struct report *rep);

/**
 * rootfs_enter() - make it the root, and let go of the old one
 * @rootfd: from rootfs_attach(); borrowed
 * @spec: the configuration
 * @no_pivot: by chroot(2): for a root that is the initial ramfs
 * @rep: gets errors
 *
 * Return: 0; Errors: those of pivot_root(2), umount2(2), chroot(2).
 */
int rootfs_enter(int rootfd, const struct spec *spec, bool no_pivot,
		 struct report *rep);

#endif /* MINIC_ROOTFS_H */
