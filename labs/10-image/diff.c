/* SPDX-License-Identifier: MIT */
#include "diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

static const char *link_of(const struct tree *tree,
			   const struct tree_entry *entry)
{
	return entry->link ? tree->entries[entry->link - 1].path : "";
}

static bool differs(const struct tree *old, const struct tree *new,
		    const struct tree_entry *entry)
{
	const struct tree_entry *before = tree_find(old, entry->path);

	return !before || strcmp(before->text, entry->text) != 0 ||
	       strcmp(link_of(old, before), link_of(new, entry)) != 0;
}

static struct tree_entry *first_name(struct tree *tree, size_t i)
{
	size_t link = tree->entries[i].link;

	return &tree->entries[link ? link - 1 : i];
}

/* The path of the folder that something is in, "." for the root's. */
static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
}

static int mark_folders(struct tree *tree, const char *path)
{
	auto_free char *at = parent_of(path);

	while (at) {
		struct tree_entry *folder =
			(struct tree_entry *)(uintptr_t)tree_find(tree, at);
		char *above;

		if (!folder || !S_ISDIR(folder->st.st_mode))
			return 0;
		folder->changed = true;
		if (strcmp(at, ".") == 0)
			return 0;
		above = parent_of(at);
		free(at);
		at = above;
	}
	return -ENOMEM;
}

bool diff_is_removed(const struct tree *old, const struct tree *new, size_t i)
{
	const struct tree_entry *parent;
	auto_free char *above = parent_of(old->entries[i].path);

	if (!above || tree_find(new, old->entries[i].path))
		return false;
	parent = tree_find(new, above);
	return parent && S_ISDIR(parent->st.st_mode);
}

int diff_mark(const struct tree *old, struct tree *new)
{
	int r = 0;

	for (size_t i = 0; i < new->count; i++) {
		if (differs(old, new, &new->entries[i]))
			new->entries[i].changed = first_name(new, i)->changed =
				true;
	}
	for (size_t i = 0; r == 0 && i < new->count; i++) {
		if (first_name(new, i)->changed)
			new->entries[i].changed = true;
		if (new->entries[i].changed && i > 0)
			r = mark_folders(new, new->entries[i].path);
	}
	for (size_t i = 0; r == 0 && i < old->count; i++) {
		if (diff_is_removed(old, new, i))
			r = mark_folders(new, old->entries[i].path);
	}
	return r;
}
