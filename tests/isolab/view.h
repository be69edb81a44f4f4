/* SPDX-License-Identifier: MIT */
/*
 * view.h - some processes, as the kernel shows them at one moment
 *
 *	view.c         looking: a process, and all that are below it
 *	view_inside.c  what a process sees of its host and network
 *	view_group.c   which of them share which namespaces
 *	view_text.c    boxes for a terminal
 *	view_dot.c     the same for Graphviz
 *	view_diff.c    how one process is placed otherwise than another
 *
 * Two boxes are drawn one in the other only if everybody in the inner one is in
 * all namespaces of the outer one.  So a drawing never says more than is true.
 *
 * See: proc(5); namespaces(7), "The /proc/pid/ns/ directory".
 */
#ifndef ISOLAB_VIEW_H
#define ISOLAB_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "look.h"
#include "text.h"

/* In the order in which they are told. */
enum view_ns {
	VIEW_USER,
	VIEW_PID,
	VIEW_MNT,
	VIEW_NET,
	VIEW_UTS,
	VIEW_IPC,
	VIEW_CGROUP,
	VIEW_TIME,
	VIEW_NAMESPACES,
};

/* The names of the files in /proc/PID/ns. */
extern const char *const view_ns_names[VIEW_NAMESPACES];

enum view_cap {
	VIEW_INHERITABLE,
	VIEW_PERMITTED,
	VIEW_EFFECTIVE,
	VIEW_BOUNDING,
	VIEW_AMBIENT,
	VIEW_CAPS,
};

enum { VIEW_LINES = 3, VIEW_TEXT = 256 };

/* One process.  Numbers are those of the caller's namespaces. */
struct view {
	pid_t pid;
	pid_t parent;
	unsigned depth;	    /* below the process that the list was asked for */
	char name[80];	    /* untrusted */
	unsigned uid;	    /* effective */
	unsigned inner_uid; /* what it is for the process itself */
	pid_t inner_pid;    /* the same */
	struct file_id ns[VIEW_NAMESPACES]; /* zero: we may not look */
	uint64_t caps[VIEW_CAPS];
	unsigned no_new_privs;
	unsigned seccomp;	/* 0 none, 1 strict, 2 filter */
	char cgroup[VIEW_TEXT]; /* "/" and so on, untrusted; "" unknown */
	char root[VIEW_TEXT];	/* untrusted; "?" we may not look */
	char cwd[VIEW_TEXT];	/* the same */
	struct id_line map[VIEW_LINES]; /* of user IDs */
	int maps;			/* may be more than VIEW_LINES */
};

/**
 * view_take() - look at one process
 * @pid: the process
 * @ret: receives what was seen
 *
 * What we have no right to see is left as "view" says, and is no error.
 *
 * Return: 0.
 * Errors: -ENOENT there is no such process, or it ended meanwhile.
 */
int view_take(pid_t pid, struct view *ret);

struct views {
	struct view *list; /* owned; parents before their children */
	size_t count;
};

/**
 * views_below() - look at a process and all its descendants
 * @pid: the process
 * @ret: to be given to views_release()
 *
 * One that ends meanwhile is left out.
 *
 * Return: 0.
 * Errors: -ENOENT @pid is not there; -ENOMEM; those of opendir(3).
 */
int views_below(pid_t pid, struct views *ret);

/* views_release() - forget them; zeroed is fine */
void views_release(struct views *views);

/* views_find() - the first whose name is @name, or NULL */
const struct view *views_find(const struct views *views, const char *name);

/* view_differs() - whether a namespace is known to be another one */
bool view_differs(const struct view *a, const struct view *b, enum view_ns ns);

/* view_caps_words() - append a set: "all", "none", "chown, kill", "all but
 * sys_time"; @columns: a longer list is told by its number */
void view_caps_words(struct text *text, uint64_t caps, size_t columns);

/* What is seen with a process's eyes. */
struct view_inside {
	char hostname[65];
	char links[VIEW_TEXT]; /* "lo down", "eth0 10.0.0.2/24" */
};

/**
 * view_inside() - join a process's namespaces for a moment and look around
 * @pid: the process
 * @ret: receives what is seen; untrusted
 *
 * Return: 0.
 * Errors: those of setns(2) and look_aside().
 */
int view_inside(pid_t pid, struct view_inside *ret);

/* ---- who shares what ----------------------------------------------------- */

/* Processes that are in the same namespaces, all of them. */
struct view_group {
	const struct view *first;
	int outer; /* the group whose box this one is in, or -1 */
	bool own[VIEW_NAMESPACES]; /* differ from the outer's, or outside */
	bool seen;
	struct view_inside inside; /* valid if seen */
};

struct view_groups {
	struct view_group *list; /* owned */
	size_t count;
	int *of;	/* owned; by index of view: its group */
	size_t members; /* at "of" */
};

/**
 * view_groups_make() - find groups and put them into each other
 * @views: borrowed for as long as the groups are used
 * @outside: what is nothing special; borrowed as well
 * @ret: to be given to view_groups_release()
 *
 * Return: 0.
 * Errors: -ENOMEM.
 */
int view_groups_make(const struct views *views, const struct view *outside,
		     struct view_groups *ret);

/* view_groups_release() - forget them; zeroed is fine */
void view_groups_release(struct view_groups *groups);

/* view_group_says() - append "uts 4026532191 'box'" for a group's own
 * namespace; clean text */
void view_group_says(struct text *text, const struct view_group *group,
		     enum view_ns ns);

/* view_says() - append what there is to say of a process, clean text with
 * @between between the parts: PIDs, user, capabilities, cgroup */
void view_says(struct text *text, const struct view *view,
	       const struct view *outside, const char *between);

/* ---- drawings ------------------------------------------------------------ */

struct view_style {
	unsigned columns;
	bool utf8; /* line drawing characters may be used */
};

/* view_draw() - append boxes for a terminal */
void view_draw(struct text *text, const struct views *views,
	       const struct view_groups *groups, const struct view *outside,
	       const struct view_style *style);

/* view_dot() - append a graph for dot(1) */
void view_dot(struct text *text, const struct views *views,
	      const struct view_groups *groups, const struct view *outside);

/**
 * view_diff() - append what is otherwise for one process than for another
 * @text: gets a table with a row for each property that differs
 * @outside: the one
 * @inside: the other
 * @style: how wide it may be
 *
 * Return: the number of rows.
 */
unsigned view_diff(struct text *text, const struct view *outside,
		   const struct view *inside, const struct view_style *style);

#endif /* ISOLAB_VIEW_H */
