/* SPDX-License-Identifier: MIT */
/*
 * test_oci_layer.c - layers as oci applies them, good and hostile ones
 *
 *	DIR/root	the layers are put here
 *	DIR/outside/	must stay as it is
 *
 * No hostile entry names anything but DIR/outside or a file that is not there:
 * whoever breaks what it is refused by, to see the test fail, loses no more.
 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "listing.h"
#include "tar.h"
#include "target.h"
#include "walk.h"

static char base[] = "/tmp/test-oci-XXXXXX"; /* main() removes it */
static char dir[64];			     /* of one test */
static int rootfd = -1;
static struct why why;
static struct budget budget;
static struct target_options options;

static void make_dir(void)
{
	int fd;

	ck_assert_int_ge(sodium_init(), 0);
	snprintf(dir, sizeof(dir), "%s/XXXXXX", base);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_int_eq(mkdir("root", 0755), 0);
	ck_assert_int_eq(mkdir("outside", 0700), 0);
	fd = open("outside/canary", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "alive", 5), 5);
	(void)close(fd);
	rootfd = open("root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(rootfd, 0);
	options = (struct target_options){ 0 };
	ck_assert_int_eq(ids_init(&options.ids), 0);
	budget = (struct budget){ 1 << 30, 1000, 200 };
	why.text[0] = '\0';
}

static void leave_dir(void)
{
	(void)close(rootfd);
	(void)chdir("/");
}

/* ---- a layer from memory ------------------------------------------------------ */

struct bytes {
	const unsigned char *at;
	size_t left;
};

static ssize_t read_bytes(void *from, void *buf, size_t size, struct why *to)
{
	struct bytes *bytes = from;
	size_t n = bytes->left < size ? bytes->left : size;

	(void)to;
	memcpy(buf, bytes->at, n);
	bytes->at += n;
	bytes->left -= n;
	return (ssize_t)n;
}

static int apply_bytes(const unsigned char *data, size_t size,
		       enum target_form form, const struct digest *diff_id)
{
	struct bytes bytes = { data, size };
	const struct layer_source source = {
		.read = read_bytes,
		.from = &bytes,
		.packing = PACKING_NONE,
		.diff_id = diff_id,
	};
	struct target target;
	struct layer layer;
	int r;

	why.text[0] = '\0';
	r = layer_open(&layer, &source, &budget, &why);
	target_init(&target, rootfd, form, &options, &why);
	if (r == 0)
		r = target_add_layer(&target, &layer);
	target_release(&target);
	layer_release(&layer);
	return r;
}

static int apply_as(struct tar *tar, enum target_form form)
{
	int r;

	tar_end(tar, 0);
	r = apply_bytes(tar->bytes, tar->size_bytes, form, NULL);
	tar_release(tar);
	return r;
}

static int apply(struct tar *tar)
{
	return apply_as(tar, TARGET_FLAT);
}

static void add(struct tar *tar, const char *name)
{
	tar_add(tar, &(struct tar_file){ .name = name, .content = name });
}

/* All of the root, in the form of oci tree --list, without what is long. */
static void assert_tree(const char *want)
{
	char got[4096] = "";
	struct tree tree;

	ck_assert_int_eq(tree_read(&tree, rootfd, &why), 0);
	for (size_t i = 1; i < tree.count; i++) {
		const struct tree_entry *entry = &tree.entries[i];
		size_t len = strlen(got);

		snprintf(got + len, sizeof(got) - len, "%s%s%s", len ? " " : "",
			 entry->path, S_ISDIR(entry->st.st_mode) ? "/" : "");
	}
	tree_release(&tree);
	ck_assert_str_eq(got, want);
}

static void assert_outside_is_alive(void)
{
	char path[WALK_NAME_MAX] = ".";
	char text[8] = "";
	struct stat st;
	int fd = open("outside/canary", O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, text, sizeof(text)), 5);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_nlink, 1);
	(void)close(fd);
	ck_assert_str_eq(text, "alive");
	ck_assert_int_eq(unlink("outside/canary"), 0);
	ck_assert_int_eq(rmdir("outside"), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_nlink, 3); /* "root", and no other folder */
}

