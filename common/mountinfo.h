/* SPDX-License-Identifier: MIT */
/*
 * mountinfo.h - the mounts that a process sees, as the kernel tells them
 *
 *	36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=c
 *	id parent dev root  point options optional   type source    superblock
 *
 * See: proc(5), "/proc/pid/mountinfo".
 */
#ifndef KIT_MOUNTINFO_H
#define KIT_MOUNTINFO_H

#include <stddef.h>

/* One line.  Strings are unescaped (\040 is a space) and never NULL. */
struct mount_entry {
	int id;
	int parent;
	unsigned major;
	unsigned minor;
	const char *root;     /* what of its file system is mounted here */
	const char *point;    /* where, as seen from the process's root */
	const char *options;  /* of this mount: "ro,nosuid,relatime" */
	const char *optional; /* propagation: "shared:3", "master:1", "" */
	const char *fstype;
	const char *source;
	const char *super; /* options of the file system */
};

struct mountinfo {
	struct mount_entry *entries; /* owned */
	size_t count;
	char *text; /* owned; the strings above point into it */
};

/**
 * mountinfo_load() - read and split a mountinfo file
 * @path: "/proc/PID/mountinfo"
 * @ret: filled on success, to be given to mountinfo_release()
 *
 * Return: 0.
 * Errors: -EINVAL a line is not as proc(5) says; -ENOMEM; those of open(2).
 */
int mountinfo_load(const char *path, struct mountinfo *ret);

/* mountinfo_release() - free what mountinfo_load() made; zeroed is fine */
void mountinfo_release(struct mountinfo *info);

/**
 * mountinfo_find() - look up the mount on top at a mount point
 * @info: where to look
 * @point: exact mount point
 *
 * Return: the last (topmost) entry with that mount point, or NULL.
 */
const struct mount_entry *mountinfo_find(const struct mountinfo *info,
					 const char *point);

/**
 * mount_has_option() - look for one word in a comma-separated list
 * @list: such as an entry's options
 * @word: such as "ro"
 *
 * Return: 1 if @word is one of the list's words, else 0.
 */
int mount_has_option(const char *list, const char *word);

#endif /* KIT_MOUNTINFO_H */
