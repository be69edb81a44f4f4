/* SPDX-License-Identifier: MIT */
/*
 * cmd_machine.c - isolab machine: a shell or a command in the lab machine
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "kit.h"
#include "machine.h"
#include "terminal.h"

static int usage(FILE *out, int status)
{
	fputs("usage: isolab machine [OPTION...] [COMMAND [ARGUMENT...]]\n\n"
	      "Boots Debian's kernel in QEMU and runs a command in it as "
	      "root,\n"
	      "or a shell (Ctrl-] ends the machine).  Passes stdin, stdout,\n"
	      "stderr and the exit status.  The command sees this machine's\n"
	      "files; what it changes is gone afterwards.\n\n"
	      "  --small         see busybox only, not this machine's files\n"
	      "  --memory MIB    default 2048, with --small 512\n"
	      "  --cpus N        default 1; more can crash an emulated "
	      "machine\n"
	      "  --icount N      its clock counts instructions, 2^N ns each:\n"
	      "                  times are the same in every run; 1 to 10\n"
	      "  --timeout SEC   end it after so long\n"
	      "  --console       print what the kernel said, on stderr\n",
	      out);
	return status;
}

struct options {
	struct machine_spec spec;
	bool console;
	bool help;
};

/* A whole number of at most six digits, or 0. */
static unsigned number(const char *text)
{
	size_t len = strlen(text);

	if (len < 1 || len > 6 || strspn(text, "0123456789") != len)
		return 0;
	return (unsigned)strtoul(text, NULL, 10);
}

static int parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "small", no_argument, NULL, 's' },
		{ "memory", required_argument, NULL, 'm' },
		{ "cpus", required_argument, NULL, 'c' },
		{ "icount", required_argument, NULL, 'i' },
		{ "timeout", required_argument, NULL, 't' },
		{ "console", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "+", longs, NULL)) != -1) {
		unsigned n = optarg ? number(optarg) : 1;

		if (n == 0 || (c == 'i' && n > 10)) {
			fprintf(stderr,
				"isolab: '%s' is not a number it takes\n",
				optarg);
			return -EINVAL;
		}
		switch (c) {
		case 's':
			o->spec.host_root = false;
			break;
		case 'm':
			o->spec.memory_mib = n;
			break;
		case 'c':
			o->spec.cpus = n;
			break;
		case 'i':
			o->spec.icount = n;
			break;
		case 't':
			o->spec.timeout_ms = n * 1000;
			break;
		case 'v':
			o->console = true;
			break;
		case 'h':
			o->help = true;
			break;
		default:
			return -EINVAL;
		}
	}
	return optind;
}

/* ---- running it -------------------------------------------------------- */

static int run(void *arg)
{
	const struct options *o = arg;
	auto_free char *console = NULL;
	int status = machine_run(&o->spec, &console);

	if (console && (o->console || (status < 0 && status != -ECANCELED)))
		fputs(console, stderr);
	if (status < 0)
		fprintf(stderr, "\risolab: the lab machine: %s\n",
			machine_strerror(status));
	return status < 0 ? 3 : status;
}

/* The job's environment: what a root shell needs, and what steers the kit. */
static void environment(const char **envp, size_t size,
			char (*buffers)[MACHINE_PATH])
{
	static const char *const passed[] = { "TERM", "LANG", "NO_COLOR",
					      "ISOLAB_KIT", "KIT_NO_SKIP" };
	size_t n = 0;

	envp[n++] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		    "/sbin:/bin";
	envp[n++] = "HOME=/root";
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		const char *value = getenv(passed[i]);

		if (!value || n + 1 >= size)
			continue;
		snprintf(buffers[i], MACHINE_PATH, "%s=%s", passed[i], value);
		envp[n++] = buffers[i];
	}
	envp[n] = NULL;
}

int cmd_machine(int argc, char **argv)
{
	static const char *const shell[] = { "/bin/sh", "-i", NULL };
	static const char *const bash[] = { "/bin/bash", "-i", NULL };
	struct options o = { .spec = { .host_root = true,
				       .kvm = true,
				       .stdinfd = STDIN_FILENO,
				       .stdoutfd = STDOUT_FILENO,
				       .stderrfd = STDERR_FILENO } };
	char buffers[5][MACHINE_PATH];
	auto_free char *cwd = NULL;
	const char *envp[8];
	const char *missing;
	const char *fix;
	int at = parse(&o, argc, argv);

	if (at < 0)
		return usage(stderr, KIT_USAGE);
	if (o.help)
		return usage(stdout, KIT_OK);
	missing = machine_missing(&fix);
	if (missing) {
		fprintf(stderr, "isolab: %s (try: %s)\n", missing, fix);
		return KIT_SKIP;
	}
	environment(envp, sizeof(envp) / sizeof(envp[0]), buffers);
	cwd = getcwd(NULL, 0);
	o.spec.cwd = cwd;
	o.spec.envp = envp;
	o.spec.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (at < argc)
		o.spec.argv = (const char *const *)argv + at;
	else if (o.spec.host_root && access(bash[0], X_OK) == 0)
		o.spec.argv = bash;
	else
		o.spec.argv = shell;

	if (!o.spec.tty)
		return run(&o);
	at = terminal_lend(cfmakeraw, run, &o);
	if (at < 0)
		die(at, "cannot use this terminal");
	return at;
}
