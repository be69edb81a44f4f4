/* SPDX-License-Identifier: MIT */
/*
 * text.h - text that grows, and text that can do no harm
 *
 *	struct text text = { 0 };
 *
 *	text_add(&text, "points: ");
 *	text_addf(&text, "%u", points);
 *	return text_steal(&text);	NULL if memory ran out on the way
 *
 * What a student's program wrote may hold any byte: escape sequences that
 * repaint the teacher's terminal, bytes that are not UTF-8, characters that
 * XML forbids.  text_clean() is the one place where that ends.
 *
 * See: RFC 3629, "UTF-8 definition"; XML 1.0, "Characters".
 */
#ifndef ISOLAB_TEXT_H
#define ISOLAB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *bytes; /* owned, NUL-terminated; NULL while empty */
	size_t len_bytes;
	size_t size_bytes;
	bool failed; /* memory ran out; nothing more is added */
};

/* text_add(), text_add_len(), text_addf() - append; remember a failure */
void text_add(struct text *text, const char *s);
void text_add_len(struct text *text, const char *s, size_t len_bytes);
void text_addf(struct text *text, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * text_steal() - take the text and leave it empty
 * @text: may be used again afterwards
 *
 * Return: the text, at least ""; the caller frees it.  NULL if memory ran out.
 */
char *text_steal(struct text *text);

/* text_release() - forget the text; zeroed is fine */
void text_release(struct text *text);

/**
 * text_clean() - copy untrusted bytes as harmless UTF-8
 * @s: any bytes, NUL-terminated; NULL counts as ""
 *
 * Keeps newlines and tabs; CR LF becomes LF.  Every other control character
 * (C0, DEL, C1), every character that turns the direction of writing, every
 * noncharacter and every byte that is not UTF-8 becomes U+FFFD.
 *
 * Return: the copy; the caller frees it.  NULL if there is no memory.
 * See: RFC 3629, "Syntax of UTF-8 Byte Sequences"; Unicode TR 36, "Bidirectional
 *      Text Spoofing".
 */
char *text_clean(const char *s);

/**
 * text_columns() - how wide a clean text is on a terminal
 * @s: from text_clean(), one line
 * @len_bytes: how much of it
 *
 * Return: the number of characters; wide ones count as one.
 */
size_t text_columns(const char *s, size_t len_bytes);

/* text_fit() - how many bytes of @s its first @columns characters have */
size_t text_fit(const char *s, size_t len_bytes, size_t columns);

/**
 * text_wrap() - append words, broken into lines
 * @text: to append to
 * @first: what the first line starts with, such as "  next    "
 * @columns: width to fill; a longer word is cut
 * @s: from text_clean(); newlines start a new line
 *
 * Further lines start with as many spaces as @first is wide.  Ends with a
 * newline.
 */
void text_wrap(struct text *text, const char *first, unsigned columns,
	       const char *s);

#endif /* ISOLAB_TEXT_H */
