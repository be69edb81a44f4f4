/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "walk.h"

enum { LIST_BYTES = 1 << 16, VALUE_BYTES = 1 << 16, BLOCK_BYTES = 1 << 16 };

/* A file that is being described. */
struct view {
	int dirfd;	  /* borrowed; its folder */
	const char *base; /* its name there */
	char proc[320];	  /* the same as a path: listxattr(2) has no dirfd */
	struct stat st;
};

/* ---- text --------------------------------------------------------------------- */

static void put_escaped(FILE *to, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c <= ' ' || *c > '~' || *c == '%')
			fprintf(to, "%%%02X", *c);
		else
			fputc(*c, to);
	}
}

static char type_letter(mode_t mode)
{
	return S_ISREG(mode)	? 'f'
	       : S_ISDIR(mode)	? 'd'
	       : S_ISLNK(mode)	? 'l'
	       : S_ISCHR(mode)	? 'c'
	       : S_ISBLK(mode)	? 'b'
	       : S_ISFIFO(mode) ? 'p'
				: 's';
}

/* ---- attributes ---------------------------------------------------------------- */

bool xattr_is_kept(const char *name)
{
	static const char *const others[] = {
		"trusted.overlay.", "user.overlay.", "security.selinux",
		"security.ima",	    "security.evm",  IDS_XATTR,
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strncmp(name, others[i], strlen(others[i])) == 0)
			return false;
	}
	return true;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int put_one_xattr(FILE *to, const char *proc, const char *name)
{
	auto_free unsigned char *value = malloc(VALUE_BYTES);
	ssize_t n;

	if (!value)
		return -ENOMEM;
	n = lgetxattr(proc, name, value, VALUE_BYTES);
	if (n < 0)
		return -errno;
	fputc(' ', to);
	put_escaped(to, name);
	fputc('=', to);
	for (ssize_t i = 0; i < n; i++)
		fprintf(to, "%02x", value[i]);
	return 0;
}

static int put_xattrs(FILE *to, const char *proc)
{
	auto_free char *list = malloc(LIST_BYTES);
	auto_free char **names = calloc(LIST_BYTES / 2, sizeof(*names));
	size_t count = 0;
	ssize_t n;
	int r = 0;

	if (!list || !names)
		return -ENOMEM;
	n = llistxattr(proc, list, LIST_BYTES);
	if (n < 0)
		/* cppcheck-suppress memleak ; it is auto_free */
		return errno == EOPNOTSUPP ? 0 : -errno;
	for (char *name = list; name < list + n; name += strlen(name) + 1) {
		if (xattr_is_kept(name))
			names[count++] = name;
	}
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = put_one_xattr(to, proc, names[i]);
	return r;
}

/* Who would own it, had it been unpacked by root. */
static void find_owner(struct view *view)
{
	unsigned char buf[IDS_XATTR_BYTES];
	struct owner owner;
	ssize_t n = lgetxattr(view->proc, IDS_XATTR, buf, sizeof(buf));

	if (n >= 0 && ids_decode(buf, (size_t)n, &owner) == 0) {
		view->st.st_uid = owner.uid;
		view->st.st_gid = owner.gid;
	}
}

/* ---- one file ------------------------------------------------------------------- */

