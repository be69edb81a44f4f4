/* SPDX-License-Identifier: MIT */
/*
 * lonely.c - a new network namespace, and what is in it: nothing
 *
 * Usage:  lonely                        say what works, before and after
 *         lonely COMMAND [ARGUMENT...]  run COMMAND in one, loopback up
 *
 * Idea:   a network namespace is a second network stack; it begins with one
 *         link, lo, and that is down
 * Calls:  unshare(2) with CLONE_NEWNET; RTM_NEWLINK with IFF_UP
 * Needs:  CAP_SYS_ADMIN; a user namespace gives it to an ordinary user
 * Read:   network_namespaces(7), rtnetlink(7)
 * Test:   tests/graders/06-net-ns.c grades the exercise about this idea
 */
#include <stdio.h>
#include <string.h>

#include "rooms.h"
#include "userns.h"

enum { PORT = 6006, TIMEOUT_MS = 500 };

static void say(const char *what, int r)
{
	printf("  %-34s %s\n", what, r < 0 ? strerror(-r) : "yes");
}

static int print_link(const struct nlmsghdr *entry, void *arg)
{
	const struct ifinfomsg *link = NLMSG_DATA(entry);

	(void)arg;
	printf("  link %d, %s: %s\n", link->ifi_index,
	       nl_text(nl_find(entry, sizeof(*link), IFLA_IFNAME)),
	       link->ifi_flags & IFF_UP ? "up" : "down");
	return 0;
}

static void try_all(int nl)
{
	struct nl_request q;

	(void)nl_begin(&q, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	if (nl_dump(nl, &q, print_link, NULL) < 0)
		die(0, "cannot list the links");
	say("connect to myself, 127.0.0.1",
	    try_connect("127.0.0.1", PORT, TIMEOUT_MS));
	say("connect to somebody, 192.0.2.1",
	    try_connect("192.0.2.1", PORT, TIMEOUT_MS));
}

/*
 * What ip(8) does for "ip link set lo up".  The kernel gives lo its address,
 * 127.0.0.1/8, in the moment that it comes up.
 */
static void loopback_up(int nl)
{
	struct nl_request q;
	struct ifinfomsg *link = nl_begin(&q, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_index = (int)if_nametoindex("lo");
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	tell(nl, &q, "set up", "lo");
}

int main(int argc, char *argv[])
{
	struct room room;
	int listener;
	int r;

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	room = room_make();
	if (argc > 1) {
		loopback_up(room.nl);
		execvp(argv[1], &argv[1]);
		die(-errno, "cannot run '%s'", argv[1]);
	}

	/* 0.0.0.0 is every address that we shall have; now it is none. */
	listener = listen_at("0.0.0.0", PORT);
	printf("new:\n");
	try_all(room.nl);
	loopback_up(room.nl);
	printf("lo is up:\n");
	try_all(room.nl);
	(void)close(listener);
	room_close(&room);
	return KIT_OK;
}
