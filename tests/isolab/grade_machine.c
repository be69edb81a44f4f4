/* SPDX-License-Identifier: MIT */
#include "grade_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "grade.h"
#include "kit.h"
#include "machine.h"

enum {
	PATH_SIZE = 4096,
	OURS = 2, /* files that are always carried in: isolab and the probe */
	JOB_MS = 60000,
	LAB_MS = 180000,   /* a program that hangs in each check */
	BUILD_MS = 120000, /* an emulated compiler */
	ANSWER_MAX = 16 << 20,
};

/* One machine's work.  Arrays have room for each submission. */
struct batch {
	struct lab_result *labs; /* borrowed */
	size_t count;
	bool build;    /* in the machine */
	int *programs; /* owned; -1 where there is none to judge */
	char (*arguments)[PATH_SIZE]; /* "LAB=PROGRAM" */
	const char **argv;
	struct machine_file *files;
	size_t nfiles;
	size_t judged; /* how many programs are in argv */
};

static void batch_release(struct batch *b)
{
	for (size_t i = 0; b->programs && i < b->count; i++) {
		if (b->programs[i] >= 0)
			close(b->programs[i]);
	}
	free(b->programs);
	free(b->arguments);
	free(b->argv);
	free(b->files);
}

static int batch_init(struct batch *b, struct lab_result *labs, size_t count,
		      bool build)
{
	*b = (struct batch){ .labs = labs, .count = count, .build = build };
	b->programs = calloc(count, sizeof(*b->programs));
	b->arguments = calloc(count, sizeof(*b->arguments));
	b->argv = calloc(count + 4, sizeof(*b->argv));
	b->files = calloc(count + OURS, sizeof(*b->files));
	for (size_t i = 0; b->programs && i < count; i++)
		b->programs[i] = -1;
	if (b->programs && b->arguments && b->argv && b->files)
		return 0;
	batch_release(b);
	return -ENOMEM;
}

static void all_of(struct batch *b, enum verdict verdict, const char *text,
		   const char *fix)
{
	for (size_t i = 0; i < b->count; i++) {
		/* What does not compile has its verdict already. */
		if (!b->build && b->programs[i] < 0)
			continue;
		b->labs[i].where = "nowhere";
		lab_result_all(&b->labs[i], verdict, text, fix);
	}
}

/* ---- what goes in ------------------------------------------------------ */

static void carry(struct batch *b, int fd, const char *to)
{
	b->files[b->nfiles++] =
		(struct machine_file){ .fd = fd, .to = to, .mode = 0755 };
}

/* Programs compiled here are put into the small root. */
static void add_programs(struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		char *argument = b->arguments[i];
		int n;

		b->labs[i].where = "machine";
		if (!build_program(&b->labs[i], &b->programs[i]))
			continue;
		n = snprintf(argument, PATH_SIZE,
			     "%s=", b->labs[i].grader->lab);
		snprintf(argument + n, PATH_SIZE - (size_t)n, "/programs/%zu",
			 i);
		carry(b, b->programs[i], argument + n);
		b->argv[2 + b->judged++] = argument;
	}
}

/* Submissions to be compiled in the machine are named by their path here. */
static int add_paths(struct batch *b)
{
	b->argv[2] = "--build";
	for (size_t i = 0; i < b->count; i++) {
		auto_free char *path = realpath(b->labs[i].submission, NULL);
		const char *given = path ? path : b->labs[i].submission;

		if (snprintf(b->arguments[i], PATH_SIZE, "%s=%s",
			     b->labs[i].grader->lab, given) >= PATH_SIZE)
			return -ENAMETOOLONG;
		b->argv[3 + b->judged++] = b->arguments[i];
	}
	return 0;
}

/* ---- what comes out ---------------------------------------------------- */

