/* SPDX-License-Identifier: MIT */
/*
 * pack.c - entries of a tree become a layer
 *
 * Libs:   archive zstd z
 */
#include "pack.h"

#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"

enum { BLOCK_BYTES = 1 << 16, LIST_BYTES = 1 << 16, VALUE_BYTES = 1 << 16 };

/* ---- the two stages ------------------------------------------------------------- */

static la_ssize_t write_blob(struct archive *archive, void *data,
			     const void *bytes, size_t n)
{
	struct pack *pack = data;
	int r = write_all(pack->fd, bytes, n);

	if (r < 0) {
		archive_set_error(archive, -r, "%s", strerror(-r));
		return -1;
	}
	hash_add(&pack->packed, bytes, n);
	pack->size_bytes += n;
	return (la_ssize_t)n;
}

static la_ssize_t write_unpacked(struct archive *archive, void *data,
				 const void *bytes, size_t n)
{
	struct pack *pack = data;

	hash_add(&pack->unpacked, bytes, n);
	if (!pack->packer)
		return write_blob(archive, pack, bytes, n);
	if (archive_write_data(pack->packer, bytes, n) != (la_ssize_t)n) {
		archive_copy_error(archive, pack->packer);
		return -1;
	}
	return (la_ssize_t)n;
}

static int failed(struct pack *pack, struct archive *archive, const char *path)
{
	const char *text = archive_error_string(archive);

	return why_set(pack->why, -EBADMSG, NULL, "cannot write '%s': %s", path,
		       text ? text : "no reason given");
}

static int start_packer(struct pack *pack)
{
	struct archive_entry *entry = archive_entry_new();
	struct archive *packer = archive_write_new();

	pack->packer = packer;
	if (!packer || !entry)
		return -ENOMEM;
	archive_write_set_format_raw(packer);
	if (pack->packing == PACKING_GZIP) {
		archive_write_add_filter_gzip(packer);
		/* The header would have the time of day. */
		archive_write_set_filter_option(packer, "gzip", "timestamp",
						NULL);
	} else {
		archive_write_add_filter_zstd(packer);
	}
	archive_write_set_bytes_in_last_block(packer, 1); /* no padding */
	archive_entry_set_filetype(entry, AE_IFREG);
	if (archive_write_open(packer, pack, NULL, write_blob, NULL) !=
		    ARCHIVE_OK ||
	    archive_write_header(packer, entry) != ARCHIVE_OK) {
		archive_entry_free(entry);
		return failed(pack, packer, "the layer");
	}
	archive_entry_free(entry);
	return 0;
}

static int64_t latest_time(void)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	char *end;
	long long value = text ? strtoll(text, &end, 10) : 0;

	return value > 0 && *end == '\0' ? value : 0;
}

int pack_init(struct pack *pack, int blobsfd, int rootfd, enum packing packing,
	      struct why *why)
{
	int r = 0;

	*pack = (struct pack){
		.why = why,
		.blobsfd = blobsfd,
		.rootfd = rootfd,
		.latest = latest_time(),
		.packing = packing,
	};
	hash_init(&pack->packed);
	hash_init(&pack->unpacked);
	pack->fd = openat(blobsfd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0644);
	if (pack->fd < 0)
		return why_set(why, -errno, NULL, "cannot make a blob");
	pack->tar = archive_write_new();
	if (!pack->tar)
		return -ENOMEM;
	if (packing != PACKING_NONE)
		r = start_packer(pack);
	if (r < 0)
		return r;
	archive_write_set_format_pax_restricted(pack->tar);
	/* Each attribute once: also in libarchive's own way is too much. */
	archive_write_set_format_option(pack->tar, "pax", "xattrheader",
					"SCHILY");
	archive_write_set_bytes_per_block(pack->tar, BLOCK_BYTES);
	archive_write_set_bytes_in_last_block(pack->tar, 1);
	if (archive_write_open(pack->tar, pack, NULL, write_unpacked, NULL) !=
	    ARCHIVE_OK)
		return failed(pack, pack->tar, "the layer");
	return 0;
}

void pack_release(struct pack *pack)
{
	if (pack->tar)
		archive_write_free(pack->tar);
	if (pack->packer)
		archive_write_free(pack->packer);
	if (pack->fd > 0)
		(void)close(pack->fd);
	*pack = (struct pack){ .fd = -1 };
}

/* ---- one entry -------------------------------------------------------------------- */

static void proc_path(const struct pack *pack, const struct tree_entry *from,
		      char *buf, size_t size)
{
	snprintf(buf, size, "/proc/self/fd/%d/%s", pack->rootfd, from->path);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int copy_xattrs(const struct pack *pack, const struct tree_entry *from,
		       struct archive_entry *to)
{
	auto_free char *list = malloc(LIST_BYTES);
	auto_free char *value = malloc(VALUE_BYTES);
	auto_free char **names = calloc(LIST_BYTES / 2, sizeof(*names));
	auto_free char *path = malloc(PATH_MAX + 64);
	size_t count = 0;
	ssize_t n;

	if (!list || !value || !names || !path)
		return -ENOMEM;
	proc_path(pack, from, path, PATH_MAX + 64);
	n = llistxattr(path, list, LIST_BYTES);
	if (n < 0)
		/* cppcheck-suppress memleak ; it is auto_free */
		return errno == EOPNOTSUPP ? 0 : -errno;
	for (char *name = list; name < list + n; name += strlen(name) + 1) {
		if (xattr_is_kept(name))
			names[count++] = name;
	}
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count; i++) {
		n = lgetxattr(path, names[i], value, VALUE_BYTES);
		if (n < 0)
			return -errno;
		archive_entry_xattr_add_entry(to, names[i], value, (size_t)n);
	}
	return 0;
}

