/* SPDX-License-Identifier: MIT */
#include "scenes.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"

#define RUN    "run --pid-file out/pid -b "
#define DETACH "run -d -b wait c1"
#define DELETE "delete --force c1"

static const struct scene scenes[] = {
	{ .name = "run",
	  .command = RUN "plain c1",
	  .status = 7,
	  .after = { "clean" } },
	{ .name = "run-net",
	  .group = true,
	  .command = RUN "plain --net veth c1",
	  .status = 7,
	  .after = { "clean" } },
	{ .name = "run-user",
	  .group = true,
	  .command = RUN "user c1",
	  .status = 7,
	  .after = { "clean" } },
	{ .name = "run-hooks",
	  .command = RUN "hooks c1",
	  .status = 7,
	  .after = { "clean" } },
	{ .name = "run-terminal",
	  .command = RUN "terminal c1",
	  .status = 7,
	  .after = { "clean" } },
	{ .name = "run-join",
	  .group = true,
	  .command = RUN "join c1",
	  .status = 7,
	  .after = { "clean" } },
	{ .name = "run-detach",
	  .command = "run -d --pid-file out/pid -b wait c1",
	  .after = { DELETE, "clean" } },
	{ .name = "create",
	  .command = "create --pid-file out/pid -b plain c1",
	  .after = { DELETE, "clean" } },
	{ .name = "start",
	  .before = { "create -b wait c1" },
	  .command = "start c1",
	  .after = { DELETE } },
	{ .name = "exec",
	  .once = { DETACH },
	  .command = "exec --pid-file out/pid c1 /program inside",
	  .status = 7,
	  .after = { "clean" },
	  .finally = { DELETE } },
	{ .name = "exec-terminal",
	  .once = { DETACH },
	  .command = "exec -t c1 /program inside",
	  .status = 7,
	  .finally = { DELETE } },
	{ .name = "kill",
	  .once = { DETACH },
	  .command = "kill c1 USR1",
	  .finally = { DELETE } },
	{ .name = "kill-all",
	  .group = true,
	  .once = { DETACH },
	  .command = "kill -a c1 USR1",
	  .finally = { DELETE } },
	{ .name = "pause",
	  .group = true,
	  .once = { DETACH },
	  .command = "pause c1",
	  .after = { "resume c1", "exec c1 /program true" },
	  .finally = { DELETE } },
	{ .name = "resume",
	  .group = true,
	  .once = { DETACH },
	  .before = { "pause c1" },
	  .command = "resume c1",
	  .after = { "resume c1", "exec c1 /program true" },
	  .finally = { DELETE } },
	{ .name = "update",
	  .group = true,
	  .once = { DETACH },
	  .command = "update --pids-limit 30 --memory 40000000 c1",
	  .after = { "exec c1 /program true" },
	  .finally = { DELETE } },
	{ .name = "ps",
	  .group = true,
	  .once = { DETACH },
	  .command = "ps c1",
	  .finally = { DELETE } },
	{ .name = "state",
	  .once = { DETACH },
	  .command = "state c1",
	  .finally = { DELETE } },
	{ .name = "list",
	  .once = { DETACH },
	  .command = "list",
	  .finally = { DELETE } },
	{ .name = "delete",
	  .before = { "create -b plain c1" },
	  .command = "delete c1",
	  .after = { DELETE } },
	{ .name = "delete-force",
	  .before = { DETACH },
	  .command = DELETE,
	  .after = { DELETE } },
};

const struct scene *scenes_at(size_t index)
{
	return index < sizeof(scenes) / sizeof(scenes[0]) ? &scenes[index]
							  : NULL;
}

/* ---- bundles -------------------------------------------------------------------- */

enum { USERNS = 1, HOOKS = 2, TERMINAL = 4, JOIN = 8, WAIT = 16 };

static const char mounts[] =
	"{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
	"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","
	"\"options\":[\"nosuid\",\"mode=755\",\"size=64k\"]},"
	"{\"destination\":\"/dev/pts\",\"type\":\"devpts\","
	"\"source\":\"devpts\",\"options\":[\"newinstance\",\"noexec\"]},"
	"{\"destination\":\"/dev/mqueue\",\"type\":\"mqueue\","
	"\"source\":\"mqueue\"},"
	"{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\","
	"\"options\":[\"ro\",\"nosuid\"]},"
	"{\"destination\":\"/data\",\"type\":\"bind\",\"source\":\"rootfs\","
	"\"options\":[\"bind\",\"ro\",\"nodev\"]}";

static const char seccomp[] =
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":["
	"\"chroot\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":2}]}";

static void put_hook(FILE *f, const char *place, const char *program,
		     const char *comma)
{
	fprintf(f,
		"\"%s\":[{\"path\":\"%s\",\"args\":[\"program\",\"true\"]}]%s",
		place, program, comma);
}

static void put_hooks(FILE *f, const char *cwd)
{
	static const char *const places[] = { "prestart", "createRuntime",
					      "createContainer", "poststart",
					      "poststop" };
	char program[PATH_MAX + 32];

	snprintf(program, sizeof(program), "%s/hooks/rootfs/program", cwd);
	fputs("\"hooks\":{", f);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		put_hook(f, places[i], program, ",");
	put_hook(f, "startContainer", "/program", "},");
}

