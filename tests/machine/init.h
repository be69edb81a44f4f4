/* SPDX-License-Identifier: MIT */
/*
 * init.h - the parts of the lab machine's first process
 *
 *	init.c    the port to the host, and what passes over it
 *	root.c    kernel modules, mounts, the root directory
 *	job.c     the command that the host asked for
 */
#ifndef MACHINE_INIT_H
#define MACHINE_INIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "wire.h"

/**
 * modules_load() - load the kernel modules of a list, in its order
 * @list: file with one path of a module to a line
 *
 * A module that is there already is no error; neither is a list that is not.
 *
 * Return: 0.
 * Errors: those of finit_module(2), for the first that did not load.
 */
int modules_load(const char *list);

/**
 * root_enter() - make the root directory of the job and move into it
 * @host: the host's files below an overlay; else the small root of the image
 * @modules: with @host, the folder that has lib/modules/
 *
 * Afterwards "/" is no rootfs: pivot_root(2) works, and all mounts are shared
 * as systemd has them.  /sys/fs/cgroup is version 2 with every controller.
 *
 * Return: 0.
 * Errors: those of mount(2) and its companions.
 * See: Documentation/filesystems/ramfs-rootfs-initramfs.rst, "What is rootfs?".
 */
int root_enter(bool host, const char *modules);

/* What a job was asked to be.  Strings point into the frame. */
struct job_spec {
	bool tty;
	struct wire_size size;
	const char *cwd;
	char **argv;
	char **envp;
};

struct job {
	pid_t pid;
	int infd;  /* owned; its stdin or terminal; -1 when closed */
	int outfd; /* owned; its stdout; with a terminal the same as infd */
	int errfd; /* owned; its stderr; -1 with a terminal */
};

/**
 * job_start() - start the command in a session of its own
 * @job: receives the process and our ends, which are non-blocking
 * @spec: what to start
 *
 * A command that cannot be executed says so on its stderr and ends with 127,
 * as with a shell.
 *
 * Return: 0.
 * Errors: those of pipe2(2), posix_openpt(3) and fork(2).
 */
int job_start(struct job *job, const struct job_spec *spec);

/* job_resize() - tell the job's terminal its size, if it has one */
void job_resize(const struct job *job, const struct wire_size *size);

#endif /* MACHINE_INIT_H */
