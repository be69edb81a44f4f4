/* SPDX-License-Identifier: MIT */
/*
 * slides.h - the slides of a lab: one text, for pandoc and for "isolab demo"
 *
 *	# 04 Processes of one's own        the title
 *
 *	```setup                           run before anything else, unseen
 *	mkdir -p room
 *	```
 *
 *	## Who is PID 1?                   a slide
 *
 *	Words, or a list.                  told
 *
 *	```source                          shown: these lines of that file
 *	labs/04-pid-ns/first.c tie
 *	```
 *
 *	```{.sh look=sleep}                run for real
 *	first sleep 100
 *	```
 *
 * A block of shell may have these attributes:
 *
 *	look=NAME     the command stays; when a process of that name is there,
 *	              it is drawn, and its PID is $PID for the rest of the slide
 *	status=N      that it must end with; else it is told as a failure
 *	shows="TEXT"  what its output must contain; the same
 *	seconds=N     its deadline, 10 if there is none
 *
 * and the setup needs=userns or needs=cgroup: where that is missing, the whole
 * demo runs in the lab machine.
 *
 * See: pandoc's User's Guide, "Extension: fenced_code_attributes".
 */
#ifndef ISOLAB_SLIDES_H
#define ISOLAB_SLIDES_H

#include <stdbool.h>
#include <stddef.h>

enum slide_block_kind {
	SLIDE_WORDS,  /* a paragraph, one line */
	SLIDE_ITEM,   /* of a list, without its "- " */
	SLIDE_TEXT,   /* as it is: a drawing */
	SLIDE_SOURCE, /* the text is a reference, see source_find() */
	SLIDE_SHELL,
	SLIDE_PICTURE, /* an image; not for a terminal */
};

struct slide_block {
	enum slide_block_kind kind;
	char *text;	  /* owned; NUL-terminated */
	char look[64];	  /* "" for none */
	char shows[256];  /* "" for anything */
	unsigned status;  /* 0 unless told */
	unsigned seconds; /* never 0 */
};

struct slide {
	char *title;		    /* owned */
	struct slide_block *blocks; /* owned */
	size_t count;
};

struct slides {
	char *title;	    /* owned */
	char *setup;	    /* owned; may be NULL */
	char needs[32];	    /* "" for nothing */
	struct slide *list; /* owned; the first has the title's own text */
	size_t count;
};

/**
 * slides_parse() - take a text apart
 * @text: of a slide file
 * @ret: to be given to slides_release()
 * @why: receives a sentence on error
 * @size: bytes at @why
 *
 * Return: 0.
 * Errors: -EINVAL it is not as above; -ENOMEM.
 */
int slides_parse(const char *text, struct slides *ret, char *why, size_t size);

/**
 * slides_load() - the slides of a lab
 * @lab: its name, "04-pid-ns"
 * @ret: to be given to slides_release()
 * @why: receives a sentence on error
 * @size: bytes at @why
 *
 * Return: 0.
 * Errors: those of slides_parse() and of open(2).
 */
int slides_load(const char *lab, struct slides *ret, char *why, size_t size);

/* slides_release() - forget them; zeroed is fine */
void slides_release(struct slides *slides);

/* Some lines of a file. */
struct source {
	char file[128];
	unsigned first; /* line number, from 1 */
	unsigned last;
	char *text; /* owned */
};

/**
 * source_find() - find what a slide shows
 * @reference: "FILE NAME" for the function, table or type NAME, with the
 *             comment above it; or 'FILE NAME "FROM"' or 'FILE NAME "FROM"
 *             "TO"' for the lines in it from the first that contains FROM up
 *             to the next that contains TO
 * @ret: to be given to source_release()
 * @why: receives a sentence on error
 * @size: bytes at @why
 *
 * FILE is below the kit's folder.  A definition is what the kit's format makes
 * of one: it begins in the first column, and so does its last line.
 *
 * Return: 0.
 * Errors: -ENOENT no such file, name or line; -EINVAL a bad reference.
 */
int source_find(const char *reference, struct source *ret, char *why,
		size_t size);

/* source_release() - forget them; zeroed is fine */
void source_release(struct source *source);

#endif /* ISOLAB_SLIDES_H */
