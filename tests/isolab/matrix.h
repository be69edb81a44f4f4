/* SPDX-License-Identifier: MIT */
/*
 * matrix.h - prove the graders: right answers, wrong ones and hostile ones
 *
 *	solution    100 points
 *	exercise    0 points, every check fails
 *	mutant      fails exactly the checks it names, with its diagnosis
 *	attack      0 points, nothing is left behind, and it does not say that
 *		    it got through
 *
 * See: docs/handbook/grader.md, "The matrix".
 */
#ifndef ISOLAB_MATRIX_H
#define ISOLAB_MATRIX_H

#include "grade.h"

enum matrix_kind {
	MATRIX_SOLUTION,
	MATRIX_EXERCISE,
	MATRIX_MUTANT,
	MATRIX_ATTACK,
	MATRIX_TABLE, /* the grader's own tables: points, diagnoses */
};

struct matrix_item {
	enum matrix_kind kind;
	const struct grader *grader;
	enum grade_place place; /* HOST or MACHINE */
	char path[4096]; /* of the submission, or of the mutant's patch */
};

struct matrix {
	struct matrix_item *items; /* owned */
	size_t count;
};

/**
 * matrix_collect() - everything there is to prove about a lab
 * @matrix: items are added
 * @grader: the lab's
 * @place: where to judge it
 *
 * Return: 0.
 * Errors: -ENOMEM; -ENOENT the source tree is not there.
 */
int matrix_collect(struct matrix *matrix, const struct grader *grader,
		   enum grade_place place);

/* matrix_item_name() - "solution", "exercise", "tables", or the file's name
 * without its ending */
void matrix_item_name(const struct matrix_item *item, char *buf, size_t size);

/* matrix_keep() - forget the items whose name is not among @names, which ends
 * with NULL */
void matrix_keep(struct matrix *matrix, const char *const *names);

/* matrix_release() - free the items */
void matrix_release(struct matrix *matrix);

struct matrix_answer {
	enum verdict verdict;
	char why[2304]; /* one line, if it is not as it should be or skipped */
};

/**
 * matrix_prove() - grade items and compare
 * @items: what to prove; in the lab machine they share one
 * @count: how many, as matrix_batch() said
 * @answers: receives one for each
 */
void matrix_prove(const struct matrix_item *items, size_t count,
		  struct matrix_answer *answers);

/**
 * matrix_batch() - how many items from one on may be proved together
 * @matrix: the items
 * @first: the index of the first
 *
 * The kit's own answers to one lab share a lab machine, some at a time, to
 * save its start.  An attack gets its own.
 *
 * Return: 1 or more.
 */
size_t matrix_batch(const struct matrix *matrix, size_t first);

/**
 * mutant_make() - apply a mutant's patch to a copy of the solution
 * @patch: path of the patch; its header names checks and diagnosis
 * @lab: such as "01-chroot"
 * @dir: receives a new folder, to be removed with mutant_remove()
 * @size: bytes at @dir
 *
 * Return: 0; the submission is @dir/solutions/LAB.
 * Errors: -EINVAL patch(1) refused it; those of mkdtemp(3).
 */
int mutant_make(const char *patch, const char *lab, char *dir, size_t size);
void mutant_remove(const char *dir);

/* header_line() - the value of "Name: value" among a file's first lines
 * Return: 0, -ENODATA there is none, or -errno. */
int header_line(const char *path, const char *name, char *buf, size_t size);

/* What a grading could leave behind on the machine that it ran on. */
struct traces;

/* traces_take() - look at mounts, links, IPC objects and the folder @dir */
struct traces *traces_take(const char *dir);

/* traces_compare() - look again; frees @before
 * Return: 0 the same, and the caller has no child and no cgroup left;
 *         else 1, and @why says what differs. */
int traces_compare(struct traces *before, const char *dir, char *why,
		   size_t size);

#endif /* ISOLAB_MATRIX_H */
