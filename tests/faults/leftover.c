/* SPDX-License-Identifier: MIT */
#include "leftover.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "mountinfo.h"

static void put_processes(FILE *out, int pid)
{
	char path[64], name[64] = "";
	FILE *f;
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "re");
	while (f && fscanf(f, "%d", &child) == 1) {
		snprintf(path, sizeof(path), "/proc/%d/comm", child);
		(void)file_read_at(AT_FDCWD, path, name, sizeof(name));
		name[strcspn(name, "\n")] = '\0';
		fprintf(out, "process %s\n", name);
		put_processes(out, child);
	}
	if (f)
		fclose(f);
}

static void put_mounts(FILE *out)
{
	struct mountinfo info = { 0 };

	if (mountinfo_load("/proc/self/mountinfo", &info) == 0)
		for (size_t i = 0; i < info.count; i++)
			fprintf(out, "mount %s\n", info.entries[i].point);
	mountinfo_release(&info);
}

static int not_dots(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static int folders_only(const struct dirent *e)
{
	return not_dots(e) && e->d_type == DT_DIR;
}

static void put_below(FILE *out, const char *kind, const char *folder,
		      int (*which)(const struct dirent *))
{
	struct dirent **list;
	int n = scandir(folder, &list, which, alphasort);

	for (int i = 0; i < n; i++) {
		auto_free char *path = NULL;

		if (asprintf(&path, "%s/%s", folder, list[i]->d_name) >= 0) {
			fprintf(out, "%s %s\n", kind, path);
			if (list[i]->d_type == DT_DIR)
				put_below(out, kind, path, which);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

char *leftover_list(bool groups, const char *const folders[])
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	put_processes(out, getpid());
	put_mounts(out);
	if (groups) {
		put_below(out, "group", "/sys/fs/cgroup", folders_only);
		put_below(out, "link", "/sys/class/net", not_dots);
	}
	for (size_t i = 0; folders[i]; i++)
		put_below(out, "file", folders[i], not_dots);
	return fclose(out) == 0 ? text : NULL;
}

/* Is this line one of @text's? */
static int has_line(const char *text, const char *line, size_t len)
{
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		if (strcspn(at, "\n") == len && strncmp(at, line, len) == 0)
			return 1;
	return 0;
}

static int find_other(const char *in, const char *from, char sign, char *buf,
		      size_t size)
{
	for (const char *at = from; *at; at += strcspn(at, "\n") + 1) {
		size_t len = strcspn(at, "\n");

		if (has_line(in, at, len))
			continue;
		snprintf(buf, size, "%c %.*s", sign, (int)len, at);
		return 1;
	}
	return 0;
}

void leftover_first(const char *before, const char *after, char *buf,
		    size_t size)
{
	if (!find_other(before, after, '+', buf, size) &&
	    !find_other(after, before, '-', buf, size))
		snprintf(buf, size, "a line is there more or less often");
}
