/* SPDX-License-Identifier: MIT */
/*
 * seccomp_notify.c - load the filter, and give its listener to an agent
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "json.h"
#include "seccomp.h"

int seccomp_install(const struct seccomp_filter *filter, struct report *rep)
{
	const struct sock_fprog program = { filter->count, filter->code };
	int r;

	if (!filter->code)
		return 0;
	r = sysret((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				filter->flags, &program));
	return report_call(rep, r, "seccomp", "%u instructions, flags %#x",
			   filter->count, filter->flags);
}

/* ---- the container process state ------------------------------------------ */

static int write_state(const struct spec_seccomp *spec,
		       const struct seccomp_agent *agent, char **ret_text,
		       size_t *ret_len)
{
	FILE *out = open_memstream(ret_text, ret_len);

	if (!out)
		return -errno;
	(void)fputs("{\"ociVersion\":", out);
	json_put_string(out, agent->oci_version);
	(void)fprintf(out, ",\"fds\":[\"seccompFd\"],\"pid\":%d",
		      (int)agent->pid);
	if (spec->listener_metadata) {
		(void)fputs(",\"metadata\":", out);
		json_put_string(out, spec->listener_metadata);
	}
	(void)fprintf(out, ",\"state\":%s}", agent->state_json);
	/* Whatever failed above is told here. */
	return fclose(out) == 0 ? 0 : -ENOMEM;
}

/* A path to a socket has 107 bytes; through a descriptor it may be longer. */
static int connect_to(int socketfd, const char *path, struct report *rep)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_close int pathfd = -1;
	int r;

	pathfd = open(path, O_PATH | O_CLOEXEC);
	r = report_call(rep, sysret(pathfd), "open", "%s", path);
	if (r < 0)
		return r;
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d",
		 pathfd);
	r = sysret(connect(socketfd, (const struct sockaddr *)&address,
			   sizeof(address)));
	return report_call(rep, r, "connect", "%s", path);
}

/* The descriptor goes with the first bytes, and only with them. */
static int send_state(int socketfd, const char *text, size_t len_bytes, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec data = { (void *)(uintptr_t)text, len_bytes };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	while (len_bytes > 0) {
		n = sendmsg(socketfd, &message, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		message.msg_control = NULL;
		message.msg_controllen = 0;
		text += n;
		len_bytes -= (size_t)n;
		data.iov_base = (void *)(uintptr_t)text;
		data.iov_len = len_bytes;
	}
	return 0;
}

int seccomp_send_listener(const struct spec_seccomp *spec,
			  const struct seccomp_agent *agent, int listenerfd,
			  struct report *rep)
{
	auto_close int socketfd = -1;
	auto_free char *text = NULL;
	size_t len_bytes;
	int r;

	r = write_state(spec, agent, &text, &len_bytes);
	if (r < 0)
		return r;
	socketfd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	r = report_call(rep, sysret(socketfd), "socket", "AF_UNIX");
	if (r < 0)
		return r;
	r = connect_to(socketfd, spec->listener_path, rep);
	if (r < 0)
		return r;
	r = send_state(socketfd, text, len_bytes, listenerfd);
	return report_call(rep, r, "sendmsg", "%s", spec->listener_path);
}
