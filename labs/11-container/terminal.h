/* SPDX-License-Identifier: MIT */
/*
 * terminal.h - a terminal of the container's own
 *
 * It comes from the container's own devpts, not from the host's: so nothing
 * that is written to it by TIOCSTI can reach the terminal that the container
 * was started from.
 *
 * See: pts(4), ioctl_tty(2); OCI runtime specification 1.1, "Process",
 *      terminal.
 */
#ifndef MINIC_TERMINAL_H
#define MINIC_TERMINAL_H

#include <sys/types.h>

#include "spec.h"

/* terminal_connect() - a descriptor for the socket of --console-socket */
int terminal_connect(const char *path, struct report *rep);

/**
 * terminal_make() - make it, and hand its master side out; in the child
 * @rootfd: the container's root; borrowed
 * @process: with size and user
 * @console: also bind it on /dev/console
 * @socketfd: where the master side is sent to; borrowed
 * @rep: gets errors
 *
 * Return: the other side, to be given to terminal_take().
 * Errors: -ENODEV there is no devpts at /dev/pts; those of ioctl_tty(2).
 */
int terminal_make(int rootfd, const struct spec_process *process, bool console,
		  int socketfd, struct report *rep);

/* terminal_take() - become its session's leader, and use it as descriptors 0
 * to 2; @fd is taken */
int terminal_take(int fd, struct report *rep);

/**
 * terminal_relay() - be the terminal in between, until the process ends
 * @masterfd: the container's; borrowed
 * @pid: a child; its end is noticed, and it is not waited for
 *
 * Standard input, if it is a terminal, is in raw mode meanwhile, and its size
 * is passed on.
 */
void terminal_relay(int masterfd, pid_t pid);

#endif /* MINIC_TERMINAL_H */
