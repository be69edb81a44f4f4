/* SPDX-License-Identifier: MIT */
/*
 * assemble.c - make a root directory out of the layers of an image
 *
 * Usage:  assemble DIR LAYER[@DIGEST]...
 *
 *	DIR     does not exist yet; afterwards it has what all layers say
 *	LAYER   a tar archive, the lowest first
 *	DIGEST  its SHA-256, 64 digits of hexadecimal: if the bytes are others,
 *	        there is no DIR
 *
 *	DIR.part --layer 1--> DIR.part --layer 2--> ... --rename(2)--> DIR
 *	    `----------- anything goes wrong ----------> nothing
 *
 * The layers come from strangers.  To keep it short it knows files, folders
 * and links, all of which belong to whoever calls it.
 *
 * Libs:   sodium
 * Read:   OCI image specification, layer.md; tar(5), "POSIX ustar Archives"
 * Test:   isolab grade 10
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"

enum { BLOCK = 512, NAME_SIZE = 257, HEX_DIGITS = 64 };

/* tar(5), "POSIX ustar Archives": numbers are octal text. */
struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char linkname[100];
	char magic[8];
	char uname[32];
	char gname[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char unused[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a block of the archive");

/* A layer that is being read. */
struct layer {
	int fd;
	const char *digest; /* as it should be; NULL: nobody said */
	crypto_hash_sha256_state hash;
};

/*
 * A layer is read twice.  First it takes away, and only the layers below have
 * put anything there yet; then it adds.
 */
enum pass { TAKE_AWAY, ADD };

/* ---- where an entry goes ---------------------------------------------------- */

/*
 * TASK 10.1: open the folder that an entry is put into, and set *ret_base to
 * the last part of its name: for "a/b/c" that is the folder "a/b" below rootfd,
 * and "c".  Make the folders that are missing, with mode 0755.
 *
 * The name is a stranger's.  Return -EBADMSG if it is absolute, if one of its
 * parts is "..", the last one too, or if it leads through a symbolic link,
 * wherever to.  Whether a name ends with a slash is taken care of already.
 */
static int open_parent(int rootfd, const char *name, const char **ret_base)
{
	/* SOLUTION BEGIN
	die(0, "task 10.1 is not done yet: %d, %s", rootfd, name);
	*ret_base = name;
	*/
	auto_close int fd = fcntl(rootfd, F_DUPFD_CLOEXEC, 0);
	char part[NAME_SIZE];

	for (;;) {
		size_t len = strcspn(name, "/");
		int next;

		snprintf(part, sizeof(part), "%.*s", (int)len, name);
		if (len == 0 || strcmp(part, "..") == 0)
			return -EBADMSG;
		if (!name[len])
			break;
		if (mkdirat(fd, part, 0755) < 0 && errno != EEXIST)
			return -errno;
		/* With O_NOFOLLOW a link is no folder, and that is an error. */
		next = openat(fd, part,
			      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return errno == ENOTDIR ? -EBADMSG : -errno;
		(void)close(fd);
		fd = next;
		name += len + 1;
	}
	*ret_base = name;
	return steal_fd(&fd);
	/* SOLUTION END */
}

/* ---- the bytes ------------------------------------------------------------- */

/*
 * TASK 10.2: the sum of the bytes.  layer->hash has been begun, and everything
 * that is read passes through here.
 */
static void count_bytes(struct layer *layer, const char *bytes, size_t n)
{
	/* SOLUTION BEGIN
	if (layer->digest)
		die(0, "task 10.2 is not done yet: %p, %zu", (void *)bytes, n);
	*/
	crypto_hash_sha256_update(&layer->hash, (const unsigned char *)bytes,
				  n);
	/* SOLUTION END */
}

/* Return: 0, or 1 at the end of the file, or -EBADMSG inside a block. */
static int read_block(struct layer *layer, char block[BLOCK])
{
	size_t used = 0;
	ssize_t n;

	while (used < BLOCK) {
		n = read(layer->fd, block + used, BLOCK - used);
		if (n < 0)
			return -errno;
		if (n == 0)
			return used == 0 ? 1 : -EBADMSG;
		used += (size_t)n;
	}
	count_bytes(layer, block, BLOCK);
	return 0;
}

/*
 * TASK 10.2, too: the archive has ended, with a block of zeros, but the file
 * may go on.  Read the rest of it, and compare the sum of all bytes with
 * layer->digest.  Return 0, or -EBADMSG.
 */
static int check_digest(struct layer *layer)
{
	/* SOLUTION BEGIN
	die(0, "task 10.2 is not done yet: %s is not compared", layer->digest);
	*/
	unsigned char sum[crypto_hash_sha256_BYTES];
	char hex[HEX_DIGITS + 1];
	char block[BLOCK];
	int r;

	while ((r = read_block(layer, block)) == 0)
		;
	if (r < 0)
		return r;
	crypto_hash_sha256_final(&layer->hash, sum);
	sodium_bin2hex(hex, sizeof(hex), sum, sizeof(sum));
	return strcmp(hex, layer->digest) == 0 ? 0 : -EBADMSG;
	/* SOLUTION END */
}

/* ---- taking away ------------------------------------------------------------- */

static int empty_folder(int dirfd);

/* A file, or a folder with all that is in it.  What is not there is no error. */
static int remove_all(int dirfd, const char *name)
{
	auto_close int fd = -1;
	int r;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -errno;
	fd = openat(dirfd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = empty_folder(fd);
	return r < 0 ? r : sysret(unlinkat(dirfd, name, AT_REMOVEDIR));
}

static int empty_folder(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			r = remove_all(dirfd, entry->d_name);
	}
	closedir(dir);
	return r;
}

/*
 * TASK 10.3: a whiteout.  "base" begins with ".wh."; the entry is in the folder
 * "dirfd", and has no content.  ".wh.NAME" says that NAME of the layers below
 * is gone, ".wh..wh..opq" that all is gone that they have in this folder.
 * remove_all() and empty_folder() do the work; find out in which pass.
 *
 * Return 0, or -EBADMSG if NAME is none, "." or "..".
 */
static int apply_whiteout(int dirfd, const char *base, enum pass pass)
{
	/* SOLUTION BEGIN
	die(0, "task 10.3 is not done yet: %d, %s, %d", dirfd, base, pass);
	*/
	const char *name = base + strlen(".wh.");

	if (pass == ADD)
		return 0;
	if (strcmp(base, ".wh..wh..opq") == 0)
		return empty_folder(dirfd);
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EBADMSG;
	return remove_all(dirfd, name);
	/* SOLUTION END */
}

/* ---- adding ------------------------------------------------------------------ */

static long long octal(const char *text, size_t size)
{
	long long value = 0;

	for (size_t i = 0; i < size && text[i] >= '0' && text[i] <= '7'; i++)
		value = value * 8 + text[i] - '0';
	return value;
}

/* The content, or skip it: fd is -1. */
static int copy_content(struct layer *layer, int fd, long long size)
{
	char block[BLOCK];

	for (; size > 0; size -= BLOCK) {
		int r = read_block(layer, block);

		if (r != 0)
			return r < 0 ? r : -EBADMSG;
		if (fd >= 0)
			r = write_all(fd, block,
				      size < BLOCK ? (size_t)size : BLOCK);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_file(struct layer *layer, int dirfd, const char *base,
		    mode_t mode, long long size)
{
	auto_close int fd = -1;
	int r = remove_all(dirfd, base);

	if (r < 0)
		return r;
	fd = openat(dirfd, base,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = copy_content(layer, fd, size);
	return r < 0 ? r : sysret(fchmod(fd, mode));
}

/* What is in a folder of a lower layer stays. */
static int add_folder(int dirfd, const char *base, mode_t mode)
{
	struct stat st;
	int r = 0;

	if (fstatat(dirfd, base, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode))
		r = remove_all(dirfd, base);
	if (r == 0 && mkdirat(dirfd, base, 0755) < 0 && errno != EEXIST)
		r = -errno;
	return r < 0 ? r : sysret(fchmodat(dirfd, base, mode, 0));
}

static int add_hard_link(int rootfd, const char *to, int dirfd,
			 const char *base)
{
	const char *to_base;
	auto_close int to_dirfd = open_parent(rootfd, to, &to_base);
	int r;

	if (to_dirfd < 0)
		return to_dirfd;
	r = remove_all(dirfd, base);
	return r < 0 ? r : sysret(linkat(to_dirfd, to_base, dirfd, base, 0));
}

static int add_entry(struct layer *layer, int rootfd,
		     const struct header *header, int dirfd, const char *base)
{
	mode_t mode = octal(header->mode, sizeof(header->mode)) & 07777;
	char to[sizeof(header->linkname) + 1];
	int r;

	snprintf(to, sizeof(to), "%.*s", (int)sizeof(header->linkname),
		 header->linkname);
	switch (header->type) {
	case '0':
	case '\0':
		return add_file(layer, dirfd, base, mode,
				octal(header->size, sizeof(header->size)));
	case '1':
		return add_hard_link(rootfd, to, dirfd, base);
	case '2':
		r = remove_all(dirfd, base);
		return r < 0 ? r : sysret(symlinkat(to, dirfd, base));
	case '5':
		return add_folder(dirfd, base, mode);
	default:
		return -EOPNOTSUPP;
	}
}

/* ---- a layer, all layers ------------------------------------------------------- */

static bool is_zero(const char block[BLOCK])
{
	for (size_t i = 0; i < BLOCK; i++) {
		if (block[i])
			return false;
	}
	return true;
}

/* "usr/bin/" is "usr/bin"; a long name is in two parts. */
static void name_of(const struct header *header, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%.155s%s%.100s", header->prefix,
		 header->prefix[0] ? "/" : "", header->name);
	for (size_t len = strlen(name); len > 1 && name[len - 1] == '/';)
		name[--len] = '\0';
}

static const char *last_part(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static int take_entry(struct layer *layer, int rootfd,
		      const struct header *header, enum pass pass)
{
	long long size = octal(header->size, sizeof(header->size));
	bool has_content = header->type == '0' || header->type == '\0';
	char name[NAME_SIZE];
	auto_close int dirfd = -1;
	bool is_whiteout;
	const char *base;

	name_of(header, name);
	is_whiteout = strncmp(last_part(name), ".wh.", 4) == 0;
	if (pass == TAKE_AWAY && !is_whiteout)
		return copy_content(layer, -1, has_content ? size : 0);
	dirfd = open_parent(rootfd, name, &base);
	if (dirfd < 0)
		return dirfd;
	if (is_whiteout)
		return apply_whiteout(dirfd, base, pass);
	return add_entry(layer, rootfd, header, dirfd, base);
}

static int read_layer(struct layer *layer, int rootfd, enum pass pass)
{
	struct header header;
	int r;

	if (lseek(layer->fd, 0, SEEK_SET) < 0)
		return -errno;
	crypto_hash_sha256_init(&layer->hash);
	for (;;) {
		r = read_block(layer, (char *)&header);
		if (r != 0)
			return r < 0 ? r : -EBADMSG;
		if (is_zero((const char *)&header))
			return layer->digest ? check_digest(layer) : 0;
		r = take_entry(layer, rootfd, &header, pass);
		if (r < 0)
			return r;
	}
}

/* FILE or FILE@DIGEST. */
static int add_layer(char *argument, int rootfd)
{
	char *at = strchr(argument, '@');
	struct layer layer = { .digest = at ? at + 1 : NULL };
	int r;

	if (at)
		*at = '\0';
	layer.fd = open(argument, O_RDONLY | O_CLOEXEC);
	if (layer.fd < 0)
		return -errno;
	r = read_layer(&layer, rootfd, TAKE_AWAY);
	if (r == 0)
		r = read_layer(&layer, rootfd, ADD);
	(void)close(layer.fd);
	return r;
}

/*
 * TASK 10.4: it went wrong, and DIR.part is half-made.  Nothing of it may stay.
 */
static void give_up(const char *part)
{
	/* SOLUTION BEGIN
	die(0, "task 10.4 is not done yet: %s stays", part);
	*/
	int r = remove_all(AT_FDCWD, part);

	if (r < 0)
		die(r, "cannot remove '%s'", part);
	/* SOLUTION END */
}

int main(int argc, char *argv[])
{
	char part[PATH_MAX];
	int rootfd;
	int r = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: assemble DIR LAYER[@DIGEST]...\n");
		return KIT_USAGE;
	}
	snprintf(part, sizeof(part), "%s.part", argv[1]);
	if (mkdir(part, 0755) < 0)
		die(-errno, "cannot make '%s'", part);
	rootfd = open(part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0)
		die(-errno, "cannot open '%s'", part);

	for (int i = 2; r == 0 && i < argc; i++) {
		r = add_layer(argv[i], rootfd);
		if (r < 0)
			fprintf(stderr, "assemble: layer '%s': %s\n", argv[i],
				strerror(-r));
	}
	if (r == 0 && rename(part, argv[1]) < 0)
		r = -errno;
	if (r < 0) {
		give_up(part);
		die(r, "there is no '%s'", argv[1]);
	}
	return KIT_OK;
}