static int copy_target(const struct pack *pack, const struct tree_entry *from,
		       struct archive_entry *to)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(pack->rootfd, from->path, target,
			       sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	archive_entry_set_symlink(to, target);
	return 0;
}

static int fill_header(struct pack *pack, const struct tree *tree,
		       const struct tree_entry *from, struct archive_entry *to)
{
	const struct stat *st = &from->st;
	int r = 0;

	archive_entry_set_pathname(
		to, strcmp(from->path, ".") == 0 ? "./" : from->path);
	archive_entry_set_filetype(to, st->st_mode & S_IFMT);
	archive_entry_set_perm(to, st->st_mode & 07777);
	archive_entry_set_uid(to, st->st_uid);
	archive_entry_set_gid(to, st->st_gid);
	archive_entry_set_mtime(
		to, st->st_mtime < pack->latest ? st->st_mtime : pack->latest,
		0);
	archive_entry_set_size(to, 0);
	if (from->link) {
		archive_entry_set_hardlink(to,
					   tree->entries[from->link - 1].path);
		return 0;
	}
	if (S_ISREG(st->st_mode))
		archive_entry_set_size(to, st->st_size);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		archive_entry_set_rdev(to, st->st_rdev);
	if (S_ISLNK(st->st_mode))
		r = copy_target(pack, from, to);
	return r < 0 ? r : copy_xattrs(pack, from, to);
}

static int copy_content(struct pack *pack, const struct tree_entry *from)
{
	auto_free char *block = malloc(BLOCK_BYTES);
	auto_close int fd =
		openat(pack->rootfd, from->path,
		       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	off_t left = from->st.st_size;

	if (!block)
		return -ENOMEM;
	if (fd < 0)
		/* cppcheck-suppress memleak ; it is auto_free */
		return -errno;
	while (left > 0) {
		ssize_t n = read(fd, block, BLOCK_BYTES);

		if (n < 0)
			return -errno;
		if (n == 0 || n > left)
			return why_set(pack->why, -EBADMSG, NULL,
				       "'%s' changed while it was read",
				       from->path);
		if (archive_write_data(pack->tar, block, (size_t)n) != n)
			return failed(pack, pack->tar, from->path);
		left -= n;
	}
	return 0;
}

static int write_header(struct pack *pack, struct archive_entry *entry)
{
	int r = archive_write_header(pack->tar, entry);

	/* A warning: the name is no UTF-8, and the header says so. */
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		return failed(pack, pack->tar, archive_entry_pathname(entry));
	return 0;
}

int pack_add(struct pack *pack, const struct tree *tree,
	     const struct tree_entry *entry)
{
	const char *base = strrchr(entry->path, '/');
	struct archive_entry *header;
	int r;

	if (S_ISSOCK(entry->st.st_mode))
		return 0; /* its process is not in the image either */
	if (strncmp(base ? base + 1 : entry->path, ".wh.", 4) == 0)
		return why_set(pack->why, -EBADMSG, "give it another name",
			       "'%s' would be taken for a whiteout",
			       entry->path);
	header = archive_entry_new();
	if (!header)
		return -ENOMEM;
	r = fill_header(pack, tree, entry, header);
	if (r == 0)
		r = write_header(pack, header);
	archive_entry_free(header);
	if (r == 0 && S_ISREG(entry->st.st_mode) && !entry->link)
		r = copy_content(pack, entry);
	if (r < 0)
		why_set(pack->why, r, NULL, "cannot pack '%s'", entry->path);
	return r;
}

int pack_whiteout(struct pack *pack, const char *path)
{
	const char *slash = strrchr(path, '/');
	int above = slash ? (int)(slash - path) + 1 : 0;
	auto_free char *name = NULL;
	struct archive_entry *header = archive_entry_new();
	int r;

	if (!header ||
	    asprintf(&name, "%.*s.wh.%s", above, path, path + above) < 0) {
		archive_entry_free(header);
		return -ENOMEM;
	}
	archive_entry_set_pathname(header, name);
	archive_entry_set_filetype(header, AE_IFREG);
	archive_entry_set_perm(header, 0644);
	archive_entry_set_size(header, 0);
	archive_entry_set_mtime(header, 0, 0);
	r = write_header(pack, header);
	archive_entry_free(header);
	return r;
}

/* ---- the end ------------------------------------------------------------------------ */

int pack_end(struct pack *pack, struct image_layer *ret)
{
	static const char *const types[] = {
		[PACKING_NONE] = "application/vnd.oci.image.layer.v1.tar",
		[PACKING_GZIP] = "application/vnd.oci.image.layer.v1.tar+gzip",
		[PACKING_ZSTD] = "application/vnd.oci.image.layer.v1.tar+zstd",
	};
	char path[64];

	if (archive_write_close(pack->tar) != ARCHIVE_OK)
		return failed(pack, pack->tar, "the layer");
	if (pack->packer && archive_write_close(pack->packer) != ARCHIVE_OK)
		return failed(pack, pack->packer, "the layer");
	*ret = (struct image_layer){ .packing = pack->packing };
	hash_end(&pack->unpacked, &ret->diff_id);
	hash_end(&pack->packed, &ret->blob.digest);
	ret->blob.size_bytes = pack->size_bytes;
	snprintf(ret->blob.media_type, sizeof(ret->blob.media_type), "%s",
		 types[pack->packing]);

	/* It is there already: then it has the same bytes. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pack->fd);
	if (linkat(AT_FDCWD, path, pack->blobsfd, digest_hex(&ret->blob.digest),
		   AT_SYMLINK_FOLLOW) < 0 &&
	    errno != EEXIST)
		return why_set(pack->why, -errno, NULL, "cannot keep a blob");
	return 0;
}
