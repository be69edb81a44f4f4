/* SPDX-License-Identifier: MIT */
/*
 * 06-net-ns.c - grade "lan": namespaces, wires, a bridge, a gateway
 *
 *	the sandbox's namespace         to the program this is the host
 *
 *	the program's                   COMMANDs: the probe, and two copies
 *	lo
 *	br0 --+-- port1  ----------->   eth0   hosts[0]
 *	      |-- port2  ----------->   eth0   hosts[1]
 *	      `-- port3  ----------->   eth0   hosts[2]
 *
 * Lists are asked for, and secrets are sent, by code of the grader's from
 * inside these namespaces (look_net.h).  Networks and addresses are drawn
 * afresh for each run of the program.
 *
 * See: docs/handbook/06-net-ns.md.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "grader.h"
#include "look_net.h"

enum {
	HOSTS = 3,
	NETS = 2,
	WORDS = 32,
	START_MS = 5000,
	GONE_MS = 3000,
	ADDRESS_TEXT = 24,
};

/* An address with the length of its network. */
struct net {
	uint32_t address; /* in network byte order */
	unsigned len;
	char text[ADDRESS_TEXT];
};

/* What this run of the program is asked for. */
struct scene {
	bool wired;
	bool bridged;
	bool routed; /* with a gateway for each network */
	unsigned count;
	struct net hosts[HOSTS]; /* if routed, the second is in another net */
	struct net gateways[NETS];
};

/* The program, and its COMMANDs. */
struct lan {
	struct sandbox *box;
	pid_t hosts[HOSTS];
	pid_t program; /* its namespace has the other ends of the wires */
};

static void tear_down(struct lan *lan)
{
	(void)sandbox_free(lan->box);
}

#define auto_lan __attribute__((cleanup(tear_down)))

/* ---- a run ----------------------------------------------------------------- */

static void set_net(struct net *net, uint32_t address, unsigned len)
{
	char text[INET_ADDRSTRLEN];

	net->address = htonl(address);
	net->len = len;
	inet_ntop(AF_INET, &net->address, text, sizeof(text));
	snprintf(net->text, sizeof(net->text), "%s/%u", text, len);
}

/* Two networks, 10.x.x.x and 172.16.x.x, of lengths that nobody expects. */
static void draw(struct scene *scene)
{
	static const unsigned lens[] = { 20, 22, 26, 27 };
	struct nonce nonce;
	unsigned a;
	unsigned b;
	unsigned c;

	nonce_init(&nonce);
	(void)sscanf(nonce.text, "%6x%6x%4x", &a, &b, &c);
	for (unsigned n = 0; n < NETS; n++) {
		unsigned len = lens[(c >> (2 * n)) % 4];
		uint32_t base = n ? 0xac100000 | (b & 0xfff60)
				  : 0x0a000000 | (a & 0xffff60);
		uint32_t at = (base & ~0U << (32 - len)) + 1 + (c >> 4) % 5;

		set_net(&scene->gateways[n], at, len);
		for (unsigned i = 0; i < HOSTS; i++) {
			at += 1 + (c >> (6 + i)) % 5;
			if (n == 0 || (scene->routed && i == 1))
				set_net(&scene->hosts[i], at, len);
		}
	}
}

static size_t add_words(const struct scene *scene, const char *argv[WORDS])
{
	static const char *const commands[HOSTS] = { "/bin/probe",
						     "/bin/second",
						     "/bin/third" };
	size_t n = 0;

	argv[n++] = "/bin/exercise";
	if (scene->bridged && !scene->routed)
		argv[n++] = "-b";
	for (unsigned i = 0; scene->routed && i < NETS; i++) {
		argv[n++] = "-g";
		argv[n++] = scene->gateways[i].text;
	}
	for (unsigned i = 0; i < scene->count; i++) {
		if (i > 0)
			argv[n++] = "--";
		argv[n++] = scene->wired ? scene->hosts[i].text : "-";
		argv[n++] = commands[i];
		argv[n++] = "hold";
	}
	argv[n] = NULL;
	return n;
}

/* When all COMMANDs run, only the program itself still is the exercise. */
static int find_all(struct grading *g, struct finding *f,
		    const struct scene *scene, const int *copies,
		    struct lan *lan)
{
	int r;

