/* SPDX-License-Identifier: MIT */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "net.h"
#include "sys.h"

enum { ID_MAX = 255, STATE_BYTES = 1 << 20 };

int state_check_id(const char *id, struct report *rep)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789+-._";

	if (!id[0] || strlen(id) > ID_MAX || id[strspn(id, allowed)] ||
	    strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		return report_refuse(rep, -EINVAL,
				     "\"%s\" is no name for a container: "
				     "letters, digits and + - . _ only",
				     id);
	return 0;
}

/* The name may be one that everybody can guess, in /tmp: whoever makes it first
 * would say which bundles our containers have. */
static int check_owner(int fd, const char *root, struct report *rep)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return report_call(rep, -errno, "fstat", "%s", root);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return report_refuse(rep, -EPERM,
				     "%s, the folder of all states, belongs to "
				     "user %u; take another by --root",
				     root, st.st_uid);
	return 0;
}

int state_open_root(const char *root, struct report *rep)
{
	auto_free char *copy = NULL;
	auto_close int fd = sys_open(root, O_RDONLY | O_DIRECTORY);
	int r = fd < 0 ? fd : check_owner(fd, root, rep);

	if (fd >= 0)
		return r < 0 ? r : steal_fd(&fd);
	copy = strdup(root);
	if (!copy)
		return -ENOMEM;
	for (char *slash = copy + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(copy, 0711); /* the last one tells */
		*slash = '/';
	}
	if (mkdir(root, 0700) < 0 && errno != EEXIST)
		return report_call(rep, -errno, "mkdir", "%s", root);
	fd = sys_open(root, O_RDONLY | O_DIRECTORY);
	r = report_call(rep, fd, "open", "%s", root);
	if (r >= 0)
		r = check_owner(fd, root, rep);
	return r < 0 ? r : steal_fd(&fd);
}

static int open_locked(int rootfd, const char *id)
{
	auto_close int fd = openat(
		rootfd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* What a create left that was killed: nobody holds the lock, no state. */
static int clear_dead(int rootfd, const char *id, struct report *rep)
{
	auto_close int fd = open_locked(rootfd, id);
	struct cgroup group = CGROUP_NONE;
	char path[CGROUP_PATH];
	ssize_t n;

	if (fd < 0 || faccessat(fd, "state.json", F_OK, 0) == 0)
		return -EEXIST;
	n = readlinkat(fd, "cgroup", path, sizeof(path) - 1);
	if (n > 0) {
		path[n] = '\0';
		if (cgroup_open(path, 1, rep, &group) == 0)
			(void)cgroup_remove(&group, rep);
		cgroup_close(&group);
		report_forget(rep);
	}
	net_detach(fd);
	return state_remove(rootfd, id);
}

int state_reserve(int rootfd, const char *id, struct report *rep)
{
	int r = sysret(mkdirat(rootfd, id, 0700));

	if (r == -EEXIST && clear_dead(rootfd, id, rep) == 0)
		r = sysret(mkdirat(rootfd, id, 0700));
	if (r == -EEXIST)
		return report_refuse(rep, r,
				     "there is a container %s already; remove "
				     "it (minic delete %s) or take another "
				     "name",
				     id, id);
	if (report_call(rep, r, "mkdirat", "%s", id) < 0)
		return r;
	r = report_call(rep, open_locked(rootfd, id), "flock", "%s", id);
	if (r < 0)
		(void)unlinkat(rootfd, id, AT_REMOVEDIR); /* ours, and empty */
	return r;
}

int state_note_cgroup(int dirfd, const char *path, struct report *rep)
{
	if (!path[0])
		return 0;
	return report_call(rep, sysret(symlinkat(path, dirfd, "cgroup")),
			   "symlinkat", "cgroup");
}

static void put_map(FILE *f, const struct spec_map *map)
{
	for (size_t i = 0; i < map->n; i++) {
		fputs(i ? "," : "", f);
		json_put_string(f, map->v[i].key);
		fputc(':', f);
		json_put_string(f, map->v[i].value);
	}
}

static void put_pair(FILE *f, const char *key, const char *value)
{
	fprintf(f, ",\n  \"%s\": ", key);
	json_put_string(f, value);
}

void state_put(FILE *f, const struct state *state, enum status status)
{
	fputs("{\n  \"ociVersion\": \"1.1.0\"", f);
	put_pair(f, "id", state->id);
	put_pair(f, "status", state_status_name(status));
	fprintf(f, ",\n  \"pid\": %d", status == STOPPED ? 0 : (int)state->pid);
	put_pair(f, "bundle", state->bundle);
	put_pair(f, "rootfs", state->rootfs);
	put_pair(f, "created", state->created);
	put_pair(f, "owner", state->owner);
	fputs(",\n  \"annotations\": {", f);
	put_map(f, &state->annotations);
	fputs("}\n}\n", f);
}

char *state_text(const struct state *state, enum status status)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	state_put(f, state, status);
	return fclose(f) == 0 ? text : NULL;
}

static char *file_text(const struct state *state)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f, "{\"version\":1,\"pid\":%d,\"pidStart\":%llu", state->pid,
		state->pid_start);
	fprintf(f, ",\"cgroupMade\":%u", state->cgroup_made);
	put_pair(f, "id", state->id);
	put_pair(f, "bundle", state->bundle);
	put_pair(f, "config", state->config);
	put_pair(f, "rootfs", state->rootfs);
	put_pair(f, "created", state->created);
	put_pair(f, "owner", state->owner);
	put_pair(f, "cgroup", state->cgroup);
	fputs(",\n  \"annotations\": {", f);
	put_map(f, &state->annotations);
	fputs("}\n}\n", f);
	return fclose(f) == 0 ? text : NULL;
}

