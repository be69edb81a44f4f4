/* SPDX-License-Identifier: MIT */
/*
 * rooms.h - network namespaces that a descriptor keeps alive
 *
 * A namespace exists as long as a process is in it, or a descriptor of it is
 * open.  So one process can hold several and build a network of them, and when
 * it dies, however it dies, all are gone, and the links in them too: the kernel
 * closes the descriptors.
 *
 * A socket belongs to the namespace that its maker was in.  It keeps working
 * there when the maker has gone elsewhere.
 *
 * Read:   network_namespaces(7), setns(2)
 */
#ifndef LAB_ROOMS_H
#define LAB_ROOMS_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "messages.h"

struct room {
	int netfd; /* the namespace */
	int nl;	   /* an rtnetlink socket in it */
};

/* The namespace that the caller is in. */
static inline struct room room_here(void)
{
	struct room room = {
		.netfd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC),
		.nl = open_rtnetlink(),
	};

	if (room.netfd < 0)
		die(-errno, "cannot open the network namespace");
	return room;
}

/* A new one, which the caller is in from now on. */
static inline struct room room_make(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		die_hint(-errno, "try: isolab doctor",
			 "cannot make a network namespace");
	return room_here();
}

static inline void room_enter(const struct room *room)
{
	if (setns(room->netfd, CLONE_NEWNET) < 0)
		die(-errno, "cannot enter a network namespace");
}

static inline void room_close(const struct room *room)
{
	(void)close(room->netfd);
	(void)close(room->nl);
}

/* One cable, from a port of the switch's bridge to eth0 of a container. */
static inline void plug(const struct room *hub, const struct room *container,
			const char *port, const char *text)
{
	make_veth(hub->nl, port, "eth0", container->netfd);
	set_master(hub->nl, port, "br0");
	set_up(hub->nl, port);
	configure(container->nl, text, 24, NULL);
}

/*
 * A child that dies with its parent.  The parent may have died before the call
 * to prctl(2); then we have another one by now.  See lab 04.
 */
static inline pid_t fork_tied(void)
{
	pid_t parent = getpid();
	pid_t child = fork();

	if (child < 0)
		die(-errno, "cannot fork");
	if (child == 0 &&
	    (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent))
		_exit(KIT_FAILED);
	return child;
}

/* Give up one capability; see lab 08.  The set is two words of 32 bits. */
static inline void drop_net_raw(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[2];

	if (syscall(SYS_capget, &header, sets) < 0)
		die(-errno, "cannot read the capabilities");
	sets[0].effective &= ~CAP_TO_MASK(CAP_NET_RAW);
	sets[0].permitted &= ~CAP_TO_MASK(CAP_NET_RAW);
	if (syscall(SYS_capset, &header, sets) < 0)
		die(-errno, "cannot drop CAP_NET_RAW");
}

/* ---- TCP and UDP -------------------------------------------------------------- */

static inline struct sockaddr_in at(const char *text, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_addr.s_addr = address(text),
				     .sin_port = htons(port) };
}

/* A socket of this namespace that TCP connections come to. */
static inline int listen_at(const char *text, uint16_t port)
{
	const struct sockaddr_in self = at(text, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&self, sizeof(self)) < 0 ||
	    listen(fd, 8) < 0)
		die(-errno, "cannot listen at %s, port %u", text, port);
	return fd;
}

/* A socket of this namespace that UDP packets come to. */
static inline int udp_at(const char *text, uint16_t port)
{
	const struct sockaddr_in self = at(text, port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&self, sizeof(self)) < 0)
		die(-errno, "cannot receive at %s, port %u", text, port);
	return fd;
}

static inline int send_to(int fd, const char *text, uint16_t port,
			  const void *data, size_t size_bytes)
{
	const struct sockaddr_in there = at(text, port);

	return sendto(fd, data, size_bytes, 0, (const struct sockaddr *)&there,
		      sizeof(there)) < 0
		       ? -errno
		       : 0;
}

/*
 * 0 if a connection from this namespace comes about within a time, or what the
 * kernel says: ENETUNREACH there is no route; EHOSTUNREACH nobody has that
 * address; ECONNREFUSED he is there, and has no such port; ETIMEDOUT nothing
 * came back.
 */
static inline int try_connect(const char *text, uint16_t port, int timeout_ms)
{
	const struct sockaddr_in there = at(text, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&there, sizeof(there)) < 0)
		err = errno;
	if (err == EINPROGRESS) {
		err = ETIMEDOUT;
		if (poll(&wait, 1, timeout_ms) == 1)
			(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size);
	}
	(void)close(fd);
	return -err;
}

#endif /* LAB_ROOMS_H */
