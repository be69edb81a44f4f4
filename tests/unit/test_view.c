/* SPDX-License-Identifier: MIT */
/* test_view.c - view.h: processes and namespaces that the test has made */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "kit.h"
#include "userns.h"
#include "view.h"

/*
 *	child    "outer": root of a user namespace, with a UTS namespace "box"
 *	  `-     "inner": and with an IPC namespace
 */
struct family {
	pid_t outer;
	pid_t inner;
};

static noreturn void be_inner(int tellfd)
{
	pid_t self = getpid();

	if (unshare(CLONE_NEWIPC) < 0 || prctl(PR_SET_NAME, "in\"ner") < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    write(tellfd, &self, sizeof(self)) != sizeof(self))
		_exit(1);
	for (;;)
		pause();
}

static noreturn void be_outer(int tellfd)
{
	if (prctl(PR_SET_NAME, "outer") < 0 || userns_become_root() < 0 ||
	    unshare(CLONE_NEWUTS | CLONE_NEWNET) < 0 ||
	    sethostname("box", 3) < 0)
		_exit(1);
	if (fork() == 0)
		be_inner(tellfd);
	for (;;)
		pause();
}

static struct family family_start(void)
{
	struct family family = { 0 };
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	/* Orphans become ours, so that we can wait for them. */
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	family.outer = fork();
	ck_assert_int_ge(family.outer, 0);
	if (family.outer == 0)
		be_outer(ends[1]);
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], &family.inner, sizeof(pid_t)),
			 sizeof(pid_t));
	close(ends[0]);
	return family;
}

static void family_end(const struct family *family)
{
	kill(family->outer, SIGKILL);
	ck_assert_int_eq(child_wait(family->outer), 128 + SIGKILL);
	kill(family->inner, SIGKILL);
	ck_assert_int_eq(child_wait(family->inner), 128 + SIGKILL);
}

START_TEST(descendants_are_listed_below_their_parents)
{
	struct family family = family_start();
	struct views views;
	struct view self;

	ck_assert_int_eq(view_take(getpid(), &self), 0);
	ck_assert_int_eq(views_below(family.outer, &views), 0);
	ck_assert_uint_eq(views.count, 2);
	ck_assert_int_eq(views.list[0].pid, family.outer);
	ck_assert_int_eq(views.list[1].pid, family.inner);
	ck_assert_int_eq(views.list[1].parent, family.outer);
	ck_assert_uint_eq(views.list[1].depth, 1);
	ck_assert_ptr_eq(views_find(&views, "in\"ner"), &views.list[1]);
	ck_assert_ptr_null(views_find(&views, "nobody"));
	ck_assert(view_differs(&self, &views.list[0], VIEW_UTS));
	ck_assert(!view_differs(&self, &views.list[0], VIEW_IPC));
	ck_assert(view_differs(&self, &views.list[1], VIEW_IPC));
	ck_assert(!view_differs(&self, &views.list[1], VIEW_MNT));
	ck_assert_uint_eq(views.list[1].no_new_privs, 1);
	ck_assert_uint_eq(views.list[1].inner_uid, 0);
	views_release(&views);
	family_end(&family);
}
END_TEST

START_TEST(one_box_is_in_the_other)
{
	struct family family = family_start();
	struct view_groups groups;
	struct views views;
	struct view self;

	ck_assert_int_eq(view_take(getpid(), &self), 0);
	ck_assert_int_eq(views_below(getpid(), &views), 0);
	ck_assert_uint_eq(views.count, 3);
	ck_assert_int_eq(view_groups_make(&views, &self, &groups), 0);
	ck_assert_uint_eq(groups.count, 3);
	ck_assert_int_eq(groups.list[0].outer, -1); /* the test itself */
	ck_assert_int_eq(groups.list[1].outer, -1);
	ck_assert_int_eq(groups.list[2].outer, 1);
	ck_assert(!groups.list[0].own[VIEW_UTS]);
	ck_assert(groups.list[1].own[VIEW_UTS]);
	ck_assert(!groups.list[2].own[VIEW_UTS]);
	ck_assert(groups.list[2].own[VIEW_IPC]);
	ck_assert(groups.list[1].seen);
	ck_assert_str_eq(groups.list[1].inside.hostname, "box");
	ck_assert_str_eq(groups.list[1].inside.links, "lo down");
	view_groups_release(&groups);
	views_release(&views);
	family_end(&family);
}
END_TEST

/* The child has none of the parent's namespaces but the others': no box of
 * either is in the other's. */