static void put_process(FILE *f, int flags)
{
	fprintf(f,
		"\"process\":{\"terminal\":%s,\"cwd\":\"/data\","
		"\"args\":[\"/program\",\"%s\"],\"env\":[\"PATH=/\"],"
		"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":100,"
		"\"hard\":200}],\"noNewPrivileges\":true,\"oomScoreAdj\":100,"
		"\"capabilities\":{\"bounding\":[\"CAP_KILL\"],"
		"\"permitted\":[\"CAP_KILL\"],\"effective\":[\"CAP_KILL\"]},"
		"\"user\":{\"uid\":0,\"gid\":0}},",
		flags & TERMINAL ? "true" : "false",
		flags & WAIT ? "wait" : "inside");
}

static void put_linux(FILE *f, int flags, uid_t uid)
{
	static const char *const kinds[] = { "mount", "uts", "ipc", "network" };

	fputs("\"linux\":{\"namespaces\":[", f);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		fprintf(f, "{\"type\":\"%s\"},", kinds[i]);
	if (flags & JOIN)
		fprintf(f, "{\"type\":\"pid\",\"path\":\"/proc/%d/ns/pid\"}",
			getpid());
	else
		fputs("{\"type\":\"pid\"}", f);
	if (flags & USERNS)
		fprintf(f,
			",{\"type\":\"user\"}],"
			"\"uidMappings\":[{\"containerID\":0,\"hostID\":%u,"
			"\"size\":1}],\"gidMappings\":[{\"containerID\":0,"
			"\"hostID\":%u,\"size\":1}]",
			uid, uid);
	else
		fputs(",{\"type\":\"cgroup\"}],\"resources\":{"
		      "\"pids\":{\"limit\":20},"
		      "\"memory\":{\"limit\":50000000},"
		      "\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]}",
		      f);
	fprintf(f,
		",\"sysctl\":{\"net.ipv4.ip_forward\":\"1\"},\"seccomp\":%s,"
		"\"maskedPaths\":[\"/proc/version\",\"/sys/firmware\"],"
		"\"readonlyPaths\":[\"/proc/sys\",\"/proc/bus\"]}",
		seccomp);
}

static int write_config(const char *path, int flags, uid_t uid)
{
	FILE *f = fopen(path, "we");
	char cwd[PATH_MAX];

	if (!f || !getcwd(cwd, sizeof(cwd)))
		return -errno;
	fputs("{\"ociVersion\":\"1.1.0\",\"root\":{\"path\":\"rootfs\","
	      "\"readonly\":true},\"hostname\":\"inside\",",
	      f);
	if (flags & HOOKS)
		put_hooks(f, cwd);
	put_process(f, flags);
	fprintf(f, "\"mounts\":[%s],", mounts);
	put_linux(f, flags, uid);
	fputs("}\n", f);
	return fclose(f) == 0 ? 0 : -errno;
}

static int copy_program(const char *program, const char *path)
{
	auto_close int fromfd = open(program, O_RDONLY | O_CLOEXEC);
	auto_close int tofd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	struct stat st;

	if (fromfd < 0 || tofd < 0 || fstat(fromfd, &st) < 0)
		return -errno;
	return sendfile(tofd, fromfd, NULL, (size_t)st.st_size) == st.st_size
		       ? 0
		       : -EIO;
}

static int make_bundle(const char *name, int flags, const char *program,
		       uid_t uid)
{
	/* What is to be mounted on is there: it would be made, and stay. */
	static const char *const folders[] = {
		"",	      "rootfs",	     "rootfs/proc", "rootfs/dev",
		"rootfs/sys", "rootfs/data", NULL
	};
	char path[256];
	int r = 0;

	for (size_t i = 0; folders[i] && r == 0; i++) {
		snprintf(path, sizeof(path), "%s/%s", name, folders[i]);
		r = sysret(mkdir(path, 0755));
	}
	snprintf(path, sizeof(path), "%s/rootfs/program", name);
	if (r == 0)
		r = copy_program(program, path);
	snprintf(path, sizeof(path), "%s/config.json", name);
	return r < 0 ? r : write_config(path, flags, uid);
}

static int give(const char *path, const struct stat *st, int type,
		struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return lchown(path, 54321, 54321);
}

int scenes_make_folder(const char *program, uid_t uid)
{
	static const struct {
		const char *name;
		int flags;
	} bundles[] = {
		{ "plain", 0 },	    { "user", USERNS },
		{ "hooks", HOOKS }, { "terminal", TERMINAL },
		{ "join", JOIN },   { "wait", WAIT },
	};
	char dir[] = "/tmp/faults-XXXXXX";
	int r = mkdtemp(dir) && chdir(dir) == 0 ? 0 : -errno;

	if (r < 0 || mkdir("state", 0700) < 0 || mkdir("out", 0755) < 0 ||
	    chmod(dir, 0755) < 0)
		return -errno;
	for (size_t i = 0; r == 0 && i < sizeof(bundles) / sizeof(bundles[0]);
	     i++)
		r = make_bundle(bundles[i].name,
				bundles[i].flags | (uid ? USERNS : 0), program,
				uid);
	if (r == 0 && uid != 0 && geteuid() == 0)
		r = nftw(dir, give, 16, FTW_PHYS);
	return r;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int scenes_remove_folder(void)
{
	char cwd[PATH_MAX];

	if (!getcwd(cwd, sizeof(cwd)) || chdir("/") < 0)
		return -errno;
	return nftw(cwd, remove_one, 16, FTW_PHYS | FTW_DEPTH | FTW_MOUNT) == 0
		       ? 0
		       : -errno;
}
