/* SPDX-License-Identifier: MIT */
#include "grade.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "grade_machine.h"
#include "kit.h"
#include "machine.h"

enum { PATH_SIZE = 4096 };

static unsigned ms_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned)((now.tv_sec - start->tv_sec) * 1000 +
			  (now.tv_nsec - start->tv_nsec) / 1000000);
}

static const struct finding *find(const struct lab_result *lab, const char *id)
{
	for (size_t i = 0; i < lab->count; i++) {
		if (strcmp(lab->findings[i].check->id, id) == 0)
			return &lab->findings[i];
	}
	return NULL;
}

/* A check whose premise does not hold was not judged: it takes over the
 * verdict, because without the premise a pass would mean nothing. */
static enum verdict follow(struct finding *f, const struct finding *premise)
{
	if (!premise)
		return cannot_judge(f, 0, "there is no check '%s' to need",
				    f->check->needs);
	if (premise->verdict == VERDICT_FAIL) {
		expected(f, "first, that %s", premise->check->title);
		observed(f, "it does not, so this was not looked at");
		return VERDICT_FAIL;
	}
	if (premise->verdict == VERDICT_SKIP)
		return cannot_run(f, premise->reason, premise->fix);
	return cannot_judge(f, 0, "judge '%s', which this check needs",
			    f->check->needs);
}

static void judge(struct grading *g, struct lab_result *lab, struct finding *f)
{
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (f->check->needs) {
		const struct finding *premise = find(lab, f->check->needs);

		if (!premise || premise->verdict != VERDICT_PASS) {
			f->verdict = follow(f, premise);
			return;
		}
	}
	f->verdict = f->check->judge(g, f);
	f->duration_ms = ms_since(&start);
}

void judge_program(struct lab_result *lab, int exercisefd)
{
	auto_close int probefd = -1;
	struct grading g = { .exercisefd = exercisefd };
	struct timespec start;
	char path[PATH_SIZE];

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (kit_build_path(path, sizeof(path), "bin/probes/probe") == 0)
		probefd = open(path, O_RDONLY | O_CLOEXEC);
	if (probefd < 0) {
		lab_result_all(lab, VERDICT_ERROR,
			       "the grader's probe is not built; try: make",
			       NULL);
		return;
	}
	g.probefd = probefd;
	for (size_t i = 0; i < lab->count; i++)
		judge(&g, lab, &lab->findings[i]);
	lab->duration_ms += ms_since(&start);
}

bool build_program(struct lab_result *lab, int *ret_fd)
{
	int r = build_submission(lab->submission, &lab->build, ret_fd);

	lab->duration_ms = lab->build.duration_ms;
	if (r > 0)
		return true;
	lab_result_all(lab, r == 0 ? VERDICT_FAIL : VERDICT_ERROR,
		       lab->build.reason, NULL);
	return false;
}

static void grade_here(struct lab_result *lab)
{
	auto_close int programfd = -1;

	lab->where = "host";
	if (build_program(lab, &programfd))
		judge_program(lab, programfd);
}

const char *grade_missing(const struct grader *grader, const char **ret_fix)
{
	const char *missing = sandbox_missing(ret_fix);

	if (!missing && grader->missing)
		missing = grader->missing(ret_fix);
	return missing;
}

enum grade_place grade_place_of(const struct grader *grader,
				enum grade_place place)
{
	bool complete;

	if (place != GRADE_AUTO)
		return place;
	complete = !grade_missing(grader, NULL) &&
		   (!grader->partly_missing || !grader->partly_missing());
	return complete || machine_missing(NULL) ? GRADE_HOST : GRADE_MACHINE;
}

static void judge_here(struct lab_result *lab)
{
	const char *fix;
	const char *missing = grade_missing(lab->grader, &fix);

	if (!missing) {
		grade_here(lab);
		return;
	}
	lab->where = "nowhere";
	lab_result_all(lab, VERDICT_SKIP, missing, fix);
}

/* Those for the machine that follow each other share one. */
size_t grade_some(struct lab_result *labs, size_t count, enum grade_place place)
{
	size_t n = 0;

	while (n < count &&
	       grade_place_of(labs[n].grader, place) == GRADE_MACHINE)
		n++;
	if (n > 0) {
		grade_in_machine(labs, n);
		return n;
	}
	judge_here(&labs[0]);
	return 1;
}

void grade_labs(struct lab_result *labs, size_t count, enum grade_place place)
{
	for (size_t i = 0; i < count;)
		i += grade_some(&labs[i], count - i, place);
}
