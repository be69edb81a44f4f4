/* SPDX-License-Identifier: MIT */
/*
 * maker.c - the JSON of an image, and the index that leads to it
 *
 * Keys are sorted and there are no blanks, so that the same content has the
 * same digest.
 *
 * Libs:   jansson
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "pack.h"

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define CONFIG_TYPE   "application/vnd.oci.image.config.v1+json"
#define INDEX_TYPE    "application/vnd.oci.image.index.v1+json"
#define REF_NAME      "org.opencontainers.image.ref.name"

/* ---- files ---------------------------------------------------------------------- */

static int write_as(int dirfd, const char *name, const char *text)
{
	auto_close int fd = openat(
		dirfd, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

	return fd < 0 ? -errno : write_all(fd, text, strlen(text));
}

/* Whoever reads it meanwhile sees the old one or the new one. */
static int replace(int dirfd, const char *name, const char *text)
{
	char temporary[160];
	int r;

	snprintf(temporary, sizeof(temporary), "%s.new", name);
	r = write_as(dirfd, temporary, text);
	if (r == 0 && renameat(dirfd, temporary, dirfd, name) < 0)
		r = -errno;
	return r;
}

int maker_init(struct maker *maker, const char *path, struct why *why)
{
	int r = 0;

	*maker = (struct maker){ .fd = -1, .blobsfd = -1 };
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return why_set(why, -errno, NULL, "cannot make '%s'", path);
	maker->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (maker->fd < 0)
		return why_set(why, -errno,
			       "an image that is written to is a folder",
			       "cannot open '%s'", path);
	/* One writer at a time; the lock goes with the descriptor. */
	if (flock(maker->fd, LOCK_EX) < 0)
		return -errno;
	if ((mkdirat(maker->fd, "blobs", 0755) < 0 && errno != EEXIST) ||
	    (mkdirat(maker->fd, "blobs/sha256", 0755) < 0 && errno != EEXIST))
		return why_set(why, -errno, NULL, "cannot make '%s/blobs'",
			       path);
	maker->blobsfd = openat(maker->fd, "blobs/sha256",
				O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (maker->blobsfd < 0)
		return -errno;
	if (faccessat(maker->fd, "oci-layout", F_OK, 0) < 0)
		r = write_as(maker->fd, "oci-layout",
			     "{\"imageLayoutVersion\":\"1.0.0\"}");
	return r < 0 ? why_set(why, r, NULL, "cannot write to '%s'", path) : 0;
}

void maker_release(struct maker *maker)
{
	if (maker->blobsfd >= 0)
		(void)close(maker->blobsfd);
	if (maker->fd >= 0)
		(void)close(maker->fd);
	*maker = (struct maker){ .fd = -1, .blobsfd = -1 };
}

/* ---- blobs ----------------------------------------------------------------------- */

static json_t *descriptor_json(const struct descriptor *from)
{
	return json_pack("{s:s,s:s,s:I}", "mediaType", from->media_type,
			 "digest", from->digest.text, "size",
			 (json_int_t)from->size_bytes);
}

static int put_json(struct maker *maker, const json_t *json, const char *type,
		    struct descriptor *ret)
{
	auto_free char *text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
	struct hash hash;

	if (!text)
		return -ENOMEM;
	hash_init(&hash);
	hash_add(&hash, text, strlen(text));
	*ret = (struct descriptor){ .size_bytes = strlen(text) };
	hash_end(&hash, &ret->digest);
	snprintf(ret->media_type, sizeof(ret->media_type), "%s", type);
	return replace(maker->blobsfd, digest_hex(&ret->digest), text);
}

static json_t *layer_list(const struct image_layer *layers, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, descriptor_json(&layers[i].blob));
	return list;
}

static void set_rootfs(json_t *config, const struct image_layer *layers,
		       size_t n)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(ids, json_string(layers[i].diff_id.text));
	json_object_set_new(
		config, "rootfs",
		json_pack("{s:s,s:o}", "type", "layers", "diff_ids", ids));
}

/* ---- the index -------------------------------------------------------------------- */

static const char *tag_of(const json_t *entry)
{
	const char *tag = json_string_value(json_object_get(
		json_object_get(entry, "annotations"), REF_NAME));

	return tag ? tag : "";
}

static json_t *load_index(const struct maker *maker)
{
	auto_close int fd =
		openat(maker->fd, "index.json", O_RDONLY | O_CLOEXEC);
	json_t *index = fd < 0 ? NULL : json_loadfd(fd, 0, NULL);

	if (json_is_array(json_object_get(index, "manifests")))
		return index;
	json_decref(index);
	return json_pack("{s:i,s:s,s:[]}", "schemaVersion", 2, "mediaType",
			 INDEX_TYPE, "manifests");
}

/* Sorted by tag: the order of building must not show. */
static int set_tag(struct maker *maker, const struct descriptor *manifest,
		   const char *tag)
{
	auto_free char *text = NULL;
	json_t *index = load_index(maker);
	json_t *list = json_object_get(index, "manifests");
	json_t *entry = descriptor_json(manifest);
	size_t at = 0;

	json_object_set_new(entry, "annotations",
			    json_pack("{s:s}", REF_NAME, tag));
	while (at < json_array_size(list)) {
		int order = strcmp(tag_of(json_array_get(list, at)), tag);

		if (order > 0)
			break;
		if (order == 0)
			json_array_remove(list, at);
		else
			at++;
	}
	json_array_insert_new(list, at, entry);
	text = json_dumps(index, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(index);
	return text ? replace(maker->fd, "index.json", text) : -ENOMEM;
}

int maker_put_image(struct maker *maker, json_t *config,
		    const struct image_layer *layers, size_t n, const char *tag,
		    struct digest *ret, struct why *why)
{
	struct descriptor config_blob;
	struct descriptor manifest_blob;
	json_t *manifest = NULL;
	int r;

	set_rootfs(config, layers, n);
	r = put_json(maker, config, CONFIG_TYPE, &config_blob);
	if (r == 0) {
		manifest = json_pack("{s:i,s:s,s:o,s:o}", "schemaVersion", 2,
				     "mediaType", MANIFEST_TYPE, "config",
				     descriptor_json(&config_blob), "layers",
				     layer_list(layers, n));
		r = put_json(maker, manifest, MANIFEST_TYPE, &manifest_blob);
	}
	json_decref(manifest);
	if (r == 0)
		r = set_tag(maker, &manifest_blob, tag);
	if (r < 0)
		return why_set(why, r, NULL, "cannot write the image");
	*ret = manifest_blob.digest;
	return 0;
}
