/* SPDX-License-Identifier: MIT */
/*
 * tar.h - make tar archives in memory, also those that nobody should make
 *
 *	struct tar tar = { 0 };
 *
 *	tar_add(&tar, &(struct tar_file){ .name = "../x", .content = "y" });
 *	tar_end(&tar, 0);
 *
 * Names are taken as they are.
 *
 * See: tar(5), "POSIX ustar Archives".
 */
#ifndef ISOLAB_TAR_H
#define ISOLAB_TAR_H

#include <stddef.h>
#include <sys/types.h>

struct tar {
	unsigned char *bytes; /* owned */
	size_t size_bytes;
	size_t room_bytes;
	int error; /* of an earlier call; nothing more is added */
};

/* Zero means the default, written beside it. */
struct tar_file {
	const char *name; /* 100 bytes at most, or with a slash in the right
			     place 255 */
	char type;	  /* '0' a file; '1' hard link, '2' symbolic link, '3'
			     and '4' devices, '5' folder, '6' FIFO */
	mode_t mode;	  /* 0644, or 0755 for a folder */
	unsigned uid;
	unsigned gid;
	const char *content; /* none; of a file */
	const char *to;	     /* of a link */
	unsigned major;
	unsigned minor;
	long long says_size; /* the header's size, if it is to be a lie */
};

/* tar_add() - append an entry; an error is kept in @tar */
void tar_add(struct tar *tar, const struct tar_file *file);

/* tar_end() - append the two blocks of zeros, and @padding more of them */
void tar_end(struct tar *tar, size_t padding);

/* tar_memfd() - a file with the archive. Return: descriptor, which the caller
 * closes, or -errno. */
int tar_memfd(const struct tar *tar);

/* tar_digest() - SHA-256 of the archive, 64 digits and a NUL */
void tar_digest(const struct tar *tar, char hex[65]);

void tar_release(struct tar *tar);

#endif /* ISOLAB_TAR_H */
