/* SPDX-License-Identifier: MIT */
#include "sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "sys.h"

enum { PROC_MAGIC = 0x9fa0 }; /* <linux/magic.h> */

/* Which namespace a setting belongs to; a slash at the end: all below it. */
static const struct {
	const char *name;
	enum ns ns;
} known[] = {
	{ "net/", NS_NET },
	{ "fs/mqueue/", NS_IPC },
	{ "kernel/msg", NS_IPC }, /* msgmax, msgmnb, msgmni, msg_next_id */
	{ "kernel/sem", NS_IPC },
	{ "kernel/shm", NS_IPC },
	{ "kernel/hostname", NS_UTS },
	{ "kernel/domainname", NS_UTS },
	{ "user/", NS_USER },
};

/* "net.ipv4.ip_forward" is net/ipv4/ip_forward; a name with slashes, as for an
 * interface whose name has a dot, stays as it is. */
static void path_of(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s", name);
	if (strchr(path, '/'))
		return;
	for (char *dot = path; (dot = strchr(dot, '.')); dot++)
		*dot = '/';
}

static int check_one(const struct spec *spec, const char *name,
		     struct report *rep)
{
	char path[256];

	path_of(name, path, sizeof(path));
	if (strlen(name) >= sizeof(path) || strstr(path, ".."))
		return report_refuse(
			rep, -EINVAL,
			"linux.sysctl: %s: is no name of a setting", name);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strncmp(known[i].name, path, strlen(known[i].name)) != 0)
			continue;
		if (spec->ns[known[i].ns].wanted)
			return 0;
		return report_refuse(rep, -EINVAL,
				     "linux.sysctl: %s would be set for the "
				     "whole machine: the container has no %s "
				     "namespace of its own",
				     name,
				     known[i].ns == NS_NET   ? "network"
				     : known[i].ns == NS_IPC ? "ipc"
				     : known[i].ns == NS_UTS ? "uts"
							     : "user");
	}
	return report_refuse(rep, -EINVAL,
			     "linux.sysctl: %s belongs to no namespace; it "
			     "would be set for the whole machine",
			     name);
}

int sysctl_check(const struct spec *spec, struct report *rep)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->sysctl.n; i++)
		r = check_one(spec, spec->sysctl.v[i].key, rep);
	return r;
}

int sysctl_set(const struct spec *spec, struct report *rep)
{
	auto_close int procfd = -1;
	struct statfs fs;

	if (!spec->sysctl.n)
		return 0;
	procfd = open("/proc/sys", O_PATH | O_CLOEXEC);
	if (procfd < 0)
		return report_call(rep, -errno, "open", "/proc/sys");
	if (fstatfs(procfd, &fs) < 0)
		return report_call(rep, -errno, "fstatfs", "/proc/sys");
	if (fs.f_type != PROC_MAGIC)
		return report_refuse(rep, -ENOTDIR, "/proc is not procfs");
	for (size_t i = 0; i < spec->sysctl.n; i++) {
		const struct spec_pair *pair = &spec->sysctl.v[i];
		auto_close int fd = -1;
		char path[256];
		int r;

		path_of(pair->key, path, sizeof(path));
		fd = sys_openat2(procfd, path, O_WRONLY, 0,
				 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
					 RESOLVE_NO_XDEV);
		if (report_call(rep, fd, "openat2", "/proc/sys/%s", path) < 0)
			return fd;
		r = write_all(fd, pair->value, strlen(pair->value));
		if (report_call(rep, r, "write", "/proc/sys/%s", path) < 0)
			return r;
	}
	return 0;
}
