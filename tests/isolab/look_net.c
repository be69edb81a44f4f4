/* SPDX-License-Identifier: MIT */
#include "look_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "grader.h"
#include "look.h"
#include "netlink.h"

/* A SYN that was lost is sent again after a second. */
enum { TALK_MS = 2500 };

/* ---- lists ----------------------------------------------------------------- */

static int add_link(const struct nlmsghdr *entry, void *arg)
{
	const struct ifinfomsg *body = NLMSG_DATA(entry);
	const struct nlattr *info =
		nl_find(entry, sizeof(*body), IFLA_LINKINFO);
	const struct nlattr *carrier =
		nl_find(entry, sizeof(*body), IFLA_CARRIER);
	struct net_view *view = arg;
	struct net_link *link = &view->links[view->nlinks];

	if (view->nlinks++ >= NET_ENTRIES)
		return 0;
	link->index = body->ifi_index;
	link->up = body->ifi_flags & IFF_UP;
	link->carrier = carrier && nl_size(carrier) == 1 &&
			*(const unsigned char *)nl_value(carrier);
	link->peer = (int)nl_u32(nl_find(entry, sizeof(*body), IFLA_LINK));
	link->master = (int)nl_u32(nl_find(entry, sizeof(*body), IFLA_MASTER));
	snprintf(link->name, sizeof(link->name), "%s",
		 nl_text(nl_find(entry, sizeof(*body), IFLA_IFNAME)));
	snprintf(link->kind, sizeof(link->kind), "%s",
		 nl_text(nl_find_in(info, IFLA_INFO_KIND)));
	return 0;
}

static int add_address(const struct nlmsghdr *entry, void *arg)
{
	const struct ifaddrmsg *body = NLMSG_DATA(entry);
	struct net_view *view = arg;

	if (view->naddresses++ < NET_ENTRIES)
		view->addresses[view->naddresses - 1] = (struct net_address){
			.index = (int)body->ifa_index,
			.address = nl_u32(
				nl_find(entry, sizeof(*body), IFA_LOCAL)),
			.len = body->ifa_prefixlen,
		};
	return 0;
}

static int add_route(const struct nlmsghdr *entry, void *arg)
{
	const struct rtmsg *body = NLMSG_DATA(entry);
	struct net_view *view = arg;

	if (body->rtm_table != RT_TABLE_MAIN)
		return 0;
	if (view->nroutes++ < NET_ENTRIES)
		view->routes[view->nroutes - 1] = (struct net_route){
			.index = (int)nl_u32(
				nl_find(entry, sizeof(*body), RTA_OIF)),
			.to = nl_u32(nl_find(entry, sizeof(*body), RTA_DST)),
			.len = body->rtm_dst_len,
			.gateway = nl_u32(
				nl_find(entry, sizeof(*body), RTA_GATEWAY)),
		};
	return 0;
}

/* In the process's namespaces; the answer is in memory from look_shared(). */
static int view_inside(void *arg)
{
	auto_close int nl = nl_open(NETLINK_ROUTE);
	struct net_view *view = arg;
	struct nl_request q;
	struct ifaddrmsg *address;
	struct rtmsg *route;
	char forward[8];
	int r;

	if (nl < 0)
		return nl;
	(void)nl_begin(&q, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	r = nl_dump(nl, &q, add_link, view);
	if (r < 0)
		return r;
	address = nl_begin(&q, RTM_GETADDR, 0, sizeof(*address));
	address->ifa_family = AF_INET;
	r = nl_dump(nl, &q, add_address, view);
	if (r < 0)
		return r;
	route = nl_begin(&q, RTM_GETROUTE, 0, sizeof(*route));
	route->rtm_family = AF_INET;
	r = nl_dump(nl, &q, add_route, view);
	if (r < 0)
		return r;
	r = file_read_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", forward,
			 sizeof(forward));
	view->forwards = r > 0 && forward[0] == '1';
	return r < 0 ? r : 0;
}

int look_net(pid_t pid, struct net_view *ret)
{
	struct net_view *shared = look_shared(sizeof(*shared));
	int r;

	if (!shared)
		return -ENOMEM;
	/* A list may change while it is read; it does not for ever. */
	for (int i = 0; i < 5; i++) {
		memset(shared, 0, sizeof(*shared));
		r = look_inside(pid, view_inside, shared);
		if (r != -EINTR)
			break;
	}
	if (r == 0)
		*ret = *shared;
	look_unshare(shared, sizeof(*shared));
	return r;
}