/* ---- what must be refused, and what is said --------------------------------------- */

struct hostile {
	const char *before; /* a symbolic link "l" to this comes first */
	struct tar_file entry;
	const char *says;
};

static const struct hostile hostile[] = {
	{ NULL, { .name = "../x" }, "has a \"..\"" },
	{ NULL, { .name = "a/../../x" }, "has a \"..\"" },
	{ NULL, { .name = "a/.." }, "has a \"..\"" },
	{ NULL, { .name = "/x" }, "absolute" },
	{ "../outside", { .name = "l/x" }, "symbolic link" },
	{ "../outside", { .name = "l/canary" }, "symbolic link" },
	{ "../outside", { .name = "l/deep/er" }, "symbolic link" },
	{ ".", { .name = "l/x" }, "symbolic link" },
	{ "../outside", { .name = "l/.wh.canary" }, "symbolic link" },
	{ NULL,
	  { .name = "h", .type = '1', .to = "../outside/canary" },
	  "hard link" },
	{ NULL, { .name = "h", .type = '1', .to = "/no/such" }, "hard link" },
	{ "../outside",
	  { .name = "h", .type = '1', .to = "l/canary" },
	  "symbolic link" },
	{ NULL, { .name = "h", .type = '1', .to = "h" }, "itself" },
	{ NULL, { .name = "h", .type = '1', .to = "none" }, "no file" },
	{ NULL, { .name = "d", .type = '4', .major = 8 }, "device" },
	{ NULL,
	  { .name = "d", .type = '3', .major = 1, .minor = 1 },
	  "device" },
	{ NULL, { .name = "d", .type = '3' }, "overlay" },
	{ NULL, { .name = ".wh..." }, "whiteout of '..'" },
	{ NULL, { .name = ".wh.." }, "whiteout of '.'" },
	{ NULL, { .name = ".wh." }, "whiteout of ''" },
	{ NULL, { .name = ".wh..wh.x" }, "whiteout of '.wh.x'" },
	{ NULL, { .name = "./", .type = '2', .to = "outside" }, "root" },
	{ NULL, { .name = "s", .says_size = 100000 }, "damaged" },
};

enum { HOSTILE = sizeof(hostile) / sizeof(hostile[0]) };

static void refuse(const struct hostile *h, enum target_form form)
{
	struct tar tar = { 0 };
	int r;

	if (h->before)
		tar_add(&tar, &(struct tar_file){ .name = "l",
						  .type = '2',
						  .to = h->before });
	tar_add(&tar, &h->entry);
	r = apply_as(&tar, form);
	ck_assert_int_eq(r, -EBADMSG);
	ck_assert_msg(strstr(why.text, h->says), "%s: says: %s", h->entry.name,
		      why.text);
	assert_outside_is_alive();
}

START_TEST(a_hostile_entry_is_refused_by_name)
{
	refuse(&hostile[_i], TARGET_FLAT);
}
END_TEST

START_TEST(a_hostile_entry_is_refused_for_overlay_too)
{
	refuse(&hostile[_i], TARGET_OVERLAY);
}
END_TEST

START_TEST(a_link_of_a_lower_layer_is_no_way_out_either)
{
	struct tar tar = { 0 };

	tar_add(&tar, &(struct tar_file){
			      .name = "l", .type = '2', .to = "../outside" });
	ck_assert_int_eq(apply(&tar), 0);
	add(&tar, "l/x");
	ck_assert_int_eq(apply(&tar), -EBADMSG);
	options.follow_links = true;
	add(&tar, "l/x");
	/* Within the root ".." is the root, and there is no "outside". */
	ck_assert_int_lt(apply(&tar), 0);
	assert_outside_is_alive();
}
END_TEST

