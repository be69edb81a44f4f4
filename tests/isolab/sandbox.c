/* SPDX-License-Identifier: MIT */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "cleanup.h"
#include "err.h"
#include "look.h"
#include "sandbox_impl.h"

enum {
	START_TIMEOUT_MS = 20000,
	WATCH_EVERY_MS = 20,
	ORPHANS_MS = 1000, /* what may still come after the program's end */
};

/* What has been written to one pipe so far. */
struct stream {
	int fd;	    /* owned; -1 at its end */
	char *text; /* owned; room for the limit and a NUL */
	size_t used;
	bool flooded;
};

struct sandbox {
	pid_t init;
	int newsfd;
	struct cgroup cgroup;
	struct stream out;
	struct stream err;
	struct sandbox_limits limits;
	unsigned program_id; /* as PID 1 has it */
	unsigned subids;     /* how many were asked for */
	bool ended;	     /* the program; its status is below */
	bool gone;	     /* PID 1 */
	bool out_of_memory;
	int status;
	unsigned shmem_before_mib;
	uint64_t watched_ms; /* when the watchdog last looked */
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct sandbox_limits with_defaults(struct sandbox_limits limits)
{
	static const struct sandbox_limits defaults = {
		.cpu_seconds = 10,
		.processes = 64,
		.memory_mib = 256,
		.disk_mib = 64,
		.output_bytes = 65536,
	};

	if (!limits.cpu_seconds)
		limits.cpu_seconds = defaults.cpu_seconds;
	if (!limits.processes)
		limits.processes = defaults.processes;
	if (!limits.memory_mib)
		limits.memory_mib = defaults.memory_mib;
	if (!limits.disk_mib)
		limits.disk_mib = defaults.disk_mib;
	if (!limits.output_bytes)
		limits.output_bytes = defaults.output_bytes;
	return limits;
}

/* ---- output ------------------------------------------------------------ */

/* Keep the first bytes, and go on reading so that the writer never blocks. */
static void stream_read(struct stream *stream, size_t limit)
{
	char rest[4096] = { 0 };
	int reads = 64; /* a flood must not keep us here */

	while (stream->fd >= 0 && reads-- > 0) {
		bool full = stream->used == limit;
		ssize_t n = read(stream->fd,
				 full ? rest : stream->text + stream->used,
				 full ? sizeof(rest) : limit - stream->used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close(stream->fd);
			stream->fd = -1;
			return;
		}
		if (full)
			stream->flooded = true;
		else
			stream->used += (size_t)n;
		stream->text[stream->used] = '\0';
	}
}

static void read_news(struct sandbox *box)
{
	struct sandbox_news news;
	ssize_t n = recv(box->newsfd, &news, sizeof(news), MSG_DONTWAIT);

	if (n == sizeof(news) && news.kind == NEWS_ENDED) {
		box->ended = true;
		box->status = news.value;
	} else if (n == 0) {
		box->gone = true;
	}
}

/* Where no cgroup counts memory we count it ourselves, and kill. */
static void watch_memory(struct sandbox *box)
{
	unsigned shmem_mib;

	if (cgroup_out_of_memory(&box->cgroup))
		box->out_of_memory = true;
	if (box->cgroup.has_memory ||
	    now_ms() - box->watched_ms < WATCH_EVERY_MS)
		return;
	box->watched_ms = now_ms();

	/* tmpfs belongs to no process; others on this machine use it too. */
	shmem_mib = sandbox_watch_shmem_mib();
	if (sandbox_watch_rss_mib(box->init) <= box->limits.memory_mib &&
	    shmem_mib < box->shmem_before_mib + 4 * box->limits.memory_mib)
		return;
	box->out_of_memory = true;
	(void)kill(box->init, SIGKILL);
}

/* Wait for something to happen, at most this long. */
static void pump(struct sandbox *box, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = box->gone ? -1 : box->newsfd, .events = POLLIN },
		{ .fd = box->out.fd, .events = POLLIN },
		{ .fd = box->err.fd, .events = POLLIN },
	};

	(void)poll(fds, 3, timeout_ms);
	stream_read(&box->out, box->limits.output_bytes);
	stream_read(&box->err, box->limits.output_bytes);
	if (fds[0].revents)
		read_news(box);
	watch_memory(box);
}

/* ---- start ------------------------------------------------------------- */

/* The cgroup namespace is made by PID 1: its root is the group of the process
 * that asks for it, which would be the grader's here. */