	for (unsigned i = 1; i < scene->count; i++) {
		r = sandbox_wait_exe(lan->box, copies[i], START_MS);
		if (r < 0) {
			observed(f, "COMMAND %u has not been executed", i + 1);
			return r;
		}
		lan->hosts[i] = r;
	}
	r = sandbox_wait_exe(lan->box, g->exercisefd, START_MS);
	if (r < 0) {
		observed(f, "the program has ended, and COMMAND still runs");
		return r;
	}
	lan->program = r;
	return 0;
}

static int start(struct grading *g, struct finding *f, struct scene *scene,
		 struct lan *lan)
{
	const char *argv[WORDS];
	auto_close int second = probe_copy(g, "second");
	auto_close int third = probe_copy(g, "third");
	const int copies[HOSTS] = { g->probefd, second, third };
	const struct sandbox_file files[] = {
		{ second, "/bin/second", 0755 },
		{ third, "/bin/third", 0755 },
		{ 0 },
	};
	const struct sandbox_spec spec = { .argv = argv, .files = files };
	int r;

	if (second < 0 || third < 0)
		return second < 0 ? second : third;
	draw(scene);
	(void)add_words(scene, argv);
	r = exercise_start_probe(g, f, &spec, &lan->box, &lan->hosts[0]);
	return r < 0 ? r : find_all(g, f, scene, copies, lan);
}

static const char *text_of(uint32_t address, char buf[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &address, buf, INET_ADDRSTRLEN);
}

/* ---- 06.1: alone ------------------------------------------------------------ */

static int start_lonely(struct grading *g, struct finding *f, struct lan *lan)
{
	struct scene scene = { .count = 2 };

	return start(g, f, &scene, lan);
}

static enum verdict judge_own_net(struct grading *g, struct finding *f)
{
	auto_lan struct lan lan = { 0 };
	pid_t init;
	int r;

	expected(f, "each COMMAND has a network namespace of its own");
	r = start_lonely(g, f, &lan);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	init = sandbox_init_pid(lan.box);
	for (int i = 0; i < 2; i++) {
		const pid_t others[] = { init, lan.program, lan.hosts[1 - i] };
		static const char *const whose[] = { "the caller's",
						     "the program's",
						     "that of the other one" };

		for (int k = 0; k < 3; k++) {
			r = look_same(lan.hosts[i], others[k], "ns/net");
			if (r < 0)
				return cannot_judge(f, r, "look at ns/net");
			if (r == 0)
				continue;
			observed(f, "COMMAND %d is in %s", i + 1, whose[k]);
			return fail(f, k < 2 ? "no-netns" : "one-netns");
		}
	}
	return VERDICT_PASS;
}

static enum verdict judge_lo_up(struct grading *g, struct finding *f)
{
	auto_lan struct lan lan = { 0 };
	struct net_view view;
	int r;

	expected(f, "lo is up in the namespace of each COMMAND");
	r = start_lonely(g, f, &lan);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	for (int i = 0; i < 2; i++) {
		const struct net_link *lo;
		struct net_talk talk;

		r = look_net(lan.hosts[i], &view);
		if (r == 0)
			r = look_talk(lan.box, lan.hosts[i], lan.hosts[i],
				      htonl(INADDR_LOOPBACK), &talk);
		if (r < 0)
			return cannot_judge(f, r, "look at COMMAND's network");
		lo = net_view_link(&view, "lo");
		if (lo && lo->up && talk.arrived)
			continue;
		observed(f,
			 "for COMMAND %d it is %s, and connecting to "
			 "127.0.0.1 gives: %s",
			 i + 1, lo && lo->up ? "up" : "down",
			 strerror(-talk.err));
		return fail(f, "lo-down");
	}
	return VERDICT_PASS;
}

static enum verdict judge_tied(struct grading *g, struct finding *f)
{
	auto_lan struct lan lan = { 0 };
	int left;
	int r;

	expected(f, "after a SIGKILL for the program no process is left");
	r = start_lonely(g, f, &lan);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	if (kill(lan.program, SIGKILL) < 0)
		return cannot_judge(f, -errno, "kill the program");
	left = sandbox_pids(lan.box, NULL, 0);
	/* The end of the program is known at once; so wait for the list. */
	for (int ms = 0; left > 0 && ms < GONE_MS; ms += 10) {
		(void)usleep(10000);
		left = sandbox_pids(lan.box, NULL, 0);
	}
	if (left < 0)
		return cannot_judge(f, left, "list the processes");
	observed(f, "%d are left, and their network with them", left);
	return left == 0 ? VERDICT_PASS : fail(f, "left-over");
}

