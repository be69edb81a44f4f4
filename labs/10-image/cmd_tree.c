/* SPDX-License-Identifier: MIT */
/*
 * cmd_tree.c - oci tree: one number for all that is in a folder or an image
 *
 * An image is unpacked for this into a folder that is then removed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "commands.h"
#include "listing.h"
#include "scratch.h"

static int show(struct options *options, int rootfd)
{
	struct digest digest;
	struct tree tree;
	int r = tree_read(&tree, rootfd, &options->why);

	if (r == 0 && options->list)
		r = tree_print(&tree, stdout);
	if (r == 0 && !options->list)
		r = tree_digest_of(&tree, &digest);
	if (r == 0 && !options->list)
		puts(digest.text);
	tree_release(&tree);
	return r;
}

static int show_image(struct options *options, struct image *image)
{
	auto_free char *beside = NULL;
	const char *tmp = getenv("TMPDIR");
	struct scratch scratch;
	int r;

	if (asprintf(&beside, "%s/tree", tmp && *tmp ? tmp : "/tmp") < 0)
		return -ENOMEM;
	r = scratch_init(&scratch, beside, &options->why);
	if (r == 0)
		r = unpack_into(&options->unpacking, image, scratch.treefd);
	if (r == 0) {
		unpacking_told(&options->unpacking);
		r = show(options, scratch.treefd);
	}
	scratch_release(&scratch);
	return r;
}

/* A folder with an index.json is an image; any other is a tree. */
static bool is_tree(const char *path)
{
	auto_free char *index = NULL;
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	       asprintf(&index, "%s/oci-layout", path) > 0 &&
	       access(index, F_OK) < 0;
}

int cmd_tree(struct options *options, char **argv)
{
	struct image image;
	int r;

	if (is_tree(argv[0])) {
		auto_close int fd =
			open(argv[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			return why_set(&options->why, -errno, NULL,
				       "cannot open '%s'", argv[0]);
		return show(options, fd);
	}
	r = image_open(&image, argv[0], &options->why);
	if (r == 0)
		r = show_image(options, &image);
	image_release(&image);
	return r;
}
