/* SPDX-License-Identifier: MIT */
/* test_slides.c - slides.h: every lab's slides, and what they refer to */
#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "slides.h"

static const char good[] = "# 07 A title\n"
			   "\n"
			   "Two lines\n"
			   "of words.\n"
			   "\n"
			   "```{.setup needs=userns}\n"
			   "mkdir room\n"
			   "```\n"
			   "<!-- a note\n"
			   "of two lines -->\n"
			   "## A slide\n"
			   "\n"
			   "- one\n"
			   "  and more\n"
			   "- two\n"
			   "\n"
			   "![](07.svg)\n"
			   "\n"
			   "```{.sh look=sleep seconds=20 shows=\"a b\"}\n"
			   "first sleep 9\n"
			   "\n"
			   "```\n"
			   "```source\n"
			   "a.c main\n"
			   "```\n"
			   "## The last\n"
			   "```{.sh status=1}\n"
			   "false\n"
			   "```\n";

START_TEST(slides_are_taken_apart)
{
	struct slides slides;
	const struct slide_block *block;
	char why[256] = "";

	ck_assert_int_eq(slides_parse(good, &slides, why, sizeof(why)), 0);
	ck_assert_str_eq(slides.title, "07 A title");
	ck_assert_str_eq(slides.setup, "mkdir room\n");
	ck_assert_str_eq(slides.needs, "userns");
	ck_assert_uint_eq(slides.count, 3);
	ck_assert_uint_eq(slides.list[0].count, 1);
	ck_assert_str_eq(slides.list[0].blocks[0].text, "Two lines of words.");

	ck_assert_str_eq(slides.list[1].title, "A slide");
	ck_assert_uint_eq(slides.list[1].count, 5);
	block = slides.list[1].blocks;
	ck_assert_int_eq(block[0].kind, SLIDE_ITEM);
	ck_assert_str_eq(block[0].text, "one and more");
	ck_assert_str_eq(block[1].text, "two");
	ck_assert_int_eq(block[2].kind, SLIDE_PICTURE);
	ck_assert_int_eq(block[3].kind, SLIDE_SHELL);
	ck_assert_str_eq(block[3].text, "first sleep 9\n\n");
	ck_assert_str_eq(block[3].look, "sleep");
	ck_assert_str_eq(block[3].shows, "a b");
	ck_assert_uint_eq(block[3].seconds, 20);
	ck_assert_uint_eq(block[3].status, 0);
	ck_assert_int_eq(block[4].kind, SLIDE_SOURCE);
	ck_assert_uint_eq(slides.list[2].blocks[0].status, 1);
	slides_release(&slides);
}
END_TEST

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "", "there are no slides" },
	{ "# only a title\n", "there are no slides" },
	{ "words\n# title\n## a\n", "before the title" },
	{ "## no title\n", "a title comes first" },
	{ "# a\n## b\n# c\n", "a title comes first, and once" },
	{ "# a\n## b\n```sh\ntrue\n", "line 5: a block does not end" },
	{ "# a\n## b\n```perl\n1\n```\n", "no such kind of block" },
	{ "# a\n## b\n```{.sh lok=x}\n1\n```\n", "what is this block" },
	{ "# a\n## b\n```{.sh seconds=0}\n1\n```\n", "what is this block" },
	{ "# a\n## b\n```{.sh seconds=601}\n1\n```\n", "what is this block" },
	{ "# a\n## b\n```{.sh status=x}\n1\n```\n", "what is this block" },
	{ "# a\n## b\n```{.sh look=a\n1\n```\n", "what is this block" },
	{ "# a\n```setup\n```\n## b\n```setup\n```\n", "a second setup" },
};

START_TEST(bad_slides_are_refused)
{
	struct slides slides;
	char why[256] = "";

	ck_assert_int_eq(slides_parse(bad[_i].text, &slides, why, sizeof(why)),
			 -EINVAL);
	ck_assert_msg(strstr(why, bad[_i].why), "'%s', not '%s'", why,
		      bad[_i].why);
}
END_TEST

START_TEST(every_lab_has_slides_with_all_their_lines)
{
	for (size_t i = 0; graders[i]; i++) {
		struct slides slides = { 0 };
		char why[512] = "";
		size_t commands = 0;

		ck_assert_msg(slides_load(graders[i]->lab, &slides, why,
					  sizeof(why)) == 0,
			      "%s: %s", graders[i]->lab, why);
		for (size_t s = 0; s < slides.count; s++) {
			const struct slide *slide = &slides.list[s];

			for (size_t b = 0; b < slide->count; b++) {
				struct source source = { 0 };

				commands +=
					slide->blocks[b].kind == SLIDE_SHELL;
				if (slide->blocks[b].kind != SLIDE_SOURCE)
					continue;
				ck_assert_msg(source_find(slide->blocks[b].text,
							  &source, why,
							  sizeof(why)) == 0,
					      "%s: %s", graders[i]->lab, why);
				source_release(&source);
			}
		}
		ck_assert_uint_ge(commands, 5);
		slides_release(&slides);
	}
}
END_TEST

