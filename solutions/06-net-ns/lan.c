/* SPDX-License-Identifier: MIT */
/*
 * lan.c - a small network, and a command on each of its machines
 *
 * Usage:  lan [-b] [-g GATEWAY/LEN]... HOST [-- HOST]...
 *
 *	HOST is "- COMMAND [ARGUMENT...]" or "ADDRESS/LEN COMMAND [ARGUMENT...]"
 *
 *	-            COMMAND has a network of its own, and only lo is in it
 *	ADDRESS/LEN  and a wire: eth0 with that address; its other end is in the
 *	             namespace of this program
 *	-b           the other ends are ports of a bridge, br0
 *	-g           br0 has the address GATEWAY/LEN and forwards; the hosts in
 *	             that network reach all others by it
 *
 *	this program                       hosts
 *	                                   lo
 *	br0 --+-- port1  ------------->  eth0
 *	      |
 *	      |                            lo
 *	      `-- port2  ------------->  eth0
 *
 * When the program ends, and also when somebody kills it, nothing is left: no
 * process, so no namespace, so no link.
 *
 * Read:   network_namespaces(7), veth(4), rtnetlink(7); common/netlink.h
 * Test:   isolab grade 06
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"
#include "gate.h"
#include "netlink.h"
#include "userns.h"

enum { HOSTS = 8, GATEWAYS = 4 };

/* An address of IPv4 with the length of its network; 0 is none. */
struct net {
	uint32_t address; /* in network byte order */
	unsigned char len;
};

struct host {
	struct net net;
	struct net gateway; /* the -g of its network, if there is one */
	char **command;
	pid_t pid;
};

/* Send one message; if the kernel refuses it, say why and end. */
static void tell(int nl, struct nl_request *q, const char *what)
{
	int r = nl_talk(nl, q, 1);

	if (r < 0 && *q->why)
		die_hint(r, q->why, "cannot %s", what);
	if (r < 0)
		die(r, "cannot %s", what);
}

/* The number of a link in the namespace that we are in. */
static int link_number(const char *name)
{
	unsigned index = if_nametoindex(name);

	if (index == 0)
		die(-errno, "there is no link '%s' here", name);
	return (int)index;
}

/*
 * TASK 06.1, first half: called in the process that will be COMMAND, whose
 * parent is PROGRAM.  Give it a network namespace of its own.  And see to it
 * that it dies when PROGRAM does, also when that gets SIGKILL; lab 04 has shown
 * how, and what can happen just before.
 */
static void own_network(pid_t program)
{
	/* SOLUTION BEGIN
	die(0, "task 06.1 is not done yet: nobody is apart from process %d",
	    (int)program);
	*/
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die(-errno, "cannot ask for a signal");
	/* It may have died before that. */
	if (getppid() != program)
		_exit(KIT_FAILED);
	if (unshare(CLONE_NEWNET) < 0)
		die_hint(-errno, "try: isolab doctor",
			 "cannot make a network namespace");
	/* SOLUTION END */
}

/*
 * TASK 06.1, second half: set a link up; called with "lo" in a new namespace,
 * and useful later.  NL is an rtnetlink socket of the namespace.  The message is
 * begun: an RTM_NEWLINK about a link that is there already changes it.  What has
 * to be in the ifinfomsg, so that it comes up and nothing else changes?
 */
