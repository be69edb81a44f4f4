/* SPDX-License-Identifier: MIT */
/*
 * layout.h - an OCI image layout: a store of blobs, named by their digests
 *
 *	oci-layout		{"imageLayoutVersion": "1.0.0"}
 *	index.json		which manifests there are, and their tags
 *	blobs/sha256/HEX	manifests, configurations, layers
 *
 * It is a folder, or a tar archive of one, as "podman save --format
 * oci-archive" writes it.  Nothing in it is trusted but what has the digest
 * that was asked for.
 *
 * See: OCI image specification, image-layout.md.
 */
#ifndef OCI_LAYOUT_H
#define OCI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "digest.h"
#include "why.h"

enum { JSON_MAX_BYTES = 4 << 20 }; /* no manifest or configuration is larger */

/* What points to a blob: descriptor.md, "Properties". */
struct descriptor {
	char media_type[96];
	struct digest digest;
	uint64_t size_bytes;
};

struct layout {
	const char *path; /* for messages; borrowed */
	int fd;		  /* owned; the folder or the archive */
	bool is_archive;
};

/* A blob that is being read; its bytes are summed up as they pass. */
struct blob {
	struct descriptor want;
	struct archive *archive; /* owned; where the layout is an archive */
	int fd;			 /* owned; where it is a folder; or -1 */
	struct hash hash;
	uint64_t got_bytes;
	bool checked;
};

/**
 * layout_open() - open a layout
 * @layout: to be given to layout_release(), also after an error
 * @path: a folder or a tar archive; borrowed for as long as @layout lives
 * @why: receives the reason
 *
 * Return: 0.
 * Errors: -EBADMSG it is no layout, or of another version; those of open(2).
 */
int layout_open(struct layout *layout, const char *path, struct why *why);

void layout_release(struct layout *layout);

/**
 * layout_read() - read one of the small files that have no digest
 * @layout: an open layout
 * @name: "oci-layout" or "index.json"
 * @ret_text: receives the text, NUL-terminated; the caller frees it
 * @why: receives the reason
 *
 * Return: bytes read.
 * Errors: -ENOENT; -EFBIG; those of read(2).
 */
ssize_t layout_read(const struct layout *layout, const char *name,
		    char **ret_text, struct why *why);

/**
 * blob_open() - begin to read a blob
 * @blob: to be given to blob_release(), also after an error
 * @layout: an open layout; borrowed during the call only
 * @want: digest and size that it must have
 * @why: receives the reason
 *
 * Return: 0.
 * Errors: -ENOENT it is not there; -EBADMSG it is no regular file.
 */
int blob_open(struct blob *blob, const struct layout *layout,
	      const struct descriptor *want, struct why *why);

/**
 * blob_read() - the next bytes of a blob
 * @blob: an open blob
 * @buf: receives them
 * @size: bytes at @buf
 * @why: receives the reason
 *
 * What it hands out is not yet proved: only the return of 0 says that all
 * the bytes were those that the digest names.  Who acts on them before must be
 * able to take it back.
 *
 * Return: how many, or 0 at the end, if size and digest are right.
 * Errors: -EBADMSG they are not; those of read(2).
 */
ssize_t blob_read(struct blob *blob, void *buf, size_t size, struct why *why);

/**
 * blob_read_all() - a whole small blob, checked
 * @layout: an open layout
 * @want: digest and size
 * @ret_text: receives it, NUL-terminated; the caller frees it
 * @why: receives the reason
 *
 * Return: how many bytes.
 * Errors: -EFBIG more than JSON_MAX_BYTES; those of the above.
 */
ssize_t blob_read_all(const struct layout *layout,
		      const struct descriptor *want, char **ret_text,
		      struct why *why);

void blob_release(struct blob *blob);

#endif /* OCI_LAYOUT_H */