START_TEST(a_link_can_be_followed_within_the_root)
{
	struct tar tar = { 0 };

	options.follow_links = true;
	add(&tar, "usr/lib/a");
	tar_add(&tar, &(struct tar_file){
			      .name = "lib", .type = '2', .to = "/usr/lib" });
	add(&tar, "lib/b");
	ck_assert_int_eq(apply(&tar), 0);
	assert_tree("lib usr/ usr/lib/ usr/lib/a usr/lib/b");
}
END_TEST

START_TEST(a_file_replaces_a_link_and_not_what_it_leads_to)
{
	struct tar tar = { 0 };

	tar_add(&tar, &(struct tar_file){ .name = "x",
					  .type = '2',
					  .to = "../outside/canary" });
	add(&tar, "x");
	ck_assert_int_eq(apply(&tar), 0);
	assert_tree("x");
	assert_outside_is_alive();
}
END_TEST

START_TEST(more_than_the_budget_is_refused)
{
	struct tar tar = { 0 };

	add(&tar, "a");
	add(&tar, "b");
	budget.entries = 1;
	ck_assert_int_eq(apply(&tar), -EDQUOT);
	ck_assert_ptr_nonnull(strstr(why.text, "--max-entries"));

	budget = (struct budget){ 1024, 10, 200 };
	add(&tar, "a");
	add(&tar, "b");
	ck_assert_int_eq(apply(&tar), -EDQUOT);
	ck_assert_ptr_nonnull(strstr(why.text, "--max-gib"));
}
END_TEST

START_TEST(a_wrong_diff_id_is_found_at_the_end)
{
	struct digest digest;
	struct tar tar = { 0 };
	struct hash hash;

	add(&tar, "a");
	tar_end(&tar, 20);
	hash_init(&hash);
	hash_add(&hash, tar.bytes, tar.size_bytes);
	hash_end(&hash, &digest);
	ck_assert_int_eq(
		apply_bytes(tar.bytes, tar.size_bytes, TARGET_FLAT, &digest),
		0);
	/* The last byte is padding, far behind the end of the archive. */
	tar.bytes[tar.size_bytes - 1] ^= 1;
	ck_assert_int_eq(
		apply_bytes(tar.bytes, tar.size_bytes, TARGET_FLAT, &digest),
		-EBADMSG);
	ck_assert_ptr_nonnull(strstr(why.text, "unpacks to"));
	tar_release(&tar);
}
END_TEST

/* ---- whiteouts ---------------------------------------------------------------------- */

static void apply_lower(void)
{
	struct tar tar = { 0 };

	add(&tar, "d/a");
	add(&tar, "d/sub/b");
	add(&tar, "f");
	ck_assert_int_eq(apply(&tar), 0);
}

/* What a layer says, in any order, and what then is there. */
static const struct {
	const char *names[6];
	const char *then;
} layers[] = {
	{ { ".wh.f" }, "d/ d/a d/sub/ d/sub/b" },
	{ { ".wh.d" }, "f" },
	{ { ".wh.none" }, "d/ d/a d/sub/ d/sub/b f" },
	{ { "d/.wh.a" }, "d/ d/sub/ d/sub/b f" },
	{ { "d/.wh.sub" }, "d/ d/a f" },
	{ { "d/.wh..wh..opq" }, "d/ f" },
	{ { "d/n", "d/.wh..wh..opq" }, "d/ d/n f" },
	{ { "d/.wh..wh..opq", "d/n" }, "d/ d/n f" },
	{ { "d/sub/n", ".wh.d" }, "d/ d/sub/ d/sub/n f" },
	{ { ".wh.d", "d/sub/n" }, "d/ d/sub/ d/sub/n f" },
	{ { "f", ".wh.f" }, "d/ d/a d/sub/ d/sub/b f" },
	{ { ".wh.f", "f" }, "d/ d/a d/sub/ d/sub/b f" },
	{ { "d/a", "d/sub/.wh..wh..opq", ".wh.f" }, "d/ d/a d/sub/" },
	{ { ".wh..wh..opq", "n" }, "n" },
	{ { "d" }, "d f" },
	{ { "f/x" }, NULL }, /* f is a file below */
};

