/* SPDX-License-Identifier: MIT */
#include "mount_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sys.h"

enum kind { ATTR, PROPAGATION, BIND, REMOUNT, COPY_UP, IDMAP, NOTHING };

/*
 * Each also exists with an "r" in front, for the whole tree: "rro".  How times
 * of access are kept is one field of several bits, so it is cleared first.
 */
static const struct word {
	const char *name;
	enum kind kind;
	uint64_t set;
	uint64_t clear;
} words[] = {
	{ "ro", ATTR, MOUNT_ATTR_RDONLY, 0 },
	{ "rw", ATTR, 0, MOUNT_ATTR_RDONLY },
	{ "nosuid", ATTR, MOUNT_ATTR_NOSUID, 0 },
	{ "suid", ATTR, 0, MOUNT_ATTR_NOSUID },
	{ "nodev", ATTR, MOUNT_ATTR_NODEV, 0 },
	{ "dev", ATTR, 0, MOUNT_ATTR_NODEV },
	{ "noexec", ATTR, MOUNT_ATTR_NOEXEC, 0 },
	{ "exec", ATTR, 0, MOUNT_ATTR_NOEXEC },
	{ "nodiratime", ATTR, MOUNT_ATTR_NODIRATIME, 0 },
	{ "diratime", ATTR, 0, MOUNT_ATTR_NODIRATIME },
	{ "noatime", ATTR, MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME },
	{ "relatime", ATTR, MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME },
	{ "norelatime", ATTR, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
	{ "strictatime", ATTR, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
	{ "nostrictatime", ATTR, MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME },
	{ "atime", ATTR, MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME },
	{ "nosymfollow", ATTR, MOUNT_ATTR_NOSYMFOLLOW, 0 },
	{ "symfollow", ATTR, 0, MOUNT_ATTR_NOSYMFOLLOW },
	{ "private", PROPAGATION, MS_PRIVATE, 0 },
	{ "shared", PROPAGATION, MS_SHARED, 0 },
	{ "slave", PROPAGATION, MS_SLAVE, 0 },
	{ "unbindable", PROPAGATION, MS_UNBINDABLE, 0 },
	{ "bind", BIND, 0, 0 },
	{ "remount", REMOUNT, 0, 0 },
	{ "tmpcopyup", COPY_UP, 0, 0 },
	{ "idmap", IDMAP, 0, 0 },
	/* What mount(8) knows and the kernel does by itself. */
	{ "defaults", NOTHING, 0, 0 },
	{ "async", NOTHING, 0, 0 },
	{ "nolazytime", NOTHING, 0, 0 },
	{ "loud", NOTHING, 0, 0 },
};
enum { COUNT = sizeof(words) / sizeof(words[0]) };

static const struct word *find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

static void change(struct mount_change *c, const struct word *w)
{
	/* The last word wins: "ro,rw" is rw. */
	c->set = (c->set & ~w->clear) | w->set;
	c->clear = (c->clear & ~(w->set & ~w->clear)) | w->clear;
}

static void apply(struct mount_options *o, const struct word *w, bool tree)
{
	switch (w->kind) {
	case ATTR:
		change(tree ? &o->tree : &o->one, w);
		break;
	case PROPAGATION:
		o->propagation = w->set;
		o->propagation_tree = tree;
		break;
	case BIND:
		o->bind = true;
		o->recursive = tree;
		break;
	case REMOUNT:
		o->remount = true;
		break;
	case COPY_UP:
		o->copy_up = true;
		break;
	case IDMAP:
		o->idmap = true;
		o->idmap_tree = tree;
		break;
	default:
		break;
	}
}

int mount_options_parse(const struct strv *list, struct mount_options *ret)
{
	struct mount_options o = { 0 };
	size_t n = 0;

	o.data = calloc(list->n + 1, sizeof(*o.data));
	if (!o.data)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		const char *name = list->v[i];
		const struct word *w = find(name);
		const struct word *tree =
			!w && name[0] == 'r' ? find(name + 1) : NULL;

		if (w || tree)
			apply(&o, w ? w : tree, !w);
		else if (name[0])
			o.data[n++] = list->v[i];
	}
	*ret = o;
	return 0;
}

void mount_options_release(struct mount_options *options)
{
	free(options->data);
	*options = (struct mount_options){ 0 };
}

const char *mount_options_name(size_t index)
{
	return index < COUNT ? words[index].name : NULL;
}