/* ---- 06.2: a wire ------------------------------------------------------------ */

/* Both sides of the wire of one COMMAND, for the checks below. */
struct wire {
	struct scene scene;
	struct lan lan;
	struct net_view inner;
	struct net_view outer;
	const struct net_link *eth0;
	const struct net_link *port; /* the other end; NULL: not there */
};

static void cut(struct wire *wire)
{
	tear_down(&wire->lan);
}

#define auto_wire __attribute__((cleanup(cut)))

static const struct net_link *other_end(const struct net_link *eth0,
					const struct net_view *outer)
{
	const struct net_link *port =
		eth0 ? net_view_number(outer, eth0->peer) : NULL;

	return port && port->peer == eth0->index &&
			       strcmp(port->kind, "veth") == 0 &&
			       strcmp(eth0->kind, "veth") == 0
		       ? port
		       : NULL;
}

/* Returns VERDICT_PASS when there is something to look at. */
static enum verdict start_wire(struct grading *g, struct finding *f,
			       struct wire *wire)
{
	int r;

	wire->scene = (struct scene){ .wired = true, .count = 1 };
	r = start(g, f, &wire->scene, &wire->lan);
	if (r < 0)
		return judge_no_probe(f, r, "wire-refused");
	r = look_net(wire->lan.hosts[0], &wire->inner);
	if (r == 0)
		r = look_net(wire->lan.program, &wire->outer);
	if (r < 0)
		return cannot_judge(f, r, "look at the two networks");
	wire->eth0 = net_view_link(&wire->inner, "eth0");
	wire->port = other_end(wire->eth0, &wire->outer);
	return VERDICT_PASS;
}

static enum verdict judge_wire(struct grading *g, struct finding *f)
{
	auto_wire struct wire wire = { 0 };
	enum verdict verdict;

	expected(f, "COMMAND's eth0 is one end of a pair, and the other end is "
		    "in the program's namespace");
	verdict = start_wire(g, f, &wire);
	if (verdict != VERDICT_PASS)
		return verdict;
	if (!wire.eth0) {
		observed(f, "COMMAND has %u link%s, and none is called eth0",
			 wire.inner.nlinks, wire.inner.nlinks == 1 ? "" : "s");
		return fail(f, "no-wire");
	}
	observed(f,
		 "eth0 is of the kind '%s', and its other end, link %d, is "
		 "%s",
		 wire.eth0->kind, wire.eth0->peer,
		 wire.port ? "there" : "not there");
	return wire.port ? VERDICT_PASS : fail(f, "no-wire");
}

static enum verdict judge_up(struct grading *g, struct finding *f)
{
	auto_wire struct wire wire = { 0 };
	enum verdict verdict;

	expected(f, "both ends of the wire are up");
	verdict = start_wire(g, f, &wire);
	if (verdict != VERDICT_PASS)
		return verdict;
	if (!wire.eth0 || !wire.port)
		return cannot_judge(f, 0, "find a wire that was there before");
	observed(f, "eth0 is %s, its other end, %s, is %s",
		 wire.eth0->up ? "up" : "down", wire.port->name,
		 wire.port->up ? "up" : "down");
	if (!wire.eth0->up)
		return fail(f, "inner-down");
	if (!wire.port->up)
		return fail(f, "outer-down");
	return wire.eth0->carrier && wire.port->carrier
		       ? VERDICT_PASS
		       : cannot_judge(f, 0, "see a carrier");
}

static enum verdict judge_address(struct grading *g, struct finding *f)
{
	auto_wire struct wire wire = { 0 };
	const struct net_address *have;
	const struct net *want;
	char text[INET_ADDRSTRLEN];
	enum verdict verdict;
	unsigned count;

	verdict = start_wire(g, f, &wire);
	if (verdict != VERDICT_PASS)
		return verdict;
	want = &wire.scene.hosts[0];
	expected(f, "eth0 has the address %s, and no other", want->text);
	if (!wire.eth0)
		return cannot_judge(f, 0, "find a link that was there before");
	have = net_view_address(&wire.inner, wire.eth0->index, &count);
	if (!have) {
		observed(f, "it has none");
		return fail(f, "no-address");
	}
	observed(f, "it has %s/%u%s", text_of(have->address, text), have->len,
		 count > 1 ? " and more" : "");
	if (have->address != want->address || count > 1)
		return fail(f, "other-address");
	return have->len == want->len ? VERDICT_PASS : fail(f, "other-len");
}

