/* SPDX-License-Identifier: MIT */
/*
 * listing.h - what is in a folder, as text that is the same everywhere
 *
 * One line for each file, sorted by the bytes of its path:
 *
 *	PATH TYPE MODE UID:GID ... [XATTR=HEX]...
 *
 *	.         d 0755 0:0
 *	bin/ls    f 0755 0:0 size=2068640 sha256=4f1d...
 *	bin/sh    l 0777 0:0 to=ls
 *	bin/vi    h bin/ls			the same file as bin/ls
 *	dev/null  c 0666 0:0 1:3
 *
 * Bytes that are no plain letters are written as %XX.  The digest of a tree is
 * the SHA-256 of this text.  Times are left out: tools differ on whether the
 * folder of a removed file was changed, and nothing depends on it.
 */
#ifndef OCI_LISTING_H
#define OCI_LISTING_H

#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include "digest.h"
#include "ids.h"
#include "why.h"

struct tree_entry {
	char *path;	/* owned; "." for the root; raw bytes */
	char *text;	/* owned; what follows the path in its line */
	size_t link;	/* of a hard link, the entry with its first name + 1 */
	struct stat st; /* owners as in the image: IDS_XATTR is heeded */
	bool changed;	/* for whoever compares two trees */
};

struct tree {
	struct tree_entry *entries; /* owned; sorted by path */
	size_t count;
	size_t room;
};

/**
 * tree_read() - read all of a folder
 * @tree: to be given to tree_release(), also after an error
 * @rootfd: the folder; borrowed; nothing below it may change meanwhile
 * @why: receives the reason
 *
 * Return: 0.
 * Errors: -EACCES and others of openat(2), read(2), fgetxattr(2).
 */
int tree_read(struct tree *tree, int rootfd, struct why *why);

void tree_release(struct tree *tree);

/* tree_print() - all lines; Return: 0 or -EIO. */
int tree_print(const struct tree *tree, FILE *to);

/* tree_digest_of() - the sum of all lines. Return: 0 or -ENOMEM. */
int tree_digest_of(const struct tree *tree, struct digest *ret);

/* tree_find() - the entry with a path, or NULL */
const struct tree_entry *tree_find(const struct tree *tree, const char *path);

/* tree_describe() - the text of one folder's line, without its path; the caller
 * frees it. Return: 0 or -errno. */
int tree_describe(int dirfd, char **ret);

/* xattr_is_kept() - whether an attribute belongs to the file, and not to
 * overlay, to this tool, or to the machine's policy (SELinux) */
bool xattr_is_kept(const char *name);

#endif /* OCI_LISTING_H */
