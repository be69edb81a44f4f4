/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"

int gate_init(struct gate *gate)
{
	int ends[2];

	/*
	 * A socket pair and not a pipe: send(2) can be told not to raise
	 * SIGPIPE when the waiter is dead, write(2) to a pipe cannot.
	 */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;

	gate->readfd = ends[0];
	gate->writefd = ends[1];
	return 0;
}

void gate_release(struct gate *gate)
{
	cleanup_close(&gate->readfd);
	cleanup_close(&gate->writefd);
	gate->readfd = -1;
	gate->writefd = -1;
}

int gate_open(struct gate *gate)
{
	ssize_t n;

	/* Our own reading end would hide the death of the waiter. */
	cleanup_close(&gate->readfd);
	gate->readfd = -1;

	n = send(gate->writefd, "", 1, MSG_NOSIGNAL);
	gate_release(gate);
	return n == 1 ? 0 : -EPIPE;
}

int gate_wait(struct gate *gate)
{
	ssize_t n;
	char byte;

	/* Our own writing end would keep the read below waiting for ever. */
	cleanup_close(&gate->writefd);
	gate->writefd = -1;

	do
		n = read(gate->readfd, &byte, 1);
	while (n < 0 && errno == EINTR);
	gate_release(gate);
	return n == 1 ? 0 : -EPIPE;
}
