/* SPDX-License-Identifier: MIT */
/*
 * image.c - from a tag to a list of layers
 *
 * Libs:   jansson
 */
#include "image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define REF_NAME "org.opencontainers.image.ref.name"

static const char hint_tags[] = "oci inspect LAYOUT lists its tags";

/* ---- JSON that somebody else wrote ----------------------------------------- */

static json_t *parse(const char *text, ssize_t len, const char *what,
		     struct why *why)
{
	json_error_t error;
	json_t *json =
		json_loadb(text, (size_t)len, JSON_REJECT_DUPLICATES, &error);

	if (!json_is_object(json)) {
		json_decref(json);
		why_set(why, -EBADMSG, NULL, "%s is no JSON object: %s", what,
			error.text);
		return NULL;
	}
	return json;
}

static const char *string_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

static int descriptor_from(const json_t *json, struct descriptor *ret,
			   struct why *why)
{
	const json_t *size = json_object_get(json, "size");

	*ret = (struct descriptor){ 0 };
	if (digest_parse(string_of(json, "digest"), &ret->digest) < 0 ||
	    !json_is_integer(size) || json_integer_value(size) < 0)
		return why_set(why, -EBADMSG, NULL,
			       "a descriptor has no size, or no SHA-256");
	ret->size_bytes = (uint64_t)json_integer_value(size);
	snprintf(ret->media_type, sizeof(ret->media_type), "%s",
		 string_of(json, "mediaType"));
	return 0;
}

/* ---- which manifest --------------------------------------------------------- */

static bool is_index(const char *media_type)
{
	return strstr(media_type, "image.index") ||
	       strstr(media_type, "manifest.list");
}

/* Where several platforms have a manifest each: the one for this machine. */
static bool is_ours(const json_t *entry)
{
	const json_t *platform = json_object_get(entry, "platform");

	if (!platform)
		return true;
	return strcmp(string_of(platform, "os"), "linux") == 0 &&
	       strcmp(string_of(platform, "architecture"), "amd64") == 0;
}

static bool has_tag(const json_t *entry, const char *tag)
{
	const json_t *notes = json_object_get(entry, "annotations");

	return !tag || strcmp(string_of(notes, REF_NAME), tag) == 0;
}

static int choose(const json_t *index, const char *tag, const char *path,
		  struct descriptor *ret, struct why *why)
{
	const json_t *found = NULL;
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(index, "manifests"), i, entry)
	{
		if (!has_tag(entry, tag) || !is_ours(entry))
			continue;
		if (found && strcmp(string_of(found, "digest"),
				    string_of(entry, "digest")) != 0)
			return why_set(why, -EBADMSG, hint_tags,
				       "'%s' has several images: which tag?",
				       path);
		found = entry;
	}
	if (!found)
		return why_set(why, -ENOENT, hint_tags,
			       "no image '%s' for linux/amd64 in '%s'",
			       tag ? tag : "", path);
	return descriptor_from(found, ret, why);
}

/* Follow one nested index, as multi-platform images have it. */
static int find_manifest(struct image *image, const char *tag, json_t **ret,
			 struct why *why)
{
	auto_free char *text = NULL;
	json_t *json;
	ssize_t n = layout_read(&image->layout, "index.json", &text, why);

	for (int depth = 0; n >= 0 && depth < 3; depth++) {
		int r;

		json = parse(text, n,
			     depth ? image->manifest.digest.text : "index.json",
			     why);
		if (!json)
			return -EBADMSG;
		if (depth && !is_index(image->manifest.media_type)) {
			*ret = json;
			return 0;
		}
		r = choose(json, depth ? NULL : tag, image->layout.path,
			   &image->manifest, why);
		json_decref(json);
		if (r < 0)
			return r;
		free(text);
		text = NULL;
		n = blob_read_all(&image->layout, &image->manifest, &text, why);
	}
	if (n < 0)
		return (int)n;
	return why_set(why, -EBADMSG, NULL, "indexes within indexes");
}