enum { LAYERS = sizeof(layers) / sizeof(layers[0]) };

START_TEST(whiteouts_hide_what_is_below_and_nothing_else)
{
	struct tar tar = { 0 };
	int r;

	apply_lower();
	for (size_t i = 0; layers[_i].names[i]; i++)
		tar_add(&tar,
			&(struct tar_file){ .name = layers[_i].names[i] });
	r = apply(&tar);
	if (!layers[_i].then) {
		ck_assert_int_eq(r, -EBADMSG);
		return;
	}
	ck_assert_int_eq(r, 0);
	assert_tree(layers[_i].then);
}
END_TEST

static bool is_opaque(const char *name)
{
	char mark;

	return getxattr(name, OPAQUE_TRUSTED, &mark, 1) == 1 ||
	       getxattr(name, OPAQUE_USER, &mark, 1) == 1;
}

START_TEST(for_overlay_they_become_devices_and_marks)
{
	struct tar tar = { 0 };
	struct stat st;

	add(&tar, ".wh.gone");
	add(&tar, "again/x");
	add(&tar, ".wh.again");
	add(&tar, ".wh.anew");
	add(&tar, "anew/x");
	add(&tar, "d/.wh..wh..opq");
	add(&tar, "plain/x");
	ck_assert_int_eq(apply_as(&tar, TARGET_OVERLAY), 0);
	ck_assert_int_eq(lstat("root/gone", &st), 0);
	ck_assert(S_ISCHR(st.st_mode) && st.st_rdev == 0);
	ck_assert(is_opaque("root/again"));
	ck_assert(is_opaque("root/anew"));
	ck_assert(is_opaque("root/d"));
	ck_assert(!is_opaque("root/plain"));
	ck_assert_int_eq(lstat("root/again/x", &st), 0);
}
END_TEST

/* ---- attributes ---------------------------------------------------------------------- */

START_TEST(modes_and_hard_links_are_as_the_layer_says)
{
	struct tar tar = { 0 };
	struct stat a;
	struct stat b;

	tar_add(&tar,
		&(struct tar_file){ .name = "d/", .type = '5', .mode = 01777 });
	tar_add(&tar, &(struct tar_file){ .name = "d/s",
					  .mode = 04711,
					  .uid = geteuid(),
					  .gid = getegid(),
					  .content = "x" });
	tar_add(&tar,
		&(struct tar_file){ .name = "t", .type = '1', .to = "d/s" });
	ck_assert_int_eq(apply(&tar), 0);
	ck_assert_int_eq(stat("root/d", &a), 0);
	ck_assert_int_eq(a.st_mode & 07777, 01777);
	ck_assert_int_eq(stat("root/d/s", &a), 0);
	ck_assert_int_eq(stat("root/t", &b), 0);
	ck_assert_int_eq(a.st_mode & 07777, 04711);
	ck_assert_int_eq(a.st_ino, b.st_ino);
	ck_assert_int_eq(a.st_nlink, 2);
	ck_assert_int_eq(a.st_mtime, 0);
}
END_TEST

START_TEST(owners_are_mapped_or_noted)
{
	struct tar tar = { 0 };
	struct tree tree;
	struct stat st;

	if (geteuid() == 0)
		ck_assert_int_eq(ids_map(&options.ids, "0:1000:100"), 0);
	tar_add(&tar, &(struct tar_file){ .name = "f", .uid = 7, .gid = 9 });
	ck_assert_int_eq(apply(&tar), 0);
	ck_assert_int_eq(stat("root/f", &st), 0);
	if (geteuid() == 0) {
		ck_assert_int_eq(st.st_uid, 1007);
		ck_assert_int_eq(st.st_gid, 1009);
		tar_add(&tar, &(struct tar_file){ .name = "g", .uid = 100 });
		ck_assert_int_eq(apply(&tar), -EBADMSG);
		ck_assert_ptr_nonnull(strstr(why.text, "--map"));
		return;
	}
	ck_assert_int_eq(st.st_uid, geteuid());
	ck_assert_int_eq(tree_read(&tree, rootfd, &why), 0);
	ck_assert_int_eq(tree.entries[1].st.st_uid, 7);
	ck_assert_int_eq(tree.entries[1].st.st_gid, 9);
	tree_release(&tree);
}
END_TEST

