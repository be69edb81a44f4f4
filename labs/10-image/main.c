/* SPDX-License-Identifier: MIT */
/*
 * main.c - oci: look at OCI images, unpack them, make them
 *
 * Program: oci
 *
 * Usage:  oci inspect LAYOUT[:TAG]
 *         oci verify LAYOUT[:TAG]
 *         oci unpack LAYOUT[:TAG] DIR
 *         oci bundle [--store DIR] LAYOUT[:TAG] BUNDLE
 *         oci mount [--store DIR] LAYOUT[:TAG] DIR COMMAND [ARGUMENT...]
 *         oci tree [--list] DIR | LAYOUT[:TAG]
 *         oci build DIR LAYOUT:TAG [COMMAND...]
 *         oci add LAYOUT[:TAG] DIR NEWTAG
 *
 *	LAYOUT is a folder, or a tar archive of one.  "oci COMMAND --help".
 *
 * Idea:   an image is a list of archives and a few JSON files, each named by
 *         the sum of its bytes; the rest is care
 * Calls:  openat2(2), linkat(2), mknodat(2), fsetxattr(2), renameat(2),
 *         fsopen(2)
 * Needs:  nothing; without root all files belong to the user
 * Read:   OCI image specification; Documentation/filesystems/overlayfs.rst
 * Test:   tests/unit/test_oci_*.c, tests/image-equal.sh;
 *         tests/graders/10-image.c grades the exercise about this idea
 */
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "err.h"
#include "userns.h"

enum { MANY = 1 << 20 };

static const struct {
	const char *name;
	int (*run)(struct options *options, char **argv);
	int min;
	int max;
	bool as_root; /* makes files: as root, at least of a user namespace */
	const char *usage;
} commands[] = {
	{ "inspect", cmd_inspect, 1, 1, false, "LAYOUT[:TAG]" },
	{ "verify", cmd_verify, 1, 1, false, "LAYOUT[:TAG]" },
	{ "unpack", cmd_unpack, 2, 2, true, "LAYOUT[:TAG] DIR" },
	{ "bundle", cmd_bundle, 2, 2, true,
	  "[--store DIR] LAYOUT[:TAG] BUNDLE" },
	{ "mount", cmd_mount, 3, MANY, true,
	  "[--store DIR] LAYOUT[:TAG] DIR COMMAND [ARGUMENT...]" },
	{ "tree", cmd_tree, 1, 1, true, "[--list] DIR | LAYOUT[:TAG]" },
	{ "build", cmd_build, 2, MANY, true,
	  "[--gzip | --zstd] [--root-owns] [--env NAME=VALUE]... [--user "
	  "USER]\n"
	  "          [--workdir DIR] DIR LAYOUT:TAG [COMMAND [ARGUMENT...]]" },
	{ "add", cmd_add, 3, 3, true,
	  "[--gzip | --zstd] [--root-owns] LAYOUT[:TAG] DIR NEWTAG" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const struct option long_options[] = {
	{ "store", required_argument, NULL, 's' },
	{ "map", required_argument, NULL, 'm' },
	{ "devices", no_argument, NULL, 'd' },
	{ "follow-links", no_argument, NULL, 'f' },
	{ "max-gib", required_argument, NULL, 'b' },
	{ "max-entries", required_argument, NULL, 'n' },
	{ "max-ratio", required_argument, NULL, 'r' },
	{ "list", no_argument, NULL, 'l' },
	{ "gzip", no_argument, NULL, 'g' },
	{ "zstd", no_argument, NULL, 'z' },
	{ "root-owns", no_argument, NULL, 'o' },
	{ "env", required_argument, NULL, 'e' },
	{ "user", required_argument, NULL, 'u' },
	{ "workdir", required_argument, NULL, 'w' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char about_limits[] =
	"\nWhat an image may use, and do, when it is unpacked:\n"
	"  --max-gib N        all of its files, 16\n"
	"  --max-entries N    how many, 1000000\n"
	"  --max-ratio N      unpacked to packed, of a layer, 200\n"
	"  --follow-links     names through symbolic links, within the root\n"
	"  --devices          any device node, not only /dev/null and the "
	"like\n"
	"  --map INSIDE:HERE:COUNT   owners; can be given several times\n";

static int usage(FILE *out, size_t first, size_t last, int status)
{
	for (size_t i = first; i < last; i++)
		fprintf(out, "%s oci %s %s\n", i == first ? "usage:" : "      ",
			commands[i].name, commands[i].usage);
	fputs(about_limits, out);
	return status;
}

static uint64_t number(const char *text, uint64_t most)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value == 0 || value > most)
		die(0, "'%s' is no number from 1 to %llu", text,
		    (unsigned long long)most);
	return value;
}

static bool take_limit(struct options *options, int letter, const char *arg)
{
	struct target_options *target = &options->unpacking.target;
	struct budget *budget = &options->unpacking.budget;

	switch (letter) {
	case 'b':
		budget->bytes = number(arg, 1 << 20) << 30;
		return true;
	case 'n':
		budget->entries = number(arg, UINT32_MAX);
		return true;
	case 'r':
		budget->ratio = (unsigned)number(arg, 1 << 20);
		return true;
	case 'd':
		return target->all_devices = true;
	case 'f':
		return target->follow_links = true;
	case 'm':
		if (ids_map(&target->ids, arg) < 0)
			die(0, "--map wants INSIDE:HERE:COUNT, not '%s'", arg);
		return true;
	default:
		return false;
	}
}

static bool take_making(struct options *options, int letter, const char *arg)
{
	switch (letter) {
	case 'g':
		options->packing = PACKING_GZIP;
		return true;
	case 'z':
		options->packing = PACKING_ZSTD;
		return true;
	case 'o':
		return options->root_owns = true;
	case 'e':
		if (options->nenv == ENV_MAX || !strchr(arg, '='))
			die(0, "--env wants NAME=VALUE, not '%s'", arg);
		options->env[options->nenv++] = arg;
		return true;
	case 'u':
		options->user = arg;
		return true;
	case 'w':
		options->workdir = arg;
		return true;
	default:
		return false;
	}
}

static int parse(struct options *options, size_t which, int argc, char **argv)
{
	int letter;

	while ((letter = getopt_long(argc, argv, "+h", long_options, NULL)) !=
	       -1) {
		if (letter == 'h')
			exit(usage(stdout, which, which + 1, KIT_OK));
		if (letter == 's')
			options->store = optarg;
		else if (letter == 'l')
			options->list = true;
		else if (!take_limit(options, letter, optarg) &&
			 !take_making(options, letter, optarg))
			exit(usage(stderr, which, which + 1, KIT_USAGE));
	}
	argc -= optind;
	if (argc < commands[which].min || argc > commands[which].max)
		exit(usage(stderr, which, which + 1, KIT_USAGE));
	return optind;
}

/* Interrupted, it must still remove what is half-made: the parts ask
 * sigpending(2) between two blocks. */
static void hold_signals(struct options *options)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, &options->old_mask);
}

