/* SPDX-License-Identifier: MIT */
/*
 * mailbox.c - which IPC objects does another namespace see?
 *
 * Usage:  mailbox
 *
 * Idea:   SysV objects and POSIX message queues belong to the IPC namespace;
 *         POSIX shared memory is a file, and so belongs to the mounts
 * Calls:  shmget(2), msgget(2), semget(2), mq_open(3), shm_open(3),
 *         unshare(2) with CLONE_NEWIPC, mount(2)
 * Needs:  CAP_SYS_ADMIN; a user namespace gives it to an ordinary user
 * Read:   ipc_namespaces(7), sysvipc(7), mq_overview(7), shm_overview(7)
 * Test:   tests/graders/03-uts-ipc-ns.c grades the exercise about this idea
 *
 * Makes one object of each kind and looks for them by their names in a child
 * with another IPC namespace.  "Here" is an IPC namespace too, and a /dev/shm,
 * that nobody else uses: they end with the program, also if it is killed, while
 * objects in the machine's would stay until somebody removes them.
 */
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "userns.h"

/* SysV objects have a number for a name, POSIX ones a word. */
struct names {
	key_t key;
	const char *word;
};

static void enter_own_world(void)
{
	int r = userns_become_root();

	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	if (unshare(CLONE_NEWIPC | CLONE_NEWNS) < 0)
		die(-errno, "cannot make namespaces");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, NULL) < 0)
		die(-errno, "cannot mount a /dev/shm of our own");
}

static void make(const struct names *names)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 64 };
	int flags = IPC_CREAT | IPC_EXCL | 0600;

	if (shmget(names->key, 4096, flags) < 0 ||
	    msgget(names->key, flags) < 0 || semget(names->key, 1, flags) < 0)
		die(-errno, "cannot make System V objects");
	if (mq_open(names->word, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600,
		    &attr) < 0)
		die(-errno, "cannot make a message queue");
	if (shm_open(names->word, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600) <
	    0)
		die(-errno, "cannot make POSIX shared memory");
}

static void say(const char *kind, int found)
{
	printf("  %-22s %s\n", kind, found >= 0 ? "seen" : "not there");
}

/* The same calls that a stranger would use, who knows only the names. */
static void look(const char *where, const struct names *names)
{
	printf("%s:\n", where);
	say("SysV shared memory", shmget(names->key, 0, 0));
	say("SysV message queue", msgget(names->key, 0));
	say("SysV semaphore", semget(names->key, 0, 0));
	say("POSIX message queue", mq_open(names->word, O_RDONLY | O_CLOEXEC));
	say("POSIX shared memory",
	    shm_open(names->word, O_RDONLY | O_CLOEXEC, 0));
	(void)fflush(stdout);
}

static noreturn void look_elsewhere(const struct names *names)
{
	if (unshare(CLONE_NEWIPC) < 0)
		die(-errno, "cannot make an IPC namespace");
	look("in a new IPC namespace", names);
	_exit(KIT_OK);
}

int main(void)
{
	const struct names names = { .key = 0x15000, .word = "/mailbox" };
	pid_t child;
	int status;

	enter_own_world();
	make(&names);
	look("here", &names);

	child = fork();
	if (child == 0)
		look_elsewhere(&names);
	status = child < 0 ? -errno : child_wait(child);
	if (status < 0)
		die(status, "cannot look from elsewhere");
	return status;
}
