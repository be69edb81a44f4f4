/* SPDX-License-Identifier: MIT */
/*
 * 02-mount-ns.c - grade "layered": mounts, overlay, read-only, pivot_root
 *
 * What the program finds, made by root of the sandbox; mounts are in [ ]:
 *
 *	/ [tmpfs, shared]
 *	|- bin/exercise, bin/probe
 *	`- work/
 *	   |- late/                        02.1: mounted on while it runs
 *	   |- share/ [tmpfs, shared]       02.1: a mount below "/"
 *	   |  `- late/
 *	   |- data/ [tmpfs, nosuid,nodev]  02.3, -r: flags that are locked
 *	   |  |- file
 *	   |  `- deep/ [tmpfs]
 *	   |- box/                         02.2, -l, and all together
 *	   |  |- lower/etc/motd, lower/etc/gone
 *	   |  |- upper/ work/ merged/ data/
 *	   |  `- probe
 *	   `- root/bin/probe               02.4, -n
 *
 * See: docs/handbook/02-mount-ns.md.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "grader.h"
#include "tree.h"

static void free_box(struct sandbox *const *box)
{
	(void)sandbox_free(*box);
}

static void release_info(struct mountinfo *info)
{
	mountinfo_release(info);
}

#define auto_box    __attribute__((cleanup(free_box)))
#define auto_mounts __attribute__((cleanup(release_info)))

/* ---- what is done inside, by look_inside() and sandbox_call() ------------ */

/* A file and its text, for the three functions below. */
struct note {
	const char *path;
	const char *text;
};

/* O_NONBLOCK: the program may have put a FIFO there. */
static int write_text(const struct note *note)
{
	ssize_t len = (ssize_t)strlen(note->text);
	auto_close int fd = -1;

	fd = open(note->path,
		  O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK |
			  O_CLOEXEC,
		  0644);
	if (fd < 0)
		return -errno;
	return write(fd, note->text, (size_t)len) == len ? 0 : -EIO;
}

static int write_note(void *arg)
{
	return write_text(arg);
}

/* 1 if the file holds exactly that text, 0 if it holds another. */
static int note_says(void *arg)
{
	const struct note *note = arg;
	auto_close int fd = -1;
	char buf[128];
	ssize_t n;

	fd = open(note->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, sizeof(buf));
	if (n < 0)
		return -errno;
	return (size_t)n == strlen(note->text) &&
	       memcmp(buf, note->text, (size_t)n) == 0;
}

static int remove_note(void *arg)
{
	const struct note *note = arg;

	return sysret(unlink(note->path));
}

/* What lies at the root of a mount namespace. */
struct ns_root {
	int nsfd; /* the mount namespace; borrowed */
	struct file_id root;
	struct file_id old;
};

enum { ROOT_ALONE, ROOT_ELSEWHERE, ROOT_OVER_OLD };

/* Joining a mount namespace leads to its root, out of any chroot. */
static int stat_ns_root(int nsfd, struct file_id *ret)
{
	struct stat st;

	if (setns(nsfd, CLONE_NEWNS) < 0 || stat("/", &st) < 0)
		return -errno;
	*ret = (struct file_id){ st.st_dev, st.st_ino };
	return 0;
}

static int look_at_ns_root(void *arg)
{
	const struct ns_root *want = arg;
	struct file_id id;
	int r = stat_ns_root(want->nsfd, &id);

	if (r < 0)
		return r;
	if (!file_id_equal(want->root, id))
		return ROOT_ELSEWHERE;

	/*
	 * Take the topmost root off and look below it.  Here nobody needs it
	 * any more; where nothing is below, the kernel may well refuse.
	 */
	(void)umount2("/", MNT_DETACH);
	r = stat_ns_root(want->nsfd, &id);
	if (r < 0)
		return r;
	return file_id_equal(want->old, id) ? ROOT_OVER_OLD : ROOT_ALONE;
}

/* ---- what is there before the program starts ----------------------------- */

static int make_folders(const char *const *path)
{
	for (; *path; path++) {
		if (mkdir(*path, 0755) < 0)
			return -errno;
	}
	return 0;
}

