/* SPDX-License-Identifier: MIT */
/*
 * bundle.h - what a container runtime wants: a folder with a config.json
 *
 *	BUNDLE/config.json	how to run it, made of the image's configuration
 *	BUNDLE/rootfs/		empty: the overlay is to be mounted there
 *
 * See: OCI image specification, conversion.md; OCI runtime specification,
 *      bundle.md, config.md.
 */
#ifndef OCI_BUNDLE_H
#define OCI_BUNDLE_H

#include "store.h"

/* Annotations of config.json for whoever mounts the overlay. */
#define BUNDLE_LOWERDIR "org.isolab.overlay.lowerdir" /* topmost first, ":" */
#define BUNDLE_OPTIONS	"org.isolab.overlay.options"  /* "" or "userxattr" */

/* Root inside is this user outside; count 0: it is the same. */
struct bundle_owner {
	unsigned uid;
	unsigned gid;
	unsigned count;
};

/**
 * bundle_make() - write a bundle for an image whose layers are in a store
 * @dir: the bundle; made; must not be there, or be empty
 * @image: an open image
 * @store: has all of its layers
 * @owner: whether config.json asks for a user namespace
 * @why: receives the reason
 *
 * Return: 0.
 * Errors: -EBADMSG the image's configuration cannot be run: it has no command,
 *         or its user is not in its /etc/passwd; @dir is then as before.
 */
int bundle_make(const char *dir, const struct image *image,
		const struct store *store, const struct bundle_owner *owner,
		struct why *why);

/* The user that an image's configuration names. */
struct bundle_user {
	unsigned uid;
	unsigned gid;
	unsigned groups[64]; /* further ones */
	size_t ngroups;
	char home[256];
};

/**
 * user_find() - what a name means in an image
 * @spec: "", "USER", "USER:GROUP", each a name or a number
 * @passwd: text of the image's /etc/passwd, or NULL
 * @group: text of its /etc/group, or NULL
 * @ret: receives the numbers
 *
 * Return: 0.
 * Errors: -ENOENT there is no such name.
 * See: OCI image specification, config.md, "User".
 */
int user_find(const char *spec, const char *passwd, const char *group,
	      struct bundle_user *ret);

/* runtime_config() - config.json for an image, or NULL with @why set; the
 * caller owns it. */
json_t *runtime_config(const struct image *image,
		       const struct bundle_user *user,
		       const struct bundle_owner *owner, struct why *why);

#endif /* OCI_BUNDLE_H */
