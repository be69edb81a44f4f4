/* SPDX-License-Identifier: MIT */
/*
 * test_oci_image.c - the program oci: images, digests, and nothing half-made
 */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bundle.h"
#include "child.h"
#include "cleanup.h"
#include "kit.h"
#include "walk.h"

enum { KILLS = 12 };

static char base[] = "/tmp/test-oci-XXXXXX"; /* main() removes it */
static char oci[4096];

/* Each test has a folder of its own, with a tree "t" in it. */
static void make_dir(void)
{
	char dir[64];
	struct run run;

	snprintf(dir, sizeof(dir), "%s/XXXXXX", base);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_int_eq(unsetenv("SOURCE_DATE_EPOCH"), 0);
	run_program(&run, (const char *const[]){
				  "sh", "-c",
				  "mkdir -p t/etc t/d/sub; echo one >t/etc/one;"
				  "ln t/etc/one t/d/two; ln -s one t/etc/three;"
				  "echo x >t/d/sub/x;"
				  "printf 'root:x:0:0:r:/root:/bin/sh\\n"
				  "app:x:1000:1001:a:/srv:/bin/sh\\n' "
				  ">t/etc/passwd;"
				  "printf 'app:x:1001:\\nmore:x:7:app\\n' "
				  ">t/etc/group",
				  NULL });
	ck_assert_int_eq(run.status, 0);
}

static void leave_dir(void)
{
	(void)chdir("/");
}

/* Shell words, with oci in $OCI; what it prints is in @run. */
static void sh(struct run *run, const char *script)
{
	ck_assert_int_eq(setenv("OCI", oci, 1), 0);
	run_program(run, (const char *const[]){ "sh", "-ec", script, NULL });
}

static void assert_sh(const char *script)
{
	struct run run;

	sh(&run, script);
	ck_assert_msg(run.status == 0, "%s: %s", script, run.out);
}

static void assert_fails(const char *script, const char *says)
{
	struct run run;

	sh(&run, script);
	ck_assert_int_eq(run.status, 1);
	ck_assert_msg(strstr(run.out, says), "%s: %s", script, run.out);
}

START_TEST(the_same_tree_has_the_same_digest)
{
	assert_sh("$OCI build t a:x cmd >1; cp -r t u; rm u/d/two;"
		  "ln u/etc/one u/d/two; touch -d 2001-01-01 u/etc/*;"
		  "sleep 0.01; umask 000; $OCI build u b:x cmd >2; cmp 1 2;"
		  "diff -r a b");
	assert_sh(
		"echo more >>t/etc/one; $OCI build t c:x cmd >3; ! cmp -s 1 3");
}
END_TEST

START_TEST(what_was_built_is_what_comes_out)
{
	assert_sh("$OCI tree t >1; for how in '' --gzip --zstd; do "
		  "$OCI build $how t a:x && $OCI tree a:x >2 && cmp 1 2 &&"
		  "$OCI verify a:x || exit 1; done;"
		  "$OCI unpack a:x out; $OCI tree out >2; cmp 1 2");
}
END_TEST

START_TEST(one_more_layer_says_what_has_changed)
{
	assert_sh("$OCI build t a:x; cp -a t u; rm -r u/d/sub u/etc/three;"
		  "echo n >u/new; rm u/d/two; mkdir u/d/two; chmod 700 u/etc;"
		  "$OCI add a:x u y; $OCI tree u >1; $OCI tree a:y >2; cmp 1 2;"
		  "$OCI inspect a:y | grep -c '^layer' | grep -qx 2;"
		  "$OCI tree a:x >3; $OCI tree t >4; cmp 3 4");
}
END_TEST

START_TEST(overlay_shows_what_unpacking_makes)
{
	assert_sh(
		"$OCI build t a:x; cp -a t u; rm -r u/d/sub; echo n >u/d/n;"
		"rm u/etc/one u/d/two; $OCI add a:x u y; rm -r u/d; mkdir u/d;"
		"$OCI add a:y u z; mkdir m; for tag in x y z; do "
		"$OCI mount --store s a:$tag m $OCI tree m >1 &&"
		"$OCI tree a:$tag >2 && cmp 1 2 || exit 1; done");
}
END_TEST

START_TEST(layers_are_shared_between_images)
{
	assert_sh("$OCI build t a:x sh; cp -a t u; echo n >u/n;"
		  "$OCI add a:x u y; $OCI bundle --store s a:x bx >lx;"
		  "$OCI bundle --store s a:y by >ly; tail -n 1 ly | cmp - lx;"
		  "test $(ls s | grep -vc implied) = 2; test -d by/rootfs");
}
END_TEST

START_TEST(a_bundle_says_what_the_image_says)
{
	assert_sh("$OCI build --env A=b --workdir /srv --user app:more t a:x "
		  "echo hi; $OCI bundle a:x b >lower;"
		  "grep -q '\"echo\"' b/config.json;"
		  "grep -q '\"A=b\"' b/config.json;"
		  "grep -q '\"uid\": 1000' b/config.json;"
		  "grep -q '\"gid\": 7' b/config.json;"
		  "grep -q '\"cwd\": \"/srv\"' b/config.json;"
		  "grep -q '\"HOME=/srv\"' b/config.json");
	assert_sh("$OCI build --user nobody t a:y sh");
	assert_fails("$OCI bundle a:y c", "not in its own /etc/passwd");
	assert_fails("test ! -e c || exit 7; $OCI build t a:z;"
		     "$OCI bundle a:z c",
		     "names no command");
}
END_TEST

