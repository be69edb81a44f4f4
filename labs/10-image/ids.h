/* SPDX-License-Identifier: MIT */
/*
 * ids.h - who owns a file of an image, here
 *
 * In an image files belong to numbers.  Root can give them to those, or to
 * others by a map.  A user without root has one number, his own (lab 05): all
 * files are his, and what the image said is kept in an attribute, in the form
 * that umoci and others use as well, so that an image can be made of them
 * again.
 *
 * See: user_namespaces(7); https://rootlesscontaine.rs, "user.rootlesscontainers".
 */
#ifndef OCI_IDS_H
#define OCI_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define IDS_XATTR "user.rootlesscontainers"

enum { ID_RANGES = 16 };

struct id_range {
	unsigned inside; /* the first, as the image has it */
	unsigned here;
	unsigned count;
};

struct ids {
	struct id_range map[ID_RANGES]; /* none: numbers stay */
	size_t nmap;
	struct id_range uids[ID_RANGES]; /* that this process may use */
	size_t nuids;
	struct id_range gids[ID_RANGES];
	size_t ngids;
	bool privileged; /* may give files away at all */
};

struct owner {
	unsigned uid;
	unsigned gid;
};

/* ids_init() - find out which numbers this process may use; the map stays.
 * Return: 0, or what reading /proc/self/uid_map said. */
int ids_init(struct ids *ids);

/* ids_map() - add a range "INSIDE:HERE:COUNT".  Return: 0 or -EINVAL. */
int ids_map(struct ids *ids, const char *text);

/**
 * ids_here() - whom a file is given to
 * @ids: the map
 * @image: its owner in the image
 * @ret: receives the owner here
 *
 * Return: 0, or 1 if that is only the caller, as he may not use the others.
 * Errors: -ERANGE it is in none of the given ranges.
 */
int ids_here(const struct ids *ids, struct owner image, struct owner *ret);

/* The attribute: two varints, fields 1 and 2; a zero is left out. */
enum { IDS_XATTR_BYTES = 12 };

size_t ids_encode(struct owner owner, unsigned char buf[IDS_XATTR_BYTES]);

/* ids_decode() - Return: 0, or -EBADMSG if it is no such attribute. */
int ids_decode(const unsigned char *buf, size_t len, struct owner *ret);

#endif /* OCI_IDS_H */
