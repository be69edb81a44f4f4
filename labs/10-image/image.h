/* SPDX-License-Identifier: MIT */
/*
 * image.h - one image of a layout: manifest, configuration, layers
 *
 *	index.json --tag--> manifest --> config: how to run it, diff-ids
 *	                             `-> layers, the lowest first
 *
 * Each arrow is a digest, so whoever knows the manifest's knows every byte.
 *
 * See: OCI image specification, manifest.md, config.md.
 */
#ifndef OCI_IMAGE_H
#define OCI_IMAGE_H

#include <jansson.h>

#include "layout.h"

enum { LAYERS_MAX = 256 };

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct image_layer {
	struct descriptor blob;
	enum packing packing;
	struct digest diff_id; /* of the tar archive, after unpacking */
};

struct image {
	struct layout layout;
	struct descriptor manifest;
	json_t *config; /* owned; the whole configuration */
	struct descriptor config_blob;
	struct image_layer *layers; /* owned; the lowest first */
	size_t nlayers;
};

/**
 * image_open() - find an image and check all of it but the layers
 * @image: to be given to image_release(), also after an error
 * @ref: LAYOUT or LAYOUT:TAG; changed during the call, borrowed afterwards
 * @why: receives the reason
 *
 * Return: 0.
 * Errors: -ENOENT no such tag, or none for this machine; -EBADMSG something
 *         in it is wrong.
 */
int image_open(struct image *image, char *ref, struct why *why);

void image_release(struct image *image);

/* image_split_ref() - cut LAYOUT:TAG in two; returns the TAG, or NULL.  A tag
 * has no slash, so "/a:b/c" is a path. */
char *image_split_ref(char *ref);

/* image_config_list(), image_config_string() - a part of the "config" member,
 * or NULL; borrowed from @image */
json_t *image_config_list(const struct image *image, const char *key);
const char *image_config_string(const struct image *image, const char *key);

#endif /* OCI_IMAGE_H */
