/* SPDX-License-Identifier: MIT */
/*
 * bundle.c - a folder for a container runtime
 *
 * Libs:   jansson
 */
#include "bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "scratch.h"

/* A colon in a path would end it: overlayfs.rst, "Multiple lower layers". */
static int append_escaped(FILE *to, const char *path)
{
	for (; *path; path++) {
		if (*path == ':' || *path == '\\' || *path == ',')
			fputc('\\', to);
		fputc(*path, to);
	}
	return ferror(to) ? -ENOMEM : 0;
}

static int list_lower(const struct store *store, char **ret)
{
	size_t size;
	FILE *to = open_memstream(ret, &size);
	bool first = true;
	int r = to ? 0 : -ENOMEM;

	for (size_t i = store->nlayers; r == 0 && i-- > 0;) {
		const char *path = store_layer(store, i);

		if (!path)
			continue;
		if (!first)
			fputc(':', to);
		first = false;
		r = append_escaped(to, path);
	}
	if (to && fclose(to) != 0 && r == 0)
		r = -ENOMEM;
	return r;
}

static int note_overlay(json_t *config, const struct store *store)
{
	json_t *notes = json_object_get(config, "annotations");
	auto_free char *lower = NULL;
	bool user = store_uses_user_marks(store);
	int r = list_lower(store, &lower);

	if (r < 0)
		return r;
	json_object_set_new(notes, BUNDLE_LOWERDIR, json_string(lower));
	json_object_set_new(notes, BUNDLE_OPTIONS,
			    json_string(user ? "userxattr" : ""));
	return 0;
}

static int find_user(const struct image *image, const struct store *store,
		     struct bundle_user *ret, struct why *why)
{
	auto_free char *passwd = store_read(store, "etc/passwd");
	auto_free char *group = store_read(store, "etc/group");
	const char *spec = image_config_string(image, "User");
	int r = user_find(spec ? spec : "", passwd, group, ret);

	if (r == -ENOENT)
		return why_set(why, -EBADMSG,
			       "give a number, or add the user to the image",
			       "the image's user '%s' is not in its own "
			       "/etc/passwd or /etc/group",
			       spec);
	return r;
}

static int write_json(int dirfd, const json_t *config, struct why *why)
{
	auto_free char *text = json_dumps(config, JSON_INDENT(2));
	auto_close int fd =
		openat(dirfd, "config.json",
		       O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int r = fd < 0 ? -errno : 0;

	if (!text)
		r = -ENOMEM;
	if (r == 0)
		r = write_all(fd, text, strlen(text));
	if (r == 0)
		r = write_all(fd, "\n", 1);
	return r < 0 ? why_set(why, r, NULL, "cannot write config.json") : 0;
}

static int write_bundle(const char *dir, const json_t *config, struct why *why)
{
	struct scratch scratch;
	int r = scratch_init(&scratch, dir, why);

	if (r == 0)
		r = write_json(scratch.treefd, config, why);
	if (r == 0 && mkdirat(scratch.treefd, "rootfs", 0755) < 0)
		r = why_set(why, -errno, NULL, "cannot make rootfs");
	if (r == 0)
		r = scratch_keep(&scratch, why);
	scratch_release(&scratch);
	return r;
}

int bundle_make(const char *dir, const struct image *image,
		const struct store *store, const struct bundle_owner *owner,
		struct why *why)
{
	struct bundle_user user;
	json_t *config;
	int r = find_user(image, store, &user, why);

	if (r < 0)
		return r;
	config = runtime_config(image, &user, owner, why);
	if (!config)
		return -EBADMSG;
	r = note_overlay(config, store);
	if (r == 0)
		r = write_bundle(dir, config, why);
	json_decref(config);
	return r;
}
