/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"

const char *const view_ns_names[VIEW_NAMESPACES] = {
	[VIEW_USER] = "user",	  [VIEW_PID] = "pid",	[VIEW_MNT] = "mnt",
	[VIEW_NET] = "net",	  [VIEW_UTS] = "uts",	[VIEW_IPC] = "ipc",
	[VIEW_CGROUP] = "cgroup", [VIEW_TIME] = "time",
};

static const char *const cap_fields[VIEW_CAPS] = {
	[VIEW_INHERITABLE] = "CapInh", [VIEW_PERMITTED] = "CapPrm",
	[VIEW_EFFECTIVE] = "CapEff",   [VIEW_BOUNDING] = "CapBnd",
	[VIEW_AMBIENT] = "CapAmb",
};

/* ---- one process --------------------------------------------------------- */

static unsigned number(pid_t pid, const char *field)
{
	char text[64];

	if (look_status(pid, field, text, sizeof(text)) < 0)
		return 0;
	return (unsigned)strtoul(text, NULL, 10);
}

/* The last of "NSpid: 3430 2" is the process's own. */
static pid_t inner_pid(pid_t pid)
{
	char text[512];
	const char *last;

	if (look_status(pid, "NSpid", text, sizeof(text)) < 0)
		return pid;
	last = strrchr(text, '\t');
	return (pid_t)strtol(last ? last + 1 : text, NULL, 10);
}

/* An ID of ours as the namespace with that map has it. */
static unsigned inner_id(const struct view *view, unsigned id)
{
	int lines = view->maps < VIEW_LINES ? view->maps : VIEW_LINES;

	if (lines < 0)
		return id; /* it could not be read */
	for (int i = 0; i < lines; i++) {
		const struct id_line *line = &view->map[i];

		if (id - line->outside < line->count)
			return line->inside + (id - line->outside);
	}
	return 65534; /* the overflow ID */
}

/*
 * The line of the unified hierarchy, "0::PATH".  Where controllers are still
 * in hierarchies of version 1, theirs say more: take that of the pids
 * controller if the unified one says nothing.
 */
static void find_cgroup(pid_t pid, char *buf, size_t size)
{
	auto_free char *text = NULL;
	char path[64];
	char *rest;
	char *line;

	*buf = '\0';
	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	if (file_read_all(path, &text) < 0)
		return;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		const char *slash = strstr(line, ":/");
		bool wanted = slash && (strncmp(line, "0::", 3) == 0 ||
					strstr(line, ":pids:"));

		if (wanted && strlen(buf) < strlen(slash + 1))
			snprintf(buf, size, "%s", slash + 1);
	}
}

int view_take(pid_t pid, struct view *ret)
{
	struct view view = { .pid = pid };
	char text[64];
	char name[32];
	int r;

	r = look_status(pid, "Name", view.name, sizeof(view.name));
	if (r < 0)
		return r == -E2BIG ? -ENOENT : r;
	view.parent = (pid_t)number(pid, "PPid");
	if (look_status(pid, "Uid", text, sizeof(text)) == 0)
		(void)sscanf(text, "%*u %u", &view.uid);
	for (int i = 0; i < VIEW_CAPS; i++)
		if (look_status(pid, cap_fields[i], text, sizeof(text)) == 0)
			view.caps[i] = strtoull(text, NULL, 16);
	view.no_new_privs = number(pid, "NoNewPrivs");
	view.seccomp = number(pid, "Seccomp");
	for (int i = 0; i < VIEW_NAMESPACES; i++) {
		snprintf(name, sizeof(name), "ns/%s", view_ns_names[i]);
		(void)look_id(pid, name, &view.ns[i]); /* else zero */
	}
	find_cgroup(pid, view.cgroup, sizeof(view.cgroup));
	(void)look_link(pid, "root", view.root, sizeof(view.root));
	(void)look_link(pid, "cwd", view.cwd, sizeof(view.cwd));
	view.maps = look_map(pid, "uid_map", view.map, VIEW_LINES);
	view.inner_uid = inner_id(&view, view.uid);
	view.inner_pid = inner_pid(pid);

	/* If it has ended meanwhile, not all of this is true. */
	r = look_status(pid, "Name", text, sizeof(text));
	if (r < 0)
		return -ENOENT;
	*ret = view;
	return 0;
}

