/* SPDX-License-Identifier: MIT */
/*
 * 10-image.c - grade "assemble": layers become a folder, or nothing does
 *
 * Each check makes layers of its own, with fresh names and contents:
 *
 *	/layers/1 2 3          what the program is given
 *	/work/image            DIR: what it is to make
 *	/work/outside/canary   what no layer may reach
 *
 * The program runs to its end.  Then the grader goes into the sandbox and
 * writes down all that is below /work, one line for each file: that is what
 * it judges by.  Whether the program said that it failed plays no part.
 *
 * See: docs/handbook/10-image.md.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "grader.h"
#include "tar.h"
#include "text.h"

enum {
	LAYERS = 3,
	LIST_BYTES = 16384,
	SHOWN_BYTES = 80,
	NONCE_CHARS = 32, /* of a content, in a line */
	PROGRAM_MS = 10000,
	DEPTH_MAX = 16,
};

/* ---- what is below a folder, as text --------------------------------------- */

/* In memory that the grader and the process inside share. */
struct listing {
	bool there;	       /* whether there is such a folder */
	char text[LIST_BYTES]; /* "path type mode detail\n", sorted */
};

static int no_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* A newline in a name or a content must not make a line of its own. */
static void add_safely(struct text *text, const char *from, size_t most)
{
	for (size_t i = 0; i < most && from[i]; i++) {
		char c = from[i];

		text_add_len(text, c < ' ' || c > '~' ? "?" : &c, 1);
	}
}

/* The start of a file's content, and its size. */
static void add_content(struct text *text, int dirfd, const char *name,
			const struct stat *st)
{
	char shown[SHOWN_BYTES + 1];
	auto_close int fd = openat(
		dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, shown, SHOWN_BYTES);

	shown[n > 0 ? n : 0] = '\0';
	text_addf(text, " links=%u %jd \"", (unsigned)st->st_nlink,
		  (intmax_t)st->st_size);
	add_safely(text, shown, NONCE_CHARS);
	text_add(text, "\"");
}

static void add_folder(struct text *text, int dirfd, const char *path,
		       int depth);

static void add_file(struct text *text, int dirfd, const char *name,
		     const char *path, int depth)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;

	/* More than is kept is not looked at. */
	if (text->len_bytes > LIST_BYTES ||
	    fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	add_safely(text, path, PATH_MAX);
	text_add(text, " ");
	if (S_ISLNK(st.st_mode)) {
		n = readlinkat(dirfd, name, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		text_add(text, "link to ");
		add_safely(text, target, sizeof(target));
		text_add(text, "\n");
		return;
	}
	text_addf(text, "%s %04o",
		  S_ISREG(st.st_mode)	? "file"
		  : S_ISDIR(st.st_mode) ? "folder"
					: "other",
		  (unsigned)st.st_mode & 07777);
	if (S_ISREG(st.st_mode))
		add_content(text, dirfd, name, &st);
	text_add(text, "\n");
	if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
		auto_close int fd =
			openat(dirfd, name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd >= 0)
			add_folder(text, fd, path, depth + 1);
	}
}

