/* SPDX-License-Identifier: MIT */
/* view_inside.c - look around with the eyes of a process */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "view.h"

enum { INSIDE_SECONDS = 5 };

static unsigned prefix_length(const struct sockaddr *mask)
{
	struct sockaddr_in in = { 0 };

	if (!mask)
		return 32;
	memcpy(&in, mask, sizeof(in));
	return (unsigned)__builtin_popcount(in.sin_addr.s_addr);
}

/* Append one more to "lo down, eth0 10.0.0.2/24"; what does not fit is cut. */
static void add_link(char *buf, size_t size, const char *name, const char *what)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s %s", len ? ", " : "", name, what);
}

/* Its IPv4 addresses, or its state if it has none. */
static void list_link(char *buf, size_t size, const char *name,
		      const struct ifaddrs *addresses)
{
	bool has = false;
	bool up = false;

	for (const struct ifaddrs *a = addresses; a; a = a->ifa_next) {
		char ip[INET_ADDRSTRLEN] = "";
		char what[INET_ADDRSTRLEN + 8];
		struct sockaddr_in in;

		if (strcmp(a->ifa_name, name) != 0)
			continue;
		up |= (a->ifa_flags & IFF_UP) != 0;
		if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&in, a->ifa_addr, sizeof(in));
		(void)inet_ntop(AF_INET, &in.sin_addr, ip, sizeof(ip));
		snprintf(what, sizeof(what), "%s/%u", ip,
			 prefix_length(a->ifa_netmask));
		add_link(buf, size, name, what);
		has = true;
	}
	if (!has)
		add_link(buf, size, name, up ? "up" : "down");
}

static void list_links(char *buf, size_t size)
{
	struct if_nameindex *links = if_nameindex();
	struct ifaddrs *addresses = NULL;

	if (links && getifaddrs(&addresses) == 0)
		for (struct if_nameindex *l = links; l->if_name; l++)
			list_link(buf, size, l->if_name, addresses);
	if (addresses)
		freeifaddrs(addresses);
	if (links)
		if_freenameindex(links);
}

/* What the new process needs; it answers in memory that is shared. */
struct visit {
	pid_t pid;
	struct view_inside answer;
};

/*
 * Only what is another one than ours: to join a namespace again takes
 * privilege over its owner, which an ordinary user has inside and not out
 * here.  One call for all, so that the kernel checks our right to each with
 * the credentials that we have here.
 */
static int join_others(pid_t pid)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = {
		{ "ns/user", CLONE_NEWUSER },
		{ "ns/uts", CLONE_NEWUTS },
		{ "ns/net", CLONE_NEWNET },
	};
	auto_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int flags = 0;

	if (pidfd < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int same = look_same(0, pid, kinds[i].name);

		if (same < 0)
			return same;
		flags |= same ? 0 : kinds[i].flag;
	}
	return flags ? sysret(setns(pidfd, flags)) : 0;
}

static int look_around(void *arg)
{
	struct visit *visit = arg;
	struct view_inside *answer = &visit->answer;
	int r = join_others(visit->pid);

	if (r < 0)
		return r;
	if (gethostname(answer->hostname, sizeof(answer->hostname)) < 0)
		return -errno;
	list_links(answer->links, sizeof(answer->links));
	return 0;
}

int view_inside(pid_t pid, struct view_inside *ret)
{
	struct visit *shared = look_shared(sizeof(*shared));
	int r;

	if (!shared)
		return -ENOMEM;
	shared->pid = pid;
	r = look_aside(look_around, shared, INSIDE_SECONDS);
	if (r == 0)
		*ret = shared->answer;
	look_unshare(shared, sizeof(*shared));
	return r;
}