/* ---- 06.3: a bridge ----------------------------------------------------------- */

static int start_bridge(struct grading *g, struct finding *f,
			struct scene *scene, struct lan *lan)
{
	*scene = (struct scene){ .wired = true,
				 .bridged = true,
				 .count = HOSTS };
	return start(g, f, scene, lan);
}

static enum verdict judge_bridge(struct grading *g, struct finding *f)
{
	auto_lan struct lan lan = { 0 };
	const struct net_link *bridge;
	struct net_view outer;
	struct scene scene;
	int r;

	expected(f, "the other end of each eth0 is a port of a bridge that is "
		    "up");
	r = start_bridge(g, f, &scene, &lan);
	if (r < 0)
		return judge_no_probe(f, r, "bridge-refused");
	r = look_net(lan.program, &outer);
	if (r < 0)
		return cannot_judge(f, r, "look at the program's network");
	bridge = net_view_link(&outer, "br0");
	if (!bridge || strcmp(bridge->kind, "bridge") != 0) {
		observed(f, "there is no bridge br0");
		return fail(f, "no-bridge");
	}
	for (int i = 0; i < HOSTS; i++) {
		const struct net_link *port;
		struct net_view inner;

		r = look_net(lan.hosts[i], &inner);
		if (r < 0)
			return cannot_judge(f, r, "look at COMMAND's network");
		port = other_end(net_view_link(&inner, "eth0"), &outer);
		if (port && port->master == bridge->index)
			continue;
		observed(f, "that of COMMAND %d is not", i + 1);
		return fail(f, "not-a-port");
	}
	observed(f, "they are, and the bridge is %s",
		 bridge->up ? "up" : "down");
	return bridge->up ? VERDICT_PASS : fail(f, "bridge-down");
}

static enum verdict judge_talk(struct grading *g, struct finding *f)
{
	auto_lan struct lan lan = { 0 };
	struct scene scene;
	int r;

	expected(f, "a secret goes by TCP from each COMMAND's network to each "
		    "other's");
	r = start_bridge(g, f, &scene, &lan);
	if (r < 0)
		return judge_no_probe(f, r, "bridge-refused");
	for (int i = 0; i < HOSTS; i++) {
		int k = (i + 1) % HOSTS;
		const struct net *to = &scene.hosts[k];
		struct net_talk talk;

		r = look_talk(lan.box, lan.hosts[i], lan.hosts[k], to->address,
			      &talk);
		if (r < 0)
			return cannot_judge(f, r, "send a secret");
		if (talk.arrived && talk.seen_as == scene.hosts[i].address)
			continue;
		observed(f, "from COMMAND %d, %s, to COMMAND %d, %s: %s", i + 1,
			 scene.hosts[i].text, k + 1, to->text,
			 talk.arrived ? "it comes from somebody else"
				      : strerror(-talk.err));
		return fail(f, "silent");
	}
	return VERDICT_PASS;
}

/* ---- 06.4: a gateway ------------------------------------------------------------ */

static int start_routed(struct grading *g, struct finding *f,
			struct scene *scene, struct lan *lan)
{
	*scene = (struct scene){
		.wired = true, .bridged = true, .routed = true, .count = 2
	};
	return start(g, f, scene, lan);
}

static enum verdict judge_gateway(struct grading *g, struct finding *f)
{
	auto_lan struct lan lan = { 0 };
	struct scene scene;
	int r;

	expected(f, "the program's namespace has both gateways' addresses, and "
		    "COMMAND reaches its own");
	r = start_routed(g, f, &scene, &lan);
	if (r < 0)
		return judge_no_probe(f, r, "gateway-refused");
	for (int i = 0; i < NETS; i++) {
		const struct net *to = &scene.gateways[i];
		struct net_talk talk;

		r = look_talk(lan.box, lan.hosts[i], lan.program, to->address,
			      &talk);
		if (r < 0)
			return cannot_judge(f, r, "send a secret");
		if (talk.arrived)
			continue;
		observed(f, "from COMMAND %d, %s, to %s: %s", i + 1,
			 scene.hosts[i].text, to->text, strerror(-talk.err));
		return fail(f, "no-gateway");
	}
	return VERDICT_PASS;
}

