/* SPDX-License-Identifier: MIT */
/*
 * init.c - the lab machine's first process: do one job, tell how it ended
 *
 * Loads what the port to the host needs, says hello, gets the job, makes the
 * root directory, starts the job, passes its bytes, reaps orphans, reports the
 * status.  Then the host ends the machine.  If init itself fails it dies, the
 * kernel panics, and the host keeps what the console said.
 *
 * See: tests/isolab/wire.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "init.h"

enum { MAX_WORDS = 4096 };

/* All that there is; one process, one job. */
struct init {
	struct wire wire;
	struct job job;
	int signalfd;
	bool over; /* the job has ended */
	struct wire_exit end;
	size_t input_at; /* of input_len bytes that stdin did not take yet */
	size_t input_len;
	unsigned char input[WIRE_DATA_MAX];
};

/* The driver makes the port's device some time after it was loaded, and lets
 * it be opened (ENXIO before) a moment after it was made. */
static int open_port(void)
{
	auto_close int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct pollfd p = { .fd = watch, .events = POLLIN };
	char event[4096];

	if (watch < 0 || inotify_add_watch(watch, "/dev", IN_CREATE) < 0)
		die(-errno, "cannot watch /dev");
	for (;;) {
		int fd = open("/dev/vport0p1", O_RDWR | O_CLOEXEC | O_NONBLOCK);

		if (fd >= 0)
			return fd;
		if (errno != ENOENT && errno != ENXIO)
			die(-errno, "cannot open the port to the host");
		(void)poll(&p, 1, errno == ENXIO ? 1 : -1);
		(void)!read(watch, event, sizeof(event));
	}
}

/* ---- the port ---------------------------------------------------------- */

static void flush_all(struct init *in)
{
	for (;;) {
		struct pollfd p = { .fd = in->wire.fd, .events = POLLOUT };
		int r = wire_flush(&in->wire);

		if (r == 0)
			return;
		if (r < 0)
			die(r, "cannot write to the host");
		(void)poll(&p, 1, -1);
	}
}

static void put(struct init *in, enum wire_type type, const void *data,
		size_t len_bytes)
{
	int r = wire_put(&in->wire, type, data, len_bytes);

	if (r == -ENOBUFS) {
		flush_all(in);
		r = wire_put(&in->wire, type, data, len_bytes);
	}
	if (r < 0)
		die(r, "cannot tell the host");
}

static void wait_frame(struct init *in, struct wire_frame *frame)
{
	for (;;) {
		struct pollfd p = { .fd = in->wire.fd, .events = POLLIN };
		int r = wire_next(&in->wire, frame);

		if (r > 0)
			return;
		if (r < 0)
			die(r, "cannot read from the host");
		(void)poll(&p, 1, -1);
	}
}

/* ---- the job ----------------------------------------------------------- */

/* The next string of a frame whose last byte is known to be a NUL. */
static char *next_string(char **at, const char *end)
{
	char *s = *at;

	if (s >= end)
		die(-EBADMSG, "the job has too few words");
	*at += strlen(s) + 1;
	return s;
}

static void start_job(struct init *in, const struct wire_frame *frame)
{
	static char text[WIRE_DATA_MAX];
	static char *argv[MAX_WORDS];
	static char *envp[MAX_WORDS];
	struct wire_start head;
	struct job_spec spec;
	size_t len = frame->len_bytes;
	char *at = text;
	const char *end;
	int r;

	if (frame->type != WIRE_START || len <= sizeof(head) ||
	    frame->data[len - 1] != '\0')
		die(-EBADMSG, "the host did not say what to do");
	memcpy(&head, frame->data, sizeof(head));
	len -= sizeof(head);
	memcpy(text, frame->data + sizeof(head), len);
	end = text + len;
	if (head.argc == 0 || head.argc >= MAX_WORDS || head.envc >= MAX_WORDS)
		die(-E2BIG, "the job has too many words");

	spec = (struct job_spec){ .tty = head.flags & WIRE_TTY,
				  .size = { head.rows, head.columns },
				  .argv = argv,
				  .envp = envp };
	spec.cwd = next_string(&at, end);
	for (uint32_t i = 0; i < head.argc; i++)
		argv[i] = next_string(&at, end);
	for (uint32_t i = 0; i < head.envc; i++)
		envp[i] = next_string(&at, end);

	if (head.flags & WIRE_KVM) {
		r = modules_load("/modules/kvm");
		if (r < 0)
			die(r, "cannot load kvm");
	}
	r = root_enter(head.flags & WIRE_HOST_ROOT, next_string(&at, end));
	if (r < 0)
		die(r, "cannot make the root directory");
	r = job_start(&in->job, &spec);
	if (r < 0)
		die(r, "cannot start the job");
}

static void close_input(struct init *in)
{
	static const char eof[] = { 4 }; /* VEOF of a new terminal */

	if (in->job.infd < 0)
		return;
	if (in->job.infd == in->job.outfd)
		(void)!write(in->job.infd, eof, sizeof(eof));
	else
		close(in->job.infd);
	in->job.infd = -1;
}

