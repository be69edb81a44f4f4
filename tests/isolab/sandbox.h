/* SPDX-License-Identifier: MIT */
/*
 * sandbox.h - run an untrusted program where it can hurt nobody
 *
 *	isolab (the user)                           trusted, outside
 *	  `- PID 1 of the sandbox                   trusted, root of user ns A
 *	       `- the program, uid 1000             untrusted, user ns B in A
 *	            `- whatever it starts           untrusted, below B
 *
 * PID 1 runs in new user, mount, PID, network, IPC, UTS and cgroup namespaces.
 * Its root is a small tmpfs with /bin /dev /proc /tmp /work and nothing of the
 * host; to the program inside, this *is* the host.  The program has a
 * clean environment, no inherited descriptors but stdin (/dev/null), stdout
 * and stderr (pipes), no capabilities, resource limits, and a seccomp filter
 * without ptrace(2) and its like.  When PID 1 dies the kernel kills all.
 *
 * The caller is the parent and so the owner of A: it has every capability over
 * everything inside and can look at it through /proc.
 *
 * See: user_namespaces(7), "Capabilities"; pid_namespaces(7).
 */
#ifndef ISOLAB_SANDBOX_H
#define ISOLAB_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A file copied into the sandbox before anything runs. */
struct sandbox_file {
	int fd;		/* content; borrowed; read from its start */
	const char *to; /* absolute path inside; its folder is made */
	mode_t mode;
};

/* Subordinate IDs, as /etc/subuid(5) would give them to the program's user. */
struct sandbox_subids {
	unsigned first; /* as the program sees them */
	unsigned count; /* 0: none */
};

/* A descriptor that the program finds open, on purpose. */
struct sandbox_inherit {
	const char *path; /* what PID 1 opens inside the sandbox */
	int flags;	  /* for open(2) */
	int fd;		  /* the number that the program sees, 3 or above */
};

/* Zero means the default, written beside it. */
struct sandbox_limits {
	unsigned cpu_seconds;  /* 10; RLIMIT_CPU of each process */
	unsigned processes;    /* 64; cgroup pids.max, and RLIMIT_NPROC */
	unsigned memory_mib;   /* 256; memory.max, or a watchdog */
	unsigned disk_mib;     /* 64; the tmpfs and the largest file */
	unsigned output_bytes; /* 65536; kept of stdout and of stderr each */
};

struct sandbox_spec {
	const char *const *argv; /* program and arguments, NULL-terminated */
	const char *const *envp; /* NULL: PATH=/bin and nothing else */
	const char *cwd;	 /* NULL: "/work" */

	/*
	 * Called in PID 1, root of the sandbox, before the program starts:
	 * plain mkdir(2), open(2), mount(2), link(2)…  Returns 0 or -errno.
	 * What it makes in the sandbox's tmpfs is then given to the program's
	 * user, so that a scene is the same with one mapped ID and with many.
	 */
	int (*prepare)(void *arg);
	void *arg;

	bool as_root; /* with all capabilities in a namespace of its own */
	const char *chroot_to; /* start it with this root; needs as_root */
	struct sandbox_subids subids; /* if this machine has any to give */
	bool cgroup; /* a delegated group of its own, at /sys/fs/cgroup */

	const struct sandbox_file *files; /* last one has to == NULL, or NULL */
	const struct sandbox_inherit *inherit; /* last: path == NULL, or NULL */
	const char *const *binds; /* host folders, read-only; NULL: none */
	struct sandbox_limits limits;
};

struct sandbox; /* a running sandbox; opaque */

/**
 * sandbox_start() - make a sandbox and start a program in it
 * @spec: what to run; borrowed during the call only
 * @ret: the sandbox, to be given to sandbox_free()
 *
 * Return: 0 when the program has been executed.
 * Errors: -EPERM or -ENOSPC this machine does not allow user namespaces;
 *         those of cgroup_init() if @spec->cgroup is set;
 *         otherwise what the first failing call said, or @spec->prepare.  On
 *         error nothing is left running.
 */
int sandbox_start(struct sandbox **ret, const struct sandbox_spec *spec);

/**
 * sandbox_free() - kill everything inside, prove it gone, give all back
 * @box: may be NULL
 *
 * Return: 0 when the kernel has confirmed that no process is left.
 * Errors: -EBUSY the cgroup would not become empty.
 */
int sandbox_free(struct sandbox *box);

/**
 * sandbox_wait() - wait until the program has ended
 * @box: the sandbox
 * @timeout_ms: how long
 *
 * Return: its exit status 0..255, or 128 + signal; the same again if it is
 *         called once more.
 * Errors: -ETIME it still runs; -ENOMEM it was killed for its memory;
 *         -ECONNRESET the sandbox is gone.
 */
