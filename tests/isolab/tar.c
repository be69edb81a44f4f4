/* SPDX-License-Identifier: MIT */
#include "tar.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"

enum { BLOCK = 512 };

static unsigned char *grow(struct tar *tar, size_t n)
{
	unsigned char *bytes;

	if (tar->error)
		return NULL;
	if (tar->size_bytes + n > tar->room_bytes) {
		tar->room_bytes = 2 * (tar->size_bytes + n);
		bytes = realloc(tar->bytes, tar->room_bytes);
		if (!bytes) {
			tar->error = -ENOMEM;
			return NULL;
		}
		tar->bytes = bytes;
	}
	bytes = tar->bytes + tar->size_bytes;
	memset(bytes, 0, n);
	tar->size_bytes += n;
	return bytes;
}

static void put(unsigned char *header, size_t at, size_t size, const char *text)
{
	size_t len = strlen(text);

	memcpy(header + at, text, len < size ? len : size);
}

static void put_octal(unsigned char *header, size_t at, int digits,
		      unsigned long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%0*llo", digits, value);
	put(header, at, (size_t)digits, text);
}

static void put_name(unsigned char *header, const char *name)
{
	const char *slash = name;

	if (strlen(name) <= 100) {
		put(header, 0, 100, name);
		return;
	}
	while ((slash = strchr(slash + 1, '/')) && strlen(slash + 1) > 100)
		;
	if (!slash)
		return;
	memcpy(header + 345, name, (size_t)(slash - name));
	put(header, 0, 100, slash + 1);
}

void tar_add(struct tar *tar, const struct tar_file *file)
{
	char type = file->type ? file->type : '0';
	size_t size = file->content ? strlen(file->content) : 0;
	mode_t mode = file->mode ? file->mode : type == '5' ? 0755 : 0644;
	size_t blocks = 1 + (size + BLOCK - 1) / BLOCK;
	unsigned char *header = grow(tar, blocks * BLOCK);
	unsigned sum = 0;

	if (!header)
		return;
	put_name(header, file->name);
	put_octal(header, 100, 7, mode);
	put_octal(header, 108, 7, file->uid);
	put_octal(header, 116, 7, file->gid);
	put_octal(header, 124, 11,
		  file->says_size ? (unsigned long long)file->says_size : size);
	put_octal(header, 136, 11, 0);
	memset(header + 148, ' ', 8);
	header[156] = (unsigned char)type;
	put(header, 157, 100, file->to ? file->to : "");
	memcpy(header + 257, "ustar\00000", 8);
	put_octal(header, 329, 7, file->major);
	put_octal(header, 337, 7, file->minor);
	for (size_t i = 0; i < BLOCK; i++)
		sum += header[i];
	put_octal(header, 148, 6, sum);
	header[154] = '\0';
	if (size > 0)
		memcpy(header + BLOCK, file->content, size);
}

void tar_end(struct tar *tar, size_t padding)
{
	(void)grow(tar, (2 + padding) * BLOCK);
}

int tar_memfd(const struct tar *tar)
{
	auto_close int fd = memfd_create("tar", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : tar->error;

	if (r == 0)
		r = write_all(fd, tar->bytes, tar->size_bytes);
	return r < 0 ? r : steal_fd(&fd);
}

void tar_digest(const struct tar *tar, char hex[65])
{
	unsigned char sum[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(sum, tar->bytes, tar->size_bytes);
	sodium_bin2hex(hex, 65, sum, sizeof(sum));
}

void tar_release(struct tar *tar)
{
	free(tar->bytes);
	*tar = (struct tar){ 0 };
}
