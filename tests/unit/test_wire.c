/* SPDX-License-Identifier: MIT */
/* test_wire.c - frames between isolab and the lab machine, also hostile ones */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#include "cleanup.h"
#include "wire.h"

/* Two ends of one socket; made and closed inside each test. */
struct pair {
	struct wire *a;
	struct wire *b;
	int fds[2];
};

static struct wire *new_wire(int fd)
{
	struct wire *wire = calloc(1, sizeof(*wire));

	ck_assert_ptr_nonnull(wire);
	wire->fd = fd;
	wire->is_socket = true;
	return wire;
}

static struct pair pair_open(void)
{
	struct pair pair;

	ck_assert_int_eq(socketpair(AF_UNIX,
				    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
				    0, pair.fds),
			 0);
	pair.a = new_wire(pair.fds[0]);
	pair.b = new_wire(pair.fds[1]);
	return pair;
}

static void pair_close(struct pair *pair)
{
	close(pair->fds[0]);
	close(pair->fds[1]);
	free(pair->a);
	free(pair->b);
}

static void send_raw(struct pair *pair, uint32_t type, uint32_t len_bytes)
{
	const uint32_t header[] = { htole32(type), htole32(len_bytes) };

	ck_assert_int_eq(write(pair->fds[0], header, sizeof(header)),
			 sizeof(header));
}

START_TEST(frames_arrive_whole_and_in_order)
{
	struct pair pair = pair_open();
	struct wire_frame frame;

	ck_assert_int_eq(wire_put(pair.a, WIRE_OUTPUT, "a\0b", 3), 0);
	ck_assert_int_eq(wire_put(pair.a, WIRE_TICK, NULL, 0), 0);
	ck_assert_int_eq(wire_flush(pair.a), 0);

	ck_assert_int_eq(wire_next(pair.b, &frame), 1);
	ck_assert_int_eq(frame.type, WIRE_OUTPUT);
	ck_assert_uint_eq(frame.len_bytes, 3);
	ck_assert_mem_eq(frame.data, "a\0b", 3);
	ck_assert_int_eq(wire_next(pair.b, &frame), 1);
	ck_assert_int_eq(frame.type, WIRE_TICK);
	ck_assert_uint_eq(frame.len_bytes, 0);
	ck_assert_int_eq(wire_next(pair.b, &frame), 0);
	pair_close(&pair);
}
END_TEST

START_TEST(half_a_frame_is_none)
{
	struct pair pair = pair_open();
	struct wire_frame frame;

	send_raw(&pair, WIRE_OUTPUT, 2);
	ck_assert_int_eq(wire_next(pair.b, &frame), 0);
	ck_assert_int_eq(write(pair.fds[0], "x", 1), 1);
	ck_assert_int_eq(wire_next(pair.b, &frame), 0);
	ck_assert_int_eq(write(pair.fds[0], "y", 1), 1);
	ck_assert_int_eq(wire_next(pair.b, &frame), 1);
	ck_assert_mem_eq(frame.data, "xy", 2);
	pair_close(&pair);
}
END_TEST

START_TEST(more_than_the_queue_holds_is_refused_and_nothing_is_lost)
{
	struct pair pair = pair_open();
	auto_free unsigned char *data = calloc(1, WIRE_DATA_MAX + 1);
	struct wire_frame frame;
	size_t put = 0;
	size_t got = 0;
	int r;

	ck_assert_int_eq(wire_put(pair.a, WIRE_OUTPUT, data, WIRE_DATA_MAX + 1),
			 -E2BIG);
	while ((r = wire_put(pair.a, WIRE_OUTPUT, data, 1000)) == 0)
		put += 1000;
	ck_assert_int_eq(r, -ENOBUFS);
	ck_assert_uint_lt(wire_room(pair.a), 1000);
	while (wire_flush(pair.a) > 0 || got < put) {
		while ((r = wire_next(pair.b, &frame)) > 0)
			got += frame.len_bytes;
		ck_assert_int_eq(r, 0);
	}
	ck_assert_uint_eq(got, put);
	pair_close(&pair);
}
END_TEST

/* Headers that no honest side sends. */
static const struct {
	uint32_t type;
	uint32_t len_bytes;
} bad[] = {
	{ 0, 0 },
	{ WIRE_EXIT + 1, 0 },
	{ UINT32_MAX, 0 },
	{ WIRE_OUTPUT, WIRE_DATA_MAX + 1 },
	{ WIRE_OUTPUT, UINT32_MAX },
};

START_TEST(bad_header_is_an_error)
{
	struct pair pair = pair_open();
	struct wire_frame frame;

	send_raw(&pair, bad[_i].type, bad[_i].len_bytes);
	ck_assert_int_eq(wire_next(pair.b, &frame), -EBADMSG);
	pair_close(&pair);
}
END_TEST

START_TEST(closed_end_is_an_error_and_no_signal)
{
	struct pair pair = pair_open();
	struct wire_frame frame;

	close(pair.fds[1]);
	ck_assert_int_eq(wire_next(pair.a, &frame), -EPIPE);
	ck_assert_int_eq(wire_put(pair.a, WIRE_TICK, NULL, 0), 0);
	ck_assert_int_eq(wire_flush(pair.a), -EPIPE);
	pair.fds[1] = dup(pair.fds[0]);
	pair_close(&pair);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("wire");
	TCase *tc = add_task(suite, "frames", NULL);

	tcase_add_test(tc, frames_arrive_whole_and_in_order);
	tcase_add_test(tc, half_a_frame_is_none);
	tcase_add_test(
		tc, more_than_the_queue_holds_is_refused_and_nothing_is_lost);
	tcase_add_loop_test(tc, bad_header_is_an_error, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, closed_end_is_an_error_and_no_signal);
	return run_suite(suite);
}
