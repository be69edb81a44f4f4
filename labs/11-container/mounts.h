/* SPDX-License-Identifier: MIT */
/*
 * mounts.h - "mounts" of config.json; lab 02 in library form
 *
 * A mount is made detached, gets its attributes, and is then attached to a
 * descriptor.  So it is never seen half-made (writable when it should be
 * read-only), and no path is looked up twice.
 *
 * See: fsopen(2), open_tree(2), move_mount(2), mount_setattr(2).
 */
#ifndef MINIC_MOUNTS_H
#define MINIC_MOUNTS_H

#include "spec.h"

/* Trees that only the runtime can open: in a new user namespace the sources
 * of bind mounts may be out of reach. */
struct mounts {
	int rootfd;  /* owned; the root file system; -1: the child opens it */
	int *treefd; /* owned, each too; one for each of spec->mounts, or -1 */
	size_t count;
};

/**
 * mounts_anchor() - a source of a bind mount is relative to the bundle
 * @spec: changed: all of them are absolute afterwards
 * @bundle: absolute
 *
 * Return: 0 or -ENOMEM.
 * See: OCI runtime specification 1.1, "Mounts", source.
 */
int mounts_anchor(struct spec *spec, const char *bundle);

/**
 * mounts_prepare() - open trees, in the runtime
 * @spec: the configuration
 * @rep: gets errors
 * @ret: filled; to be given to mounts_release(), also after an error
 *
 * Return: 0; Errors: those of open_tree(2) and mount_setattr(2).
 */
int mounts_prepare(const struct spec *spec, struct report *rep,
		   struct mounts *ret);

/* mounts_release() - close them */
void mounts_release(struct mounts *mounts);

/**
 * mounts_make() - all of spec->mounts, in their order; in the child
 * @rootfd: the container's root, attached; borrowed
 * @spec: the configuration
 * @mounts: from mounts_prepare()
 * @rep: gets errors
 *
 * Return: 0.
 * Errors: those of the calls above; what a file system says of an option is in
 *         the report.
 */
int mounts_make(int rootfd, const struct spec *spec,
		const struct mounts *mounts, struct report *rep);

/**
 * mounts_new() - a new file system, detached
 * @type: such as "tmpfs"
 * @source: its name in /proc/self/mountinfo; "": @type
 * @data: options, ends with NULL; may be NULL
 * @attributes: MOUNT_ATTR_...
 * @rep: gets errors
 *
 * Return: descriptor of the mount; the caller closes it.
 * Errors: those of fsopen(2), fsconfig(2), fsmount(2).
 */
int mounts_new(const char *type, const char *source, char *const *data,
	       uint64_t attributes, struct report *rep);

/**
 * mounts_attach() - put a tree over what is there
 * @treefd: detached; borrowed; afterwards it is the attached tree
 * @tofd: O_PATH descriptor; borrowed
 * @rep: gets errors
 * @what: for the report
 *
 * Return: 0; Errors: those of move_mount(2).
 */
int mounts_attach(int treefd, int tofd, struct report *rep, const char *what);

/* mounts_copy_up() - copy what is in a folder into another; see "tmpcopyup" */
int mounts_copy_up(int fromfd, int tofd, struct report *rep);

#endif /* MINIC_MOUNTS_H */
