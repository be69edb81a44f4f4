/* SPDX-License-Identifier: MIT */
/*
 * walk.h - find a place below a root directory, and nowhere else
 *
 * A name in an archive is a wish of whoever made it.  "../../etc/passwd" is
 * seen by looking; but "a/b", where the same archive has made "a" a symbolic
 * link to /etc, is not.  So no name is ever given to the kernel as a path
 * that it may follow out of the root: openat2(2) says so for each step.
 *
 * See: openat2(2), RESOLVE_NO_SYMLINKS, RESOLVE_IN_ROOT.
 */
#ifndef OCI_WALK_H
#define OCI_WALK_H

#include <stdbool.h>
#include <stddef.h>

enum { WALK_NAME_MAX = 4096 };

/**
 * walk_clean() - bring a name into its one form: "a/b/c", or "." for the root
 * @from: as in the archive; a "./" before and a "/" after it go
 * @to: receives the name
 * @size: bytes at @to
 *
 * Return: NULL, or what is wrong with it, a constant: it is absolute, has a
 *         "..", is empty or too long.
 */
const char *walk_clean(const char *from, char *to, size_t size);

/**
 * walk_open() - openat2(2) below a root
 * @rootfd: the root; borrowed
 * @path: of walk_clean()'s form
 * @flags: for open(2); O_CLOEXEC is added
 * @follow: resolve symbolic links, but within the root, as chroot(2) would
 *
 * Return: descriptor; the caller closes it.
 * Errors: -ELOOP a symbolic link on the way; those of openat2(2).
 */
int walk_open(int rootfd, const char *path, int flags, bool follow);

/**
 * walk_remove() - remove a file, or a folder with all that is in it
 * @dirfd: where it is; borrowed
 * @name: in that folder; no slash
 * @keep: asked for each path below, @path being that of @name; what it says
 *        true to stays, and the folders above it; NULL: nothing stays
 * @arg: for @keep
 * @path: path of @name as @keep knows it, in a buffer of WALK_NAME_MAX
 *
 * Return: 0, also if there is no such file.
 * Errors: those of unlinkat(2) and readdir(3).
 */
int walk_remove(int dirfd, const char *name,
		bool (*keep)(const char *path, void *arg), void *arg,
		char *path);

/* walk_empty() - the same for all that is in a folder, but not itself */
int walk_empty(int dirfd, bool (*keep)(const char *path, void *arg), void *arg,
	       char *path);

#endif /* OCI_WALK_H */
