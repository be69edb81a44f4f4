/* SPDX-License-Identifier: MIT */
/*
 * cmd_demo.c - isolab demo LAB: a narrated run of a lab, for a projector
 *
 * Read:   demo.h, slides.h
 * Test:   tests/unit/test_demo.c
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "child.h"
#include "cleanup.h"
#include "demo.h"
#include "err.h"
#include "kit.h"
#include "machine.h"
#include "userns.h"

static int usage(FILE *out, int status)
{
	fputs("usage: isolab demo [OPTION...] LAB\n\n"
	      "Plays the slides of a lab: tells, shows the lines of source,\n"
	      "runs the commands for real and draws what they change.  Space\n"
	      "goes on, 'b' back, 'r' runs again, 'q' ends, '?' lists more.\n\n"
	      "  --auto SECONDS  go on without a key; 0 without a terminal\n"
	      "  --slide N       begin with slide N\n"
	      "  --graph FILE    write the last drawing for dot(1)\n"
	      "  --in WHERE      host, machine (the lab machine), or auto\n"
	      "  --as-root       if you are root, stay root\n"
	      "  --markdown      print the slides for pandoc, and run "
	      "nothing\n\n"
	      "Ends with 0 if each command did what its slide says.\n",
	      out);
	return status;
}

enum where { IN_AUTO, IN_HOST, IN_MACHINE };

struct options {
	int auto_ms;
	unsigned first;
	const char *dot;
	enum where where;
	bool markdown;
	bool as_root;
	bool help;
};

/* ---- the command line ---------------------------------------------------- */

static int parse_number(const char *s, unsigned most, unsigned *ret)
{
	size_t len = strlen(s);

	if (len < 1 || len > 6 || strspn(s, "0123456789") != len ||
	    strtoul(s, NULL, 10) > most) {
		fprintf(stderr, "isolab demo: '%s' is not a number up to %u\n",
			s, most);
		return -EINVAL;
	}
	*ret = (unsigned)strtoul(s, NULL, 10);
	return 0;
}

static int parse_where(const char *s, enum where *ret)
{
	static const char *const names[] = { "auto", "host", "machine" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(s, names[i]) == 0) {
			*ret = (enum where)i;
			return 0;
		}
	}
	fprintf(stderr, "isolab demo: --in takes host, machine or auto\n");
	return -EINVAL;
}

static int parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "auto", required_argument, NULL, 'a' },
		{ "slide", required_argument, NULL, 's' },
		{ "graph", required_argument, NULL, 'g' },
		{ "in", required_argument, NULL, 'i' },
		{ "markdown", no_argument, NULL, 'm' },
		{ "as-root", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	unsigned n;
	int r = 0;
	int c;

	optind = 1;
	while (r == 0 && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'a':
			r = parse_number(optarg, 600, &n);
			o->auto_ms = r < 0 ? -1 : (int)n * 1000;
			break;
		case 's':
			r = parse_number(optarg, 999, &n);
			o->first = r < 0 || n == 0 ? 0 : n - 1;
			break;
		case 'g':
			o->dot = optarg;
			break;
		case 'i':
			r = parse_where(optarg, &o->where);
			break;
		case 'm':
			o->markdown = true;
			break;
		case 'r':
			o->as_root = true;
			break;
		case 'h':
			o->help = true;
			break;
		default:
			return -EINVAL;
		}
	}
	return r < 0 ? r : optind;
}

/* ---- where it can run ---------------------------------------------------- */

static bool have_userns(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(userns_become_root() < 0);
	return child > 0 && child_wait(child) == 0;
}

static bool have_cgroup(void)
{
	return cgroup_try(NULL, 0) == CGROUP_OK;
}

static const struct {
	const char *name;
	bool (*have)(void);
	const char *what;
} needs[] = {
	{ "userns", have_userns, "user namespaces" },
	{ "cgroup", have_cgroup, "a cgroup v2 of its own" },
};

/* NULL, or what the slides need and this machine has not. */
static const char *missing_here(const struct slides *slides)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (strcmp(needs[i].name, slides->needs) == 0)
			return needs[i].have() ? NULL : needs[i].what;
	return *slides->needs ? "what its slides need" : NULL;
}

static int run_in_machine(int argc, char **argv)
{
	char *words[32] = { (char[]){ "machine" }, (char[]){ "--" } };
	char isolab[DEMO_PATH];
	int n = 2;

	if (kit_build_path(isolab, sizeof(isolab), "bin/isolab") < 0 ||
	    argc > 24)
		return KIT_FAILED;
	words[n++] = isolab;
	for (int i = 0; i < argc; i++)
		words[n++] = argv[i];
	words[n++] = (char[]){ "--in" };
	words[n++] = (char[]){ "host" };
	return cmd_machine(n, words);
}

static int refuse(const char *lab, const char *missing)
{
	const char *fix = NULL;
	const char *no_machine = machine_missing(&fix);

	fprintf(stderr,
		"isolab demo: lab %s needs %s, which this machine has not, "
		"and of the lab machine, %s (try: %s)\n",
		lab, missing, no_machine, fix);
	return KIT_SKIP;
}

static int print_markdown(const struct slides *slides)
{
	auto_free char *all = NULL;
	struct text text = { 0 };
	char why[512] = "";
	int r = demo_markdown(&text, slides, why, sizeof(why));

	all = text_steal(&text);
	if (r < 0)
		fprintf(stderr, "isolab demo: %s\n", why);
	else if (all)
		fputs(all, stdout);
	return r < 0 || !all ? KIT_FAILED : KIT_OK;
}

/* Here, or in the lab machine, or nowhere. */
static int play_somewhere(struct demo *demo, const struct options *o, int argc,
			  char **argv)
{
	const char *missing = NULL;

	if (o->where == IN_AUTO)
		missing = missing_here(&demo->slides);
	if (missing && machine_missing(NULL))
		return refuse(demo->lab, missing);
	if (missing || o->where == IN_MACHINE) {
		fprintf(stderr, "In the lab machine, which takes some seconds "
				"to start.\n");
		return run_in_machine(argc, argv);
	}
	demo->dot = o->dot;
	/* Nobody has delegated a group to the user that root would become. */
	demo->as_root = o->as_root || strcmp(demo->slides.needs, "cgroup") == 0;
	demo->first = o->first;
	screen_init(&demo->screen, o->auto_ms);
	return demo_keep(demo);
}

int cmd_demo(int argc, char **argv)
{
	struct options o = { .auto_ms = -1 };
	const struct grader *grader;
	struct demo *demo;
	char why[512] = "";
	int at = parse(&o, argc, argv);
	int status;

	if (at < 0)
		return usage(stderr, KIT_USAGE);
	if (o.help)
		return usage(stdout, KIT_OK);
	if (at + 1 != argc)
		return usage(stderr, KIT_USAGE);
	grader = grader_need(argv[at]);
	if (!grader)
		return KIT_USAGE;
	demo = calloc(1, sizeof(*demo));
	if (!demo) {
		fprintf(stderr, "isolab demo: %s\n", strerror(ENOMEM));
		return KIT_FAILED;
	}
	demo->lab = grader->lab;
	if (slides_load(demo->lab, &demo->slides, why, sizeof(why)) < 0) {
		fprintf(stderr, "isolab demo: %s\n", why);
		status = KIT_FAILED;
	} else if (o.markdown) {
		status = print_markdown(&demo->slides);
	} else {
		status = play_somewhere(demo, &o, argc, argv);
	}
	slides_release(&demo->slides);
	free(demo);
	return status;
}