static unsigned kept(unsigned count)
{
	return count < NET_ENTRIES ? count : NET_ENTRIES;
}

const struct net_link *net_view_link(const struct net_view *view,
				     const char *name)
{
	for (unsigned i = 0; i < kept(view->nlinks); i++)
		if (strcmp(view->links[i].name, name) == 0)
			return &view->links[i];
	return NULL;
}

const struct net_link *net_view_number(const struct net_view *view, int index)
{
	for (unsigned i = 0; i < kept(view->nlinks); i++)
		if (view->links[i].index == index)
			return &view->links[i];
	return NULL;
}

const struct net_address *net_view_address(const struct net_view *view,
					   int index, unsigned *ret_count)
{
	const struct net_address *first = NULL;

	*ret_count = 0;
	for (unsigned i = 0; i < kept(view->naddresses); i++) {
		if (view->addresses[i].index != index)
			continue;
		if (++*ret_count == 1)
			first = &view->addresses[i];
	}
	return first;
}

/* ---- a secret -------------------------------------------------------------- */

struct talk {
	int fromfd; /* the namespaces */
	int tofd;
	uint32_t address;
	struct nonce nonce;
	struct net_talk found;
};

static int await(int fd, short event)
{
	struct pollfd wait = { .fd = fd, .events = event };

	return poll(&wait, 1, TALK_MS) == 1 ? 0 : -ETIMEDOUT;
}

/* A socket stays in the namespace that it was made in. */
static int socket_in(int netfd)
{
	if (setns(netfd, CLONE_NEWNET) < 0)
		return -errno;
	return sysret(
		socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

static int connection_error(int fd)
{
	socklen_t size = sizeof(int);
	int err = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) < 0)
		return -errno;
	return -err;
}

/* Return: 0 when the secret has arrived. */
static int send_secret(struct talk *talk, int listener, int out)
{
	struct sockaddr_in self = { .sin_family = AF_INET,
				    .sin_addr.s_addr = talk->address };
	struct sockaddr_in from = { 0 };
	socklen_t size = sizeof(self);
	char got[sizeof(talk->nonce.text)] = "";
	auto_close int in = -1;
	int r;

	if (bind(listener, (const struct sockaddr *)&self, size) < 0 ||
	    listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&self, &size) < 0)
		return -errno;
	if (connect(out, (const struct sockaddr *)&self, size) < 0 &&
	    errno != EINPROGRESS)
		return -errno;
	r = await(out, POLLOUT);
	if (r == 0)
		r = connection_error(out);
	if (r == 0)
		r = await(listener, POLLIN);
	if (r < 0)
		return r;
	in = accept4(listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
	if (in < 0)
		return -errno;
	talk->found.seen_as = from.sin_addr.s_addr;
	if (send(out, talk->nonce.text, sizeof(got), MSG_NOSIGNAL) !=
	    sizeof(got))
		return -EIO;
	r = await(in, POLLIN);
	if (r < 0)
		return r;
	if (recv(in, got, sizeof(got), MSG_WAITALL) != sizeof(got))
		return -EIO;
	return memcmp(got, talk->nonce.text, sizeof(got)) == 0 ? 0 : -EBADMSG;
}

/* As root of the sandbox, who may enter all namespaces in it. */
static int talk_inside(void *arg)
{
	struct talk *talk = arg;
	auto_close int listener = socket_in(talk->tofd);
	auto_close int out = socket_in(talk->fromfd);

	if (listener < 0 || out < 0)
		return listener < 0 ? listener : out;
	talk->found.err = send_secret(talk, listener, out);
	talk->found.arrived = talk->found.err == 0;
	return 0;
}

static int open_netns(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return sysret(open(path, O_RDONLY | O_CLOEXEC));
}

int look_talk(struct sandbox *box, pid_t from, pid_t to, uint32_t address,
	      struct net_talk *ret)
{
	auto_close int fromfd = open_netns(from);
	auto_close int tofd = open_netns(to);
	struct talk *shared;
	int r;

	if (fromfd < 0 || tofd < 0)
		return fromfd < 0 ? fromfd : tofd;
	shared = look_shared(sizeof(*shared));
	if (!shared)
		return -ENOMEM;
	*shared = (struct talk){ .fromfd = fromfd,
				 .tofd = tofd,
				 .address = address };
	nonce_init(&shared->nonce);
	r = sandbox_call(box, talk_inside, shared);
	if (r == 0)
		*ret = shared->found;
	look_unshare(shared, sizeof(*shared));
	return r;
}