static void add_folder(struct text *text, int dirfd, const char *path,
		       int depth)
{
	struct dirent **entries;
	int n = scandirat(dirfd, ".", &entries, no_dots, by_name);

	for (int i = 0; i < n; i++) {
		auto_free char *below = NULL;

		if (asprintf(&below, "%s%s%s", path, *path ? "/" : "",
			     entries[i]->d_name) >= 0)
			add_file(text, dirfd, entries[i]->d_name, below, depth);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/* Called inside; has all capabilities there. */
static int list_folder(struct listing *to, const char *path)
{
	auto_close int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct text text = { 0 };
	auto_free char *all = NULL;

	to->there = fd >= 0;
	if (fd >= 0)
		add_folder(&text, fd, "", 0);
	all = text_steal(&text);
	snprintf(to->text, sizeof(to->text), "%s", all ? all : "");
	return all ? 0 : -ENOMEM;
}

/* ---- one run of the program --------------------------------------------------- */

/* What there is to see afterwards. */
struct sight {
	struct listing image; /* /work/image */
	struct listing work;  /* all of /work */
};

struct run {
	struct tar tar[LAYERS];	    /* those without bytes do not count */
	const char *digest[LAYERS]; /* NULL: nothing is said */
	struct nonce canary;
	struct sight *sight; /* shared; filled by run_program() */
};

static void run_init(struct run *run)
{
	*run = (struct run){ .sight = look_shared(sizeof(struct sight)) };
	nonce_init(&run->canary);
}

static void run_release(struct run *run)
{
	for (size_t i = 0; i < LAYERS; i++)
		tar_release(&run->tar[i]);
	look_unshare(run->sight, sizeof(struct sight));
	run->sight = NULL;
}

#define auto_run __attribute__((cleanup(run_release)))

static void free_box(struct sandbox *const *box)
{
	(void)sandbox_free(*box);
}

#define auto_box __attribute__((cleanup(free_box)))

static int prepare(void *arg)
{
	const struct nonce *canary = arg;
	auto_close int fd = -1;

	if (mkdir("/work/outside", 0755) < 0)
		return -errno;
	fd = open("/work/outside/canary", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	return write_all(fd, canary->text, strlen(canary->text));
}

static int look_around(void *arg)
{
	struct sight *sight = arg;
	int r = list_folder(&sight->image, "/work/image");

	return r < 0 ? r : list_folder(&sight->work, "/work");
}

/* Start it, wait for its end, look.  Return: 0; 1 if it never ended; -errno. */
static int start_and_look(struct grading *g, struct finding *f,
			  const struct run *run,
			  const struct sandbox_spec *spec)
{
	auto_box struct sandbox *box = NULL;
	int r = exercise_start(g, spec, &box);

	if (r < 0)
		return r;
	r = sandbox_wait(box, PROGRAM_MS);
	free(f->output);
	f->output = strdup(sandbox_err(box));
	if (r == -ETIME) {
		g->hung = true;
		return 1;
	}
	if (r < 0 && r != -ENOMEM)
		return r;
	return sandbox_call(box, look_around, run->sight);
}

static int run_program(struct grading *g, struct finding *f, struct run *run)
{
	struct sandbox_file files[LAYERS + 1] = { 0 };
	char paths[LAYERS][16];
	char words[LAYERS][128];
	const char *argv[LAYERS + 3] = { "/bin/exercise", "/work/image" };
	const struct sandbox_spec spec = {
		.argv = argv,
		.prepare = prepare,
		.arg = &run->canary,
		.files = files,
	};
	int n = 0;
	int r = run->sight ? 0 : -ENOMEM;

	for (int i = 0; r == 0 && i < LAYERS && run->tar[i].bytes; i++) {
		int fd = tar_memfd(&run->tar[i]);

		r = fd < 0 ? fd : 0;
		snprintf(paths[i], sizeof(paths[i]), "/layers/%d", i + 1);
		snprintf(words[i], sizeof(words[i]), "%s%s%.100s", paths[i],
			 run->digest[i] ? "@" : "",
			 run->digest[i] ? run->digest[i] : "");
		argv[2 + i] = words[i];
		files[i] = (struct sandbox_file){ fd, paths[i], 0444 };
		if (fd >= 0)
			n++;
	}
	if (r == 0)
		r = start_and_look(g, f, run, &spec);
	for (int i = 0; i < n; i++)
		(void)close(files[i].fd);
	return r;
}

/* ---- what may be wrong ----------------------------------------------------------- */

/* The first line of @a that @b has not; NULL: none. Cut off in @line. */
static const char *line_missing(const char *a, const char *b, char *line,
				size_t size)
{
	auto_free char *haystack = NULL;

	if (asprintf(&haystack, "\n%s", b) < 0)
		return NULL;
	while (*a) {
		auto_free char *needle = NULL;
		size_t len = strcspn(a, "\n");

		if (asprintf(&needle, "\n%.*s\n", (int)len, a) < 0)
			return NULL;
		if (!strstr(haystack, needle)) {
			snprintf(line, size, "%.*s", (int)len, a);
			return line;
		}
		a += len + (a[len] == '\n');
	}
	return NULL;
}

/* Run, and see that /work/image is as the text says. */
static enum verdict judge_image(struct grading *g, struct finding *f,
				struct run *run, const char *want,
				const char *missing_key, const char *key)
{
	char line[256];
	int r = run_program(g, f, run);

	if (r < 0)
		return cannot_judge(f, r, "run the program and look");
	if (r == 1 || !run->sight->image.there) {
		observed(f, r == 1 ? "the program does not end"
				   : "there is no DIR");
		return fail(f, missing_key);
	}
	if (line_missing(want, run->sight->image.text, line, sizeof(line))) {
		observed(f, "there is no \"%s\" in DIR", line);
		return fail(f, key);
	}
	if (line_missing(run->sight->image.text, want, line, sizeof(line))) {
		observed(f, "there is \"%s\" in DIR", line);
		return fail(f, key);
	}
	observed(f, "each file is as the layers say");
	return VERDICT_PASS;
}

/* Run layers that must be refused, and see that nothing outside has changed
 * and that there is no DIR. */
static enum verdict judge_refused(struct grading *g, struct finding *f,
				  struct run *run, const char *what,
				  const char *outside_key, const char *key)
{
	char canary[160];
	char line[256];
	int r = run_program(g, f, run);

	if (r < 0)
		return cannot_judge(f, r, "run the program and look");
	snprintf(canary, sizeof(canary),
		 "outside folder 0755\n"
		 "outside/canary file 0644 links=1 32 \"%s\"\n",
		 run->canary.text);
	if (line_missing(canary, run->sight->work.text, line, sizeof(line))) {
		observed(f, "%s: /work/%s is not as it was", what, line);
		return fail(f, outside_key);
	}
	for (const char *at = run->sight->work.text; *at;) {
		size_t len = strcspn(at, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, at);
		at += len + (at[len] == '\n');
		if (strncmp(line, "image", 5) != 0 && !strstr(canary, line)) {
			observed(f, "%s: there is now /work/%s", what, line);
			return fail(f, outside_key);
		}
	}
	if (r == 1 || run->sight->image.there) {
		observed(f, "%s: %s", what,
			 r == 1 ? "the program does not end"
				: "there is a DIR");
		return fail(f, key);
	}
	observed(f, "there is no DIR, and nothing outside has changed");
	return VERDICT_PASS;
}

/* ---- task 10.1 ------------------------------------------------------------------- */

static enum verdict judge_tree(struct grading *g, struct finding *f)
{
	auto_run struct run run = { 0 };
	struct nonce a;
	struct nonce b;
	char want[1024];
	char big[700 + 1];

	run_init(&run);
	nonce_init(&a);
	nonce_init(&b);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	expected(f, "DIR has what the two layers say, the second over the "
		    "first");
	tar_add(&run.tar[0], &(struct tar_file){ .name = "etc/",
						 .type = '5',
						 .mode = 0750 });
	tar_add(&run.tar[0],
		&(struct tar_file){ .name = "etc/motd", .content = "old" });
	tar_add(&run.tar[0], &(struct tar_file){ .name = "deep/down/here/file",
						 .content = a.text });
	tar_add(&run.tar[0],
		&(struct tar_file){ .name = "bin", .type = '2', .to = a.text });
	tar_end(&run.tar[0], 0);
	tar_add(&run.tar[1], &(struct tar_file){ .name = "etc/motd",
						 .mode = 0640,
						 .content = b.text });
	tar_add(&run.tar[1], &(struct tar_file){ .name = "usr/bin/tool",
						 .mode = 0755,
						 .content = big });
	tar_end(&run.tar[1], 0);
	snprintf(want, sizeof(want),
		 "bin link to %s\n"
		 "deep folder 0755\n"
		 "deep/down folder 0755\n"
		 "deep/down/here folder 0755\n"
		 "deep/down/here/file file 0644 links=1 32 \"%s\"\n"
		 "etc folder 0750\n"
		 "etc/motd file 0640 links=1 32 \"%s\"\n"
		 "usr folder 0755\n"
		 "usr/bin folder 0755\n"
		 "usr/bin/tool file 0755 links=1 700 "
		 "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"\n",
		 a.text, a.text, b.text);
	return judge_image(g, f, &run, want, "no-dir", "tree-differs");
}

static enum verdict judge_links(struct grading *g, struct finding *f)
{
	auto_run struct run run = { 0 };
	struct nonce a;
	char want[512];

	run_init(&run);
	nonce_init(&a);
	expected(f, "a hard link is another name of the same file, in whatever "
		    "folder that is");
	tar_add(&run.tar[0],
		&(struct tar_file){ .name = "lib/one", .content = a.text });
	tar_add(&run.tar[0], &(struct tar_file){ .name = "bin/two",
						 .type = '1',
						 .to = "lib/one" });
	tar_end(&run.tar[0], 0);
	tar_add(&run.tar[1], &(struct tar_file){ .name = "three",
						 .type = '1',
						 .to = "bin/two" });
	tar_end(&run.tar[1], 0);
	snprintf(want, sizeof(want),
		 "bin folder 0755\n"
		 "bin/two file 0644 links=3 32 \"%s\"\n"
		 "lib folder 0755\n"
		 "lib/one file 0644 links=3 32 \"%s\"\n"
		 "three file 0644 links=3 32 \"%s\"\n",
		 a.text, a.text, a.text);
	return judge_image(g, f, &run, want, "no-dir", "tree-differs");
}

/* One hostile entry, after one that is harmless. */
static enum verdict judge_entry(struct grading *g, struct finding *f,
				const struct tar_file *file, const char *key)
{
	auto_run struct run run = { 0 };

	run_init(&run);
	tar_add(&run.tar[0],
		&(struct tar_file){ .name = "ok/file", .content = "fine" });
	tar_add(&run.tar[0], file);
	tar_end(&run.tar[0], 0);
	return judge_refused(g, f, &run, file->name, key, "accepted");
}

static enum verdict judge_names(struct grading *g, struct finding *f,
				const char *const *formats, const char *key)
{
	enum verdict verdict = VERDICT_PASS;

	for (; verdict == VERDICT_PASS && *formats; formats++) {
		auto_free char *name = NULL;
		struct nonce nonce;

		nonce_init(&nonce);
		if (asprintf(&name, "%s/%.8s", *formats, nonce.text) < 0)
			return cannot_judge(f, -ENOMEM, "make a name");
		verdict = judge_entry(
			g, f,
			&(struct tar_file){ .name = name, .content = "bad" },
			key);
	}
	return verdict;
}

static enum verdict judge_dotdot(struct grading *g, struct finding *f)
{
	static const char *const formats[] = { "..", "ok/../..", "../outside",
					       "ok/..", NULL };
	enum verdict verdict;

	expected(f, "a layer with \"..\" in a name makes no DIR, and nothing "
		    "outside");
	verdict = judge_names(g, f, formats, "dotdot");
	if (verdict != VERDICT_PASS)
		return verdict;
	/* The last part: a folder that is given another mode. */
	return judge_entry(
		g, f,
		&(struct tar_file){ .name = "..", .type = '5', .mode = 0700 },
		"dotdot");
}

static enum verdict judge_absolute(struct grading *g, struct finding *f)
{
	static const char *const formats[] = { "/work/outside", "/work", NULL };

	expected(f, "a layer with an absolute name makes no DIR, and nothing "
		    "outside");
	return judge_names(g, f, formats, "absolute");
}

/* A link, and a file through it; @second: in the next layer. */
static enum verdict judge_link_to(struct grading *g, struct finding *f,
				  const char *to, const char *through,
				  bool second)
{
	auto_run struct run run = { 0 };
	struct tar *tar = &run.tar[0];

	run_init(&run);
	tar_add(tar, &(struct tar_file){ .name = "dir", .type = '5' });
	tar_add(tar,
		&(struct tar_file){ .name = "link", .type = '2', .to = to });
	if (second) {
		tar_end(tar, 0);
		tar = &run.tar[1];
	}
	tar_add(tar, &(struct tar_file){ .name = through, .content = "bad" });
	tar_end(tar, 0);
	return judge_refused(g, f, &run, through, "through-link",
			     "link-accepted");
}

static enum verdict judge_through_link(struct grading *g, struct finding *f)
{
	static const struct {
		const char *to;
		const char *through;
		bool second;
	} cases[] = {
		{ "/work/outside", "link/new", false },
		{ "/work/outside", "link/canary", true },
		{ "../outside", "link/deeper/new", true },
		{ "..", "link/outside/canary", false },
		{ "dir", "link/new", false },
	};
	enum verdict verdict = VERDICT_PASS;

	expected(f, "a layer that goes through a symbolic link makes no DIR, "
		    "and nothing where it leads");
	for (size_t i = 0; verdict == VERDICT_PASS && i < 5; i++)
		verdict = judge_link_to(g, f, cases[i].to, cases[i].through,
					cases[i].second);
	return verdict;
}

static enum verdict judge_hard_link_out(struct grading *g, struct finding *f)
{
	static const char *const targets[] = { "../outside/canary",
					       "/work/outside/canary",
					       "ok/../../outside/canary" };
	enum verdict verdict = VERDICT_PASS;

	expected(f, "a layer with a hard link to a file outside makes no DIR");
	for (size_t i = 0; verdict == VERDICT_PASS && i < 3; i++)
		verdict = judge_entry(g, f,
				      &(struct tar_file){ .name = "mine",
							  .type = '1',
							  .to = targets[i] },
				      "hard-link");
	return verdict;
}

static const struct diagnosis place_diagnoses[] = {
	{ "no-dir",
	  "A layer that is in order was refused, or its folders were "
	  "not found.",
	  "Begin at rootfd and make what is missing; only \"..\", a leading "
	  "slash and symbolic links are refused.",
	  "openat(2), mkdirat(2)" },
	{ "tree-differs",
	  "An entry was put into another folder than its name "
	  "says.",
	  "Each part but the last is a folder, one in the other; what is left "
	  "is the base.",
	  "openat(2)" },
	{ "dotdot",
	  "The name was given to the kernel as it is, and \"..\" led "
	  "out of the root.",
	  "Look at each part of the name, also the last one.",
	  "path_resolution(7); CVE-2018-15664" },
	{ "absolute",
	  "An absolute name starts at the root of the process, "
	  "whatever the descriptor is.",
	  "Refuse a name that begins with a slash.", "openat(2)" },
	{ "through-link",
	  "The name has no \"..\", but a part of it is a link "
	  "that the archive itself has made.",
	  "Open one part after the other with O_NOFOLLOW, or all with "
	  "openat2(2) "
	  "and RESOLVE_NO_SYMLINKS.",
	  "openat2(2), RESOLVE_NO_SYMLINKS" },
	{ "link-accepted",
	  "Some links are followed, or the entry was left out "
	  "silently.",
	  "Return -EBADMSG for any symbolic link on the way: who accepts some "
	  "must know where they lead.",
	  "openat2(2), RESOLVE_NO_SYMLINKS" },
	{ "hard-link", "A file outside was changed through a hard link.",
	  "Find the target of a hard link in the same way as the entry.",
	  "link(2)" },
	{ "accepted",
	  "The entry was left out or put elsewhere, and the rest "
	  "was used.",
	  "Return -EBADMSG: nobody who made such an archive meant well.",
	  "OCI image specification, layer.md, \"Applying Changesets\"" },
	{ 0 },
};

/* ---- task 10.2 ------------------------------------------------------------------- */

/* One small layer, with padding behind the archive's end. */
static void add_small_layer(struct tar *tar, const char *content,
			    size_t padding)
{
	tar_add(tar, &(struct tar_file){ .name = "motd", .content = content });
	tar_end(tar, padding);
}

static enum verdict judge_digest_right(struct grading *g, struct finding *f)
{
	auto_run struct run run = { 0 };
	struct nonce motd;
	char want[128];
	char first[65];
	char second[65];

	run_init(&run);
	nonce_init(&motd);
	expected(f, "layers whose bytes have the DIGEST make a DIR");
	add_small_layer(&run.tar[0], motd.text, 17);
	add_small_layer(&run.tar[1], motd.text, 0);
	tar_digest(&run.tar[0], first);
	tar_digest(&run.tar[1], second);
	run.digest[0] = first;
	run.digest[1] = second;
	snprintf(want, sizeof(want), "motd file 0644 links=1 32 \"%s\"\n",
		 motd.text);
	return judge_image(g, f, &run, want, "right-refused", "right-refused");
}

/* Which byte of the first layer changes after its sum was taken: one of the
 * header, of the content, of the end. */
static enum verdict judge_digest_wrong(struct grading *g, struct finding *f)
{
	static const struct {
		const char *what;
		size_t at;
	} changes[] = {
		{ "the content has another byte", 512 + 5 },
		{ "the header has another user", 512 - 400 },
	};

	expected(f, "a layer with one other byte makes no DIR");
	for (size_t i = 0; i < 2; i++) {
		auto_run struct run run = { 0 };
		struct nonce motd;
		char digest[65];
		enum verdict verdict;

		run_init(&run);
		nonce_init(&motd);
		add_small_layer(&run.tar[0], motd.text, 0);
		tar_digest(&run.tar[0], digest);
		run.digest[0] = digest;
		if (run.tar[0].bytes)
			run.tar[0].bytes[changes[i].at] ^= 1;
		verdict = judge_refused(g, f, &run, changes[i].what,
					"not-compared", "not-compared");
		if (verdict != VERDICT_PASS)
			return verdict;
	}
	return VERDICT_PASS;
}

static enum verdict judge_digest_all(struct grading *g, struct finding *f)
{
	auto_run struct run run = { 0 };
	struct nonce motd;
	char digest[65];

	run_init(&run);
	nonce_init(&motd);
	expected(f, "bytes behind the archive's end count, too");
	add_small_layer(&run.tar[0], motd.text, 0);
	tar_digest(&run.tar[0], digest);
	run.digest[0] = digest;
	tar_end(&run.tar[0], 2);
	return judge_refused(g, f, &run, "four more blocks at the end",
			     "rest-not-read", "rest-not-read");
}

static const struct diagnosis digest_diagnoses[] = {
	{ "right-refused",
	  "The sum is not that of all bytes of the file, each "
	  "of them once.",
	  "Add each block when it is read; at the end read on until the file "
	  "ends, and only then compare.",
	  "OCI image specification, descriptor.md, \"Verification\"" },
	{ "not-compared",
	  "The sum is computed, and what comes of it is not "
	  "acted on; or it is not of all bytes.",
	  "Compare all 64 digits, and return -EBADMSG if they differ.",
	  "OCI image specification, descriptor.md, \"Verification\"" },
	{ "rest-not-read",
	  "The sum ends where the archive says it ends, and "
	  "the file goes on.",
	  "Read until the end of the file before you compare.",
	  "tar(5), GENERAL FORMAT" },
	{ 0 },
};

/* ---- task 10.3 ------------------------------------------------------------------- */

/* What the whiteouts are about. */
static void add_lower(struct tar *tar, const char *content)
{
	static const char *const names[] = {
		"keep", "gone", "dir/a", "dir/sub/b", "full/a", "full/sub/b"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tar_add(tar, &(struct tar_file){ .name = names[i],
						 .content = content });
	tar_end(tar, 0);
}

static enum verdict judge_whiteout(struct grading *g, struct finding *f)
{
	auto_run struct run run = { 0 };
	struct nonce a;
	char want[512];

	run_init(&run);
	nonce_init(&a);
	expected(f, "\".wh.gone\" and \".wh.dir\" take away a file, and a "
		    "folder with all that is in it");
	add_lower(&run.tar[0], a.text);
	tar_add(&run.tar[1], &(struct tar_file){ .name = ".wh.gone" });
	tar_add(&run.tar[1], &(struct tar_file){ .name = ".wh.dir" });
	tar_add(&run.tar[1], &(struct tar_file){ .name = ".wh.never-there" });
	tar_add(&run.tar[1], &(struct tar_file){ .name = "full/sub/.wh.b" });
	tar_end(&run.tar[1], 0);
	snprintf(want, sizeof(want),
		 "full folder 0755\n"
		 "full/a file 0644 links=1 32 \"%s\"\n"
		 "full/sub folder 0755\n"
		 "keep file 0644 links=1 32 \"%s\"\n",
		 a.text, a.text);
	return judge_image(g, f, &run, want, "no-whiteout", "no-whiteout");
}

static enum verdict judge_opaque(struct grading *g, struct finding *f)
{
	auto_run struct run run = { 0 };
	struct nonce a;
	char want[512];

	run_init(&run);
	nonce_init(&a);
	expected(f, "\"full/.wh..wh..opq\" takes away what lower layers have "
		    "in full, and full stays");
	add_lower(&run.tar[0], a.text);
	tar_add(&run.tar[1], &(struct tar_file){ .name = "full/.wh..wh..opq" });
	tar_add(&run.tar[1],
		&(struct tar_file){ .name = "full/new", .content = a.text });
	tar_end(&run.tar[1], 0);
	snprintf(want, sizeof(want),
		 "dir folder 0755\n"
		 "dir/a file 0644 links=1 32 \"%s\"\n"
		 "dir/sub folder 0755\n"
		 "dir/sub/b file 0644 links=1 32 \"%s\"\n"
		 "full folder 0755\n"
		 "full/new file 0644 links=1 32 \"%s\"\n"
		 "gone file 0644 links=1 32 \"%s\"\n"
		 "keep file 0644 links=1 32 \"%s\"\n",
		 a.text, a.text, a.text, a.text, a.text);
	return judge_image(g, f, &run, want, "no-opaque", "no-opaque");
}

static enum verdict judge_own_layer(struct grading *g, struct finding *f)
{
	auto_run struct run run = { 0 };
	struct nonce a;
	char want[512];

	run_init(&run);
	nonce_init(&a);
	expected(f, "a whiteout hides nothing of its own layer, also when it "
		    "comes last");
	add_lower(&run.tar[0], "old");
	tar_add(&run.tar[1],
		&(struct tar_file){ .name = "dir/new", .content = a.text });
	tar_add(&run.tar[1], &(struct tar_file){ .name = ".wh.dir" });
	tar_add(&run.tar[1],
		&(struct tar_file){ .name = "full/new", .content = a.text });
	tar_add(&run.tar[1], &(struct tar_file){ .name = "full/.wh..wh..opq" });
	tar_add(&run.tar[1],
		&(struct tar_file){ .name = "gone", .content = a.text });
	tar_add(&run.tar[1], &(struct tar_file){ .name = ".wh.gone" });
	tar_add(&run.tar[1], &(struct tar_file){ .name = ".wh.keep" });
	tar_end(&run.tar[1], 0);
	snprintf(want, sizeof(want),
		 "dir folder 0755\n"
		 "dir/new file 0644 links=1 32 \"%s\"\n"
		 "full folder 0755\n"
		 "full/new file 0644 links=1 32 \"%s\"\n"
		 "gone file 0644 links=1 32 \"%s\"\n",
		 a.text, a.text, a.text);
	return judge_image(g, f, &run, want, "hides-own", "hides-own");
}

static enum verdict judge_whiteout_dotdot(struct grading *g, struct finding *f)
{
	static const char *const names[] = { ".wh...", "ok/.wh...", ".wh..",
					     ".wh." };
	enum verdict verdict = VERDICT_PASS;

	expected(f,
		 "a whiteout of \"..\", of \".\" or of nothing makes no DIR, "
		 "and removes nothing");
	for (size_t i = 0; verdict == VERDICT_PASS && i < 4; i++) {
		auto_run struct run run = { 0 };

		run_init(&run);
		add_lower(&run.tar[0], "old");
		tar_add(&run.tar[1], &(struct tar_file){ .name = names[i] });
		tar_end(&run.tar[1], 0);
		verdict = judge_refused(g, f, &run, names[i], "whiteout-dotdot",
					"whiteout-dotdot");
	}
	return verdict;
}

static const struct diagnosis whiteout_diagnoses[] = {
	{ "no-whiteout",
	  "The whiteout did nothing, or a file with its name is "
	  "there now, or too much is gone.",
	  "NAME is what follows \".wh.\"; remove_all() takes it away in the "
	  "first pass.",
	  "OCI image specification, layer.md, \"Whiteouts\"" },
	{ "no-opaque",
	  "\".wh..wh..opq\" was taken for a whiteout of a file, or "
	  "the folder itself is gone.",
	  "Compare the whole base name first, and then empty the folder that "
	  "the entry is in.",
	  "OCI image specification, layer.md, \"Opaque Whiteout\"" },
	{ "hides-own",
	  "The whiteout was applied to what its own layer had "
	  "put there.",
	  "Take away in the pass TAKE_AWAY only, when the layer has added "
	  "nothing yet.",
	  "OCI image specification, layer.md, \"Whiteouts\"" },
	{ "whiteout-dotdot", "The name after \".wh.\" is a stranger's, too.",
	  "Return -EBADMSG if it is empty, \".\" or \"..\".",
	  "OCI image specification, layer.md, \"Whiteouts\"" },
	{ 0 },
};

/* ---- task 10.4 ------------------------------------------------------------------- */

/* The second layer is refused, at its last entry or for its digest. */
static enum verdict judge_nothing_left(struct grading *g, struct finding *f)
{
	char line[256];

	expected(f, "when the second layer is refused nothing is left of the "
		    "first");
	for (int kind = 0; kind < 2; kind++) {
		auto_run struct run run = { 0 };
		char canary[160];
		int r;

		run_init(&run);
		add_lower(&run.tar[0], "old");
		tar_add(&run.tar[1], &(struct tar_file){ .name = "locked/new",
							 .content = "x" });
		if (kind == 0)
			tar_add(&run.tar[1],
				&(struct tar_file){ .name = "../bad" });
		if (kind == 0)
			tar_end(&run.tar[1], 0);
		r = run_program(g, f, &run);
		if (r < 0)
			return cannot_judge(f, r, "run the program and look");
		snprintf(canary, sizeof(canary),
			 "outside folder 0755\n"
			 "outside/canary file 0644 links=1 32 \"%s\"\n",
			 run.canary.text);
		if (line_missing(run.sight->work.text, canary, line,
				 sizeof(line))) {
			observed(f, "%s: there is /work/%s",
				 kind ? "an archive without an end"
				      : "a name with \"..\"",
				 line);
			return fail(f, "part-left");
		}
	}
	observed(f, "nothing is left");
	return VERDICT_PASS;
}

static const struct diagnosis left_diagnoses[] = {
	{ "part-left",
	  "DIR.part stays, or a part of it: who comes next finds "
	  "it, or takes it for an image.",
	  "Remove it with all that is in it; rmdir(2) alone removes an empty "
	  "folder.",
	  "unlinkat(2), AT_REMOVEDIR" },
	{ 0 },
};

/* ---- tables ----------------------------------------------------------------------- */

static const struct check checks[] = {
	{ "tree", "10.1", 12, "a new folder has what the layers say", NULL,
	  judge_tree, place_diagnoses },
	{ "links", "10.1", 6, "hard links lead to files of the image", "tree",
	  judge_links, place_diagnoses },
	{ "dotdot", "10.1", 7, "a name with \"..\" is refused", "tree",
	  judge_dotdot, place_diagnoses },
	{ "absolute", "10.1", 5, "an absolute name is refused", "tree",
	  judge_absolute, place_diagnoses },
	{ "through-link", "10.1", 9,
	  "a name through a symbolic link is refused", "tree",
	  judge_through_link, place_diagnoses },
	{ "hard-link-out", "10.1", 5, "so is a hard link to a file outside",
	  "tree", judge_hard_link_out, place_diagnoses },
	{ "digest-right", "10.2", 6, "layers with the right digest are used",
	  NULL, judge_digest_right, digest_diagnoses },
	{ "digest-wrong", "10.2", 8, "a layer with one other byte is refused",
	  "digest-right", judge_digest_wrong, digest_diagnoses },
	{ "digest-all", "10.2", 6, "bytes behind the end count, too",
	  "digest-right", judge_digest_all, digest_diagnoses },
	{ "whiteout", "10.3", 8, "a whiteout takes away a file or a folder",
	  NULL, judge_whiteout, whiteout_diagnoses },
	{ "opaque", "10.3", 8, "an opaque one takes away what is in a folder",
	  NULL, judge_opaque, whiteout_diagnoses },
	{ "own-layer", "10.3", 6, "neither hides what its own layer has",
	  "whiteout", judge_own_layer, whiteout_diagnoses },
	{ "whiteout-dotdot", "10.3", 4, "a whiteout of \"..\" is refused",
	  "whiteout", judge_whiteout_dotdot, whiteout_diagnoses },
	{ "nothing-left", "10.4", 10, "of a refused image nothing is left",
	  "tree", judge_nothing_left, left_diagnoses },
	{ 0 },
};

static const struct task tasks[] = {
	{ "10.1",
	  "find the folder of an entry, and no other",
	  { "What does the kernel do with \"a/b\" if \"a\" is a link to /etc? "
	    "And who has made that link?",
	    "openat(2), O_NOFOLLOW and O_DIRECTORY; mkdirat(2); or openat2(2), "
	    "RESOLVE_NO_SYMLINKS.",
	    "A loop over the parts, from a copy of rootfd: refuse \"\" and "
	    "\"..\"; if it is the last one stop; mkdirat(fd, part, 0755); next "
	    "= openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)"
	    "; ENOTDIR is -EBADMSG." } },
	{ "10.2",
	  "check the digest while the bytes pass",
	  { "When do you know the digest of a file, at the earliest? How much "
	    "of the file has been used by then?",
	    "libsodium's documentation, \"SHA-2\", \"Multi-part\"; OCI image "
	    "specification, descriptor.md, \"Verification\".",
	    "crypto_hash_sha256_update() in count_bytes(). At the end: "
	    "read_block() until it returns 1, crypto_hash_sha256_final(), "
	    "sodium_bin2hex(), strcmp()." } },
	{ "10.3",
	  "apply whiteouts",
	  { "The archive can list its entries in any order. What would a "
	    "whiteout hide if it came last?",
	    "OCI image specification, layer.md, \"Whiteouts\" and \"Opaque "
	    "Whiteout\".",
	    "In the pass ADD do nothing. Else: if base is \".wh..wh..opq\", "
	    "empty_folder(dirfd); if base + 4 is \"\", \".\" or \"..\", "
	    "-EBADMSG; else remove_all(dirfd, base + 4)." } },
	{ "10.4",
	  "leave nothing half-made",
	  { "What would a second call find, after one that failed?",
	    "unlinkat(2), AT_REMOVEDIR; and which function of this file does "
	    "it for whiteouts already?",
	    "remove_all(AT_FDCWD, part), and die() if that fails." } },
	{ 0 },
};

const struct grader grader_10_image = {
	.lab = "10-image",
	.tasks = tasks,
	.checks = checks,
};
