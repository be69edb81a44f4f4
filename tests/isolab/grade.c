/* SPDX-License-Identifier: MIT */
#include "grade.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "kit.h"

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

int grade_submission(const struct grader *grader, const char *path,
		     struct lab_result *ret)
{
	auto_close int programfd = -1;
	const char *missing;
	const char *fix;
	int r = lab_result_init(ret, grader, path);

	if (r < 0)
		return r;

	ret->where = "host";
	missing = sandbox_missing(&fix);
	if (missing) {
		ret->where = "nowhere";
		lab_result_all(ret, VERDICT_SKIP, missing, fix);
		return 0;
	}
	r = build_submission(path, &ret->build, &programfd);
	if (r > 0)
		judge_program(ret, programfd);
	else
		lab_result_all(ret, r == 0 ? VERDICT_FAIL : VERDICT_ERROR,
			       ret->build.reason, NULL);
	ret->duration_ms += ret->build.duration_ms;
	return 0;
}
