/* SPDX-License-Identifier: MIT */
#include "userns_try.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"

enum { NOBODY = 65534 };

void userns_be_ordinary(void)
{
	if (geteuid() != 0)
		return;
	(void)setgroups(0, NULL);
	(void)!setresgid(NOBODY, NOBODY, NOBODY);
	(void)!setresuid(NOBODY, NOBODY, NOBODY);
	/* The change cleared it, and /proc/self became root's. */
	(void)prctl(PR_SET_DUMPABLE, 1);
}

static int map_own(unsigned uid, unsigned gid)
{
	char line[32];
	int r;

	snprintf(line, sizeof(line), "0 %u 1", uid);
	r = file_write_at(AT_FDCWD, "/proc/self/uid_map", line);
	if (r == 0)
		r = file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny");
	snprintf(line, sizeof(line), "0 %u 1", gid);
	if (r == 0)
		r = file_write_at(AT_FDCWD, "/proc/self/gid_map", line);
	return r;
}

/* What the labs use it for; the hostname shows that the power is real. */
static int use(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC |
		    CLONE_NEWNET) < 0)
		return -errno;
	return sysret(sethostname("isolab", strlen("isolab")));
}

static struct userns_answer try_here(void)
{
	unsigned uid;
	unsigned gid;
	int r;

	userns_be_ordinary();
	uid = geteuid();
	gid = getegid();
	if (unshare(CLONE_NEWUSER) < 0)
		return (struct userns_answer){ USERNS_MAKE, -errno };
	r = map_own(uid, gid);
	if (r < 0)
		return (struct userns_answer){ USERNS_MAP, r };
	r = use();
	if (r < 0)
		return (struct userns_answer){ USERNS_USE, r };
	return (struct userns_answer){ USERNS_ALL, 0 };
}

int userns_try(struct userns_answer *ret)
{
	struct userns_answer answer;
	int ends[2];
	ssize_t n;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0) {
		answer = try_here();
		_exit(write_all(ends[1], &answer, sizeof(answer)) < 0);
	}
	(void)close(ends[1]);
	n = child < 0 ? 0 : read(ends[0], &answer, sizeof(answer));
	(void)close(ends[0]);
	if (child > 0)
		(void)child_wait(child);
	if (n != sizeof(answer))
		return -EPROTO;
	*ret = answer;
	return 0;
}

/* ---- why ------------------------------------------------------------------- */

/* A number in a file below @proc, or -1 where there is none. */
static long setting(const char *proc, const char *file)
{
	char path[4096];
	char text[32];

	snprintf(path, sizeof(path), "%s/%s", proc, file);
	if (file_read_at(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return -1;
	return strtol(text, NULL, 10);
}

static bool has_filter(const char *proc)
{
	auto_free char *text = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/self/status", proc);
	return file_read_all(path, &text) > 0 && strstr(text, "\nSeccomp:\t2");
}

static bool apparmor_restricts(const char *proc)
{
	return setting(proc,
		       "sys/kernel/apparmor_restrict_unprivileged_userns") == 1;
}

static const char apparmor_fix[] =
	"sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0";
static const char elsewhere[] = "isolab grade --in machine";

static struct userns_advice why_not_made(const char *proc)
{
	if (setting(proc, "sys/kernel/unprivileged_userns_clone") == 0)
		return (struct userns_advice){
			"this system gives them to root only",
			"sudo sysctl kernel.unprivileged_userns_clone=1"
		};
	if (apparmor_restricts(proc))
		return (struct userns_advice){
			"AppArmor refuses them to programs without a profile",
			apparmor_fix
		};
	if (has_filter(proc))
		return (struct userns_advice){
			"a seccomp filter refuses unshare(2), as in a "
			"container",
			elsewhere
		};
	return (struct userns_advice){
		"no setting known here; in a chroot it is always so", elsewhere
	};
}

static struct userns_advice why_no_more(const char *proc)
{
	long max = setting(proc, "sys/user/max_user_namespaces");

	if (max == 0)
		return (struct userns_advice){
			"the limit user.max_user_namespaces is 0",
			"sudo sysctl user.max_user_namespaces=15000"
		};
	return (struct userns_advice){
		"this user has as many as the limit allows, or they are "
		"nested too deeply",
		elsewhere
	};
}

/* Ubuntu 23.10 and later: made, and moved into a profile without power. */
static struct userns_advice why_no_power(const char *proc)
{
	if (apparmor_restricts(proc))
		return (struct userns_advice){
			"AppArmor lets them be made and then denies every "
			"capability in them",
			apparmor_fix
		};
	if (has_filter(proc))
		return (struct userns_advice){
			"a seccomp filter refuses what they are for, as in a "
			"container",
			elsewhere
		};
	return (struct userns_advice){
		"a security module denies the capabilities in them", elsewhere
	};
}

struct userns_advice userns_explain(const struct userns_answer *answer,
				    const char *proc)
{
	if (answer->step == USERNS_ALL)
		return (struct userns_advice){ NULL, NULL };
	if (answer->err == -ENOSPC || answer->err == -EUSERS)
		return why_no_more(proc);
	if (answer->step != USERNS_MAKE)
		return why_no_power(proc);
	if (answer->err == -EINVAL || answer->err == -ENOSYS)
		return (struct userns_advice){
			"this kernel was built without them", elsewhere
		};
	return why_not_made(proc);
}