int state_write(int dirfd, const struct state *state, struct report *rep)
{
	auto_free char *text = file_text(state);
	auto_close int fd = openat(
		dirfd, "state.new",
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : 0;

	if (!text)
		return -ENOMEM;
	if (r == 0)
		r = write_all(fd, text, strlen(text));
	if (r == 0)
		r = sysret(renameat(dirfd, "state.new", dirfd, "state.json"));
	return report_call(rep, r, "write", "state.json");
}

static char *take(const struct json *json, const char *key)
{
	const char *text = json_text(json, 0, key);

	return strdup(text ? text : "");
}

static int64_t take_number(const struct json *json, const char *key)
{
	int v = json_get(json, 0, key);
	int64_t n = 0;

	if (v < 0 || json_int(&json->nodes[v], 0, INT64_MAX, &n) < 0)
		return 0;
	return n;
}

static int take_annotations(struct state *s)
{
	const struct json_node *nodes = s->json.nodes;
	int v = json_get(&s->json, 0, "annotations");
	int key = v + 1;

	if (v < 0 || nodes[v].type != JSON_OBJECT)
		return 0;
	s->annotations.v =
		calloc((size_t)nodes[v].count + 1, sizeof(*s->annotations.v));
	if (!s->annotations.v)
		return -ENOMEM;
	for (int i = 0; i < nodes[v].count; i++) {
		s->annotations.v[s->annotations.n++] = (struct spec_pair){
			.key = nodes[key].text,
			.value = nodes[key + 1].text,
		};
		key = nodes[key + 1].next;
	}
	return 0;
}

static int read_state(int dirfd, struct state *ret)
{
	auto_free char *text = malloc(STATE_BYTES);
	size_t at;
	int r;

	if (!text)
		return -ENOMEM;
	r = file_read_at(dirfd, "state.json", text, STATE_BYTES);
	if (r < 0)
		return r;
	r = json_parse(text, &ret->json, &at);
	if (r < 0)
		return r;
	ret->id = take(&ret->json, "id");
	ret->bundle = take(&ret->json, "bundle");
	ret->config = take(&ret->json, "config");
	ret->rootfs = take(&ret->json, "rootfs");
	ret->created = take(&ret->json, "created");
	ret->owner = take(&ret->json, "owner");
	ret->cgroup = take(&ret->json, "cgroup");
	ret->pid = (pid_t)take_number(&ret->json, "pid");
	ret->pid_start =
		(unsigned long long)take_number(&ret->json, "pidStart");
	ret->cgroup_made = (unsigned)take_number(&ret->json, "cgroupMade");
	if (!ret->id || !ret->bundle || !ret->config || !ret->rootfs ||
	    !ret->created || !ret->owner || !ret->cgroup)
		return -ENOMEM;
	return take_annotations(ret);
}

int state_load(int rootfd, const char *id, struct report *rep,
	       struct state *ret, int *ret_dirfd)
{
	auto_close int dirfd = -1;
	int r = state_check_id(id, rep);

	*ret = (struct state){ 0 };
	if (r < 0)
		return r;
	dirfd = sysret(openat(rootfd, id,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	r = dirfd < 0 ? dirfd : read_state(dirfd, ret);
	if (r == -ENOENT)
		return report_refuse(
			rep, r,
			"container %s does not exist (minic list "
			"shows those that do; is --root the same?)",
			id);
	if (report_call(rep, r, "read", "state.json of %s", id) < 0)
		return r;
	*ret_dirfd = steal_fd(&dirfd);
	return 0;
}

int state_pid_start(pid_t pid, unsigned long long *ret_start, bool *ret_zombie)
{
	char path[64], text[1024];
	char *field;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	r = file_read_at(AT_FDCWD, path, text, sizeof(text));
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	/* The second field is a name, which may hold anything: from its end,
	 * state is the first and starttime the twentieth. */
	field = strrchr(text, ')');
	if (!field)
		return -EIO;
	*ret_zombie = field[1] && (field[2] == 'Z' || field[2] == 'X');
	for (int i = 0; i < 20 && field; i++)
		field = strchr(field + 1, ' ');
	if (!field)
		return -EIO;
	*ret_start = strtoull(field, NULL, 10);
	return 0;
}

int state_runs(const struct state *state, struct report *rep)
{
	unsigned long long start = 0;
	bool zombie = false;
	int r;

	if (state->pid == 0)
		return 0;
	r = state_pid_start(state->pid, &start, &zombie);
	if (r == -ESRCH)
		return 0;
	if (r < 0)
		return report_call(rep, r, "read", "/proc/%d/stat", state->pid);
	return start == state->pid_start && !zombie;
}

/* Is the container being made?  Whoever makes it has the lock. */
static int is_locked(int dirfd, struct report *rep)
{
	if (flock(dirfd, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK
			       ? 1
			       : report_call(rep, -errno, "flock", "the state");
	(void)flock(dirfd, LOCK_UN);
	return 0;
}

static int is_frozen(const struct state *state, struct report *rep)
{
	struct cgroup group = CGROUP_NONE;
	int r = cgroup_open(state->cgroup, state->cgroup_made, rep, &group);

	if (r == -ENOENT) /* it ended just now */
		report_forget(rep);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = cgroup_frozen(&group);
	cgroup_close(&group);
	return r;
}

int state_status(int dirfd, const struct state *state, struct report *rep,
		 enum status *ret)
{
	int r = state_runs(state, rep);

	if (r == 0)
		*ret = STOPPED;
	if (r <= 0)
		return r;
	r = is_locked(dirfd, rep);
	if (r > 0)
		*ret = CREATING;
	if (r != 0)
		return r < 0 ? r : 0;
	r = sysret(faccessat(dirfd, "start", F_OK, AT_SYMLINK_NOFOLLOW));
	if (r == 0)
		*ret = CREATED;
	if (r != -ENOENT)
		return report_call(rep, r, "faccessat", "start socket");
	r = is_frozen(state, rep);
	if (r >= 0)
		*ret = r ? PAUSED : RUNNING;
	return r < 0 ? r : 0;
}

const char *state_status_name(enum status status)
{
	static const char *const names[] = { "creating", "created", "running",
					     "paused", "stopped" };

	return names[status];
}

int state_remove(int rootfd, const char *id)
{
	static const char *const files[] = { "start", "cgroup", "state.new",
					     "state.json", "network" };
	auto_close int fd = openat(
		rootfd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (unlinkat(fd, files[i], 0) < 0 && errno != ENOENT)
			return -errno;
	return sysret(unlinkat(rootfd, id, AT_REMOVEDIR));
}

void state_release(struct state *state)
{
	if (state->json.nodes) {
		free(state->id);
		free(state->bundle);
		free(state->config);
		free(state->rootfs);
		free(state->created);
		free(state->owner);
		free(state->cgroup);
		free(state->annotations.v);
	}
	json_release(&state->json);
	*state = (struct state){ 0 };
}
