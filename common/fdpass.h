/* SPDX-License-Identifier: MIT */
/*
 * fdpass.h - hand an open file over to another process
 *
 * A descriptor is only a number; what it stands for is passed through a UNIX
 * socket, and the receiver gets a number of its own for the same open file.
 *
 * See: unix(7), SCM_RIGHTS.
 */
#ifndef KIT_FDPASS_H
#define KIT_FDPASS_H

/**
 * fd_send() - send a descriptor
 * @socketfd: a connected UNIX socket; borrowed
 * @fd: what to send; borrowed: the sender still has it afterwards
 *
 * Return: 0.
 * Errors: those of sendmsg(2); -EPIPE the receiver is gone.
 */
int fd_send(int socketfd, int fd);

/**
 * fd_receive() - wait for a descriptor
 * @socketfd: the other end; borrowed
 *
 * Return: the descriptor, with O_CLOEXEC; the caller closes it.
 * Errors: -EPIPE the sender is gone; -EBADMSG it sent something else; those of
 *         recvmsg(2).
 */
int fd_receive(int socketfd);

#endif /* KIT_FDPASS_H */