/* ---- layers ------------------------------------------------------------------ */

static const struct {
	const char *media_type;
	enum packing packing;
} packings[] = {
	{ "application/vnd.oci.image.layer.v1.tar", PACKING_NONE },
	{ "application/vnd.oci.image.layer.v1.tar+gzip", PACKING_GZIP },
	{ "application/vnd.oci.image.layer.v1.tar+zstd", PACKING_ZSTD },
	{ "application/vnd.docker.image.rootfs.diff.tar", PACKING_NONE },
	{ "application/vnd.docker.image.rootfs.diff.tar.gzip", PACKING_GZIP },
};

static int layer_from(const json_t *json, const json_t *diff_id,
		      struct image_layer *ret, struct why *why)
{
	const char *text = json_string_value(diff_id);
	int r = descriptor_from(json, &ret->blob, why);

	if (r < 0)
		return r;
	if (!text || digest_parse(text, &ret->diff_id) < 0)
		return why_set(why, -EBADMSG, NULL,
			       "layer %s: its diff_id is no SHA-256",
			       ret->blob.digest.text);
	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		if (strcmp(packings[i].media_type, ret->blob.media_type) == 0) {
			ret->packing = packings[i].packing;
			return 0;
		}
	}
	return why_set(why, -EBADMSG,
		       "plain tar, gzip and zstd are known here: skopeo copy "
		       "--dest-compress-format",
		       "layer %s is of type '%s'", ret->blob.digest.text,
		       ret->blob.media_type);
}

static int load_layers(struct image *image, const json_t *manifest,
		       struct why *why)
{
	const json_t *list = json_object_get(manifest, "layers");
	const json_t *ids = json_object_get(
		json_object_get(image->config, "rootfs"), "diff_ids");
	size_t n = json_array_size(list);

	if (n != json_array_size(ids) || n > LAYERS_MAX)
		return why_set(why, -EBADMSG, NULL,
			       "the manifest has %zu layers, its configuration "
			       "%zu, and %d are the most",
			       n, json_array_size(ids), LAYERS_MAX);
	image->layers = calloc(n + 1, sizeof(*image->layers));
	if (!image->layers)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int r = layer_from(json_array_get(list, i),
				   json_array_get(ids, i), &image->layers[i],
				   why);

		if (r < 0)
			return r;
		image->nlayers++;
	}
	return 0;
}

static int load_config(struct image *image, const json_t *manifest,
		       struct why *why)
{
	auto_free char *text = NULL;
	ssize_t n;
	int r;

	r = descriptor_from(json_object_get(manifest, "config"),
			    &image->config_blob, why);
	if (r < 0)
		return r;
	n = blob_read_all(&image->layout, &image->config_blob, &text, why);
	if (n < 0)
		return (int)n;
	image->config = parse(text, n, "the configuration", why);
	return image->config ? 0 : -EBADMSG;
}

char *image_split_ref(char *ref)
{
	char *colon = strrchr(ref, ':');

	if (!colon || strchr(colon, '/'))
		return NULL;
	*colon = '\0';
	return colon + 1;
}

int image_open(struct image *image, char *ref, struct why *why)
{
	const char *tag = image_split_ref(ref);
	json_t *manifest = NULL;
	int r;

	*image = (struct image){ .layout.fd = -1 };
	r = layout_open(&image->layout, ref, why);
	if (r == 0)
		r = find_manifest(image, tag, &manifest, why);
	if (r == 0)
		r = load_config(image, manifest, why);
	if (r == 0)
		r = load_layers(image, manifest, why);
	json_decref(manifest);
	return r;
}

void image_release(struct image *image)
{
	json_decref(image->config);
	free(image->layers);
	layout_release(&image->layout);
	*image = (struct image){ .layout.fd = -1 };
}

json_t *image_config_list(const struct image *image, const char *key)
{
	return json_object_get(json_object_get(image->config, "config"), key);
}

const char *image_config_string(const struct image *image, const char *key)
{
	return json_string_value(image_config_list(image, key));
}
