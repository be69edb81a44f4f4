/* SPDX-License-Identifier: MIT */
#include "kit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static int put_path(char *buf, size_t size, const char *dir, const char *below)
{
	int n = snprintf(buf, size, "%s%s%s", dir, *below ? "/" : "", below);

	return n < 0 || (size_t)n >= size ? -E2BIG : 0;
}

/* Cut the last component off; "/a/b" becomes "/a". */
static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

int kit_build_path(char *buf, size_t size, const char *below)
{
	char exe[PATH_SIZE];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n < 0)
		return -errno;
	exe[n] = '\0';
	cut_last(exe); /* the program */
	cut_last(exe); /* bin/, or bin/unit/ for a test */
	if (strcmp(exe + strlen(exe) - strlen("/bin"), "/bin") == 0)
		cut_last(exe);
	return put_path(buf, size, exe, below);
}

/* A source tree is told by a file that no other folder has. */
static int is_kit(const char *dir)
{
	char path[PATH_SIZE];

	return put_path(path, sizeof(path), dir, "common/userns.h") == 0 &&
	       access(path, R_OK) == 0;
}

int kit_path(char *buf, size_t size, const char *below)
{
	const char *env = getenv("ISOLAB_KIT");
	char dir[PATH_SIZE];
	int r;

	if (env)
		return is_kit(env) ? put_path(buf, size, env, below) : -ENOENT;

	/* Installed: PREFIX/lib/isolab/{bin,share}. */
	r = kit_build_path(dir, sizeof(dir), "share");
	if (r < 0)
		return r;
	if (is_kit(dir))
		return put_path(buf, size, dir, below);

	/* Built: build/ or build/san/ below the source tree. */
	for (cut_last(dir); *dir; cut_last(dir)) {
		if (is_kit(dir))
			return put_path(buf, size, dir, below);
	}
	return -ENOENT;
}

/* mkdir -p for the folder that a path is in. */
static int make_parents(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

int kit_state_path(char *buf, size_t size, const char *below)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char dir[PATH_SIZE];
	int n;
	int r;

	if (state && *state == '/')
		n = snprintf(dir, sizeof(dir), "%s/isolab", state);
	else if (home && *home == '/')
		n = snprintf(dir, sizeof(dir), "%s/.local/state/isolab", home);
	else
		return -ENOENT;
	if (n < 0 || (size_t)n >= sizeof(dir))
		return -E2BIG;

	r = put_path(buf, size, dir, below);
	if (r < 0)
		return r;
	return make_parents(buf);
}

const struct grader *grader_by_name(const char *name)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	for (size_t i = 0; graders[i]; i++) {
		const char *lab = graders[i]->lab;

		if (strcmp(lab, name) == 0)
			return graders[i];
		if (end != name && *end == '\0' &&
		    strtoul(lab, NULL, 10) == number)
			return graders[i];
	}
	return NULL;
}

const struct grader *grader_need(const char *name)
{
	const struct grader *grader = grader_by_name(name);

	if (grader)
		return grader;

	fprintf(stderr, "isolab: there is no lab '%s'; the labs are:", name);
	for (size_t i = 0; graders[i]; i++)
		fprintf(stderr, " %s", graders[i]->lab);
	fputc('\n', stderr);
	return NULL;
}

bool kit_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	/* The first that is set counts; see locale(7). */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") ||
			       strcasestr(value, "utf8");
	}
	return false;
}
