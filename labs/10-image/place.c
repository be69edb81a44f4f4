/* SPDX-License-Identifier: MIT */
/*
 * place.c - make the file that an entry is about
 *
 * Libs:   archive zstd z
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "target.h"

/* The devices that every container has (OCI runtime specification,
 * config-linux.md, "Default Devices"), and that lead to nothing of the host. */
static const struct {
	unsigned major;
	unsigned minor;
} harmless[] = {
	{ 1, 3 }, /* null */
	{ 1, 5 }, /* zero */
	{ 1, 7 }, /* full */
	{ 1, 8 }, /* random */
	{ 1, 9 }, /* urandom */
	{ 5, 0 }, /* tty */
	{ 5, 1 }, /* console */
	{ 5, 2 }, /* ptmx */
};

/* ---- what was there before -------------------------------------------------------- */

static int clear_place(struct placing *placing)
{
	char path[WALK_NAME_MAX] = "";

	if (unlinkat(placing->dirfd, placing->base, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -errno;
	return walk_remove(placing->dirfd, placing->base, NULL, NULL, path);
}

/* ---- each kind --------------------------------------------------------------------- */

/* A file with holes says how large it is without containing that much. */
static int fill(struct placing *placing, int fd)
{
	la_int64_t size = archive_entry_size(placing->entry);
	const void *block;
	size_t len;
	off_t at;
	int r;

	if (size < 0)
		return -EBADMSG;
	if (archive_entry_sparse_count(placing->entry) > 0 &&
	    layer_spend(placing->layer, size) < 0)
		return -EDQUOT;
	while ((r = layer_data(placing->layer, &block, &len, &at)) > 0) {
		if (lseek(fd, at, SEEK_SET) < 0)
			return -errno;
		r = write_all(fd, block, len);
		if (r < 0)
			return r;
	}
	if (r == 0 && ftruncate(fd, size) < 0)
		return -errno;
	return r;
}

static int place_file(struct placing *placing)
{
	auto_close int fd = -1;
	int r = clear_place(placing);

	if (r < 0)
		return r;
	fd = openat(placing->dirfd, placing->base,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fill(placing, fd);
	return r < 0 ? r : attributes_of_fd(placing, fd);
}

static int remember_time(struct placing *placing)
{
	struct target *target = placing->target;
	struct folder_time *more;

	if (target->ntimes == target->room) {
		target->room = target->room ? 2 * target->room : 64;
		more = realloc(target->times, target->room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		target->times = more;
	}
	more = &target->times[target->ntimes];
	more->name = strdup(placing->name);
	if (!more->name)
		return -ENOMEM;
	more->time.tv_sec = archive_entry_mtime(placing->entry);
	more->time.tv_nsec = archive_entry_mtime_nsec(placing->entry);
	target->ntimes++;
	return 0;
}

static int place_folder(struct placing *placing)
{
	bool again = placing->target->form == TARGET_OVERLAY &&
		     whiteout_found(placing->dirfd, placing->base);
	auto_close int fd = -1;
	struct stat st;
	int r = 0;

	/* A folder of a lower layer stays with what is in it. */
	if (fstatat(placing->dirfd, placing->base, &st, AT_SYMLINK_NOFOLLOW) ==
		    0 &&
	    !S_ISDIR(st.st_mode))
		r = clear_place(placing);
	if (r < 0)
		return r;
	if (mkdirat(placing->dirfd, placing->base, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(placing->dirfd, placing->base,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = attributes_of_fd(placing, fd);
	if (r == 0 && again)
		r = whiteout_mark(placing->target, fd);
	return r < 0 ? r : remember_time(placing);
}

static int place_symlink(struct placing *placing)
{
	const char *to = archive_entry_symlink(placing->entry);
	int r = clear_place(placing);

	if (r < 0)
		return r;
	if (!to || !*to)
		return why_set(placing->target->why, -EBADMSG, NULL,
			       "a symbolic link to nothing");
	/* Where it leads is of no matter: nobody here follows it. */
	if (symlinkat(to, placing->dirfd, placing->base) < 0)
		return -errno;
	return attributes_of_name(placing);
}

static int place_hardlink(struct placing *placing)
{
	char name[WALK_NAME_MAX];
	const char *wrong = walk_clean(archive_entry_hardlink(placing->entry),
				       name, sizeof(name));
	auto_close int dirfd = -1;
	const char *base = strrchr(name, '/');
	struct stat st;
	int r;

	if (wrong)
		return why_set(placing->target->why, -EBADMSG,
			       "do not use this image: it was made to reach "
			       "outside its root",
			       "a hard link to something, and %s", wrong);
	if (strcmp(name, placing->name) == 0)
		return why_set(placing->target->why, -EBADMSG, NULL,
			       "a hard link to itself");
	base = base ? base + 1 : name;
	r = target_parent(placing->target, name, &dirfd);
	if (r < 0)
		return r;
	if (fstatat(dirfd, base, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    S_ISDIR(st.st_mode))
		return why_set(placing->target->why, -EBADMSG,
			       placing->target->form == TARGET_OVERLAY
				       ? "it may be in a lower layer: oci "
					 "unpack can do that"
				       : NULL,
			       "a hard link to '%s', which is no file of this "
			       "image",
			       name);
	r = clear_place(placing);
	if (r < 0)
		return r;
	/* Without AT_SYMLINK_FOLLOW the link itself is linked to. */
	return sysret(linkat(dirfd, base, placing->dirfd, placing->base, 0));
}

static bool is_harmless(dev_t device, mode_t type)
{
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		if (type == S_IFCHR && major(device) == harmless[i].major &&
		    minor(device) == harmless[i].minor)
			return true;
	}
	return false;
}

static int place_device(struct placing *placing, mode_t type)
{
	dev_t device = archive_entry_rdev(placing->entry);
	struct target *target = placing->target;
	int r;

	if (device == makedev(0, 0))
		return why_set(
			target->why, -EBADMSG, NULL,
			"device 0,0 is how overlay marks a removed file");
	if (!is_harmless(device, type) && !target->options->all_devices)
		return why_set(target->why, -EBADMSG,
			       "if you trust it: --devices",
			       "a device node (%u,%u): whoever may open it "
			       "here gets at the driver",
			       major(device), minor(device));
	r = clear_place(placing);
	if (r < 0)
		return r;
	if (mknodat(placing->dirfd, placing->base, type | 0600, device) == 0)
		return attributes_of_name(placing);
	if (errno != EPERM)
		return -errno;
	target->left_out_devices++;
	return 0;
}

static int place_fifo(struct placing *placing)
{
	int r = clear_place(placing);

	if (r < 0)
		return r;
	if (mknodat(placing->dirfd, placing->base, S_IFIFO | 0600, 0) < 0)
		return -errno;
	return attributes_of_name(placing);
}

/* ---- which kind ---------------------------------------------------------------------- */

static int place_by_type(struct placing *placing)
{
	mode_t type = archive_entry_filetype(placing->entry);

	if (archive_entry_hardlink(placing->entry))
		return place_hardlink(placing);
	switch (type) {
	case S_IFREG:
		return place_file(placing);
	case S_IFDIR:
		return place_folder(placing);
	case S_IFLNK:
		return place_symlink(placing);
	case S_IFCHR:
	case S_IFBLK:
		return place_device(placing, type);
	case S_IFIFO:
		return place_fifo(placing);
	default:
		return why_set(placing->target->why, -EBADMSG, NULL,
			       "it is of a type that no file has");
	}
}

int place_entry(struct placing *placing)
{
	int r;

	/* The root itself is there already, and can be nothing but a folder. */
	if (strcmp(placing->name, ".") == 0 &&
	    (archive_entry_filetype(placing->entry) != S_IFDIR ||
	     archive_entry_hardlink(placing->entry)))
		return why_set(placing->target->why, -EBADMSG, NULL,
			       "the root is no folder");
	r = place_by_type(placing);
	if (r < 0)
		why_set(placing->target->why, r, NULL, "cannot make it");
	return r;
}
