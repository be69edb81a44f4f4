/* SPDX-License-Identifier: MIT */
/*
 * look_net.h - the network of a process, seen from outside
 *
 * The grader's own code asks over rtnetlink, from inside the namespace, and
 * talks TCP through it with sockets of its own.  The program that built the
 * network has no part in that.
 *
 * See: network_namespaces(7), rtnetlink(7).
 */
#ifndef ISOLAB_LOOK_NET_H
#define ISOLAB_LOOK_NET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox.h"

enum { NET_ENTRIES = 16, NET_NAME = 16 };

/* Addresses are in network byte order. */
struct net_link {
	int index;
	char name[NET_NAME];
	char kind[NET_NAME]; /* "veth", "bridge"...; "" for lo */
	bool up;
	bool carrier;
	int peer;   /* of a veth: the number of its other end, there */
	int master; /* the bridge that it is a port of, or 0 */
};

struct net_address {
	int index; /* of the link */
	uint32_t address;
	unsigned len;
};

/* A route of the main table. */
struct net_route {
	int index; /* of the link */
	uint32_t to;
	unsigned len;
	uint32_t gateway; /* 0: on the link */
};

/* The counts may be larger than the arrays: the rest is not kept. */
struct net_view {
	struct net_link links[NET_ENTRIES];
	struct net_address addresses[NET_ENTRIES]; /* of IPv4 */
	struct net_route routes[NET_ENTRIES];	   /* of IPv4 */
	unsigned nlinks;
	unsigned naddresses;
	unsigned nroutes;
	bool forwards; /* net.ipv4.ip_forward */
};

/**
 * look_net() - links, addresses and routes of a process's network namespace
 * @pid: the process
 * @ret: filled on success
 *
 * Return: 0.
 * Errors: those of look_inside() and nl_dump().
 */
int look_net(pid_t pid, struct net_view *ret);

/**
 * net_view_link() - find a link by its name
 * @view: from look_net()
 * @name: such as "eth0"
 *
 * Return: the link, in @view, or NULL.
 */
const struct net_link *net_view_link(const struct net_view *view,
				     const char *name);

/* net_view_number() - the same, by its number */
const struct net_link *net_view_number(const struct net_view *view, int index);

/**
 * net_view_address() - the addresses of a link
 * @view: from look_net()
 * @index: number of the link
 * @ret_count: how many it has
 *
 * Return: the first of them, in @view, or NULL.
 */
const struct net_address *net_view_address(const struct net_view *view,
					   int index, unsigned *ret_count);

/* What look_talk() found out. */
struct net_talk {
	bool arrived;	  /* the secret, as it was sent */
	uint32_t seen_as; /* the sender's address, as the receiver sees it */
	int err;	  /* why not: negative errno value */
};

/**
 * look_talk() - send a secret by TCP from one namespace to another
 * @box: the sandbox that both are in
 * @from: a process in the one
 * @to: a process in the other; may be @from
 * @address: of the other, in network byte order
 * @ret: filled on success
 *
 * Two sockets of the grader's, one in each namespace.  The port is chosen by
 * the kernel, the secret is drawn afresh.
 *
 * Return: 0, whether the secret arrived or not.
 * Errors: those of sandbox_call().
 */
int look_talk(struct sandbox *box, pid_t from, pid_t to, uint32_t address,
	      struct net_talk *ret);

#endif /* ISOLAB_LOOK_NET_H */
