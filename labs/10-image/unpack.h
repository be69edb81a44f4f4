/* SPDX-License-Identifier: MIT */
/*
 * unpack.h - the layers of an image as files
 */
#ifndef OCI_UNPACK_H
#define OCI_UNPACK_H

#include "image.h"
#include "target.h"

/* What the user allows, and what could not be done as the image has it. */
struct unpacking {
	struct target_options target;
	struct budget budget;
	struct why *why; /* borrowed */
	unsigned left_out_devices;
	unsigned left_out_xattrs;
};

/* unpack_layer() - put layer @i of @image into the folder @rootfd, in a form;
 * @ret_implied, unless it is NULL, receives an object with the names of the
 * folders that the layer does not mention.  Return: 0; on error the folder is
 * half-made and the caller removes it. */
int unpack_layer(struct unpacking *unpacking, const struct image *image,
		 size_t i, int rootfd, enum target_form form,
		 json_t **ret_implied);

/**
 * unpack_flat() - all layers, one after the other, in one new folder
 * @unpacking: limits and wishes
 * @image: an open image
 * @dir: the folder; must not be there, or be empty
 *
 * Return: 0, and @dir is whole.
 * Errors: those of target_add_layer(); @dir is as it was.
 */
int unpack_flat(struct unpacking *unpacking, const struct image *image,
		const char *dir);

/* unpack_into() - the same in a folder that is there: on error it is half-made
 * and the caller removes it. */
int unpack_into(struct unpacking *unpacking, const struct image *image,
		int rootfd);

/* unpack_verify() - read all layers and keep nothing. Return: 0 if all digests
 * and sizes are right. */
int unpack_verify(struct unpacking *unpacking, const struct image *image);

#endif /* OCI_UNPACK_H */
