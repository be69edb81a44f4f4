/* SPDX-License-Identifier: MIT */
#include "start.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "hooks.h"
#include "state.h"

static int connect_to(int dirfd, struct report *rep)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return report_call(rep, -errno, "socket", "AF_UNIX");
	snprintf(address.sun_path, sizeof(address.sun_path),
		 "/proc/self/fd/%d/start", dirfd);
	r = sysret(connect(fd, (struct sockaddr *)&address, sizeof(address)));
	if (report_call(rep, r, "connect", "start socket") < 0)
		return r;
	return steal_fd(&fd);
}

/* What the process says of its last steps: nothing, if they succeeded. */
static int hear(int fd, struct report *rep)
{
	struct report_error error;
	ssize_t n;

	do
		n = recv(fd, &error, sizeof(error), 0);
	while (n < 0 && errno == EINTR);
	/* It closes the connection by execve(2); a connection that it had no
	 * time to accept is reset. */
	if (n < 0)
		return report_call(rep, -errno, "recv", "start socket");
	if (n != sizeof(error))
		return 0;
	rep->page->error = error;
	return error.err;
}

static int poststart(const struct state *s, struct report *rep)
{
	auto_free char *config = NULL, *text = NULL;
	char path[PATH_MAX];
	struct spec spec = { 0 };
	int r = 0;

	snprintf(path, sizeof(path), "%s/%s", s->bundle, s->config);
	if (file_read_all(path, &config) < 0 ||
	    !strstr(config, "\"poststart\""))
		return 0;
	report_step(rep, "run the poststart hooks");
	r = spec_parse(config, rep, &spec);
	text = state_text(s, RUNNING);
	if (r == 0 && text)
		r = hooks_run(&spec.hooks[HOOK_POSTSTART], text, rep);
	spec_release(&spec);
	return r;
}

int start_container(const char *root, const char *id, struct report *rep)
{
	auto_close int rootfd = state_open_root(root, rep);
	auto_close int dirfd = -1;
	auto_close int fd = -1;
	struct state s = { 0 };
	enum status status = STOPPED;
	int r;

	report_step(rep, "start the container");
	if (rootfd < 0)
		return rootfd;
	r = state_load(rootfd, id, rep, &s, &dirfd);
	if (r < 0)
		return r;
	r = state_status(dirfd, &s, rep, &status);
	/* Two at once: the second waits, and finds the socket gone. */
	if (r == 0 && flock(dirfd, LOCK_EX) < 0)
		r = report_call(rep, -errno, "flock", "%s", id);
	if (r == 0 && status == CREATED)
		r = state_status(dirfd, &s, rep, &status);
	if (r == 0 && status != CREATED)
		r = report_refuse(
			rep, -EINVAL,
			"container %s is %s; only one that is created "
			"can be started",
			id, state_status_name(status));
	if (r == 0)
		r = fd = connect_to(dirfd, rep);
	if (r >= 0) {
		(void)unlinkat(dirfd, "start", 0);
		r = hear(fd, rep);
	}
	if (r == 0)
		r = poststart(&s, rep);
	state_release(&s);
	return r;
}
