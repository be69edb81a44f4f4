/* SPDX-License-Identifier: MIT */
/*
 * commands.c - sub-commands that read an image
 *
 * Libs:   jansson
 */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

void unpacking_told(const struct unpacking *unpacking)
{
	if (unpacking->left_out_devices)
		fprintf(stderr,
			"oci: %u device nodes were left out: only root can "
			"make them\n",
			unpacking->left_out_devices);
	if (unpacking->left_out_xattrs)
		fprintf(stderr,
			"oci: %u attributes were left out: only root can set "
			"them\n",
			unpacking->left_out_xattrs);
}

/* ---- inspect --------------------------------------------------------------------- */

/* Where the tag is not clear: which there are. */
static int list_tags(const char *path, struct why *why)
{
	struct layout layout;
	auto_free char *text = NULL;
	const json_t *entry;
	json_t *json = NULL;
	ssize_t n = layout_open(&layout, path, why);
	size_t i;

	if (n == 0)
		n = layout_read(&layout, "index.json", &text, why);
	if (n > 0)
		json = json_loadb(text, (size_t)n, 0, NULL);
	json_array_foreach(json_object_get(json, "manifests"), i, entry)
	{
		const char *tag = json_string_value(
			json_object_get(json_object_get(entry, "annotations"),
					"org.opencontainers.image.ref.name"));
		const char *digest =
			json_string_value(json_object_get(entry, "digest"));

		printf("tag       %-20s %s\n", tag ? tag : "-",
		       digest ? digest : "-");
	}
	json_decref(json);
	layout_release(&layout);
	return n < 0 ? (int)n : 0;
}

static void show_list(const char *title, const json_t *list)
{
	auto_free char *text = NULL;

	if (!list || json_is_null(list))
		return;
	text = json_dumps(list, JSON_ENCODE_ANY | JSON_COMPACT);
	printf("%-9s %s\n", title, text ? text : "?");
}

static void show_image(const struct image *image)
{
	static const char *const keys[] = { "Entrypoint", "Cmd", "Env",
					    "WorkingDir", "User" };

	printf("manifest  %s\n", image->manifest.digest.text);
	printf("config    %s\n", image->config_blob.digest.text);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		show_list(keys[i], image_config_list(image, keys[i]));
	for (size_t i = 0; i < image->nlayers; i++) {
		const struct image_layer *layer = &image->layers[i];

		printf("layer %-3zu %s  %ju bytes, %s\n", i + 1,
		       layer->blob.digest.text,
		       (uintmax_t)layer->blob.size_bytes,
		       layer->packing == PACKING_GZIP	? "gzip"
		       : layer->packing == PACKING_ZSTD ? "zstd"
							: "tar");
		printf("          %s  its diff_id\n", layer->diff_id.text);
	}
}

int cmd_inspect(struct options *options, char **argv)
{
	auto_free char *ref = strdup(argv[0]);
	auto_free char *path = strdup(argv[0]);
	struct image image;
	int r;

	if (!ref || !path)
		return -ENOMEM;
	(void)image_split_ref(path);
	r = list_tags(path, &options->why);
	if (r < 0)
		/* cppcheck-suppress memleak ; it is auto_free */
		return r;
	r = image_open(&image, ref, &options->why);
	if (r == 0)
		show_image(&image);
	image_release(&image);
	return r;
}

/* ---- verify, unpack, bundle -------------------------------------------------------- */

int cmd_verify(struct options *options, char **argv)
{
	struct image image;
	int r = image_open(&image, argv[0], &options->why);

	if (r == 0)
		r = unpack_verify(&options->unpacking, &image);
	if (r == 0)
		printf("%s  %zu layers, all as named\n",
		       image.manifest.digest.text, image.nlayers);
	image_release(&image);
	return r;
}

int cmd_unpack(struct options *options, char **argv)
{
	struct image image;
	int r = image_open(&image, argv[0], &options->why);

	if (r == 0)
		r = unpack_flat(&options->unpacking, &image, argv[1]);
	if (r == 0)
		unpacking_told(&options->unpacking);
	image_release(&image);
	return r;
}

static void print_lower(const struct store *store)
{
	for (size_t i = store->nlayers; i-- > 0;) {
		const char *path = store_layer(store, i);

		if (path)
			puts(path);
	}
}

int cmd_bundle(struct options *options, char **argv)
{
	auto_free char *beside = NULL;
	struct store store = { 0 };
	struct image image;
	int r = image_open(&image, argv[0], &options->why);

	if (asprintf(&beside, "%s.layers", argv[1]) < 0)
		beside = NULL;
	if (r == 0)
		r = store_init(&store, options->store ? options->store : beside,
			       &options->why);
	if (r == 0)
		r = store_add(&store, &options->unpacking, &image);
	if (r >= 0)
		r = bundle_make(argv[1], &image, &store, &options->owner,
				&options->why);
	if (r == 0) {
		unpacking_told(&options->unpacking);
		print_lower(&store);
	}
	store_release(&store);
	image_release(&image);
	return r;
}
