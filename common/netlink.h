/* SPDX-License-Identifier: MIT */
/*
 * netlink.h - write netlink messages and hear the kernel's answers
 *
 * A message is a header, a fixed body that its type asks for, and attributes:
 * each a length, a type and a value, padded to four bytes.  A value may be
 * attributes again, a nest.
 *
 *	struct nl_request q;
 *	struct ifinfomsg *link = nl_begin(&q, RTM_NEWLINK, 0, sizeof(*link));
 *
 *	link->ifi_index = index;
 *	nl_put_u32(&q, IFLA_MTU, 1400);
 *	r = nl_talk(fd, &q, 1);
 *	if (r < 0)
 *		die(r, "cannot set the MTU: %s", q.why);
 *
 * libmnl has the same: mnl_nlmsg_put_header(), mnl_attr_put(),
 * mnl_attr_nest_start(), mnl_cb_run().  But Debian has no static libmnl, and
 * programs of the kit are static, so that they run in any root directory.
 *
 * See: netlink(7), rtnetlink(7);
 *      Documentation/userspace-api/netlink/intro.rst.
 */
#ifndef KIT_NETLINK_H
#define KIT_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

enum { NL_BYTES = 1024, NL_WHY = 96 };

/* One message to the kernel.  Nothing in it has to be released. */
struct nl_request {
	union {
		struct nlmsghdr header;
		unsigned char bytes[NL_BYTES];
	};
	bool full;	  /* something did not fit; nl_talk() says so */
	char why[NL_WHY]; /* the kernel's own words after nl_talk(), or "" */
};

/**
 * nl_open() - a socket for talking with a part of the kernel
 * @protocol: NETLINK_ROUTE, NETLINK_NETFILTER...
 *
 * The socket belongs to the network namespace that the caller is in now, and
 * stays with it, wherever the caller goes.
 *
 * Return: descriptor; the caller closes it.
 * Errors: those of socket(2) and bind(2).
 */
int nl_open(int protocol);

/**
 * nl_begin() - begin a message
 * @q: what was in it is forgotten
 * @type: such as RTM_NEWLINK
 * @flags: such as NLM_F_CREATE | NLM_F_EXCL; NLM_F_REQUEST and NLM_F_ACK, "tell
 *         me what came of it", are added
 * @body_bytes: size of the body that this type of message has
 *
 * Return: the body, zeroed, to be filled; it lies in @q.
 */
void *nl_begin(struct nl_request *q, uint16_t type, uint16_t flags,
	       size_t body_bytes);

/* nl_put() - append an attribute; the value is copied */
void nl_put(struct nl_request *q, uint16_t type, const void *value,
	    size_t size_bytes);

/* nl_put_u32() - append a number in the byte order of this machine */
void nl_put_u32(struct nl_request *q, uint16_t type, uint32_t value);

/* nl_put_text() - append a text; its NUL is part of the value */
void nl_put_text(struct nl_request *q, uint16_t type, const char *text);

/**
 * nl_put_space() - append bytes that are no attribute, for a body in a nest
 * @q: the message
 * @size_bytes: how many
 *
 * Return: the bytes, zeroed, in @q.
 */
void *nl_put_space(struct nl_request *q, size_t size_bytes);

/**
 * nl_nest() - begin an attribute whose value is attributes
 * @q: the message
 * @type: of the nest
 *
 * Return: the nest, to be given to nl_nest_end().
 */
struct nlattr *nl_nest(struct nl_request *q, uint16_t type);

/* nl_nest_end() - what was put since nl_nest() is the value of @nest */
void nl_nest_end(struct nl_request *q, struct nlattr *nest);

/**
 * nl_talk() - send messages, and wait until the kernel has done them all
 * @fd: from nl_open(); borrowed
 * @q: the messages; nothing is waited for from one without NLM_F_ACK
 * @count: how many there are at @q, up to 8; they are sent in one piece
 *
 * Return: 0.
 * Errors: -EMSGSIZE a message was too long; otherwise what the kernel said of
 *         the first message that it refused, whose @why is set.
 */
int nl_talk(int fd, struct nl_request *q, size_t count);

/**
 * nl_dump() - ask for a list, such as all links
 * @fd: from nl_open(); borrowed
 * @q: the message, begun with a type such as RTM_GETLINK
 * @each: called for each entry; anything but 0 ends the calls
 * @arg: for @each
 *
 * Return: 0, or what @each returned last.
 * Errors: -EMSGSIZE; -EINTR the list changed in the meantime, ask again;
 *         otherwise what the kernel said.
 */
int nl_dump(int fd, struct nl_request *q,
	    int (*each)(const struct nlmsghdr *entry, void *arg), void *arg);

/**
 * nl_find() - look for an attribute of a message
 * @message: from the kernel
 * @body_bytes: size of the body that this type of message has
 * @type: of the attribute
 *
 * Return: the attribute, or NULL if there is none; it lies in @message.
 */
const struct nlattr *nl_find(const struct nlmsghdr *message, size_t body_bytes,
			     uint16_t type);

/* nl_find_in() - the same in a nest; NULL gives NULL */
const struct nlattr *nl_find_in(const struct nlattr *nest, uint16_t type);

/* nl_value() - where an attribute's value is; its size is nl_size() */
static inline const void *nl_value(const struct nlattr *attr)
{
	return (const unsigned char *)attr + NLA_HDRLEN;
}

static inline size_t nl_size(const struct nlattr *attr)
{
	return attr->nla_len - (size_t)NLA_HDRLEN;
}

/* nl_u32() - an attribute as a number; 0 if it is NULL or too short */
uint32_t nl_u32(const struct nlattr *attr);

/* nl_text() - an attribute as a text; "" if it is NULL or has no NUL */
const char *nl_text(const struct nlattr *attr);

#endif /* KIT_NETLINK_H */
