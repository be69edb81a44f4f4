/* SPDX-License-Identifier: MIT */
/* cmd_life.c - create, run, start, kill, delete */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "commands.h"
#include "container.h"
#include "delete.h"
#include "run_image.h"
#include "start.h"
#include "sys.h"

enum option_code {
	CONSOLE = 256,
	PID_FILE,
	PRESERVE,
	NO_PIVOT,
	NO_KEYRING,
	NOTHING,
	KEEP,
	EXPLAIN,
	NETNS,
	NET,
	TAG,
	STORE,
};

/* Of create and run alike; the last four of run alone. */
static const struct option create_options[] = {
	{ "bundle", required_argument, NULL, 'b' },
	{ "config", required_argument, NULL, 'f' },
	{ "console-socket", required_argument, NULL, CONSOLE },
	{ "pid-file", required_argument, NULL, PID_FILE },
	{ "preserve-fds", required_argument, NULL, PRESERVE },
	{ "no-pivot", no_argument, NULL, NO_PIVOT },
	{ "no-new-keyring", no_argument, NULL, NO_KEYRING },
	{ "no-subreaper", no_argument, NULL, NOTHING },
	{ "netns", required_argument, NULL, NETNS },
	{ "explain", no_argument, NULL, EXPLAIN },
	{ "detach", no_argument, NULL, 'd' },
	{ "keep", no_argument, NULL, KEEP },
	{ "net", required_argument, NULL, NET },
	{ "store", required_argument, NULL, STORE },
	{ 0 },
};

static int set_net(struct create_options *o, const char *value)
{
	o->link = strcmp(value, "veth") == 0;
	if (o->link || strcmp(value, "none") == 0)
		return 0;
	fprintf(stderr, "minic run: --net %s: must be veth or none\n", value);
	return COMMAND_USAGE;
}

static int set_preserve(struct create_options *o, const char *value)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (*end || end == value || n < 0 || n > 65536) {
		fprintf(stderr, "minic: --preserve-fds %s: must be a number\n",
			value);
		return COMMAND_USAGE;
	}
	o->preserve_fds = (int)n;
	return 0;
}

static int read_options(struct global *g, int argc, char **argv,
			struct create_options *o, const char **ret_store)
{
	int c, r = 0;

	*o = (struct create_options){ .root = g->root, .bundle = "." };
	while (r == 0 && (c = getopt_long(argc, argv, "+b:f:d", create_options,
					  NULL)) != -1) {
		switch (c) {
		case 'b':
			o->bundle = optarg;
			break;
		case 'f':
			o->config = optarg;
			break;
		case 'd':
			o->detach = true;
			break;
		case CONSOLE:
			o->console_socket = optarg;
			break;
		case PID_FILE:
			o->pid_file = optarg;
			break;
		case NETNS:
			o->netns = optarg;
			break;
		case STORE:
			*ret_store = optarg;
			break;
		case PRESERVE:
			r = set_preserve(o, optarg);
			break;
		case NET:
			r = set_net(o, optarg);
			break;
		case NO_PIVOT:
			o->no_pivot = true;
			break;
		case NO_KEYRING:
			o->no_new_keyring = true;
			break;
		case KEEP:
			o->keep = true;
			break;
		case '?':
			return COMMAND_USAGE;
		default:
			break;
		}
	}
	return r;
}

int cmd_create(struct global *g, int argc, char **argv)
{
	struct create_options o;
	const char *store = NULL;
	int r = read_options(g, argc, argv, &o, &store);

	if (r < 0)
		return r;
	o.id = command_id(argc, argv);
	if (!o.id || o.detach || o.keep || o.link || store)
		return COMMAND_USAGE;
	return container_create(&o, &g->rep);
}

int cmd_run(struct global *g, int argc, char **argv)
{
	struct run_image image = { 0 };
	struct create_options o;
	const char *store = NULL;
	int r = read_options(g, argc, argv, &o, &store);

	if (r < 0)
		return r;
	o.run = true;
	if (optind < argc && run_image_is_layout(argv[optind])) {
		image = (struct run_image){ .self = g->self,
					    .layout = argv[optind],
					    .args = argv + optind + 1,
					    .store = store };
		return run_image(&image, &o, &g->rep);
	}
	o.id = command_id(argc, argv);
	return o.id ? container_create(&o, &g->rep) : COMMAND_USAGE;
}

int cmd_start(struct global *g, int argc, char **argv)
{
	const char *id = command_id(argc, argv);

	return id ? start_container(g->root, id, &g->rep) : COMMAND_USAGE;
}

