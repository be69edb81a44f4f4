/* SPDX-License-Identifier: MIT */
/*
 * nat.c - out of the container: a route, forwarding, and another address
 *
 * Usage:  nat                               three rooms, four steps
 *         nat --host COMMAND [ARGUMENT...]  root only: COMMAND is in a
 *                                           container, and this machine is its
 *                                           router
 *
 *	inside                      router                         outside
 *	eth0 10.6.0.2/24 <------> in 10.6.0.1/24
 *	                          out 203.0.113.1/24 <------> eth0 203.0.113.9/24
 *
 * With --host the router is the namespace of the caller, "in" is a link of it,
 * and the outside is wherever its routes lead.  The rule belongs to a table
 * that the kernel removes when our socket is closed, and the link ends with the
 * container, so nothing is left, not even after a SIGKILL.
 *
 * Idea:   nobody outside has a route to 10.6.0.2, so the router lends it its own
 *         address
 * Calls:  NETLINK_NETFILTER: NFT_MSG_NEWTABLE, NEWCHAIN, NEWRULE
 * Needs:  CAP_NET_ADMIN in the router's namespace
 * Read:   nft(8), NAT STATEMENTS; Documentation/networking/ip-sysctl.rst,
 *         "ip_forward"
 * Test:   tests/graders/06-net-ns.c grades the exercise about this idea
 */
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "child.h"
#include "file.h"
#include "gate.h"
#include "rooms.h"
#include "userns.h"

enum { PORT = 6006, TIMEOUT_MS = 600 };

static const char inner[] = "10.6.0.2";
static const char gateway[] = "10.6.0.1";
static const char outer[] = "203.0.113.1";
static const char far[] = "203.0.113.9";

/* ---- the rule: ip saddr 10.6.0.0/24 masquerade -------------------------------- */

static void begin(struct nl_request *q, uint16_t type, uint16_t flags,
		  uint8_t family, uint16_t resource)
{
	struct nfgenmsg *body = nl_begin(q, type, flags, sizeof(*body));

	body->nfgen_family = family;
	body->version = NFNETLINK_V0;
	body->res_id = htons(resource);
}

static uint16_t nft(uint16_t message)
{
	return (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message);
}

/* Numbers of nftables are in network byte order. */
static void put_be32(struct nl_request *q, uint16_t type, uint32_t value)
{
	nl_put_u32(q, type, htonl(value));
}