bool view_differs(const struct view *a, const struct view *b, enum view_ns ns)
{
	return a->ns[ns].ino && b->ns[ns].ino &&
	       !file_id_equal(a->ns[ns], b->ns[ns]);
}

/* ---- all that are below -------------------------------------------------- */

struct pair {
	pid_t pid;
	pid_t parent;
};

static int list_pairs(struct pair **ret_list, size_t *ret_count)
{
	struct pair *list = NULL;
	struct dirent *entry;
	size_t count = 0;
	DIR *dir = opendir("/proc");

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		struct pair *more;
		char text[32];

		if (pid <= 0 ||
		    look_status(pid, "PPid", text, sizeof(text)) < 0)
			continue;
		more = reallocarray(list, count + 1, sizeof(*list));
		if (!more) {
			free(list);
			closedir(dir);
			return -ENOMEM;
		}
		list = more;
		list[count++] = (struct pair){
			.pid = pid,
			.parent = (pid_t)strtol(text, NULL, 10),
		};
	}
	closedir(dir);
	*ret_list = list;
	*ret_count = count;
	return 0;
}

/* Bounded, as PIDs that are reused while we look could make a circle. */
static void add_below(struct views *views, const struct pair *pairs,
		      size_t count, pid_t pid, unsigned depth)
{
	struct view view;

	if (depth > 64 || views->count == count)
		return;
	if (view_take(pid, &view) == 0) {
		view.depth = depth;
		views->list[views->count++] = view;
	}
	for (size_t i = 0; i < count; i++)
		if (pairs[i].parent == pid)
			add_below(views, pairs, count, pairs[i].pid, depth + 1);
}

int views_below(pid_t pid, struct views *ret)
{
	auto_free struct pair *pairs = NULL;
	struct views views = { 0 };
	size_t count = 0;
	int r = list_pairs(&pairs, &count);

	if (r < 0)
		return r;
	views.list = calloc(count + 1, sizeof(*views.list));
	if (!views.list)
		return -ENOMEM;
	add_below(&views, pairs, count, pid, 0);
	if (views.count == 0 || views.list[0].pid != pid) {
		views_release(&views);
		return -ENOENT;
	}
	*ret = views;
	return 0;
}

void views_release(struct views *views)
{
	free(views->list);
	*views = (struct views){ 0 };
}

const struct view *views_find(const struct views *views, const char *name)
{
	for (size_t i = 0; i < views->count; i++)
		if (strcmp(views->list[i].name, name) == 0)
			return &views->list[i];
	return NULL;
}

/* ---- capabilities -------------------------------------------------------- */

static void list_caps(struct text *text, uint64_t caps, int last)
{
	const char *comma = "";

	for (int i = 0; i <= last; i++) {
		char *name;

		if (!(caps >> i & 1))
			continue;
		name = cap_to_name(i);
		text_addf(text, "%s%s", comma,
			  name && strncmp(name, "cap_", 4) == 0 ? name + 4
								: "?");
		(void)cap_free(name);
		comma = ", ";
	}
}

void view_caps_words(struct text *text, uint64_t caps, size_t columns)
{
	int last = (int)cap_max_bits() - 1;
	uint64_t all = last >= 63 ? UINT64_MAX : (2ULL << last) - 1;
	bool most = __builtin_popcountll(caps & all) > (last + 1) / 2;
	struct text names = { 0 };

	if ((caps & all) == all || !(caps & all)) {
		text_add(text, caps & all ? "all" : "none");
		return;
	}
	list_caps(&names, most ? all & ~caps : caps, last);
	if (names.bytes && names.len_bytes <= columns)
		text_addf(text, "%s%s", most ? "all but " : "", names.bytes);
	else
		text_addf(text, "%d of %d", __builtin_popcountll(caps & all),
			  last + 1);
	text_release(&names);
}
