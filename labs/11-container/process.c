/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "caps.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "sys.h"

enum {
	PROC_MAGIC = 0x9fa0, /* <linux/magic.h> */
	PROC_ROOT_INO = 1,   /* include/linux/proc_fs.h */
};

/* A file of /proc/self, from the real /proc: its root, where "self" is the
 * kernel's symlink, and nothing that is mounted in it. */
static int open_self(const char *name, struct report *rep)
{
	auto_close int procfd = open("/proc", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char path[64];
	struct statfs fs;
	struct stat st;
	int fd;

	if (procfd < 0)
		return report_call(rep, -errno, "open", "/proc");
	if (fstatfs(procfd, &fs) < 0)
		return report_call(rep, -errno, "fstatfs", "/proc");
	if (fstat(procfd, &st) < 0)
		return report_call(rep, -errno, "fstat", "/proc");
	if (fs.f_type != PROC_MAGIC || st.st_ino != PROC_ROOT_INO)
		return report_refuse(rep, -ENOTDIR, "/proc is not procfs");
	snprintf(path, sizeof(path), "self/%s", name);
	fd = sys_openat2(procfd, path, O_WRONLY, 0,
			 RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
				 RESOLVE_NO_XDEV);
	return report_call(rep, fd, "openat2", "/proc/%s", path);
}

int process_set_oom_score(const struct spec_process *p, struct report *rep)
{
	auto_close int fd = -1;
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", p->oom_score_adj);

	if (!p->oom_score_adj_given)
		return 0;
	fd = open_self("oom_score_adj", rep);
	if (fd < 0)
		return fd;
	return report_call(rep, write_all(fd, text, (size_t)n), "write",
			   "/proc/self/oom_score_adj: %s", text);
}

static bool given(const char *text)
{
	return text && text[0];
}

int process_prepare(const struct spec_process *p, struct report *rep,
		    struct process *ret)
{
	int r = process_set_oom_score(p, rep);

	*ret = (struct process){ .labelfd = -1 };
	if (r < 0)
		return r;
	if (given(p->apparmor_profile)) {
		ret->label = p->apparmor_profile;
		ret->labelfd = open_self("attr/apparmor/exec", rep);
		return ret->labelfd < 0 ? ret->labelfd : 0;
	}
	if (given(p->selinux_label)) {
		ret->label = p->selinux_label;
		ret->labelfd = open_self("attr/exec", rep);
		return ret->labelfd < 0 ? ret->labelfd : 0;
	}
	return 0;
}

static int write_label(const struct spec_process *p,
		       const struct process *prepared, struct report *rep)
{
	char text[PATH_MAX];
	int n = snprintf(text, sizeof(text), "%s%s",
			 given(p->apparmor_profile) ? "exec " : "",
			 prepared->label);

	return report_call(rep, write_all(prepared->labelfd, text, (size_t)n),
			   "write", "/proc/self/attr: %s", text);
}

static const char *path_of(const struct spec_process *p)
{
	for (size_t i = 0; i < p->env.n; i++)
		if (strncmp(p->env.v[i], "PATH=", 5) == 0)
			return p->env.v[i] + 5;
	/* What execvp(3) of the kernel's own usermode helpers use, too. */
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

static int may_execute(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode) || !(st.st_mode & 0111))
		return -EACCES;
	return 0;
}

int process_find(const struct spec_process *p, struct report *rep, char *buf,
		 size_t size)
{
	const char *name = p->args.v[0];
	const char *at = path_of(p);
	int r = -ENOENT, last;

	if (strchr(name, '/')) {
		snprintf(buf, size, "%s", name);
		if (name[0] != '/') /* relative to cwd, which is not set yet */
			snprintf(buf, size, "%s/%s", p->cwd, name);
		r = may_execute(buf);
		snprintf(buf, size, "%s", name);
		at = "";
	}
	while (*at) {
		int len = (int)strcspn(at, ":");

		snprintf(buf, size, "%.*s/%s", len, len ? at : ".", name);
		last = may_execute(buf);
		if (last == 0 || last == -EACCES)
			r = last;
		if (last == 0)
			break;
		at += len + (at[len] == ':');
	}
	if (r == -EACCES)
		return report_refuse(rep, r,
				     "%s: Permission denied: it is not "
				     "executable (chmod +x?), or a folder",
				     name);
	if (r < 0)
		return report_refuse(
			rep, r, "executable file %s not found in %s: %s", name,
			strchr(name, '/') ? "the image" : "$PATH",
			strerror(-r));
	return 0;
}

static int set_limits(const struct spec_process *p, struct report *rep)
{
	for (size_t i = 0; i < p->rlimits.n; i++) {
		const struct spec_rlimit *l = &p->rlimits.v[i];
		struct rlimit limit = { .rlim_cur = l->soft,
					.rlim_max = l->hard };
		int r = sysret(setrlimit((unsigned)l->resource, &limit));

		if (report_call(rep, r, "setrlimit", "resource %d, %llu %llu",
				l->resource, (unsigned long long)l->soft,
				(unsigned long long)l->hard) < 0)
			return r;
	}
	return 0;
}

