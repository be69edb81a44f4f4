/* SPDX-License-Identifier: MIT */
/*
 * fake.h - two small labs, in place of the real ones
 *
 * A test that includes this file has these graders only: its own graders[]
 * is found before the one in the library.
 */
#ifndef UNIT_FAKE_H
#define UNIT_FAKE_H

#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "result.h"

static const struct diagnosis fake_diagnoses[] = {
	{ "no-chdir",
	  "The program changed its root and stayed in the old directory.",
	  "Call chdir(\"/\") right after chroot(2), and look at what it "
	  "returns.",
	  "chroot(2), DESCRIPTION" },
	{ "odd<&>", "A key with \"odd\" characters # and \\ in it.", "Go on.",
	  "xml(7)" },
	{ 0 },
};

static const struct task fake_tasks_1[] = {
	{ "01.1", "enter the new root", { "Nudge.", "Read.", "Answer." } },
	{ "01.2", "leave nothing open", { "Hint A.", "Hint B.", "Hint C." } },
	{ 0 },
};

static const struct check fake_checks_1[] = {
	{ "root-is-new", "01.1", 40, "the root directory is the new one", NULL,
	  NULL, fake_diagnoses },
	{ "cwd-inside", "01.1", 25, "the working directory is inside", NULL,
	  NULL, fake_diagnoses },
	{ "no-fds", "01.2", 35, "no descriptor leads out", "root-is-new", NULL,
	  fake_diagnoses },
	{ 0 },
};

static const struct task fake_tasks_2[] = {
	{ "02.1", "a private mount", { "One.", "Two.", "Three." } },
	{ 0 },
};

static const struct check fake_checks_2[] = {
	{ "private", "02.1", 60, "mounts do not reach the host", NULL, NULL,
	  fake_diagnoses },
	{ "odd<\"&'>\\#", "02.1", 40, "odd # title <\"&'>\\", NULL, NULL,
	  fake_diagnoses },
	{ 0 },
};

static const struct grader fake_1 = { .lab = "01-fake",
				      .tasks = fake_tasks_1,
				      .checks = fake_checks_1 };
static const struct grader fake_2 = { .lab = "02-mount-fake",
				      .tasks = fake_tasks_2,
				      .checks = fake_checks_2 };

const struct grader *const graders[] = { &fake_1, &fake_2, NULL };

/* Both labs, every check with the same verdict. */
static inline void fake_result(struct result *ret, enum verdict verdict)
{
	*ret = (struct result){ .started = 1767225600, .duration_ms = 1234 };
	ret->labs = calloc(2, sizeof(*ret->labs));
	ck_assert_ptr_nonnull(ret->labs);
	for (ret->count = 0; ret->count < 2; ret->count++) {
		struct lab_result *lab = &ret->labs[ret->count];

		ck_assert_int_eq(
			lab_result_init(lab, graders[ret->count], "exercises"),
			0);
		lab_result_all(lab, verdict, "what was seen", NULL);
		lab->build.ok = true;
		lab->where = "host";
	}
}

#endif /* UNIT_FAKE_H */
