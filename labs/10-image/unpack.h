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

/* unpack_layer() - put layer @i of @image into the folder @rootfd, in a form.
 * Return: 0; on error the folder is half-made and the caller removes it. */
int unpack_layer(struct unpacking *unpacking, const struct image *image,
		 size_t i, int rootfd, enum target_form form);

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

/*
 * Layers that several images share, each in a folder of its own, named by its
 * diff_id and in overlay's form.
 */
struct store {
	char *path; /* owned; absolute */
};

/* store_init() - open a store, making the folder. Return: 0 or -errno. */
int store_init(struct store *store, const char *path, struct why *why);
void store_release(struct store *store);

/* store_add() - see that all layers of @image are there. Return: how many had
 * to be unpacked, or -errno. */
int store_add(const struct store *store, struct unpacking *unpacking,
	      const struct image *image);

/* store_layer() - the folder of layer @i; the caller frees it; NULL: no memory.
 * The topmost of two equal layers has one, the other one ""; overlay wants each
 * once, and the lower one shows nothing. */
char *store_layer(const struct store *store, const struct image *image,
		  size_t i);

/* store_uses_user_marks() - whether the overlay must be mounted with the option
 * userxattr: some layer was made without root. Return: 0, 1 or -errno. */
int store_uses_user_marks(const struct store *store, const struct image *image);

/**
 * store_read() - a file as the overlay of all layers would show it
 * @store: where all layers are
 * @image: the image
 * @path: such as "etc/passwd"; links are not followed
 *
 * Return: its text, which the caller frees, or NULL if there is none.
 */
char *store_read(const struct store *store, const struct image *image,
		 const char *path);

#endif /* OCI_UNPACK_H */