static void set_up(int nl, const char *name)
{
	/* SOLUTION BEGIN
	struct nl_request q;
	struct ifinfomsg *link = nl_begin(&q, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_index = link_number(name);
	tell(nl, &q, "change nothing");
	*/
	struct nl_request q;
	struct ifinfomsg *link = nl_begin(&q, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_index = link_number(name);
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	tell(nl, &q, "set a link up");
	/* SOLUTION END */
}

/*
 * TASK 06.2, first half: make a pair of links of the kind "veth".  One end is
 * called PORT, is here, and is up.  The other is called eth0 and is in the
 * network namespace of process PID.  The peer is a nest, VETH_INFO_PEER, that
 * begins with an ifinfomsg of its own.
 */
static void plug(int nl, const char *port, pid_t pid)
{
	/* SOLUTION BEGIN
	die(0, "task 06.2 is not done yet: no wire from %s to process %d (%d)",
	    port, (int)pid, nl);
	*/
	struct nlattr *info;
	struct nlattr *data;
	struct nlattr *peer;
	struct nl_request q;

	(void)nl_begin(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		       sizeof(struct ifinfomsg));
	nl_put_text(&q, IFLA_IFNAME, port);
	info = nl_nest(&q, IFLA_LINKINFO);
	nl_put_text(&q, IFLA_INFO_KIND, "veth");
	data = nl_nest(&q, IFLA_INFO_DATA);
	peer = nl_nest(&q, VETH_INFO_PEER);
	(void)nl_put_space(&q, sizeof(struct ifinfomsg));
	nl_put_text(&q, IFLA_IFNAME, "eth0");
	nl_put_u32(&q, IFLA_NET_NS_PID, (uint32_t)pid);
	nl_nest_end(&q, peer);
	nl_nest_end(&q, data);
	nl_nest_end(&q, info);
	tell(nl, &q, "make a pair of links");
	set_up(nl, port);
	/* SOLUTION END */
}

/*
 * TASK 06.2, second half: give a link the address NET, with an RTM_NEWADDR.
 * Called for eth0, in the host; be_host() sets it up afterwards.
 */
static void add_address(int nl, const char *name, const struct net *net)
{
	/* SOLUTION BEGIN
	die(0, "task 06.2 is not done yet: %s has no address, /%u (%d)", name,
	    net->len, nl);
	*/
	struct nl_request q;
	struct ifaddrmsg *body = nl_begin(
		&q, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*body));

	body->ifa_family = AF_INET;
	body->ifa_prefixlen = net->len;
	body->ifa_index = (unsigned)link_number(name);
	nl_put(&q, IFA_LOCAL, &net->address, sizeof(net->address));
	nl_put(&q, IFA_ADDRESS, &net->address, sizeof(net->address));
	tell(nl, &q, "add an address");
	/* SOLUTION END */
}

/*
 * TASK 06.3, first half: make a link of the kind "bridge" with the name br0,
 * and set it up.
 */
static void make_bridge(int nl)
{
	/* SOLUTION BEGIN
	die(0, "task 06.3 is not done yet: there is no bridge (%d)", nl);
	*/
	struct nlattr *info;
	struct nl_request q;

	(void)nl_begin(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		       sizeof(struct ifinfomsg));
	nl_put_text(&q, IFLA_IFNAME, "br0");
	info = nl_nest(&q, IFLA_LINKINFO);
	nl_put_text(&q, IFLA_INFO_KIND, "bridge");
	nl_nest_end(&q, info);
	tell(nl, &q, "make a bridge");
	set_up(nl, "br0");
	/* SOLUTION END */
}

/* TASK 06.3, second half: make PORT a port of br0. */
static void join_bridge(int nl, const char *port)
{
	/* SOLUTION BEGIN
	die(0, "task 06.3 is not done yet: %s is no port (%d)", port, nl);
	*/
	struct nl_request q;
	struct ifinfomsg *link = nl_begin(&q, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_index = link_number(port);
	nl_put_u32(&q, IFLA_MASTER, (uint32_t)link_number("br0"));
	tell(nl, &q, "make a port of the bridge");
	/* SOLUTION END */
}

/*
 * TASK 06.4, first half: br0 gets the address GATEWAY, and this namespace
 * forwards packets of IPv4 from now on.  Called once for each -g.
 */
static void be_gateway(int nl, const struct net *gateway)
{
	/* SOLUTION BEGIN
	die(0, "task 06.4 is not done yet: br0 has no address, /%u (%d)",
	    gateway->len, nl);
	*/
	int r;

	add_address(nl, "br0", gateway);
	r = file_write_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", "1");
	if (r < 0)
		die(r, "cannot forward");
	/* SOLUTION END */
}

/*
 * TASK 06.4, second half: called in the host, where eth0 is up.  What is for
 * nobody in our own network goes to GATEWAY: an RTM_NEWROUTE to 0.0.0.0/0.
 */
static void use_gateway(int nl, const struct net *gateway)
{
	/* SOLUTION BEGIN
	die(0, "task 06.4 is not done yet: there is no route by it, /%u (%d)",
	    gateway->len, nl);
	*/
	struct nl_request q;
	struct rtmsg *route = nl_begin(
		&q, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*route));

	route->rtm_family = AF_INET;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_UNIVERSE;
	route->rtm_type = RTN_UNICAST;
	nl_put(&q, RTA_GATEWAY, &gateway->address, sizeof(gateway->address));
	tell(nl, &q, "add a default route");
	/* SOLUTION END */
}

/* ---- from here on all is there -------------------------------------------------- */

static int open_rtnetlink(void)
{
	int nl = nl_open(NETLINK_ROUTE);

	if (nl < 0)
		die(nl, "cannot open an rtnetlink socket");
	return nl;
}

