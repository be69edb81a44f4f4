/* SPDX-License-Identifier: MIT */
/*
 * digest.c - SHA-256, by libsodium
 *
 * Libs:   sodium
 */
#include "digest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int digest_parse(const char *text, struct digest *ret)
{
	if (strncmp(text, "sha256:", 7) != 0 ||
	    strlen(text) != sizeof(ret->text) - 1 ||
	    strspn(text + 7, "0123456789abcdef") != DIGEST_HEX)
		return -EBADMSG;
	memcpy(ret->text, text, sizeof(ret->text));
	return 0;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return strcmp(a->text, b->text) == 0;
}

void hash_init(struct hash *hash)
{
	crypto_hash_sha256_init(&hash->state);
}

void hash_add(struct hash *hash, const void *data, size_t len_bytes)
{
	crypto_hash_sha256_update(&hash->state, data, len_bytes);
}

void hash_end(struct hash *hash, struct digest *ret)
{
	unsigned char sum[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_final(&hash->state, sum);
	memcpy(ret->text, "sha256:", 7);
	sodium_bin2hex(ret->text + 7, DIGEST_HEX + 1, sum, sizeof(sum));
}
