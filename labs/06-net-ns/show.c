/* SPDX-License-Identifier: MIT */
/*
 * show.c - what is in the network namespace that we are in?
 *
 * Usage:  show
 *
 *	the links, with the addresses of each, and the routes of IPv4; to look
 *	into the namespace of another process: nsenter -t PID -U -n show
 *
 * Idea:   ip(8) asks the kernel for lists; so can anybody
 * Calls:  NETLINK_ROUTE: RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE with NLM_F_DUMP
 * Needs:  nothing
 * Read:   rtnetlink(7); Documentation/userspace-api/netlink/intro.rst, "Dumping
 *         objects"
 * Test:   tests/graders/06-net-ns.c grades the exercise about this idea
 */
#include <net/if_arp.h>
#include <stdio.h>

#include "messages.h"

/* What a callback needs; a dump gives it one argument. */
struct view {
	int nl2;   /* a second socket, as the first one is in a dump */
	int index; /* of the link whose addresses are wanted */
};

static const char *ipv4(const struct nlattr *attr, char buf[INET_ADDRSTRLEN])
{
	if (!attr || nl_size(attr) != 4)
		return "?";
	return inet_ntop(AF_INET, nl_value(attr), buf, INET_ADDRSTRLEN);
}

/* Called for each address of the namespace. */
static int print_address(const struct nlmsghdr *entry, void *arg)
{
	const struct ifaddrmsg *body = NLMSG_DATA(entry);
	const struct view *view = arg;
	char text[INET_ADDRSTRLEN];

	if ((int)body->ifa_index == view->index)
		printf("    %s/%u\n",
		       ipv4(nl_find(entry, sizeof(*body), IFA_LOCAL), text),
		       body->ifa_prefixlen);
	return 0;
}

static void print_addresses(const struct view *view)
{
	struct nl_request q;
	struct ifaddrmsg *body = nl_begin(&q, RTM_GETADDR, 0, sizeof(*body));
	int r;

	body->ifa_family = AF_INET;
	r = nl_dump(view->nl2, &q, print_address, (void *)(uintptr_t)view);
	if (r < 0)
		die(r, "cannot list the addresses");
}

/* Is there somebody at the other end? */
static bool has_carrier(const struct nlmsghdr *entry)
{
	const struct nlattr *carrier =
		nl_find(entry, sizeof(struct ifinfomsg), IFLA_CARRIER);

	return carrier && nl_size(carrier) == 1 &&
	       *(const unsigned char *)nl_value(carrier);
}

/*
 * IFLA_LINK of a veth is the number of its other end.  That may be in another
 * namespace, where numbers mean something else; then there is a
 * IFLA_LINK_NETNSID as well, a name for that namespace.
 */
static int print_link(const struct nlmsghdr *entry, void *arg)
{
	const struct ifinfomsg *link = NLMSG_DATA(entry);
	const struct nlattr *mac = nl_find(entry, sizeof(*link), IFLA_ADDRESS);
	const struct nlattr *peer = nl_find(entry, sizeof(*link), IFLA_LINK);
	const struct nlattr *far =
		nl_find(entry, sizeof(*link), IFLA_LINK_NETNSID);
	const struct nlattr *info =
		nl_find(entry, sizeof(*link), IFLA_LINKINFO);
	const unsigned char *m = mac ? nl_value(mac) : NULL;
	struct view *view = arg;

	printf("%d: %s%s%s%s", link->ifi_index,
	       nl_text(nl_find(entry, sizeof(*link), IFLA_IFNAME)),
	       link->ifi_flags & IFF_UP ? ", up" : ", down",
	       has_carrier(entry) ? "" : ", no carrier",
	       link->ifi_flags & IFF_LOOPBACK ? ", loopback" : "");
	if (info)
		printf(", %s", nl_text(nl_find_in(info, IFLA_INFO_KIND)));
	if (peer && nl_u32(peer))
		printf(", other end is %u %s", nl_u32(peer),
		       far ? "elsewhere" : "here");
	if (nl_u32(nl_find(entry, sizeof(*link), IFLA_MASTER)))
		printf(", port of %u",
		       nl_u32(nl_find(entry, sizeof(*link), IFLA_MASTER)));
	if (m && nl_size(mac) == MAC_BYTES && link->ifi_type == ARPHRD_ETHER)
		printf("\n    %02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
		       m[3], m[4], m[5]);
	printf("\n");
	view->index = link->ifi_index;
	print_addresses(view);
	return 0;
}

/* The table "local" is left out; the kernel fills it from the addresses. */
static int print_route(const struct nlmsghdr *entry, void *arg)
{
	const struct rtmsg *route = NLMSG_DATA(entry);
	const struct nlattr *to = nl_find(entry, sizeof(*route), RTA_DST);
	const struct nlattr *by = nl_find(entry, sizeof(*route), RTA_GATEWAY);
	char text[INET_ADDRSTRLEN];

	(void)arg;
	if (route->rtm_table != RT_TABLE_MAIN)
		return 0;
	if (to)
		printf("route to %s/%u", ipv4(to, text), route->rtm_dst_len);
	else
		printf("route to all others");
	if (by)
		printf(" by %s", ipv4(by, text));
	printf(" on %u\n", nl_u32(nl_find(entry, sizeof(*route), RTA_OIF)));
	return 0;
}

int main(int argc, char *argv[])
{
	struct view view = { .nl2 = open_rtnetlink() };
	int nl = open_rtnetlink();
	struct nl_request q;
	struct rtmsg *route;
	int r;

	if (argc > 1) {
		fprintf(stderr, "usage: %s\n", argv[0]);
		return KIT_USAGE;
	}
	(void)nl_begin(&q, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	r = nl_dump(nl, &q, print_link, &view);
	if (r < 0)
		die(r, "cannot list the links");
	route = nl_begin(&q, RTM_GETROUTE, 0, sizeof(*route));
	route->rtm_family = AF_INET;
	r = nl_dump(nl, &q, print_route, NULL);
	if (r < 0)
		die(r, "cannot list the routes");
	return KIT_OK;
}
