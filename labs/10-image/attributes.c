/* SPDX-License-Identifier: MIT */
/*
 * attributes.c - owner, mode, extended attributes and time of a new file
 *
 * In this order: a change of owner takes away set-user-ID bits and file
 * capabilities (chown(2); capabilities(7), "File capabilities").
 *
 * Libs:   archive zstd z
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "target.h"

enum { XATTR_LIST_BYTES = 1 << 16 };

/* A file that can be opened, or else the name of one in a folder. */
struct subject {
	int fd;		/* or -1 */
	char path[320]; /* through /proc: there is no lsetxattrat(2) yet */
};

static struct owner owner_of(struct archive_entry *entry)
{
	return (struct owner){
		.uid = (unsigned)archive_entry_uid(entry),
		.gid = (unsigned)archive_entry_gid(entry),
	};
}

static int set_xattr(const struct subject *subject, const char *name,
		     const void *value, size_t size)
{
	int r = subject->fd >= 0
			? fsetxattr(subject->fd, name, value, size, 0)
			: lsetxattr(subject->path, name, value, size, 0);

	return r < 0 ? -errno : 0;
}

/* A layer must not write overlay's own marks: "trusted.overlay.redirect" of a
 * hostile one would show any folder of the layers below. */
static bool is_mark_of_overlay(const char *name)
{
	return strncmp(name, "trusted.overlay.", 16) == 0 ||
	       strncmp(name, "user.overlay.", 13) == 0;
}

static int add_xattrs(struct placing *placing, const struct subject *subject)
{
	struct target *target = placing->target;
	const char *name;
	const void *value;
	size_t size;
	int r;

	archive_entry_xattr_reset(placing->entry);
	while (archive_entry_xattr_next(placing->entry, &name, &value, &size) ==
	       ARCHIVE_OK) {
		if (is_mark_of_overlay(name))
			return why_set(
				target->why, -EBADMSG, "do not use this image",
				"it has overlay's own attribute '%s'", name);
		r = set_xattr(subject, name, value, size);
		if (r == -EPERM && strncmp(name, "user.", 5) != 0) {
			target->left_out_xattrs++;
			continue;
		}
		if (r < 0)
			return why_set(target->why, r,
				       r == -EOPNOTSUPP
					       ? "choose a folder on another "
						 "file system"
					       : NULL,
				       "cannot set its attribute '%s'", name);
	}
	return 0;
}

/* A folder of a lower layer that comes again: only the new ones count. */
static int remove_xattrs(int fd)
{
	char list[XATTR_LIST_BYTES];
	ssize_t n = flistxattr(fd, list, sizeof(list));

	if (n < 0)
		return errno == EOPNOTSUPP ? 0 : -errno;
	for (char *name = list; name < list + n; name += strlen(name) + 1) {
		if (is_mark_of_overlay(name))
			continue; /* our own: nobody else's gets so far */
		/* What we may not remove, such as SELinux's, we did not set. */
		if (fremovexattr(fd, name) < 0 && errno != EPERM &&
		    errno != EACCES && errno != ENODATA)
			return -errno;
	}
	return 0;
}

/* Whose it would be, if we could: for those who make an image of it again. */
static int note_owner(struct placing *placing, const struct subject *subject,
		      struct owner owner)
{
	unsigned char buf[IDS_XATTR_BYTES];
	size_t n = ids_encode(owner, buf);

	if (n == 0 || subject->fd < 0)
		return 0;
	if (set_xattr(subject, IDS_XATTR, buf, n) < 0)
		placing->target->left_out_xattrs++;
	return 0;
}

static int find_owner(struct placing *placing, struct owner *ret)
{
	struct owner image = owner_of(placing->entry);
	int r = ids_here(&placing->target->options->ids, image, ret);

	if (r < 0)
		return why_set(placing->target->why, -EBADMSG,
			       "give --map another range",
			       "owner %u:%u is in no range of --map", image.uid,
			       image.gid);
	return r;
}

static void times_of(struct archive_entry *entry, struct timespec times[2])
{
	times[0].tv_sec = archive_entry_mtime(entry);
	times[0].tv_nsec = archive_entry_mtime_nsec(entry);
	times[1] = times[0];
}

int attributes_of_fd(struct placing *placing, int fd)
{
	const struct subject subject = { .fd = fd };
	struct timespec times[2];
	struct owner here;
	int squashed = find_owner(placing, &here);
	int r;

	if (squashed < 0)
		return squashed;
	if (fchown(fd, here.uid, here.gid) < 0 ||
	    fchmod(fd, archive_entry_perm(placing->entry)) < 0)
		return -errno;
	r = remove_xattrs(fd);
	if (r == 0)
		r = add_xattrs(placing, &subject);
	if (r == 0 && squashed)
		r = note_owner(placing, &subject, owner_of(placing->entry));
	times_of(placing->entry, times);
	if (r == 0 && futimens(fd, times) < 0)
		r = -errno;
	return r;
}

int attributes_of_name(struct placing *placing)
{
	mode_t mode = archive_entry_perm(placing->entry);
	struct subject subject = { .fd = -1 };
	struct timespec times[2];
	struct owner here;
	int r = find_owner(placing, &here);

	if (r < 0)
		return r;
	snprintf(subject.path, sizeof(subject.path), "/proc/self/fd/%d/%s",
		 placing->dirfd, placing->base);
	if (fchownat(placing->dirfd, placing->base, here.uid, here.gid,
		     AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	/* A link has no mode of its own; the rest was made by us just now. */
	if (archive_entry_filetype(placing->entry) != S_IFLNK &&
	    fchmodat(placing->dirfd, placing->base, mode, 0) < 0)
		return -errno;
	times_of(placing->entry, times);
	if (utimensat(placing->dirfd, placing->base, times,
		      AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return add_xattrs(placing, &subject);
}