/* Give the job what it takes now of its pending input. */
static void feed(struct init *in)
{
	while (in->input_at < in->input_len) {
		ssize_t n = -1;

		if (in->job.infd >= 0)
			n = write(in->job.infd, in->input + in->input_at,
				  in->input_len - in->input_at);
		if (n < 0 && in->job.infd >= 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			/* It closed its stdin: the rest has no reader. */
			in->input_at = in->input_len = 0;
			return;
		}
		in->input_at += (size_t)n;
	}
	in->input_at = in->input_len = 0;
}

/* Frames from the host, but no input while earlier input is pending. */
static void obey(struct init *in)
{
	struct wire_frame frame;
	struct wire_size size;
	int r;

	while (in->input_len == 0 && (r = wire_next(&in->wire, &frame)) != 0) {
		if (r < 0)
			die(r, "cannot read from the host");
		if (frame.type == WIRE_INPUT && frame.len_bytes == 0) {
			close_input(in);
		} else if (frame.type == WIRE_INPUT) {
			memcpy(in->input, frame.data, frame.len_bytes);
			in->input_len = frame.len_bytes;
			feed(in);
		} else if (frame.type == WIRE_RESIZE &&
			   frame.len_bytes == sizeof(size)) {
			memcpy(&size, frame.data, sizeof(size));
			job_resize(&in->job, &size);
		}
	}
}

/* Pass one read's worth on.  Return: false if there is nothing now. */
static bool pass(struct init *in, int *fd, enum wire_type type)
{
	unsigned char data[16384];
	size_t room = wire_room(&in->wire);
	ssize_t n;

	if (room == 0) {
		flush_all(in);
		room = wire_room(&in->wire);
	}
	n = read(*fd, data, room < sizeof(data) ? room : sizeof(data));
	if (n > 0) {
		put(in, type, data, (size_t)n);
		return true;
	}
	if (n == 0 || errno != EAGAIN) {
		/* The terminal of a job says EIO when its last user left. */
		if (*fd == in->job.infd)
			in->job.infd = -1;
		close(*fd);
		*fd = -1;
	}
	return false;
}

static void reap(struct init *in)
{
	struct signalfd_siginfo info;
	pid_t pid;
	int status;

	while (read(in->signalfd, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != in->job.pid)
			continue;
		in->over = true;
		in->end.status = WIFEXITED(status)
					 ? (uint32_t)WEXITSTATUS(status)
					 : 128 + (uint32_t)WTERMSIG(status);
	}
}

static void relay(struct init *in)
{
	enum { PORT, SIGNALS, OUT, ERR, IN, COUNT };
	struct job *job = &in->job;

	while (!in->over) {
		bool pending = in->input_len > 0;
		struct pollfd p[COUNT] = {
			[PORT] = { in->wire.fd, pending ? 0 : POLLIN, 0 },
			[SIGNALS] = { in->signalfd, POLLIN, 0 },
			[OUT] = { job->outfd, POLLIN, 0 },
			[ERR] = { job->errfd, POLLIN, 0 },
			[IN] = { pending ? job->infd : -1, POLLOUT, 0 },
		};

		if (in->wire.out_len > 0)
			p[PORT].events |= POLLOUT;
		if (poll(p, COUNT, WIRE_TICK_MS) == 0)
			put(in, WIRE_TICK, NULL, 0);
		if (p[IN].revents)
			feed(in);
		if (p[PORT].revents & (POLLIN | POLLHUP))
			obey(in);
		if (p[OUT].revents)
			(void)pass(in, &job->outfd, WIRE_OUTPUT);
		if (p[ERR].revents)
			(void)pass(in, &job->errfd, WIRE_ERRORS);
		if (p[SIGNALS].revents)
			reap(in);
		if (wire_flush(&in->wire) < 0)
			die(0, "cannot write to the host");
	}
	/* What the job had written before it ended is still in the pipes. */
	while (job->outfd >= 0 && pass(in, &job->outfd, WIRE_OUTPUT))
		;
	while (job->errfd >= 0 && pass(in, &job->errfd, WIRE_ERRORS))
		;
}

static int block_signals(void)
{
	sigset_t all;
	int fd;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&all);
	sigaddset(&all, SIGCHLD);
	fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die(-errno, "cannot make a signalfd");
	return fd;
}

int main(void)
{
	struct init *in = calloc(1, sizeof(*in));
	struct wire_frame frame;
	int r;

	if (!in)
		die(-ENOMEM, "cannot start");
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0)
		die(-errno, "cannot mount /dev");
	in->signalfd = block_signals();
	r = modules_load("/modules/port");
	if (r < 0)
		die(r, "cannot load the driver of the port");
	in->wire.fd = open_port();

	put(in, WIRE_HELLO, NULL, 0);
	flush_all(in);
	wait_frame(in, &frame);
	start_job(in, &frame);
	relay(in);
	put(in, WIRE_EXIT, &in->end, sizeof(in->end));
	flush_all(in);
	/* The host has what it wants and ends the machine. */
	for (;;)
		pause();
}
