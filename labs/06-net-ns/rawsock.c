/* SPDX-License-Identifier: MIT */
/*
 * rawsock.c - break-out: what a container reaches in the host's network
 *
 * Usage:  rawsock
 *
 *	the "host" of this play is a network namespace of ours:
 *	  @kit-host          an abstract unix socket, as daemons have them
 *	  127.0.0.1:6006     a service for this machine only
 *	  127.0.0.1:6007     somebody sends a secret to himself
 *
 * A container has mounts of its own, so it sees no socket *file* of the host.
 * But an abstract socket, an address and a packet are not files: they belong to
 * the network namespace.  With "--network host" that is the host's.
 *
 * Idea:   the network namespace is what keeps a container from the host's
 *         sockets; nothing else does
 * Calls:  connect(2) to an abstract address; socket(2) with AF_PACKET
 * Needs:  CAP_SYS_ADMIN; a user namespace gives it to an ordinary user
 * Read:   network_namespaces(7); unix(7), "abstract"; packet(7);
 *         CVE-2020-15257
 * Test:   tests/graders/06-net-ns.c grades the exercise about this idea
 */
#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/un.h>

#include "child.h"
#include "rooms.h"
#include "userns.h"

enum { SERVICE = 6006, DIARY = 6007, TIMEOUT_MS = 300 };

static const struct scene {
	const char *name;
	bool own_room;	 /* a network namespace of its own */
	bool own_userns; /* a user namespace below the host's */
	bool no_raw;	 /* without CAP_NET_RAW */
} scenes[] = {
	{ "the host's network", false, false, false },
	{ "and no CAP_NET_RAW", false, false, true },
	{ "and a user namespace", false, true, false },
	{ "its own network", true, false, false },
};

/* What the host has.  The sockets stay in its namespace. */
struct host {
	struct room room;
	int out; /* where he sends the secret */
	char secret[16];
};

/* The name begins with a NUL; the size says where it ends. */
static socklen_t abstract(struct sockaddr_un *name)
{
	static const char text[] = "kit-host";

	*name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(name->sun_path + 1, text, sizeof(text) - 1);
	return offsetof(struct sockaddr_un, sun_path) + sizeof(text);
}

static void make_host(struct host *host)
{
	struct sockaddr_un name;
	socklen_t size = abstract(&name);
	int daemon;

	host->room = room_make();
	set_up(host->room.nl, "lo");
	daemon = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (daemon < 0 || bind(daemon, (struct sockaddr *)&name, size) < 0 ||
	    listen(daemon, 8) < 0)
		die(-errno, "cannot make an abstract socket");
	(void)listen_at("127.0.0.1", SERVICE);
	host->out = udp_at("127.0.0.1", DIARY);
	if (getrandom(host->secret, sizeof(host->secret), 0) < 0)
		die(-errno, "cannot make a secret");
}

/* ---- the intruder --------------------------------------------------------------- */

static int call_daemon(void)
{
	struct sockaddr_un name;
	socklen_t size = abstract(&name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = sysret(connect(fd, (struct sockaddr *)&name, size));

	(void)close(fd);
	return r;
}

/* All frames of all links of the namespace. */
static int open_ear(void)
{
	return sysret(
		socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL)));
}

static bool hears(int ear, const struct host *host)
{
	struct pollfd wait = { .fd = ear, .events = POLLIN };
	char frame[2048];

	if (send_to(host->out, "127.0.0.1", DIARY, host->secret,
		    sizeof(host->secret)) < 0)
		die(-errno, "the host cannot send");
	while (poll(&wait, 1, TIMEOUT_MS) == 1) {
		ssize_t n = recv(ear, frame, sizeof(frame), 0);

		if (n > 0 && memmem(frame, (size_t)n, host->secret,
				    sizeof(host->secret)))
			return true;
	}
	return false;
}

static const char *answer(int r)
{
	return r < 0 ? strerrorname_np(-r) : "yes";
}

static noreturn void be_intruder(const struct scene *scene,
				 const struct host *host)
{
	int ear;

	if (scene->own_userns && unshare(CLONE_NEWUSER) < 0)
		die(-errno, "cannot make a user namespace");
	if (scene->own_room)
		set_up(room_make().nl, "lo");
	if (scene->no_raw)
		drop_net_raw();

	ear = open_ear();
	printf("%-22s %-14s %-14s %-14s %s\n", scene->name,
	       answer(call_daemon()),
	       answer(try_connect("127.0.0.1", SERVICE, TIMEOUT_MS)),
	       answer(ear),
	       ear < 0		  ? "-"
	       : hears(ear, host) ? "yes"
				  : "nothing");
	(void)fflush(stdout);
	_exit(KIT_OK);
}

int main(int argc, char *argv[])
{
	struct host host;
	int r;

	if (argc > 1) {
		fprintf(stderr, "usage: %s\n", argv[0]);
		return KIT_USAGE;
	}
	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	make_host(&host);
	printf("%-22s %-14s %-14s %-14s %s\n", "a container has", "@kit-host",
	       "127.0.0.1", "packet socket", "hears the secret");
	(void)fflush(stdout);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		pid_t child = fork_tied();

		if (child == 0)
			be_intruder(&scenes[i], &host);
		if (child_wait(child) != 0)
			return KIT_FAILED;
	}
	return KIT_OK;
}
