/* SPDX-License-Identifier: MIT */
/*
 * 05-user-ns.c - grade "lodger": maps, setgroups, a second namespace, idmap
 *
 *	user namespace A      the sandbox; to the program this is the host
 *	`- B                  what the program starts in: it is user 1000, and
 *	   |                  has subordinate IDs if this machine has any
 *	   `- C               the lodger's: 0 is B's 1000
 *	      `- D            of option -u: ID is C's 0
 *
 * What the program finds, made by root of the sandbox:
 *
 *	/bin/map [tmpfs]      newuidmap and newgidmap: the probe, with the file
 *	                      capabilities that some distributions give them
 *	/work/attic/store, /work/attic/view
 *
 * Maps are read from outside, so they tell the IDs that the grader's own user
 * namespace has; sandbox_ids() says which are to be expected.
 *
 * See: docs/handbook/05-user-ns.md.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "grader.h"
#include "idmap.h"
#include "scene.h"

enum { LINES = 8, START_MS = 5000, NEW_FILE_MS = 2000, DEPTH_MAX = 32 };

/* What this run of the program is asked for; drawn afresh each time. */
struct scene {
	struct sandbox_subids subids;
	unsigned user;	    /* of -u */
	unsigned attic;	    /* of -a */
	char range_arg[32]; /* "FIRST:COUNT" */
	char user_arg[16];
	char attic_arg[32];
};

/* The program's COMMAND in its sandbox, and who it is outside. */
struct lodging {
	struct sandbox *box;
	struct sandbox_ids ids;
	pid_t pid;
};

static void leave(struct lodging *lodging)
{
	(void)sandbox_free(lodging->box);
}

static void release_info(struct mountinfo *info)
{
	mountinfo_release(info);
}

#define auto_lodging __attribute__((cleanup(leave)))
#define auto_mounts  __attribute__((cleanup(release_info)))

static void scene_init(struct scene *scene)
{
	struct nonce nonce;
	unsigned a;
	unsigned b;
	unsigned c;

	nonce_init(&nonce);
	(void)sscanf(nonce.text, "%6x%6x%6x", &a, &b, &c);
	scene->subids.first = 100000 + a % 100000;
	scene->subids.count = 300 + b % 500;
	scene->user = 1 + c % 60000;
	scene->attic = 2 + a % 250;
	snprintf(scene->range_arg, sizeof(scene->range_arg), "%u:%u",
		 scene->subids.first, scene->subids.count);
	snprintf(scene->user_arg, sizeof(scene->user_arg), "%u", scene->user);
	snprintf(scene->attic_arg, sizeof(scene->attic_arg), "/work/attic:%u",
		 scene->attic);
}

/* ---- what is there before the program starts ----------------------------- */

static int install_helper(const char *path)
{
	auto_close int fd = scene_copy("/bin/helper", path);

	if (fd < 0)
		return fd;
	return scene_set_filecaps(fd, 1U << CAP_SETUID | 1U << CAP_SETGID,
				  true);
}

/* The sandbox's own tmpfs is nosuid, where capabilities would be ignored. */
static int prepare(void *arg)
{
	int r;

	(void)arg;
	if (mkdir("/bin/map", 0755) < 0 ||
	    mount("helpers", "/bin/map", "tmpfs", MS_NODEV, "mode=755") < 0 ||
	    mkdir("/work/attic", 0755) < 0 ||
	    mkdir("/work/attic/store", 0755) < 0 ||
	    mkdir("/work/attic/view", 0755) < 0)
		return -errno;
	r = install_helper("/bin/map/newuidmap");
	return r < 0 ? r : install_helper("/bin/map/newgidmap");
}

static int start(struct grading *g, struct finding *f,
		 const struct scene *scene, const char *const *argv,
		 struct lodging *lodging)
{
	static const char *const env[] = { "PATH=/bin/map:/bin", NULL };
	auto_close int helperfd = probe_copy(g, "helper");
	const struct sandbox_file files[] = {
		{ helperfd, "/bin/helper", 0755 },
		{ 0 },
	};
	const struct sandbox_spec spec = {
		.argv = argv,
		.envp = env,
		.prepare = prepare,
		.files = files,
		.subids = scene->subids,
	};
	int r;

	if (helperfd < 0)
		return helperfd;
	r = exercise_start_probe(g, f, &spec, &lodging->box, &lodging->pid);
	return r < 0 ? r : sandbox_ids(lodging->box, &lodging->ids);
}

