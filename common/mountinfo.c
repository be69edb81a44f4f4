/* SPDX-License-Identifier: MIT */
#include "mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"

/* Undo the kernel's escapes for space, tab, newline and backslash, in place. */
static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++, out++) {
		unsigned code;

		if (s[0] == '\\' && sscanf(s + 1, "%3o", &code) == 1) {
			*out = (char)code;
			s += 3;
		} else {
			*out = *s;
		}
	}
	*out = '\0';
}

/* The next space-separated word of *@rest, or NULL. */
static char *next_word(char **rest)
{
	char *word = strsep(rest, " ");

	if (word)
		unescape(word);
	return word;
}

/* The optional fields have no fixed number; a lone "-" ends them. */
static char *optional_fields(char **rest)
{
	char *start = *rest;
	char *dash;

	if (!start)
		return NULL;
	if (strncmp(start, "- ", 2) == 0) {
		*rest = start + 2;
		start[0] = '\0';
		return start;
	}
	dash = strstr(start, " - ");
	if (!dash)
		return NULL;
	*dash = '\0';
	*rest = dash + 3;
	return start;
}

static int parse_line(char *line, struct mount_entry *entry)
{
	int used = 0;

	if (sscanf(line, "%d %d %u:%u %n", &entry->id, &entry->parent,
		   &entry->major, &entry->minor, &used) != 4 ||
	    used == 0)
		return -EINVAL;
	line += used;

	entry->root = next_word(&line);
	entry->point = next_word(&line);
	entry->options = next_word(&line);
	entry->optional = optional_fields(&line);
	if (!entry->optional)
		return -EINVAL;
	entry->fstype = next_word(&line);
	entry->source = next_word(&line);
	entry->super = next_word(&line);
	return entry->super ? 0 : -EINVAL;
}

int mountinfo_load(const char *path, struct mountinfo *ret)
{
	struct mountinfo info = { 0 };
	size_t lines = 0;
	char *rest;
	char *line;
	int r;

	r = file_read_all(path, &info.text);
	if (r < 0)
		return r;

	for (rest = info.text; *rest; rest++)
		lines += *rest == '\n';
	info.entries = calloc(lines + 1, sizeof(*info.entries));
	if (!info.entries) {
		r = -ENOMEM;
		goto release;
	}

	rest = info.text;
	while ((line = strsep(&rest, "\n")) && *line) {
		r = parse_line(line, &info.entries[info.count]);
		if (r < 0)
			goto release;
		info.count++;
	}

	*ret = info;
	return 0;

release:
	mountinfo_release(&info);
	return r;
}

void mountinfo_release(struct mountinfo *info)
{
	free(info->entries);
	free(info->text);
	*info = (struct mountinfo){ 0 };
}

const struct mount_entry *mountinfo_find(const struct mountinfo *info,
					 const char *point)
{
	for (size_t i = info->count; i > 0; i--) {
		if (strcmp(info->entries[i - 1].point, point) == 0)
			return &info->entries[i - 1];
	}
	return NULL;
}

int mount_has_option(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (list) {
		if (strncmp(list, word, len) == 0 &&
		    (list[len] == ',' || list[len] == '\0'))
			return 1;
		list = strchr(list, ',');
		if (list)
			list++;
	}
	return 0;
}
