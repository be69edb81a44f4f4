/* SPDX-License-Identifier: MIT */
/*
 * pack.h - write a layer, and the other blobs of an image
 *
 *	entries --> tar --> SHA-256 --> gzip --> SHA-256 --> blobs/sha256/HEX
 *	                    diff_id              digest
 *
 * The same files give the same bytes, on every machine: entries are sorted by
 * the bytes of their names, no time is later than SOURCE_DATE_EPOCH (1970, if
 * it is not set), there are no names of users, no inode numbers and no holes.
 * gzip and zstd may pack in another way in another version, so that a layer is
 * a plain tar archive unless somebody wants otherwise; its diff_id is the same
 * in each case.
 *
 * See: https://reproducible-builds.org/specs/source-date-epoch/.
 */
#ifndef OCI_PACK_H
#define OCI_PACK_H

#include <archive.h>

#include "image.h"
#include "listing.h"

/* A layer that is being written. */
struct pack {
	struct why *why;	/* borrowed */
	int blobsfd;		/* borrowed; blobs/sha256 */
	int rootfd;		/* borrowed; where the files are */
	int64_t latest;		/* no time is later: seconds since 1970 */
	int fd;			/* owned; the blob, without a name yet */
	struct archive *tar;	/* owned */
	struct archive *packer; /* owned; NULL: not packed */
	enum packing packing;
	struct hash unpacked;
	struct hash packed;
	uint64_t size_bytes;
};

/**
 * pack_init() - begin a layer
 * @pack: to be given to pack_release(), also after an error
 * @blobsfd: the folder that it is put into; borrowed
 * @rootfd: the folder that paths are below; borrowed
 * @packing: how
 * @why: receives the reasons of all errors; borrowed
 *
 * Return: 0 or -errno.
 */
int pack_init(struct pack *pack, int blobsfd, int rootfd, enum packing packing,
	      struct why *why);

/* pack_add() - one entry of a tree, with its content. Return: 0 or -errno. */
int pack_add(struct pack *pack, const struct tree *tree,
	     const struct tree_entry *entry);

/* pack_whiteout() - an entry that says that @path is gone */
int pack_whiteout(struct pack *pack, const char *path);

/* pack_end() - the layer is whole: give the blob its name. Return: 0. */
int pack_end(struct pack *pack, struct image_layer *ret);

void pack_release(struct pack *pack);

/* ---- the rest of a layout ------------------------------------------------------ */

/* A layout that is written to: a folder. */
struct maker {
	int fd;	     /* owned; locked */
	int blobsfd; /* owned */
};

/* maker_init() - open or make a layout's folder. Return: 0 or -errno. */
int maker_init(struct maker *maker, const char *path, struct why *why);
void maker_release(struct maker *maker);

/**
 * maker_put_image() - write configuration and manifest, and set a tag
 * @maker: the layout, which has the layers' blobs
 * @config: everything but "rootfs"; that is added; borrowed
 * @layers: the lowest first
 * @n: how many
 * @tag: which then leads to the new image
 * @ret: receives the digest of its manifest
 *
 * Return: 0 or -errno.
 */
int maker_put_image(struct maker *maker, json_t *config,
		    const struct image_layer *layers, size_t n, const char *tag,
		    struct digest *ret, struct why *why);

#endif /* OCI_PACK_H */
