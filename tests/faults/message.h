/* SPDX-License-Identifier: MIT */
/* message.h - does an error of minic say what failed? */
#ifndef FAULTS_MESSAGE_H
#define FAULTS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * message_check() - look for the step, the call and the errno
 * @text: what minic has written
 * @number: of the call that failed
 * @err: positive errno
 * @buf: room for the reason
 * @size: bytes at @buf
 *
 * Return: NULL: all are in it; else what is missing.
 */
const char *message_check(const char *text, int number, int err, char *buf,
			  size_t size);

/* message_warns() - is there a warning that tells the errno? */
bool message_warns(const char *text, int err);

#endif /* FAULTS_MESSAGE_H */
