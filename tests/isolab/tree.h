/* SPDX-License-Identifier: MIT */
/*
 * tree.h - one number for a folder and all that is in it
 *
 * Two folders have the same digest if a user could not tell them apart: the
 * same names, types, permissions, link targets, device numbers and contents.
 * Owners and times are left out.
 */
#ifndef ISOLAB_TREE_H
#define ISOLAB_TREE_H

enum { TREE_DIGEST_BYTES = 32 };

struct tree_digest {
	unsigned char byte[TREE_DIGEST_BYTES];
};

/**
 * tree_digest() - compute the digest of a folder
 * @dirfd: the folder; borrowed; what is in it is not trusted
 * @ret: receives the digest; untouched on error
 *
 * Symbolic links are read and never followed.  Only regular files are opened.
 *
 * Return: 0.
 * Errors: -ELOOP more than 32 folders deep; those of openat(2), fstatat(2),
 *         readdir(3) and read(2).
 * See: libsodium documentation, "Generic hashing".
 */
int tree_digest(int dirfd, struct tree_digest *ret);

/* tree_digest_equal() - 1 if both are the same, else 0 */
int tree_digest_equal(const struct tree_digest *a, const struct tree_digest *b);

#endif /* ISOLAB_TREE_H */
