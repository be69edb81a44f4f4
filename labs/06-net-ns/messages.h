/* SPDX-License-Identifier: MIT */
/*
 * messages.h - the messages that build a network; the lesson of this lab
 *
 * ip(8) builds these and nothing else.  Each goes to the kernel in one piece:
 *
 *	+----------+-----------+------------+------------+-----
 *	| nlmsghdr | body      | attribute  | attribute  | ...
 *	| type     | by type   | len, type, | len, type, |
 *	| flags    |           | value      | value      |
 *	+----------+-----------+------------+------------+-----
 *
 *	type              body         what it is about
 *	RTM_NEWLINK       ifinfomsg    a link: made, or changed
 *	RTM_NEWADDR       ifaddrmsg    an address of a link
 *	RTM_NEWROUTE      rtmsg        a route
 *
 * The socket that carries a message decides in which network namespace it is
 * done.  A function that the kernel refuses ends the program with the kernel's
 * own words.  Addresses are in network byte order, as inet_pton(3) makes them.
 *
 * Read:   rtnetlink(7), veth(4)
 */
#ifndef LAB_MESSAGES_H
#define LAB_MESSAGES_H

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>

#include "err.h"
#include "netlink.h"

enum { MAC_BYTES = 6 };

static inline int open_rtnetlink(void)
{
	int fd = nl_open(NETLINK_ROUTE);

	if (fd < 0)
		die(fd, "cannot open an rtnetlink socket");
	return fd;
}

static inline void tell(int nl, struct nl_request *q, const char *what,
			const char *about)
{
	int r = nl_talk(nl, q, 1);

	if (r == 0)
		return;
	if (*q->why)
		die_hint(r, q->why, "cannot %s %s", what, about);
	die(r, "cannot %s %s", what, about);
}

/* ---- links ----------------------------------------------------------------- */

/* What find_link() looks for, and finds. */
struct wanted {
	const char *name;
	int index;
	unsigned char mac[MAC_BYTES];
};

static inline int is_wanted(const struct nlmsghdr *entry, void *arg)
{
	const struct ifinfomsg *link = NLMSG_DATA(entry);
	const struct nlattr *mac = nl_find(entry, sizeof(*link), IFLA_ADDRESS);
	struct wanted *wanted = arg;

	if (strcmp(nl_text(nl_find(entry, sizeof(*link), IFLA_IFNAME)),
		   wanted->name) != 0)
		return 0;
	wanted->index = link->ifi_index;
	if (mac && nl_size(mac) == MAC_BYTES)
		memcpy(wanted->mac, nl_value(mac), MAC_BYTES);
	return 1;
}

