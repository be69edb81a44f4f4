/* SPDX-License-Identifier: MIT */
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "cleanup.h"
#include "err.h"
#include "idmap.h"
#include "mount_options.h"
#include "path.h"
#include "sys.h"

/* fsconfig(2) takes strings of up to 255 bytes; overlay's may be longer. */
enum { FSCONFIG_MAX = 255 };

static int setattr(int treefd, bool recursive, struct mount_attr attr,
		   struct report *rep, const char *what)
{
	unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
	int r = sys_mount_setattr(treefd, "", flags, &attr);

	/* A mount that came with nodev or ro into a user namespace keeps it. */
	if (r == -EPERM && (attr.attr_clr & ~MOUNT_ATTR__ATIME)) {
		attr.attr_clr = attr.attr_set & MOUNT_ATTR__ATIME
					? MOUNT_ATTR__ATIME
					: 0;
		r = sys_mount_setattr(treefd, "", flags, &attr);
	}
	return report_call(rep, r, "mount_setattr", "%s", what);
}

/* "idmap": by the mount's own ranges, or else the container's. */
static int set_idmap(int treefd, const struct spec *spec,
		     const struct spec_mount *m, bool recursive,
		     struct report *rep)
{
	bool own = m->uid_maps.n > 0;
	auto_close int nsfd =
		idmap_userns(own ? &m->uid_maps : &spec->uid_maps,
			     own ? &m->gid_maps : &spec->gid_maps, rep);
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };

	if (nsfd < 0)
		return nsfd;
	attr.userns_fd = (uint64_t)nsfd;
	return setattr(treefd, recursive, attr, rep, m->source);
}

static int bind_tree(const char *source, bool recursive, struct report *rep)
{
	int fd =
		sys_open_tree(AT_FDCWD, source,
			      OPEN_TREE_CLONE | (recursive ? AT_RECURSIVE : 0));

	return report_call(rep, fd, "open_tree", "%s", source);
}

static bool is_bind(const struct spec_mount *m)
{
	bool bind = strcmp(m->type, "bind") == 0;

	for (size_t i = 0; i < m->options.n && !bind; i++)
		bind = strcmp(m->options.v[i], "bind") == 0 ||
		       strcmp(m->options.v[i], "rbind") == 0;
	return bind;
}

int mounts_anchor(struct spec *spec, const char *bundle)
{
	for (size_t i = 0; i < spec->mounts.n; i++) {
		struct spec_mount *m = &spec->mounts.v[i];

		if (m->source[0] == '/' || !m->source[0] || !is_bind(m))
			continue;
		m->source =
			arena_printf(spec->memory, "%s/%s", bundle, m->source);
		if (!m->source)
			return -ENOMEM;
	}
	return 0;
}

int mounts_prepare(const struct spec *spec, struct report *rep,
		   struct mounts *ret)
{
	bool privileged = spec->ns[NS_USER].wanted && geteuid() == 0;
	/* With systemd all mounts are shared, and so are their copies: what is
	 * mounted in one appeared in the other.  In the child's own namespace
	 * rootfs_attach() does this. */
	const struct mount_attr cut_off = { .propagation = MS_SLAVE };

	*ret = (struct mounts){ .rootfd = -1 };
	ret->treefd = calloc(spec->mounts.n + 1, sizeof(*ret->treefd));
	if (!ret->treefd)
		return -ENOMEM;
	ret->count = spec->mounts.n;
	for (size_t i = 0; i < ret->count; i++)
		ret->treefd[i] = -1;
	if (privileged)
		ret->rootfd = bind_tree(spec->root_path, true, rep);
	if (privileged && ret->rootfd < 0)
		return ret->rootfd;
	if (privileged) {
		int r = setattr(ret->rootfd, true, cut_off, rep,
				"root, cut off from the host");

		if (r < 0)
			return r;
	}

	for (size_t i = 0; i < ret->count; i++) {
		const struct spec_mount *m = &spec->mounts.v[i];
		struct mount_options o;
		bool idmap, bind, rec;
		int r = mount_options_parse(&m->options, &o);

		if (r < 0)
			return r;
		idmap = o.idmap || m->uid_maps.n > 0;
		bind = o.bind || strcmp(m->type, "bind") == 0;
		rec = o.recursive;
		mount_options_release(&o);
		if (idmap && !bind)
			return report_refuse(rep, -ENOTSUP,
					     "mounts: %s: minic maps ids of "
					     "bind mounts only",
					     m->destination);
		if (!bind || !(privileged || idmap))
			continue;
		ret->treefd[i] = r = bind_tree(m->source, rec, rep);
		if (r >= 0 && idmap)
			r = set_idmap(ret->treefd[i], spec, m, o.idmap_tree,
				      rep);
		if (r < 0)
			return r;
	}
	return 0;
}

