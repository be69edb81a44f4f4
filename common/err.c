/* SPDX-License-Identifier: MIT */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 3, 0))) static noreturn void
vdie(int err, const char *hint, const char *fmt, va_list ap)
{
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	if (err != 0)
		fprintf(stderr, ": %s", strerror(-err));
	if (hint)
		fprintf(stderr, " (%s)", hint);
	fputc('\n', stderr);
	_exit(KIT_FAILED);
}

noreturn void die(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdie(err, NULL, fmt, ap);
}

noreturn void die_hint(int err, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdie(err, hint, fmt, ap);
}
