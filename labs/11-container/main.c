/* SPDX-License-Identifier: MIT */
/*
 * minic - a container runtime, as podman, containerd and buildah drive it
 *
 * Usage: minic [--root DIR] [--log FILE] [--log-format text|json] COMMAND ...
 *
 *	minic spec				an example of config.json
 *	minic run -b BUNDLE ID			create, start, wait, delete
 *	minic run --explain -b BUNDLE ID	and show every step of it
 *	minic help				all commands
 *
 * Program: minic
 * Libc: musl
 *
 * Idea:  a container is what labs 01 to 10 made, in one process and in the
 *	  right order.  container.h draws it.
 * Calls: clone3(2), open_tree(2), move_mount(2), pivot_root(2), seccomp(2)...
 * Needs: root, or a user namespace in config.json.
 * Read:  docs/handbook/11-container.md
 * Test:  isolab grade 11
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "err.h"
#include "sealed.h"

static const struct command {
	const char *name;
	command_fn *run;
	bool enters; /* a process of ours will be in the container */
	const char *usage;
} commands[] = {
	{ "create", cmd_create, true,
	  "[-b BUNDLE] ID   make it, do not start" },
	{ "start", cmd_start, false, "ID   start what was created" },
	{ "run", cmd_run, true,
	  "[-b BUNDLE] ID | run LAYOUT [ARG...]   all at once" },
	{ "exec", cmd_exec, true, "[-t] ID PROGRAM...   one more process" },
	{ "kill", cmd_kill, false, "[-a] ID [SIGNAL]   send a signal" },
	{ "delete", cmd_delete, false, "[-f] ID   remove what is left" },
	{ "state", cmd_state, false, "ID   its state, as JSON" },
	{ "list", cmd_list, false, "[-q] [-f json]   all containers" },
	{ "ps", cmd_ps, false, "[-f json] ID   its processes" },
	{ "pause", cmd_pause, false, "ID   freeze it" },
	{ "resume", cmd_resume, false, "ID   let it go on" },
	{ "update", cmd_update, false, "[-r FILE] ID   change its limits" },
	{ "events", cmd_events, false, "[--stats] ID   what it has used" },
	{ "features", cmd_features, false, "  what this runtime can do" },
	{ "spec", cmd_spec, false, "[--rootless]   write config.json" },
};
enum { COUNT = sizeof(commands) / sizeof(commands[0]) };

static int help(FILE *f, int status)
{
	fprintf(f, "usage: minic [--root DIR] [--log FILE] "
		   "[--log-format text|json] [--explain] COMMAND ...\n");
	for (size_t i = 0; i < COUNT; i++)
		fprintf(f, "  %-9s %s\n", commands[i].name, commands[i].usage);
	return status;
}

const char *command_id(int argc, char **argv)
{
	if (optind == argc - 1)
		return argv[optind];
	fprintf(stderr,
		optind >= argc ? "minic %s: the container's ID is missing\n"
			       : "minic %s: more than the ID is given\n",
		argv[0]);
	return NULL;
}

/* Root of the machine has /run.  Root of a user namespace, as rootless podman
 * starts us, may not write there, and has a folder of the user's. */
static const char *default_root(char *buf, size_t size)
{
	const char *run = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0 && access("/run", W_OK) == 0)
		return "/run/minic";
	if (run && run[0] == '/')
		snprintf(buf, size, "%s/minic", run);
	else
		snprintf(buf, size, "/tmp/minic-%u", geteuid());
	return buf;
}

/* Options before the command; Return: 0, or COMMAND_USAGE. */
static int read_global(struct global *g, int argc, char **argv)
{
	enum { ROOT = 256, LOG, FORMAT, SYSTEMD, MANAGER, IGNORED, VALUE };
	static const struct option options[] = {
		{ "root", required_argument, NULL, ROOT },
		{ "log", required_argument, NULL, LOG },
		{ "log-format", required_argument, NULL, FORMAT },
		{ "log-level", required_argument, NULL, VALUE },
		{ "debug", no_argument, NULL, IGNORED },
		{ "explain", no_argument, NULL, 'x' },
		{ "systemd-cgroup", no_argument, NULL, SYSTEMD },
		{ "cgroup-manager", required_argument, NULL, MANAGER },
		{ "rootless", required_argument, NULL, VALUE },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+hv", options, NULL)) != -1) {
		if (c == ROOT)
			g->root = optarg;
		else if (c == LOG)
			g->log = optarg;
		else if (c == FORMAT)
			g->log_json = strcmp(optarg, "json") == 0;
		else if (c == 'x')
			g->explain = true;
		else if (c == 'h')
			exit(help(stdout, 0));
		else if (c == 'v')
			exit(puts("minic version 1.0\nspec: 1.1.0") < 0);
		else if (c == SYSTEMD ||
			 (c == MANAGER && strcmp(optarg, "systemd") == 0))
			return fprintf(stderr,
				       "minic: no systemd manager here: use "
				       "cgroupfs (podman: --cgroup-manager "
				       "cgroupfs)\n"),
			       COMMAND_USAGE;
		else if (c == '?')
			return COMMAND_USAGE;
	}
	return 0;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int finish(struct global *g, int r)
{
	if (g->explain)
		report_print_events(&g->rep);
	if (r == COMMAND_USAGE)
		return 2;
	if (r >= 0)
		return r;
	if (g->rep.page->error.err == 0)
		(void)report_refuse(&g->rep, r, "%s", strerror(-r));
	report_print(&g->rep, g->log, g->log_json);
	r = g->rep.page->error.err;
	/* The shell's: not found, not executable. */
	return r == -ENOENT ? 127 : r == -EACCES ? 126 : 1;
}

int main(int argc, char **argv)
{
	struct global g = { 0 };
	const struct command *command;
	char root[128];
	int r = read_global(&g, argc, argv);

	if (r < 0)
		return 2;
	if (optind == argc || strcmp(argv[optind], "help") == 0)
		return help(optind == argc ? stderr : stdout,
			    optind == argc ? 2 : 0);
	command = find(argv[optind]);
	if (!command) {
		fprintf(stderr, "minic: there is no command \"%s\"\n",
			argv[optind]);
		return help(stderr, 2);
	}
	g.self = argv[0];
	if (!g.root)
		g.root = default_root(root, sizeof(root));
	for (int i = optind; i < argc && !g.explain; i++)
		g.explain = strcmp(argv[i], "--explain") == 0;
	r = report_init(&g.rep, g.explain);
	if (r < 0)
		die(r, "cannot share a page for errors (mmap)");
	if (command->enters)
		r = sealed_reexec(argv, &g.rep);
	if (r == 0) {
		argc -= optind;
		argv += optind;
		optind = 1; /* getopt(3) starts again */
		r = command->run(&g, argc, argv);
	}
	return finish(&g, r);
}