int sandbox_wait(struct sandbox *box, unsigned timeout_ms);

/**
 * sandbox_wait_exe() - wait until some process inside runs a certain program
 * @box: the sandbox
 * @wantedfd: the program's file, readable; borrowed
 * @timeout_ms: how long
 *
 * The file is told by its content, wherever it was executed from.  A program
 * cannot forge this: the filter denies PR_SET_MM.  But it can write into a
 * process of its own by /proc/PID/mem, so what the probe itself does or says
 * from then on is no evidence; what the kernel says of it is.
 *
 * Return: the process's PID on the host.
 * Errors: -ESRCH everything inside has ended, or the program has and a second
 *         later none of what it left runs @wantedfd; -ETIME; -ENOMEM as above.
 */
int sandbox_wait_exe(struct sandbox *box, int wantedfd, unsigned timeout_ms);

/**
 * sandbox_pids() - list the processes inside, without PID 1
 * @box: the sandbox
 * @pids: receives PIDs of the host
 * @max: room at @pids
 *
 * Return: how many there are; may be more than @max.
 */
int sandbox_pids(struct sandbox *box, pid_t *pids, size_t max);

/* sandbox_init_pid() - PID 1 of the sandbox, as a PID of the host; its
 * namespaces, root and mounts are the "host" of the program inside. */
pid_t sandbox_init_pid(const struct sandbox *box);

/* The program's IDs, as the caller of sandbox_start() sees them. */
struct sandbox_ids {
	unsigned uid;
	unsigned gid;
	unsigned first_subuid; /* where spec->subids.first leads; or 0 */
	unsigned first_subgid;
	unsigned subids; /* 0: this machine gave only one ID */
};

/**
 * sandbox_ids() - who the program is outside
 * @box: the sandbox
 * @ret: filled on success
 *
 * Return: 0.
 * Errors: -ENOENT PID 1 is gone.
 */
int sandbox_ids(const struct sandbox *box, struct sandbox_ids *ret);

/* sandbox_may_be() - whether an ID of this machine can be one of a sandbox
 * that the caller starts.  For root nobody else has those. */
bool sandbox_may_be(unsigned id);

/* sandbox_out(), sandbox_err() - what the program and its children have
 * written so far, NUL-terminated, cut at the limit; valid until the next call
 * on @box.  Not evidence: anybody can write anything. */
const char *sandbox_out(struct sandbox *box);
const char *sandbox_err(struct sandbox *box);

/* sandbox_flooded() - whether more was written than the limit */
bool sandbox_flooded(const struct sandbox *box);

/**
 * sandbox_open() - open a file inside, as PID 1 would see it
 * @box: the sandbox
 * @path: absolute; no component may be a symbolic link
 * @flags: for open(2)
 *
 * Return: descriptor; the caller closes it.
 * Errors: those of openat2(2); -ELOOP a symbolic link.
 */
int sandbox_open(struct sandbox *box, const char *path, int flags);

/**
 * sandbox_cgroup_open() - open a file of the program's cgroups, from outside
 * @box: a sandbox that was started with @spec->cgroup
 * @path: below the delegated group, such as "job/memory.events", or "."
 * @flags: for open(2)
 *
 * Return: descriptor; the caller closes it.
 * Errors: those of openat2(2).
 */
int sandbox_cgroup_open(const struct sandbox *box, const char *path, int flags);

/**
 * sandbox_call() - run a function as root of the sandbox, while it runs
 * @box: the sandbox
 * @fn: called in a new process with the namespaces and root of PID 1
 * @arg: for @fn; memory of the caller, so changes to it are lost
 *
 * Return: what @fn returned.
 * Errors: those of setns(2); -ETIME it took more than five seconds.
 */
int sandbox_call(struct sandbox *box, int (*fn)(void *arg), void *arg);

/**
 * sandbox_missing() - say whether this machine can run sandboxes
 * @ret_fix: receives one thing to do about it, a constant string; may be NULL
 *
 * Return: NULL if it can (tried by doing it), else the reason, a constant.
 */
const char *sandbox_missing(const char **ret_fix);

/**
 * sandbox_cgroup_missing() - say whether a program can have cgroups of its own
 * @ret_fix: receives one thing to do about it; a constant string; may be NULL
 *
 * Return: NULL if it can (tried by doing it), else the reason, a constant.
 */
const char *sandbox_cgroup_missing(const char **ret_fix);

/**
 * sandbox_subids_missing() - say whether a program can have subordinate IDs
 *
 * Return: NULL if it can (tried by doing it), else the reason, a constant;
 *         one that names a file below /etc is about a row missing there.
 */
const char *sandbox_subids_missing(void);

#endif /* ISOLAB_SANDBOX_H */
