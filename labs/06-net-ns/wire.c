/* SPDX-License-Identifier: MIT */
/*
 * wire.c - a command at one end of a wire
 *
 * Usage:  wire COMMAND [ARGUMENT...]
 *
 *	our namespace                       COMMAND's namespace
 *	                                    lo    127.0.0.1
 *	wire0  10.6.0.1/24  ------------->  eth0  10.6.0.2/24
 *	                                    route to all others by 10.6.0.1
 *
 * Also our end is in a new namespace, and not in the caller's: when both
 * processes are dead nothing can be left, and nobody had to be root.
 *
 * Idea:   a veth is a wire with two ends, and the ends may be in two namespaces
 * Calls:  RTM_NEWLINK of kind "veth", RTM_NEWADDR, RTM_NEWROUTE
 * Needs:  CAP_NET_ADMIN in both namespaces; a user namespace gives it
 * Read:   veth(4), rtnetlink(7)
 * Test:   tests/graders/06-net-ns.c grades the exercise about this idea
 */
#include <stdio.h>

#include "child.h"
#include "gate.h"
#include "rooms.h"
#include "userns.h"

static noreturn void be_command(const struct room *room, struct gate *plugged,
				char *command[])
{
	if (gate_wait(plugged) < 0)
		die(0, "nobody has plugged in the wire");
	configure(room->nl, "10.6.0.2", 24, "10.6.0.1");
	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

int main(int argc, char *argv[])
{
	struct gate plugged;
	struct room there;
	struct room here;
	pid_t child;
	int r;

	if (argc < 2) {
		fprintf(stderr, "usage: %s COMMAND [ARGUMENT...]\n", argv[0]);
		return KIT_USAGE;
	}
	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");

	/* The child is made in its namespace, and we go on to another. */
	there = room_make();
	if (gate_init(&plugged) < 0)
		die(-errno, "cannot make a gate");
	child = fork_tied();
	if (child == 0)
		be_command(&there, &plugged, &argv[1]);
	here = room_make();

	make_veth(here.nl, "wire0", "eth0", there.netfd);
	add_address(here.nl, "wire0", "10.6.0.1", 24);
	set_up(here.nl, "wire0");
	room_close(&there);
	if (gate_open(&plugged) < 0)
		die(0, "the child has died");
	r = child_wait(child);
	return r < 0 ? KIT_FAILED : r;
}
