/* SPDX-License-Identifier: MIT */
/*
 * user.c - "www-data" is a number, and the image says which
 *
 * The host's files say something else, and getpwnam(3) would read those.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "cleanup.h"

enum { FIELDS = 8, LINE_SIZE = 4096 };

/* A line of passwd(5) or group(5) in its fields. */
struct line {
	char text[LINE_SIZE];
	char *field[FIELDS];
	int nfields;
};

/* The next line with at least @need fields; false at the end of the text. */
static bool next_line(const char **at, int need, struct line *line)
{
	while (*at && **at) {
		size_t len = strcspn(*at, "\n");
		char *rest = line->text;

		snprintf(line->text, sizeof(line->text), "%.*s", (int)len, *at);
		*at += len + ((*at)[len] == '\n');
		line->nfields = 0;
		while (rest && line->nfields < FIELDS)
			line->field[line->nfields++] = strsep(&rest, ":");
		if (line->nfields >= need)
			return true;
	}
	return false;
}

static bool number(const char *text, unsigned *ret)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > 0xfffffffe)
		return false;
	*ret = (unsigned)value;
	return true;
}

/* By name, or else by number; a number need not be in the file. */
static int find_user(const char *who, const char *passwd, char *name,
		     struct bundle_user *ret)
{
	struct line line;
	unsigned uid = 0;
	bool is_number = number(who, &uid);

	while (next_line(&passwd, 6, &line)) {
		unsigned its;
		unsigned gid;

		if (!number(line.field[2], &its) ||
		    !number(line.field[3], &gid))
			continue;
		if (strcmp(line.field[0], who) != 0 &&
		    !(is_number && its == uid))
			continue;
		ret->uid = its;
		ret->gid = gid;
		snprintf(ret->home, sizeof(ret->home), "%s", line.field[5]);
		snprintf(name, LINE_SIZE, "%s", line.field[0]);
		return 0;
	}
	ret->uid = uid;
	return is_number ? 0 : -ENOENT;
}

static int find_group(const char *which, const char *group, unsigned *ret)
{
	struct line line;

	if (number(which, ret))
		return 0;
	while (next_line(&group, 3, &line)) {
		if (strcmp(line.field[0], which) == 0 &&
		    number(line.field[2], ret))
			return 0;
	}
	return -ENOENT;
}

static bool is_member(char *members, const char *name)
{
	char *member;

	while ((member = strsep(&members, ","))) {
		if (strcmp(member, name) == 0)
			return true;
	}
	return false;
}

static void add_groups(const char *name, const char *group,
		       struct bundle_user *ret)
{
	size_t most = sizeof(ret->groups) / sizeof(ret->groups[0]);
	struct line line;
	unsigned gid;

	while (ret->ngroups < most && next_line(&group, 4, &line)) {
		if (is_member(line.field[3], name) &&
		    number(line.field[2], &gid) && gid != ret->gid)
			ret->groups[ret->ngroups++] = gid;
	}
}

int user_find(const char *spec, const char *passwd, const char *group,
	      struct bundle_user *ret)
{
	auto_free char *who = strdup(*spec ? spec : "0");
	auto_free char *name = calloc(1, LINE_SIZE);
	char *colon = who ? strchr(who, ':') : NULL;
	int r;

	*ret = (struct bundle_user){ .home = "/" };
	if (!who || !name)
		return -ENOMEM;
	if (colon)
		*colon = '\0';
	r = find_user(who, passwd, name, ret);
	if (r < 0)
		return r;
	/* Who names a group wants no other. */
	if (colon)
		return find_group(colon + 1, group, &ret->gid);
	if (*name)
		add_groups(name, group, ret);
	return 0;
}