/* A name is an attribute like another; messages are about a number. */
static inline struct wanted find_link(int nl, const char *name)
{
	struct wanted wanted = { .name = name };
	struct nl_request q;
	int r;

	(void)nl_begin(&q, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	r = nl_dump(nl, &q, is_wanted, &wanted);
	if (r < 0)
		die(r, "cannot list the links");
	if (r == 0)
		die(0, "there is no link '%s' here", name);
	return wanted;
}

/*
 * Two ends of one wire: a frame that goes in at one end comes out of the other.
 * NAME stays here; PEER is born in the namespace behind the descriptor.
 *
 *	ifinfomsg
 *	IFLA_IFNAME                 NAME
 *	IFLA_LINKINFO
 *	  IFLA_INFO_KIND            "veth"
 *	  IFLA_INFO_DATA
 *	    VETH_INFO_PEER
 *	      ifinfomsg             the peer is described as a link is
 *	      IFLA_IFNAME           PEER
 *	      IFLA_NET_NS_FD        where it is to be
 */
static inline void make_veth(int nl, const char *name, const char *peer,
			     int peer_netfd)
{
	struct nlattr *info;
	struct nlattr *data;
	struct nlattr *other;
	struct nl_request q;

	(void)nl_begin(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		       sizeof(struct ifinfomsg));
	nl_put_text(&q, IFLA_IFNAME, name);
	info = nl_nest(&q, IFLA_LINKINFO);
	nl_put_text(&q, IFLA_INFO_KIND, "veth");
	data = nl_nest(&q, IFLA_INFO_DATA);
	other = nl_nest(&q, VETH_INFO_PEER);
	(void)nl_put_space(&q, sizeof(struct ifinfomsg));
	nl_put_text(&q, IFLA_IFNAME, peer);
	nl_put_u32(&q, IFLA_NET_NS_FD, (uint32_t)peer_netfd);
	nl_nest_end(&q, other);
	nl_nest_end(&q, data);
	nl_nest_end(&q, info);
	tell(nl, &q, "make the pair", name);
}

static inline void make_bridge(int nl, const char *name)
{
	struct nlattr *info;
	struct nl_request q;

	(void)nl_begin(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		       sizeof(struct ifinfomsg));
	nl_put_text(&q, IFLA_IFNAME, name);
	info = nl_nest(&q, IFLA_LINKINFO);
	nl_put_text(&q, IFLA_INFO_KIND, "bridge");
	nl_nest_end(&q, info);
	tell(nl, &q, "make the bridge", name);
}

/* ifi_change says which of the flags are meant; the others stay. */
static inline void set_up(int nl, const char *name)
{
	struct nl_request q;
	struct ifinfomsg *link =
		nl_begin(&q, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));

	link->ifi_index = find_link(nl, name).index;
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	tell(nl, &q, "set up", name);
}

/* From now on the frames that come in at NAME are the bridge's. */
static inline void set_master(int nl, const char *name, const char *bridge)
{
	struct nl_request q;
	struct ifinfomsg *link =
		nl_begin(&q, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));

	link->ifi_index = find_link(nl, name).index;
	nl_put_u32(&q, IFLA_MASTER, (uint32_t)find_link(nl, bridge).index);
	tell(nl, &q, "make a port of the bridge:", name);
}

/* ---- addresses and routes ---------------------------------------------------- */

static inline uint32_t address(const char *text)
{
	uint32_t number;

	if (inet_pton(AF_INET, text, &number) != 1)
		die(0, "'%s' is no address", text);
	return number;
}

/*
 * The prefix does more than it seems: the kernel makes a route from it, "the
 * first PREFIX bits are neighbours on this link".
 */
static inline void add_address(int nl, const char *name, const char *text,
			       unsigned char prefix)
{
	const uint32_t number = address(text);
	struct nl_request q;
	struct ifaddrmsg *body = nl_begin(
		&q, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*body));

	body->ifa_family = AF_INET;
	body->ifa_prefixlen = prefix;
	body->ifa_index = (unsigned)find_link(nl, name).index;
	/* Only a link between two has another IFA_ADDRESS: the far end's. */
	nl_put(&q, IFA_LOCAL, &number, sizeof(number));
	nl_put(&q, IFA_ADDRESS, &number, sizeof(number));
	tell(nl, &q, "add the address", text);
}

/* No RTA_DST and a length of 0: every address that no other route has. */
static inline void add_default_route(int nl, const char *gateway)
{
	const uint32_t number = address(gateway);
	struct nl_request q;
	struct rtmsg *route = nl_begin(
		&q, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*route));

	route->rtm_family = AF_INET;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_UNIVERSE;
	route->rtm_type = RTN_UNICAST;
	nl_put(&q, RTA_GATEWAY, &number, sizeof(number));
	tell(nl, &q, "add a default route by", gateway);
}

/*
 * What a container needs, when eth0 is there.  The order matters: a link that is
 * down has no routes, and only who can be reached already can be a gateway.
 */
static inline void configure(int nl, const char *text, unsigned char prefix,
			     const char *gateway)
{
	set_up(nl, "lo");
	add_address(nl, "eth0", text, prefix);
	set_up(nl, "eth0");
	if (gateway)
		add_default_route(nl, gateway);
}

#endif /* LAB_MESSAGES_H */
