/* SPDX-License-Identifier: MIT */
/* test_common_netlink.c - netlink.h: messages byte by byte, and real answers */
#include "harness.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "netlink.h"
#include "userns.h"

/* ---- messages -------------------------------------------------------------- */

START_TEST(message_is_header_body_and_padded_attributes)
{
	struct nl_request q;
	struct ifinfomsg *link = nl_begin(&q, RTM_NEWLINK, NLM_F_CREATE, 16);

	ck_assert_ptr_eq(link, q.bytes + 16);
	ck_assert_uint_eq(q.header.nlmsg_type, RTM_NEWLINK);
	ck_assert_uint_eq(q.header.nlmsg_flags,
			  NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE);
	ck_assert_uint_eq(q.header.nlmsg_len, 32);
	nl_put_text(&q, IFLA_IFNAME, "eth0");
	/* Five bytes and their header; the next one begins at a multiple. */
	ck_assert_uint_eq(q.header.nlmsg_len, 32 + 4 + 5);
	nl_put_u32(&q, IFLA_MTU, 1400);
	ck_assert_uint_eq(q.header.nlmsg_len, 32 + 12 + 8);
	ck_assert_mem_eq(q.bytes + 32, "\x09\0\x03\0eth0\0\0\0\0", 12);
	ck_assert(!q.full);
}
END_TEST

