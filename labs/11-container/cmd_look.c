/* SPDX-License-Identifier: MIT */
/* cmd_look.c - state, list, ps, events */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_stats.h"
#include "cleanup.h"
#include "commands.h"
#include "file.h"
#include "state.h"

static int load(struct global *g, const char *id, struct state *s,
		int *ret_dirfd)
{
	auto_close int rootfd = state_open_root(g->root, &g->rep);

	report_step(&g->rep, "look at the container");
	return rootfd < 0 ? rootfd
			  : state_load(rootfd, id, &g->rep, s, ret_dirfd);
}

int cmd_state(struct global *g, int argc, char **argv)
{
	const char *id = command_id(argc, argv);
	auto_close int dirfd = -1;
	enum status status = STOPPED;
	struct state s = { 0 };
	int r;

	if (!id)
		return COMMAND_USAGE;
	r = load(g, id, &s, &dirfd);
	if (r == 0)
		r = state_status(dirfd, &s, &g->rep, &status);
	if (r == 0)
		state_put(stdout, &s, status);
	state_release(&s);
	return r;
}

/* -f json|table, and one letter that is a flag. */
static int read_format(int argc, char **argv, const char *flag_name, char flag,
		       bool *ret_json, bool *ret_flag)
{
	const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ flag_name, no_argument, NULL, flag },
		{ 0 },
	};
	char letters[8];
	int c;

	snprintf(letters, sizeof(letters), "f:%c", flag);
	while ((c = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (c == 'f' && strcmp(optarg, "json") == 0)
			*ret_json = true;
		else if (c == flag)
			*ret_flag = true;
		else if (c != 'f' || strcmp(optarg, "table") != 0)
			return COMMAND_USAGE;
	}
	return 0;
}

struct listing {
	bool json;
	bool quiet;
	size_t count;
};

static int list_one(struct listing *l, int dirfd, const struct state *s,
		    struct report *rep)
{
	enum status status = STOPPED;
	int r = state_status(dirfd, s, rep, &status);

	if (r < 0)
		return r;
	if (l->quiet) {
		puts(s->id);
	} else if (l->json) {
		fputs(l->count ? ",\n" : "[\n", stdout);
		state_put(stdout, s, status);
	} else {
		if (!l->count)
			printf("%-24s %-8s %-8s %-20s %s\n", "ID", "PID",
			       "STATUS", "CREATED", "BUNDLE");
		printf("%-24s %-8d %-8s %-20s %s\n", s->id, s->pid,
		       state_status_name(status), s->created, s->bundle);
	}
	l->count++;
	return 0;
}

int cmd_list(struct global *g, int argc, char **argv)
{
	auto_close int rootfd = -1;
	struct listing l = { 0 };
	struct dirent *e;
	DIR *dir;
	int r = read_format(argc, argv, "quiet", 'q', &l.json, &l.quiet);

	if (r < 0)
		return r;
	report_step(&g->rep, "list the containers");
	rootfd = state_open_root(g->root, &g->rep);
	if (rootfd < 0)
		return rootfd;
	r = openat(rootfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r < 0)
		return report_call(&g->rep, -errno, "openat", "%s", g->root);
	dir = fdopendir(r);
	if (!dir) {
		int err = -errno;

		(void)close(r);
		return report_call(&g->rep, err, "fdopendir", "%s", g->root);
	}
	for (r = 0; r == 0 && (errno = 0, e = readdir(dir));) {
		auto_close int dirfd = -1;
		struct state s = { 0 };

		if (strchr(e->d_name, ':') || e->d_name[0] == '.')
			continue;
		r = state_load(rootfd, e->d_name, &g->rep, &s, &dirfd);
		if (r == 0)
			r = list_one(&l, dirfd, &s, &g->rep);
		else if (r == -ENOENT) /* it is being made, or deleted */
			r = 0;
		if (r == 0)
			report_forget(&g->rep);
		state_release(&s);
	}
	if (r == 0 && errno)
		r = report_call(&g->rep, -errno, "getdents64", "%s", g->root);
	closedir(dir);
	if (r < 0)
		return r;
	if (l.json && !l.quiet)
		puts(l.count ? "]" : "[]");
	return 0;
}

static void put_process(pid_t pid)
{
	char path[64], text[4096] = "";
	int n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	n = file_read_at(AT_FDCWD, path, text, sizeof(text));
	for (int i = 0; i + 1 < n; i++)
		if (!text[i])
			text[i] = ' ';
	printf("%-8d %s\n", pid, text);
}

int cmd_ps(struct global *g, int argc, char **argv)
{
	struct cgroup group = CGROUP_NONE;
	auto_free pid_t *pids = NULL;
	auto_close int dirfd = -1;
	bool json = false, none = false;
	struct state s = { 0 };
	size_t count = 0;
	int r = read_format(argc, argv, "help", 'h', &json, &none);

	if (r < 0 || optind >= argc) /* more are options of ps(1): not ours */
		return COMMAND_USAGE;
	r = load(g, argv[optind], &s, &dirfd);
	if (r == 0)
		r = cgroup_open(s.cgroup, s.cgroup_made, &g->rep, &group);
	if (r == 0)
		r = cgroup_pids(&group, &g->rep, &pids, &count);
	if (r == 0 && !json)
		printf("%-8s %s\n", "PID", "COMMAND");
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (json)
			printf("%s%d", i ? ", " : "[", pids[i]);
		else
			put_process(pids[i]);
	}
	if (r == 0 && json)
		puts(count ? "]" : "[]");
	cgroup_close(&group);
	state_release(&s);
	return r;
}

static void put_event(const struct state *s, const char *type,
		      const struct cgroup *group)
{
	printf("{\"type\":\"%s\",\"id\":", type);
	json_put_string(stdout, s->id);
	if (group) {
		fputs(",\"data\":", stdout);
		cgroup_stats_print(group, stdout);
	}
	puts("}");
	fflush(stdout);
}

/* Statistics at each interval, and a kill for memory as it is noticed. */
static void follow(const struct state *s, const struct cgroup *group,
		   int interval_s, struct report *rep)
{
	unsigned long long kills = cgroup_oom_kills(group);

	while (state_runs(s, rep) > 0) {
		unsigned long long now = cgroup_oom_kills(group);

		if (now != kills)
			put_event(s, "oom", NULL);
		kills = now;
		put_event(s, "stats", group);
		(void)poll(NULL, 0, interval_s * 1000);
	}
}

int cmd_events(struct global *g, int argc, char **argv)
{
	static const struct option options[] = {
		{ "stats", no_argument, NULL, 's' },
		{ "interval", required_argument, NULL, 'i' },
		{ 0 },
	};
	struct cgroup group = CGROUP_NONE;
	auto_close int dirfd = -1;
	struct state s = { 0 };
	bool once = false;
	int c, r, interval_s = 5;
	const char *id;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			once = true;
		else if (c == '?' || (interval_s = atoi(optarg)) < 1)
			return COMMAND_USAGE;
	}
	id = command_id(argc, argv);
	if (!id)
		return COMMAND_USAGE;
	r = load(g, id, &s, &dirfd);
	if (r == 0)
		r = cgroup_open(s.cgroup, s.cgroup_made, &g->rep, &group);
	if (r == 0 && once)
		put_event(&s, "stats", &group);
	else if (r == 0)
		follow(&s, &group, interval_s, &g->rep);
	cgroup_close(&group);
	state_release(&s);
	return r;
}
