/* SPDX-License-Identifier: MIT */
/* exercise.c - what the graders share: start the student's program */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "file.h"
#include "grader.h"

enum {
	MAX_FILES = 16,
	PROBE_TIMEOUT_MS = 10000,
	/* Once it has hung, it is not given that long in every check again. */
	HUNG_TIMEOUT_MS = 2000,
};

int exercise_start(struct grading *g, const struct sandbox_spec *spec,
		   struct sandbox **ret)
{
	struct sandbox_file files[MAX_FILES + 3] = {
		{ .fd = g->exercisefd, .to = "/bin/exercise", .mode = 0755 },
		{ .fd = g->probefd, .to = "/bin/probe", .mode = 0755 },
	};
	struct sandbox_spec with = *spec;
	size_t count = 2;

	for (const struct sandbox_file *f = spec->files; f && f->to; f++) {
		if (count == MAX_FILES + 2)
			return -E2BIG;
		files[count++] = *f;
	}
	with.files = files;
	return sandbox_start(ret, &with);
}

void exercise_keep_output(struct finding *f, struct sandbox *box)
{
	const char *text = sandbox_err(box);

	if (!*text)
		text = sandbox_out(box);
	free(f->output);
	f->output = *text ? strdup(text) : NULL;
}

static void say_end(struct finding *f, struct sandbox *box)
{
	int status = sandbox_wait(box, 0);

	if (status > 128)
		observed(f, "the program was killed by signal %d (%s)",
			 status - 128, strsignal(status - 128));
	else if (status >= 0)
		observed(f,
			 "the program ended with status %d and had not "
			 "started the command",
			 status);
	else
		observed(f, "the program ended and had not started the "
			    "command");
}

int exercise_start_probe(struct grading *g, struct finding *f,
			 const struct sandbox_spec *spec, struct sandbox **ret,
			 pid_t *ret_pid)
{
	unsigned timeout_ms = g->hung ? HUNG_TIMEOUT_MS : PROBE_TIMEOUT_MS;
	struct sandbox *box;
	int r = exercise_start(g, spec, &box);

	if (r < 0)
		return r == -ESRCH || r == -ETIME ? -EPROTO : r;

	r = sandbox_wait_exe(box, g->probefd, timeout_ms);
	if (r > 0) {
		*ret = box;
		*ret_pid = r;
		return 0;
	}
	if (r == -ESRCH) {
		say_end(f, box);
	} else if (r == -ETIME) {
		g->hung = true;
		observed(f,
			 "after %u seconds the program still runs and has "
			 "not started the command",
			 timeout_ms / 1000);
	} else if (r == -ENOMEM) {
		observed(f, "the program was stopped: it used more memory "
			    "than it may");
		r = -ESRCH;
	}
	exercise_keep_output(f, box);
	(void)sandbox_free(box);
	return r;
}

/* An ELF file may have a tail. */
int probe_copy(const struct grading *g, const char *tail)
{
	auto_close int fd = memfd_create("probe", MFD_CLOEXEC);
	struct stat st;
	off_t at = 0;
	int r;

	if (fd < 0 || fstat(g->probefd, &st) < 0)
		return -errno;
	while (at < st.st_size) {
		if (sendfile(fd, g->probefd, &at, (size_t)(st.st_size - at)) <=
		    0)
			return -EIO;
	}
	r = write_all(fd, tail, strlen(tail));
	return r < 0 ? r : steal_fd(&fd);
}

enum verdict judge_no_probe(struct finding *f, int r, const char *key)
{
	if (r == -ESRCH || r == -ETIME)
		return fail(f, key);
	return cannot_judge(f, r, "start the program in its sandbox");
}
