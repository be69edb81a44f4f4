/* SPDX-License-Identifier: MIT */
/* submission.h - the files that a student hands in, opened with care */
#ifndef ISOLAB_SUBMISSION_H
#define ISOLAB_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>

enum { SUBMISSION_FILES = 32 };

struct submission {
	struct source {
		char name[64]; /* plain: letters, digits, "._-" */
		int fd;	       /* owned; a regular file */
	} files[SUBMISSION_FILES];
	size_t count;
};

/**
 * submission_open() - open all source files of a submission
 * @path: a folder or one .c file; links are refused, not followed
 * @ret: filled on success, to be given to submission_release()
 * @why: on failure receives one line for the student
 * @size: bytes at @why
 *
 * Return: 1 opened; 0 the submission is at fault, see @why.
 */
int submission_open(const char *path, struct submission *ret, char *why,
		    size_t size);

/* submission_release() - close the files */
void submission_release(struct submission *submission);

#endif /* ISOLAB_SUBMISSION_H */
