/* SPDX-License-Identifier: MIT */
/*
 * machine.h - the lab machine: Debian's kernel in QEMU, for one job
 *
 *	isolab ---- struct machine_spec ---> machine_run()
 *	  |                                     |  initial file system (memfd)
 *	  |    frames over one socket           |  console (memfd)
 *	  '<---------- wire.h ------------ qemu-system-x86_64
 *	                                        `- init (tests/machine/init.c)
 *	                                             `- the job
 *
 *	machine.c        one run: start, pass bytes, notice a hang, end
 *	machine_qemu.c   the command line of QEMU
 *	machine_image.c  the initial file system, with files carried in
 *
 * Needs no root, no network and no KVM.  The machine is gone when
 * machine_run() returns, and when its caller is killed.
 *
 * See: docs/handbook/machine.md; qemu-system-x86_64(1).
 */
#ifndef ISOLAB_MACHINE_H
#define ISOLAB_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A file that is there, in the small root, before the job starts. */
struct machine_file {
	int fd;		/* borrowed; a regular file, read from its start */
	const char *to; /* its path in the machine: "/bin/isolab" */
	mode_t mode;	/* permission bits */
};

struct machine_spec {
	const char *const *argv; /* the job; looked up in PATH */
	const char *const *envp; /* NULL for a PATH, HOME and TERM only */
	const char *cwd;	 /* NULL or not there: "/" */
	bool host_root; /* the host's files, changes kept in memory; else a
			   small root with busybox */
	bool kvm;	/* load the machine's own KVM */
	bool tty;	/* a terminal, of stdinfd's size; stderr joins stdout */
	const struct machine_file *files; /* only for the small root */
	size_t nfiles;
	int stdinfd;	     /* borrowed; -1 for none */
	int stdoutfd;	     /* borrowed */
	int stderrfd;	     /* borrowed */
	unsigned memory_mib; /* 0 for 512, or 2048 with the host's files */
	unsigned cpus;	     /* 0 for 1; with more, an emulated processor may
				run code that another has just replaced, and
				Linux dies of an int3 that nobody expects */
	unsigned icount; /* N: its clock counts instructions, 2^N ns each, up
			    to 10; 0: it shows the time */
	unsigned timeout_ms; /* for the job, from its start; 0 for none */
	unsigned silence_ms; /* without a word from a machine that was up;
				0 for 30,000 */
};

/* machine_missing() - NULL, or what a lab machine lacks here; @ret_fix: what
 * to do about it, may be NULL */
const char *machine_missing(const char **ret_fix);

/**
 * machine_run() - boot a machine, do one job in it, end it
 * @spec: what to do
 * @ret_console: what kernel and QEMU said; the caller frees it; may be NULL
 *
 * Return: 0..255 the job's exit status, 128 + N if signal N ended it.
 * Errors: -ENOENT something is missing, see machine_missing(); -E2BIG the
 *         words of argv and envp are more than 64 KiB; -ETIME the time is up;
 *         -EHOSTDOWN the machine booted but says nothing any more, or never
 *         came up; -EPROTO QEMU or the machine's kernel ended before the job;
 *         -ECANCELED the user typed the escape key (Ctrl-]).
 */
int machine_run(const struct machine_spec *spec, char **ret_console);

/* machine_strerror() - such an error in words: "it does not answer any more" */
const char *machine_strerror(int error);

/* ---- between the files of the machine ------------------------------------ */

enum { MACHINE_ARGS = 64, MACHINE_PATH = 4096 };

struct machine_fds {
	int port;    /* QEMU's end of the socket */
	int console; /* memfd */
	int initrd;  /* memfd */
};

/* QEMU's command line; strings point into the buffers. */
struct machine_command {
	const char *argv[MACHINE_ARGS];
	size_t argc;
	char buffers[8][MACHINE_PATH + 128];
	size_t used;
};

/* machine_command() - 0, or -E2BIG and the errors of kit_build_path() */
int machine_command(struct machine_command *cmd,
		    const struct machine_spec *spec,
		    const struct machine_fds *fds);

/**
 * machine_initrd() - the kit's base.cpio and more files, in a memfd
 * @files: to be added below /small
 * @count: how many
 *
 * Return: the memfd; the caller closes it.
 * Errors: -ENOENT base.cpio is not built; -EFBIG a file of more than 2 GiB;
 *         those of memfd_create(2), sendfile(2) and write(2).
 */
int machine_initrd(const struct machine_file *files, size_t count);

#endif /* ISOLAB_MACHINE_H */
