/* SPDX-License-Identifier: MIT */
/*
 * digest.h - a name that proves what it names: SHA-256 of the bytes
 *
 * See: OCI image specification, descriptor.md, "Digests".
 */
#ifndef OCI_DIGEST_H
#define OCI_DIGEST_H

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>

enum { DIGEST_HEX = 64 };

/* Always "sha256:" and 64 digits of hexadecimal in lower case, so that the hex
 * is safe as a file's name; or "" for none. */
struct digest {
	char text[7 + DIGEST_HEX + 1];
};

/* digest_hex() - the part after "sha256:" */
static inline const char *digest_hex(const struct digest *digest)
{
	return digest->text + 7;
}

/**
 * digest_parse() - take a digest from an untrusted text
 * @text: such as "sha256:e3b0..."
 * @ret: receives it
 *
 * Return: 0.
 * Errors: -EBADMSG not of that form, or another algorithm.
 */
int digest_parse(const char *text, struct digest *ret);

bool digest_equal(const struct digest *a, const struct digest *b);

/* The running sum of a stream. */
struct hash {
	crypto_hash_sha256_state state;
};

void hash_init(struct hash *hash);
void hash_add(struct hash *hash, const void *data, size_t len_bytes);

/* hash_end() - the digest of all that was added; @hash needs a new start */
void hash_end(struct hash *hash, struct digest *ret);

#endif /* OCI_DIGEST_H */