static const struct net_route *default_route(const struct net_view *view)
{
	for (unsigned i = 0; i < view->nroutes && i < NET_ENTRIES; i++)
		if (view->routes[i].len == 0)
			return &view->routes[i];
	return NULL;
}

static enum verdict judge_route(struct grading *g, struct finding *f)
{
	auto_lan struct lan lan = { 0 };
	const struct net_route *route;
	const struct net_link *eth0;
	char text[INET_ADDRSTRLEN];
	struct net_view view;
	struct scene scene;
	int r;

	r = start_routed(g, f, &scene, &lan);
	if (r < 0)
		return judge_no_probe(f, r, "gateway-refused");
	for (int i = 0; i < NETS; i++) {
		uint32_t want = scene.gateways[i].address;

		r = look_net(lan.hosts[i], &view);
		if (r < 0)
			return cannot_judge(f, r, "look at COMMAND's network");
		expected(f, "COMMAND %d has a default route by %s on eth0",
			 i + 1, text_of(want, text));
		route = default_route(&view);
		eth0 = net_view_link(&view, "eth0");
		if (!route) {
			observed(f, "it has none");
			return fail(f, "no-route");
		}
		if (route->gateway == want && eth0 &&
		    route->index == eth0->index)
			continue;
		observed(f, "it is by %s",
			 route->gateway ? text_of(route->gateway, text)
					: "nobody: all the world is on the "
					  "link");
		return fail(f, "other-route");
	}
	return VERDICT_PASS;
}

static enum verdict judge_forward(struct grading *g, struct finding *f)
{
	auto_lan struct lan lan = { 0 };
	struct net_talk talk;
	struct net_view view;
	struct scene scene;
	int r;

	r = start_routed(g, f, &scene, &lan);
	if (r < 0)
		return judge_no_probe(f, r, "gateway-refused");
	expected(f, "a secret goes by TCP from %s to %s", scene.hosts[0].text,
		 scene.hosts[1].text);
	r = look_talk(lan.box, lan.hosts[0], lan.hosts[1],
		      scene.hosts[1].address, &talk);
	if (r == 0)
		r = look_net(lan.program, &view);
	if (r < 0)
		return cannot_judge(f, r, "send a secret");
	if (talk.arrived && talk.seen_as == scene.hosts[0].address)
		return VERDICT_PASS;
	observed(f, "%s; ip_forward of the program's namespace is %d",
		 talk.arrived ? "it comes from somebody else"
			      : strerror(-talk.err),
		 view.forwards);
	return fail(f, "not-forwarded");
}

/* ---- the tables --------------------------------------------------------------- */

#define NOT_STARTED                                                           \
	{                                                                     \
		"not-started",                                                \
			"a call was refused before COMMAND was reached",      \
			"read in the output which; a new network namespace "  \
			"takes CAP_SYS_ADMIN, which the program has got for " \
			"you",                                                \
			"unshare(2), CLONE_NEWNET"                            \
	}

static const struct diagnosis of_net[] = {
	NOT_STARTED,
	{ "no-netns",
	  "COMMAND was executed in a namespace that was there before",
	  "call unshare(2) with CLONE_NEWNET in the process that becomes "
	  "COMMAND",
	  "network_namespaces(7)" },
	{ "one-netns", "all COMMANDs share one namespace",
	  "each of the processes needs its own call of unshare(2)",
	  "unshare(2), CLONE_NEWNET" },
	{ 0 },
};

static const struct diagnosis of_lo[] = {
	NOT_STARTED,
	{ "lo-down",
	  "nobody has set lo up, or that of another namespace was set up",
	  "set IFF_UP in ifi_flags and in ifi_change, for the link in the "
	  "namespace that the socket belongs to",
	  "rtnetlink(7), RTM_NEWLINK" },
	{ 0 },
};

static const struct diagnosis of_tied[] = {
	NOT_STARTED,
	{ "left-over",
	  "COMMAND goes on without the program, and keeps its namespace",
	  "call prctl(2) with PR_SET_PDEATHSIG and SIGKILL in the process that "
	  "becomes COMMAND",
	  "prctl(2), PR_SET_PDEATHSIG" },
	{ 0 },
};

