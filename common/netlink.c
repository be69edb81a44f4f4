/* SPDX-License-Identifier: MIT */
#include "netlink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "cleanup.h"

enum {
	MESSAGES = 8,
	ANSWER_BYTES = 32768, /* the kernel never makes a larger piece */
};

int nl_open(int protocol)
{
	auto_close int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	const struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	const int on = 1;

	if (fd < 0)
		return -errno;
	/* Words with an error, and no copy of the message; both since 4.12. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&self, sizeof(self)) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* ---- writing --------------------------------------------------------------- */

void *nl_put_space(struct nl_request *q, size_t size_bytes)
{
	size_t at = NLMSG_ALIGN(q->header.nlmsg_len);

	/* Full: the caller gets the beginning, and the message is not sent. */
	if (q->full || size_bytes > NL_BYTES - at) {
		q->full = true;
		return q->bytes;
	}
	q->header.nlmsg_len = (uint32_t)(at + size_bytes);
	return q->bytes + at;
}

void *nl_begin(struct nl_request *q, uint16_t type, uint16_t flags,
	       size_t body_bytes)
{
	memset(q, 0, sizeof(*q));
	q->header = (struct nlmsghdr){
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags,
	};
	return nl_put_space(q, body_bytes);
}

static struct nlattr *put_header(struct nl_request *q, uint16_t type,
				 size_t size_bytes)
{
	struct nlattr *attr = nl_put_space(q, NLA_HDRLEN + size_bytes);

	if (!q->full)
		*attr = (struct nlattr){
			.nla_len = (uint16_t)(NLA_HDRLEN + size_bytes),
			.nla_type = type,
		};
	return attr;
}

void nl_put(struct nl_request *q, uint16_t type, const void *value,
	    size_t size_bytes)
{
	struct nlattr *attr = put_header(q, type, size_bytes);

	if (!q->full)
		memcpy((unsigned char *)attr + NLA_HDRLEN, value, size_bytes);
}

void nl_put_u32(struct nl_request *q, uint16_t type, uint32_t value)
{
	nl_put(q, type, &value, sizeof(value));
}

void nl_put_text(struct nl_request *q, uint16_t type, const char *text)
{
	nl_put(q, type, text, strlen(text) + 1);
}

struct nlattr *nl_nest(struct nl_request *q, uint16_t type)
{
	return put_header(q, type | NLA_F_NESTED, 0);
}

void nl_nest_end(struct nl_request *q, struct nlattr *nest)
{
	if (!q->full)
		nest->nla_len = (uint16_t)(q->bytes + q->header.nlmsg_len -
					   (unsigned char *)nest);
}

/* ---- reading --------------------------------------------------------------- */

static const struct nlattr *find(const unsigned char *at, size_t left,
				 uint16_t type)
{
	while (left >= NLA_HDRLEN) {
		const struct nlattr *attr = (const void *)at;
		size_t step = NLA_ALIGN(attr->nla_len);

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > left)
			return NULL;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		if (step > left)
			return NULL;
		at += step;
		left -= step;
	}
	return NULL;
}

const struct nlattr *nl_find(const struct nlmsghdr *message, size_t body_bytes,
			     uint16_t type)
{
	size_t skip = NLMSG_HDRLEN + NLMSG_ALIGN(body_bytes);

	if (message->nlmsg_len < skip)
		return NULL;
	return find((const unsigned char *)message + skip,
		    message->nlmsg_len - skip, type);
}

const struct nlattr *nl_find_in(const struct nlattr *nest, uint16_t type)
{
	return nest ? find(nl_value(nest), nl_size(nest), type) : NULL;
}

uint32_t nl_u32(const struct nlattr *attr)
{
	uint32_t value = 0;

	if (attr && nl_size(attr) >= sizeof(value))
		memcpy(&value, nl_value(attr), sizeof(value));
	return value;
}

const char *nl_text(const struct nlattr *attr)
{
	if (!attr || !memchr(nl_value(attr), '\0', nl_size(attr)))
		return "";
	return nl_value(attr);
}

