/* SPDX-License-Identifier: MIT */
/*
 * dev.h - /dev of the container, and paths that it shall not see
 *
 * See: OCI runtime specification 1.1, "Default Devices", "Masked Paths".
 */
#ifndef MINIC_DEV_H
#define MINIC_DEV_H

#include "spec.h"

/**
 * dev_make() - the devices that every container has, and those configured
 * @rootfd: the container's root, attached; borrowed
 * @spec: the configuration
 * @rep: gets errors
 *
 * Made by mknod(2) where the kernel allows it, which is not in a user
 * namespace; else those of the host are bind-mounted.  A /dev that is the
 * host's own is left alone.
 *
 * Return: 0.
 * Errors: those of mknodat(2), open_tree(2), move_mount(2); -EBADF a device of
 *         the host is not what its name says (CVE-2025-31133).
 */
int dev_make(int rootfd, const struct spec *spec, struct report *rep);

/**
 * dev_mask() - maskedPaths and readonlyPaths
 * @rootfd: as above
 * @spec: the configuration
 * @rep: gets errors
 *
 * A masked file becomes /dev/null, a folder an empty read-only tmpfs.  What is
 * not there is passed over.
 *
 * Return: 0; Errors: as dev_make().
 */
int dev_mask(int rootfd, const struct spec *spec, struct report *rep);

#endif /* MINIC_DEV_H */