/* table ip kit { flags owner; } */
static void say_table(struct nl_request *q)
{
	begin(q, nft(NFT_MSG_NEWTABLE), NLM_F_CREATE | NLM_F_EXCL, NFPROTO_IPV4,
	      0);
	nl_put_text(q, NFTA_TABLE_NAME, "kit");
	put_be32(q, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
}

/* chain leaving { type nat hook postrouting priority srcnat; } */
static void say_chain(struct nl_request *q)
{
	struct nlattr *hook;

	begin(q, nft(NFT_MSG_NEWCHAIN), NLM_F_CREATE | NLM_F_EXCL, NFPROTO_IPV4,
	      0);
	nl_put_text(q, NFTA_CHAIN_TABLE, "kit");
	nl_put_text(q, NFTA_CHAIN_NAME, "leaving");
	nl_put_text(q, NFTA_CHAIN_TYPE, "nat");
	hook = nl_nest(q, NFTA_CHAIN_HOOK);
	put_be32(q, NFTA_HOOK_HOOKNUM, NF_INET_POST_ROUTING);
	put_be32(q, NFTA_HOOK_PRIORITY, 100);
	nl_nest_end(q, hook);
}

static struct nlattr *expression(struct nl_request *q, const char *name,
				 struct nlattr **data)
{
	struct nlattr *element = nl_nest(q, NFTA_LIST_ELEM);

	nl_put_text(q, NFTA_EXPR_NAME, name);
	*data = nl_nest(q, NFTA_EXPR_DATA);
	return element;
}

/*
 * A rule is a small program: load three bytes of the packet, go on if they are
 * 10.6.0, and then masquerade.
 */
static void say_rule(struct nl_request *q)
{
	static const uint8_t net[] = { 10, 6, 0 };
	struct nlattr *list;
	struct nlattr *e;
	struct nlattr *d;
	struct nlattr *value;

	begin(q, nft(NFT_MSG_NEWRULE), NLM_F_CREATE | NLM_F_APPEND,
	      NFPROTO_IPV4, 0);
	nl_put_text(q, NFTA_RULE_TABLE, "kit");
	nl_put_text(q, NFTA_RULE_CHAIN, "leaving");
	list = nl_nest(q, NFTA_RULE_EXPRESSIONS);

	e = expression(q, "payload", &d);
	put_be32(q, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_be32(q, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	put_be32(q, NFTA_PAYLOAD_OFFSET, offsetof(struct iphdr, saddr));
	put_be32(q, NFTA_PAYLOAD_LEN, sizeof(net));
	nl_nest_end(q, d);
	nl_nest_end(q, e);

	e = expression(q, "cmp", &d);
	put_be32(q, NFTA_CMP_SREG, NFT_REG_1);
	put_be32(q, NFTA_CMP_OP, NFT_CMP_EQ);
	value = nl_nest(q, NFTA_CMP_DATA);
	nl_put(q, NFTA_DATA_VALUE, net, sizeof(net));
	nl_nest_end(q, value);
	nl_nest_end(q, d);
	nl_nest_end(q, e);

	e = expression(q, "masq", &d);
	nl_nest_end(q, d);
	nl_nest_end(q, e);
	nl_nest_end(q, list);
}

/*
 * All or nothing: the messages between "begin" and "end" are one transaction.
 * Return: the socket that owns the table.
 */
static int masquerade(void)
{
	struct nl_request q[5];
	int nl = nl_open(NETLINK_NETFILTER);
	int r;

	begin(&q[0], NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	say_table(&q[1]);
	say_chain(&q[2]);
	say_rule(&q[3]);
	begin(&q[4], NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	/* Nobody answers to these two. */
	q[0].header.nlmsg_flags = NLM_F_REQUEST;
	q[4].header.nlmsg_flags = NLM_F_REQUEST;
	r = nl < 0 ? nl : nl_talk(nl, q, 5);
	if (r < 0)
		die_hint(r, "an owned table needs Linux 5.12 with nf_tables",
			 "cannot make the rule");
	return nl;
}

/* ---- in three rooms ------------------------------------------------------------ */

/* A raw look at what comes to the outside: who does a SYN say he is? */
static int open_ear(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			htons(ETH_P_IP));

	if (fd < 0)
		die(-errno, "cannot open a packet socket");
	return fd;
}

static const char *who_came(int ear, char buf[INET_ADDRSTRLEN])
{
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	struct iphdr packet;
	const char *who = "nothing";

	while (recvfrom(ear, &packet, sizeof(packet), 0,
			(struct sockaddr *)&from, &size) > 0)
		if (from.sll_pkttype == PACKET_HOST)
			who = inet_ntop(AF_INET, &packet.saddr, buf,
					INET_ADDRSTRLEN);
	return who;
}

static void try_out(const struct room *inside, int ear, const char *what)
{
	char buf[INET_ADDRSTRLEN];
	int r;

	room_enter(inside);
	r = try_connect(far, PORT, TIMEOUT_MS);
	printf("%-19s %-25s %s\n", what, r < 0 ? strerror(-r) : "yes",
	       who_came(ear, buf));
	(void)fflush(stdout);
}

/* It is a setting of the namespace, and this is the router's. */
static void forward(void)
{
	int r = file_write_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", "1");

	if (r < 0)
		die(r, "cannot switch on forwarding");
}

static int play(void)
{
	struct room inside = room_make();
	struct room outside = room_make();
	int ear = open_ear();
	struct room router;
	int listener;

	router = room_make();
	make_veth(router.nl, "in", "eth0", inside.netfd);
	make_veth(router.nl, "out", "eth0", outside.netfd);
	add_address(router.nl, "in", gateway, 24);
	add_address(router.nl, "out", outer, 24);
	set_up(router.nl, "in");
	set_up(router.nl, "out");
	configure(inside.nl, inner, 24, NULL);
	configure(outside.nl, far, 24, NULL);
	room_enter(&outside);
	listener = listen_at(far, PORT);

	printf("%-19s %-25s %s\n", "", "inside connects", "outside sees");
	try_out(&inside, ear, "a wire");
	add_default_route(inside.nl, gateway);
	try_out(&inside, ear, "a default route");
	room_enter(&router);
	forward();
	try_out(&inside, ear, "forwarding");
	room_enter(&router);
	(void)masquerade();
	try_out(&inside, ear, "masquerading");
	(void)close(listener);
	return KIT_OK;
}

/* ---- and for real -------------------------------------------------------------- */

static noreturn void be_command(const struct room *inside, struct gate *plugged,
				char *command[])
{
	if (gate_wait(plugged) < 0)
		die(0, "nobody has plugged in the wire");
	configure(inside->nl, inner, 24, gateway);
	execvp(command[0], command);
	die(-errno, "cannot run '%s'", command[0]);
}

static int use_host(char *command[])
{
	struct room router = room_here();
	struct room inside;
	struct gate plugged;
	char forwards[8];
	pid_t child;
	int r;

	r = file_read_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", forwards,
			 sizeof(forwards));
	if (r < 0 || forwards[0] != '1')
		die_hint(r < 0 ? r : 0, "as root: sysctl net.ipv4.ip_forward=1",
			 "this machine is no router, and I shall not make it "
			 "one");
	(void)masquerade();
	inside = room_make();
	if (gate_init(&plugged) < 0)
		die(-errno, "cannot make a gate");
	child = fork_tied();
	if (child == 0)
		be_command(&inside, &plugged, command);
	room_enter(&router);
	make_veth(router.nl, "kit0", "eth0", inside.netfd);
	add_address(router.nl, "kit0", gateway, 24);
	set_up(router.nl, "kit0");
	/* Only the child keeps its namespace, and with it the link. */
	room_close(&inside);
	if (gate_open(&plugged) < 0)
		die(0, "the child has died");
	r = child_wait(child);
	return r < 0 ? KIT_FAILED : r;
}

int main(int argc, char *argv[])
{
	int r;

	if (argc > 2 && strcmp(argv[1], "--host") == 0)
		return use_host(&argv[2]);
	if (argc > 1) {
		fprintf(stderr,
			"usage: %s\n"
			"       %s --host COMMAND [ARGUMENT...]\n",
			argv[0], argv[0]);
		return KIT_USAGE;
	}
	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	return play();
}
