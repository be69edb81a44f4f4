/* SPDX-License-Identifier: MIT */
/*
 * terminal.h - lend the terminal to a function, and get it back
 *
 * The function runs in a child.  The parent only waits, so that it can put the
 * terminal's settings back, whatever becomes of the child: it may be killed.
 */
#ifndef ISOLAB_TERMINAL_H
#define ISOLAB_TERMINAL_H

#include <termios.h>

/**
 * terminal_lend() - run a function with another mode of the terminal
 * @mode: changes the settings that the terminal has
 * @fn: called in a child, its return value is the child's exit status; killed
 *      when the caller dies or gets SIGTERM, SIGHUP or SIGINT
 * @arg: for @fn
 *
 * If stdin is no terminal, no settings are changed.
 *
 * Return: 0..255 the child's exit status, 128 + N if signal N ended it, or the
 *         caller got it.
 * Errors: those of fork(2) and tcgetattr(3).
 */
int terminal_lend(void (*mode)(struct termios *), int (*fn)(void *arg),
		  void *arg);

#endif /* ISOLAB_TERMINAL_H */
