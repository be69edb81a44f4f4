/* SPDX-License-Identifier: MIT */
/*
 * outside.c - to the Internet without root: a process plays the router
 *
 * Usage:  outside [--slirp4netns] COMMAND [ARGUMENT...]
 *
 *	outside                 in the host's network, as it always was
 *	  `- keeper             PID 1 of a new PID namespace: when it ends, for
 *	       |                whatever reason, the kernel ends the other two
 *	       |- pasta         in the host's network; makes eth0, a tap, in the
 *	       |                container, and answers every frame that comes
 *	       |                from it with sockets of its own
 *	       `- COMMAND       in a user and a network namespace of its own
 *
 * Nobody but root may put a link into the host's namespace, or a rule.  But
 * everybody may open sockets: pasta(1) reads the frames that COMMAND sends, and
 * makes a connection of its own for each of COMMAND's.  slirp4netns(1) does the
 * same with a TCP stack of its own.
 *
 * Idea:   NAT in a process; slower than the kernel's, and nobody has to be root
 * Calls:  unshare(2); NETLINK_ADD_MEMBERSHIP, to be told of a new route
 * Needs:  pasta(1), of the package passt, or slirp4netns(1); /dev/net/tun; and
 *         pasta needs a default route here
 * Read:   pasta(1), slirp4netns(1); netlink(7), "Socket options"
 * Test:   tests/graders/06-net-ns.c grades the exercise about this idea
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "child.h"
#include "file.h"
#include "gate.h"
#include "rooms.h"
#include "userns.h"

enum { ARGUMENTS = 20 };

/* Without these it would forward ports, and reach 127.0.0.1 of the host. */
static const char *const pasta[] = {
	"pasta",	"--foreground", "--quiet",     "--ipv4-only",
	"--config-net", "--no-map-gw",	"--tcp-ports", "none",
	"--udp-ports",	"none",		"--tcp-ns",    "none",
	"--udp-ns",	"none",		NULL,
};

static const char *const slirp4netns[] = {
	"slirp4netns",
	"--configure",
	"--disable-host-loopback",
	NULL,
};

/* ---- the container --------------------------------------------------------------- */

static void own_namespaces(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		die(-errno, "cannot make namespaces");
	if (file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny") < 0 ||
	    file_write_at(AT_FDCWD, "/proc/self/uid_map", "0 0 1") < 0 ||
	    file_write_at(AT_FDCWD, "/proc/self/gid_map", "0 0 1") < 0)
		die(0, "cannot map user 0");
}

static int subscribe(void)
{
	const int group = RTNLGRP_IPV4_ROUTE;
	int nl = open_rtnetlink();

	if (setsockopt(nl, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)) < 0)
		die(-errno, "cannot subscribe to routes");
	return nl;
}

/* The last thing that is made: who can use it can use all. */
static void await_default_route(int nl)
{
	_Alignas(struct nlmsghdr) char buf[4096];
	ssize_t n;

	while ((n = recv(nl, buf, sizeof(buf), 0)) > 0) {
		const struct nlmsghdr *news = (const void *)buf;

		for (; NLMSG_OK(news, n); news = NLMSG_NEXT(news, n)) {
			const struct rtmsg *route = NLMSG_DATA(news);

			if (news->nlmsg_type == RTM_NEWROUTE &&
			    route->rtm_table == RT_TABLE_MAIN &&
			    !nl_find(news, sizeof(*route), RTA_DST))
				return;
		}
	}
	die(-errno, "cannot wait for a route");
}

/*
 * Our /proc is that of the caller, so "self" in it is the number that we have
 * in his PID namespace.  The router will look there.
 */
static noreturn void be_command(int tellfd, char *command[])
{
	char number[16] = "";
	int nl;

	if (readlink("/proc/self", number, sizeof(number) - 1) < 0)
		die(-errno, "cannot read our number");
	own_namespaces();
	nl = subscribe();
	if (write_all(tellfd, number, sizeof(number)) < 0)
		_exit(KIT_FAILED);
	await_default_route(nl);
	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

/* ---- the router ------------------------------------------------------------------- */

static noreturn void be_router(const char *const tool[], const char *number,
			       bool root)
{
	const char *argv[ARGUMENTS + 1] = { NULL };
	size_t n = 0;

	while (n < ARGUMENTS - 3 && tool[n]) {
		argv[n] = tool[n];
		n++;
	}
	/* As root of the machine it would become user nobody, who may not
	 * look at COMMAND. */
	if (root && tool == pasta) {
		argv[n++] = "--runas";
		argv[n++] = "0";
	}
	argv[n++] = number;
	if (tool == slirp4netns)
		argv[n++] = "eth0";
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	die_hint(-errno, "pasta is in the package passt", "cannot run %s",
		 argv[0]);
}

/* ---- the keeper -------------------------------------------------------------------- */

/* Whoever ends first ends all: we are PID 1. */
static noreturn void be_keeper(const char *const tool[], bool root,
			       char *command[])
{
	char number[16];
	int ends[2];
	pid_t child;
	pid_t router;
	pid_t ended;
	int status;

	if (pipe2(ends, O_CLOEXEC) < 0)
		die(-errno, "cannot make a pipe");
	child = fork();
	if (child == 0)
		be_command(ends[1], command);
	(void)close(ends[1]);
	if (child < 0 ||
	    read(ends[0], number, sizeof(number)) != sizeof(number))
		die(0, "there is no container");
	router = fork();
	if (router == 0)
		be_router(tool, number, root);

	do
		ended = router < 0 ? router : wait(&status);
	while (ended > 0 && ended != child && ended != router);
	if (ended != child) {
		fprintf(stderr,
			"outside: %s has ended, so there is no way "
			"out from here\n",
			tool[0]);
		_exit(KIT_SKIP);
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int main(int argc, char *argv[])
{
	bool slirp = argc > 1 && strcmp(argv[1], "--slirp4netns") == 0;
	struct gate tied;
	struct gate go;
	pid_t keeper;
	int r;

	if (argc < 2 + slirp) {
		fprintf(stderr,
			"usage: %s [--slirp4netns] COMMAND [ARGUMENT...]\n",
			argv[0]);
		return KIT_USAGE;
	}
	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	if (gate_init(&tied) < 0 || gate_init(&go) < 0 ||
	    unshare(CLONE_NEWPID) < 0)
		die(-errno, "cannot make a PID namespace");
	keeper = fork();
	if (keeper < 0)
		die(-errno, "cannot fork");
	if (keeper == 0) {
		/* Tied first; then we hear whether there is still somebody. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
		    gate_open(&tied) < 0 || gate_wait(&go) < 0)
			_exit(KIT_FAILED);
		be_keeper(slirp ? slirp4netns : pasta, r == 0,
			  &argv[1 + slirp]);
	}
	if (gate_wait(&tied) == 0)
		(void)gate_open(&go);
	r = child_wait(keeper);
	return r < 0 ? KIT_FAILED : r;
}
