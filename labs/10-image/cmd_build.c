/* SPDX-License-Identifier: MIT */
/*
 * cmd_build.c - oci build and oci add: folders become images
 *
 * Libs:   jansson
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "commands.h"
#include "diff.h"
#include "pack.h"
#include "scratch.h"

static int open_dir(const char *path, struct why *why)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? why_set(why, -errno, NULL, "cannot open folder '%s'",
				path)
		      : fd;
}

static void note_history(json_t *config, const char *what)
{
	json_t *history = json_object_get(config, "history");

	if (!history) {
		history = json_array();
		json_object_set_new(config, "history", history);
	}
	json_array_append_new(history, json_pack("{s:s}", "created_by", what));
}

/* ---- build ---------------------------------------------------------------------- */

static json_t *new_config(const struct options *options, char **command)
{
	json_t *args = json_array();
	json_t *env = json_array();
	json_t *inner = json_object();
	json_t *config;

	for (; *command; command++)
		json_array_append_new(args, json_string(*command));
	for (size_t i = 0; i < options->nenv; i++)
		json_array_append_new(env, json_string(options->env[i]));
	if (json_array_size(args) > 0)
		json_object_set(inner, "Cmd", args);
	if (options->nenv > 0)
		json_object_set(inner, "Env", env);
	if (options->user)
		json_object_set_new(inner, "User", json_string(options->user));
	if (options->workdir)
		json_object_set_new(inner, "WorkingDir",
				    json_string(options->workdir));
	config = json_pack("{s:s,s:s,s:o}", "architecture", "amd64", "os",
			   "linux", "config", inner);
	json_decref(args);
	json_decref(env);
	note_history(config, "oci build");
	return config;
}

static int pack_tree(struct pack *pack, const struct tree *tree, bool root_owns)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < tree->count; i++) {
		if (root_owns)
			tree->entries[i].st.st_uid =
				tree->entries[i].st.st_gid = 0;
		r = pack_add(pack, tree, &tree->entries[i]);
	}
	return r;
}

static int build_layer(struct options *options, int rootfd,
		       const struct maker *maker, struct image_layer *ret)
{
	struct pack pack = { .fd = -1 };
	struct tree tree;
	int r = tree_read(&tree, rootfd, &options->why);

	if (r == 0)
		r = pack_init(&pack, maker->blobsfd, rootfd, options->packing,
			      &options->why);
	if (r == 0)
		r = pack_tree(&pack, &tree, options->root_owns);
	if (r == 0)
		r = pack_end(&pack, ret);
	pack_release(&pack);
	tree_release(&tree);
	return r;
}

int cmd_build(struct options *options, char **argv)
{
	const char *tag = image_split_ref(argv[1]);
	auto_close int rootfd = open_dir(argv[0], &options->why);
	json_t *config = new_config(options, argv + 2);
	struct image_layer layer;
	struct digest digest;
	struct maker maker;
	int r = rootfd;

	if (r >= 0)
		r = maker_init(&maker, argv[1], &options->why);
	if (r == 0) {
		r = build_layer(options, rootfd, &maker, &layer);
		if (r == 0)
			r = maker_put_image(&maker, config, &layer, 1,
					    tag ? tag : "latest", &digest,
					    &options->why);
		maker_release(&maker);
	}
	if (r == 0)
		puts(digest.text);
	json_decref(config);
	return r;
}

/* ---- add ------------------------------------------------------------------------- */

/* What the image has is unpacked, to be compared with what the folder has. */
static int read_old(struct options *options, const struct image *image,
		    const char *beside, struct tree *ret)
{
	struct scratch scratch;
	int r = scratch_init(&scratch, beside, &options->why);

	*ret = (struct tree){ 0 };
	if (r == 0)
		r = unpack_into(&options->unpacking, image, scratch.treefd);
	if (r == 0)
		r = tree_read(ret, scratch.treefd, &options->why);
	scratch_release(&scratch);
	return r;
}

static int pack_diff(struct pack *pack, const struct tree *old,
		     struct tree *new)
{
	int r = diff_mark(old, new);

	for (size_t i = 0; r == 0 && i < new->count; i++) {
		if (new->entries[i].changed)
			r = pack_add(pack, new, &new->entries[i]);
	}
	for (size_t i = 0; r == 0 && i < old->count; i++) {
		if (diff_is_removed(old, new, i))
			r = pack_whiteout(pack, old->entries[i].path);
	}
	return r;
}

static int add_layer(struct options *options, const struct image *image,
		     const char *dir, const struct maker *maker,
		     struct image_layer *ret)
{
	auto_close int rootfd = open_dir(dir, &options->why);
	struct pack pack = { .fd = -1 };
	struct tree old = { 0 };
	struct tree new = { 0 };
	int r = rootfd < 0 ? rootfd : read_old(options, image, dir, &old);

	if (r == 0)
		r = tree_read(&new, rootfd, &options->why);
	if (r == 0)
		r = pack_init(&pack, maker->blobsfd, rootfd, options->packing,
			      &options->why);
	if (r == 0)
		r = pack_diff(&pack, &old, &new);
	if (r == 0)
		r = pack_end(&pack, ret);
	pack_release(&pack);
	tree_release(&old);
	tree_release(&new);
	return r;
}

int cmd_add(struct options *options, char **argv)
{
	auto_free struct image_layer *layers = NULL;
	struct digest digest;
	struct maker maker = { -1, -1 };
	struct image image;
	int r = image_open(&image, argv[0], &options->why);

	if (r == 0)
		r = maker_init(&maker, argv[0], &options->why);
	if (r == 0) {
		layers = calloc(image.nlayers + 1, sizeof(*layers));
		r = layers ? 0 : -ENOMEM;
	}
	if (r == 0) {
		memcpy(layers, image.layers, image.nlayers * sizeof(*layers));
		r = add_layer(options, &image, argv[1], &maker,
			      &layers[image.nlayers]);
	}
	if (r == 0) {
		note_history(image.config, "oci add");
		r = maker_put_image(&maker, image.config, layers,
				    image.nlayers + 1, argv[2], &digest,
				    &options->why);
	}
	if (r == 0)
		puts(digest.text);
	maker_release(&maker);
	image_release(&image);
	return r;
}