static pid_t clone_init(const struct cgroup *cgroup)
{
	int groupfd = cgroup->boxfd >= 0 ? cgroup->boxfd : cgroup->group.dirfd;
	struct clone_args args = {
		.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID |
			 CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS,
		.exit_signal = SIGCHLD,
	};

	if (groupfd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)groupfd;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static int stream_init(struct stream *stream, size_t limit, int *ret_writefd)
{
	int ends[2];

	stream->text = calloc(1, limit + 1);
	if (!stream->text)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	stream->fd = ends[0];
	*ret_writefd = ends[1];
	return sysret(fcntl(ends[0], F_SETFL, O_NONBLOCK));
}

/* Wait for the first news: started, or the step that failed. */
static int await_start(struct sandbox *box)
{
	struct pollfd fd = { .fd = box->newsfd, .events = POLLIN };
	struct sandbox_news news;

	if (poll(&fd, 1, START_TIMEOUT_MS) <= 0)
		return -ETIME;
	if (recv(box->newsfd, &news, sizeof(news), 0) != sizeof(news))
		return -ECONNRESET;
	if (news.kind == NEWS_FAILED)
		return news.value < 0 ? news.value : -ECANCELED;
	return 0;
}

/* The child has copies of everything; it never comes back. */
static _Noreturn void be_init(struct sandbox *box, struct sandbox_plan *plan)
{
	cleanup_close(&box->newsfd);
	cleanup_close(&box->out.fd);
	cleanup_close(&box->err.fd);
	cleanup_close(&box->cgroup.group.dirfd);
	cleanup_close(&box->cgroup.boxfd);
	cleanup_close(&box->cgroup.basefd);
	plan->homefd = box->cgroup.homefd;
	sandbox_init_run(plan);
}

/* Once it is known who the program will be. */
static int give_cgroup(const struct sandbox *box)
{
	struct sandbox_ids ids;
	int r;

	if (box->cgroup.boxfd < 0)
		return 0;
	r = sandbox_ids(box, &ids);
	return r < 0 ? r : cgroup_delegate(&box->cgroup, ids.uid, ids.gid);
}

static int start(struct sandbox *box, struct sandbox_plan *plan)
{
	unsigned program_id;
	int r;

	box->init = clone_init(&box->cgroup);
	if (box->init < 0)
		return -errno;
	if (box->init == 0)
		be_init(box, plan);

	cleanup_close(&plan->newsfd);
	cleanup_close(&plan->outfd);
	cleanup_close(&plan->errfd);
	plan->newsfd = plan->outfd = plan->errfd = -1;

	r = sandbox_ids_map(box->init, plan->spec->subids.count, &program_id);
	box->program_id = program_id;
	box->subids = plan->spec->subids.count;
	if (r == 0)
		r = give_cgroup(box);
	if (r == 0)
		r = gate_open(&plan->mapped);
	if (r == 0)
		r = await_start(box);
	return r;
}

int sandbox_start(struct sandbox **ret, const struct sandbox_spec *spec)
{
	struct sandbox_plan plan = {
		.spec = spec,
		.limits = with_defaults(spec->limits),
		.mapped = { -1, -1 },
		.newsfd = -1,
		.outfd = -1,
		.errfd = -1,
		.homefd = -1,
		.program_id = sandbox_ids_plan(),
	};
	struct sandbox *box = calloc(1, sizeof(*box));
	int ends[2];
	int r;

	if (!box)
		return -ENOMEM;
	box->limits = plan.limits;
	box->newsfd = box->out.fd = box->err.fd = -1;
	box->shmem_before_mib = sandbox_watch_shmem_mib();
	r = cgroup_init(&box->cgroup, plan.limits.memory_mib,
			plan.limits.processes, spec->cgroup);
	if (r < 0)
		goto release;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		r = -errno;
		goto release;
	}
	box->newsfd = ends[0];
	plan.newsfd = ends[1];
	r = gate_init(&plan.mapped);
	if (r == 0)
		r = stream_init(&box->out, plan.limits.output_bytes,
				&plan.outfd);
	if (r == 0)
		r = stream_init(&box->err, plan.limits.output_bytes,
				&plan.errfd);
	if (r == 0)
		r = start(box, &plan);
	if (r < 0)
		goto release;
	*ret = box;
	return 0;

release:
	gate_release(&plan.mapped);
	cleanup_close(&plan.newsfd);
	cleanup_close(&plan.outfd);
	cleanup_close(&plan.errfd);
	(void)sandbox_free(box);
	return r;
}