static char *read_answer(int fd)
{
	struct stat st;
	char *text;
	ssize_t n;

	if (fstat(fd, &st) < 0 || st.st_size > ANSWER_MAX)
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return NULL;
	n = pread(fd, text, (size_t)st.st_size, 0);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

/* Take the findings, but keep what was known of the build. */
static void take(struct lab_result *lab, struct lab_result *from, bool build)
{
	struct finding *findings = lab->findings;

	lab->findings = from->findings;
	from->findings = findings;
	lab->where = "machine";
	lab->duration_ms += from->duration_ms;
	if (build) {
		struct build known = lab->build;

		lab->build = from->build;
		from->build = known;
	}
}

/* The answer has one entry for each argument, in their order. */
static int take_answer(struct batch *b, const char *text)
{
	struct result answer = { 0 };
	size_t at = 0;
	int r = result_from_json(text, &answer);

	if (r < 0)
		return r;
	if (answer.count != b->judged)
		r = -EINVAL;
	for (size_t i = 0; r == 0 && i < b->count; i++) {
		if (!b->build && b->programs[i] < 0)
			continue;
		if (answer.labs[at].grader != b->labs[i].grader)
			r = -EINVAL;
		else
			take(&b->labs[i], &answer.labs[at++], b->build);
	}
	result_release(&answer);
	return r;
}

/* ---- one machine ------------------------------------------------------- */

/* Says what went wrong, and where the console is. */
static void report_failure(struct batch *b, const char *why,
			   const char *console, const char *errors)
{
	auto_free char *all = NULL;
	auto_free char *text = NULL;
	char path[PATH_SIZE];
	bool kept = false;

	if (asprintf(&all, "%s\n--- errors ---\n%s", console ? console : "",
		     errors ? errors : "") < 0)
		all = NULL;
	if (all && kit_state_path(path, sizeof(path), "machine.log") == 0)
		kept = result_save(path, all) == 0;
	if (asprintf(&text, "the lab machine: %s%s%s", why,
		     kept ? "; its console is in " : "", kept ? path : "") < 0)
		text = NULL;
	all_of(b, VERDICT_ERROR, text ? text : why, NULL);
}

/*
 * An emulated machine dies or stalls once in some hundred runs, by no fault of
 * what runs in it: then it is all done again.  Who brings a machine down on
 * purpose brings down the second too, and has no verdict.
 */
static int run_twice(const struct machine_spec *spec, char **ret_console)
{
	int status = machine_run(spec, ret_console);

	if (status != -EPROTO && status != -EHOSTDOWN)
		return status;
	free(*ret_console);
	*ret_console = NULL;
	if (ftruncate(spec->stdoutfd, 0) < 0 ||
	    ftruncate(spec->stderrfd, 0) < 0 ||
	    lseek(spec->stdoutfd, 0, SEEK_SET) < 0 ||
	    lseek(spec->stderrfd, 0, SEEK_SET) < 0)
		return -errno;
	return machine_run(spec, ret_console);
}

static void run_batch(struct batch *b, const struct machine_spec *spec, int out,
		      int err)
{
	auto_free char *console = NULL;
	auto_free char *errors = NULL;
	auto_free char *answer = NULL;
	int status = run_twice(spec, &console);

	answer = read_answer(out);
	errors = read_answer(err);
	if (status < 0)
		report_failure(b, machine_strerror(status), console, errors);
	else if (!answer || take_answer(b, answer) < 0)
		report_failure(b, "its answer is not a result", console,
			       errors);
}

/* What the job reads and writes. */
struct streams {
	int in;
	int out;
	int err;
};

static void run_here(struct batch *b, const struct streams *s)
{
	auto_close int isolab = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	auto_close int probe = -1;
	char path[PATH_SIZE];
	struct machine_spec spec = {
		.memory_mib = 1024,
		.stdinfd = s->in,
		.stdoutfd = s->out,
		.stderrfd = s->err,
	};

	if (kit_build_path(path, sizeof(path), "bin/probes/probe") == 0)
		probe = open(path, O_RDONLY | O_CLOEXEC);
	if (isolab < 0 || probe < 0) {
		all_of(b, VERDICT_ERROR, "the kit is not built; try: make",
		       NULL);
		return;
	}
	carry(b, isolab, "/kit/bin/isolab");
	carry(b, probe, "/kit/bin/probes/probe");
	b->argv[0] = "/kit/bin/isolab";
	spec.argv = b->argv;
	spec.files = b->files;
	spec.nfiles = b->nfiles;
	spec.timeout_ms = JOB_MS + (unsigned)b->judged * LAB_MS;
	run_batch(b, &spec, s->out, s->err);
}

/* The machine sees the kit and the submissions where they are. */
static void run_building(struct batch *b, const struct streams *s)
{
	char path[PATH_SIZE];
	int r = add_paths(b);
	struct machine_spec spec = {
		.argv = b->argv,
		.host_root = true,
		.stdinfd = s->in,
		.stdoutfd = s->out,
		.stderrfd = s->err,
		.timeout_ms =
			JOB_MS + (unsigned)b->judged * (LAB_MS + BUILD_MS),
	};

	if (r == 0)
		r = kit_build_path(path, sizeof(path), "bin/isolab");
	if (r < 0) {
		all_of(b, VERDICT_ERROR, "a path is too long", NULL);
		return;
	}
	b->argv[0] = path;
	run_batch(b, &spec, s->out, s->err);
}

/* What is carried into the small root must be static. */
static const char *machine_or_why(const char **ret_fix)
{
#if defined(__SANITIZE_ADDRESS__)
	*ret_fix = "make, without SAN=1";
	return "the sanitizers' programs are not static";
#else
	return machine_missing(ret_fix);
#endif
}

void grade_in_machine(struct lab_result *labs, size_t count)
{
	auto_close int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	auto_close int out = memfd_create("answer", MFD_CLOEXEC);
	auto_close int err = memfd_create("errors", MFD_CLOEXEC);
	const struct streams streams = { in, out, err };
	const char *fix;
	const char *missing = machine_or_why(&fix);
	bool build = missing || sandbox_missing(NULL);
	struct batch b;

	/* Without memory the verdicts are errors, as from the start. */
	if (in < 0 || out < 0 || err < 0 ||
	    batch_init(&b, labs, count, build) < 0)
		return;
	b.argv[1] = "judge";
	if (missing) {
		all_of(&b, VERDICT_SKIP, missing, fix);
	} else if (build) {
		run_building(&b, &streams);
	} else {
		add_programs(&b);
		if (b.judged > 0)
			run_here(&b, &streams);
	}
	batch_release(&b);
}