#define WIRE_REFUSED                                                         \
	{                                                                    \
		"wire-refused", "the kernel refused a message",              \
			"read in the output which, and the kernel's words; " \
			"is every nest ended, does VETH_INFO_PEER begin "    \
			"with an ifinfomsg, and are the name eth0 and "      \
			"IFLA_NET_NS_PID in that nest?",                     \
			"rtnetlink(7), veth(4)"                              \
	}

static const struct diagnosis of_wire[] = {
	WIRE_REFUSED,
	{ "no-wire", "the two ends are not one here and one there",
	  "PORT stays, eth0 is in COMMAND's namespace: IFLA_NET_NS_PID "
	  "is an attribute of the peer, in its nest",
	  "veth(4)" },
	{ 0 },
};

static const struct diagnosis of_up[] = {
	WIRE_REFUSED,
	{ "inner-down",
	  "eth0 is down; a link that is moved to another namespace goes down",
	  "set eth0 up in COMMAND's namespace, when it is there",
	  "rtnetlink(7), RTM_NEWLINK" },
	{ "outer-down", "the end in the program's namespace is down",
	  "a wire has two ends: set PORT up as well",
	  "rtnetlink(7), RTM_NEWLINK" },
	{ 0 },
};

static const struct diagnosis of_address[] = {
	WIRE_REFUSED,
	{ "no-address", "no RTM_NEWADDR was about eth0",
	  "ifa_index is the number of the link", "rtnetlink(7), RTM_NEWADDR" },
	{ "other-address", "the bytes of the address are not in their order",
	  "net->address is in network byte order already, and so is the "
	  "attribute",
	  "rtnetlink(7), RTM_NEWADDR" },
	{ "other-len", "the length of the network is another",
	  "put net->len into ifa_prefixlen", "rtnetlink(7), RTM_NEWADDR" },
	{ 0 },
};

#define BRIDGE_REFUSED                                                         \
	{                                                                      \
		"bridge-refused", "the kernel refused a message",              \
			"read in the output which, and the kernel's words; a " \
			"name can be given once in each namespace",            \
			"rtnetlink(7), RTM_NEWLINK"                            \
	}

static const struct diagnosis of_bridge[] = {
	BRIDGE_REFUSED,
	{ "no-bridge", "there is no link of the kind \"bridge\" with that name",
	  "RTM_NEWLINK with NLM_F_CREATE, IFLA_IFNAME and, in IFLA_LINKINFO, "
	  "IFLA_INFO_KIND",
	  "rtnetlink(7), RTM_NEWLINK" },
	{ "not-a-port", "the bridge does not have a port for each COMMAND",
	  "set IFLA_MASTER of each PORT to the number of br0",
	  "rtnetlink(7), RTM_NEWLINK" },
	{ "bridge-down", "the bridge is a link too, and is down", "set br0 up",
	  "rtnetlink(7), RTM_NEWLINK" },
	{ 0 },
};

static const struct diagnosis of_talk[] = {
	BRIDGE_REFUSED,
	{ "silent", "all links are there, and no frame finds its way",
	  "look at the MAC addresses, and with RTM_GETNEIGH and AF_BRIDGE at "
	  "what the bridge has learned",
	  "bridge(8), bridge fdb" },
	{ 0 },
};

#define GATEWAY_REFUSED                                                        \
	{                                                                      \
		"gateway-refused", "the kernel refused a message",             \
			"read in the output which, and the kernel's words; a " \
			"gateway has to be reachable before a route can be "   \
			"by it",                                               \
			"rtnetlink(7), RTM_NEWROUTE"                           \
	}

static const struct diagnosis of_gateway[] = {
	GATEWAY_REFUSED,
	{ "no-gateway", "br0 has not the address that was asked for",
	  "a bridge can have addresses, as every link, and one for each -g",
	  "rtnetlink(7), RTM_NEWADDR" },
	{ 0 },
};

static const struct diagnosis of_route[] = {
	GATEWAY_REFUSED,
	{ "no-route", "there is a route to the own network only",
	  "RTM_NEWROUTE with rtm_dst_len 0, in the table RT_TABLE_MAIN",
	  "rtnetlink(7), RTM_NEWROUTE" },
	{ "other-route", "the route does not lead to the gateway",
	  "RTA_GATEWAY is the gateway's address; without it the kernel looks "
	  "for everybody on the link",
	  "rtnetlink(7), RTM_NEWROUTE" },
	{ 0 },
};

