/* SPDX-License-Identifier: MIT */
/*
 * mount_options.h - the words of mounts[].options, sorted out
 *
 * See: OCI runtime specification 1.1, "Mounts", "Linux mount options";
 *      mount_setattr(2).
 */
#ifndef MINIC_MOUNT_OPTIONS_H
#define MINIC_MOUNT_OPTIONS_H

#include "spec.h"

/* What is to be set and cleared: MOUNT_ATTR_..., as mount_setattr(2). */
struct mount_change {
	uint64_t set;
	uint64_t clear;
};

struct mount_options {
	struct mount_change one;  /* of this mount */
	struct mount_change tree; /* of it and all below: "rro" */
	uint64_t propagation;	  /* MS_PRIVATE...; 0: not given */
	bool propagation_tree;	  /* "rprivate" */
	bool bind;
	bool recursive; /* "rbind" */
	bool remount;
	bool copy_up; /* "tmpcopyup" */
	bool idmap;
	bool idmap_tree;
	char **data; /* owned; the file system's own: "size=64k"; ends with NULL */
};

/**
 * mount_options_parse() - sort the words out
 * @words: as configured; borrowed for as long as @ret is used
 * @ret: filled on success, to be given to mount_options_release()
 *
 * A word that is not one of ours belongs to the file system.
 *
 * Return: 0, or -ENOMEM.
 */
int mount_options_parse(const struct strv *words, struct mount_options *ret);

/* mount_options_release() - free it; zeroed is fine */
void mount_options_release(struct mount_options *options);

/* mount_options_name() - the words that are ours, for "features"; NULL: no
 * more */
const char *mount_options_name(size_t index);

#endif /* MINIC_MOUNT_OPTIONS_H */
