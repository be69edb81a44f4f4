/* SPDX-License-Identifier: MIT */
/*
 * cmd_graph.c - isolab graph PID: namespaces and processes as a picture
 *
 * Read:   view.h
 * Test:   tests/unit/test_view.c
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "kit.h"
#include "view.h"

static int usage(FILE *out, int status)
{
	fputs("usage: isolab graph [--text] PID\n\n"
	      "Draws process PID and all that are below it: a box is a set of\n"
	      "namespaces that are not yours.  Prints a graph for Graphviz:\n\n"
	      "  isolab graph 4242 | dot -Tsvg >picture.svg\n\n"
	      "  --text    draw with characters instead\n",
	      out);
	return status;
}

static pid_t parse_pid(const char *s)
{
	size_t len = strlen(s);

	if (len < 1 || len > 9 || strspn(s, "0123456789") != len)
		return -1;
	return (pid_t)strtol(s, NULL, 10);
}

static int draw(pid_t pid, bool boxes)
{
	struct view_style style = { .columns = 80, .utf8 = kit_utf8() };
	struct view_groups groups = { 0 };
	struct views views = { 0 };
	struct text text = { 0 };
	auto_free char *drawing = NULL;
	struct view self;
	int r = view_take(getpid(), &self);

	if (r == 0)
		r = views_below(pid, &views);
	if (r == 0)
		r = view_groups_make(&views, &self, &groups);
	if (r == 0 && boxes)
		view_draw(&text, &views, &groups, &self, &style);
	else if (r == 0)
		view_dot(&text, &views, &groups, &self);
	view_groups_release(&groups);
	views_release(&views);
	drawing = text_steal(&text);
	if (r == 0 && !drawing)
		r = -ENOMEM;
	if (r == 0 && fputs(drawing, stdout) == EOF)
		r = -EIO;
	return r;
}

int cmd_graph(int argc, char **argv)
{
	bool boxes = argc > 1 && strcmp(argv[1], "--text") == 0;
	const char *word = argc == 2 + boxes ? argv[1 + boxes] : "";
	pid_t pid = parse_pid(word);
	int r;

	if (strcmp(word, "--help") == 0)
		return usage(stdout, KIT_OK);
	if (pid <= 0)
		return usage(stderr, KIT_USAGE);
	r = draw(pid, boxes);
	if (r == -ENOENT)
		fprintf(stderr, "isolab graph: there is no process %s\n", word);
	else if (r < 0)
		fprintf(stderr, "isolab graph: cannot draw process %s: %s\n",
			word, strerror(-r));
	return r < 0 ? KIT_FAILED : KIT_OK;
}
