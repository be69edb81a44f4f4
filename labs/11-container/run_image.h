/* SPDX-License-Identifier: MIT */
/*
 * run_image.h - "minic run LAYOUT": an image instead of a bundle
 *
 * What an image is, lab 10 knows: its program oci unpacks layers into a store
 * and writes a bundle.  Here the layers are mounted over each other, and the
 * whole goes away with the container.
 */
#ifndef MINIC_RUN_IMAGE_H
#define MINIC_RUN_IMAGE_H

#include <stdbool.h>

#include "container.h"

struct run_image {
	const char *self;   /* argv[0] of minic: oci may be beside it */
	const char *layout; /* folder or archive, perhaps with ":TAG" */
	char **args;	    /* instead of the image's own; ends with NULL */
	const char *store;  /* where unpacked layers are kept, or NULL */
};

/* run_image_is_layout() - is it a layout and not a container's name? */
bool run_image_is_layout(const char *name);

/**
 * run_image() - unpack, mount, run, clean up
 * @image: what
 * @opt: how; id and bundle are filled in
 * @rep: gets errors
 *
 * Return: exit status of the image's program.
 * Errors: -ENOENT the program oci is not beside minic; those of mount(2) and
 *         container_create().
 */
int run_image(const struct run_image *image, struct create_options *opt,
	      struct report *rep);

#endif /* MINIC_RUN_IMAGE_H */
