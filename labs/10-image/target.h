/* SPDX-License-Identifier: MIT */
/*
 * target.h - a folder that layers are put into
 *
 * In one of two forms:
 *
 *	flat	all layers one after the other into one folder; a whiteout
 *		removes what an earlier layer has put there
 *	overlay	each layer into a folder of its own; a whiteout becomes what
 *		the kernel's overlay takes for one
 *
 * See: OCI image specification, layer.md, "Whiteouts";
 *      Documentation/filesystems/overlayfs.rst, "whiteouts and opaque
 *      directories".
 */
#ifndef OCI_TARGET_H
#define OCI_TARGET_H

#include <jansson.h>
#include <time.h>

#include "ids.h"
#include "layer.h"
#include "walk.h"

enum target_form { TARGET_FLAT, TARGET_OVERLAY };

/* What the user asked for. */
struct target_options {
	struct ids ids;
	bool follow_links; /* a name may pass through a link, within the root */
	bool all_devices;  /* also those that no container needs */
};

/* The time of a folder is set when nothing more is put into it. */
struct folder_time {
	char *name; /* owned */
	struct timespec time;
};

struct target {
	int rootfd; /* borrowed */
	enum target_form form;
	const struct target_options *options; /* borrowed */
	struct why *why;		      /* borrowed */
	json_t *placed;	 /* owned; names that this layer has put there */
	json_t *implied; /* owned; folders that it needs and does not mention */
	struct folder_time *times; /* owned */
	size_t ntimes;
	size_t room; /* for times */

	/* What could not be made as the image has it, without root. */
	unsigned left_out_devices;
	unsigned left_out_xattrs;
};

/* The overlay's marks: root's are "trusted.", others can only be "user.". */
#define OPAQUE_TRUSTED "trusted.overlay.opaque"
#define OPAQUE_USER    "user.overlay.opaque"

/* target_init() - begin; @rootfd, @options and @why are borrowed */
void target_init(struct target *target, int rootfd, enum target_form form,
		 const struct target_options *options, struct why *why);

/**
 * target_add_layer() - put one layer there
 * @target: the folder; on error it is half-made, and the caller removes it
 * @layer: an open layer, at its start
 *
 * Return: 0 when all of it is there and its digests were right.
 * Errors: -EBADMSG it is damaged, or it is hostile; -EDQUOT; those of the
 *         calls that make files.
 */
int target_add_layer(struct target *target, struct layer *layer);

void target_release(struct target *target);

/* ---- between its parts ------------------------------------------------------- */

/* One entry on its way to its place. */
struct placing {
	struct target *target;
	struct layer *layer;
	struct archive_entry *entry;
	char name[WALK_NAME_MAX]; /* clean */
	int dirfd;		  /* owned; the folder it is put into */
	const char *base;	  /* its last part, in @name */
};

/* target_parent() - open the folder that a clean name is in, making what is
 * missing; sets @ret_fd, which the caller closes. Return: 0 or -errno. */
int target_parent(struct target *target, const char *name, int *ret_fd);

/* place_entry() - make the file that an entry is about */
int place_entry(struct placing *placing);

/* whiteout_is() - whether a base name is a whiteout's, of either kind */
bool whiteout_is(const char *base);

/* whiteout_apply() - do what it says */
int whiteout_apply(struct placing *placing);

/* whiteout_mark() - make a folder opaque, in overlay's form */
int whiteout_mark(struct target *target, int folderfd);

/* whiteout_found() - whether a name is a whiteout in overlay's form */
bool whiteout_found(int dirfd, const char *name);

/* attributes_of_fd(), attributes_of_name() - owner, mode, extended attributes
 * and time of what was just made: by descriptor, or where it cannot be opened
 * without side effects */
int attributes_of_fd(struct placing *placing, int fd);
int attributes_of_name(struct placing *placing);

#endif /* OCI_TARGET_H */