static int set_priorities(const struct spec_process *p, struct report *rep)
{
	struct sched_param param = { .sched_priority = p->scheduler.priority };
	int r = 0;

	if (p->io_class)
		r = report_call(
			rep,
			sys_ret(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
					p->io_class << 13 | p->io_priority)),
			"ioprio_set", "class %d", p->io_class);
	if (r == 0 && p->scheduler.given)
		r = report_call(rep,
				sys_ret(syscall(SYS_sched_setscheduler, 0,
						p->scheduler.policy, &param)),
				"sched_setscheduler", "policy %d",
				p->scheduler.policy);
	if (r == 0 && p->scheduler.given && p->scheduler.nice)
		r = report_call(rep,
				sys_ret(syscall(SYS_setpriority, 0, 0,
						p->scheduler.nice)),
				"setpriority", "%d", p->scheduler.nice);
	return r;
}

/* By the calls of the kernel: libc's would tell other threads, of which there
 * are none. */
static int set_user(const struct spec_process *p, struct report *rep)
{
	int r = sys_ret(syscall(SYS_setgroups, p->group_count, p->groups));

	/* With setgroups "deny" the groups stay as they are: a user alone. */
	if (r == -EPERM && p->group_count == 0)
		r = 0;
	if (report_call(rep, r, "setgroups", "%zu groups", p->group_count) < 0)
		return r;
	r = sys_ret(syscall(SYS_setresgid, p->gid, p->gid, p->gid));
	if (report_call(rep, r, "setresgid", "%u", p->gid) < 0)
		return r;
	r = sys_ret(syscall(SYS_setresuid, p->uid, p->uid, p->uid));
	return report_call(rep, r, "setresuid", "%u", p->uid);
}

/* A directory that is not below the root is one of the host's, to which some
 * descriptor has leaked; the kernel then says "(unreachable)..."
 * (CVE-2024-21626). */
static int check_directory(struct report *rep)
{
	char cwd[PATH_MAX];
	long n = syscall(SYS_getcwd, cwd, sizeof(cwd));

	if (n < 0)
		return report_call(rep, -errno, "getcwd", "after chdir");
	if (cwd[0] != '/')
		return report_refuse(rep, -EPERM,
				     "process.cwd leads out of the container");
	return 0;
}

static int set_directory(const struct spec_process *p, struct report *rep)
{
	int r = sysret(chdir(p->cwd));

	if (report_call(rep, r, "chdir", "%s", p->cwd) < 0)
		return r;
	return check_directory(rep);
}

int process_setup(const struct spec_process *p,
		  const struct seccomp_filter *filter, struct report *rep)
{
	int r = set_limits(p, rep);

	report_step(rep, "become the user of the container");
	if (r == 0)
		r = set_priorities(p, rep);
	/* As root, who may go anywhere; the user may not enter it later. */
	if (r == 0)
		r = set_directory(p, rep);
	if (r == 0 && !p->no_new_privileges && !seccomp_has_listener(filter)) {
		r = seccomp_install(filter, rep);
	}
	if (r == 0)
		r = caps_drop_bounding(&p->caps, rep);
	if (r == 0 && p->uid != 0)
		r = report_call(rep, sysret(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)),
				"prctl", "PR_SET_KEEPCAPS");
	if (r == 0)
		r = set_user(p, rep);
	if (r == 0)
		r = caps_set(&p->caps, rep);
	if (r == 0 && p->no_new_privileges)
		r = report_call(rep,
				sysret(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)),
				"prctl", "PR_SET_NO_NEW_PRIVS");
	if (r == 0)
		(void)umask(p->umask >= 0 ? (mode_t)p->umask : 0022);
	return r;
}

static int reset_signals(struct report *rep)
{
	sigset_t none;

	sigemptyset(&none);
	return report_call(rep, sysret(sigprocmask(SIG_SETMASK, &none, NULL)),
			   "rt_sigprocmask", "no signal is blocked");
}

int process_exec(const struct spec_process *p, const struct process *prepared,
		 const char *path, const struct seccomp_filter *filter,
		 int preserve_fds, struct report *rep)
{
	char *none[] = { NULL };
	int r = reset_signals(rep);

	if (r == 0 && prepared->labelfd >= 0)
		r = write_label(p, prepared, rep);
	if (r < 0)
		return r;
	r = report_call(rep,
			sys_close_range(3 + (unsigned)preserve_fds, ~0u,
					CLOSE_RANGE_CLOEXEC),
			"close_range", "from %d", 3 + preserve_fds);
	if (r == 0 && p->no_new_privileges && !seccomp_has_listener(filter))
		r = seccomp_install(filter, rep);
	if (r < 0)
		return r;
	execve(path, p->args.v, p->env.n ? p->env.v : none);
	return report_call(rep, -errno, "execve", "%s", path);
}

int process_close_host(int preserve_fds, const int *kept, size_t count,
		       struct report *rep)
{
	unsigned from = 3 + (unsigned)preserve_fds;
	int r = 0;

	while (r == 0) {
		unsigned next = ~0u;

		for (size_t i = 0; i < count; i++)
			if (kept[i] >= (int)from && (unsigned)kept[i] < next)
				next = (unsigned)kept[i];
		if (next > from)
			r = report_call(rep, sys_close_range(from, next - 1, 0),
					"close_range", "%u to %u", from,
					next - 1);
		if (next == ~0u)
			break;
		from = next + 1;
	}
	return r;
}

int process_new_keyring(const char *name, struct report *rep)
{
	int r = sys_ret(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name));

	if (r == -ENOSYS || r == -EDQUOT)
		r = 0;
	r = report_call(rep, r, "keyctl", "new session keyring");
	return r < 0 ? r : 0;
}