/* ---- talking ---------------------------------------------------------------- */

/* Number the messages from 1 on, so that an answer can name the one it is to.
 * Return: how many answers there will be. */
static int send_all(int fd, struct nl_request *q, size_t count)
{
	struct iovec parts[MESSAGES];
	struct msghdr all = { .msg_iov = parts, .msg_iovlen = count };
	int answers = 0;

	if (count > MESSAGES)
		return -EMSGSIZE;
	for (size_t i = 0; i < count; i++) {
		if (q[i].full)
			return -EMSGSIZE;
		q[i].header.nlmsg_seq = (uint32_t)i + 1;
		answers += !!(q[i].header.nlmsg_flags & NLM_F_ACK);
		parts[i] = (struct iovec){
			.iov_base = q[i].bytes,
			.iov_len = NLMSG_ALIGN(q[i].header.nlmsg_len),
		};
	}
	return sendmsg(fd, &all, 0) < 0 ? -errno : answers;
}

static ssize_t receive(int fd, void *buf)
{
	ssize_t n;

	do
		n = recv(fd, buf, ANSWER_BYTES, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n > ANSWER_BYTES ? -EMSGSIZE : n;
}

/* The kernel's verdict on one message: 0 or -errno, and perhaps words. */
static int read_verdict(const struct nlmsghdr *answer, struct nl_request *q,
			size_t count)
{
	const struct nlmsgerr *error = NLMSG_DATA(answer);
	uint32_t number = answer->nlmsg_seq;

	if (answer->nlmsg_len < NLMSG_LENGTH(sizeof(*error)))
		return -EPROTO;
	if (error->error < 0 && number >= 1 && number <= count &&
	    (answer->nlmsg_flags & NLM_F_ACK_TLVS))
		snprintf(q[number - 1].why, NL_WHY, "%s",
			 nl_text(nl_find(answer, sizeof(*error),
					 NLMSGERR_ATTR_MSG)));
	return error->error;
}

int nl_talk(int fd, struct nl_request *q, size_t count)
{
	_Alignas(struct nlmsghdr) unsigned char buf[ANSWER_BYTES];
	int left = send_all(fd, q, count);
	int r = left < 0 ? left : 0;

	while (left > 0 && r == 0) {
		ssize_t n = receive(fd, buf);
		const struct nlmsghdr *answer = (const void *)buf;

		if (n < 0)
			return (int)n;
		for (; NLMSG_OK(answer, n); answer = NLMSG_NEXT(answer, n)) {
			if (answer->nlmsg_type != NLMSG_ERROR)
				continue;
			left--;
			if (r == 0)
				r = read_verdict(answer, q, count);
		}
	}
	/* Answers to what came after a refusal are nobody's. */
	while (r < 0 && recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	return r;
}

int nl_dump(int fd, struct nl_request *q,
	    int (*each)(const struct nlmsghdr *entry, void *arg), void *arg)
{
	_Alignas(struct nlmsghdr) unsigned char buf[ANSWER_BYTES];
	bool changed = false;
	int r = 0;

	q->header.nlmsg_flags &= (uint16_t)~NLM_F_ACK;
	q->header.nlmsg_flags |= NLM_F_DUMP;
	if (q->full)
		return -EMSGSIZE;
	if (send(fd, q->bytes, q->header.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t n = receive(fd, buf);
		const struct nlmsghdr *entry = (const void *)buf;

		if (n < 0)
			return (int)n;
		for (; NLMSG_OK(entry, n); entry = NLMSG_NEXT(entry, n)) {
			changed |= entry->nlmsg_flags & NLM_F_DUMP_INTR;
			if (entry->nlmsg_type == NLMSG_ERROR)
				return read_verdict(entry, q, 1);
			if (entry->nlmsg_type == NLMSG_DONE)
				return changed && r == 0 ? -EINTR : r;
			if (r == 0)
				r = each(entry, arg);
		}
	}
}
