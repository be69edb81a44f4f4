/* SPDX-License-Identifier: MIT */
/*
 * build.h - take a submission and compile it, trusting nothing about it
 *
 * The compiler runs in a sandbox of its own too: an #include or an .incbin
 * reads what the compiler can read, and that is a toolchain, the headers of
 * common/ and the submission.
 */
#ifndef ISOLAB_BUILD_H
#define ISOLAB_BUILD_H

#include "result.h"

/**
 * build_submission() - compile a folder or a file into one static program
 * @path: a folder, whose *.c, *.h and *.S files are taken, or one .c file
 * @build: receives whether it went well, why not, and the compiler's words;
 *         its strings are freed by lab_result_release()
 * @ret_fd: the program, in a sealed memfd; the caller closes it
 *
 * Return: 1 compiled; 0 the submission is at fault, see @build->reason.
 * Errors: the grader could not try; @build->reason says what it did.
 */
int build_submission(const char *path, struct build *build, int *ret_fd);

#endif /* ISOLAB_BUILD_H */
