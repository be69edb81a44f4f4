/* SPDX-License-Identifier: MIT */
/*
 * deathsig.c - what becomes of a child whose parent dies
 *
 * Usage:  deathsig
 *
 *	deathsig              subreaper: the orphan becomes its child
 *	  `- parent           ends; deathsig knows when, as it reaps it
 *	       `- child       asked the kernel to be killed then, or not
 *
 * Nothing is left to chance.  The child asks for the signal while its parent
 * waits, or only after its parent has been reaped.
 *
 * Idea:   PR_SET_PDEATHSIG comes too late if the parent is dead already
 * Calls:  prctl(2) with PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER
 * Needs:  nothing
 * Read:   prctl(2), PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER
 * Test:   tests/graders/04-pid-ns.c grades the exercise about this idea
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "gate.h"

static const struct deathsig_case {
	const char *asks;
	const char *when;
	bool by_parent; /* before fork(2) */
	bool by_child;
	bool late; /* the parent is dead before the child asks */
	bool looks;
} cases[] = {
	{ "nobody", "-", .late = false },
	{ "the parent", "before fork(2)", .by_parent = true },
	{ "the child", "while the parent lives", .by_child = true },
	{ "the child", "after its death", .by_child = true, .late = true },
	{ "the child", "after its death, and looks", .by_child = true,
	  .late = true, .looks = true },
};

enum { ENDED_ITSELF = 3 };

struct gates {
	struct gate asked; /* by the child, for the parent: it may die now */
	struct gate dead;  /* by deathsig, for the child: the parent is */
	struct gate last;  /* by deathsig, for the child: do you live? */
};

static void ask(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die(-errno, "cannot ask for a signal");
}

static noreturn void be_child(const struct deathsig_case *c,
			      struct gates *gates, pid_t parent)
{
	if (c->late) {
		if (gate_open(&gates->asked) < 0 || gate_wait(&gates->dead) < 0)
			_exit(1);
		ask();
	} else {
		if (c->by_child)
			ask();
		if (gate_open(&gates->asked) < 0)
			_exit(1);
	}

	/* An orphan has another parent than the one that made it. */
	if (c->looks && getppid() != parent)
		_exit(ENDED_ITSELF);
	_exit(gate_wait(&gates->last) == 0 ? 0 : 1);
}

static noreturn void be_parent(const struct deathsig_case *c,
			       struct gates *gates)
{
	pid_t self = getpid();
	pid_t child;

	if (c->by_parent)
		ask();
	child = fork();
	if (child < 0)
		_exit(1);
	if (child == 0)
		be_child(c, gates, self);
	_exit(gate_wait(&gates->asked) == 0 ? 0 : 1);
}

/*
 * When the parent can be reaped, the signal has been sent: the kernel does it
 * in forget_original_parent(), before the parent becomes a zombie.  So a child
 * that has got it does not come as far as the end of gate_wait().
 */
static int try_case(const struct deathsig_case *c)
{
	struct gates gates;
	pid_t parent;

	if (gate_init(&gates.asked) < 0 || gate_init(&gates.dead) < 0 ||
	    gate_init(&gates.last) < 0)
		die(-errno, "cannot make a gate");
	parent = fork();
	if (parent < 0)
		die(-errno, "cannot fork");
	if (parent == 0)
		be_parent(c, &gates);
	if (child_wait(parent) != 0)
		die(0, "the parent failed");

	/* Nobody waits there any more: EPIPE is no error. */
	(void)gate_open(&gates.dead);
	(void)gate_open(&gates.last);
	gate_release(&gates.asked);
	return child_wait(-1);
}

int main(int argc, char *argv[])
{
	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "usage: deathsig\n");
		return KIT_USAGE;
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		die(-errno, "cannot become a subreaper");

	printf("%-12s %-28s %s\n", "who asks", "when", "the child");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = try_case(&cases[i]);

		printf("%-12s %-28s %s\n", cases[i].asks, cases[i].when,
		       status == 0		 ? "lives on"
		       : status == 128 + SIGKILL ? "is killed"
		       : status == ENDED_ITSELF	 ? "sees it and ends"
						 : "failed");
	}
	return KIT_OK;
}