START_TEST(boxes_that_cross_are_apart)
{
	struct view a = { .pid = 1 };
	struct view outside = { 0 };
	struct view list[2];
	struct views views = { .list = list, .count = 2 };
	struct view_groups groups;

	for (int i = 0; i < VIEW_NAMESPACES; i++)
		outside.ns[i].ino = a.ns[i].ino = 100;
	list[0] = list[1] = a;
	list[0].ns[VIEW_MNT].ino = 1;
	list[0].ns[VIEW_IPC].ino = 2;
	list[1].ns[VIEW_MNT].ino = 1;
	list[1].ns[VIEW_PID].ino = 3;
	ck_assert_int_eq(view_groups_make(&views, &outside, &groups), 0);
	ck_assert_int_eq(groups.list[0].outer, -1);
	ck_assert_int_eq(groups.list[1].outer, -1);
	ck_assert(groups.list[1].own[VIEW_MNT]);
	view_groups_release(&groups);
}
END_TEST

START_TEST(drawing_has_straight_sides)
{
	struct family family = family_start();
	const struct view_style style = { .columns = 80, .utf8 = true };
	struct view_groups groups;
	struct views views;
	struct view self;
	struct text text = { 0 };

	ck_assert_int_eq(view_take(getpid(), &self), 0);
	ck_assert_int_eq(views_below(family.outer, &views), 0);
	ck_assert_int_eq(view_groups_make(&views, &self, &groups), 0);
	view_draw(&text, &views, &groups, &self, &style);
	ck_assert_ptr_nonnull(text.bytes);
	ck_assert_ptr_nonnull(strstr(text.bytes, ": box"));
	ck_assert_ptr_nonnull(strstr(text.bytes, "│ │ - in\"ner"));
	for (char *line = text.bytes; *line;) {
		size_t len = strcspn(line, "\n");

		ck_assert_uint_eq(text_columns(line, len), 80);
		line += len + 1;
	}
	text_release(&text);
	view_groups_release(&groups);
	views_release(&views);
	family_end(&family);
}
END_TEST

START_TEST(difference_names_what_is_otherwise)
{
	struct family family = family_start();
	const struct view_style style = { .columns = 80 };
	struct text text = { 0 };
	struct view inner;
	struct view self;

	ck_assert_int_eq(view_take(getpid(), &self), 0);
	ck_assert_uint_eq(view_diff(&text, &self, &self, &style), 0);
	ck_assert_ptr_null(text.bytes);
	ck_assert_int_eq(view_take(family.inner, &inner), 0);
	ck_assert_uint_ge(view_diff(&text, &self, &inner, &style), 3);
	ck_assert_ptr_nonnull(strstr(text.bytes, "  box\n"));
	ck_assert_ptr_nonnull(strstr(text.bytes, "lo down"));
	ck_assert_ptr_nonnull(strstr(text.bytes, "no_new_privs"));
	ck_assert_ptr_null(strstr(text.bytes, "mounts"));
	ck_assert_ptr_null(strstr(text.bytes, "PID"));
	text_release(&text);
	family_end(&family);
}
END_TEST

START_TEST(the_dead_are_not_there)
{
	struct views views;
	struct view view;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	ck_assert_int_eq(child_wait(child), 0);
	ck_assert_int_eq(view_take(child, &view), -ENOENT);
	ck_assert_int_eq(views_below(child, &views), -ENOENT);
}
END_TEST

/* Looking while a crowd comes and goes is no error. */
START_TEST(those_that_vanish_are_left_out)
{
	pid_t parent;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	parent = fork();
	if (parent == 0) {
		signal(SIGCHLD, SIG_IGN);
		for (;;) {
			pid_t child = fork();

			if (child == 0)
				_exit(0);
			(void)waitpid(child, NULL, 0);
		}
	}
	for (int i = 0; i < 50; i++) {
		struct views views;

		ck_assert_int_eq(views_below(parent, &views), 0);
		ck_assert_int_eq(views.list[0].pid, parent);
		views_release(&views);
	}
	kill(parent, SIGKILL);
	ck_assert_int_eq(child_wait(parent), 128 + SIGKILL);
	(void)child_wait(-1); /* the last of the crowd, if there is one */
}
END_TEST

