/* SPDX-License-Identifier: MIT */
/* sync.c - letters between the runtime and the child; see container.h. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "container.h"

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int sync_send(int fd, char letter, int passfd, struct report *rep)
{
	union control control = { 0 };
	struct iovec iov = { .iov_base = &letter, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (passfd >= 0) {
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &passfd, sizeof(passfd));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.bytes);
	}
	if (sendmsg(fd, &msg, MSG_NOSIGNAL) == 1)
		return 0;
	return report_call(rep, -errno, "sendmsg", "letter %c", letter);
}

int sync_wait(int fd, char letter, int *ret_passed, struct report *rep)
{
	union control control = { 0 };
	char got = 0;
	struct iovec iov = { .iov_base = &got, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	do
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return report_call(rep, -errno, "recvmsg", "letter %c", letter);
	if (n == 0 || got != letter)
		return report_refuse(
			rep, -EPIPE,
			"the %s ended before it was through, "
			"killed perhaps (by memory.max? see dmesg)",
			rep->child ? "runtime" : "container's first process");
	if (ret_passed && msg.msg_controllen >= CMSG_LEN(sizeof(int)))
		memcpy(ret_passed, CMSG_DATA(&control.head), sizeof(int));
	return 0;
}
