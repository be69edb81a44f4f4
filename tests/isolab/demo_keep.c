/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "demo.h"
#include "err.h"
#include "kit.h"
#include "terminal.h"

enum {
	PLAYER = 54321, /* an ID that has no account */
	ROUNDS = 3,	/* of removing the folder */
};

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	/* An overlay leaves a folder of mode 0, for the next time round. */
	if (type == FTW_DNR)
		(void)chmod(path, 0700);
	(void)remove(path); /* it may be somebody else's */
	return 0;
}

/*
 * An overlay cannot be written on an overlay, and /tmp of the lab machine and
 * of most containers is on one.  A file system in memory does as well, if
 * programs may be run from it.
 */
static const char *roomy_folder(void)
{
	const char *const folders[] = { getenv("TMPDIR"), "/tmp", "/dev/shm" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		struct statvfs flags;
		struct statfs type;

		if (folders[i] && strlen(folders[i]) < 32 &&
		    statfs(folders[i], &type) == 0 &&
		    statvfs(folders[i], &flags) == 0 &&
		    type.f_type != OVERLAYFS_SUPER_MAGIC &&
		    !(flags.f_flag & (ST_NOEXEC | ST_RDONLY)))
			return folders[i];
	}
	return "/tmp";
}

/* Keys come at once and unseen; what is printed is treated as always. */
static void give_keys(struct termios *mode)
{
	mode->c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	mode->c_cc[VMIN] = 1;
	mode->c_cc[VTIME] = 0;
}

/*
 * The labs are about what an ordinary user can do, and so are their slides.
 * Root plays as somebody without an account, if that one can reach the programs.
 */
static int be_ordinary(const struct demo *demo)
{
	char path[DEMO_PATH];

	if (geteuid() != 0)
		return 0;
	if (chown(demo->dir, PLAYER, PLAYER) < 0 || setgroups(0, NULL) < 0 ||
	    setresgid(PLAYER, PLAYER, PLAYER) < 0 ||
	    setresuid(PLAYER, PLAYER, PLAYER) < 0)
		return -errno;
	/* The change cleared it, and /proc/self became root's. */
	(void)prctl(PR_SET_DUMPABLE, 1);
	/* It also cleared this. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (kit_build_path(path, sizeof(path), "bin/labs") < 0 ||
	    access(path, R_OK | X_OK) < 0)
		return -EACCES;
	return 0;
}

static int play(void *arg)
{
	struct demo *demo = arg;
	auto_close int cwdfd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = demo->as_root ? 0 : be_ordinary(demo);

	if (r < 0)
		fprintf(stderr,
			"isolab demo: an ordinary user cannot run this build: "
			"%s (try: isolab demo --as-root)\n",
			strerror(-r));
	if (r < 0 || chdir(demo->dir) < 0)
		return KIT_FAILED;
	demo->cwdfd = cwdfd;
	return demo_play(demo) == 0 ? KIT_OK : KIT_FAILED;
}

/*
 * The player may be killed: what is below it then becomes ours, and ends.  We
 * are not: a window that is closed sends more than one signal, and the folder
 * is to be removed after the first.
 */
int demo_keep(struct demo *demo)
{
	sigset_t set;
	int status;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	snprintf(demo->dir, sizeof(demo->dir), "%s/isolab-demo-XXXXXX",
		 roomy_folder());
	if (!mkdtemp(demo->dir) || chmod(demo->dir, 0755) < 0) {
		fprintf(stderr, "isolab demo: cannot make a folder: %s\n",
			strerror(errno));
		return KIT_FAILED;
	}
	status = terminal_lend(give_keys, play, demo);
	stage_end_all();
	for (int i = 0; i < ROUNDS && access(demo->dir, F_OK) == 0; i++)
		(void)nftw(demo->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return status < 0 ? KIT_FAILED : status;
}
