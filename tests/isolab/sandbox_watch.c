/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "sandbox_impl.h"

enum { PATH_SIZE = 64, MANY = 4096 };

/* The children of one thread; each is followed by its own descendants. */
static void add_children(pid_t pid, const char *tid, pid_t *pids, size_t max,
			 size_t *count)
{
	auto_free char *text = NULL;
	char path[PATH_SIZE];
	char *rest;
	char *word;

	snprintf(path, sizeof(path), "/proc/%d/task/%.16s/children", (int)pid,
		 tid);
	if (file_read_all(path, &text) < 0)
		return;

	rest = text;
	while ((word = strsep(&rest, " "))) {
		pid_t child = (pid_t)strtol(word, NULL, 10);
		int below;

		if (child <= 0)
			continue;
		if (*count < max)
			pids[*count] = child;
		++*count;
		below = sandbox_watch_pids(child,
					   *count < max ? pids + *count : NULL,
					   *count < max ? max - *count : 0);
		*count += (size_t)below;
	}
}

int sandbox_watch_pids(pid_t root, pid_t *pids, size_t max)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)root);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			add_children(root, entry->d_name, pids, max, &count);
	}
	closedir(dir);
	return (int)count;
}

unsigned sandbox_watch_rss_mib(pid_t root)
{
	auto_free pid_t *pids = calloc(MANY, sizeof(*pids));
	unsigned long long pages = 0;
	int count;

	if (!pids)
		return 0;
	count = sandbox_watch_pids(root, pids, MANY);
	for (int i = 0; i < count && i < MANY; i++) {
		char path[PATH_SIZE];
		char text[128];
		unsigned long long rss;

		snprintf(path, sizeof(path), "/proc/%d/statm", (int)pids[i]);
		if (file_read_at(AT_FDCWD, path, text, sizeof(text)) > 0 &&
		    sscanf(text, "%*u %llu", &rss) == 1)
			pages += rss;
	}
	return (unsigned)(pages * (unsigned long)sysconf(_SC_PAGESIZE) >> 20);
}

unsigned sandbox_watch_shmem_mib(void)
{
	auto_free char *text = NULL;
	unsigned long kib = 0;
	char *line;

	if (file_read_all("/proc/meminfo", &text) < 0)
		return 0;
	line = strstr(text, "\nShmem:");
	if (line)
		(void)sscanf(line, "\nShmem: %lu kB", &kib);
	return (unsigned)(kib >> 10);
}
