/* SPDX-License-Identifier: MIT */
/*
 *	/            tmpfs, shared, limited in size and in files
 *	|- bin       the program and the probe; read and execute only
 *	|- dev       null zero full random urandom, bound from the host; shm
 *	|- proc      of the sandbox's own PID namespace
 *	|- sys       fs/cgroup, if the program has a group of its own
 *	|- tmp       1777
 *	`- work      the program's; where it starts
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "sandbox_impl.h"

static const char *const devices[] = {
	"null", "zero", "full", "random", "urandom",
};

static const struct {
	const char *path;
	mode_t mode;
} folders[] = {
	{ "bin", 0755 },  { "dev", 0755 },  { "dev/shm", 01777 },
	{ "proc", 0555 }, { "tmp", 01777 }, { "work", 0755 },
	{ "etc", 0755 },
};

/* A mount point is a file for a device and a folder for a folder. */
static int bind_from_host(const char *from, const char *to, unsigned long flags)
{
	struct stat st;

	if (stat(from, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		if (mkdir(to, 0755) < 0 && errno != EEXIST)
			return -errno;
	} else {
		int fd = open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

		if (fd < 0)
			return -errno;
		close(fd);
	}
	if (mount(from, to, NULL, MS_BIND | (flags ? MS_REC : 0), NULL) < 0)
		return -errno;
	if (!flags)
		return 0;

	/*
	 * mount_setattr(2), because flags that the host's mount has locked
	 * must not be named again one by one as MS_REMOUNT would need.
	 */
	return sysret((int)syscall(
		SYS_mount_setattr, AT_FDCWD, to, AT_RECURSIVE,
		&(struct mount_attr){ .attr_set = MOUNT_ATTR_RDONLY |
						  MOUNT_ATTR_NOSUID },
		sizeof(struct mount_attr)));
}

static int make_folders(const struct sandbox_plan *plan)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (mkdir(folders[i].path, 0755) < 0 ||
		    chmod(folders[i].path, folders[i].mode) < 0)
			return -errno;
	}
	if (chown("work", plan->program_id, plan->program_id) < 0)
		return -errno;
	return 0;
}

static int make_devices(void)
{
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		char from[32];
		int r;

		snprintf(from, sizeof(from), "/dev/%s", devices[i]);
		r = bind_from_host(from, from + 1, 0);
		if (r < 0)
			return r;
	}
	return 0;
}

/* mkdir -p for the folder of a path relative to the new root. */
static int make_parents(const char *path)
{
	auto_free char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	for (char *s = copy; (s = strchr(s, '/')); s++) {
		*s = '\0';
		if (*copy && mkdir(copy, 0755) < 0 && errno != EEXIST)
			return -errno;
		*s = '/';
	}
	return 0;
}

static int copy_file(const struct sandbox_file *file)
{
	auto_close int to = -1;
	const char *path = file->to + 1;
	struct stat st;
	off_t at = 0;
	int r = make_parents(path);

	if (r < 0)
		return r;
	to = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (to < 0 || fstat(file->fd, &st) < 0)
		return -errno;
	while (at < st.st_size) {
		ssize_t n =
			sendfile(to, file->fd, &at, (size_t)(st.st_size - at));

		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
	}
	return sysret(fchmod(to, file->mode));
}

static int copy_files(const struct sandbox_file *file)
{
	int r = 0;

	for (; r == 0 && file && file->to; file++)
		r = copy_file(file);
	return r;
}

/* A host where /bin is a link to usr/bin gets the same link. */
static int bind_folders(const char *const *bind)
{
	char link[256];

	for (; bind && *bind; bind++) {
		const char *path = *bind + 1;
		ssize_t n = readlink(*bind, link, sizeof(link) - 1);
		int r = 0;

		if (access(*bind, F_OK) < 0)
			continue;
		/* bin was made empty, for the program. */
		(void)rmdir(path);
		if (n >= 0) {
			link[n] = '\0';
			r = sysret(symlink(link, path));
		} else {
			r = make_parents(path);
			if (r == 0)
				r = bind_from_host(*bind, path, MS_RDONLY);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* What is mounted is the root of our cgroup namespace. */
static int mount_cgroup(void)
{
	int r = make_parents("sys/fs/cgroup/");

	if (r < 0)
		return r;
	return sysret(mount("cgroup", "sys/fs/cgroup", "cgroup2",
			    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
}

/* pivot_root(2) with both arguments ".": the old root ends up on top of the
 * new one, where it can be unmounted.  See: pivot_root(2), NOTES. */
static int enter_root(void)
{
	if (syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	/* Shared, as systemd has it on a real host. */
	return sysret(mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL));
}

int sandbox_root_make(const struct sandbox_plan *plan, const char **ret_step)
{
	char options[96];
	int r;

	*ret_step = "make the sandbox's mounts private";
	if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0)
		return -errno;

	*ret_step = "mount the sandbox's tmpfs";
	snprintf(options, sizeof(options), "mode=755,size=%um,nr_inodes=8192",
		 plan->limits.disk_mib);
	if (mount("sandbox", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options) <
		    0 ||
	    chdir("/tmp") < 0)
		return -errno;

	*ret_step = "make the sandbox's folders";
	r = make_folders(plan);
	if (r < 0)
		return r;
	*ret_step = "bind the sandbox's devices";
	r = make_devices();
	if (r < 0)
		return r;
	*ret_step = "bind the host's folders";
	r = bind_folders(plan->spec->binds);
	if (r < 0)
		return r;
	*ret_step = "copy the sandbox's files";
	r = copy_files(plan->spec->files);
	if (r < 0)
		return r;
	*ret_step = "mount the sandbox's /proc";
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		return -errno;
	*ret_step = "mount the sandbox's cgroups";
	r = plan->spec->cgroup ? mount_cgroup() : 0;
	if (r < 0)
		return r;
	*ret_step = "enter the sandbox's root";
	return enter_root();
}
