/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 16384 };

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct chunk *chunks; /* the first is the one to take from */
};

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void *arena_alloc(struct arena *arena, size_t count, size_t size_bytes)
{
	struct chunk *c = arena->chunks;
	size_t need;
	void *piece;

	if (size_bytes != 0 && count > SIZE_MAX / 2 / size_bytes)
		return NULL;
	need = (count * size_bytes + _Alignof(max_align_t) - 1) &
	       ~(_Alignof(max_align_t) - 1);
	if (!c || c->size - c->used < need) {
		size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;

		c = calloc(1, sizeof(*c) + size);
		if (!c)
			return NULL;
		c->size = size;
		c->next = arena->chunks;
		arena->chunks = c;
	}
	piece = c->bytes + c->used;
	c->used += need;
	return piece;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap, again;
	char *text = NULL;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0)
		text = arena_alloc(arena, (size_t)n + 1, 1);
	if (text)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return text;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct chunk *c = arena->chunks; c;) {
		struct chunk *next = c->next;

		free(c);
		c = next;
	}
	free(arena);
}
