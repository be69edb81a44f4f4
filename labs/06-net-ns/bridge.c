/* SPDX-License-Identifier: MIT */
/*
 * bridge.c - two containers on a bridge, and what the bridge learns
 *
 * Usage:  bridge                        a secret goes from one to the other
 *         bridge COMMAND [ARGUMENT...]  COMMAND is in the first container; the
 *                                       second sends back what it is sent to
 *                                       TCP port 7
 *
 *	the switch                       containers
 *	br0 --+-- port1  ------------->  eth0  10.6.0.2/24
 *	      `-- port2  ------------->  eth0  10.6.0.3/24
 *
 * The switch is a namespace too, and nobody's host.  br0 needs no address: it
 * carries frames and is not spoken to.
 *
 * Idea:   a bridge is a switch; it learns behind which port a MAC address is
 * Calls:  RTM_NEWLINK of kind "bridge", IFLA_MASTER; RTM_GETNEIGH of AF_BRIDGE
 * Needs:  CAP_NET_ADMIN; a user namespace gives it to an ordinary user
 * Read:   rtnetlink(7); bridge(8), bridge fdb
 * Test:   tests/graders/06-net-ns.c grades the exercise about this idea
 */
#include <stdio.h>
#include <sys/random.h>

#include "child.h"
#include "rooms.h"
#include "userns.h"

enum { ECHO = 7, DEADLINE_MS = 5000 };

static const char first[] = "10.6.0.2";
static const char second[] = "10.6.0.3";

/* ---- what the bridge has learned --------------------------------------------- */

/* The table is in the messages of neighbours; the link is the port. */
static int print_learned(const struct nlmsghdr *entry, void *arg)
{
	const struct ndmsg *body = NLMSG_DATA(entry);
	const struct nlattr *mac = nl_find(entry, sizeof(*body), NDA_LLADDR);
	const unsigned char *m;
	char port[IF_NAMESIZE];

	(void)arg;
	/* The others are its own, and do not age. */
	if (!mac || nl_size(mac) != MAC_BYTES ||
	    body->ndm_state & NUD_PERMANENT ||
	    !if_indextoname((unsigned)body->ndm_ifindex, port))
		return 0;
	m = nl_value(mac);
	printf("  %02x:%02x:%02x:%02x:%02x:%02x is behind %s\n", m[0], m[1],
	       m[2], m[3], m[4], m[5], port);
	return 0;
}

static void print_table(const struct room *hub)
{
	struct nl_request q;
	struct ndmsg *body = nl_begin(&q, RTM_GETNEIGH, 0, sizeof(*body));
	int r;

	room_enter(hub); /* for if_indextoname(3) */
	body->ndm_family = AF_BRIDGE;
	r = nl_dump(hub->nl, &q, print_learned, NULL);
	if (r < 0)
		die(r, "cannot list what the bridge has learned");
}

/* ---- two ways to use it -------------------------------------------------------- */

static int await(int fd, short event)
{
	struct pollfd wait = { .fd = fd, .events = event };

	return poll(&wait, 1, DEADLINE_MS) == 1 ? 0 : -ETIMEDOUT;
}

/* Both sockets are ours; each belongs to the container it was made in. */
static void send_secret(const struct room *a, const struct room *b)
{
	const struct sockaddr_in there = at(second, ECHO);
	struct sockaddr_in from = { 0 };
	socklen_t size = sizeof(from);
	char text[INET_ADDRSTRLEN];
	long secret = 0;
	long got = 0;
	int listener;
	int in;
	int out;

	room_enter(b);
	listener = listen_at(second, ECHO);
	room_enter(a);
	out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (out < 0 || getrandom(&secret, sizeof(secret), 0) < 0)
		die(-errno, "cannot make a socket and a secret");
	(void)connect(out, (const struct sockaddr *)&there, sizeof(there));
	if (await(listener, POLLIN) < 0 || await(out, POLLOUT) < 0)
		die(-ETIMEDOUT, "%s cannot reach %s", first, second);
	in = accept4(listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
	if (in < 0 || send(out, &secret, sizeof(secret), 0) != sizeof(secret) ||
	    await(in, POLLIN) < 0 ||
	    recv(in, &got, sizeof(got), MSG_WAITALL) != sizeof(got))
		die(-errno, "the secret is lost");
	printf("%s has sent %016lx to %s\n", first, secret, second);
	printf("%s has got  %016lx from %s\n", second, got,
	       inet_ntop(AF_INET, &from.sin_addr, text, sizeof(text)));
}

/* One guest at a time: whatever he says, we say it too. */
static noreturn void be_echo(int listener)
{
	for (;;) {
		int guest = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		char buf[4096];
		ssize_t n;

		while (guest >= 0 && (n = recv(guest, buf, sizeof(buf), 0)) > 0)
			if (send(guest, buf, (size_t)n, MSG_NOSIGNAL) < 0)
				break;
		if (guest >= 0)
			(void)close(guest);
	}
}

static int run_command(const struct room *a, const struct room *b,
		       char *command[])
{
	pid_t echo;
	pid_t child;
	int r;

	/* We stay in the switch, where the bridge can be looked at. */
	echo = fork_tied();
	if (echo == 0) {
		room_enter(b);
		be_echo(listen_at(second, ECHO));
	}
	child = fork_tied();
	if (child == 0) {
		room_enter(a);
		execvp(command[0], command);
		die(-errno, "cannot run '%s'", command[0]);
	}
	r = child_wait(child);
	(void)kill(echo, SIGKILL);
	(void)child_wait(echo);
	return r < 0 ? KIT_FAILED : r;
}

int main(int argc, char *argv[])
{
	struct room hub;
	struct room a;
	struct room b;
	int status = KIT_OK;
	int r;

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	a = room_make();
	b = room_make();
	hub = room_make();
	make_bridge(hub.nl, "br0");
	set_up(hub.nl, "br0");
	plug(&hub, &a, "port1", first);
	plug(&hub, &b, "port2", second);

	if (argc > 1)
		status = run_command(&a, &b, &argv[1]);
	else
		send_secret(&a, &b);
	printf("the bridge has learned:\n");
	print_table(&hub);
	return status;
}