START_TEST(capabilities_are_told_in_words)
{
	uint64_t all = (2ULL << (cap_max_bits() - 1)) - 1;
	const struct {
		uint64_t caps;
		const char *words;
	} cases[] = {
		{ 0, "none" },
		{ all, "all" },
		{ UINT64_MAX, "all" },
		{ 1, "chown" },
		{ 1 | 1 << CAP_KILL, "chown, kill" },
		{ all & ~(1ULL << CAP_SYS_TIME), "all but sys_time" },
		{ 0xffff, "16 of " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text = { 0 };

		view_caps_words(&text, cases[i].caps, 20);
		ck_assert_ptr_nonnull(text.bytes);
		ck_assert_int_eq(strncmp(text.bytes, cases[i].words,
					 strlen(cases[i].words)),
				 0);
		text_release(&text);
	}
}
END_TEST

/* ---- isolab graph -------------------------------------------------------- */

static int graph(void *arg)
{
	char **argv = arg;
	int argc = 0;

	while (argv[argc])
		argc++;
	return cmd_graph(argc, argv);
}

#define GRAPH(run, ...)          \
	run_function(run, graph, \
		     (void *)(const char *[]){ "graph", __VA_ARGS__, NULL })

START_TEST(graph_has_nodes_edges_and_boxes)
{
	struct family family = family_start();
	struct run run;
	char pid[16];
	char line[64];

	snprintf(pid, sizeof(pid), "%d", (int)family.outer);
	GRAPH(&run, pid);
	ck_assert_int_eq(run.status, 0);
	snprintf(line, sizeof(line), "p%d [label=\"outer", (int)family.outer);
	ck_assert_ptr_nonnull(strstr(run.out, line));
	snprintf(line, sizeof(line), "p%d [label=\"in\\\"ner",
		 (int)family.inner);
	ck_assert_ptr_nonnull(strstr(run.out, line));
	snprintf(line, sizeof(line), "p%d -> p%d;", (int)family.outer,
		 (int)family.inner);
	ck_assert_ptr_nonnull(strstr(run.out, line));
	ck_assert_ptr_nonnull(strstr(run.out, "subgraph cluster_0 {"));
	ck_assert_ptr_nonnull(strstr(run.out, ": box"));
	ck_assert_ptr_null(strstr(run.out, "mnt "));
	GRAPH(&run, "--text", pid);
	ck_assert_int_eq(run.status, 0);
	ck_assert_ptr_nonnull(strstr(run.out, ": box"));
	family_end(&family);
}
END_TEST

static int draw(void *arg)
{
	char *command = arg;

	return execl("/bin/sh", "sh", "-c", command, (char *)NULL);
}

START_TEST(dot_accepts_the_graph)
{
	char path[] = "/tmp/isolab-unit-XXXXXX";
	struct family family = family_start();
	auto_free char *command = NULL;
	int fd = mkstemp(path);
	struct run run;
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)family.outer);
	GRAPH(&run, pid);
	ck_assert_int_eq(run.status, 0);
	ck_assert_int_eq(write(fd, run.out, strlen(run.out)),
			 (ssize_t)strlen(run.out));
	close(fd);
	ck_assert_int_gt(asprintf(&command, "dot -Tsvg '%s'", path), 0);
	run_function(&run, draw, command);
	unlink(path);
	family_end(&family);
	ck_assert_int_eq(run.status, 0);
	ck_assert_ptr_nonnull(strstr(run.out, "<svg"));
	ck_assert_ptr_nonnull(strstr(run.out, "in&quot;ner"));
	ck_assert_ptr_null(strstr(run.out, "Warning"));
}
END_TEST

static const struct {
	const char *argument;
	int status;
	const char *says;
} lines[] = {
	{ "--help", 0, "usage: isolab graph" },
	{ "0", 2, "usage: isolab graph" },
	{ "-1", 2, "usage: isolab graph" },
	{ "1x", 2, "usage: isolab graph" },
	{ "999999999", 1, "there is no process 999999999" },
};

START_TEST(command_line_is_checked)
{
	struct run run;

	GRAPH(&run, lines[_i].argument);
	ck_assert_int_eq(run.status, lines[_i].status);
	ck_assert_ptr_nonnull(strstr(run.out, lines[_i].says));
}
END_TEST

static const char *need_dot(void)
{
	return system("dot -V >/dev/null 2>&1") == 0
		       ? NULL
		       : "needs dot (try: apt-get install graphviz)";
}

int main(void)
{
	Suite *suite = suite_create("view");
	TCase *tc = add_task(suite, "view", NULL);

	tcase_add_test(tc, boxes_that_cross_are_apart);
	tcase_add_test(tc, the_dead_are_not_there);
	tcase_add_test(tc, those_that_vanish_are_left_out);
	tcase_add_test(tc, capabilities_are_told_in_words);
	tcase_add_loop_test(tc, command_line_is_checked, 0,
			    sizeof(lines) / sizeof(lines[0]));

	tc = add_task(suite, "view of namespaces", need_userns());
	tcase_add_test(tc, descendants_are_listed_below_their_parents);
	tcase_add_test(tc, one_box_is_in_the_other);
	tcase_add_test(tc, drawing_has_straight_sides);
	tcase_add_test(tc, difference_names_what_is_otherwise);
	tcase_add_test(tc, graph_has_nodes_edges_and_boxes);

	tc = add_task(suite, "view by dot", need_dot());
	tcase_add_test(tc, dot_accepts_the_graph);
	return run_suite(suite);
}
