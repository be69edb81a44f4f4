/* SPDX-License-Identifier: MIT */
#include "net.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "netlink.h"
#include "sys.h"

static const char bridge[] = "minic0";
static const char leases[] = "../net:leases";
static const uint32_t base = 10u << 24 | 157u << 16; /* 10.157.0.0 */
enum { PREFIX = 16, ADDRESS_COUNT = 1 << PREFIX };

int net_loopback_up(struct report *rep)
{
	auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (fd < 0)
		return report_call(rep, -errno, "socket", "AF_INET");
	return report_call(rep, sysret(ioctl(fd, SIOCSIFFLAGS, &req)), "ioctl",
			   "SIOCSIFFLAGS, lo up");
}

static int talk(int fd, struct nl_request *q, struct report *rep,
		const char *what)
{
	int r = nl_talk(fd, q, 1);

	if (r < 0 && q->why[0])
		return report_refuse(rep, r, "%s: the kernel says: %s", what,
				     q->why);
	return report_call(rep, r, "sendmsg", "rtnetlink, %s", what);
}

static void begin_address(struct nl_request *q, int index, uint32_t address)
{
	struct ifaddrmsg *m =
		nl_begin(q, RTM_NEWADDR, NLM_F_CREATE, sizeof(*m));
	uint32_t number = htonl(address);

	m->ifa_family = AF_INET;
	m->ifa_prefixlen = PREFIX;
	m->ifa_index = (unsigned)index;
	nl_put(q, IFA_LOCAL, &number, sizeof(number));
	nl_put(q, IFA_ADDRESS, &number, sizeof(number));
}

static int set_up(int fd, int index, struct report *rep)
{
	struct nl_request q;
	struct ifinfomsg *m = nl_begin(&q, RTM_NEWLINK, 0, sizeof(*m));

	m->ifi_index = index;
	m->ifi_flags = IFF_UP;
	m->ifi_change = IFF_UP;
	return talk(fd, &q, rep, "set the link up");
}

/* Makes the bridge if it is not there.  Return: its number. */
static int make_bridge(int fd, struct report *rep)
{
	int index = (int)if_nametoindex(bridge);
	struct nl_request q;
	struct nlattr *info;
	int r;

	if (index > 0)
		return index;
	(void)nl_begin(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		       sizeof(struct ifinfomsg));
	nl_put_text(&q, IFLA_IFNAME, bridge);
	info = nl_nest(&q, IFLA_LINKINFO);
	nl_put_text(&q, IFLA_INFO_KIND, "bridge");
	nl_nest_end(&q, info);
	r = talk(fd, &q, rep, "make the bridge minic0 (needs root)");
	if (r < 0)
		return r;
	index = (int)if_nametoindex(bridge);
	begin_address(&q, index, base + 1);
	r = talk(fd, &q, rep, "give the bridge its address");
	if (r == 0)
		r = set_up(fd, index, rep);
	return r < 0 ? r : index;
}

/* Both ends in one message: one on the bridge, one in the container. */
static int make_veth(int fd, int bridge_index, pid_t pid, struct report *rep)
{
	struct nl_request q;
	struct ifinfomsg *m = nl_begin(&q, RTM_NEWLINK,
				       NLM_F_CREATE | NLM_F_EXCL, sizeof(*m));
	struct nlattr *info, *data, *peer;
	char name[IFNAMSIZ];

	m->ifi_flags = IFF_UP;
	m->ifi_change = IFF_UP;
	snprintf(name, sizeof(name), "mc%d", pid);
	nl_put_text(&q, IFLA_IFNAME, name);
	nl_put_u32(&q, IFLA_MASTER, (uint32_t)bridge_index);
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
	return talk(fd, &q, rep, "make the veth pair");
}

