/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "kit.h"
#include "wire.h"

enum {
	TRIES = 2,	 /* QEMU 7.2's emulation stalls once in a while */
	BOOT_MS = 45000, /* three seconds, but a loaded host takes longer */
	COUNTING_MS = 180000,
	SILENCE_MS = 30000, /* a machine says something every second */
	CONSOLE_MAX = 1 << 20,
	ESCAPE_KEY = 0x1d, /* Ctrl-] */
};

/* One machine that runs. */
struct machine {
	const struct machine_spec *spec;
	struct wire wire;
	struct winsize size; /* of the terminal, as the machine knows it */
	pid_t pid;	     /* QEMU */
	int pidfd;	     /* owned */
	int stdinfd;	     /* -1 after its end */
	bool started;
	long long heard_ms; /* when it last said something */
	long long start_ms; /* of the job */
};

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* ---- QEMU -------------------------------------------------------------- */

static _Noreturn void become_qemu(const struct machine_command *cmd,
				  const struct machine_fds *fds, pid_t parent)
{
	const int keep[] = { fds->port, fds->console, fds->initrd };
	sigset_t none;

	/* The parent may have died before prctl() could say what to do. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(KIT_FAILED);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Ctrl-C at the terminal is for the job, or ends isolab first. */
	setsid();
	for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
		(void)fcntl(keep[i], F_SETFD, 0);
	if (dup2(fds->console, STDOUT_FILENO) < 0 ||
	    dup2(fds->console, STDERR_FILENO) < 0)
		_exit(KIT_FAILED);
	execvp(cmd->argv[0], (char *const *)cmd->argv);
	die(-errno, "cannot execute %s", cmd->argv[0]);
}

static int start_qemu(struct machine *m, const struct machine_fds *fds)
{
	auto_free struct machine_command *cmd = malloc(sizeof(*cmd));
	pid_t parent = getpid();
	int r;

	if (!cmd)
		return -ENOMEM;
	r = machine_command(cmd, m->spec, fds);
	if (r < 0)
		return r;
	m->pid = fork();
	if (m->pid < 0)
		return -errno;
	if (m->pid == 0)
		become_qemu(cmd, fds, parent);
	m->pidfd = (int)syscall(SYS_pidfd_open, m->pid, 0);
	return m->pidfd < 0 ? -errno : 0;
}

