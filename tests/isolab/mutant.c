/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "file.h"
#include "kit.h"
#include "matrix.h"

enum { PATH_SIZE = 4096, HEADER_LINES = 12 };

/* Run a tool of the host and wait for it. */
static int run_tool(const char *const argv[])
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	return child_wait(pid);
}

int header_line(const char *path, const char *name, char *buf, size_t size)
{
	auto_free char *text = NULL;
	size_t len = strlen(name);
	char *rest;
	char *line;
	int r = file_read_all(path, &text);

	if (r < 0)
		return r;
	rest = text;
	for (int i = 0; i < HEADER_LINES && (line = strsep(&rest, "\n")); i++) {
		line += strspn(line, " *\t");
		if (strncmp(line, name, len) != 0 || line[len] != ':')
			continue;
		line += len + 1;
		line += strspn(line, " \t");
		snprintf(buf, size, "%s", line);
		return 0;
	}
	return -ENODATA;
}

void mutant_remove(const char *dir)
{
	const char *const argv[] = { "rm", "-rf", "--", dir, NULL };

	(void)run_tool(argv);
}

int mutant_make(const char *patch, const char *lab, char *dir, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	char from[PATH_SIZE];
	char below[256];
	char to[PATH_SIZE];
	const char *const copy[] = { "cp", "-r", "--", from, to, NULL };
	const char *const apply[] = {
		"patch", "-s", "-f", "-p1", "-d", dir, "-i", patch, NULL,
	};
	int r;

	snprintf(below, sizeof(below), "solutions/%s", lab);
	r = kit_path(from, sizeof(from), below);
	if (r < 0)
		return r;
	snprintf(dir, size, "%s/isolab-mutant-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return -errno;
	r = snprintf(to, sizeof(to), "%s/solutions", dir);
	if (r < 0 || (size_t)r >= sizeof(to) || mkdir(to, 0700) < 0)
		r = -errno;
	else
		r = run_tool(copy);
	if (r == 0)
		r = run_tool(apply);
	if (r == 0)
		return 0;
	mutant_remove(dir);
	return r < 0 ? r : -EINVAL;
}
