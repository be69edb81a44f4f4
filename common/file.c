/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"

int file_write_at(int dirfd, const char *path, const char *text)
{
	auto_close int fd = -1;
	size_t len = strlen(text);
	ssize_t n;

	fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	n = write(fd, text, len);
	if (n < 0)
		return -errno;
	if ((size_t)n != len)
		return -EIO;

	return 0;
}

int file_read_at(int dirfd, const char *path, char *buf, size_t size)
{
	auto_close int fd = -1;
	size_t used = 0;

	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	while (used < size) {
		ssize_t n = read(fd, buf + used, size - used);

		if (n < 0)
			return -errno;
		if (n == 0) {
			buf[used] = '\0';
			return (int)used;
		}
		used += (size_t)n;
	}

	return -E2BIG;
}

enum { READ_ALL_MAX = 16 << 20 };

int file_read_all(const char *path, char **ret_text)
{
	auto_close int fd = -1;
	auto_free char *text = NULL;
	size_t room = 0;
	size_t used = 0;
	ssize_t n;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	do {
		if (room - used < 2) {
			char *more;

			room = room ? 2 * room : 4096;
			if (room > READ_ALL_MAX)
				return -EFBIG;
			more = realloc(text, room);
			if (!more)
				return -ENOMEM;
			text = more;
		}
		n = read(fd, text + used, room - used - 1);
		if (n < 0)
			return -errno;
		used += (size_t)n;
	} while (n > 0);

	text[used] = '\0';
	*ret_text = text;
	text = NULL;
	return (int)used;
}

int write_all(int fd, const void *data, size_t len_bytes)
{
	const char *from = data;

	while (len_bytes > 0) {
		ssize_t n = write(fd, from, len_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		from += n;
		len_bytes -= (size_t)n;
	}
	return 0;
}
