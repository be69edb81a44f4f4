/* SPDX-License-Identifier: MIT */
/*
 * store.h - layers that several images share, ready for overlay
 *
 *	STORE/HEX		a layer in overlay's form, named by its diff_id
 *	STORE/HEX.implied	names of folders that it needs and does not
 *				mention, each with a NUL after it
 *
 * A layer that changes /etc/passwd need not say whose /etc is.  In a folder of
 * its own /etc must be somebody's, and overlay shows the topmost: so it is made
 * like the one below.  Where another image has another folder below, that layer
 * is there twice, the second time named by its chain of layers.
 *
 * See: OCI image specification, config.md, "Layer ChainID".
 */
#ifndef OCI_STORE_H
#define OCI_STORE_H

#include "unpack.h"

struct store {
	char *path;		  /* owned; absolute */
	char *layers[LAYERS_MAX]; /* owned; of the image that was added last */
	size_t nlayers;
};

/* store_init() - open a store, making the folder. Return: 0 or -errno. */
int store_init(struct store *store, const char *path, struct why *why);
void store_release(struct store *store);

/**
 * store_add() - see that all layers of an image are there, unpacked
 * @store: an open store; its list of layers is that image's afterwards
 * @unpacking: limits and wishes
 * @image: an open image
 *
 * Return: how many had to be unpacked.
 * Errors: those of target_add_layer(); no half-made layer is left.
 */
int store_add(struct store *store, struct unpacking *unpacking,
	      const struct image *image);

/* store_layer() - the folder of layer @i for overlay, or NULL: of two equal
 * layers overlay wants only one, and the upper one hides the other. */
const char *store_layer(const struct store *store, size_t i);

/* store_uses_user_marks() - whether the overlay must be mounted with the option
 * userxattr: some layer was made without root. */
bool store_uses_user_marks(const struct store *store);

/**
 * store_read() - a file as the overlay of all layers would show it
 * @store: after store_add()
 * @path: such as "etc/passwd"; links are not followed
 *
 * Return: its text, which the caller frees, or NULL if there is none.
 */
char *store_read(const struct store *store, const char *path);

/* ---- between its parts --------------------------------------------------------- */

/**
 * store_find() - the topmost file with a path, in the first layers
 * @store: its list has @below layers or more
 * @path: as store_read(); "." is found too
 * @below: how many layers count
 * @type: S_IFREG or S_IFDIR: anything else with that name hides what is below
 *
 * Return: descriptor, which the caller closes.
 * Errors: -ENOENT.
 */
int store_find(const struct store *store, const char *path, size_t below,
	       mode_t type);

/* inherit_fits() - whether the folders that a layer implies are like those
 * below it. Return: 1, 0, or -errno. */
int inherit_fits(const struct store *store, const char *folder, size_t below);

/* inherit_note() - write the names, for that; before the layer gets its name */
int inherit_note(const char *folder, const json_t *implied);

/* inherit_all() - make the implied folders of a new layer like those below */
int inherit_all(const struct store *store, int rootfd, const json_t *implied,
		size_t below);

#endif /* OCI_STORE_H */
