/* SPDX-License-Identifier: MIT */
/*
 * layout.c - files of a layout, from a folder or an archive
 *
 * Libs:   archive zstd z
 */
#include "layout.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"

enum { NAME_SIZE = 128, BLOCK_BYTES = 1 << 16 };

/* ---- a file below the folder ---------------------------------------------- */

/* No link is followed, in no part: a layout that somebody else made could lead
 * to any file of ours. */
static int open_below(int dirfd, const char *name)
{
	struct stat st;
	char folder[NAME_SIZE];
	const char *at = name;
	const char *slash;
	auto_close int fd = dup(dirfd);

	while (fd >= 0 && (slash = strchr(at, '/'))) {
		int next;

		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - at), at);
		next = openat(fd, folder,
			      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -errno;
		(void)close(fd);
		fd = next;
		at = slash + 1;
	}
	if (fd >= 0) {
		int file = openat(
			fd, at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

		if (file < 0)
			return -errno;
		(void)close(fd);
		fd = file;
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? steal_fd(&fd) : -EBADMSG;
}

/* ---- an entry of the archive ---------------------------------------------- */

static const char *without_dot(const char *name)
{
	return strncmp(name, "./", 2) == 0 ? name + 2 : name;
}

/*
 * From the archive's start, as it may have come in any order.  Not by
 * archive_read_open_filename(): that knows every format there is, and the
 * program would have to be linked with all of them.
 */
static int seek_entry(int fd, const char *name, struct archive **ret)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int r;

	if (!archive)
		return -ENOMEM;
	archive_read_support_format_tar(archive);
	if (lseek(fd, 0, SEEK_SET) < 0 ||
	    archive_read_open_fd(archive, fd, BLOCK_BYTES) != ARCHIVE_OK) {
		archive_read_free(archive);
		return -EBADMSG;
	}
	while ((r = archive_read_next_header(archive, &entry)) == ARCHIVE_OK ||
	       r == ARCHIVE_WARN) {
		const char *path = archive_entry_pathname(entry);

		if (!path || strcmp(without_dot(path), name) != 0)
			continue;
		if (archive_entry_filetype(entry) != AE_IFREG ||
		    archive_entry_hardlink(entry))
			break;
		*ret = archive;
		return 0;
	}
	archive_read_free(archive);
	return r == ARCHIVE_EOF ? -ENOENT : -EBADMSG;
}

/* Each reader has an offset of its own. */
static int open_again(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return sysret(open(path, O_RDONLY | O_CLOEXEC));
}

static int open_file(struct blob *blob, const struct layout *layout,
		     const char *name)
{
	int fd;

	*blob = (struct blob){ .fd = -1 };
	hash_init(&blob->hash);
	fd = layout->is_archive ? open_again(layout->fd)
				: open_below(layout->fd, name);
	if (fd < 0)
		return fd;
	blob->fd = fd;
	return layout->is_archive ? seek_entry(fd, name, &blob->archive) : 0;
}