static noreturn void be_host(const struct host *host, pid_t program,
			     struct gate *moved, struct gate *plugged)
{
	int nl;

	own_network(program);
	nl = open_rtnetlink();
	set_up(nl, "lo");
	if (gate_open(moved) < 0 || gate_wait(plugged) < 0)
		die(0, "the program has died");
	if (host->net.len) {
		add_address(nl, "eth0", &host->net);
		set_up(nl, "eth0");
	}
	if (host->gateway.len)
		use_gateway(nl, &host->gateway);
	execvp(host->command[0], host->command);
	die(-errno, "cannot run '%s'", host->command[0]);
}

static void start(int nl, struct host *host, const char *port, bool bridged)
{
	struct gate plugged;
	struct gate moved;
	pid_t program = getpid();

	if (gate_init(&moved) < 0 || gate_init(&plugged) < 0)
		die(-errno, "cannot make a gate");
	host->pid = fork();
	if (host->pid < 0)
		die(-errno, "cannot fork");
	if (host->pid == 0)
		be_host(host, program, &moved, &plugged);

	if (gate_wait(&moved) < 0)
		_exit(KIT_FAILED); /* the host has said why */
	if (host->net.len) {
		plug(nl, port, host->pid);
		if (bridged)
			join_bridge(nl, port);
	}
	if (gate_open(&plugged) < 0)
		_exit(KIT_FAILED);
}

static noreturn void usage(void)
{
	fprintf(stderr,
		"usage: lan [-b] [-g GATEWAY/LEN]... HOST [-- HOST]...\n"
		"HOST is - or ADDRESS/LEN, COMMAND and its arguments\n");
	_exit(KIT_USAGE);
}

static struct net parse_net(const char *text)
{
	struct net net = { 0 };
	char address[INET_ADDRSTRLEN];
	unsigned len;

	if (strcmp(text, "-") == 0)
		return net;
	if (sscanf(text, "%15[0-9.]/%u", address, &len) != 2 || len < 1 ||
	    len > 32 || inet_pton(AF_INET, address, &net.address) != 1)
		usage();
	net.len = (unsigned char)len;
	return net;
}

static bool same_net(const struct net *a, const struct net *b)
{
	uint32_t mask = htonl(~0U << (32 - a->len));

	return a->len == b->len && ((a->address ^ b->address) & mask) == 0;
}

/* Cut the rest of the command line at each "--". */
static size_t parse_hosts(char *argv[], struct host *hosts)
{
	size_t count = 0;

	while (*argv) {
		if (count == HOSTS || !argv[1])
			usage();
		hosts[count] = (struct host){ .net = parse_net(argv[0]),
					      .command = &argv[1] };
		count++;
		while (*argv && strcmp(*argv, "--") != 0)
			argv++;
		if (*argv)
			*argv++ = NULL;
	}
	return count;
}

int main(int argc, char *argv[])
{
	struct net gateways[GATEWAYS];
	struct host hosts[HOSTS];
	size_t ngateways = 0;
	size_t nhosts;
	bool bridged = false;
	int status = KIT_OK;
	int option;
	int nl;
	int r;

	while ((option = getopt(argc, argv, "+bg:")) != -1) {
		if (option == 'g' && ngateways < GATEWAYS)
			gateways[ngateways++] = parse_net(optarg);
		else if (option != 'b')
			usage();
		bridged = true;
	}
	nhosts = parse_hosts(argv + optind, hosts);
	if (nhosts == 0)
		usage();

	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	/* So that no link is ever in the namespace of our caller. */
	if (unshare(CLONE_NEWNET) < 0)
		die(-errno, "cannot make a network namespace");
	nl = open_rtnetlink();
	if (bridged)
		make_bridge(nl);
	for (size_t i = 0; i < ngateways; i++)
		be_gateway(nl, &gateways[i]);

	for (size_t i = 0; i < nhosts; i++) {
		char port[IF_NAMESIZE];

		snprintf(port, sizeof(port), "port%zu", i + 1);
		for (size_t g = 0; g < ngateways; g++)
			if (same_net(&hosts[i].net, &gateways[g]))
				hosts[i].gateway = gateways[g];
		start(nl, &hosts[i], port, bridged);
	}
	for (size_t i = 0; i < nhosts; i++) {
		r = child_wait(hosts[i].pid);
		if (status == KIT_OK)
			status = r < 0 ? KIT_FAILED : r;
	}
	return status;
}