/* In files of the kit, as there is no other place to look in. */
static const struct {
	const char *reference;
	const char *begin;
	const char *end;
} there[] = {
	{ "labs/04-pid-ns/first.c tie\n", "/*\n * If the process outside",
	  "has died\");\n}\n" },
	{ "labs/04-pid-ns/storm.c be_between", "/* Make the orphans", "}\n" },
	{ "labs/05-user-ns/powers.c acts", "static const struct act {",
	  "};\n" },
	{ "labs/05-user-ns/powers.c act", "static const struct act {", "};\n" },
	{ "labs/05-user-ns/powers.c namespaces", "static const int namespaces",
	  "CLONE_NEWNET;\n" },
	{ "labs/05-user-ns/powers.c column", "enum column { YOU", "};\n" },
	{ "labs/05-user-ns/asroot.c kind", "/* The files of one kind",
	  "\"newgidmap\" };\n" },
	{ "labs/01-chroot/jail.c options", "struct options {", "};\n" },
	{ "labs/01-chroot/jail.c main", "int main(int argc", "}\n" },
	{ "common/gate.c gate_wait", "int gate_wait(", "}\n" },
	{ "labs/01-chroot/jail.c enter \"chdir(\"", "	/* Not chdir(root)",
	  "inside ROOT. */\n" },
	{ "labs/01-chroot/jail.c enter \"if (chroot\" \"root);\"",
	  "	if (chroot(root)", "root);\n" },
};

START_TEST(definitions_are_found)
{
	struct source source = { 0 };
	char why[512] = "";
	size_t len = strlen(there[_i].begin);
	size_t tail = strlen(there[_i].end);
	size_t lines = 0;

	ck_assert_msg(source_find(there[_i].reference, &source, why,
				  sizeof(why)) == 0,
		      "%s", why);
	ck_assert_msg(strncmp(source.text, there[_i].begin, len) == 0, "%s",
		      source.text);
	ck_assert_uint_ge(strlen(source.text), tail);
	ck_assert_str_eq(source.text + strlen(source.text) - tail,
			 there[_i].end);
	for (const char *c = source.text; *c; c++)
		lines += *c == '\n';
	ck_assert_uint_eq(lines, source.last - source.first + 1);
	source_release(&source);
}
END_TEST

static const struct {
	const char *reference;
	int error;
	const char *why;
} lost[] = {
	{ "labs/01-chroot/jail.c no_such", -ENOENT, "no definition of" },
	{ "labs/01-chroot/none.c main", -ENOENT, "cannot read" },
	/* Only called, only declared, and a part of a longer name. */
	{ "labs/01-chroot/jail.c chroot", -ENOENT, "no definition of" },
	{ "common/gate.h gate_wait", -ENOENT, "no definition of" },
	{ "labs/01-chroot/jail.c throw_away", -ENOENT, "no definition of" },
	{ "labs/01-chroot/jail.c enter \"fork(\"", -ENOENT, "no such lines" },
	{ "labs/01-chroot/jail.c enter \"if (chroot\" \"fork(\"", -ENOENT,
	  "no such lines" },
	/* There, but in another function. */
	{ "labs/01-chroot/jail.c enter \"close_range\"", -ENOENT,
	  "no such lines" },
	{ "labs/01-chroot/jail.c", -EINVAL, "names no source" },
	{ "labs/../../jail.c main", -EINVAL, "names no source" },
	{ "/etc/passwd root", -EINVAL, "names no source" },
	{ "labs/01-chroot/jail.c main more", -EINVAL, "names no source" },
};

START_TEST(what_is_not_there_is_told)
{
	struct source source = { 0 };
	char why[512] = "";

	ck_assert_int_eq(
		source_find(lost[_i].reference, &source, why, sizeof(why)),
		lost[_i].error);
	ck_assert_msg(strstr(why, lost[_i].why), "'%s', not '%s'", why,
		      lost[_i].why);
	ck_assert_ptr_null(source.text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("slides");
	TCase *tc = add_task(suite, "slides", NULL);

	tcase_add_test(tc, slides_are_taken_apart);
	tcase_add_loop_test(tc, bad_slides_are_refused, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, every_lab_has_slides_with_all_their_lines);
	tcase_add_loop_test(tc, definitions_are_found, 0,
			    sizeof(there) / sizeof(there[0]));
	tcase_add_loop_test(tc, what_is_not_there_is_told, 0,
			    sizeof(lost) / sizeof(lost[0]));
	return run_suite(suite);
}
