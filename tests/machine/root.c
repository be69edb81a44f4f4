/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "init.h"

int modules_load(const char *list)
{
	auto_free char *text = NULL;
	char *save = NULL;
	int r = file_read_all(list, &text);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (char *path = strtok_r(text, "\n", &save); path;
	     path = strtok_r(NULL, "\n", &save)) {
		auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return -errno;
		/* There already, or for another processor: both are fine. */
		if (syscall(SYS_finit_module, fd, "", 0) < 0 &&
		    errno != EEXIST && errno != EOPNOTSUPP && errno != ENODEV)
			return -errno;
	}
	return 0;
}

/* mount(2), with the directory made if it is not there. */
static int mount_at(const char *type, const char *point, unsigned long flags,
		    const char *options)
{
	if (mkdir(point, 0755) < 0 && errno != EEXIST)
		return -errno;
	return sysret(mount(type, point, type, flags, options));
}

/* The host's files, read-only over 9p, below an overlay that holds changes in
 * memory. */
static int host_root(const char *modules)
{
	char from[4096];
	int r = modules_load("/modules/share");

	if (r < 0)
		return r;
	if (mkdir("/lower", 0755) < 0 || mkdir("/new", 0755) < 0 ||
	    mount("host", "/lower", "9p", MS_RDONLY,
		  "trans=virtio,version=9p2000.L,cache=loose,msize=512000") < 0)
		return -errno;
	r = mount_at("tmpfs", "/changes", 0, "mode=755,size=75%");
	if (r < 0)
		return r;
	if (mkdir("/changes/upper", 0755) < 0 ||
	    mkdir("/changes/work", 0755) < 0 ||
	    mount("overlay", "/new", "overlay", 0,
		  "lowerdir=/lower,upperdir=/changes/upper,"
		  "workdir=/changes/work") < 0)
		return -errno;

	/* The modules of this kernel, not those of the host's. */
	if (snprintf(from, sizeof(from), "/lower%s/lib/modules", modules) >=
	    (int)sizeof(from))
		return -E2BIG;
	if (mkdir("/new/lib/modules", 0755) < 0 && errno != EEXIST)
		return -errno;
	if (mount(from, "/new/lib/modules", NULL, MS_BIND, NULL) < 0)
		return -errno;
	return 0;
}

/* Every controller for every group below the root. */
static int cgroup_enable_all(void)
{
	char list[256];
	char *save = NULL;
	int r = file_read_at(AT_FDCWD, "sys/fs/cgroup/cgroup.controllers", list,
			     sizeof(list));

	if (r < 0)
		return r;
	for (char *name = strtok_r(list, " \n", &save); name;
	     name = strtok_r(NULL, " \n", &save)) {
		char word[64];

		snprintf(word, sizeof(word), "+%s", name);
		r = file_write_at(AT_FDCWD,
				  "sys/fs/cgroup/cgroup.subtree_control", word);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Below the current directory, which becomes the root. */
static int mount_system(bool host)
{
	static const struct {
		const char *type;
		const char *point;
		unsigned long flags;
		const char *options;
	} mounts[] = {
		{ "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "" },
		{ "sysfs", "sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, "" },
		{ "cgroup2", "sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "" },
		{ "devtmpfs", "dev", MS_NOSUID, "mode=755" },
		{ "devpts", "dev/pts", MS_NOSUID | MS_NOEXEC,
		  "gid=5,mode=620,ptmxmode=666" },
		{ "tmpfs", "dev/shm", MS_NOSUID | MS_NODEV, "mode=1777" },
		{ "mqueue", "dev/mqueue", MS_NOSUID | MS_NODEV, "" },
		{ "tmpfs", "run", MS_NOSUID | MS_NODEV, "mode=755" },
	};
	int r;

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		r = mount_at(mounts[i].type, mounts[i].point, mounts[i].flags,
			     mounts[i].options);
		if (r < 0)
			return r;
	}
	if (!host) {
		r = mount_at("tmpfs", "tmp", MS_NOSUID | MS_NODEV, "mode=1777");
		if (r < 0)
			return r;
	}
	(void)symlink("/proc/self/fd", "dev/fd");
	(void)symlink("/proc/self/fd/0", "dev/stdin");
	(void)symlink("/proc/self/fd/1", "dev/stdout");
	(void)symlink("/proc/self/fd/2", "dev/stderr");
	return cgroup_enable_all();
}

static int loopback_up(void)
{
	auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (fd < 0)
		return -errno;
	return sysret(ioctl(fd, SIOCSIFFLAGS, &req));
}

int root_enter(bool host, const char *modules)
{
	const char *root = host ? "/new" : "/small";
	int r;

	if (host)
		r = host_root(modules);
	else
		r = sysret(mount(root, root, NULL, MS_BIND, NULL));
	if (r < 0)
		return r;
	if (chdir(root) < 0)
		return -errno;
	r = mount_system(host);
	if (r < 0)
		return r;

	/* pivot_root(2) refuses rootfs; moving a mount over it does not. */
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
	    chdir("/") < 0)
		return -errno;
	if (mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		return -errno;
	if (sethostname("lab-machine", strlen("lab-machine")) < 0)
		return -errno;
	return loopback_up();
}
