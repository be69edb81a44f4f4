/* SPDX-License-Identifier: MIT */
/*
 * net.h - a network for "minic run"; lab 06 in library form
 *
 *	host			container
 *	minic0 10.157.0.1/16	eth0 10.157.A.B/16
 *	`- mc<PID>  <--veth-->  `
 *
 * Engines such as podman make the network themselves, and hand the runtime a
 * namespace to join.
 *
 *	ROOT/net:leases/10.157.A.B	an address in use, a symlink to its user
 *	ROOT/ID/network			a symlink: the address of that one
 *
 * The link goes with the container's namespace; the bridge when the last
 * address is given back.
 *
 * See: rtnetlink(7), veth(4); Documentation/networking/bridge.rst.
 */
#ifndef MINIC_NET_H
#define MINIC_NET_H

#include <sys/types.h>

#include "report.h"

/* net_loopback_up() - in a new network namespace even lo is down */
int net_loopback_up(struct report *rep);

/**
 * net_attach() - join a container to the bridge
 * @statefd: its folder; borrowed
 * @pid: a process in its network namespace
 * @rep: gets errors
 *
 * Return: 0.
 * Errors: -EPERM the caller is not root of the host's network; -ENOSPC all
 *         addresses are in use; what the kernel says of a message.
 */
int net_attach(int statefd, pid_t pid, struct report *rep);

/* net_detach() - give the address back; the last one takes the bridge away;
 * nothing to do is fine, and nobody could do anything about a failure */
void net_detach(int statefd);

#endif /* MINIC_NET_H */
