/* SPDX-License-Identifier: MIT */
#include "unpack.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "scratch.h"

static ssize_t read_blob(void *from, void *buf, size_t size, struct why *why)
{
	return blob_read(from, buf, size, why);
}

static int open_layer(struct unpacking *unpacking, const struct image *image,
		      size_t i, struct blob *blob, struct layer *layer)
{
	const struct layer_source source = {
		.read = read_blob,
		.from = blob,
		.packing = image->layers[i].packing,
		.diff_id = &image->layers[i].diff_id,
	};
	int r = blob_open(blob, &image->layout, &image->layers[i].blob,
			  unpacking->why);

	*layer = (struct layer){ 0 };
	if (r < 0)
		return r;
	return layer_open(layer, &source, &unpacking->budget, unpacking->why);
}

static int within_layer(struct unpacking *unpacking, const struct image *image,
			size_t i, int r)
{
	return why_within(unpacking->why, r, "layer %zu of %zu, %s", i + 1,
			  image->nlayers, image->layers[i].blob.digest.text);
}

int unpack_layer(struct unpacking *unpacking, const struct image *image,
		 size_t i, int rootfd, enum target_form form,
		 json_t **ret_implied)
{
	struct target target;
	struct layer layer;
	struct blob blob;
	int r = open_layer(unpacking, image, i, &blob, &layer);

	target_init(&target, rootfd, form, &unpacking->target, unpacking->why);
	if (r == 0)
		r = target_add_layer(&target, &layer);
	unpacking->left_out_devices += target.left_out_devices;
	unpacking->left_out_xattrs += target.left_out_xattrs;
	if (r == 0 && ret_implied)
		*ret_implied = json_incref(target.implied);
	target_release(&target);
	layer_release(&layer);
	blob_release(&blob);
	return r < 0 ? within_layer(unpacking, image, i, r) : 0;
}

int unpack_into(struct unpacking *unpacking, const struct image *image,
		int rootfd)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < image->nlayers; i++)
		r = unpack_layer(unpacking, image, i, rootfd, TARGET_FLAT,
				 NULL);
	return r;
}

/* Seen before an hour's work; rename(2) makes sure of it afterwards. */
static int must_be_free(const char *dir, struct why *why)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int n = 0;

	if (!d && errno == ENOENT)
		return 0;
	while (d && (entry = readdir(d)))
		n++;
	if (d)
		closedir(d);
	if (n == 2) /* "." and ".." */
		return 0;
	return why_set(why, -EEXIST, "remove it first, or take another",
		       "cannot make '%s'", dir);
}

int unpack_flat(struct unpacking *unpacking, const struct image *image,
		const char *dir)
{
	struct scratch scratch;
	int r = must_be_free(dir, unpacking->why);

	if (r < 0)
		return r;
	r = scratch_init(&scratch, dir, unpacking->why);
	if (r == 0)
		r = unpack_into(unpacking, image, scratch.treefd);
	if (r == 0)
		r = scratch_keep(&scratch, unpacking->why);
	scratch_release(&scratch);
	return r;
}

int unpack_verify(struct unpacking *unpacking, const struct image *image)
{
	struct archive_entry *entry;
	int r = 0;

	for (size_t i = 0; r == 0 && i < image->nlayers; i++) {
		struct layer layer;
		struct blob blob;

		r = open_layer(unpacking, image, i, &blob, &layer);
		while (r >= 0) {
			r = layer_next(&layer, &entry);
			if (r <= 0)
				break;
		}
		layer_release(&layer);
		blob_release(&blob);
		if (r < 0)
			return within_layer(unpacking, image, i, r);
	}
	return r;
}
