/* SPDX-License-Identifier: MIT */
#include "why.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int why_set(struct why *why, int err, const char *hint, const char *fmt, ...)
{
	char what[640];
	va_list ap;

	if (why->text[0])
		return err;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(why->text, sizeof(why->text), "%s%s%s%s%s%s", what,
		 err == -EBADMSG ? "" : ": ",
		 err == -EBADMSG ? "" : strerror(-err), hint ? " (" : "",
		 hint ? hint : "", hint ? ")" : "");
	return err;
}

int why_within(struct why *why, int err, const char *fmt, ...)
{
	char inner[sizeof(why->text)];
	char where[320];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(where, sizeof(where), fmt, ap);
	va_end(ap);
	memcpy(inner, why->text, sizeof(inner));
	snprintf(why->text, sizeof(why->text), "%s: %.*s", where,
		 (int)(sizeof(why->text) - sizeof(where) - 3), inner);
	return err;
}