static int put_content(FILE *to, const struct view *view)
{
	auto_free char *block = malloc(BLOCK_BYTES);
	auto_close int fd =
		openat(view->dirfd, view->base,
		       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct digest digest;
	struct hash hash;
	ssize_t n;

	if (!block)
		return -ENOMEM;
	if (fd < 0)
		/* cppcheck-suppress memleak ; it is auto_free */
		return -errno;
	hash_init(&hash);
	while ((n = read(fd, block, BLOCK_BYTES)) > 0)
		hash_add(&hash, block, (size_t)n);
	if (n < 0)
		return -errno;
	hash_end(&hash, &digest);
	fprintf(to, " size=%jd sha256=%s", (intmax_t)view->st.st_size,
		digest_hex(&digest));
	return 0;
}

static int put_target(FILE *to, const struct view *view)
{
	char target[PATH_MAX];
	ssize_t n =
		readlinkat(view->dirfd, view->base, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	fputs(" to=", to);
	put_escaped(to, target);
	return 0;
}

static int put_file(FILE *to, const struct view *view)
{
	const struct stat *st = &view->st;
	int r = 0;

	fprintf(to, "%c %04o %u:%u", type_letter(st->st_mode),
		(unsigned)st->st_mode & 07777, st->st_uid, st->st_gid);
	if (S_ISREG(st->st_mode))
		r = put_content(to, view);
	if (S_ISLNK(st->st_mode))
		r = put_target(to, view);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		fprintf(to, " %u:%u", major(st->st_rdev), minor(st->st_rdev));
	return r < 0 ? r : put_xattrs(to, view->proc);
}

static int describe(const struct view *view, char **ret)
{
	size_t size;
	FILE *to = open_memstream(ret, &size);
	int r;

	if (!to)
		return -ENOMEM;
	r = put_file(to, view);
	return fclose(to) != 0 && r == 0 ? -ENOMEM : r;
}

int tree_describe(int dirfd, char **ret)
{
	struct view view = { .dirfd = dirfd, .base = "." };

	snprintf(view.proc, sizeof(view.proc), "/proc/self/fd/%d/.", dirfd);
	if (fstatat(dirfd, ".", &view.st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	find_owner(&view);
	return describe(&view, ret);
}

/* ---- all files ------------------------------------------------------------------ */

static int add_entry(struct tree *tree, const char *path,
		     const struct view *view)
{
	struct tree_entry *entry;

	if (tree->count == tree->room) {
		tree->room = tree->room ? 2 * tree->room : 256;
		entry = realloc(tree->entries, tree->room * sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		tree->entries = entry;
	}
	entry = &tree->entries[tree->count];
	*entry = (struct tree_entry){ .path = strdup(path), .st = view->st };
	if (!entry->path)
		return -ENOMEM;
	tree->count++;
	return describe(view, &entry->text);
}

static int add_folder(struct tree *tree, int dirfd, const char *path,
		      struct why *why);

static int add_file(struct tree *tree, int dirfd, const char *base,
		    const char *path, struct why *why)
{
	struct view view = { .dirfd = dirfd, .base = base };
	auto_close int fd = -1;
	int r;

	snprintf(view.proc, sizeof(view.proc), "/proc/self/fd/%d/%s", dirfd,
		 base);
	if (fstatat(dirfd, base, &view.st, AT_SYMLINK_NOFOLLOW) < 0)
		return why_set(why, -errno, NULL, "cannot look at '%s'", path);
	find_owner(&view);
	r = add_entry(tree, path, &view);
	if (r < 0)
		return why_set(why, r, NULL, "cannot read '%s'", path);
	if (!S_ISDIR(view.st.st_mode) || strcmp(base, ".") == 0)
		return 0;
	fd = openat(dirfd, base,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return why_set(why, -errno, NULL, "cannot open '%s'", path);
	return add_folder(tree, fd, path, why);
}

static int add_folder(struct tree *tree, int dirfd, const char *path,
		      struct why *why)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!dir) {
		r = -errno;
		if (fd >= 0)
			(void)close(fd);
		return why_set(why, r, NULL, "cannot open '%s'", path);
	}
	while (r == 0 && (entry = readdir(dir))) {
		auto_free char *below = NULL;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (asprintf(&below, "%s%s%s", path, *path ? "/" : "",
			     entry->d_name) < 0)
			r = -ENOMEM;
		else
			r = add_file(tree, dirfd, entry->d_name, below, why);
	}
	closedir(dir);
	return r;
}

static int compare_paths(const void *a, const void *b)
{
	const struct tree_entry *x = a;
	const struct tree_entry *y = b;

	return strcmp(x->path, y->path);
}

/* ---- hard links ------------------------------------------------------------------ */

static int compare_inodes(const void *a, const void *b, void *arg)
{
	const struct tree_entry *entries = arg;
	const struct tree_entry *x = &entries[*(const size_t *)a];
	const struct tree_entry *y = &entries[*(const size_t *)b];

	if (x->st.st_dev != y->st.st_dev)
		return x->st.st_dev < y->st.st_dev ? -1 : 1;
	if (x->st.st_ino != y->st.st_ino)
		return x->st.st_ino < y->st.st_ino ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* The first name of a file has its line; the others say which that is. */
static int find_links(struct tree *tree)
{
	auto_free size_t *order = calloc(tree->count, sizeof(*order));
	size_t n = 0;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < tree->count; i++) {
		const struct stat *st = &tree->entries[i].st;

		if (st->st_nlink > 1 && !S_ISDIR(st->st_mode))
			order[n++] = i;
	}
	qsort_r(order, n, sizeof(*order), compare_inodes, tree->entries);
	for (size_t i = 1; i < n; i++) {
		const struct tree_entry *last = &tree->entries[order[i - 1]];
		struct tree_entry *entry = &tree->entries[order[i]];

		if (last->st.st_ino == entry->st.st_ino &&
		    last->st.st_dev == entry->st.st_dev)
			entry->link =
				last->link ? last->link : order[i - 1] + 1;
	}
	return 0;
}

int tree_read(struct tree *tree, int rootfd, struct why *why)
{
	int r;

	*tree = (struct tree){ 0 };
	r = add_file(tree, rootfd, ".", ".", why);
	if (r == 0)
		r = add_folder(tree, rootfd, "", why);
	if (r < 0)
		return r;
	qsort(tree->entries, tree->count, sizeof(*tree->entries),
	      compare_paths);
	return find_links(tree);
}

void tree_release(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->entries[i].path);
		free(tree->entries[i].text);
	}
	free(tree->entries);
	*tree = (struct tree){ 0 };
}

/* ---- what is made of it ------------------------------------------------------------ */

int tree_print(const struct tree *tree, FILE *to)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct tree_entry *entry = &tree->entries[i];

		put_escaped(to, entry->path);
		fputc(' ', to);
		if (entry->link) {
			fputs("h ", to);
			put_escaped(to, tree->entries[entry->link - 1].path);
		} else {
			fputs(entry->text, to);
		}
		fputc('\n', to);
	}
	return fflush(to) != 0 || ferror(to) ? -EIO : 0;
}

int tree_digest_of(const struct tree *tree, struct digest *ret)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	struct hash hash;
	int r;

	if (!to)
		return -ENOMEM;
	r = tree_print(tree, to);
	if (fclose(to) != 0 || r < 0)
		return -ENOMEM;
	hash_init(&hash);
	hash_add(&hash, text, size);
	hash_end(&hash, ret);
	return 0;
}

const struct tree_entry *tree_find(const struct tree *tree, const char *path)
{
	const struct tree_entry key = { .path = (char *)(uintptr_t)path };

	return bsearch(&key, tree->entries, tree->count, sizeof(*tree->entries),
		       compare_paths);
}