static ssize_t read_file(struct blob *blob, void *buf, size_t size)
{
	ssize_t n;

	if (blob->archive) {
		n = archive_read_data(blob->archive, buf, size);
		return n < 0 ? -EBADMSG : n;
	}
	do
		n = read(blob->fd, buf, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* ---- the layout ------------------------------------------------------------ */

static int check_version(const struct layout *layout, struct why *why)
{
	auto_free char *text = NULL;
	const char *version = NULL;
	json_t *json;
	ssize_t n = layout_read(layout, "oci-layout", &text, why);

	if (n < 0)
		return (int)n;
	json = json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES, NULL);
	version =
		json_string_value(json_object_get(json, "imageLayoutVersion"));
	n = version && strcmp(version, "1.0.0") == 0 ? 0 : -EBADMSG;
	json_decref(json);
	if (n < 0)
		why_set(why, -EBADMSG, NULL,
			"'%s' is no image layout of version 1.0.0",
			layout->path);
	return (int)n;
}

int layout_open(struct layout *layout, const char *path, struct why *why)
{
	struct stat st;

	*layout = (struct layout){ .path = path, .fd = -1 };
	layout->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (layout->fd < 0 || fstat(layout->fd, &st) < 0)
		return why_set(why, -errno, NULL, "cannot open image '%s'",
			       path);
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return why_set(why, -EBADMSG, NULL,
			       "'%s' is neither a folder nor an archive", path);
	layout->is_archive = S_ISREG(st.st_mode);
	return check_version(layout, why);
}

void layout_release(struct layout *layout)
{
	if (layout->fd >= 0)
		(void)close(layout->fd);
	layout->fd = -1;
}

/* All of a file that is small, or else -EFBIG. */
static ssize_t slurp(struct blob *blob, char **ret_text)
{
	auto_free char *text = malloc(JSON_MAX_BYTES + 1);
	size_t used = 0;
	ssize_t n;

	if (!text)
		return -ENOMEM;
	while ((n = read_file(blob, text + used, JSON_MAX_BYTES - used)) > 0) {
		hash_add(&blob->hash, text + used, (size_t)n);
		used += (size_t)n;
		if (used == JSON_MAX_BYTES)
			return -EFBIG;
	}
	if (n < 0)
		return n;
	text[used] = '\0';
	*ret_text = text;
	text = NULL;
	return (ssize_t)used;
}

ssize_t layout_read(const struct layout *layout, const char *name,
		    char **ret_text, struct why *why)
{
	struct blob blob;
	ssize_t n = open_file(&blob, layout, name);

	if (n == 0)
		n = slurp(&blob, ret_text);
	blob_release(&blob);
	if (n < 0)
		why_set(why, (int)n,
			"an image is a folder with oci-layout, index.json and "
			"blobs/, or a tar archive of one",
			"cannot read %s of image '%s'", name, layout->path);
	return n;
}

int blob_open(struct blob *blob, const struct layout *layout,
	      const struct descriptor *want, struct why *why)
{
	char name[NAME_SIZE];
	int r;

	snprintf(name, sizeof(name), "blobs/sha256/%s",
		 digest_hex(&want->digest));
	r = open_file(blob, layout, name);
	blob->want = *want;
	if (r < 0)
		return why_set(why, r, "copy the image again",
			       "cannot read blob %s", want->digest.text);
	return 0;
}

static int check_end(struct blob *blob, struct why *why)
{
	struct digest got;

	if (blob->checked)
		return 0;
	if (blob->got_bytes != blob->want.size_bytes)
		return why_set(why, -EBADMSG, "copy the image again",
			       "its size is %ju bytes and should be %ju",
			       (uintmax_t)blob->got_bytes,
			       (uintmax_t)blob->want.size_bytes);
	hash_end(&blob->hash, &got);
	if (!digest_equal(&got, &blob->want.digest))
		return why_set(why, -EBADMSG, "copy the image again",
			       "its bytes have the digest %s", got.text);
	blob->checked = true;
	return 0;
}

ssize_t blob_read(struct blob *blob, void *buf, size_t size, struct why *why)
{
	ssize_t n = read_file(blob, buf, size);

	if (n < 0)
		return why_set(why, (int)n, "copy the image again",
			       "cannot read blob %s", blob->want.digest.text);
	if (n == 0)
		return check_end(blob, why);
	blob->got_bytes += (uint64_t)n;
	if (blob->got_bytes > blob->want.size_bytes)
		return why_set(why, -EBADMSG, "copy the image again",
			       "it is longer than the %ju bytes that it should "
			       "have",
			       (uintmax_t)blob->want.size_bytes);
	hash_add(&blob->hash, buf, (size_t)n);
	return n;
}

ssize_t blob_read_all(const struct layout *layout,
		      const struct descriptor *want, char **ret_text,
		      struct why *why)
{
	auto_free char *text = NULL;
	struct blob blob;
	ssize_t n = blob_open(&blob, layout, want, why);

	if (n == 0)
		n = slurp(&blob, &text);
	if (n >= 0) {
		int r;

		blob.got_bytes = (uint64_t)n;
		r = check_end(&blob, why);
		n = r < 0 ? r : n;
	}
	blob_release(&blob);
	if (n < 0) {
		why_set(why, (int)n, NULL, "cannot read it");
		return why_within(why, (int)n, "blob %s", want->digest.text);
	}
	*ret_text = text;
	text = NULL;
	return n;
}

void blob_release(struct blob *blob)
{
	if (blob->archive)
		archive_read_free(blob->archive);
	if (blob->fd >= 0)
		(void)close(blob->fd);
	blob->archive = NULL;
	blob->fd = -1;
}
