/* SPDX-License-Identifier: MIT */
/*
 * link-flood.c - many namespaces full of links, held by descriptors in flight
 *
 * Attack: kernel objects that have no process, to be left behind
 * Lab: 06-net-ns
 * Stopped: a namespace ends with its last process and descriptor; those end with
 *          the sandbox, also the ones that are on their way through a socket
 */
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gate.h"
#include "netlink.h"
#include "userns.h"

enum { HOARDERS = 4, NAMESPACES = 8, BRIDGES = 20 };

/* A bridge has no other end that would have to be somewhere. */
static void add_bridge(int nl, int number)
{
	struct nl_request q;
	struct nlattr *info;
	char name[16];

	snprintf(name, sizeof(name), "br%d", number);
	(void)nl_begin(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		       sizeof(struct ifinfomsg));
	nl_put_text(&q, IFLA_IFNAME, name);
	info = nl_nest(&q, IFLA_LINKINFO);
	nl_put_text(&q, IFLA_INFO_KIND, "bridge");
	nl_nest_end(&q, info);
	(void)nl_talk(nl, &q, 1);
}

/* Nobody will receive it; the socket that it waits at is sent as well. */
static void put_in_flight(int by, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
				  .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS } };
	char byte = 0;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	(void)sendmsg(by, &message, MSG_DONTWAIT);
}

static void hoard(struct gate *done)
{
	int ends[2];

	(void)setsid();
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0)
		_exit(1);
	for (int i = 0; i < NAMESPACES && unshare(CLONE_NEWNET) == 0; i++) {
		int fd = open("/proc/self/ns/net", O_RDONLY);
		int nl = nl_open(NETLINK_ROUTE);

		for (int k = 0; k < BRIDGES; k++)
			add_bridge(nl, k);
		put_in_flight(ends[0], fd);
		(void)close(fd);
		(void)close(nl);
	}
	put_in_flight(ends[0], ends[1]);
	(void)close(ends[1]);
	(void)gate_open(done);
	for (;;)
		pause();
}

int main(void)
{
	if (userns_become_root() < 0)
		return 1;
	for (int i = 0; i < HOARDERS; i++) {
		struct gate done;

		if (gate_init(&done) < 0)
			return 1;
		if (fork() == 0)
			hoard(&done);
		(void)gate_wait(&done);
	}
	return 0;
}