START_TEST(the_note_of_an_owner_is_read_back)
{
	static const struct owner owners[] = {
		{ 0, 0 },
		{ 1, 0 },
		{ 0, 127 },
		{ 128, 300 },
		{ 4294967294U, 65534 },
	};
	unsigned char buf[IDS_XATTR_BYTES];
	struct owner got;

	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		size_t n = ids_encode(owners[i], buf);

		ck_assert_int_eq(ids_decode(buf, n, &got), 0);
		ck_assert_uint_eq(got.uid, owners[i].uid);
		ck_assert_uint_eq(got.gid, owners[i].gid);
	}
	ck_assert_int_eq(ids_decode((const unsigned char *)"\x08", 1, &got),
			 -EBADMSG);
	ck_assert_int_eq(ids_decode((const unsigned char *)"\x18\x01", 2, &got),
			 -EBADMSG);
}
END_TEST

START_TEST(a_name_has_one_form)
{
	static const char *const names[][2] = {
		{ "a/b", "a/b" },   { "./a//b/", "a/b" },
		{ ".", "." },	    { "./", "." },
		{ "a/./b", "a/b" }, { "..a/b..", "..a/b.." },
	};
	static const char *const bad[] = { "",	   "/",	   "/a",     "..",
					   "a/..", "../a", "a/../b", NULL };
	char name[WALK_NAME_MAX];
	char longest[300];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ck_assert_ptr_null(walk_clean(names[i][0], name, sizeof(name)));
		ck_assert_str_eq(name, names[i][1]);
	}
	for (size_t i = 0; bad[i]; i++)
		ck_assert_ptr_nonnull(walk_clean(bad[i], name, sizeof(name)));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ck_assert_ptr_nonnull(walk_clean(longest, name, sizeof(name)));
	longest[255] = '\0';
	ck_assert_ptr_null(walk_clean(longest, name, sizeof(name)));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("oci: layers");
	TCase *tcase = add_task(suite, "layer", NULL);
	char path[WALK_NAME_MAX] = "base";
	int status;

	if (!mkdtemp(base))
		return 1;
	tcase_add_checked_fixture(tcase, make_dir, leave_dir);
	tcase_add_loop_test(tcase, a_hostile_entry_is_refused_by_name, 0,
			    HOSTILE);
	tcase_add_loop_test(tcase, a_hostile_entry_is_refused_for_overlay_too,
			    0, HOSTILE);
	tcase_add_test(tcase, a_link_of_a_lower_layer_is_no_way_out_either);
	tcase_add_test(tcase, a_link_can_be_followed_within_the_root);
	tcase_add_test(tcase, a_file_replaces_a_link_and_not_what_it_leads_to);
	tcase_add_test(tcase, more_than_the_budget_is_refused);
	tcase_add_test(tcase, a_wrong_diff_id_is_found_at_the_end);
	tcase_add_loop_test(tcase,
			    whiteouts_hide_what_is_below_and_nothing_else, 0,
			    LAYERS);
	tcase_add_test(tcase, for_overlay_they_become_devices_and_marks);
	tcase_add_test(tcase, modes_and_hard_links_are_as_the_layer_says);
	tcase_add_test(tcase, owners_are_mapped_or_noted);
	tcase_add_test(tcase, the_note_of_an_owner_is_read_back);
	tcase_add_test(tcase, a_name_has_one_form);
	status = run_suite(suite);
	(void)walk_remove(AT_FDCWD, base, NULL, NULL, path);
	return status;
}
