/* SPDX-License-Identifier: MIT */
/* test_traces.c - what the matrix calls left behind, and what is not ours */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#include "matrix.h"
#include "sandbox.h"

/* The first ID that root gives to a sandbox, where it has all IDs. */
enum { SANDBOX_ID = 0x70000000 };

static char dir[] = "/tmp/test-traces-XXXXXX";

static void dir_begins(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void dir_ends(void)
{
	(void)rmdir(dir);
}

/* Namespaces of our own, so that nothing is really left. */
static void setup(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWIPC | CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
}

static void leave_nothing(unsigned id)
{
	(void)id;
}

static void leave_shm(unsigned id)
{
	struct shmid_ds ds = { .shm_perm = { .uid = id, .mode = 0600 } };
	int shm = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

	ck_assert_int_eq(shmctl(shm, IPC_SET, &ds), 0);
}

static void leave_sem(unsigned id)
{
	struct semid_ds ds = { .sem_perm = { .uid = id, .mode = 0600 } };
	int sem = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);

	ck_assert_int_eq(semctl(sem, 0, IPC_SET, &ds), 0);
}

static void leave_msg(unsigned id)
{
	struct msqid_ds ds = { .msg_perm = { .uid = id, .mode = 0600 },
			       .msg_qbytes = 4096 };
	int msg = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

	ck_assert_int_eq(msgctl(msg, IPC_SET, &ds), 0);
}

static void leave_mount(unsigned id)
{
	(void)id;
	ck_assert_int_eq(mount("left", dir, "tmpfs", 0, NULL), 0);
}

static void leave_file(unsigned id)
{
	char path[64];
	int fd;

	(void)id;
	snprintf(path, sizeof(path), "%s/left", dir);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}

static pid_t child;

static void leave_process(unsigned id)
{
	(void)id;
	child = fork();
	if (child == 0) {
		for (;;)
			pause();
	}
}

static const struct {
	void (*leave)(unsigned id);
	unsigned id;
	const char *why; /* NULL: the same as before */
} cases[] = {
	{ leave_nothing, 0, NULL },
	{ leave_shm, SANDBOX_ID + 5, "/proc/sysvipc/shm" },
	{ leave_sem, SANDBOX_ID, "/proc/sysvipc/sem" },
	{ leave_msg, SANDBOX_ID + 1000, "/proc/sysvipc/msg" },
	/* of others, who are at work on this machine too */
	{ leave_shm, 0, NULL },
	{ leave_shm, 1000, NULL },
	{ leave_shm, SANDBOX_ID - 1, NULL },
	{ leave_sem, 0, NULL },
	{ leave_msg, 0, NULL },
	{ leave_mount, 0, "/proc/self/mountinfo" },
	{ leave_file, 0, "the submission" },
	{ leave_process, 0, "a process" },
};

START_TEST(what_is_left_is_named)
{
	struct traces *before = traces_take(dir);
	char path[64];
	char why[256] = "";
	int r;

	cases[_i].leave(cases[_i].id);
	r = traces_compare(before, dir, why, sizeof(why));

	(void)umount2(dir, MNT_DETACH);
	snprintf(path, sizeof(path), "%s/left", dir);
	(void)unlink(path);
	if (child > 0) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	if (!cases[_i].why) {
		ck_assert_msg(r == 0, "%s", why);
	} else {
		ck_assert_int_eq(r, 1);
		ck_assert_msg(strstr(why, cases[_i].why), "it says: %s", why);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("traces");
	TCase *tc;
	const char *missing = need_root();

	if (!missing && !sandbox_may_be(SANDBOX_ID))
		missing = "needs all IDs";
	tc = add_task(suite, "left", missing);
	tcase_add_unchecked_fixture(tc, dir_begins, dir_ends);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, what_is_left_is_named, 0,
			    sizeof(cases) / sizeof(cases[0]));
	return run_suite(suite);
}
