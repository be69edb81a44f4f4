/* SPDX-License-Identifier: MIT */
/*
 * fuzz_layer.c - any bytes at all, as a layer
 *
 * Usage:  make fuzz FUZZ=layer SECONDS=600
 *
 * The first byte says how the layer is packed and in which form it is put into
 * a folder; the others are the layer.  Besides what the sanitizers see, this is
 * checked each time: the folder beside it is as before.  What it looks for are
 * ways out of a folder, so do not run it as root.
 *
 * Parts:  labs/10-image
 * Libs:   archive zstd z sodium jansson
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "target.h"
#include "userns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The folders of one run: DIR/root is filled, DIR/outside must stay empty. */
static char dir[] = "/dev/shm/fuzz-layer-XXXXXX";

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_layer: %s\n", what);
	abort();
}

static void remove_dir(void)
{
	char path[WALK_NAME_MAX] = ".";
	auto_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)walk_empty(fd, NULL, NULL, path);
	(void)rmdir(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(userns_become_root() >= 0, "a folder that nobody may enter is to "
					"be removed: needs a user namespace");
	must(sodium_init() >= 0, "libsodium");
	must(mkdtemp(dir) != NULL, "cannot make a folder");
	must(chdir(dir) == 0 && mkdir("outside", 0700) == 0, "folders");
	atexit(remove_dir);
	return 0;
}

struct bytes {
	const uint8_t *at;
	size_t left;
};

static ssize_t read_bytes(void *from, void *buf, size_t size, struct why *why)
{
	struct bytes *bytes = from;
	size_t n = bytes->left < size ? bytes->left : size;

	(void)why;
	memcpy(buf, bytes->at, n);
	bytes->at += n;
	bytes->left -= n;
	return (ssize_t)n;
}

static int apply(struct bytes *bytes, unsigned choice, int rootfd,
		 struct why *why)
{
	struct target_options options = { .follow_links = choice & 8 };
	struct budget budget = { 1 << 20, 64, 200 };
	const struct layer_source source = {
		.read = read_bytes,
		.from = bytes,
		.packing = choice % 3,
	};
	struct target target;
	struct layer layer;
	int r = ids_init(&options.ids);

	if (r < 0)
		return r;
	r = layer_open(&layer, &source, &budget, why);
	target_init(&target, rootfd, choice & 4 ? TARGET_OVERLAY : TARGET_FLAT,
		    &options, why);
	if (r == 0)
		r = target_add_layer(&target, &layer);
	target_release(&target);
	layer_release(&layer);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data + 1, size - 1 };
	char path[WALK_NAME_MAX] = "root";
	struct why why = { "" };
	struct stat st;
	auto_close int rootfd = -1;
	int r;

	if (size < 1)
		return -1;
	must(mkdir("root", 0755) == 0, "cannot make the root");
	rootfd = open("root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(rootfd >= 0, "cannot open the root");
	r = apply(&bytes, data[0], rootfd, &why);
	must(r <= 0, "a result above 0");
	must(r == 0 || why.text[0] || r == -ENOMEM,
	     "an error without a reason");
	must(stat("outside", &st) == 0 && st.st_nlink == 2 &&
		     (st.st_mode & 07777) == 0700,
	     "something outside has changed");
	must(rmdir("outside") == 0 && mkdir("outside", 0700) == 0,
	     "something outside is new");
	must(walk_remove(AT_FDCWD, "root", NULL, NULL, path) == 0,
	     "the root cannot be removed");
	return 0;
}