static void become_root(struct options *options)
{
	unsigned uid = geteuid();
	unsigned gid = getegid();
	int r;

	/* Root already, if only of a user namespace: all that it needs. */
	if (uid == 0)
		return;
	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor",
			 "cannot make a user namespace");
	if (r == 1)
		options->owner = (struct bundle_owner){ uid, gid, 1 };
}

int main(int argc, char *argv[])
{
	struct options options = {
		.unpacking.budget = { (uint64_t)BUDGET_GIB << 30,
				      BUDGET_ENTRIES, BUDGET_RATIO },
	};
	size_t which = 0;
	int first;
	int r;

	while (argc > 1 && which < COMMANDS &&
	       strcmp(argv[1], commands[which].name) != 0)
		which++;
	if (argc < 2 || which == COMMANDS)
		return usage(
			argc > 1 && strcmp(argv[1], "--help") == 0 ? stdout
								   : stderr,
			0, COMMANDS,
			argc > 1 && strcmp(argv[1], "--help") == 0 ? KIT_OK
								   : KIT_USAGE);
	options.unpacking.why = &options.why;
	first = 1 + parse(&options, which, argc - 1, argv + 1);
	if (sodium_init() < 0)
		die(0, "libsodium does not work here");
	if (commands[which].as_root)
		become_root(&options);
	r = ids_init(&options.unpacking.target.ids);
	if (r < 0)
		die(r, "cannot read /proc/self/uid_map");
	hold_signals(&options);
	r = commands[which].run(&options, argv + first);
	if (r < 0)
		die(options.why.text[0] ? 0 : r, "%s",
		    options.why.text[0] ? options.why.text : "failed");
	return KIT_OK;
}
