/* SPDX-License-Identifier: MIT */
/* scenes.h - which commands of minic are failed, and what is there before */
#ifndef FAULTS_SCENES_H
#define FAULTS_SCENES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SCENE_STEPS = 3, SCENE_WORDS = 16 };

/*
 * Commands of minic, words separated by a space, in a folder with:
 *	state/			--root
 *	out/			for files
 *	root, user, ...		bundles, see scenes_make_folder()
 */
struct scene {
	const char *name;
	bool group;			  /* needs root and control groups v2 */
	const char *once[SCENE_STEPS];	  /* before all cases; must succeed */
	const char *before[SCENE_STEPS];  /* before each case; must succeed;
					    watched, but nothing is failed */
	const char *command;		  /* a call of it is failed */
	int status;			  /* its exit status without that */
	const char *after[SCENE_STEPS];	  /* after each case; must succeed */
	const char *finally[SCENE_STEPS]; /* after all cases; must succeed */
};

/* scenes_at() - NULL: no more */
const struct scene *scenes_at(size_t index);

/**
 * scenes_make_folder() - make the folder that they run in, and enter it
 * @program: path of ourselves, which is put into each bundle
 * @uid: whose it is: 0 for bundles without a user namespace
 *
 * Return: 0 or -errno.
 */
int scenes_make_folder(const char *program, uid_t uid);

/* scenes_remove_folder() - Return: 0 or -errno. */
int scenes_remove_folder(void);

#endif /* FAULTS_SCENES_H */
