/* SPDX-License-Identifier: MIT */
/* inside.h - the program in the container */
#ifndef FAULTS_INSIDE_H
#define FAULTS_INSIDE_H

/**
 * inside() - say what the kernel says about this process, and end with 7
 *
 * If a failed call is passed over in silence, it shows here: the text is
 * compared with that of a run in which nothing failed.
 */
int inside(void);

/* inside_wait() - ignore signals, wait for SIGKILL */
int inside_wait(void);

#endif /* FAULTS_INSIDE_H */
