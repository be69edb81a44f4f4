/* SPDX-License-Identifier: MIT */
/*
 * trespass.c - break-out: into the process of another container
 *
 * Usage:  trespass
 *
 *	trespass                 outside
 *	  `- stage               PID 1 of a namespace: the "host" of this play
 *	       |- victim         one container; has a secret in its memory
 *	       `- intruder       another; knows the victim's number on the host
 *
 * The intruder looks for the victim in its /proc, reads its memory through
 * /proc/PID/mem and through ptrace(2), and kills it.  Both containers always
 * have mount, UTS and IPC namespaces of their own; the rest is in the table.
 *
 * Idea:   what has no number here can be neither traced nor killed from here
 * Calls:  clone3(2), ptrace(2), kill(2), pread(2) of /proc/PID/mem
 * Needs:  nothing; without root it makes a user namespace first
 * Read:   pid_namespaces(7); ptrace(2), "Ptrace access mode checking"
 * Test:   tests/graders/04-pid-ns.c grades the exercise about this idea
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "gate.h"
#include "userns.h"

static const struct scene {
	const char *name;
	uint64_t victim;   /* flags for clone3(2) */
	uint64_t intruder; /* the same */
	bool own_proc;	   /* the intruder mounts /proc */
} scenes[] = {
	{ "no PID namespaces", 0, 0, false },
	{ "and a user namespace each", CLONE_NEWUSER, CLONE_NEWUSER, false },
	{ "PID namespaces, old /proc", CLONE_NEWPID, CLONE_NEWPID, false },
	{ "PID namespaces, own /proc", CLONE_NEWPID, CLONE_NEWPID, true },
	{ "the intruder is the host", CLONE_NEWPID, 0, false },
};

/* What the intruder says of its attempts: 0, or a negative errno value. */
struct attempts {
	int find;
	int read;
	int trace;
	int kill;
	long by_read; /* what it has read; the stage knows whether it is true */
	long by_trace;
};

/* The victim's secret and where it is; fork(2) copies the address. */
struct secret {
	long value;
};

static pid_t clone_container(uint64_t flags)
{
	struct clone_args args = {
		.flags = flags | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC,
		.exit_signal = SIGCHLD,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		die(-errno, "cannot make a container");
	return pid;
}

static void mount_proc(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die(-errno, "cannot make the mounts private");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		die_hint(-errno, "in a container /proc may be partly covered",
			 "cannot mount /proc");
}

/* ---- the two ------------------------------------------------------------- */

static noreturn void be_victim(struct secret *secret, int tellfd)
{
	if (prctl(PR_SET_NAME, "victim") < 0 ||
	    getrandom(&secret->value, sizeof(secret->value), 0) < 0)
		die(-errno, "cannot make a secret");
	/* Only for the stage, which compares. */
	if (write_all(tellfd, &secret->value, sizeof(secret->value)) < 0)
		_exit(1);
	for (;;)
		pause();
}

/* Is there a process of that name in the /proc that we see? */
static int find_victim(void)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int r = -ENOENT;

	if (!dir)
		return -errno;
	while (r < 0 && (entry = readdir(dir))) {
		char path[300];
		char name[32];

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (file_read_at(AT_FDCWD, path, name, sizeof(name)) > 0 &&
		    strcmp(name, "victim\n") == 0)
			r = 0;
	}
	closedir(dir);
	return r;
}

static int read_memory(pid_t pid, const struct secret *secret, long *ret)
{
	auto_close int fd = -1;
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = pread(fd, ret, sizeof(*ret), (off_t)(intptr_t)&secret->value);
	return n < 0 ? -errno : n == sizeof(*ret) ? 0 : -EIO;
}

static int trace(pid_t pid, const struct secret *secret, long *ret)
{
	long value;

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0)
		return -errno;
	if (waitpid(pid, NULL, __WALL) < 0)
		return -errno;
	errno = 0;
	value = ptrace(PTRACE_PEEKDATA, pid, &secret->value, NULL);
	if (errno == 0)
		*ret = value;
	return -errno;
}

static noreturn void be_intruder(const struct scene *scene, pid_t victim,
				 const struct secret *secret, int tellfd)
{
	struct attempts done = { 0 };

	if (scene->own_proc)
		mount_proc();
	done.find = find_victim();
	done.read = read_memory(victim, secret, &done.by_read);
	done.trace = trace(victim, secret, &done.by_trace);
	done.kill = sysret(kill(victim, SIGKILL));
	_exit(write_all(tellfd, &done, sizeof(done)) < 0 ? 1 : 0);
}

/* ---- the stage ----------------------------------------------------------- */

static const char *answer(int r)
{
	return r < 0 ? strerrorname_np(-r) : "yes";
}

static const char *answer_secret(int r, long got, long secret)
{
	return r < 0 ? strerrorname_np(-r) : got == secret ? "yes" : "wrong";
}

static void play(const struct scene *scene)
{
	struct secret secret = { 0 };
	struct attempts done;
	int from_victim[2];
	int from_intruder[2];
	pid_t intruder;
	pid_t victim;
	long value;
	int status;

	if (pipe2(from_victim, O_CLOEXEC) < 0 ||
	    pipe2(from_intruder, O_CLOEXEC) < 0)
		die(-errno, "cannot make a pipe");
	victim = clone_container(scene->victim);
	if (victim == 0)
		be_victim(&secret, from_victim[1]);
	if (read(from_victim[0], &value, sizeof(value)) != sizeof(value))
		die(0, "there is no victim");
	intruder = clone_container(scene->intruder);
	if (intruder == 0)
		be_intruder(scene, victim, &secret, from_intruder[1]);
	if (child_wait(intruder) != 0 ||
	    read(from_intruder[0], &done, sizeof(done)) != sizeof(done))
		die(0, "the intruder failed");

	/* From here it works, whatever the intruder was answered. */
	(void)kill(victim, SIGKILL);
	status = child_wait(victim);
	printf("%-27s %-8s %-8s %-8s %s\n", scene->name, answer(done.find),
	       answer_secret(done.read, done.by_read, value),
	       answer_secret(done.trace, done.by_trace, value),
	       status == 128 + SIGKILL ? answer(done.kill) : "?");
	for (int i = 0; i < 2; i++) {
		(void)close(from_victim[i]);
		(void)close(from_intruder[i]);
	}
}

/* If trespass dies, so do we, and then the kernel kills all the others. */
static noreturn void be_stage(struct gate *tied, struct gate *go)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die(-errno, "cannot ask for a signal");
	if (gate_open(tied) < 0 || gate_wait(go) < 0)
		die(0, "trespass has died");
	mount_proc();

	printf("%-27s %-8s %-8s %-8s %s\n", "containers have", "finds it",
	       "mem", "ptrace", "kill");
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		fflush(stdout);
		play(&scenes[i]);
	}
	fflush(stdout);
	_exit(KIT_OK);
}

int main(int argc, char *argv[])
{
	struct gate tied;
	struct gate go;
	pid_t stage;
	int r;

	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "usage: trespass\n");
		return KIT_USAGE;
	}
	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	if (gate_init(&tied) < 0 || gate_init(&go) < 0)
		die(-errno, "cannot make a gate");
	stage = clone_container(CLONE_NEWPID);
	if (stage == 0)
		be_stage(&tied, &go);
	if (gate_wait(&tied) == 0)
		(void)gate_open(&go);
	r = child_wait(stage);
	return r < 0 ? KIT_FAILED : r;
}
