/* SPDX-License-Identifier: MIT */
#include "submission.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

enum { MAX_SOURCE_BYTES = 1 << 20 };

static const char *const endings[] = { ".c", ".h", ".S" };

static bool has_ending(const char *name, const char *ending)
{
	size_t n = strlen(name);
	size_t m = strlen(ending);

	return n > m && strcmp(name + n - m, ending) == 0;
}

static bool is_source(const char *name)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (has_ending(name, endings[i]))
			return true;
	}
	return false;
}

/* A name goes onto the compiler's command line: nothing but plain ones. */
static bool is_plain(const char *name)
{
	return name[0] != '-' && name[0] != '.' &&
	       strlen(name) < sizeof(((struct source *)0)->name) &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789._-")] == '\0';
}

/* Add one file.  Opened without following a link and without waiting for the
 * other end of a FIFO, and only then looked at: nothing can change between. */
static int add(struct submission *sub, int dirfd, const char *path,
	       const char *name, char *why, size_t size)
{
	auto_close int fd = -1;
	struct stat st;

	if (!is_plain(name)) {
		snprintf(why, size,
			 "a file's name has other characters than letters, "
			 "digits and '._-'; rename it");
		return 0;
	}
	if (sub->count == SUBMISSION_FILES) {
		snprintf(why, size, "there are more than %d source files",
			 SUBMISSION_FILES);
		return 0;
	}
	fd = openat(dirfd, path,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP) {
		snprintf(why, size,
			 "%s is a symbolic link; hand in the file itself",
			 name);
		return 0;
	}
	if (fd < 0 || fstat(fd, &st) < 0) {
		snprintf(why, size, "cannot open %s: %s", name,
			 strerror(errno));
		return 0;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(why, size, "%s is %s and not a file", name,
			 S_ISDIR(st.st_mode) ? "a folder" : "something else");
		return 0;
	}
	if (st.st_size > MAX_SOURCE_BYTES) {
		snprintf(why, size,
			 "%s has %lld bytes; a source file may have %d", name,
			 (long long)st.st_size, MAX_SOURCE_BYTES);
		return 0;
	}
	snprintf(sub->files[sub->count].name,
		 sizeof(sub->files[sub->count].name), "%s", name);
	sub->files[sub->count++].fd = steal_fd(&fd);
	return 1;
}

static int add_folder(struct submission *sub, int fd, char *why, size_t size)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	bool has_c = false;
	int r = 1;

	if (!dir) {
		close(fd);
		snprintf(why, size, "cannot read the folder");
		return 0;
	}
	while (r == 1 && (entry = readdir(dir))) {
		if (!is_source(entry->d_name) || entry->d_name[0] == '.')
			continue;
		r = add(sub, fd, entry->d_name, entry->d_name, why, size);
		has_c |= has_ending(entry->d_name, ".c");
	}
	closedir(dir);
	if (r == 1 && !has_c) {
		snprintf(why, size, "there is no .c file in the folder");
		return 0;
	}
	return r;
}

int submission_open(const char *path, struct submission *ret, char *why,
		    size_t size)
{
	struct submission sub = { 0 };
	const char *slash = strrchr(path, '/');
	struct stat st;
	int fd;
	int r;

	if (lstat(path, &st) < 0) {
		snprintf(why, size, "there is no %s; nothing was handed in",
			 path);
		return 0;
	}
	if (S_ISDIR(st.st_mode)) {
		fd = open(path,
			  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0) {
			snprintf(why, size, "cannot open %s: %s", path,
				 strerror(errno));
			return 0;
		}
		r = add_folder(&sub, fd, why, size);
	} else if (S_ISLNK(st.st_mode)) {
		snprintf(why, size,
			 "%s is a symbolic link; hand in the file itself",
			 path);
		r = 0;
	} else if (!has_ending(path, ".c")) {
		snprintf(why, size,
			 "%s is not a C source file; its name must "
			 "end in .c",
			 path);
		r = 0;
	} else {
		r = add(&sub, AT_FDCWD, path, slash ? slash + 1 : path, why,
			size);
	}

	if (r == 1)
		*ret = sub;
	else
		submission_release(&sub);
	return r;
}

void submission_release(struct submission *submission)
{
	for (size_t i = 0; i < submission->count; i++)
		close(submission->files[i].fd);
	submission->count = 0;
}
