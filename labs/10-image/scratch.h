/* SPDX-License-Identifier: MIT */
/*
 * scratch.h - a folder beside the one that is wanted, until all is well
 *
 *	DIR's parent/
 *	  .oci-DIR-x7Kq2c/	0700, locked: somebody works on it
 *	    tree/		becomes DIR by rename(2), or is removed
 *
 * So DIR is there whole or not at all, and nobody sees it half-made.  The lock
 * goes with the process: what a killed one has left is removed by the next
 * that makes the same DIR.
 *
 * See: rename(2), flock(2).
 */
#ifndef OCI_SCRATCH_H
#define OCI_SCRATCH_H

#include <limits.h>

#include "why.h"

struct scratch {
	int parentfd; /* owned; of DIR */
	int fd;	      /* owned; the locked folder */
	int treefd;   /* owned; "tree" in it, which is to be filled */
	char name[NAME_MAX + 1]; /* of the locked folder; "" if there is none */
	char wanted[NAME_MAX + 1]; /* DIR's last part */
};

/**
 * scratch_init() - make the folder, and remove what dead ones have left
 * @scratch: to be given to scratch_release(), also after an error
 * @dir: DIR, the folder that is wanted at the end
 * @why: receives the reason
 *
 * Return: 0.
 * Errors: those of mkdirat(2) and open(2).
 */
int scratch_init(struct scratch *scratch, const char *dir, struct why *why);

/**
 * scratch_keep() - it is whole: give it the name that is wanted
 * @scratch: a filled one
 * @why: receives the reason
 *
 * Return: 0.
 * Errors: -ENOTEMPTY or -EEXIST DIR is there already.
 */
int scratch_keep(struct scratch *scratch, struct why *why);

/* scratch_release() - remove what was not kept, and close all */
void scratch_release(struct scratch *scratch);

#endif /* OCI_SCRATCH_H */
