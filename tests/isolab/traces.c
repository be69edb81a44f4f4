/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "cleanup.h"
#include "file.h"
#include "matrix.h"
#include "sandbox.h"
#include "text.h"

/* Text files of the kernel that are the same before and after. */
static const char *const files[] = {
	"/proc/self/mountinfo", /* the first; the others are tables */
	"/proc/sysvipc/shm",
	"/proc/sysvipc/sem",
	"/proc/sysvipc/msg",
};

enum { FILES = sizeof(files) / sizeof(files[0]), FOLDERS = 2 };

struct traces {
	char *texts[FILES];
	char *lists[FOLDERS]; /* of names: network links, the submission */
};

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static char *list_folder(const char *path)
{
	struct dirent **names;
	struct text text = { 0 };
	int count = scandir(path, &names, NULL, by_name);

	for (int i = 0; i < count; i++) {
		text_addf(&text, "%s ", names[i]->d_name);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return text_steal(&text);
}

/* The number below a heading such as "cuid"; the columns are words. */
static long column(const char *headings, const char *row, const char *heading)
{
	char name[32];
	char value[32];
	int n;
	int m;

	while (sscanf(headings, "%31s%n", name, &n) == 1 &&
	       sscanf(row, "%31s%n", value, &m) == 1) {
		if (strcmp(name, heading) == 0)
			return strtol(value, NULL, 10);
		headings += n;
		row += m;
	}
	return -1;
}

/*
 * The tables are the whole machine's, and others use them too.  A sandbox that
 * got out of its IPC namespace is still its own user: what it made has one of
 * its IDs, as owner or as maker.
 */
static char *keep_ours(char *table)
{
	struct text text = { 0 };
	const char *headings = strsep(&table, "\n");
	const char *row;

	while ((row = strsep(&table, "\n"))) {
		long owner = column(headings, row, "uid");
		long maker = column(headings, row, "cuid");

		if ((owner >= 0 && sandbox_may_be((unsigned)owner)) ||
		    (maker >= 0 && sandbox_may_be((unsigned)maker)))
			text_addf(&text, "%s\n", row);
	}
	return text_steal(&text);
}

static char *take_file(size_t i)
{
	auto_free char *text = NULL;

	if (file_read_all(files[i], &text) < 0)
		return NULL;
	if (i > 0)
		return keep_ours(text);
	return strdup(text);
}

static void traces_free(struct traces *traces)
{
	if (!traces)
		return;
	for (size_t i = 0; i < FILES; i++)
		free(traces->texts[i]);
	for (size_t i = 0; i < FOLDERS; i++)
		free(traces->lists[i]);
	free(traces);
}

struct traces *traces_take(const char *dir)
{
	struct traces *traces = calloc(1, sizeof(*traces));

	if (!traces)
		return NULL;
	for (size_t i = 0; i < FILES; i++)
		traces->texts[i] = take_file(i);
	traces->lists[0] = list_folder("/sys/class/net");
	traces->lists[1] = list_folder(dir);
	return traces;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

int traces_compare(struct traces *before, const char *dir, char *why,
		   size_t size)
{
	struct traces *after = traces_take(dir);
	const char *differs = NULL;

	if (!before || !after)
		differs = "no memory to compare";
	for (size_t i = 0; !differs && i < FILES; i++) {
		if (!same(before->texts[i], after->texts[i]))
			differs = files[i];
	}
	for (size_t i = 0; !differs && i < FOLDERS; i++) {
		if (!same(before->lists[i], after->lists[i]))
			differs = i == 0 ? "network links" : "the submission";
	}
	if (!differs && (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD))
		differs = "a process";
	if (!differs && cgroup_left())
		differs = "a cgroup";
	if (differs)
		snprintf(why, size, "left behind or changed: %s", differs);
	traces_free(before);
	traces_free(after);
	return differs != NULL;
}