void mounts_release(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		cleanup_close(&mounts->treefd[i]);
	cleanup_close(&mounts->rootfd);
	free(mounts->treefd);
	*mounts = (struct mounts){ .rootfd = -1 };
}

/* What the file system itself says: "e tmpfs: Unknown parameter 'x'". */
static int refused_by(int fsfd, int r, const char *type, const char *option,
		      struct report *rep)
{
	char words[200];
	ssize_t n = read(fsfd, words, sizeof(words) - 1);

	if (n <= 2)
		return report_call(rep, r, "fsconfig", "%s, %s", type, option);
	words[n] = '\0';
	words[strcspn(words, "\n")] = '\0';
	return report_refuse(rep, r, "%s, option %s: the kernel says: %s", type,
			     option, words + 2);
}

static int configure(int fsfd, const char *type, const char *option,
		     struct report *rep)
{
	char key[64];
	size_t len = strcspn(option, "=");
	int r;

	if (len >= sizeof(key))
		return report_refuse(rep, -EINVAL, "%s: option %s: too long",
				     type, option);
	memcpy(key, option, len);
	key[len] = '\0';
	r = option[len] ? sys_fsconfig(fsfd, FSCONFIG_SET_STRING, key,
				       option + len + 1)
			: sys_fsconfig(fsfd, FSCONFIG_SET_FLAG, key, NULL);
	return r < 0 ? refused_by(fsfd, r, type, option, rep) : 0;
}

int mounts_new(const char *type, const char *source, char *const *data,
	       uint64_t attributes, struct report *rep)
{
	auto_close int fsfd = sys_fsopen(type);
	int r = report_call(rep, fsfd, "fsopen", "%s", type);

	if (r >= 0)
		r = report_call(rep,
				sys_fsconfig(fsfd, FSCONFIG_SET_STRING,
					     "source",
					     source[0] ? source : type),
				"fsconfig", "%s, source", type);
	for (size_t i = 0; r >= 0 && data && data[i]; i++)
		r = configure(fsfd, type, data[i], rep);
	if (r < 0)
		return r;
	r = sys_fsconfig(fsfd, FSCONFIG_CMD_CREATE, NULL, NULL);
	if (r == -EINVAL)
		return refused_by(fsfd, r, type, "(create)", rep);
	if (report_call(rep, r, "fsconfig", "%s, create", type) < 0)
		return r;
	return report_call(rep, sys_fsmount(fsfd, (unsigned)attributes),
			   "fsmount", "%s", type);
}

int mounts_attach(int treefd, int tofd, struct report *rep, const char *what)
{
	return report_call(rep, sys_move_mount(treefd, tofd), "move_mount",
			   "%s", what);
}

/* mount(2), for what fsconfig(2) cannot be told.  It takes a path, but "." is
 * one that nobody can change. */
static int mount_old(int rootfd, int tofd, const struct spec_mount *m,
		     const struct mount_options *o, struct report *rep)
{
	auto_free char *data = NULL;
	size_t len = 1, at = 0;
	int r = report_call(rep, sysret(fchdir(tofd)), "fchdir", "%s",
			    m->destination);

	for (size_t i = 0; o->data[i]; i++)
		len += strlen(o->data[i]) + 1;
	data = malloc(len);
	if (!data)
		return -ENOMEM;
	data[0] = '\0';
	for (size_t i = 0; o->data[i]; i++)
		at += (size_t)sprintf(data + at, "%s%s", i ? "," : "",
				      o->data[i]);
	if (r == 0)
		r = report_call(rep,
				sys_mount(m->source, ".", m->type, 0, data),
				"mount", "%s on %s", m->type, m->destination);
	if (fchdir(rootfd) < 0)
		return report_call(rep, -errno, "fchdir", "root");
	return r;
}

static bool needs_old(const struct mount_options *o)
{
	for (size_t i = 0; o->data[i]; i++)
		if (strlen(o->data[i]) > FSCONFIG_MAX)
			return true;
	return false;
}

/* A file system that is mounted into the container's own namespaces. */
static bool is_kernel_fs(const char *type)
{
	return strcmp(type, "proc") == 0 || strcmp(type, "sysfs") == 0;
}

/* The control groups: version 2, or what the host has of them. */
static int cgroup_tree(const struct spec *spec, struct report *rep)
{
	int fd = -EPERM;

	if (spec->ns[NS_CGROUP].wanted) {
		fd = mounts_new("cgroup2", "cgroup", NULL, 0, rep);
		if (fd >= 0)
			return fd;
		report_forget(rep);
	}
	return bind_tree("/sys/fs/cgroup", true, rep);
}