/* Nothing in the machine is worth an orderly end. */
static void end_qemu(struct machine *m)
{
	if (m->pid > 0) {
		kill(m->pid, SIGKILL);
		while (waitpid(m->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (m->pidfd >= 0)
		close(m->pidfd);
}

/* ---- what is said ------------------------------------------------------ */

/* A growing list of NUL-terminated words behind a struct wire_start. */
struct words {
	unsigned char data[WIRE_DATA_MAX];
	size_t len_bytes;
	bool too_many;
};

static void word(struct words *w, const char *text)
{
	size_t len = strlen(text) + 1;

	if (len > sizeof(w->data) - w->len_bytes) {
		w->too_many = true;
		return;
	}
	memcpy(w->data + w->len_bytes, text, len);
	w->len_bytes += len;
}

static uint32_t words(struct words *w, const char *const *list)
{
	uint32_t count = 0;

	for (; list[count]; count++)
		word(w, list[count]);
	return count;
}

static int say_start(struct machine *m)
{
	static const char *const plain[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		"/sbin:/bin",
		"HOME=/root", "TERM=dumb", NULL
	};
	const struct machine_spec *spec = m->spec;
	auto_free struct words *w = calloc(1, sizeof(*w));
	struct wire_start head = {
		.flags = (spec->host_root ? WIRE_HOST_ROOT : 0) |
			 (spec->tty ? WIRE_TTY : 0) |
			 (spec->kvm ? WIRE_KVM : 0),
		.rows = m->size.ws_row,
		.columns = m->size.ws_col,
	};
	char modules[MACHINE_PATH];
	int r = kit_build_path(modules, sizeof(modules), "machine");

	if (!w)
		return -ENOMEM;
	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it is auto_free */
	w->len_bytes = sizeof(head);
	word(w, spec->cwd ? spec->cwd : "/");
	head.argc = words(w, spec->argv);
	head.envc = words(w, spec->envp ? spec->envp : plain);
	word(w, modules);
	if (w->too_many)
		return -E2BIG;
	memcpy(w->data, &head, sizeof(head));
	m->started = true;
	m->start_ms = now_ms();
	return wire_put(&m->wire, WIRE_START, w->data, w->len_bytes);
}

/* stdin, or with no data its end. */
static int take_input(struct machine *m)
{
	unsigned char data[16384];
	size_t room = wire_room(&m->wire);
	ssize_t n = read(m->stdinfd, data,
			 room < sizeof(data) ? room : sizeof(data));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (m->spec->tty && n > 0 && memchr(data, ESCAPE_KEY, (size_t)n))
		return -ECANCELED;
	if (n <= 0) {
		m->stdinfd = -1;
		n = 0;
	}
	return wire_put(&m->wire, WIRE_INPUT, data, (size_t)n);
}

static int follow_size(struct machine *m)
{
	struct winsize now;
	struct wire_size size;

	if (!m->spec->tty || ioctl(m->spec->stdinfd, TIOCGWINSZ, &now) < 0 ||
	    (now.ws_row == m->size.ws_row && now.ws_col == m->size.ws_col))
		return 0;
	m->size = now;
	size = (struct wire_size){ now.ws_row, now.ws_col };
	return m->started ? wire_put(&m->wire, WIRE_RESIZE, &size, sizeof(size))
			  : 0;
}

/* Return: the job's status, or -EAGAIN while there is none. */
static int hear(struct machine *m)
{
	struct wire_frame frame;
	struct wire_exit end;
	int r;

	while ((r = wire_next(&m->wire, &frame)) > 0) {
		m->heard_ms = now_ms();
		switch (frame.type) {
		case WIRE_HELLO:
			r = m->started ? -EBADMSG : say_start(m);
			break;
		case WIRE_OUTPUT:
			r = write_all(m->spec->stdoutfd, frame.data,
				      frame.len_bytes);
			break;
		case WIRE_ERRORS:
			r = write_all(m->spec->stderrfd, frame.data,
				      frame.len_bytes);
			break;
		case WIRE_TICK:
			r = 0;
			break;
		case WIRE_EXIT:
			if (frame.len_bytes != sizeof(end))
				return -EBADMSG;
			memcpy(&end, frame.data, sizeof(end));
			return (int)(end.status & 0xff);
		default:
			r = -EBADMSG;
		}
		if (r < 0)
			return r;
	}
	return r < 0 ? r : -EAGAIN;
}

/* Has it been too long?  Return: 0, or why it has. */
static int check_time(const struct machine *m)
{
	long long now = now_ms();
	long long silence_ms =
		m->spec->silence_ms ? m->spec->silence_ms : SILENCE_MS;
	long long boot_ms = BOOT_MS;

	/* It says something every second of its own clock. */
	if (m->spec->icount)
		boot_ms = silence_ms = COUNTING_MS;
	if (now - m->heard_ms > (m->started ? silence_ms : boot_ms))
		return -EHOSTDOWN;
	if (m->started && m->spec->timeout_ms > 0 &&
	    now - m->start_ms > (long long)m->spec->timeout_ms)
		return -ETIME;
	return 0;
}

static int relay(struct machine *m)
{
	enum { PORT, QEMU, IN, COUNT, TICK_MS = 200 };
	int r = -EAGAIN;

	while (r == -EAGAIN) {
		bool want = m->started && wire_room(&m->wire) > 0;
		struct pollfd p[COUNT] = {
			[PORT] = { m->wire.fd, POLLIN, 0 },
			[QEMU] = { m->pidfd, POLLIN, 0 },
			[IN] = { want ? m->stdinfd : -1, POLLIN, 0 },
		};

		if (m->wire.out_len > 0)
			p[PORT].events |= POLLOUT;
		(void)poll(p, COUNT, TICK_MS);
		r = check_time(m);
		if (r == 0)
			r = follow_size(m);
		if (r == 0 && p[IN].revents)
			r = take_input(m);
		if (r == 0)
			r = wire_flush(&m->wire) < 0 ? -EPROTO : -EAGAIN;
		/* What it said before it ended is still in the socket. */
		if (r == -EAGAIN || r == -EPROTO) {
			int heard = hear(m);

			if (heard != -EAGAIN)
				r = heard == -EPIPE || heard == -EBADMSG ||
						    heard == -ECONNRESET
					    ? -EPROTO
					    : heard;
			else if (p[QEMU].revents)
				r = -EPROTO;
		}
	}
	return r;
}

/* ---- one run ----------------------------------------------------------- */

static void machine_init(struct machine *m, const struct machine_spec *spec)
{
	*m = (struct machine){
		.spec = spec,
		.pidfd = -1,
		.stdinfd = spec->stdinfd,
	};
	if (spec->tty)
		(void)ioctl(spec->stdinfd, TIOCGWINSZ, &m->size);
}

static int read_console(int fd, char **ret)
{
	struct stat st;
	char *text;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size > CONSOLE_MAX)
		st.st_size = CONSOLE_MAX;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	n = pread(fd, text, (size_t)st.st_size, 0);
	text[n < 0 ? 0 : n] = '\0';
	*ret = text;
	return 0;
}

static int run(struct machine *m, struct machine_fds *fds)
{
	int ends[2];
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	fds->port = ends[1];
	m->wire.fd = ends[0];
	m->wire.is_socket = true;
	r = sysret(fcntl(ends[0], F_SETFL, O_NONBLOCK));
	if (r == 0)
		r = start_qemu(m, fds);
	close(ends[1]);
	m->heard_ms = now_ms();
	if (r == 0)
		r = relay(m);
	end_qemu(m);
	close(ends[0]);
	return r;
}

const char *machine_strerror(int error)
{
	switch (error) {
	case -ETIME:
		return "its time is up";
	case -EHOSTDOWN:
		return "it does not answer any more";
	case -EPROTO:
		return "it ended before the command did";
	case -ECANCELED:
		return "ended from the keyboard";
	default:
		return strerror(-error);
	}
}

int machine_run(const struct machine_spec *spec, char **ret_console)
{
	auto_free struct machine *m = calloc(1, sizeof(*m));
	auto_close int console = memfd_create("console", MFD_CLOEXEC);
	auto_close int initrd = -1;
	struct machine_fds fds = { .console = console };
	int r = -EHOSTDOWN;

	if (ret_console)
		*ret_console = NULL;
	if (!m || console < 0)
		return -ENOMEM;
	if (machine_missing(NULL))
		return -ENOENT; /* cppcheck-suppress memleak ; auto_free */
	initrd = machine_initrd(spec->files, spec->nfiles);
	if (initrd < 0)
		return initrd; /* cppcheck-suppress memleak ; auto_free */
	fds.initrd = initrd;
	/* Both QEMU and the machine's kernel append. */
	(void)fcntl(console, F_SETFL, O_APPEND);

	/* A machine that never said hello has done nothing yet: once more. */
	for (int i = 0; i < TRIES; i++) {
		machine_init(m, spec);
		r = run(m, &fds);
		if (r != -EHOSTDOWN || m->started)
			break;
	}
	if (ret_console && read_console(console, ret_console) < 0 && r >= 0)
		r = -ENOMEM;
	return r;
}
