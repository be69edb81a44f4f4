/* SPDX-License-Identifier: MIT */
/*
 * sys.h - system calls that libc has no function for, or not every libc
 *
 * Each returns what the kernel does, or -errno.  musl 1.2.3 has none of them;
 * glibc 2.36 has some, in a header that conflicts with <linux/mount.h>.
 *
 * See: syscall(2), and the page of each.
 */
#ifndef MINIC_SYS_H
#define MINIC_SYS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MNT_DETACH
#define MNT_DETACH 2 /* umount2(2) */
#endif

static inline int sys_ret(long r)
{
	return r < 0 ? -errno : (int)r;
}

/* open(2) by openat(2): musl's open() sets O_CLOEXEC once more, by fcntl(2). */
static inline int sys_open(const char *path, int flags)
{
	return sys_ret(openat(AT_FDCWD, path, flags | O_CLOEXEC));
}

static inline int sys_openat2(int dirfd, const char *path, uint64_t flags,
			      uint64_t mode, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC,
				.mode = mode,
				.resolve = resolve };

	return sys_ret(syscall(SYS_openat2, dirfd, path, &how, sizeof(how)));
}

static inline int sys_open_tree(int dirfd, const char *path, unsigned flags)
{
	return sys_ret(
		syscall(SYS_open_tree, dirfd, path, flags | OPEN_TREE_CLOEXEC));
}

/* Attaches a detached tree on what @tofd is. */
static inline int sys_move_mount(int treefd, int tofd)
{
	return sys_ret(
		syscall(SYS_move_mount, treefd, "", tofd, "",
			MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

static inline int sys_mount_setattr(int dirfd, const char *path, unsigned flags,
				    const struct mount_attr *attr)
{
	return sys_ret(syscall(SYS_mount_setattr, dirfd, path, flags, attr,
			       sizeof(*attr)));
}

static inline int sys_fsopen(const char *type)
{
	return sys_ret(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
}

static inline int sys_fsconfig(int fsfd, unsigned command, const char *key,
			       const char *value)
{
	return sys_ret(syscall(SYS_fsconfig, fsfd, command, key, value, 0));
}

static inline int sys_fsmount(int fsfd, unsigned attributes)
{
	return sys_ret(syscall(SYS_fsmount, fsfd, FSMOUNT_CLOEXEC, attributes));
}

/* mount(2), with this header's flags. */
static inline int sys_mount(const char *source, const char *target,
			    const char *type, unsigned long flags,
			    const char *data)
{
	return sys_ret(syscall(SYS_mount, source, target, type, flags, data));
}

static inline int sys_umount2(const char *target, int flags)
{
	return sys_ret(syscall(SYS_umount2, target, flags));
}

static inline int sys_pivot_root(const char *new_root, const char *put_old)
{
	return sys_ret(syscall(SYS_pivot_root, new_root, put_old));
}

static inline int sys_clone3(struct clone_args *args)
{
	return sys_ret(syscall(SYS_clone3, args, sizeof(*args)));
}

static inline int sys_pidfd_open(int pid)
{
	return sys_ret(syscall(SYS_pidfd_open, pid, 0));
}

static inline int sys_pidfd_send_signal(int pidfd, int signal)
{
	return sys_ret(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return sys_ret(syscall(SYS_close_range, first, last, flags));
}

#endif /* MINIC_SYS_H */