START_TEST(one_wrong_byte_anywhere_is_found)
{
	struct run run;

	assert_sh("$OCI build --gzip t a:x; ls -S a/blobs/sha256 >names");
	for (int i = 1; i <= 3; i++) {
		auto_free char *script = NULL;

		ck_assert_int_gt(
			asprintf(&script,
				 "rm -rf c; cp -r a c; "
				 "f=c/blobs/sha256/$(sed -n %dp names);"
				 "printf '\\377' | dd of=$f bs=1 seek=60 "
				 "conv=notrunc 2>/dev/null;"
				 "$OCI unpack c:x out",
				 i),
			0);
		sh(&run, script);
		ck_assert_int_eq(run.status, 1);
		ck_assert_ptr_nonnull(strstr(run.out, "sha256:"));
		assert_sh("test ! -e out && test -z \"$(ls -d .oci-* 2>&-)\"");
	}
	assert_fails("f=a/blobs/sha256/$(sed -n 1p names);"
		     "truncate -s -5 $f; $OCI unpack a:x out",
		     "sha256:");
	assert_fails("f=a/blobs/sha256/$(sed -n 1p names);"
		     "truncate -s +500 $f; $OCI unpack a:x out",
		     "sha256:");
	assert_sh("test ! -e out && test -z \"$(ls -d .oci-* 2>&-)\"");
}
END_TEST

START_TEST(a_bomb_is_stopped_early)
{
	assert_sh("mkdir b; truncate -s 80M b/zeros; $OCI build --gzip b a:x");
	assert_fails("$OCI unpack a:x out", "--max-ratio");
	assert_sh(
		"test ! -e out && test -z \"$(ls -d .oci-* 2>&-)\";"
		"$OCI unpack --max-ratio 2000 a:x out; cmp b/zeros out/zeros");
}
END_TEST

START_TEST(what_is_there_already_stays)
{
	assert_sh("$OCI build t a:x; mkdir out; echo mine >out/f");
	assert_fails("$OCI unpack a:x out", "remove it first");
	assert_sh("grep -qx mine out/f; mkdir empty; $OCI unpack a:x empty");
	assert_fails("$OCI unpack a:none o", "no image 'none'");
	assert_fails("$OCI unpack t o", "an image is a folder");
}
END_TEST

/* ---- SIGKILL ------------------------------------------------------------------------- */

static void kill_at_some_moment(const char *const argv[], unsigned within_us)
{
	unsigned random;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	(void)!getrandom(&random, sizeof(random), 0);
	(void)nanosleep(
		&(struct timespec){ .tv_nsec = (random % within_us) * 1000L },
		NULL);
	(void)kill(pid, SIGKILL);
	(void)child_wait(pid);
}

START_TEST(killed_it_leaves_nothing_that_the_next_does_not_remove)
{
	const char *const argv[] = { oci, "unpack", "a:x", "out", NULL };
	struct stat st;

	assert_sh("for i in $(seq 300); do echo $i >t/d/$i; done;"
		  "$OCI build --gzip t a:x; $OCI tree a:x >1");
	for (int i = 0; i < KILLS; i++) {
		kill_at_some_moment(argv, 40000);
		if (stat("out", &st) == 0)
			assert_sh("$OCI tree out | cmp - 1; rm -r out");
	}
	assert_sh("$OCI unpack a:x out; $OCI tree out | cmp - 1;"
		  "test -z \"$(ls -d .oci-* 2>&-)\"");
}
END_TEST

START_TEST(interrupted_it_removes_what_it_has_made)
{
	struct run run;

	/* So much that the signal is there before the end. */
	assert_sh("head -c 60000000 /dev/urandom >t/big; $OCI build t a:x");
	sh(&run, "$OCI unpack a:x out & p=$!; "
		 "until ls -d .oci-out-* >/dev/null 2>&1; do :; done; "
		 "kill -TERM $p; wait $p || echo status $?");
	ck_assert_msg(strstr(run.out, "nothing was kept") &&
			      strstr(run.out, "status 1"),
		      "%s", run.out);
	assert_sh("test ! -e out");
	assert_sh("test -z \"$(ls -d .oci-* 2>&-)\"");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("oci: images");
	TCase *tc;
	char path[WALK_NAME_MAX] = "base";
	char program[4096];
	int status;

	if (kit_build_path(program, sizeof(program), "bin/oci") < 0 ||
	    !realpath(program, oci) || !mkdtemp(base) || chmod(base, 0755) < 0)
		return 1;
	tc = add_task(suite, "image", need_userns());
	tcase_add_checked_fixture(tc, make_dir, leave_dir);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_same_tree_has_the_same_digest);
	tcase_add_test(tc, what_was_built_is_what_comes_out);
	tcase_add_test(tc, one_more_layer_says_what_has_changed);
	tcase_add_test(tc, overlay_shows_what_unpacking_makes);
	tcase_add_test(tc, layers_are_shared_between_images);
	tcase_add_test(tc, a_bundle_says_what_the_image_says);
	tcase_add_test(tc, one_wrong_byte_anywhere_is_found);
	tcase_add_test(tc, a_bomb_is_stopped_early);
	tcase_add_test(tc, what_is_there_already_stays);
	tcase_add_test(tc,
		       killed_it_leaves_nothing_that_the_next_does_not_remove);
	tcase_add_test(tc, interrupted_it_removes_what_it_has_made);
	status = run_suite(suite);
	(void)walk_remove(AT_FDCWD, base, NULL, NULL, path);
	return status;
}
