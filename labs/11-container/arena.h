/* SPDX-License-Identifier: MIT */
/*
 * arena.h - memory that is freed all at once
 *
 * What config.json says lives exactly as long as the configuration, in
 * hundreds of small pieces.
 */
#ifndef MINIC_ARENA_H
#define MINIC_ARENA_H

#include <stddef.h>

struct arena;

/* arena_new() - an empty one; NULL if there is no memory */
struct arena *arena_new(void);

/**
 * arena_alloc() - take a piece
 * @arena: it belongs to
 * @count: members of an array
 * @size_bytes: of each
 *
 * Return: zeroed, aligned for any type; NULL if there is no memory.
 */
void *arena_alloc(struct arena *arena, size_t count, size_t size_bytes);

/* arena_printf() - a text, as a piece; NULL if there is no memory */
char *arena_printf(struct arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* arena_free() - give all pieces back; NULL is fine */
void arena_free(struct arena *arena);

#endif /* MINIC_ARENA_H */
