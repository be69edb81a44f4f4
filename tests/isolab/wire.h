/* SPDX-License-Identifier: MIT */
/*
 * wire.h - what isolab and the lab machine's init say to each other
 *
 * One virtio-serial port carries frames in both directions: a header of eight
 * bytes, little-endian, then the data.
 *
 *	machine -> host   WIRE_HELLO    init is up; no data
 *	host -> machine   WIRE_START    struct wire_start, then its strings
 *	host -> machine   WIRE_INPUT    for the job's stdin; no data: its end
 *	host -> machine   WIRE_RESIZE   struct wire_size, if there is a terminal
 *	machine -> host   WIRE_OUTPUT   from the job's stdout, or its terminal
 *	machine -> host   WIRE_ERRORS   from the job's stderr
 *	machine -> host   WIRE_TICK     still there; no data
 *	machine -> host   WIRE_EXIT     struct wire_exit; nothing follows
 *
 * Lengths come from the other side and are checked here: a machine may be
 * under a hostile program's control.
 *
 * See: virtio 1.2, section 5.3 "Console Device".
 */
#ifndef ISOLAB_WIRE_H
#define ISOLAB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_type {
	WIRE_HELLO = 1,
	WIRE_START,
	WIRE_INPUT,
	WIRE_RESIZE,
	WIRE_OUTPUT,
	WIRE_ERRORS,
	WIRE_TICK,
	WIRE_EXIT,
};

enum {
	WIRE_DATA_MAX = 65536, /* bytes of data in one frame */
	WIRE_HEADER = 8,
	WIRE_TICK_MS = 1000, /* the machine says something at least so often */
};

enum wire_flags {
	WIRE_HOST_ROOT = 1, /* the host's files as the root directory */
	WIRE_TTY = 2,	    /* give the job a terminal */
	WIRE_KVM = 4,	    /* load the kernel's KVM */
};

/* Followed by the job's working directory, the arguments, the environment and
 * last the folder with lib/modules, each ended by a NUL. */
struct wire_start {
	uint32_t flags;
	uint16_t rows;
	uint16_t columns;
	uint32_t argc;
	uint32_t envc;
};

struct wire_size {
	uint16_t rows;
	uint16_t columns;
};

struct wire_exit {
	uint32_t status; /* 0..255; 128 + N if signal N ended it */
};

/* One end.  About 200 KiB: allocate it. */
struct wire {
	int fd;		/* borrowed; non-blocking */
	bool is_socket; /* then SIGPIPE must not end the writer */
	size_t in_len;
	size_t out_at;
	size_t out_len;
	unsigned char in[WIRE_HEADER + WIRE_DATA_MAX];
	unsigned char out[2 * (WIRE_HEADER + WIRE_DATA_MAX)];
};

struct wire_frame {
	enum wire_type type;
	const unsigned char *data; /* valid until the next wire_next() */
	size_t len_bytes;
};

/**
 * wire_put() - queue one frame
 * @wire: our end
 * @type: what it is
 * @data: its data
 * @len_bytes: how much of it, at most WIRE_DATA_MAX
 *
 * Return: 0.
 * Errors: -ENOBUFS no room: wire_flush() first; -E2BIG @len_bytes.
 */
int wire_put(struct wire *wire, enum wire_type type, const void *data,
	     size_t len_bytes);

/* wire_room() - how many bytes of data the next frame can have, or 0 */
size_t wire_room(const struct wire *wire);

/**
 * wire_flush() - write as much of the queue as the other side takes now
 * @wire: our end
 *
 * Return: 0 all is written, 1 some is left.
 * Errors: -EPIPE and others of write(2): the other side is gone.
 */
int wire_flush(struct wire *wire);

/**
 * wire_next() - take one frame, reading what is there to read
 * @wire: our end
 * @frame: receives it
 *
 * Return: 1 a frame, 0 none is complete yet.
 * Errors: -EPIPE the other side closed; -EBADMSG its bytes are no frame;
 *         those of read(2).
 */
int wire_next(struct wire *wire, struct wire_frame *frame);

#endif /* ISOLAB_WIRE_H */
