/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "kit.h"
#include "machine.h"

/* The kernel unpacks archives one after the other, each padded to 4 bytes.
 * See: Documentation/driver-api/early-userspace/buffer-format.rst. */

static int pad(int fd, size_t len)
{
	static const char zero[4];

	return len % 4 ? write_all(fd, zero, 4 - len % 4) : 0;
}

/* The header of "newc": thirteen numbers of eight hexadecimal digits. */
static int put_header(int fd, const char *name, mode_t mode, size_t size)
{
	unsigned namesize = (unsigned)strlen(name) + 1;
	char head[111];
	int r;

	snprintf(head, sizeof(head),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 0U, (unsigned)mode, 0U, 0U, 1U, 0U, (unsigned)size, 0U, 0U, 0U,
		 0U, namesize, 0U);
	r = write_all(fd, head, 110);
	if (r == 0)
		r = write_all(fd, name, namesize);
	return r < 0 ? r : pad(fd, 110 + namesize);
}

static int copy(int to, int from, size_t size)
{
	off_t at = 0;

	while ((size_t)at < size) {
		ssize_t n = sendfile(to, from, &at, size - (size_t)at);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
	}
	return pad(to, size);
}

/* The folders that a file is in; those that are there stay as they are. */
static int put_parents(int fd, const char *name)
{
	char path[MACHINE_PATH];
	int r = 0;

	for (const char *slash = name; r == 0 && (slash = strchr(slash, '/'));
	     slash++) {
		snprintf(path, sizeof(path), "%.*s", (int)(slash - name), name);
		r = put_header(fd, path, S_IFDIR | 0755, 0);
	}
	return r;
}

static int put_file(int fd, const struct machine_file *file)
{
	char name[MACHINE_PATH];
	struct stat st;
	int r;

	if (snprintf(name, sizeof(name), "small%s", file->to) >=
	    (int)sizeof(name))
		return -E2BIG;
	if (fstat(file->fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > 0x7fffffff)
		return -EFBIG;
	r = put_parents(fd, name);
	if (r == 0)
		r = put_header(fd, name, S_IFREG | (file->mode & 07777),
			       (size_t)st.st_size);
	return r < 0 ? r : copy(fd, file->fd, (size_t)st.st_size);
}

int machine_initrd(const struct machine_file *files, size_t count)
{
	auto_close int fd = memfd_create("initrd", MFD_CLOEXEC);
	auto_close int base = -1;
	char path[MACHINE_PATH];
	struct stat st;
	int r = kit_build_path(path, sizeof(path), "machine/base.cpio");

	if (fd < 0)
		return -errno;
	if (r < 0)
		return r;
	base = open(path, O_RDONLY | O_CLOEXEC);
	if (base < 0 || fstat(base, &st) < 0)
		return -errno;
	r = copy(fd, base, (size_t)st.st_size);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = put_file(fd, &files[i]);
	if (r == 0 && count > 0)
		r = put_header(fd, "TRAILER!!!", 0, 0);
	return r < 0 ? r : steal_fd(&fd);
}