static int start_alone(struct grading *g, struct finding *f,
		       struct scene *scene, struct lodging *lodging)
{
	static const char *const argv[] = { "/bin/exercise", "/bin/probe",
					    "make", "/work/note", NULL };

	scene_init(scene);
	return start(g, f, scene, argv, lodging);
}

static int open_userns(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* ---- what this machine has ------------------------------------------------ */

/* A sandbox without the student's program, to ask it. */
static int start_probe(struct grading *g, struct sandbox **ret)
{
	static const char *const argv[] = { "/bin/probe", "hold", NULL };
	const struct sandbox_file files[] = {
		{ g->probefd, "/bin/probe", 0755 },
		{ 0 },
	};
	const struct sandbox_spec spec = {
		.argv = argv,
		.files = files,
		.subids = { 100000, 300 },
	};

	return sandbox_start(ret, &spec);
}

/* VERDICT_PASS if there are subordinate IDs. */
static enum verdict need_subids(struct finding *f)
{
	if (!sandbox_subids_missing())
		return VERDICT_PASS;
	return cannot_run(f,
			  "an ordinary user without subordinate IDs can map "
			  "one ID only",
			  "isolab grade --in machine 05");
}

static enum verdict need_idmap(struct grading *g, struct finding *f)
{
	struct sandbox *box = NULL;
	auto_close int tablefd = -1;
	int r = start_probe(g, &box);

	/* Namespace B will do for a table. */
	if (r == 0)
		r = sandbox_wait_exe(box, g->probefd, START_MS);
	if (r > 0)
		r = tablefd = open_userns(r);
	if (r >= 0)
		r = sandbox_call(box, idmap_works, &tablefd);
	(void)sandbox_free(box);
	if (r < 0)
		return cannot_judge(f, r, "see if there are idmapped mounts");
	if (r == 1)
		return VERDICT_PASS;
	return cannot_run(
		f,
		"this kernel cannot idmap a mount of tmpfs in a user "
		"namespace",
		"grade this lab on a machine with Linux 6.3 or later");
}

/* ---- looking --------------------------------------------------------------- */

/*
 * How many user namespaces lie between a process's and the sandbox's: 1 for
 * one that never left B.
 */
static int depth(const struct lodging *lodging)
{
	auto_close int fd = -1;
	struct file_id top;
	int r = look_id(sandbox_init_pid(lodging->box), "ns/user", &top);

	if (r < 0)
		return r;
	fd = open_userns(lodging->pid);
	for (int i = 0; fd >= 0 && i < DEPTH_MAX; i++) {
		struct stat st;
		int parent;

		if (fstat(fd, &st) < 0)
			return -errno;
		if (file_id_equal(top,
				  (struct file_id){ st.st_dev, st.st_ino }))
			return i;
		parent = ioctl(fd, NS_GET_PARENT);
		(void)close(fd);
		fd = parent;
	}
	return fd < 0 ? -ENOENT : -ELOOP;
}

/* A map in words, such as "0 is 1000, 1 is 100000 (300 IDs)". */
static void observe_map(struct finding *f, const struct id_line *lines, int n)
{
	char text[256] = "";
	size_t used = 0;

	for (int i = 0; i < n && i < LINES && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%u is %u (%u ID%s)", i ? ", " : "",
					 lines[i].inside, lines[i].outside,
					 lines[i].count,
					 lines[i].count == 1 ? "" : "s");
	if (n == 0)
		observed(f, "the map is empty");
	else
		observed(f, "%s", text);
}

enum map_state { MAP_RIGHT, MAP_EMPTY, MAP_OTHER };

/* Compares a map with what is wanted, and says what it is. */
static int look_at_map(struct finding *f, const struct lodging *lodging,
		       const char *file, const struct id_line *want, int count)
{
	struct id_line lines[LINES] = { 0 };
	int n = look_map(lodging->pid, file, lines, LINES);

	if (n < 0)
		return n;
	observe_map(f, lines, n);
	if (n == 0)
		return MAP_EMPTY;
	if (n != count)
		return MAP_OTHER;
	for (int i = 0; i < n; i++) {
		if (lines[i].inside != want[i].inside ||
		    lines[i].outside != want[i].outside ||
		    lines[i].count != want[i].count)
			return MAP_OTHER;
	}
	return MAP_RIGHT;
}

/* 1 if setgroups(2) is allowed there, 0 if not. */
static int setgroups_allowed(pid_t pid)
{
	char path[64];
	char text[16];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/setgroups", (int)pid);
	r = file_read_at(AT_FDCWD, path, text, sizeof(text));
	return r < 0 ? r : strncmp(text, "allow", 5) == 0;
}

/* Whom a file belongs to, asked by a process that can see it. */
struct owner {
	const char *path;
	unsigned maker; /* who makes it first, or NOBODY */
	const char *made;
	unsigned uid;
	unsigned gid;
};

enum { NOBODY = UINT_MAX };

/* Answers in memory from look_shared(). */
static int make_and_look(void *arg)
{
	struct owner *owner = arg;
	auto_close int fd = -1;
	struct stat st;

	if (owner->maker != NOBODY) {
		if (setresgid(owner->maker, owner->maker, owner->maker) < 0 ||
		    setresuid(owner->maker, owner->maker, owner->maker) < 0)
			return -errno;
		fd = open(owner->made,
			  O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
			  0644);
		if (fd < 0)
			return -errno;
	}
	if (lstat(owner->path, &st) < 0)
		return -errno;
	owner->uid = st.st_uid;
	owner->gid = st.st_gid;
	return 0;
}

static int ask_inside(const struct lodging *lodging, struct owner *owner)
{
	struct owner *shared = look_shared(sizeof(*shared));
	int r;

	if (!shared)
		return -ENOMEM;
	*shared = *owner;
	r = look_inside(lodging->pid, make_and_look, shared);
	*owner = *shared;
	look_unshare(shared, sizeof(*shared));
	return r;
}

/* The owner as the grader's own user namespace has it. */
static int ask_outside(const struct lodging *lodging, struct owner *owner)
{
	auto_close int fd = sandbox_open(lodging->box, owner->path, O_PATH);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	owner->uid = st.st_uid;
	owner->gid = st.st_gid;
	return 0;
}

/* ---- 05.1: one ID ----------------------------------------------------------- */

static enum verdict judge_own_userns(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	struct scene scene;
	int r = start_alone(g, f, &scene, &lodging);

	expected(f, "COMMAND runs in a user namespace below the caller's");
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = depth(&lodging);
	if (r < 0)
		return cannot_judge(f, r, "follow the user namespaces up");
	observed(f, "it is in the %s", r == 1 ? "caller's own" : "new one");
	if (r > 2)
		observed(f, "it is %d namespaces below", r - 1);
	return r == 2 ? VERDICT_PASS : fail(f, "no-userns");
}

static enum verdict judge_map(struct grading *g, struct finding *f,
			      const char *file)
{
	auto_lodging struct lodging lodging = { 0 };
	struct id_line want = { .inside = 0, .count = 1 };
	struct scene scene;
	int r = start_alone(g, f, &scene, &lodging);

	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	want.outside = file[0] == 'u' ? lodging.ids.uid : lodging.ids.gid;
	expected(f, "%s says that 0 is %u, the caller", file, want.outside);
	r = look_at_map(f, &lodging, file, &want, 1);
	if (r < 0)
		return cannot_judge(f, r, "read %s", file);
	if (r == MAP_EMPTY)
		return fail(f, "not-mapped");
	return r == MAP_RIGHT ? VERDICT_PASS : fail(f, "not-zero");
}

static enum verdict judge_uid_map(struct grading *g, struct finding *f)
{
	return judge_map(g, f, "uid_map");
}

static enum verdict judge_gid_map(struct grading *g, struct finding *f)
{
	return judge_map(g, f, "gid_map");
}

static enum verdict judge_setgroups(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	enum verdict verdict = need_subids(f);
	struct scene scene;
	int r;

	/* Where the sandbox itself had to deny it, nothing would be seen. */
	if (verdict != VERDICT_PASS)
		return verdict;
	expected(f, "setgroups is denied in COMMAND's user namespace");
	r = start_alone(g, f, &scene, &lodging);
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = setgroups_allowed(lodging.pid);
	if (r < 0)
		return cannot_judge(f, r, "read /proc/PID/setgroups");
	observed(f, "it is %s", r ? "allowed" : "denied");
	return r ? fail(f, "groups-dropped") : VERDICT_PASS;
}

static enum verdict judge_root_inside(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	struct scene scene;
	char bounding[32];
	char have[32];
	int r = start_alone(g, f, &scene, &lodging);

	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = look_status(sandbox_init_pid(lodging.box), "CapBnd", bounding,
			sizeof(bounding));
	if (r == 0)
		r = look_status(lodging.pid, "CapEff", have, sizeof(have));
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's capabilities");
	expected(f, "COMMAND has all capabilities, %s", bounding);
	observed(f, "it has %s", have);
	return strcmp(have, bounding) == 0 ? VERDICT_PASS
					   : fail(f, "caps-lost");
}

/* The file comes soon after COMMAND has been executed. */
static int await_file(const struct lodging *lodging, struct owner *owner)
{
	int r = -ENOENT;

	for (int ms = 0; r == -ENOENT && ms < NEW_FILE_MS; ms += 10) {
		r = ask_outside(lodging, owner);
		if (r == -ENOENT)
			(void)sandbox_wait(lodging->box, 10);
	}
	return r;
}

static enum verdict judge_both_sides(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	struct owner out = { .path = "/work/note", .maker = NOBODY };
	struct owner in = out;
	struct scene scene;
	int r = start_alone(g, f, &scene, &lodging);

	expected(f, "a file that COMMAND makes is 0:0's inside and the "
		    "caller's outside");
	if (r < 0)
		return judge_no_probe(f, r, "not-started");
	r = await_file(&lodging, &out);
	if (r == 0)
		r = ask_inside(&lodging, &in);
	if (r == -ENOENT) {
		observed(f, "it has made none");
		return fail(f, "not-mapped");
	}
	if (r < 0)
		return cannot_judge(f, r, "look at the file");
	observed(f, "it is %u:%u's inside and %u:%u's outside", in.uid, in.gid,
		 out.uid, out.gid);
	if (in.uid == 0 && in.gid == 0 && out.uid == lodging.ids.uid &&
	    out.gid == lodging.ids.gid)
		return VERDICT_PASS;
	return fail(f, "not-mapped");
}

/* ---- 05.2: a range ---------------------------------------------------------- */

/* Returns VERDICT_PASS when COMMAND runs. */
static enum verdict start_range(struct grading *g, struct finding *f,
				struct scene *scene, struct lodging *lodging)
{
	const char *const argv[] = { "/bin/exercise", "-r",   scene->range_arg,
				     "/bin/probe",    "hold", NULL };
	enum verdict verdict = need_subids(f);
	int r;

	if (verdict != VERDICT_PASS)
		return verdict;
	scene_init(scene);
	r = start(g, f, scene, argv, lodging);
	return r < 0 ? judge_no_probe(f, r, "range-refused") : VERDICT_PASS;
}

static enum verdict judge_range(struct grading *g, struct finding *f,
				const char *file)
{
	auto_lodging struct lodging lodging = { 0 };
	const struct sandbox_ids *ids = &lodging.ids;
	struct scene scene;
	enum verdict verdict;
	int r;

	expected(f, "%s has the caller as 0 and the range from 1 on", file);
	verdict = start_range(g, f, &scene, &lodging);
	if (verdict != VERDICT_PASS)
		return verdict;

	bool user = file[0] == 'u';
	const struct id_line want[] = {
		{ 0, user ? ids->uid : ids->gid, 1 },
		{ 1, user ? ids->first_subuid : ids->first_subgid,
		  ids->subids },
	};

	expected(f, "%s: 0 is %u, 1 is %u (%u IDs)", file, want[0].outside,
		 want[1].outside, want[1].count);
	r = look_at_map(f, &lodging, file, want, 2);
	if (r < 0)
		return cannot_judge(f, r, "read %s", file);
	if (r == MAP_EMPTY)
		return fail(f, "range-half");
	return r == MAP_RIGHT ? VERDICT_PASS : fail(f, "range-other");
}

static enum verdict judge_range_uid(struct grading *g, struct finding *f)
{
	return judge_range(g, f, "uid_map");
}

static enum verdict judge_range_gid(struct grading *g, struct finding *f)
{
	return judge_range(g, f, "gid_map");
}

static enum verdict judge_groups_kept(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	struct scene scene;
	enum verdict verdict;
	int r;

	expected(f, "with the helpers' map, setgroups stays allowed");
	verdict = start_range(g, f, &scene, &lodging);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = setgroups_allowed(lodging.pid);
	if (r < 0)
		return cannot_judge(f, r, "read /proc/PID/setgroups");
	observed(f, "it is %s", r ? "allowed" : "denied");
	return r ? VERDICT_PASS : fail(f, "groups-denied");
}

static enum verdict judge_others_outside(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	struct owner in = { .path = "/tmp/note",
			    .made = "/tmp/note",
			    .maker = 7 };
	struct owner out = in;
	struct scene scene;
	enum verdict verdict;
	int r;

	expected(f, "a file of user 7 inside is a subordinate user's outside");
	verdict = start_range(g, f, &scene, &lodging);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = ask_inside(&lodging, &in);
	if (r == -EINVAL) {
		observed(f, "inside there is no user 7, or no group 7");
		return fail(f, "range-half");
	}
	if (r == 0)
		r = ask_outside(&lodging, &out);
	if (r < 0)
		return cannot_judge(f, r, "look at the file");
	expected(f, "a file of 7:7 inside is %u:%u's outside",
		 lodging.ids.first_subuid + 6, lodging.ids.first_subgid + 6);
	observed(f, "it is %u:%u's", out.uid, out.gid);
	return out.uid == lodging.ids.first_subuid + 6 &&
			       out.gid == lodging.ids.first_subgid + 6
		       ? VERDICT_PASS
		       : fail(f, "range-other");
}

/* ---- 05.3: a namespace in it ------------------------------------------------ */

static int start_user(struct grading *g, struct finding *f, struct scene *scene,
		      struct lodging *lodging)
{
	const char *const argv[] = { "/bin/exercise", "-u",   scene->user_arg,
				     "/bin/probe",    "hold", NULL };

	scene_init(scene);
	return start(g, f, scene, argv, lodging);
}

static enum verdict judge_nested(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	struct scene scene;
	int r = start_user(g, f, &scene, &lodging);

	expected(f, "COMMAND is two user namespaces below the caller");
	if (r < 0)
		return judge_no_probe(f, r, "user-refused");
	r = depth(&lodging);
	if (r < 0)
		return cannot_judge(f, r, "follow the user namespaces up");
	observed(f, "it is %d below", r - 1);
	return r == 3 ? VERDICT_PASS : fail(f, "not-nested");
}

static enum verdict judge_user_again(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	struct scene scene;
	int r = start_user(g, f, &scene, &lodging);

	if (r < 0)
		return judge_no_probe(f, r, "user-refused");
	expected(f, "COMMAND's own ID is %u, which is the caller outside",
		 scene.user);
	for (int i = 0; i < 2; i++) {
		struct id_line want = { scene.user,
					i ? lodging.ids.gid : lodging.ids.uid,
					1 };

		r = look_at_map(f, &lodging, i ? "gid_map" : "uid_map", &want,
				1);
		if (r < 0)
			return cannot_judge(f, r, "read COMMAND's maps");
		if (r != MAP_RIGHT)
			return fail(f, "wrong-user");
	}
	return VERDICT_PASS;
}

/* ---- 05.4: an idmapped mount ------------------------------------------------ */

/* With the map that changes nothing; it needs one ID only. */
static enum verdict start_attic(struct grading *g, struct finding *f,
				struct lodging *lodging)
{
	static const char *const argv[] = { "/bin/exercise", "-a",
					    "/work/attic:0", "/bin/probe",
					    "hold",	     NULL };
	enum verdict verdict = need_idmap(g, f);
	struct scene scene;
	int r;

	if (verdict != VERDICT_PASS)
		return verdict;
	scene_init(&scene);
	r = start(g, f, &scene, argv, lodging);
	return r < 0 ? judge_no_probe(f, r, "attic-refused") : VERDICT_PASS;
}

static enum verdict judge_idmapped(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	auto_mounts struct mountinfo info = { 0 };
	const struct mount_entry *store;
	const struct mount_entry *view;
	enum verdict verdict;
	int r;

	expected(f, "DIR/view is the file system of DIR/store, idmapped");
	verdict = start_attic(g, f, &lodging);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = look_mounts(lodging.pid, &info);
	if (r < 0)
		return cannot_judge(f, r, "read COMMAND's mounts");
	store = mountinfo_find(&info, "/work/attic/store");
	view = mountinfo_find(&info, "/work/attic/view");
	if (!store || !view || store->major != view->major ||
	    store->minor != view->minor) {
		observed(f, "DIR/view %s",
			 view ? "is another file system" : "is no mount");
		return fail(f, "no-view");
	}
	observed(f, "the options of DIR/view are %s", view->options);
	return mount_has_option(view->options, "idmapped")
		       ? VERDICT_PASS
		       : fail(f, "plain-bind");
}

static enum verdict judge_alone(struct grading *g, struct finding *f)
{
	auto_lodging struct lodging lodging = { 0 };
	enum verdict verdict;
	int r;

	expected(f, "COMMAND is the only process that is left");
	verdict = start_attic(g, f, &lodging);
	if (verdict != VERDICT_PASS)
		return verdict;
	r = sandbox_pids(lodging.box, NULL, 0);
	if (r < 0)
		return cannot_judge(f, r, "list the processes");
	observed(f, "there are %d", r);
	return r == 1 ? VERDICT_PASS : fail(f, "left-over");
}

/* A file made as one ID in one folder is another's in the other. */
static enum verdict judge_across(struct grading *g, struct finding *f,
				 bool into_view)
{
	auto_lodging struct lodging lodging = { 0 };
	enum verdict verdict = need_idmap(g, f);
	struct scene scene;
	const char *const argv[] = { "/bin/exercise", "-r",
				     scene.range_arg, "-a",
				     scene.attic_arg, "/bin/probe",
				     "hold",	      NULL };
	struct owner owner = { .made = "/work/attic/store/note",
			       .path = "/work/attic/view/note",
			       .maker = 0 };
	unsigned want;
	int r;

	if (verdict == VERDICT_PASS)
		verdict = need_subids(f);
	if (verdict != VERDICT_PASS)
		return verdict;
	scene_init(&scene);
	want = scene.attic;
	if (into_view)
		owner = (struct owner){ .made = "/work/attic/view/note",
					.path = "/work/attic/store/note",
					.maker = scene.attic };
	if (into_view)
		want = 0;
	expected(f, "a file made by %u in the %s is %u's in the %s",
		 owner.maker, into_view ? "view" : "store", want,
		 into_view ? "store" : "view");
	r = start(g, f, &scene, argv, &lodging);
	if (r < 0)
		return judge_no_probe(f, r, "attic-refused");
	r = ask_inside(&lodging, &owner);
	if (r == -EOVERFLOW || r == -EACCES || r == -EINVAL || r == -ENOENT) {
		observed(f, "%u cannot make a file there, or it is not seen",
			 owner.maker);
		return fail(f, "table-wrong");
	}
	if (r < 0)
		return cannot_judge(f, r, "use the attic");
	observed(f, "it is %u:%u's", owner.uid, owner.gid);
	return owner.uid == want && owner.gid == want ? VERDICT_PASS
						      : fail(f, "table-wrong");
}

static enum verdict judge_shown_as(struct grading *g, struct finding *f)
{
	return judge_across(g, f, false);
}

static enum verdict judge_stored_as(struct grading *g, struct finding *f)
{
	return judge_across(g, f, true);
}

/* ---- the tables --------------------------------------------------------- */

#define NOT_STARTED                                                            \
	{                                                                      \
		"not-started", "the kernel refused a map, or the namespace",   \
			"read in the output which; who asks for his IDs "      \
			"inside the new namespace is told 65534, and gid_map " \
			"may be written only after setgroups",                 \
			"user_namespaces(7), Defining user and group ID "      \
			"mappings"                                             \
	}

static const struct diagnosis of_userns[] = {
	NOT_STARTED,
	{ "no-userns", "COMMAND was executed in the caller's user namespace",
	  "call unshare(2) with CLONE_NEWUSER in the process that executes "
	  "COMMAND, once",
	  "unshare(2), CLONE_NEWUSER" },
	{ 0 },
};

#define NOT_MAPPED                                                          \
	{                                                                   \
		"not-mapped",                                               \
			"a map was not written; what it does not have is "  \
			"shown as 65534",                                   \
			"write \"0 ID 1\" to uid_map and to gid_map, with " \
			"the "                                              \
			"ID that you had outside",                          \
			"user_namespaces(7), Unmapped user and group IDs"   \
	}

static const struct diagnosis of_map[] = {
	NOT_STARTED,
	NOT_MAPPED,
	{ "not-zero", "the caller's ID is mapped to another than 0",
	  "the first number of the line is the ID inside",
	  "user_namespaces(7), User and group ID mappings" },
	{ 0 },
};

static const struct diagnosis of_setgroups[] = {
	NOT_STARTED,
	{ "groups-dropped",
	  "setgroups(2) stays allowed, so nobody can be given a group map "
	  "without a helper",
	  "write \"deny\" to /proc/self/setgroups before the group is mapped",
	  "user_namespaces(7), The /proc/pid/setgroups file" },
	{ 0 },
};

static const struct diagnosis of_root[] = {
	NOT_STARTED,
	{ "caps-lost",
	  "execve(2) took the capabilities away, as it does from everybody "
	  "but user 0",
	  "map the caller to 0, and write the map before COMMAND is executed",
	  "user_namespaces(7), Capabilities" },
	{ 0 },
};

static const struct diagnosis of_sides[] = { NOT_STARTED, NOT_MAPPED, { 0 } };

#define RANGE_REFUSED                                                       \
	{                                                                   \
		"range-refused",                                            \
			"a helper was refused, or never ran, and COMMAND "  \
			"was not executed",                                 \
			"call it after unshare(2), from a process that is " \
			"not in the new namespace, as: newuidmap PID 0 ID " \
			"1 1 FIRST COUNT",                                  \
			"newuidmap(1)"                                      \
	}

#define RANGE_HALF                                                             \
	{                                                                      \
		"range-half", "one of the two maps was not written",           \
			"newuidmap(1) maps users only; call newgidmap(1) too", \
			"newgidmap(1)"                                         \
	}

#define RANGE_OTHER                                                           \
	{                                                                     \
		"range-other", "the map is another than was asked for",       \
			"first the line 0 ID 1, then the line 1 FIRST COUNT", \
			"newuidmap(1), subuid(5)"                             \
	}

static const struct diagnosis of_range[] = {
	RANGE_REFUSED, RANGE_HALF, RANGE_OTHER, { 0 }
};

static const struct diagnosis of_groups[] = {
	RANGE_REFUSED,
	{ "groups-denied",
	  "setgroups was denied although the helper does not need that, and "
	  "programs such as su and apt fail in there",
	  "deny it only where you write gid_map yourself",
	  "user_namespaces(7), The /proc/pid/setgroups file" },
	{ 0 },
};

static const struct diagnosis of_nested[] = {
	{ "user-refused", "COMMAND was not executed",
	  "read in the output why; seen from the second namespace, \"outside\" "
	  "is the first, where you are 0",
	  "user_namespaces(7), Nested namespaces, namespace membership" },
	{ "not-nested", "COMMAND is in the first namespace",
	  "call unshare(2) with CLONE_NEWUSER a second time",
	  "user_namespaces(7), Nested namespaces, namespace membership" },
	{ 0 },
};

static const struct diagnosis of_user[] = {
	{ "user-refused", "COMMAND was not executed", "read in the output why",
	  "user_namespaces(7), Nested namespaces, namespace membership" },
	{ "wrong-user", "COMMAND is another user or group than it should be",
	  "write \"ID 0 1\" to both maps of the second namespace",
	  "user_namespaces(7), Nested namespaces, namespace membership" },
	{ 0 },
};

#define ATTIC_REFUSED                                                         \
	{                                                                     \
		"attic-refused",                                              \
			"a call that makes the view failed, and COMMAND was " \
			"not executed",                                       \
			"read in the output which; idmap the clone before "   \
			"move_mount(2), with the table's namespace and not "  \
			"your own",                                           \
			"mount_setattr(2), ERRORS"                            \
	}

static const struct diagnosis of_idmapped[] = {
	ATTIC_REFUSED,
	{ "no-view", "the store is not mounted on DIR/view",
	  "open_tree(2) the store, and move_mount(2) that to the view",
	  "mount_setattr(2), EXAMPLES" },
	{ "plain-bind", "the view is a bind mount like any other",
	  "set MOUNT_ATTR_IDMAP and userns_fd with mount_setattr(2)",
	  "mount_setattr(2), ID-mapped mounts" },
	{ 0 },
};

static const struct diagnosis of_across[] = {
	ATTIC_REFUSED,
	{ "table-wrong", "the table is not the one that was asked for",
	  "both its maps are \"0 ID 1\": 0 is what the file system stores, ID "
	  "what the view shows",
	  "mount_setattr(2), ID-mapped mounts" },
	{ 0 },
};

static const struct diagnosis of_alone[] = {
	ATTIC_REFUSED,
	{ "left-over", "the process that made the table is still there",
	  "the descriptor keeps the namespace alive; kill the child, and wait "
	  "for it",
	  "namespaces(7), Namespace lifetime" },
	{ 0 },
};

static const struct task tasks[] = {
	{ "05.1",
	  "be root of a user namespace",
	  { "Inside a new user namespace, who are you before a map is written?",
	    "Read user_namespaces(7), Defining user and group ID mappings, and "
	    "what it says on /proc/PID/setgroups.",
	    "geteuid(), getegid(), unshare(CLONE_NEWUSER); then \"0 UID 1\" to "
	    "/proc/self/uid_map, \"deny\" to setgroups, \"0 GID 1\" to "
	    "gid_map." } },
	{ "05.2",
	  "map a range of subordinate IDs",
	  { "Who may map IDs that are not his own, and how does he know which "
	    "are allowed?",
	    "Read newuidmap(1) and subuid(5). gate.h in common/ lets a process "
	    "wait for another.",
	    "fork() a child that waits at a gate; unshare(CLONE_NEWUSER), open "
	    "the gate, wait for the child. It runs \"newuidmap PID 0 UID 1 1 "
	    "FIRST COUNT\", and newgidmap, each in a child." } },
	{ "05.3",
	  "be an ordinary user again, one namespace below",
	  { "Which IDs can a process change to where only 0 is mapped?",
	    "Read user_namespaces(7), Nested namespaces. What is \"outside\" "
	    "for the second map?",
	    "Once more unshare(CLONE_NEWUSER), \"ID 0 1\" to uid_map, \"deny\" "
	    "to setgroups, \"ID 0 1\" to gid_map." } },
	{ "05.4",
	  "show a folder with another owner",
	  { "A user namespace is used as a table here. Which process has to "
	    "make it, and who writes its maps?",
	    "Read mount_setattr(2) with its EXAMPLES, open_tree(2) and "
	    "move_mount(2).",
	    "A child unshares and pauses; write \"0 ID 1\" to its maps, open "
	    "/proc/CHILD/ns/user, kill it. open_tree(OPEN_TREE_CLONE), "
	    "mount_setattr(fd, \"\", AT_EMPTY_PATH, ...MOUNT_ATTR_IDMAP), "
	    "move_mount(MOVE_MOUNT_F_EMPTY_PATH)." } },
	{ 0 },
};

static const struct check checks[] = {
	{ "own-userns", "05.1", 5, "the command has a user namespace below",
	  NULL, judge_own_userns, of_userns },
	{ "uid-map", "05.1", 5, "its user 0 is the caller", "own-userns",
	  judge_uid_map, of_map },
	{ "gid-map", "05.1", 5, "its group 0 is the caller's", "own-userns",
	  judge_gid_map, of_map },
	{ "setgroups", "05.1", 5, "setgroups is denied", "own-userns",
	  judge_setgroups, of_setgroups },
	{ "root-inside", "05.1", 4, "it has all capabilities in there",
	  "own-userns", judge_root_inside, of_root },
	{ "both-sides", "05.1", 6,
	  "what it makes is root's inside and the caller's outside",
	  "own-userns", judge_both_sides, of_sides },
	{ "range-uid", "05.2", 8, "user 0 is the caller, 1 on are the range",
	  NULL, judge_range_uid, of_range },
	{ "range-gid", "05.2", 7, "and so are the groups", NULL,
	  judge_range_gid, of_range },
	{ "groups-kept", "05.2", 6, "setgroups stays allowed", NULL,
	  judge_groups_kept, of_groups },
	{ "others-outside", "05.2", 7,
	  "what others make inside is a subordinate's outside", "range-uid",
	  judge_others_outside, of_range },
	{ "nested", "05.3", 8, "with -u the command is one namespace further",
	  NULL, judge_nested, of_nested },
	{ "user-again", "05.3", 10, "and is that user and group", "nested",
	  judge_user_again, of_user },
	{ "idmapped", "05.4", 8, "DIR/view is the store, idmapped", NULL,
	  judge_idmapped, of_idmapped },
	{ "shown-as", "05.4", 6, "root's file is shown as ID's", "idmapped",
	  judge_shown_as, of_across },
	{ "stored-as", "05.4", 5, "ID's file is stored as root's", "idmapped",
	  judge_stored_as, of_across },
	{ "alone", "05.4", 5, "no process but the command is left", "idmapped",
	  judge_alone, of_alone },
	{ 0 },
};

const struct grader grader_05_user_ns = {
	.lab = "05-user-ns",
	.tasks = tasks,
	.checks = checks,
};