/* In the container's namespace: address, link, way out. */
static int configure(uint32_t address, struct report *rep)
{
	auto_close int fd = nl_open(NETLINK_ROUTE);
	uint32_t gateway = htonl(base + 1);
	struct nl_request q;
	struct rtmsg *route;
	int index, r;

	if (fd < 0)
		return report_call(rep, fd, "socket", "AF_NETLINK");
	index = (int)if_nametoindex("eth0");
	begin_address(&q, index, address);
	r = talk(fd, &q, rep, "give eth0 its address");
	if (r == 0)
		r = set_up(fd, index, rep);
	if (r < 0)
		return r;
	route = nl_begin(&q, RTM_NEWROUTE, NLM_F_CREATE, sizeof(*route));
	route->rtm_family = AF_INET;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_type = RTN_UNICAST;
	nl_put(&q, RTA_GATEWAY, &gateway, sizeof(gateway));
	nl_put_u32(&q, RTA_OIF, (uint32_t)index);
	return talk(fd, &q, rep, "set the default route");
}

static int configure_in(pid_t pid, uint32_t address, struct report *rep)
{
	auto_close int pidfd = sys_pidfd_open(pid);
	auto_close int herefd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int r, back;

	if (pidfd < 0 || herefd < 0)
		return report_call(rep, -ESRCH, "pidfd_open", "%d", pid);
	r = report_call(rep, sysret(setns(pidfd, CLONE_NEWNET)), "setns",
			"the container's network");
	if (r < 0)
		return r;
	r = configure(address, rep);
	back = sysret(setns(herefd, CLONE_NEWNET));
	return r < 0 ? r : report_call(rep, back, "setns", "back");
}

static int open_leases(int statefd)
{
	auto_close int fd = -1;

	if (mkdirat(statefd, leases, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(statefd, leases,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* Takes the first free address, looking from a place that depends on @pid. */
static int take_address(int statefd, int leasefd, pid_t pid,
			uint32_t *ret_address, struct report *rep)
{
	char text[INET_ADDRSTRLEN];

	for (uint32_t i = 0; i < ADDRESS_COUNT - 3; i++) {
		uint32_t address =
			base + 2 +
			((uint32_t)pid + i) % (uint32_t)(ADDRESS_COUNT - 3);
		uint32_t number = htonl(address);

		(void)inet_ntop(AF_INET, &number, text, sizeof(text));
		if (symlinkat("in-use", leasefd, text) == 0) {
			*ret_address = address;
			return report_call(
				rep,
				sysret(symlinkat(text, statefd, "network")),
				"symlinkat", "network");
		}
		if (errno != EEXIST)
			return report_call(rep, -errno, "symlinkat", "%s",
					   text);
	}
	return report_refuse(rep, -ENOSPC, "all addresses are in use");
}

int net_attach(int statefd, pid_t pid, struct report *rep)
{
	auto_close int leasefd = open_leases(statefd);
	auto_close int fd = nl_open(NETLINK_ROUTE);
	uint32_t address = 0;
	int r;

	if (leasefd < 0)
		return report_call(rep, leasefd, "open", "net:leases");
	if (fd < 0)
		return report_call(rep, fd, "socket", "AF_NETLINK");
	r = take_address(statefd, leasefd, pid, &address, rep);
	if (r < 0)
		return r;
	r = make_bridge(fd, rep);
	if (r >= 0)
		r = make_veth(fd, r, pid, rep);
	return r < 0 ? r : configure_in(pid, address, rep);
}

static bool is_empty(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool empty = dir != NULL;

	while (dir && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			empty = false;
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
	return empty;
}

void net_detach(int statefd)
{
	char text[INET_ADDRSTRLEN];
	ssize_t n = readlinkat(statefd, "network", text, sizeof(text) - 1);
	auto_close int leasefd = n > 0 ? open_leases(statefd) : -1;
	auto_close int fd = -1;
	struct nl_request q;
	struct ifinfomsg *m;

	if (n <= 0 || leasefd < 0)
		return;
	text[n] = '\0';
	(void)unlinkat(leasefd, text, 0);
	(void)unlinkat(statefd, "network", 0);
	fd = is_empty(leasefd) ? nl_open(NETLINK_ROUTE) : -1;
	if (fd < 0)
		return;
	m = nl_begin(&q, RTM_DELLINK, 0, sizeof(*m));
	m->ifi_index = (int)if_nametoindex(bridge);
	if (m->ifi_index > 0)
		(void)nl_talk(fd, &q, 1);
}