/* The mount itself, detached; or where mount(2) has put it. */
static int make_tree(int rootfd, const struct spec_mount *m,
		     const struct mount_options *o, struct report *rep)
{
	if (needs_old(o)) {
		auto_close int tofd =
			path_make(rootfd, m->destination, PATH_DIR, true, rep);
		int r = tofd < 0 ? tofd : mount_old(rootfd, tofd, m, o, rep);

		return r < 0 ? r : path_open(rootfd, m->destination, true);
	}
	return mounts_new(m->type, m->source, o->data, o->one.set, rep);
}

static int remount(int rootfd, const struct spec_mount *m,
		   const struct mount_options *o, struct report *rep)
{
	auto_close int fd = path_open(rootfd, m->destination, true);
	struct mount_attr attr = { .attr_set = o->one.set,
				   .attr_clr = o->one.clear };

	if (report_call(rep, fd, "openat2", "%s", m->destination) < 0)
		return fd;
	return setattr(fd, false, attr, rep, m->destination);
}

static int set_attributes(int treefd, bool bind, const struct spec_mount *m,
			  const struct mount_options *o, struct report *rep)
{
	struct mount_attr tree = { .attr_set = o->tree.set,
				   .attr_clr = o->tree.clear };
	struct mount_attr one = { .attr_set = o->one.set,
				  .attr_clr = o->one.clear };
	bool all = o->propagation_tree || !o->propagation;
	int r = 0;

	/* A bind mount is a peer of its source until something else is said:
	 * what the container mounts on it would appear on the host. */
	if (bind || o->propagation)
		tree.propagation = o->propagation ? o->propagation : MS_PRIVATE;
	if (tree.propagation && !all) {
		one.propagation = tree.propagation;
		tree.propagation = 0;
	}
	if (tree.propagation || tree.attr_set || tree.attr_clr)
		r = setattr(treefd, true, tree, rep, m->destination);
	if (r == 0 && (one.attr_set || one.attr_clr || one.propagation))
		r = setattr(treefd, false, one, rep, m->destination);
	return r;
}

/* The two are looked at by everything else, so they must be where they seem:
 * not behind a symlink of the image (CVE-2019-19921, CVE-2023-27561). */
static bool may_follow(const struct spec_mount *m)
{
	return !is_kernel_fs(m->type) && strcmp(m->destination, "/dev") != 0;
}

static int mount_one(int rootfd, const struct spec *spec,
		     const struct spec_mount *m, const struct mount_options *o,
		     int preparedfd, struct report *rep)
{
	bool cgroups = strncmp(m->type, "cgroup", 6) == 0;
	bool bind = o->bind || strcmp(m->type, "bind") == 0;
	auto_close int opened = -1;
	auto_close int tofd = -1;
	int treefd = preparedfd, r;
	struct stat st = { .st_mode = S_IFDIR };

	if (treefd < 0)
		treefd = opened = bind ? bind_tree(m->source, o->recursive, rep)
				  : cgroups ? cgroup_tree(spec, rep)
					    : make_tree(rootfd, m, o, rep);
	if (treefd < 0)
		return treefd;
	if (bind && fstat(treefd, &st) < 0)
		return report_call(rep, -errno, "fstat", "%s", m->destination);
	if (needs_old(o))
		return set_attributes(treefd, false, m, o, rep);
	tofd = path_make(rootfd, m->destination,
			 S_ISDIR(st.st_mode) ? PATH_DIR : PATH_FILE,
			 may_follow(m), rep);
	if (tofd < 0)
		return tofd;
	/* A new file system got its attributes from fsmount(2). */
	r = bind || cgroups || o->propagation || o->tree.set || o->tree.clear
		    ? set_attributes(treefd, bind, m, o, rep)
		    : 0;
	if (r == 0 && o->copy_up)
		r = mounts_copy_up(tofd, treefd, rep);
	return r < 0 ? r : mounts_attach(treefd, tofd, rep, m->destination);
}

int mounts_make(int rootfd, const struct spec *spec,
		const struct mounts *mounts, struct report *rep)
{
	for (size_t i = 0; i < spec->mounts.n; i++) {
		const struct spec_mount *m = &spec->mounts.v[i];
		struct mount_options o;
		int r = mount_options_parse(&m->options, &o);

		if (r < 0)
			return r;
		r = o.remount ? remount(rootfd, m, &o, rep)
			      : mount_one(rootfd, spec, m, &o,
					  mounts->treefd[i], rep);
		mount_options_release(&o);
		if (r < 0)
			return r;
	}
	return 0;
}
