/* SPDX-License-Identifier: MIT */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 3, 0))) static void
report(int err, const char *hint, const char *fmt, va_list ap)
{
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	if (err != 0)
		fprintf(stderr, ": %s", strerror(-err));
	if (hint)
		fprintf(stderr, " (%s)", hint);
	fputc('\n', stderr);
}

noreturn void die(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(err, NULL, fmt, ap);
	va_end(ap);
	_exit(KIT_FAILED);
}

noreturn void die_hint(int err, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(err, hint, fmt, ap);
	va_end(ap);
	_exit(KIT_FAILED);
}
