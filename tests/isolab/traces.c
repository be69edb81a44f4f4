/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "file.h"
#include "matrix.h"
#include "text.h"

/* Text files of the kernel that are the same before and after. */
static const char *const files[] = {
	"/proc/self/mountinfo",
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
		(void)file_read_all(files[i], &traces->texts[i]);
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
