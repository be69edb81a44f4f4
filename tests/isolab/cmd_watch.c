/* SPDX-License-Identifier: MIT */
/*
 * cmd_watch.c - isolab watch: grade a lab again whenever a file is saved
 *
 * Usage:  isolab watch [--from DIR] [--poll] [--once] [LAB...]
 *
 * inotify(7) tells of a change, whether the editor writes the file or renames
 * a new one over it.  It does not work on network file systems, where another
 * machine makes the change; there, and with --poll, the times are compared.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "kit.h"

enum { PATH_SIZE = 4096, MAX_LABS = 64, POLL_MS = 200, SETTLE_MS = 20 };

struct watched {
	const struct grader *grader;
	char path[PATH_SIZE];	  /* folder of the submission */
	int wd;			  /* of inotify; -1 if it is polled */
	unsigned long long stamp; /* of its files, when it was last graded */
};

struct watch {
	struct watched labs[MAX_LABS];
	size_t count;
	const char *from;
	bool poll;
	bool once;
	int inotifyfd; /* -1: poll */
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static int usage(FILE *out, int status)
{
	fputs("usage: isolab watch [--from DIR] [--poll] [--once] [LAB...]\n\n"
	      "Grades a lab whenever one of its files is saved; ends with "
	      "ctrl-C.\n"
	      "  --from DIR  watch DIR/LAB/ and not exercises/LAB/\n"
	      "  --poll      look every 200 ms, where inotify cannot work\n"
	      "  --once      end after the first change, with its status\n",
	      out);
	return status;
}

/* Anything that changes when a file is saved, added or removed. */
static unsigned long long stamp_of(const char *path)
{
	unsigned long long sum = 0;
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		struct stat st;

		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(dir), entry->d_name, &st, 0) < 0)
			continue;
		sum = sum * 31 + (unsigned long long)st.st_mtim.tv_sec;
		sum = sum * 31 + (unsigned long long)st.st_mtim.tv_nsec;
		sum = sum * 31 + (unsigned long long)st.st_ino;
		sum = sum * 31 + (unsigned long long)st.st_size;
	}
	closedir(dir);
	return sum;
}

/* File systems that other machines write to, or that forget to tell. */
static bool is_remote(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return true;
	switch ((unsigned long)fs.f_type) {
	case NFS_SUPER_MAGIC:
	case SMB_SUPER_MAGIC:
	case SMB2_SUPER_MAGIC:
	case CIFS_SUPER_MAGIC:
	case V9FS_MAGIC:
	case FUSE_SUPER_MAGIC:
		return true;
	default:
		return false;
	}
}

static int grade(const struct watch *w, struct watched *lab)
{
	const char *const argv[] = {
		"isolab", "grade", lab->grader->lab, w->from ? "--from" : NULL,
		w->from,  NULL,
	};
	pid_t pid;

	lab->stamp = stamp_of(lab->path);
	pid = fork();
	if (pid == 0) {
		execv("/proc/self/exe", (char *const *)argv);
		_exit(127);
	}
	return pid < 0 ? -errno : child_wait(pid);
}

static void start_watching(struct watch *w)
{
	w->inotifyfd = w->poll ? -1 : inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (size_t i = 0; i < w->count; i++) {
		struct watched *lab = &w->labs[i];

		lab->stamp = stamp_of(lab->path);
		lab->wd = -1;
		if (w->inotifyfd >= 0 && !is_remote(lab->path))
			lab->wd = inotify_add_watch(
				w->inotifyfd, lab->path,
				IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE);
	}
}

/* Sleep until something may have changed. */
static void wait_for_change(struct watch *w)
{
	struct pollfd fd = { .fd = w->inotifyfd, .events = POLLIN };
	char events[4096];
	bool polled = w->inotifyfd < 0;

	for (size_t i = 0; i < w->count; i++)
		polled |= w->labs[i].wd < 0;
	if (poll(&fd, 1, polled ? POLL_MS : -1) <= 0)
		return;
	/* An editor saves in several steps: take them as one. */
	do {
		while (read(w->inotifyfd, events, sizeof(events)) > 0)
			;
	} while (poll(&fd, 1, SETTLE_MS) > 0 && !stopped);
}

static int parse(struct watch *w, int argc, char **argv)
{
	const struct grader *some[MAX_LABS];
	size_t count = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return 1 + usage(stdout, KIT_OK);
		if (strcmp(argv[i], "--poll") == 0) {
			w->poll = true;
		} else if (strcmp(argv[i], "--once") == 0) {
			w->once = true;
		} else if (strcmp(argv[i], "--from") == 0 && i + 1 < argc) {
			w->from = argv[++i];
		} else if (argv[i][0] == '-' || count == MAX_LABS) {
			return 1 + usage(stderr, KIT_USAGE);
		} else {
			some[count] = grader_need(argv[i]);
			if (!some[count++])
				return 1 + KIT_USAGE;
		}
	}
	for (size_t i = 0; count == 0 && graders[i] && i < MAX_LABS; i++)
		some[w->count++] = graders[i];
	if (count)
		w->count = count;
	for (size_t i = 0; i < w->count; i++) {
		char below[PATH_SIZE];
		int r = 0;

		w->labs[i].grader = some[i];
		snprintf(below, sizeof(below), "%s/%s",
			 w->from ? w->from : "exercises", some[i]->lab);
		if (w->from)
			snprintf(w->labs[i].path, PATH_SIZE, "%s", below);
		else
			r = kit_path(w->labs[i].path, PATH_SIZE, below);
		if (r < 0 || access(w->labs[i].path, R_OK) < 0) {
			fprintf(stderr, "isolab watch: there is no folder %s\n",
				below);
			return 1 + KIT_USAGE;
		}
	}
	return 0;
}

int cmd_watch(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct watch w = { 0 };
	int r = parse(&w, argc, argv);

	if (r > 0)
		return r - 1;
	/* Without SA_RESTART, so that poll(2) returns. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	start_watching(&w);
	printf("watching %zu labs; save a file, or press ctrl-C to end\n",
	       w.count);
	(void)fflush(stdout);

	while (!stopped) {
		wait_for_change(&w);
		for (size_t i = 0; i < w.count && !stopped; i++) {
			int status;

			if (w.labs[i].stamp == stamp_of(w.labs[i].path))
				continue;
			status = grade(&w, &w.labs[i]);
			if (w.once)
				return status < 0 ? 3 : status;
		}
	}
	return KIT_OK;
}
