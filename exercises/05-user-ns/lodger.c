/* SPDX-License-Identifier: MIT */
/*
 * lodger.c - run a command as root of a house that is yours alone
 *
 * Usage:  lodger [-r FIRST:COUNT] [-a DIR:ID] [-u ID] COMMAND [ARGUMENT...]
 *
 *	(none)          COMMAND runs in a new user namespace: user 0 and
 *	                group 0 in there are you, and there is nobody else
 *	-r FIRST:COUNT  as well, the IDs 1 to COUNT in there are the
 *	                subordinate IDs from FIRST on, users and groups alike
 *	-a DIR:ID       an attic: DIR/store is a new tmpfs, and DIR/view shows
 *	                the same files, but what belongs to 0 in the store
 *	                belongs to ID in the view
 *	-u ID           COMMAND is not root but user ID and group ID, and has
 *	                no capability
 *
 * The options work alone and together.  The folders DIR/store and DIR/view
 * exist.  No process but COMMAND is left.
 *
 * Read:   user_namespaces(7), subuid(5), newuidmap(1), mount_setattr(2)
 * Test:   isolab grade 05
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"
#include "gate.h"

/* Subordinate IDs, as /etc/subuid and /etc/subgid give them. */
struct range {
	unsigned first;
	unsigned count;
};

/*
 * TASK 05.1: make a user namespace in which ID 0 is the user, and the group,
 * that the caller has now.  Nobody has to help with that: a process may map
 * its own two IDs.  file_write_at() of common/file.h writes a file in one go.
 * Before the group there is one more file to write; find out which and why.
 */
static void own_root(void)
{
	die(0, "task 05.1 is not done yet");
}

/*
 * TASK 05.2, first half: run HELPER, newuidmap(1) or newgidmap(1), for the
 * process PID: 0 inside is the ID "own" outside, and the range follows.  Wait
 * for the helper; if it does not end with 0, nothing was mapped.
 */
static void call_helper(const char *helper, pid_t pid, unsigned own,
			const struct range *range)
{
	(void)range;
	die(0, "task 05.2 is not done yet: %s for process %d, own ID %u",
	    helper, (int)pid, own);
}

/*
 * TASK 05.2, second half: make a user namespace with the range mapped.  Who is
 * in the new namespace has no power outside any more, so the helpers have to be
 * called by a process that stayed: fork it first, let it wait at a gate until
 * the namespace is there, and go on when it has ended well.
 */
static void own_range(const struct range *range)
{
	call_helper("newuidmap", getpid(), geteuid(), range);
}

/*
 * TASK 05.3: be user ID and group ID.  Where only 0 is mapped there is no other
 * ID to change to, so make a second user namespace below the first: a map can
 * give any name to the ID that you have.  The rules are the same as in 05.1.
 */
static void be_user(unsigned id)
{
	die(0, "task 05.3 is not done yet: nobody is user %u", id);
}

/*
 * TASK 05.4, first half: return a descriptor of a user namespace that maps 0
 * to ID, for users and groups.  Nobody shall live in it; it is a table for the
 * kernel to read.  A child makes it, you write its maps and open
 * /proc/PID/ns/user, and then the child is not needed any more.
 */
static int open_table(unsigned id)
{
	die(0, "task 05.4 is not done yet: there is no table for %u", id);
}

/*
 * TASK 05.4, second half: show the mount at STORE once more at VIEW, idmapped
 * by the table.  Only a mount that is not yet in the tree can be idmapped:
 * open_tree(2) with OPEN_TREE_CLONE makes one, mount_setattr(2) idmaps it, and
 * move_mount(2) puts it in its place.
 */
static void show(const char *store, const char *view, int tablefd)
{
	die(0, "task 05.4 is not done yet: %s is not at %s (table %d)", store,
	    view, tablefd);
}

/* An attic: the tmpfs is ours, so we may say how it is shown. */
static void make_attic(const char *dir, unsigned id)
{
	char store[PATH_MAX];
	char view[PATH_MAX];
	int tablefd;

	if (snprintf(store, sizeof(store), "%s/store", dir) >= PATH_MAX ||
	    snprintf(view, sizeof(view), "%s/view", dir) >= PATH_MAX)
		die(-ENAMETOOLONG, "cannot use '%s'", dir);
	if (unshare(CLONE_NEWNS) < 0)
		die(-errno, "cannot make a mount namespace");
	if (mount("attic", store, "tmpfs", MS_NOSUID | MS_NODEV, "mode=777") <
	    0)
		die(-errno, "cannot mount a tmpfs on '%s'", store);
	tablefd = open_table(id);
	show(store, view, tablefd);
	(void)close(tablefd);
}

static noreturn void usage(void)
{
	fprintf(stderr, "usage: lodger [-r FIRST:COUNT] [-a DIR:ID] [-u ID] "
			"COMMAND [ARGUMENT...]\n");
	_exit(KIT_USAGE);
}

/* Cut "WORD:NUMBER" in two; the word may contain colons. */
static unsigned after_colon(char *text)
{
	char *end = text;
	unsigned long n;

	for (char *c = text; *c; c++)
		if (*c == ':')
			end = c;
	if (*end != ':')
		usage();
	*end = '\0';
	errno = 0;
	n = strtoul(end + 1, &end, 10);
	if (errno || *end || n > INT_MAX)
		usage();
	return (unsigned)n;
}

int main(int argc, char *argv[])
{
	struct range range = { 0 };
	const char *attic = NULL;
	unsigned attic_id = 0;
	long user = -1;
	int option;

	/* The "+" stops at COMMAND, whose options are not ours. */
	while ((option = getopt(argc, argv, "+r:a:u:")) != -1) {
		switch (option) {
		case 'r':
			range.count = after_colon(optarg);
			range.first = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'a':
			attic_id = after_colon(optarg);
			attic = optarg;
			break;
		case 'u':
			user = strtol(optarg, NULL, 10);
			break;
		default:
			usage();
		}
	}
	if (optind == argc)
		usage();

	if (range.count)
		own_range(&range);
	else
		own_root();
	if (attic)
		make_attic(attic, attic_id);
	if (user >= 0)
		be_user((unsigned)user);

	execvp(argv[optind], &argv[optind]);
	die(-errno, "cannot run '%s'", argv[optind]);
}
