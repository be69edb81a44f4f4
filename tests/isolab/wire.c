/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct header {
	uint32_t type;
	uint32_t len_bytes;
};

_Static_assert(sizeof(struct header) == WIRE_HEADER, "header is 8 bytes");

size_t wire_room(const struct wire *wire)
{
	size_t left = sizeof(wire->out) - wire->out_len;

	if (left <= WIRE_HEADER)
		return 0;
	left -= WIRE_HEADER;
	return left < WIRE_DATA_MAX ? left : WIRE_DATA_MAX;
}

int wire_put(struct wire *wire, enum wire_type type, const void *data,
	     size_t len_bytes)
{
	struct header header = {
		.type = htole32((uint32_t)type),
		.len_bytes = htole32((uint32_t)len_bytes),
	};

	if (len_bytes > WIRE_DATA_MAX)
		return -E2BIG;
	if (len_bytes + WIRE_HEADER > sizeof(wire->out) - wire->out_len)
		return -ENOBUFS;
	memcpy(wire->out + wire->out_len, &header, WIRE_HEADER);
	if (len_bytes > 0)
		memcpy(wire->out + wire->out_len + WIRE_HEADER, data,
		       len_bytes);
	wire->out_len += WIRE_HEADER + len_bytes;
	return 0;
}

int wire_flush(struct wire *wire)
{
	while (wire->out_at < wire->out_len) {
		const void *data = wire->out + wire->out_at;
		size_t len = wire->out_len - wire->out_at;
		ssize_t n = wire->is_socket
				    ? send(wire->fd, data, len, MSG_NOSIGNAL)
				    : write(wire->fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		wire->out_at += (size_t)n;
	}
	memmove(wire->out, wire->out + wire->out_at,
		wire->out_len - wire->out_at);
	wire->out_len -= wire->out_at;
	wire->out_at = 0;
	return wire->out_len > 0;
}

/* Bytes that are still missing of the frame at the start of the buffer. */
static int missing(const struct wire *wire, struct header *header,
		   size_t *ret_bytes)
{
	if (wire->in_len < WIRE_HEADER) {
		*ret_bytes = WIRE_HEADER - wire->in_len;
		return 0;
	}
	memcpy(header, wire->in, WIRE_HEADER);
	header->type = le32toh(header->type);
	header->len_bytes = le32toh(header->len_bytes);
	if (header->type < WIRE_HELLO || header->type > WIRE_EXIT ||
	    header->len_bytes > WIRE_DATA_MAX)
		return -EBADMSG;
	*ret_bytes = WIRE_HEADER + header->len_bytes - wire->in_len;
	return 0;
}

int wire_next(struct wire *wire, struct wire_frame *frame)
{
	struct header header = { 0 };
	size_t bytes;
	int r;

	/* Never reads beyond the frame, so the next starts at byte 0. */
	while ((r = missing(wire, &header, &bytes)) == 0 && bytes > 0) {
		ssize_t n = read(wire->fd, wire->in + wire->in_len, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		wire->in_len += (size_t)n;
	}
	if (r < 0)
		return r;
	*frame = (struct wire_frame){
		.type = (enum wire_type)header.type,
		.data = wire->in + WIRE_HEADER,
		.len_bytes = header.len_bytes,
	};
	wire->in_len = 0;
	return 1;
}
