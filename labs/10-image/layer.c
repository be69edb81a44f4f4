/* SPDX-License-Identifier: MIT */
/*
 * layer.c - libarchive twice: once to unpack, once to read what was unpacked
 *
 * One struct archive could do both, but the sum of the bytes between is what
 * an image's configuration promises.
 *
 * Libs:   archive zstd z
 */
#include "layer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_BYTES = 1 << 16,
	RATIO_FROM_BYTES = 64 << 20, /* small layers may be all zeros */
};

/* ---- packed bytes ------------------------------------------------------------ */

static la_ssize_t feed_packed(struct archive *archive, void *data,
			      const void **ret)
{
	struct layer *layer = data;
	ssize_t n = layer->source.read(layer->source.from, layer->in,
				       BLOCK_BYTES, layer->why);

	if (n < 0) {
		layer->error = (int)n;
		archive_set_error(archive, EIO, "%s", layer->why->text);
		return -1;
	}
	layer->packed_bytes += (uint64_t)n;
	*ret = layer->in;
	return n;
}

/* ---- unpacked bytes ---------------------------------------------------------- */

static int over_budget(struct layer *layer, const char *option,
		       const char *what)
{
	return layer->error = why_set(layer->why, -EDQUOT, option,
				      "it unpacks to %s", what);
}

int layer_spend(struct layer *layer, int64_t size_bytes)
{
	uint64_t n = size_bytes > 0 ? (uint64_t)size_bytes : 0;

	if (n > layer->budget->bytes)
		return over_budget(layer,
				   "if you trust it: --max-gib with a larger "
				   "number",
				   "more bytes than it may");
	layer->budget->bytes -= n;
	return 0;
}

static int spend_unpacked(struct layer *layer, size_t n)
{
	struct budget *budget = layer->budget;

	layer->unpacked_bytes += n;
	if (layer_spend(layer, (int64_t)n) < 0)
		return layer->error;
	if (layer->unpacked_bytes > RATIO_FROM_BYTES &&
	    layer->unpacked_bytes / budget->ratio > layer->packed_bytes)
		return over_budget(layer,
				   "if you trust it: --max-ratio with a larger "
				   "number",
				   "too many times its size");
	return 0;
}

static int damaged(struct layer *layer, struct archive *archive)
{
	const char *text = archive_error_string(archive);

	if (layer->error == 0)
		layer->error =
			why_set(layer->why, -EBADMSG, "copy the image again",
				"the archive is damaged: %s",
				text ? text : "no reason given");
	return layer->error;
}

/* The program holds signals back, so that it can tidy up. */
static bool is_interrupted(void)
{
	sigset_t set;

	return sigpending(&set) == 0 &&
	       (sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) ||
		sigismember(&set, SIGHUP));
}

static ssize_t unpack(struct layer *layer)
{
	la_ssize_t n;

	if (is_interrupted())
		return layer->error = why_set(layer->why, -EINTR, NULL,
					      "nothing was kept");
	n = archive_read_data(layer->unpacker, layer->out, BLOCK_BYTES);
	if (n < 0)
		return damaged(layer, layer->unpacker);
	hash_add(&layer->hash, layer->out, (size_t)n);
	if (spend_unpacked(layer, (size_t)n) < 0)
		return layer->error;
	return n;
}

static la_ssize_t feed_unpacked(struct archive *archive, void *data,
				const void **ret)
{
	struct layer *layer = data;
	ssize_t n = unpack(layer);

	if (n < 0) {
		archive_set_error(archive, EIO, "%s", layer->why->text);
		return -1;
	}
	*ret = layer->out;
	return n;
}

/* ---- the two readers --------------------------------------------------------- */