static int mount_tmpfs(const char *path, unsigned long flags)
{
	return sysret(mount("tmpfs", path, "tmpfs", flags, "size=1m"));
}

static int prepare_share(void *arg)
{
	static const char *const folders[] = { "/work/late", "/work/share",
					       NULL };
	int r = make_folders(folders);

	(void)arg;
	if (r == 0)
		r = mount_tmpfs("/work/share", 0);
	if (r == 0)
		r = sysret(mkdir("/work/share/late", 0755));
	return r;
}

/* Called later, while the program runs. */
static int mount_late(void *arg)
{
	int r = mount_tmpfs("/work/late", 0);

	(void)arg;
	return r < 0 ? r : mount_tmpfs("/work/share/late", 0);
}

static const struct note motd = { "/work/box/lower/etc/motd", "from below\n" };
static const struct note gone = { "/work/box/lower/etc/gone",
				  "to be removed\n" };

/* @arg: NULL, or shared memory that receives the digest of the lower layer. */
static int prepare_layers(void *arg)
{
	static const char *const folders[] = {
		"/work/box",	       "/work/box/lower",
		"/work/box/lower/etc", "/work/box/upper",
		"/work/box/work",      "/work/box/merged",
		"/work/box/data",      NULL
	};
	auto_close int fd = -1;
	int r = make_folders(folders);

	if (r == 0)
		r = write_text(&motd);
	if (r == 0)
		r = write_text(&gone);
	if (r == 0)
		r = sysret(link("/bin/probe", "/work/box/probe"));
	if (r < 0 || !arg)
		return r;

	fd = open("/work/box/lower", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : tree_digest(fd, arg);
}

static const struct note data_file = { "/work/data/file", "data\n" };

/*
 * The flags nosuid and nodev are locked for a mount namespace of a less
 * privileged user namespace: mount_namespaces(7), "Restrictions on mount
 * namespaces".
 */
static int prepare_data(void *arg)
{
	int r = sysret(mkdir("/work/data", 0755));

	(void)arg;
	if (r == 0)
		r = mount_tmpfs("/work/data", MS_NOSUID | MS_NODEV);
	if (r == 0)
		r = write_text(&data_file);
	if (r == 0)
		r = sysret(mkdir("/work/data/deep", 0755));
	if (r == 0)
		r = mount_tmpfs("/work/data/deep", 0);
	return r;
}

static int prepare_root(void *arg)
{
	static const char *const folders[] = { "/work/root", "/work/root/bin",
					       NULL };
	int r = make_folders(folders);

	(void)arg;
	return r < 0 ? r : sysret(link("/bin/probe", "/work/root/bin/probe"));
}

static const struct sandbox_spec plain = {
	.argv = (const char *const[]){ "/bin/exercise", "/bin/probe", "hold",
				       NULL },
	.prepare = prepare_share,
};

static const struct sandbox_spec layers = {
	.argv = (const char *const[]){ "/bin/exercise", "-l", "/work/box",
				       "/bin/probe", "hold", NULL },
	.prepare = prepare_layers,
};

static const struct sandbox_spec data = {
	.argv = (const char *const[]){ "/bin/exercise", "-r", "/work/data",
				       "/bin/probe", "hold", NULL },
	.prepare = prepare_data,
};

static const struct sandbox_spec root = {
	.argv = (const char *const[]){ "/bin/exercise", "-n", "/work/root",
				       "/bin/probe", "hold", NULL },
	.prepare = prepare_root,
};

static const struct sandbox_spec together = {
	.argv = (const char *const[]){ "/bin/exercise", "-l", "/work/box", "-r",
				       "/work/box/data", "-n", "/work/box",
				       "/probe", "hold", NULL },
	.prepare = prepare_layers,
};

/* ---- task 02.1 ----------------------------------------------------------- */

static enum verdict judge_own_ns(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct file_id host;
	struct file_id its;
	pid_t pid;
	int r;

	expected(f, "COMMAND runs in a mount namespace of its own");
	r = exercise_start_probe(g, f, &plain, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "no-unshare");

	r = look_id(pid, "ns/mnt", &its);
	if (r == 0)
		r = look_id(sandbox_init_pid(box), "ns/mnt", &host);
	if (r < 0)
		return cannot_judge(f, r, "compare the mount namespaces");

	observed(f, "/proc/PID/ns/mnt is %s the one of the rest of the machine",
		 file_id_equal(its, host) ? "the same as" : "not");
	return file_id_equal(its, host) ? fail(f, "no-unshare") : VERDICT_PASS;
}

static enum verdict judge_late(struct grading *g, struct finding *f)
{
	static const struct {
		const char *path;
		const char *key;
	} late[] = {
		{ "/work/late", "hears-the-host" },
		{ "/work/share/late", "only-the-top" },
	};
	auto_box struct sandbox *box = NULL;
	auto_mounts struct mountinfo info = { 0 };
	auto_mounts struct mountinfo host = { 0 };
	pid_t pid;
	int r;

	expected(f, "a file system that is mounted outside while COMMAND runs "
		    "does not appear to it");
	r = exercise_start_probe(g, f, &plain, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "hears-the-host");
	r = sandbox_call(box, mount_late, NULL);
	if (r == 0)
		r = look_mounts(sandbox_init_pid(box), &host);
	if (r == 0)
		r = look_mounts(pid, &info);
	if (r < 0)
		return cannot_judge(f, r, "mount something outside");

	for (size_t i = 0; i < 2; i++) {
		if (!mountinfo_find(&host, late[i].path))
			return cannot_judge(f, 0, "find %s outside",
					    late[i].path);
		if (mountinfo_find(&info, late[i].path)) {
			observed(f, "what was mounted on %s came in",
				 late[i].path);
			return fail(f, late[i].key);
		}
	}
	observed(f, "two were mounted, none appeared");
	return VERDICT_PASS;
}

/* Whether a mount sends its events to others, or receives theirs. */
static bool propagates(const struct mount_entry *mount)
{
	return strstr(mount->optional, "shared:") ||
	       strstr(mount->optional, "master:");
}

static enum verdict judge_private(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	auto_mounts struct mountinfo info = { 0 };
	const struct mount_entry *bad = NULL;
	pid_t pid;
	int r;

	expected(f, "no mount of COMMAND is \"shared:\" or \"master:\"");
	r = exercise_start_probe(g, f, &plain, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "not-private");
	r = look_mounts(pid, &info);
	if (r < 0)
		return cannot_judge(f, r, "read the mounts of COMMAND");

	for (size_t i = 0; i < info.count; i++) {
		if (propagates(&info.entries[i]))
			bad = &info.entries[i];
	}
	if (!bad) {
		observed(f, "%zu mounts, all private", info.count);
		return VERDICT_PASS;
	}
	observed(f, "the mount on %s is \"%s\"", bad->point, bad->optional);
	return fail(f, "not-private");
}

/* ---- task 02.2 ----------------------------------------------------------- */

static enum verdict judge_merged(struct grading *g, struct finding *f)
{
	struct note merged = { "/work/box/merged/etc/motd", motd.text };
	auto_box struct sandbox *box = NULL;
	auto_mounts struct mountinfo info = { 0 };
	const struct mount_entry *mount;
	pid_t pid;
	int r;

	expected(f, "LAYERS/merged is an overlay that shows LAYERS/lower");
	r = exercise_start_probe(g, f, &layers, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "no-overlay");
	r = look_mounts(pid, &info);
	if (r < 0)
		return cannot_judge(f, r, "read the mounts of COMMAND");

	mount = mountinfo_find(&info, "/work/box/merged");
	if (!mount || strcmp(mount->fstype, "overlay") != 0) {
		observed(f, "%s is mounted there",
			 mount ? mount->fstype : "nothing");
		return fail(f, "no-overlay");
	}
	r = look_inside(pid, note_says, &merged);
	observed(f, "%s, and lower/etc/motd %s there", mount->super,
		 r == 1 ? "is" : "is not");
	return r == 1 ? VERDICT_PASS : fail(f, "no-overlay");
}

/*
 * Inside, change a file of the lower layer and remove another.  An error is
 * left in "observed".
 */
static int write_inside(struct finding *f, pid_t pid, const char *text)
{
	struct note changed = { "/work/box/merged/etc/motd", text };
	struct note removed = { "/work/box/merged/etc/gone", "" };
	int r = look_inside(pid, write_note, &changed);

	if (r == 0)
		r = look_inside(pid, remove_note, &removed);
	if (r < 0)
		observed(f, "a file in LAYERS/merged cannot be changed: %s",
			 strerror(-r));
	return r;
}

static enum verdict lower_is_same(struct grading *g, struct finding *f,
				  const struct sandbox_spec *spec,
				  const struct tree_digest *before)
{
	auto_box struct sandbox *box = NULL;
	auto_close int fd = -1;
	struct tree_digest after;
	struct nonce nonce;
	pid_t pid;
	int r;

	r = exercise_start_probe(g, f, spec, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "no-overlay");
	nonce_init(&nonce);
	if (write_inside(f, pid, nonce.text) < 0)
		return fail(f, "no-upper");

	fd = sandbox_open(box, "/work/box/lower", O_RDONLY | O_DIRECTORY);
	r = fd < 0 ? fd : tree_digest(fd, &after);
	if (r < 0)
		return cannot_judge(f, r, "read the lower layer");
	if (!tree_digest_equal(before, &after)) {
		observed(f, "a change in LAYERS/merged changed LAYERS/lower");
		return fail(f, "lower-written");
	}
	observed(f, "one file was changed and one removed in LAYERS/merged, "
		    "and LAYERS/lower is as before");
	return VERDICT_PASS;
}

static enum verdict judge_lower(struct grading *g, struct finding *f)
{
	struct tree_digest *before = look_shared(sizeof(*before));
	struct sandbox_spec spec = layers;
	enum verdict verdict;

	if (!before)
		return cannot_judge(f, -ENOMEM, "share memory");
	spec.arg = before;
	expected(f, "what COMMAND changes leaves LAYERS/lower as it was");
	verdict = lower_is_same(g, f, &spec, before);
	look_unshare(before, sizeof(*before));
	return verdict;
}

static enum verdict judge_upper(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct note note = { "/work/box/upper/etc/motd", NULL };
	struct nonce nonce;
	pid_t pid;
	int r;

	expected(f, "what COMMAND changes is in LAYERS/upper");
	r = exercise_start_probe(g, f, &layers, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "no-overlay");
	nonce_init(&nonce);
	if (write_inside(f, pid, nonce.text) < 0)
		return fail(f, "no-upper");

	note.text = nonce.text;
	r = sandbox_call(box, note_says, &note);
	observed(f, "the changed file is %sin LAYERS/upper",
		 r == 1 ? "" : "not ");
	return r == 1 ? VERDICT_PASS : fail(f, "upper-elsewhere");
}

/*
 * Read from the mount's options and not tried: whether a tmpfs can hold the
 * attributes of either kind depends on the kernel.
 */
static enum verdict judge_marks(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	auto_mounts struct mountinfo info = { 0 };
	const struct mount_entry *mount;
	pid_t pid;
	int r;

	expected(f, "the overlay is mounted with the option userxattr");
	r = exercise_start_probe(g, f, &layers, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "no-overlay");
	r = look_mounts(pid, &info);
	if (r < 0)
		return cannot_judge(f, r, "read the mounts of COMMAND");

	mount = mountinfo_find(&info, "/work/box/merged");
	observed(f, "its options are %s", mount ? mount->super : "gone");
	return mount && mount_has_option(mount->super, "userxattr")
		       ? VERDICT_PASS
		       : fail(f, "no-userxattr");
}

/* ---- task 02.3 ----------------------------------------------------------- */

/* Whether the kernel refuses a write to @path because the mount forbids it. */
static enum verdict judge_write(struct finding *f, pid_t pid, const char *path,
				const char *key)
{
	struct note note = { path, "written by the grader\n" };
	int r = look_inside(pid, write_note, &note);

	observed(f, "writing to %s: %s", path,
		 r == 0 ? "it worked" : strerror(-r));
	return r == -EROFS ? VERDICT_PASS : fail(f, key);
}

static enum verdict judge_read_only(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	enum verdict verdict;
	pid_t pid;
	int r;

	expected(f, "root in COMMAND's namespaces cannot write below DIR: %s",
		 strerror(EROFS));
	r = exercise_start_probe(g, f, &data, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "ro-refused");

	verdict = judge_write(f, pid, "/work/data/file", "ro-ignored");
	if (verdict != VERDICT_PASS)
		return verdict;
	return judge_write(f, pid, "/work/data/new", "ro-ignored");
}

static enum verdict judge_same_files(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct note note = { "/work/data/file", NULL };
	struct nonce nonce;
	pid_t pid;
	int r;

	expected(f, "DIR can still be written outside, and COMMAND reads it");
	r = exercise_start_probe(g, f, &data, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "ro-refused");

	nonce_init(&nonce);
	note.text = nonce.text;
	r = sandbox_call(box, write_note, &note);
	if (r < 0)
		return cannot_judge(f, r, "write to DIR outside");
	r = look_inside(pid, note_says, &note);
	observed(f, "COMMAND %s what was written outside",
		 r == 1 ? "reads" : "does not read");
	return r == 1 ? VERDICT_PASS : fail(f, "a-copy");
}

static enum verdict judge_below(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	pid_t pid;
	int r;

	expected(f, "a second mount, on DIR/deep, cannot be written either: %s",
		 strerror(EROFS));
	r = exercise_start_probe(g, f, &data, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "ro-refused");
	return judge_write(f, pid, "/work/data/deep/new", "ro-one-mount");
}

/* ---- task 02.4 ----------------------------------------------------------- */

static int folder_id(struct sandbox *box, const char *path, struct file_id *ret)
{
	auto_close int fd = sandbox_open(box, path, O_PATH | O_DIRECTORY);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	*ret = (struct file_id){ st.st_dev, st.st_ino };
	return 0;
}

static enum verdict judge_new_root(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct file_id want;
	struct file_id its;
	pid_t pid;
	int r;

	expected(f, "the root directory of COMMAND is ROOT");
	r = exercise_start_probe(g, f, &root, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "pivot-refused");
	r = folder_id(box, "/work/root", &want);
	if (r == 0)
		r = look_id(pid, "root", &its);
	if (r < 0)
		return cannot_judge(f, r, "look at the root of COMMAND");

	observed(f, "/proc/PID/root is %s",
		 file_id_equal(want, its) ? "ROOT" : "another folder");
	return file_id_equal(want, its) ? VERDICT_PASS
					: fail(f, "root-unchanged");
}

/* The first of @its that shows a file system of @host, but for "/" itself. */
static const struct mount_entry *find_old(const struct mountinfo *its,
					  const struct mountinfo *host)
{
	const struct mount_entry *new = NULL;

	for (size_t i = 0; i < its->count; i++) {
		const struct mount_entry *a = &its->entries[i];

		if (!new &&strcmp(a->root, "/work/root") == 0 &&
		    strcmp(a->point, "/") == 0) {
			new = a;
			continue;
		}
		for (size_t j = 0; j < host->count; j++) {
			if (a->major == host->entries[j].major &&
			    a->minor == host->entries[j].minor)
				return a;
		}
	}
	return NULL;
}

static enum verdict judge_pivot(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	auto_mounts struct mountinfo its = { 0 };
	auto_mounts struct mountinfo host = { 0 };
	auto_close int nsfd = -1;
	const struct mount_entry *old;
	struct ns_root want;
	char path[32];
	pid_t pid;
	int r;

	expected(f, "ROOT is the root of the mount namespace, "
		    "and no mount of the old root is left in it");
	r = exercise_start_probe(g, f, &root, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "pivot-refused");
	r = look_mounts(pid, &its);
	if (r == 0)
		r = look_mounts(sandbox_init_pid(box), &host);
	if (r == 0)
		r = look_id(pid, "root", &want.root);
	if (r == 0)
		r = look_id(sandbox_init_pid(box), "root", &want.old);
	if (r < 0)
		return cannot_judge(f, r, "read the mounts of COMMAND");

	old = find_old(&its, &host);
	if (old) {
		observed(f, "the old root's %s is still mounted on %s",
			 old->root, old->point);
		return fail(f, "old-root-left");
	}

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	nsfd = open(path, O_RDONLY | O_CLOEXEC);
	want.nsfd = nsfd;
	r = nsfd < 0 ? -errno : look_inside(pid, look_at_ns_root, &want);
	if (r < 0)
		return cannot_judge(f, r, "join COMMAND's mount namespace");
	if (r == ROOT_OVER_OLD) {
		observed(f, "when ROOT is unmounted the old root appears");
		return fail(f, "old-root-below");
	}
	observed(f, "who joins the namespace with setns(2) finds %s as its /",
		 r == ROOT_ALONE ? "ROOT" : "the old root");
	return r == ROOT_ALONE ? VERDICT_PASS : fail(f, "chroot");
}

static enum verdict judge_nothing_held(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	struct file_id new;
	struct file_id cwd;
	char link[256];
	int fds[8];
	pid_t pid;
	int r;

	expected(f, "COMMAND starts in ROOT, with no descriptor but 0, 1 and "
		    "2");
	r = exercise_start_probe(g, f, &root, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "pivot-refused");
	r = look_id(pid, "root", &new);
	if (r == 0)
		r = look_id(pid, "cwd", &cwd);
	if (r < 0)
		return cannot_judge(f, r, "look at COMMAND's folders");

	if (!file_id_equal(new, cwd)) {
		observed(f, "its working directory is another folder, %s",
			 look_link(pid, "cwd", link, sizeof(link)));
		return fail(f, "cwd-outside");
	}
	r = look_fds(pid, fds, 8);
	if (r < 0)
		return cannot_judge(f, r, "list COMMAND's descriptors");
	for (int i = 0; i < r && i < 8; i++) {
		if (fds[i] <= 2)
			continue;
		observed(f, "descriptor %d is open", fds[i]);
		return fail(f, "fd-left");
	}
	observed(f, "its working directory is ROOT, nothing else is open");
	return VERDICT_PASS;
}

static enum verdict judge_together(struct grading *g, struct finding *f)
{
	auto_box struct sandbox *box = NULL;
	auto_mounts struct mountinfo info = { 0 };
	const struct mount_entry *merged;
	pid_t pid;
	int r;

	expected(f, "with -l box -r box/data -n box, COMMAND has an overlay on "
		    "/merged and cannot write to /data");
	r = exercise_start_probe(g, f, &together, &box, &pid);
	if (r < 0)
		return judge_no_probe(f, r, "lost-mounts");
	r = look_mounts(pid, &info);
	if (r < 0)
		return cannot_judge(f, r, "read the mounts of COMMAND");

	merged = mountinfo_find(&info, "/merged");
	if (!merged || strcmp(merged->fstype, "overlay") != 0) {
		observed(f, "no overlay is mounted on /merged");
		return fail(f, "lost-mounts");
	}
	return judge_write(f, pid, "/data/new", "lost-mounts");
}

/* ---- the tables ---------------------------------------------------------- */

static const struct diagnosis own_ns_diagnoses[] = {
	{ "no-unshare",
	  "there is no new mount namespace: in the one of the rest of the "
	  "machine mount(2) is not allowed and fails with EPERM",
	  "call unshare(2) with CLONE_NEWNS before the first mount(2)",
	  "mount_namespaces(7), DESCRIPTION" },
	{ 0 },
};

static const struct diagnosis late_diagnoses[] = {
	{ "hears-the-host",
	  "the mounts are copies that still follow their originals",
	  "after unshare(2), change the propagation of \"/\" and of all below",
	  "mount_namespaces(7), SHARED SUBTREES" },
	{ "only-the-top",
	  "MS_PRIVATE changed one mount, \"/\", and not those below it",
	  "add MS_REC", "mount(2), Changing the propagation type" },
	{ 0 },
};

static const struct diagnosis private_diagnoses[] = {
	{ "not-private",
	  "a mount is in a peer group, so a later copy of it would follow it",
	  "look at its mounts: findmnt -o TARGET,PROPAGATION",
	  "mount_namespaces(7), Propagation type transitions" },
	{ 0 },
};

static const struct diagnosis overlay_diagnoses[] = {
	{ "no-overlay",
	  "another kind of mount was made, or one with other folders",
	  "mount the type \"overlay\" on LAYERS/merged with lowerdir=, "
	  "upperdir= and workdir=",
	  "mount(2); Documentation/filesystems/overlayfs.rst, Upper and "
	  "Lower" },
	{ "no-upper", "an overlay without an upper layer cannot be written",
	  "give it upperdir= and workdir= too",
	  "Documentation/filesystems/overlayfs.rst, Multiple lower layers" },
	{ "lower-written",
	  "the lower layer was given as the one that takes the writes",
	  "lowerdir= is what is only read, upperdir= what takes the changes",
	  "Documentation/filesystems/overlayfs.rst, Upper and Lower" },
	{ "upper-elsewhere",
	  "the upper layer is another folder than LAYERS/upper",
	  "compare upperdir= in the mount's options with the task",
	  "Documentation/filesystems/overlayfs.rst, Upper and Lower" },
	{ "no-userxattr",
	  "the overlay marks folders with attributes trusted.*, which only "
	  "root of the machine may write; removing a folder then fails with "
	  "EIO",
	  "add the option userxattr",
	  "Documentation/filesystems/overlayfs.rst, User xattr; xattr(7)" },
	{ 0 },
};

static const struct diagnosis read_only_diagnoses[] = {
	{ "ro-refused",
	  "a flag that is locked was taken away: MS_REMOUNT sets all flags "
	  "anew, and without nosuid and nodev the kernel says EPERM",
	  "use mount_setattr(2), which changes only the flags it is given",
	  "mount_namespaces(7), Restrictions on mount namespaces" },
	{ "ro-ignored", "mount(2) ignores MS_RDONLY when it makes a bind mount",
	  "bind first, and make it read-only in a second call",
	  "mount(2), Creating a bind mount" },
	{ "a-copy", "DIR is covered by another file system and not bound",
	  "bind DIR on itself: MS_BIND | MS_REC",
	  "mount(2), Creating a bind mount" },
	{ "ro-one-mount",
	  "read-only is a flag of one mount, and DIR/deep is a second one",
	  "use mount_setattr(2) with AT_RECURSIVE", "mount_setattr(2)" },
	{ 0 },
};

static const struct diagnosis root_diagnoses[] = {
	{ "pivot-refused",
	  "pivot_root(2) fails with EINVAL if ROOT is not a mount point",
	  "bind ROOT on itself first", "pivot_root(2), NOTES" },
	{ "root-unchanged",
	  "the program went to ROOT and did not make it the root",
	  "call pivot_root(2)", "pivot_root(2), pivot_root(\".\", \".\")" },
	{ "chroot",
	  "chroot(2) changed one process; the old root is still the root of "
	  "the namespace, and setns(2) leads back to it",
	  "use pivot_root(2) instead of chroot(2)",
	  "pivot_root(2), DESCRIPTION; chroot(2), NOTES" },
	{ "old-root-below",
	  "MS_MOVE only covers the old root, which is still there for whoever "
	  "unmounts what covers it",
	  "use pivot_root(2), and take the old root off",
	  "pivot_root(2), DESCRIPTION" },
	{ "old-root-left",
	  "pivot_root(2) only moves the old root to another place",
	  "take it off: umount2(2) with MNT_DETACH",
	  "pivot_root(2), pivot_root(\".\", \".\")" },
	{ "cwd-outside",
	  "the working directory is a folder of the old root, and \"..\" from "
	  "there leads to all of it, mounted or not",
	  "call chdir(\"/\") last", "pivot_root(2), NOTES" },
	{ "fd-left",
	  "a descriptor of the old root is open, and openat(2) with it reads "
	  "all of it, mounted or not",
	  "open it with O_CLOEXEC, or not at all",
	  "open(2), O_CLOEXEC; openat(2)" },
	{ 0 },
};

static const struct diagnosis together_diagnoses[] = {
	{ "lost-mounts",
	  "a bind mount without MS_REC shows ROOT without what is mounted "
	  "below it: the overlay is gone, and /data can be written",
	  "bind ROOT with MS_BIND | MS_REC",
	  "mount(2), Creating a bind mount" },
	{ 0 },
};

static const struct check checks[] = {
	{ "own-ns", "02.1", 8, "the command has its own mount namespace", NULL,
	  judge_own_ns, own_ns_diagnoses },
	{ "late-mount", "02.1", 8, "a later mount outside does not come in",
	  "own-ns", judge_late, late_diagnoses },
	{ "private", "02.1", 8, "no mount is shared with others", "own-ns",
	  judge_private, private_diagnoses },
	{ "merged", "02.2", 8, "an overlay shows the lower layer", NULL,
	  judge_merged, overlay_diagnoses },
	{ "lower-same", "02.2", 8, "the lower layer stays as it was", "merged",
	  judge_lower, overlay_diagnoses },
	{ "upper-takes", "02.2", 6, "the upper layer takes the changes",
	  "merged", judge_upper, overlay_diagnoses },
	{ "marks", "02.2", 4, "the overlay needs no root for its marks",
	  "merged", judge_marks, overlay_diagnoses },
	{ "read-only", "02.3", 8, "the folder cannot be written", NULL,
	  judge_read_only, read_only_diagnoses },
	{ "same-files", "02.3", 6, "it is the same folder as outside",
	  "read-only", judge_same_files, read_only_diagnoses },
	{ "below", "02.3", 8, "nor can what is mounted below it", "read-only",
	  judge_below, read_only_diagnoses },
	{ "new-root", "02.4", 6, "the command has another root directory", NULL,
	  judge_new_root, root_diagnoses },
	{ "pivot", "02.4", 10, "it is the root of the mount namespace",
	  "new-root", judge_pivot, root_diagnoses },
	{ "nothing-held", "02.4", 6, "nothing of the old root is held open",
	  "pivot", judge_nothing_held, root_diagnoses },
	{ "together", "02.4", 6, "all options work together", "pivot",
	  judge_together, together_diagnoses },
	{ 0 },
};

static const struct task tasks[] = {
	{ "02.1",
	  "make the mounts private",
	  { "A new mount namespace starts with a copy of all mounts. What else "
	    "is copied with each of them? Compare the optional fields in "
	    "/proc/self/mountinfo.",
	    "unshare(2) with CLONE_NEWNS; mount(2), section \"Changing the "
	    "propagation type of an existing mount\".",
	    "unshare(CLONE_NEWNS), then mount(NULL, \"/\", NULL, MS_REC | "
	    "MS_PRIVATE, NULL): source and type do not count here." } },
	{ "02.2",
	  "mount an overlay",
	  { "Which of the three folders may be written, and by whom? Who "
	    "reads them: your program or the kernel?",
	    "mount(2); Documentation/filesystems/overlayfs.rst of the kernel, "
	    "sections \"Upper and Lower\" and \"User xattr\".",
	    "mount(\"layered\", merged, \"overlay\", 0, options), with options "
	    "from snprintf(3): \"lowerdir=%s/lower,upperdir=%s/upper,"
	    "workdir=%s/work,userxattr\"." } },
	{ "02.3",
	  "make a folder read-only",
	  { "Read-only is a property of a mount, not of a folder. Which mounts "
	    "are there after the bind?",
	    "mount(2), section \"Creating a bind mount\"; mount_setattr(2), "
	    "AT_RECURSIVE.",
	    "mount(dir, dir, NULL, MS_BIND | MS_REC, NULL), then "
	    "mount_setattr(AT_FDCWD, dir, AT_RECURSIVE, &attr, sizeof(attr)) "
	    "with .attr_set = MOUNT_ATTR_RDONLY." } },
	{ "02.4",
	  "change the root with pivot_root",
	  { "After it, the old root is still mounted somewhere. Where?",
	    "pivot_root(2), NOTES, \"pivot_root(\".\", \".\")\"; umount2(2), "
	    "MNT_DETACH.",
	    "Bind root on itself with MS_BIND | MS_REC, chdir(root), "
	    "syscall(SYS_pivot_root, \".\", \".\"), umount2(\".\", "
	    "MNT_DETACH), chdir(\"/\"). Check each of them." } },
	{ 0 },
};

const struct grader grader_02_mount_ns = {
	.lab = "02-mount-ns",
	.tasks = tasks,
	.checks = checks,
};
