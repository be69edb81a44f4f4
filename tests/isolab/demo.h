/* SPDX-License-Identifier: MIT */
/*
 * demo.h - a lab's slides, played on a terminal
 *
 *	cmd_demo.c   the command line
 *	demo_keep.c  the terminal and the folder, lent and taken back
 *	demo.c       from slide to slide, from key to key
 *	demo_run.c   a command of a slide
 *	demo_draw.c  what it has changed
 *	demo_md.c    the same slides for pandoc, with the lines they name
 *
 *	keeper                 gives the terminal back, removes the folder
 *	  `- player            this file
 *	       `- stage        see stage.h; one for each command
 */
#ifndef ISOLAB_DEMO_H
#define ISOLAB_DEMO_H

#include <stdbool.h>
#include <stdio.h>

#include "screen.h"
#include "slides.h"
#include "stage.h"
#include "text.h"
#include "view.h"

enum { DEMO_ENV = 16, DEMO_PATH = 4096, DEMO_OUTSIDE = 6 };

struct demo {
	const char *lab; /* "04-pid-ns" */
	const char *dot; /* file for the last drawing, or NULL */
	int cwdfd;	 /* what "dot" is relative to; borrowed */
	bool as_root;	 /* root stays root */
	unsigned first;	 /* slide to begin with, from 0 */
	char dir[64];	 /* where the commands run */
	struct slides slides;
	struct screen screen;
	struct stage stays; /* of the slide's command that stays */
	pid_t looked_at;    /* in it; 0 none */
	unsigned failures;  /* commands that ended otherwise than told */
	char env[DEMO_ENV][DEMO_PATH];
	const char *envp[DEMO_ENV + 1];
};

/**
 * demo_keep() - play in a folder and on a terminal that are given back
 * @demo: with lab, dot, first, as_root, slides and screen
 *
 * Return: an exit status.
 */
int demo_keep(struct demo *demo);

/**
 * demo_play() - play all slides
 * @demo: with lab, dot, cwdfd, first, dir, slides and screen
 *
 * Return: the number of commands that did not end as their slide says.
 */
unsigned demo_play(struct demo *demo);

/**
 * demo_run() - run one command, show its output and what it has changed
 * @demo: the demo; the block's process is left in "stays" if it is to stay
 * @block: of shell
 */
void demo_run(struct demo *demo, const struct slide_block *block);

/* What belongs to everybody out here: texts of the kernel, NULL if unread. */
struct demo_outside {
	char *texts[DEMO_OUTSIDE]; /* owned */
};

/* demo_outside_take() - look; to be given to demo_outside_release() */
void demo_outside_take(struct demo_outside *outside);
void demo_outside_release(struct demo_outside *outside);

/* demo_outside_print() - say what has changed since; @always: also if nothing */
void demo_outside_print(struct demo *demo, const struct demo_outside *before,
			bool always);

/* demo_draw() - draw the processes of a stage, and how @target is placed */
void demo_draw(struct demo *demo, const struct views *all,
	       const struct view *target);

/* demo_setup() - what comes before the first slide; said only if it fails */
void demo_setup(struct demo *demo);

/* demo_words() - append a paragraph without its marks, wrapped */
void demo_words(struct text *text, const char *first, unsigned columns,
		const char *words);

/**
 * demo_markdown() - append the slides, with the lines that they name
 * @text: to append to
 * @slides: of a lab
 * @why: receives a sentence on error
 * @size: bytes at @why
 *
 * Return: 0.
 * Errors: those of source_find().
 */
int demo_markdown(struct text *text, const struct slides *slides, char *why,
		  size_t size);

#endif /* ISOLAB_DEMO_H */
