/* SPDX-License-Identifier: MIT */
/*
 * supervise.h - run: start what was made, and be there until it ends
 */
#ifndef MINIC_SUPERVISE_H
#define MINIC_SUPERVISE_H

#include "container.h"

/**
 * supervise() - start a container that is ready, and see it through
 * @m: made for run
 *
 * In the foreground signals are passed on to it, and at its end it is deleted,
 * unless it is to be kept.  What goes wrong before its program runs is undone.
 *
 * Return: its exit status, 128 + N after signal N; 0 if it is detached.
 * Errors: why it could not be started.
 */
int supervise(struct making *m);

/**
 * supervise_process() - wait for a process, passing on signals
 * @pid: a child; reaped
 * @masterfd: its terminal, relayed meanwhile; -1: none
 *
 * Return: exit status, 128 + N after signal N.
 */
int supervise_process(pid_t pid, int masterfd);

#endif /* MINIC_SUPERVISE_H */