static const struct diagnosis of_forward[] = {
	GATEWAY_REFUSED,
	{ "not-forwarded",
	  "the program's namespace has got the packets, and has dropped them",
	  "write 1 to /proc/sys/net/ipv4/ip_forward in that namespace; each "
	  "has a setting of its own",
	  "ip(7), /proc interfaces" },
	{ 0 },
};

static const struct task tasks[] = {
	{ "06.1",
	  "give each command a network of its own, with lo up",
	  { "Which process has to make the namespace, and what is in it then?",
	    "Read network_namespaces(7), and RTM_NEWLINK in rtnetlink(7). For "
	    "the end of the program: PR_SET_PDEATHSIG in prctl(2).",
	    "prctl(PR_SET_PDEATHSIG, SIGKILL); if getppid() is another by "
	    "then, end; unshare(CLONE_NEWNET). And in the ifinfomsg: "
	    "ifi_flags = ifi_change = IFF_UP." } },
	{ "06.2",
	  "lay a wire to it, and give its end an address",
	  { "A pair is made by one message. Where in it is said what the other "
	    "end is called, and where it is?",
	    "Read veth(4), and in rtnetlink(7) on RTM_NEWLINK and RTM_NEWADDR. "
	    "common/netlink.h has nests; wire.c of the lab makes such a pair.",
	    "IFLA_IFNAME; IFLA_LINKINFO { IFLA_INFO_KIND \"veth\"; "
	    "IFLA_INFO_DATA { VETH_INFO_PEER { ifinfomsg; IFLA_IFNAME "
	    "\"eth0\"; "
	    "IFLA_NET_NS_PID } } }. Then IFA_LOCAL, with ifa_family, "
	    "ifa_prefixlen and ifa_index." } },
	{ "06.3",
	  "join the wires by a bridge",
	  { "What does a switch have that a bunch of wires has not, and which "
	    "of the links has to know of it?",
	    "Read of IFLA_MASTER and IFLA_INFO_KIND in ip-link(8) as "
	    "\"master\" "
	    "and \"type bridge\"; the messages are RTM_NEWLINK.",
	    "RTM_NEWLINK with NLM_F_CREATE, IFLA_IFNAME \"br0\", IFLA_LINKINFO "
	    "{ IFLA_INFO_KIND \"bridge\" }; set it up; then RTM_NEWLINK for "
	    "the port with IFLA_MASTER." } },
	{ "06.4",
	  "let the networks reach each other by a gateway",
	  { "A packet for another network: who must know what, so that it gets "
	    "there?",
	    "Read RTM_NEWROUTE in rtnetlink(7), and ip_forward in ip(7).",
	    "add_address(nl, \"br0\", gateway), and \"1\" to "
	    "/proc/sys/net/ipv4/ip_forward. In the host an rtmsg with AF_INET, "
	    "RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST, and "
	    "RTA_GATEWAY." } },
	{ 0 },
};

static const struct check checks[] = {
	{ "own-net", "06.1", 8, "each command has a network namespace", NULL,
	  judge_own_net, of_net },
	{ "lo-up", "06.1", 8, "lo is up in it", "own-net", judge_lo_up, of_lo },
	{ "tied", "06.1", 8, "nothing is left when the program is killed", NULL,
	  judge_tied, of_tied },
	{ "wire", "06.2", 8, "eth0 is one end of a wire to the program",
	  "own-net", judge_wire, of_wire },
	{ "up", "06.2", 8, "both ends are up", "wire", judge_up, of_up },
	{ "address", "06.2", 10, "eth0 has the address", "wire", judge_address,
	  of_address },
	{ "bridge", "06.3", 12, "the other ends are ports of a bridge",
	  "own-net", judge_bridge, of_bridge },
	{ "talk", "06.3", 14, "all reach each other by TCP", "bridge",
	  judge_talk, of_talk },
	{ "gateway", "06.4", 6, "the bridge has the gateways' addresses",
	  "own-net", judge_gateway, of_gateway },
	{ "route", "06.4", 8, "the default route is by the gateway", "own-net",
	  judge_route, of_route },
	{ "forward", "06.4", 10, "one network reaches the other", "gateway",
	  judge_forward, of_forward },
	{ 0 },
};

const struct grader grader_06_net_ns = {
	.lab = "06-net-ns",
	.tasks = tasks,
	.checks = checks,
};
