/* SPDX-License-Identifier: MIT */
/*
 * diff.h - what one more layer must say, so that OLD becomes NEW
 */
#ifndef OCI_DIFF_H
#define OCI_DIFF_H

#include "listing.h"

/**
 * diff_mark() - mark the entries of @new that belong in the layer
 * @old: the tree that the lower layers give
 * @new: the tree that is wanted; "changed" of its entries is set
 *
 * These are: what is new or differs; all names of a file with several if one
 * of them does, as a hard link cannot lead into another layer; and each folder
 * above, as otherwise nobody would know its owner when the layer is on its own.
 *
 * Return: 0.
 */
int diff_mark(const struct tree *old, struct tree *new);

/* diff_is_removed() - whether entry @i of @old needs a whiteout: it is gone,
 * and the folder that it was in is still there. Marks nothing. */
bool diff_is_removed(const struct tree *old, const struct tree *new, size_t i);

#endif /* OCI_DIFF_H */
