/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "init.h"

/* What the child gets as stdin, stdout and stderr, and what we keep. */
struct ends {
	int theirs[3];
	int ours[3];
};

static int pair_of_pipe(int *reader, int *writer)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	*reader = p[0];
	*writer = p[1];
	return 0;
}

static int open_pipes(struct ends *ends)
{
	int r = pair_of_pipe(&ends->theirs[0], &ends->ours[0]);

	for (int i = 1; r == 0 && i < 3; i++)
		r = pair_of_pipe(&ends->ours[i], &ends->theirs[i]);
	return r;
}

static int open_terminal(struct ends *ends, const struct wire_size *size)
{
	const struct winsize ws = { .ws_row = size->rows,
				    .ws_col = size->columns };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *name;
	int tty;

	if (master < 0)
		return -errno;
	if (unlockpt(master) < 0 || !(name = ptsname(master)))
		return -errno;
	tty = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty < 0)
		return -errno;
	(void)ioctl(tty, TIOCSWINSZ, &ws);
	*ends = (struct ends){ .theirs = { tty, tty, tty },
			       .ours = { master, master, -1 } };
	return 0;
}

static _Noreturn void become(const struct ends *ends,
			     const struct job_spec *spec)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	for (int fd = 0; fd < 3; fd++) {
		if (dup2(ends->theirs[fd], fd) < 0)
			die(-errno, "cannot set up stdio");
	}
	if (spec->tty && ioctl(0, TIOCSCTTY, 0) < 0)
		die(-errno, "cannot take the terminal");
	/* The host's working directory may not be there in the small root. */
	if (chdir(spec->cwd) < 0 && chdir("/") < 0)
		die(-errno, "cannot enter /");
	environ = spec->envp;
	execvp(spec->argv[0], spec->argv);
	fprintf(stderr, "lab machine: cannot execute %s: %m\n", spec->argv[0]);
	_exit(127);
}

int job_start(struct job *job, const struct job_spec *spec)
{
	struct ends ends = { { -1, -1, -1 }, { -1, -1, -1 } };
	int r = spec->tty ? open_terminal(&ends, &spec->size)
			  : open_pipes(&ends);

	if (r < 0)
		return r;
	job->pid = fork();
	if (job->pid < 0)
		return -errno;
	if (job->pid == 0)
		become(&ends, spec);

	for (int i = 0; i < 3; i++) {
		if (i == 0 || ends.theirs[i] != ends.theirs[0])
			close(ends.theirs[i]);
		if (ends.ours[i] >= 0)
			(void)fcntl(ends.ours[i], F_SETFL, O_NONBLOCK);
	}
	job->infd = ends.ours[0];
	job->outfd = ends.ours[1];
	job->errfd = ends.ours[2];
	return 0;
}

void job_resize(const struct job *job, const struct wire_size *size)
{
	const struct winsize ws = { .ws_row = size->rows,
				    .ws_col = size->columns };

	(void)ioctl(job->outfd, TIOCSWINSZ, &ws);
}
