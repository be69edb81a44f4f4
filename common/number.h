/* SPDX-License-Identifier: MIT */
/*
 * number.h - a number of the command line
 *
 * atoi(3) takes "12x" for 12 and "x" for 0, and cannot say that a number is too
 * large.
 *
 * See: strtol(3).
 */
#ifndef KIT_NUMBER_H
#define KIT_NUMBER_H

#include <errno.h>
#include <stdlib.h>

/**
 * number_parse() - a whole number of at least 1
 * @text: decimal digits and nothing else
 * @most: the largest that is meant
 *
 * Return: the number, or 0 if @text is no such number.
 */
static inline long number_parse(const char *text, long most)
{
	char *end;
	long n;

	if (*text < '0' || *text > '9')
		return 0; /* strtol(3) skips spaces and takes a sign */
	errno = 0;
	n = strtol(text, &end, 10);
	return errno == 0 && *end == '\0' && n <= most ? n : 0;
}

#endif /* KIT_NUMBER_H */
