/* SPDX-License-Identifier: MIT */
/*
 * target.c - entry by entry: is its name one that may be, and what is it?
 *
 * Libs:   archive zstd z jansson
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"

void target_init(struct target *target, int rootfd, enum target_form form,
		 const struct target_options *options, struct why *why)
{
	*target = (struct target){
		.rootfd = rootfd,
		.form = form,
		.options = options,
		.why = why,
		.implied = json_object(),
	};
	json_object_set_new(target->implied, ".", json_true());
}

void target_release(struct target *target)
{
	json_decref(target->placed);
	json_decref(target->implied);
	for (size_t i = 0; i < target->ntimes; i++)
		free(target->times[i].name);
	free(target->times);
	target->placed = target->implied = NULL;
	target->times = NULL;
	target->ntimes = target->room = 0;
}

/* ---- the folder above ---------------------------------------------------------- */

/* A folder that the layer does not mention.  What was removed by a whiteout of
 * this layer, and is now there again, is a new one.  Return: 1 if it was made
 * and may be like one of a lower layer, 0, or -errno. */
static int make_folder(struct target *target, int dirfd, const char *name)
{
	bool again =
		target->form == TARGET_OVERLAY && whiteout_found(dirfd, name);
	auto_close int fd = -1;

	if (again && unlinkat(dirfd, name, 0) < 0)
		return -errno;
	if (mkdirat(dirfd, name, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	if (!again)
		return 1;
	fd = openat(dirfd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Nothing below is hidden half: it has no lower one to be like. */
	return whiteout_mark(target, fd);
}

static int make_parents(struct target *target, char *path)
{
	char *slash = path;
	int r = 0;

	while (r == 0 && slash) {
		auto_close int fd = -1;
		char *start = slash == path ? path : slash + 1;

		if (start != path)
			*slash = '\0';
		fd = walk_open(target->rootfd, start == path ? "." : path,
			       O_PATH | O_DIRECTORY,
			       target->options->follow_links);
		if (start != path)
			*slash = '/';
		if (fd < 0)
			return fd;
		slash = strchr(start, '/');
		if (slash)
			*slash = '\0';
		r = make_folder(target, fd, start);
		if (r == 1)
			r = json_object_set_new_nocheck(target->implied, path,
							json_true());
		if (slash)
			*slash = '/';
	}
	return r;
}

static int why_no_parent(struct target *target, int r, const char *path)
{
	if (r == -ELOOP)
		return why_set(target->why, -EBADMSG,
			       "if you trust it: --follow-links resolves it "
			       "within the root",
			       "its name goes through a symbolic link, '%s'",
			       path);
	if (r == -EXDEV || r == -ENOTDIR)
		return why_set(target->why, -EBADMSG, NULL,
			       "its name goes through '%s', which is no folder",
			       path);
	return why_set(target->why, r, NULL, "cannot open the folder '%s'",
		       path);
}

int target_parent(struct target *target, const char *name, int *ret_fd)
{
	auto_free char *path = strdup(name);
	bool follow = target->options->follow_links;
	char *slash;
	int fd;
	int r;

	if (!path)
		return -ENOMEM;
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	else
		strcpy(path, ".");
	fd = walk_open(target->rootfd, path, O_PATH | O_DIRECTORY, follow);
	if (fd == -ENOENT ||
	    (fd == -ENOTDIR && target->form == TARGET_OVERLAY)) {
		r = make_parents(target, path);
		fd = r < 0 ? r
			   : walk_open(target->rootfd, path,
				       O_PATH | O_DIRECTORY, follow);
	}
	if (fd < 0)
		return why_no_parent(target, fd, path);
	*ret_fd = fd;
	return 0;
}

/* ---- one entry ------------------------------------------------------------------ */

static int note_placed(struct placing *placing)
{
	(void)json_object_del(placing->target->implied, placing->name);
	/* Names are bytes: jansson's check for UTF-8 is left out. */
	return json_object_set_new_nocheck(placing->target->placed,
					   placing->name, json_true()) < 0
		       ? -ENOMEM
		       : 0;
}

static int add_entry(struct placing *placing)
{
	struct target *target = placing->target;
	const char *wrong;
	int r;

	wrong = walk_clean(archive_entry_pathname(placing->entry),
			   placing->name, sizeof(placing->name));
	if (wrong)
		return why_set(target->why, -EBADMSG,
			       "do not use this image: it was made to write "
			       "outside its root",
			       "%s", wrong);
	placing->base = strrchr(placing->name, '/');
	placing->base = placing->base ? placing->base + 1 : placing->name;
	r = target_parent(target, placing->name, &placing->dirfd);
	if (r < 0)
		return r;
	if (whiteout_is(placing->base))
		return whiteout_apply(placing);
	r = place_entry(placing);
	return r < 0 ? r : note_placed(placing);
}

/* A name for a message: no newline or escape sequence of the archive's gets to
 * the user's terminal. */
static const char *printable(const char *name, char *buf, size_t size)
{
	size_t i;

	for (i = 0; name && name[i] && i + 1 < size; i++)
		buf[i] = name[i] < ' ' || name[i] > '~' ? '?' : name[i];
	buf[i] = '\0';
	return buf;
}

/* ---- one layer ------------------------------------------------------------------ */

static int set_times(struct target *target)
{
	while (target->ntimes > 0) {
		struct folder_time *at = &target->times[--target->ntimes];
		const struct timespec times[2] = { at->time, at->time };
		auto_close int fd = walk_open(target->rootfd, at->name,
					      O_RDONLY | O_DIRECTORY, false);

		/* It may have been replaced by an entry that came later. */
		if (fd >= 0 && futimens(fd, times) < 0)
			return why_set(target->why, -errno, NULL,
				       "cannot set the time of '%s'", at->name);
		free(at->name);
	}
	return 0;
}

int target_add_layer(struct target *target, struct layer *layer)
{
	auto_free struct placing *placing = calloc(1, sizeof(*placing));
	struct archive_entry *entry;
	char shown[256];
	int r;

	json_decref(target->placed);
	target->placed = json_object();
	if (!placing || !target->placed)
		return -ENOMEM;
	while ((r = layer_next(layer, &entry)) > 0) {
		placing->target = target;
		placing->layer = layer;
		placing->entry = entry;
		placing->dirfd = -1;
		r = add_entry(placing);
		if (placing->dirfd >= 0)
			(void)close(placing->dirfd);
		if (r < 0)
			return why_within(
				target->why, r, "entry '%s'",
				printable(archive_entry_pathname(entry), shown,
					  sizeof(shown)));
	}
	return r < 0 ? r : set_times(target);
}