static int open_unpacker(struct layer *layer)
{
	struct archive_entry *entry;
	struct archive *raw = archive_read_new();

	layer->unpacker = raw;
	if (!raw)
		return -ENOMEM;
	archive_read_support_format_raw(raw);
	if (layer->source.packing == PACKING_GZIP)
		archive_read_support_filter_gzip(raw);
	if (layer->source.packing == PACKING_ZSTD)
		archive_read_support_filter_zstd(raw);
	if (archive_read_open(raw, layer, NULL, feed_packed, NULL) !=
		    ARCHIVE_OK ||
	    archive_read_next_header(raw, &entry) != ARCHIVE_OK)
		return damaged(layer, raw);
	if (layer->source.packing != PACKING_NONE &&
	    archive_filter_count(raw) < 2)
		return why_set(layer->why, -EBADMSG, "copy the image again",
			       "it is not packed as its type says");
	return 0;
}

int layer_open(struct layer *layer, const struct layer_source *source,
	       struct budget *budget, struct why *why)
{
	int r;

	*layer = (struct layer){
		.source = *source,
		.budget = budget,
		.why = why,
	};
	hash_init(&layer->hash);
	layer->in = malloc(BLOCK_BYTES);
	layer->out = malloc(BLOCK_BYTES);
	layer->tar = archive_read_new();
	if (!layer->in || !layer->out || !layer->tar)
		return -ENOMEM;
	r = open_unpacker(layer);
	if (r < 0)
		return r;
	archive_read_support_format_tar(layer->tar);
	if (archive_read_open(layer->tar, layer, NULL, feed_unpacked, NULL) !=
	    ARCHIVE_OK)
		return damaged(layer, layer->tar);
	return 0;
}

void layer_release(struct layer *layer)
{
	if (layer->tar)
		archive_read_free(layer->tar);
	if (layer->unpacker)
		archive_read_free(layer->unpacker);
	free(layer->in);
	free(layer->out);
	*layer = (struct layer){ 0 };
}

/* ---- entries ------------------------------------------------------------------ */

/* A tar archive ends before its file does: the padding is in the sums too. */
static int read_to_end(struct layer *layer)
{
	struct digest got;
	ssize_t n;

	while ((n = unpack(layer)) > 0)
		;
	if (n < 0)
		return (int)n;
	do {
		n = layer->source.read(layer->source.from, layer->in,
				       BLOCK_BYTES, layer->why);
	} while (n > 0);
	if (n < 0)
		return (int)n;
	hash_end(&layer->hash, &got);
	if (layer->source.diff_id && !digest_equal(&got, layer->source.diff_id))
		return why_set(layer->why, -EBADMSG, "copy the image again",
			       "it unpacks to %s, and the configuration says "
			       "%s",
			       got.text, layer->source.diff_id->text);
	return 0;
}

/*
 * The program stays in the "C" locale, where a name is a string of bytes.  In
 * any other libarchive puts names into Unicode's composed form, and an image
 * with a file "e + accent" would come out with another one.  The price is a
 * warning for each name that is not ASCII; other warnings are errors.
 */
static bool is_about_names(struct archive *tar)
{
	const char *text = archive_error_string(tar);

	return text && strstr(text, "can't be converted");
}

int layer_next(struct layer *layer, struct archive_entry **ret)
{
	int r = archive_read_next_header(layer->tar, ret);

	if (layer->error)
		return layer->error;
	if (r == ARCHIVE_EOF)
		return read_to_end(layer);
	if (r == ARCHIVE_WARN && is_about_names(layer->tar))
		r = ARCHIVE_OK;
	if (r != ARCHIVE_OK)
		return damaged(layer, layer->tar);
	if (layer->budget->entries == 0)
		return over_budget(layer,
				   "if you trust it: --max-entries with a "
				   "larger number",
				   "more files than it may");
	layer->budget->entries--;
	return 1;
}

int layer_data(struct layer *layer, const void **ret_block, size_t *ret_len,
	       off_t *ret_at)
{
	la_int64_t at;
	int r = archive_read_data_block(layer->tar, ret_block, ret_len, &at);

	if (layer->error)
		return layer->error;
	if (r == ARCHIVE_EOF)
		return 0;
	if (r != ARCHIVE_OK)
		return damaged(layer, layer->tar);
	*ret_at = (off_t)at;
	return 1;
}
