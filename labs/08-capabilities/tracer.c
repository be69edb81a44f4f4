/* SPDX-License-Identifier: MIT */
/*
 * tracer.c - break-out: read the memory of a process in another container
 *
 * Usage:  tracer
 *
 * Two containers of one machine often share a user namespace: all of them do
 * where user namespaces are not used.  Then nothing but ids and capabilities
 * stands between their processes, and ptrace(2) asks for these:
 *
 *	same user?     yes: and are the victim's permitted capabilities among
 *	               the attacker's effective ones? then it is allowed
 *	otherwise      CAP_SYS_PTRACE in the victim's user namespace
 *
 *	us, who see both
 *	 |- victim     keeps a random number in its memory
 *	 `- attacker   attaches to it, reads the number; in several ways
 *
 * Both are children of ours and nobody else is touched.  A PID namespace would
 * hide the victim; this is about what holds when it does not (a shared one, as
 * with "podman run --pid=host", or a leaked /proc).
 *
 * Idea:   a capability held in a shared user namespace is power over all in it
 * Calls:  ptrace(2)
 * Needs:  nothing; rows with a second user need one: root, asroot --range
 * Libs:   cap
 * Read:   ptrace(2), "Ptrace access mode checking"
 * Test:   tests/graders/08-capabilities.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "file.h"
#include "gate.h"
#include "userns.h"

/* How one of the two differs from root of the shared user namespace. */
struct role {
	unsigned user;	      /* 0, or another */
	bool without_ptrace;  /* all capabilities but CAP_SYS_PTRACE */
	bool without_any;     /* no capability */
	bool other_namespace; /* root of a user namespace of its own */
};

static const struct {
	struct role victim;
	struct role attacker;
	const char *victim_is;
	const char *attacker_is;
} cases[] = {
	{ { 0 }, { 0 }, "root", "root" },
	{ { .user = 1 }, { 0 }, "user 1", "root" },
	{ { .user = 1 },
	  { .without_ptrace = true },
	  "user 1",
	  "root without CAP_SYS_PTRACE" },
	{ { 0 },
	  { .without_ptrace = true },
	  "root",
	  "root without CAP_SYS_PTRACE" },
	{ { .without_ptrace = true },
	  { .without_ptrace = true },
	  "root without CAP_SYS_PTRACE",
	  "root without CAP_SYS_PTRACE" },
	{ { .without_any = true },
	  { .without_any = true },
	  "root without any",
	  "root without any" },
	{ { .user = 1, .without_any = true },
	  { .user = 2, .without_any = true },
	  "user 1",
	  "user 2" },
	{ { 0 },
	  { .other_namespace = true },
	  "root",
	  "root of its own namespace" },
	{ { .without_any = true },
	  { .other_namespace = true },
	  "root without any",
	  "root of its own namespace" },
};

/* 0 or -errno; -EINVAL if there is no such user. */
static int take_role(const struct role *role)
{
	const cap_value_t ptrace_cap = CAP_SYS_PTRACE;
	cap_t caps = cap_get_proc();
	int r = caps ? 0 : -ENOMEM;

	if (role->user && (setresgid(role->user, role->user, role->user) < 0 ||
			   setresuid(role->user, role->user, role->user) < 0))
		r = -errno;
	if (r == 0 && role->without_ptrace &&
	    (cap_set_flag(caps, CAP_PERMITTED, 1, &ptrace_cap, CAP_CLEAR) < 0 ||
	     cap_set_flag(caps, CAP_EFFECTIVE, 1, &ptrace_cap, CAP_CLEAR) < 0 ||
	     cap_set_proc(caps) < 0))
		r = -errno;
	if (r == 0 && role->without_any &&
	    (cap_clear(caps) < 0 || cap_set_proc(caps) < 0))
		r = -errno;
	if (r == 0 && role->other_namespace)
		r = sysret(unshare(CLONE_NEWUSER));
	(void)cap_free(caps);

	/* Changes of user clear it, and then nobody may look. */
	return r < 0 ? r : sysret(prctl(PR_SET_DUMPABLE, 1));
}

/* ---- the two ----------------------------------------------------------------- */

static noreturn void be_victim(const struct role *role, struct gate *ready,
			       volatile long *secret, pid_t parent)
{
	int r = take_role(role);

	/* After the change of user, which clears it; or is it too late? */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(KIT_FAILED);
	if (r < 0)
		_exit(r == -EINVAL ? KIT_SKIP : KIT_FAILED);
	if (getrandom((void *)secret, sizeof(*secret), 0) != sizeof(*secret) ||
	    gate_open(ready) < 0)
		_exit(KIT_FAILED);
	for (;;)
		pause();
}

/* The variable is at the same address in both: they were forked from us. */
static noreturn void be_attacker(const struct role *role, pid_t victim,
				 volatile long *secret)
{
	long word;
	int r = take_role(role);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (r < 0)
		_exit(r == -EINVAL ? KIT_SKIP : KIT_FAILED);
	if (ptrace(PTRACE_ATTACH, victim, NULL, NULL) < 0 ||
	    waitpid(victim, NULL, __WALL) < 0) {
		printf("%s\n", strerror(errno));
		(void)fflush(stdout);
		_exit(KIT_OK);
	}
	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, victim, (void *)secret, NULL);
	if (errno)
		die(-errno, "attached, and cannot read");
	printf("reads %016lx\n", (unsigned long)word);
	(void)fflush(stdout);
	_exit(KIT_OK);
}

/* The fate of one case: KIT_OK if the kernel was asked. */
static int try_case(size_t i)
{
	const pid_t parent = getpid();
	volatile long secret = 0;
	struct gate ready;
	pid_t attacker;
	pid_t victim;
	int status;

	if (gate_init(&ready) < 0)
		die(-errno, "cannot make a gate");
	victim = fork();
	if (victim < 0)
		die(-errno, "cannot fork");
	if (victim == 0)
		be_victim(&cases[i].victim, &ready, &secret, parent);
	if (gate_wait(&ready) < 0)
		return child_wait(victim);

	attacker = fork();
	if (attacker == 0)
		be_attacker(&cases[i].attacker, victim, &secret);
	status = attacker < 0 ? -errno : child_wait(attacker);
	(void)kill(victim, SIGKILL);
	(void)child_wait(victim);
	return status;
}

/* Yama may forbid more than what is shown here. */
static void print_yama(void)
{
	char text[16];
	int r = file_read_at(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope",
			     text, sizeof(text));

	printf("kernel.yama.ptrace_scope: %s\n",
	       r < 0 ? "not in this kernel" : strtok(text, "\n"));
}

int main(void)
{
	bool missing = false;
	int r = userns_become_root();

	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	(void)setgroups(0, NULL);
	print_yama();
	printf("%-28s %-28s\n", "victim", "attacker");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		printf("%-28s %-28s ", cases[i].victim_is,
		       cases[i].attacker_is);
		(void)fflush(stdout);
		r = try_case(i);
		if (r == KIT_SKIP)
			printf("needs a second user\n");
		else if (r != KIT_OK)
			die(0, "a case could not be tried");
		missing |= r == KIT_SKIP;
	}
	if (missing)
		printf("There is one user ID only; try: asroot --range "
		       "tracer\n");
	return KIT_OK;
}