int sandbox_free(struct sandbox *box)
{
	int r;

	if (!box)
		return 0;
	if (box->init > 0) {
		(void)kill(box->init, SIGKILL);
		/* The kernel lets us have PID 1 only after everything else
		 * in its PID namespace is gone: pid_namespaces(7). */
		while (waitpid(box->init, NULL, 0) < 0 && errno == EINTR)
			;
	}
	r = cgroup_release(&box->cgroup);
	cleanup_close(&box->newsfd);
	cleanup_close(&box->out.fd);
	cleanup_close(&box->err.fd);
	free(box->out.text);
	free(box->err.text);
	free(box);
	return r;
}

/* ---- look -------------------------------------------------------------- */

int sandbox_wait(struct sandbox *box, unsigned timeout_ms)
{
	uint64_t end_ms = now_ms() + timeout_ms;

	pump(box, 0);
	while (!box->ended && !box->gone && !box->out_of_memory) {
		if (now_ms() >= end_ms)
			return -ETIME;
		pump(box, WATCH_EVERY_MS);
	}
	pump(box, 0);
	if (box->out_of_memory)
		return -ENOMEM;
	return box->ended ? box->status : -ECONNRESET;
}

static pid_t find_exe(struct sandbox *box, int wantedfd, int *ret_count)
{
	pid_t pids[256];
	int count = sandbox_pids(box, pids, 256);

	*ret_count = count;
	for (int i = 0; i < count && i < 256; i++) {
		if (look_runs(pids[i], wantedfd))
			return pids[i];
	}
	return 0;
}

int sandbox_wait_exe(struct sandbox *box, int wantedfd, unsigned timeout_ms)
{
	uint64_t end_ms = now_ms() + timeout_ms;
	uint64_t ended_ms = 0;
	int step_ms = 0;

	for (;;) {
		bool ended = box->ended || box->gone;
		int count;
		pid_t pid = find_exe(box, wantedfd, &count);

		if (pid > 0)
			return pid;
		if (box->out_of_memory)
			return -ENOMEM;
		if (ended && ended_ms == 0)
			ended_ms = now_ms();
		if (ended && (count == 0 || now_ms() - ended_ms > ORPHANS_MS))
			return -ESRCH;
		if (now_ms() >= end_ms)
			return -ETIME;
		if (step_ms < 5)
			step_ms++;
		pump(box, step_ms);
	}
}

int sandbox_pids(struct sandbox *box, pid_t *pids, size_t max)
{
	return sandbox_watch_pids(box->init, pids, max);
}

pid_t sandbox_init_pid(const struct sandbox *box)
{
	return box->init;
}

int sandbox_ids(const struct sandbox *box, struct sandbox_ids *ret)
{
	unsigned id = box->program_id;
	struct sandbox_ids ids = { 0 };
	int r = sandbox_ids_lookup(box->init, "uid_map", id, &ids.uid);

	if (r == 0)
		r = sandbox_ids_lookup(box->init, "gid_map", id, &ids.gid);
	if (r < 0)
		return r;
	if (box->subids && id + 1 + box->subids <= sandbox_ids_count(box->init))
		ids.subids = box->subids;
	if (ids.subids) {
		r = sandbox_ids_lookup(box->init, "uid_map", id + 1,
				       &ids.first_subuid);
		if (r == 0)
			r = sandbox_ids_lookup(box->init, "gid_map", id + 1,
					       &ids.first_subgid);
	}
	if (r == 0)
		*ret = ids;
	return r;
}

const char *sandbox_out(struct sandbox *box)
{
	pump(box, 0);
	return box->out.text;
}

const char *sandbox_err(struct sandbox *box)
{
	pump(box, 0);
	return box->err.text;
}

bool sandbox_flooded(const struct sandbox *box)
{
	return box->out.flooded || box->err.flooded;
}

int sandbox_open(struct sandbox *box, const char *path, int flags)
{
	auto_close int rootfd = -1;
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};
	char root[64];

	snprintf(root, sizeof(root), "/proc/%d/root", (int)box->init);
	rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0)
		return -errno;
	return sysret(
		(int)syscall(SYS_openat2, rootfd, path, &how, sizeof(how)));
}

int sandbox_cgroup_open(const struct sandbox *box, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	if (box->cgroup.boxfd < 0)
		return -ENOENT;
	return sysret((int)syscall(SYS_openat2, box->cgroup.boxfd, path, &how,
				   sizeof(how)));
}

int sandbox_call(struct sandbox *box, int (*fn)(void *arg), void *arg)
{
	return look_inside(box->init, fn, arg);
}
