/* SPDX-License-Identifier: MIT */
/*
 * gate.h - one process waits until another says "go on"
 *
 * A socket pair used once.  The waiter blocks in read(2) until the opener writes one
 * byte; if the opener dies first the kernel closes its end, so nobody waits
 * for ever.  This is the only way processes of the kit wait for each other:
 * never by time.
 *
 *	struct gate gate;
 *
 *	gate_init(&gate);
 *	pid = fork();
 *	if (pid == 0) {
 *		gate_wait(&gate);	until the parent has opened it
 *		...
 *	}
 *	...prepare something for the child...
 *	gate_open(&gate);
 *
 * See: socketpair(2), unix(7).
 */
#ifndef KIT_GATE_H
#define KIT_GATE_H

struct gate {
	int readfd;  /* owned; -1 when closed */
	int writefd; /* owned; -1 when closed */
};

/**
 * gate_init() - make a closed gate; before fork(2), so that both sides have it
 * @gate: to be filled; on error nothing needs to be released
 *
 * Return: 0.
 * Errors: those of socketpair(2).
 */
int gate_init(struct gate *gate);

/**
 * gate_open() - let the waiter go on
 * @gate: both ends are closed afterwards, whatever happens
 *
 * Return: 0.
 * Errors: -EPIPE the waiter has died.
 */
int gate_open(struct gate *gate);

/**
 * gate_wait() - block until the other process opens the gate
 * @gate: both ends are closed afterwards, whatever happens
 *
 * Return: 0 when it was opened.
 * Errors: -EPIPE the opener died, or closed the gate without opening it.
 */
int gate_wait(struct gate *gate);

/* gate_release() - close both ends without opening; also after a failure */
void gate_release(struct gate *gate);

#endif /* KIT_GATE_H */