START_TEST(nest_has_the_length_of_what_is_in_it)
{
	struct nl_request q;
	struct nlattr *outer;
	struct nlattr *inner;

	(void)nl_begin(&q, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	outer = nl_nest(&q, IFLA_LINKINFO);
	nl_put_text(&q, IFLA_INFO_KIND, "veth");
	inner = nl_nest(&q, IFLA_INFO_DATA);
	nl_put_u32(&q, 1, 7);
	nl_nest_end(&q, inner);
	nl_nest_end(&q, outer);
	ck_assert_uint_eq(inner->nla_len, 4 + 8);
	ck_assert_uint_eq(outer->nla_len, 4 + 12 + 12);
	ck_assert_uint_eq(outer->nla_type, IFLA_LINKINFO | NLA_F_NESTED);

	ck_assert_ptr_eq(
		nl_find(&q.header, sizeof(struct ifinfomsg), IFLA_LINKINFO),
		outer);
	ck_assert_str_eq(nl_text(nl_find_in(outer, IFLA_INFO_KIND)), "veth");
	ck_assert_uint_eq(
		nl_u32(nl_find_in(nl_find_in(outer, IFLA_INFO_DATA), 1)), 7);
}
END_TEST

START_TEST(what_is_not_there_is_null_zero_and_empty)
{
	struct nl_request q;

	(void)nl_begin(&q, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	nl_put(&q, IFLA_IFNAME, "abc", 3); /* without its NUL */
	nl_put(&q, IFLA_MTU, "", 1);	   /* too short for a number */
	ck_assert_ptr_null(nl_find(&q.header, 16, IFLA_ADDRESS));
	ck_assert_ptr_null(nl_find_in(NULL, 1));
	ck_assert_str_eq(nl_text(NULL), "");
	ck_assert_str_eq(nl_text(nl_find(&q.header, 16, IFLA_IFNAME)), "");
	ck_assert_uint_eq(nl_u32(NULL), 0);
	ck_assert_uint_eq(nl_u32(nl_find(&q.header, 16, IFLA_MTU)), 0);
}
END_TEST

/* Lengths that lie: shorter than a header, longer than what is there. */
static const uint16_t lengths[] = { 0, 3, 100 };

START_TEST(attribute_with_a_false_length_ends_the_search)
{
	struct nl_request q;
	struct nlattr *attr;

	(void)nl_begin(&q, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	attr = nl_nest(&q, 1);
	nl_put_u32(&q, 2, 7);
	nl_nest_end(&q, attr);
	attr->nla_len = lengths[_i];
	ck_assert_ptr_null(nl_find(&q.header, 16, 1));
	ck_assert_ptr_null(nl_find(&q.header, 16, 2));
	/* A message that is shorter than its body. */
	ck_assert_ptr_null(nl_find(&q.header, 4096, 1));
}
END_TEST

START_TEST(message_that_does_not_fit_is_not_sent)
{
	static const char zeros[NL_BYTES / 2];
	auto_close int fd = nl_open(NETLINK_ROUTE);
	struct nl_request q;
	uint32_t len;

	ck_assert_int_ge(fd, 0);
	(void)nl_begin(&q, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));
	nl_put(&q, 1, zeros, sizeof(zeros));
	len = q.header.nlmsg_len;
	nl_put(&q, 2, zeros, sizeof(zeros));
	nl_nest_end(&q, nl_nest(&q, 3));
	ck_assert(q.full);
	ck_assert_uint_eq(q.header.nlmsg_len, len);
	ck_assert_int_eq(nl_talk(fd, &q, 1), -EMSGSIZE);
	ck_assert_int_eq(nl_dump(fd, &q, NULL, NULL), -EMSGSIZE);
}
END_TEST

/* ---- answers --------------------------------------------------------------- */

/* A test is a process of its own, so this harms nobody. */
static int own_network(void)
{
	ck_assert_int_ge(userns_become_root(), 0);
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	return nl_open(NETLINK_ROUTE);
}

static void begin_link(struct nl_request *q, const char *name, const char *kind)
{
	struct nlattr *info;

	(void)nl_begin(q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		       sizeof(struct ifinfomsg));
	nl_put_text(q, IFLA_IFNAME, name);
	info = nl_nest(q, IFLA_LINKINFO);
	nl_put_text(q, IFLA_INFO_KIND, kind);
	nl_nest_end(q, info);
}

START_TEST(refusal_is_an_errno_and_words)
{
	auto_close int fd = own_network();
	struct nl_request q;

	begin_link(&q, "br0", "no-such-kind");
	ck_assert_int_eq(nl_talk(fd, &q, 1), -EOPNOTSUPP);
	ck_assert_str_eq(q.why, "Unknown device type");
	/* The socket can be used again. */
	begin_link(&q, "br0", "bridge");
	ck_assert_int_eq(nl_talk(fd, &q, 1), 0);
	ck_assert_str_eq(q.why, "");
	begin_link(&q, "br0", "bridge");
	ck_assert_int_eq(nl_talk(fd, &q, 1), -EEXIST);
}
END_TEST

START_TEST(first_refusal_of_many_is_told)
{
	auto_close int fd = own_network();
	struct nl_request q[3];

	begin_link(&q[0], "br0", "bridge");
	begin_link(&q[1], "br0", "bridge");
	begin_link(&q[2], "br2", "no-such-kind");
	ck_assert_int_eq(nl_talk(fd, q, 3), -EEXIST);
	ck_assert_str_eq(q[0].why, "");
	/* No answer to the third is taken for one to this. */
	begin_link(&q[0], "br3", "bridge");
	ck_assert_int_eq(nl_talk(fd, q, 1), 0);
	ck_assert_uint_ne(if_nametoindex("br3"), 0);
}
END_TEST

START_TEST(too_many_messages_are_refused)
{
	auto_close int fd = own_network();
	struct nl_request q[9];

	for (size_t i = 0; i < 9; i++)
		begin_link(&q[i], "br0", "bridge");
	ck_assert_int_eq(nl_talk(fd, q, 9), -EMSGSIZE);
	ck_assert_uint_eq(if_nametoindex("br0"), 0);
}
END_TEST

static int count(const struct nlmsghdr *entry, void *arg)
{
	ck_assert_uint_eq(entry->nlmsg_type, RTM_NEWLINK);
	++*(int *)arg;
	return 0;
}

static int stop_at_first(const struct nlmsghdr *entry, void *arg)
{
	(void)entry;
	return ++*(int *)arg + 41;
}

START_TEST(dump_has_every_entry_or_stops_when_told)
{
	enum { LINKS = 60 }; /* more than one piece */
	auto_close int fd = own_network();
	struct nl_request q;
	int n = 0;

	for (int i = 0; i < LINKS; i++) {
		char name[IF_NAMESIZE];

		snprintf(name, sizeof(name), "br%d", i);
		begin_link(&q, name, "bridge");
		ck_assert_int_eq(nl_talk(fd, &q, 1), 0);
	}
	(void)nl_begin(&q, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	ck_assert_int_eq(nl_dump(fd, &q, count, &n), 0);
	ck_assert_int_eq(n, LINKS + 1);
	n = 0;
	(void)nl_begin(&q, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	ck_assert_int_eq(nl_dump(fd, &q, stop_at_first, &n), 42);
	ck_assert_int_eq(n, 1);
	/* The rest of the list was read: the next answer is to the next. */
	n = 0;
	(void)nl_begin(&q, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	ck_assert_int_eq(nl_dump(fd, &q, count, &n), 0);
	ck_assert_int_eq(n, LINKS + 1);
}
END_TEST

START_TEST(dump_of_an_unknown_type_is_refused)
{
	auto_close int fd = own_network();
	struct nl_request q;
	int n = 0;

	(void)nl_begin(&q, RTM_MAX + 2, 0, sizeof(struct ifinfomsg));
	ck_assert_int_eq(nl_dump(fd, &q, count, &n), -EOPNOTSUPP);
	ck_assert_int_eq(n, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("netlink");
	TCase *tc = add_task(suite, "messages", NULL);

	tcase_add_test(tc, message_is_header_body_and_padded_attributes);
	tcase_add_test(tc, nest_has_the_length_of_what_is_in_it);
	tcase_add_test(tc, what_is_not_there_is_null_zero_and_empty);
	tcase_add_loop_test(tc, attribute_with_a_false_length_ends_the_search,
			    0, 3);
	tcase_add_test(tc, message_that_does_not_fit_is_not_sent);

	tc = add_task(suite, "answers", need_userns());
	tcase_add_test(tc, refusal_is_an_errno_and_words);
	tcase_add_test(tc, first_refusal_of_many_is_told);
	tcase_add_test(tc, too_many_messages_are_refused);
	tcase_add_test(tc, dump_has_every_entry_or_stops_when_told);
	tcase_add_test(tc, dump_of_an_unknown_type_is_refused);
	return run_suite(suite);
}