int cmd_delete(struct global *g, int argc, char **argv)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' },
		{ 0 },
	};
	struct delete_options o = { .root = g->root };
	int c;

	while ((c = getopt_long(argc, argv, "f", options, NULL)) != -1) {
		if (c == '?')
			return COMMAND_USAGE;
		o.force = true;
	}
	o.id = command_id(argc, argv);
	return o.id ? delete_container(&o, &g->rep) : COMMAND_USAGE;
}

static const struct {
	const char *name;
	int signal;
} signals[] = {
	{ "HUP", SIGHUP },	 { "INT", SIGINT },	  { "QUIT", SIGQUIT },
	{ "ILL", SIGILL },	 { "TRAP", SIGTRAP },	  { "ABRT", SIGABRT },
	{ "BUS", SIGBUS },	 { "FPE", SIGFPE },	  { "KILL", SIGKILL },
	{ "USR1", SIGUSR1 },	 { "SEGV", SIGSEGV },	  { "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE },	 { "ALRM", SIGALRM },	  { "TERM", SIGTERM },
	{ "STKFLT", SIGSTKFLT }, { "CHLD", SIGCHLD },	  { "CONT", SIGCONT },
	{ "STOP", SIGSTOP },	 { "TSTP", SIGTSTP },	  { "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },	 { "URG", SIGURG },	  { "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ },	 { "VTALRM", SIGVTALRM }, { "PROF", SIGPROF },
	{ "WINCH", SIGWINCH },	 { "IO", SIGIO },	  { "PWR", SIGPWR },
	{ "SYS", SIGSYS },	 { "RTMIN", 34 },	  { "RTMAX", 64 },
};

/* "9", "KILL", "SIGKILL", "RTMIN+3"; Return: -1: there is no such signal. */
static int signal_of(const char *text)
{
	const char *name = strncmp(text, "SIG", 3) == 0 ? text + 3 : text;
	size_t len = strcspn(name, "+-");
	char *end;
	long n = strtol(text, &end, 10);

	if (!*end && end != text)
		return n >= 0 && n <= 64 ? (int)n : -1;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (strlen(signals[i].name) != len ||
		    strncmp(signals[i].name, name, len) != 0)
			continue;
		n = signals[i].signal;
		if (name[len])
			n += strtol(name + len, &end, 10);
		return (name[len] && (*end || len != 5)) || n > 64 ? -1
								   : (int)n;
	}
	return -1;
}

static int kill_all(const struct state *s, int signal, struct report *rep)
{
	struct cgroup group = CGROUP_NONE;
	int r = cgroup_open(s->cgroup, s->cgroup_made, rep, &group);

	if (r == 0)
		r = cgroup_kill(&group, signal, rep);
	cgroup_close(&group);
	return r;
}

static int kill_one(const struct state *s, int signal, struct report *rep)
{
	auto_close int pidfd = sys_pidfd_open(s->pid);
	int r = pidfd == -ESRCH ? 0 : state_runs(s, rep);

	if (pidfd < 0 && pidfd != -ESRCH)
		return report_call(rep, pidfd, "pidfd_open", "%d", s->pid);
	if (r < 0)
		return r;
	if (r == 0)
		return report_refuse(rep, -ESRCH, "container %s is not running",
				     s->id);
	return report_call(rep, sys_pidfd_send_signal(pidfd, signal),
			   "pidfd_send_signal", "%d, signal %d", s->pid,
			   signal);
}

int cmd_kill(struct global *g, int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ 0 },
	};
	auto_close int rootfd = -1;
	auto_close int dirfd = -1;
	struct state s = { 0 };
	bool all = false;
	int c, signal, r;

	while ((c = getopt_long(argc, argv, "a", options, NULL)) != -1) {
		if (c == '?')
			return COMMAND_USAGE;
		all = true;
	}
	signal = optind + 1 < argc ? signal_of(argv[optind + 1]) : SIGTERM;
	if (optind >= argc || optind + 2 < argc || signal < 0) {
		fprintf(stderr, signal < 0 ? "minic kill: no such signal\n"
					   : "minic kill: give ID [SIGNAL]\n");
		return COMMAND_USAGE;
	}
	report_step(&g->rep, "send the signal");
	rootfd = state_open_root(g->root, &g->rep);
	if (rootfd < 0)
		return rootfd;
	r = state_load(rootfd, argv[optind], &g->rep, &s, &dirfd);
	if (r == 0)
		r = all && s.cgroup[0] ? kill_all(&s, signal, &g->rep)
				       : kill_one(&s, signal, &g->rep);
	state_release(&s);
	return r;
}
