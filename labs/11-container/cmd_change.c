/* SPDX-License-Identifier: MIT */
/* cmd_change.c - exec, pause, resume, update */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cleanup.h"
#include "commands.h"
#include "exec.h"
#include "file.h"
#include "spec.h"
#include "state.h"

/* Appends to a list that ends with NULL and is never freed. */
static int append(struct strv *list, char *text)
{
	char **v = realloc(list->v, (list->n + 2) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	v[list->n++] = text;
	v[list->n] = NULL;
	list->v = v;
	return 0;
}

enum {
	CONSOLE = 256,
	PID_FILE,
	CWD,
	PRESERVE,
	NO_NEW,
	IGNORE_PAUSED,
	VALUE,
	NOTHING
};

static int exec_option(struct exec_options *o, int c)
{
	switch (c) {
	case 'p':
		o->process_file = optarg;
		return 0;
	case 't':
		o->tty = true;
		return 0;
	case 'd':
		o->detach = true;
		return 0;
	case 'u':
		o->user = optarg;
		return 0;
	case 'e':
		return append(&o->env, optarg);
	case 'c':
		return append(&o->caps, optarg);
	case 'g':
		return append(&o->groups, optarg);
	case CONSOLE:
		o->console_socket = optarg;
		return 0;
	case PID_FILE:
		o->pid_file = optarg;
		return 0;
	case CWD:
		o->cwd = optarg;
		return 0;
	case PRESERVE:
		o->preserve_fds = atoi(optarg);
		return 0;
	case NO_NEW:
		o->no_new_privs = true;
		return 0;
	case IGNORE_PAUSED:
		o->ignore_paused = true;
		return 0;
	default:
		return c == '?' ? COMMAND_USAGE : 0;
	}
}

int cmd_exec(struct global *g, int argc, char **argv)
{
	static const struct option options[] = {
		{ "process", required_argument, NULL, 'p' },
		{ "tty", no_argument, NULL, 't' },
		{ "detach", no_argument, NULL, 'd' },
		{ "user", required_argument, NULL, 'u' },
		{ "env", required_argument, NULL, 'e' },
		{ "cap", required_argument, NULL, 'c' },
		{ "additional-gids", required_argument, NULL, 'g' },
		{ "console-socket", required_argument, NULL, CONSOLE },
		{ "pid-file", required_argument, NULL, PID_FILE },
		{ "cwd", required_argument, NULL, CWD },
		{ "preserve-fds", required_argument, NULL, PRESERVE },
		{ "no-new-privs", no_argument, NULL, NO_NEW },
		{ "ignore-paused", no_argument, NULL, IGNORE_PAUSED },
		{ "cgroup", required_argument, NULL, VALUE },
		{ "explain", no_argument, NULL, NOTHING },
		{ 0 },
	};
	struct exec_options o = { .root = g->root };
	int c, r = 0;

	while (r == 0 && (c = getopt_long(argc, argv, "+p:tdu:e:c:g:", options,
					  NULL)) != -1) {
		if (c == VALUE) {
			fprintf(stderr, "minic exec: --cgroup is not supported "
					"by minic\n");
			return COMMAND_USAGE;
		}
		r = exec_option(&o, c);
	}
	if (r < 0)
		return r;
	if (optind == argc) {
		fprintf(stderr, "minic exec: the container's ID is missing\n");
		return COMMAND_USAGE;
	}
	o.id = argv[optind];
	o.args = argv + optind + 1;
	return exec_container(&o, &g->rep);
}

/* Opens a container's state and group. */
static int open_group(struct global *g, const char *id, struct state *s,
		      int *ret_dirfd, struct cgroup *group)
{
	auto_close int rootfd = state_open_root(g->root, &g->rep);
	int r;

	if (rootfd < 0)
		return rootfd;
	r = state_load(rootfd, id, &g->rep, s, ret_dirfd);
	if (r == 0)
		r = cgroup_open(s->cgroup, s->cgroup_made, &g->rep, group);
	return r;
}

static int freeze(struct global *g, int argc, char **argv, bool frozen)
{
	enum status want = frozen ? RUNNING : PAUSED;
	const char *id = command_id(argc, argv);
	struct cgroup group = CGROUP_NONE;
	auto_close int dirfd = -1;
	struct state s = { 0 };
	enum status status = STOPPED;
	int r;

	if (!id)
		return COMMAND_USAGE;
	report_step(&g->rep,
		    frozen ? "pause the container" : "resume the container");
	r = open_group(g, id, &s, &dirfd, &group);
	if (r == 0)
		r = state_status(dirfd, &s, &g->rep, &status);
	if (r == 0 && status != want && !(frozen && status == CREATED))
		r = report_refuse(&g->rep, -EINVAL, "container %s is %s", id,
				  state_status_name(status));
	if (r == 0)
		r = cgroup_freeze(&group, frozen, &g->rep);
	cgroup_close(&group);
	state_release(&s);
	return r;
}

int cmd_pause(struct global *g, int argc, char **argv)
{
	return freeze(g, argc, argv, true);
}

int cmd_resume(struct global *g, int argc, char **argv)
{
	return freeze(g, argc, argv, false);
}

/* Options of update that are numbers, as linux.resources has them. */
#define NUMBER(member) offsetof(struct spec_resources, member)
static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	{ "memory", NUMBER(memory_limit) },
	{ "memory-reservation", NUMBER(memory_reservation) },
	{ "memory-swap", NUMBER(memory_swap) },
	{ "cpu-period", NUMBER(cpu_period_us) },
	{ "cpu-quota", NUMBER(cpu_quota_us) },
	{ "cpu-burst", NUMBER(cpu_burst_us) },
	{ "cpu-share", NUMBER(cpu_shares) },
	{ "cpu-idle", NUMBER(cpu_idle) },
	{ "pids-limit", NUMBER(pids_limit) },
	{ "blkio-weight", NUMBER(io_weight) },
};
enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };

static int set_number(struct spec_resources *res, int i, const char *value)
{
	char *end;
	long long n = strtoll(value, &end, 10);

	if (*end || end == value) {
		fprintf(stderr, "minic update: --%s %s: must be a number\n",
			numbers[i].name, value);
		return COMMAND_USAGE;
	}
	*(int64_t *)((char *)res + numbers[i].offset) = n;
	return 0;
}

static int read_update_file(const char *path, struct report *rep,
			    struct spec *spec)
{
	auto_free char *text = NULL;
	int r = file_read_all(strcmp(path, "-") == 0 ? "/dev/stdin" : path,
			      &text);

	if (report_call(rep, r < 0 ? r : 0, "open", "%s", path) < 0)
		return r;
	spec_release(spec);
	return spec_parse_resources(text, rep, spec);
}

static int update_options(struct global *g, int argc, char **argv,
			  struct spec *spec)
{
	struct option options[NUMBERS + 4] = {
		[NUMBERS] = { "resources", required_argument, NULL, 'r' },
		[NUMBERS + 1] = { "cpuset-cpus", required_argument, NULL, 'c' },
		[NUMBERS + 2] = { "cpuset-mems", required_argument, NULL, 'm' },
	};
	int c, r = 0;

	for (int i = 0; i < NUMBERS; i++)
		options[i] =
			(struct option){ numbers[i].name, required_argument,
					 NULL, 256 + i };
	while (r == 0 &&
	       (c = getopt_long(argc, argv, "r:", options, NULL)) != -1) {
		if (c == '?')
			return COMMAND_USAGE;
		if (c == 'r')
			r = read_update_file(optarg, &g->rep, spec);
		else if (c == 'c')
			spec->resources.cpu_cpus = optarg;
		else if (c == 'm')
			spec->resources.cpu_mems = optarg;
		else
			r = set_number(&spec->resources, c - 256, optarg);
	}
	return r;
}

int cmd_update(struct global *g, int argc, char **argv)
{
	struct cgroup group = CGROUP_NONE;
	auto_close int dirfd = -1;
	struct state s = { 0 };
	struct spec spec = { 0 };
	const char *id;
	int r;

	report_step(&g->rep, "update the limits");
	/* Nothing is given yet: all numbers are SPEC_NONE. */
	r = spec_parse_resources("{}", &g->rep, &spec);
	if (r == 0)
		r = update_options(g, argc, argv, &spec);
	id = r == 0 ? command_id(argc, argv) : NULL;
	if (r == 0 && !id)
		r = COMMAND_USAGE;
	if (r == 0)
		r = open_group(g, id, &s, &dirfd, &group);
	if (r == 0)
		r = cgroup_update(&group, &spec.resources, geteuid() != 0,
				  &g->rep);
	cgroup_close(&group);
	state_release(&s);
	spec_release(&spec);
	return r;
}
