/* SPDX-License-Identifier: MIT */
/*
 * leak.c - how a mount leaves its namespace, or enters another
 *
 * Usage:  leak shared | slave | private
 *
 * Two processes in two mount namespaces, of which the second is a copy of the
 * first: "outside" and "inside".  Inside, the copies get the propagation type
 * of the command line.  Then each mounts a file system, and both look what
 * they have.
 *
 *	outside   /tmp [shared] -- copy, made by unshare(2) --> inside   /tmp
 *	          /tmp/outside                                  /tmp/inside
 *
 * Idea:   a new mount namespace is not yet a boundary
 * Calls:  unshare(2), mount(2) with MS_SHARED, MS_SLAVE and MS_PRIVATE
 * Needs:  nothing; without root it makes a user namespace first
 * Read:   mount_namespaces(7), "SHARED SUBTREES"
 * Test:   tests/graders/02-mount-ns.c grades the exercise about this idea
 */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "gate.h"
#include "mountinfo.h"
#include "userns.h"

static const struct {
	const char *name;
	unsigned long flag;
} types[] = {
	{ "shared", MS_SHARED },
	{ "slave", MS_SLAVE },
	{ "private", MS_PRIVATE },
	{ NULL, 0 },
};

static void mount_empty(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		die(-errno, "cannot make '%s'", path);
	if (mount("leak", path, "tmpfs", 0, NULL) < 0)
		die(-errno, "cannot mount on '%s'", path);
}

static void print_mounts(const char *who)
{
	struct mountinfo info;
	const struct mount_entry *top;
	int r;

	r = mountinfo_load("/proc/self/mountinfo", &info);
	if (r < 0)
		die(r, "cannot read the mounts");
	top = mountinfo_find(&info, "/tmp");
	printf("%-8s /tmp is %-10s  has /tmp/outside: %-3s  /tmp/inside: %s\n",
	       who, top && top->optional[0] ? top->optional : "private",
	       mountinfo_find(&info, "/tmp/outside") ? "yes" : "no",
	       mountinfo_find(&info, "/tmp/inside") ? "yes" : "no");
	mountinfo_release(&info);
	fflush(stdout);
}

static noreturn void be_inside(unsigned long type, struct gate *ready,
			       struct gate *go)
{
	if (unshare(CLONE_NEWNS) < 0)
		die(-errno, "cannot make a mount namespace");
	if (mount(NULL, "/", NULL, MS_REC | type, NULL) < 0)
		die(-errno, "cannot set the propagation type");
	mount_empty("/tmp/inside");

	if (gate_open(ready) < 0 || gate_wait(go) < 0)
		die(0, "the process outside has died");
	print_mounts("inside");
	_exit(KIT_OK);
}

/* What systemd makes of a real machine: every mount is shared. */
static void be_outside(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		die(-errno, "cannot make a mount namespace");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("leak", "/tmp", "tmpfs", 0, NULL) < 0 ||
	    mount(NULL, "/tmp", NULL, MS_SHARED, NULL) < 0)
		die(-errno, "cannot make a shared mount");
}

static void show(unsigned long type)
{
	struct gate ready;
	struct gate go;
	pid_t child;
	int r;

	r = gate_init(&ready);
	if (r == 0)
		r = gate_init(&go);
	if (r < 0)
		die(r, "cannot make a gate");

	child = fork();
	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0)
		be_inside(type, &ready, &go);

	if (gate_wait(&ready) < 0)
		die(0, "the process inside has died");
	mount_empty("/tmp/outside");
	print_mounts("outside");
	(void)gate_open(&go); /* if it has died, child_wait() says so */
	if (child_wait(child) != KIT_OK)
		die(0, "the process inside failed");
}

int main(int argc, char *argv[])
{
	size_t i = 0;
	int r;

	while (argc == 2 && types[i].name && strcmp(types[i].name, argv[1]))
		i++;
	if (argc != 2 || !types[i].name) {
		fprintf(stderr, "usage: leak shared | slave | private\n");
		return KIT_USAGE;
	}

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get a namespace");
	be_outside();
	show(types[i].flag);
	return KIT_OK;
}
