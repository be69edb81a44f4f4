/* SPDX-License-Identifier: MIT */
/*
 * layer.h - read the entries of a layer from its packed bytes
 *
 *	blob --> SHA-256 --> gunzip --> SHA-256 --> tar --> entries
 *	         digest                 diff_id
 *
 * Both sums are known only at the end, so whatever the entries say is put
 * where it can be thrown away as a whole.
 *
 * See: OCI image specification, layer.md.
 */
#ifndef OCI_LAYER_H
#define OCI_LAYER_H

#include <archive.h>
#include <archive_entry.h>

#include "image.h"

/* What is left of what an image may use.  A megabyte of zeros packs into a
 * thousand bytes, so the size of a blob says nothing. */
struct budget {
	uint64_t bytes;
	uint64_t entries;
	unsigned ratio; /* unpacked to packed, of one layer */
};

enum {
	BUDGET_GIB = 16, /* defaults */
	BUDGET_ENTRIES = 1000000,
	BUDGET_RATIO = 200,
};

/* Where packed bytes come from: as read(2), but -errno on error. */
struct layer_source {
	ssize_t (*read)(void *from, void *buf, size_t size, struct why *why);
	void *from;
	enum packing packing;
	const struct digest *diff_id; /* NULL: a fuzzer does not know it */
};

struct layer {
	struct layer_source source;
	struct budget *budget; /* borrowed */
	struct why *why;       /* borrowed */
	struct archive *unpacker;
	struct archive *tar;
	struct hash hash;
	uint64_t packed_bytes;
	uint64_t unpacked_bytes;
	int error; /* of a callback, to be found again behind libarchive */
	unsigned char *in;  /* owned; packed bytes */
	unsigned char *out; /* owned; unpacked bytes */
};

/**
 * layer_open() - begin to read a layer
 * @layer: to be given to layer_release(), also after an error
 * @source: copied
 * @budget: what it uses is taken from there
 * @why: receives the reasons of all errors
 *
 * Return: 0.
 * Errors: -ENOMEM; -EBADMSG it is not packed in that way.
 */
int layer_open(struct layer *layer, const struct layer_source *source,
	       struct budget *budget, struct why *why);

/**
 * layer_next() - the next entry
 * @layer: an open layer
 * @ret: receives it; valid until the next call
 *
 * Return: 1, or 0 at the end if every byte was as promised.
 * Errors: -EBADMSG it is damaged, or one of the digests is wrong; -EDQUOT the
 *         budget is used up.
 */
int layer_next(struct layer *layer, struct archive_entry **ret);

/**
 * layer_data() - the next block of the entry's content
 * @layer: an open layer
 * @ret_block: receives the bytes; valid until the next call
 * @ret_len: receives how many
 * @ret_at: receives their offset: a sparse file has gaps between them
 *
 * Return: 1, or 0 at the end.
 * Errors: as layer_next().
 */
int layer_data(struct layer *layer, const void **ret_block, size_t *ret_len,
	       off_t *ret_at);

/* layer_spend() - take bytes that the archive does not contain, of a sparse
 * file, from the budget. Return: 0 or -EDQUOT. */
int layer_spend(struct layer *layer, int64_t size_bytes);

void layer_release(struct layer *layer);

#endif /* OCI_LAYER_H */
