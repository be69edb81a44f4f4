/* SPDX-License-Identifier: MIT */
#include "dev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "err.h"
#include "mount_options.h"
#include "mounts.h"
#include "path.h"
#include "sys.h"

/* Documentation/admin-guide/devices.txt */
static const struct spec_device defaults[] = {
	{ .path = "/dev/null", .type = 'c', .major = 1, .minor = 3 },
	{ .path = "/dev/zero", .type = 'c', .major = 1, .minor = 5 },
	{ .path = "/dev/full", .type = 'c', .major = 1, .minor = 7 },
	{ .path = "/dev/random", .type = 'c', .major = 1, .minor = 8 },
	{ .path = "/dev/urandom", .type = 'c', .major = 1, .minor = 9 },
	{ .path = "/dev/tty", .type = 'c', .major = 5, .minor = 0 },
};

static const struct {
	const char *name;
	const char *target;
} links[] = {
	{ "fd", "/proc/self/fd" },	 { "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

static mode_t file_type(const struct spec_device *d)
{
	return d->type == 'b' ? S_IFBLK : d->type == 'p' ? S_IFIFO : S_IFCHR;
}

/* The host's device file, after a look at what it is. */
static int host_device(const struct spec_device *d, struct report *rep)
{
	auto_close int fd = sys_open(d->path, O_PATH);
	struct stat st;

	if (report_call(rep, fd, "open", "%s", d->path) < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return report_call(rep, -errno, "fstat", "%s", d->path);
	if ((st.st_mode & S_IFMT) != file_type(d) ||
	    st.st_rdev != makedev((unsigned)d->major, (unsigned)d->minor))
		return report_refuse(rep, -EBADF,
				     "%s of the host is not the device %lld:"
				     "%lld; somebody has replaced it",
				     d->path, (long long)d->major,
				     (long long)d->minor);
	return steal_fd(&fd);
}

/* What is open once more, as a mount of its own, detached. */
static int copy_tree(int fd, const char *what, struct report *rep)
{
	return report_call(
		rep, sys_open_tree(fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE),
		"open_tree", "%s", what);
}

static int bind_device(int rootfd, const struct spec_device *d,
		       struct report *rep)
{
	auto_close int fd = host_device(d, rep);
	auto_close int treefd = fd < 0 ? fd : copy_tree(fd, d->path, rep);
	auto_close int tofd = -1;

	if (treefd < 0)
		return treefd;
	tofd = path_make(rootfd, d->path, PATH_FILE, true, rep);
	return tofd < 0 ? tofd : mounts_attach(treefd, tofd, rep, d->path);
}

/* Opens the folder of @path and finds its last name. */
static int open_parent(int rootfd, const char *path, const char **ret_name,
		       struct report *rep)
{
	const char *slash = strrchr(path, '/');
	char folder[256];

	if ((size_t)snprintf(folder, sizeof(folder), "%.*s",
			     slash > path ? (int)(slash - path) : 1,
			     path) >= sizeof(folder))
		return -ENAMETOOLONG;
	*ret_name = slash + 1;
	return path_make(rootfd, folder, PATH_DIR, true, rep);
}

static int make_node(int dirfd, const char *name, const struct spec_device *d)
{
	mode_t mode = d->file_mode ? d->file_mode & 07777 : 0666;
	struct stat st;

	if (mknodat(dirfd, name, file_type(d) | mode,
		    makedev((unsigned)d->major, (unsigned)d->minor)) < 0) {
		if (errno != EEXIST)
			return -errno;
		/* The image or the host's /dev has it: the same, or another? */
		if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
		if ((st.st_mode & S_IFMT) != file_type(d) ||
		    st.st_rdev !=
			    makedev((unsigned)d->major, (unsigned)d->minor))
			return -EEXIST;
	}
	if ((d->uid || d->gid) &&
	    fchownat(dirfd, name, d->uid, d->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

static int make_device(int rootfd, int devfd, const struct spec_device *d,
		       bool *bind, struct report *rep)
{
	auto_close int parentfd = -1;
	const char *name = d->path + 5;
	int r;

	if (*bind)
		return bind_device(rootfd, d, rep);
	if (strncmp(d->path, "/dev/", 5) != 0 || strchr(name, '/')) {
		parentfd = open_parent(rootfd, d->path, &name, rep);
		if (parentfd < 0)
			return parentfd;
		devfd = parentfd;
	}
	r = make_node(devfd, name, d);
	if (r == -EPERM) {
		*bind = true;
		return bind_device(rootfd, d, rep);
	}
	return report_call(rep, r, "mknodat", "%s", d->path);
}

static bool dev_is_hosts(const struct spec *spec)
{
	for (size_t i = 0; i < spec->mounts.n; i++) {
		const struct spec_mount *m = &spec->mounts.v[i];

		if (strcmp(m->destination, "/dev") != 0)
			continue;
		if (strcmp(m->type, "bind") == 0)
			return true;
		for (size_t j = 0; j < m->options.n; j++)
			if (strcmp(m->options.v[j], "bind") == 0 ||
			    strcmp(m->options.v[j], "rbind") == 0)
				return true;
	}
	return false;
}

int dev_make(int rootfd, const struct spec *spec, struct report *rep)
{
	bool bind = spec->ns[NS_USER].wanted;
	auto_close int devfd = -1;
	int r = 0;

	if (dev_is_hosts(spec))
		return 0;
	devfd = path_make(rootfd, "/dev", PATH_DIR, false, rep);
	if (devfd < 0)
		return devfd;
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		r = make_device(rootfd, devfd, &defaults[i], &bind, rep);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < spec->devices.n; i++) {
		r = make_device(rootfd, devfd, &spec->devices.v[i], &bind, rep);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		r = sysret(symlinkat(links[i].target, devfd, links[i].name));
		if (r < 0 && r != -EEXIST)
			return report_call(rep, r, "symlinkat", "/dev/%s",
					   links[i].name);
	}
	return 0;
}

/* What files and folders are masked with, once there was one to mask. */
struct masks {
	int nullfd;  /* /dev/null of the host */
	int emptyfd; /* the first mask of a folder; the others are its copies,
		      * for a tree can be copied when it is attached */
};

static int mask_folder(int fd, const char *path, struct masks *m,
		       struct report *rep)
{
	auto_close int treefd = -1;

	if (m->emptyfd < 0) {
		m->emptyfd =
			mounts_new("tmpfs", "", NULL, MOUNT_ATTR_RDONLY, rep);
		return m->emptyfd < 0
			       ? m->emptyfd
			       : mounts_attach(m->emptyfd, fd, rep, path);
	}
	treefd = copy_tree(m->emptyfd, path, rep);
	return treefd < 0 ? treefd : mounts_attach(treefd, fd, rep, path);
}

static int mask_file(int fd, const char *path, struct masks *m,
		     struct report *rep)
{
	auto_close int treefd = -1;

	if (m->nullfd < 0)
		m->nullfd = host_device(&defaults[0], rep);
	if (m->nullfd < 0)
		return m->nullfd;
	treefd = copy_tree(m->nullfd, path, rep);
	return treefd < 0 ? treefd : mounts_attach(treefd, fd, rep, path);
}

static int mask_one(int rootfd, const char *path, struct masks *m,
		    struct report *rep)
{
	auto_close int fd = path_open(rootfd, path, true);
	struct stat st;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return 0;
	if (report_call(rep, fd, "openat2", "%s", path) < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return report_call(rep, -errno, "fstat", "%s", path);
	return S_ISDIR(st.st_mode) ? mask_folder(fd, path, m, rep)
				   : mask_file(fd, path, m, rep);
}

static int readonly_one(int rootfd, const char *path, struct report *rep)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	auto_close int fd = path_open(rootfd, path, true);
	auto_close int treefd = -1;
	int r;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return 0;
	if (report_call(rep, fd, "openat2", "%s", path) < 0)
		return fd;
	treefd = sys_open_tree(fd, "",
			       AT_EMPTY_PATH | OPEN_TREE_CLONE | AT_RECURSIVE);
	if (report_call(rep, treefd, "open_tree", "%s", path) < 0)
		return treefd;
	r = report_call(rep,
			sys_mount_setattr(treefd, "",
					  AT_EMPTY_PATH | AT_RECURSIVE, &attr),
			"mount_setattr", "%s, read-only", path);
	return r < 0 ? r : mounts_attach(treefd, fd, rep, path);
}

int dev_mask(int rootfd, const struct spec *spec, struct report *rep)
{
	struct masks m = { -1, -1 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->readonly_paths.n; i++)
		r = readonly_one(rootfd, spec->readonly_paths.v[i], rep);
	for (size_t i = 0; r == 0 && i < spec->masked_paths.n; i++)
		r = mask_one(rootfd, spec->masked_paths.v[i], &m, rep);
	cleanup_close(&m.nullfd);
	cleanup_close(&m.emptyfd);
	return r;
}
