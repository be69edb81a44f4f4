/* SPDX-License-Identifier: MIT */
/*
 * test_minic_speed.c - what a seccomp filter of minic costs, beside those that
 * libseccomp makes of the same profile
 *
 * Steps are counted, and must be few; times are only printed.
 */
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#include "child.h"
#include "minic_profile.h"
#include "seccomp.h" /* minic's */

static const char podman_profile[] = "/usr/share/containers/seccomp.json";

struct cost {
	double mean; /* steps for a call that the profile names */
	unsigned long most;
};

/* Of the table of x86-64. */
static struct cost count_steps(const struct profile *profile,
			       const struct sock_filter *code, size_t count)
{
	struct cost cost = { 0, 0 };
	unsigned long all = 0;
	int calls = 0;

	for (int n = 0; n < 1024; n++) {
		struct seccomp_data data = { .nr = n,
					     .arch = AUDIT_ARCH_X86_64 };
		unsigned long steps = 0;

		if (!profile_names(profile, 0, n))
			continue;
		(void)program_run(code, count, &data, &steps);
		all += steps;
		calls++;
		if (steps > cost.most)
			cost.most = steps;
	}
	cost.mean = (double)all / calls;
	return cost;
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Each in a child, as a process keeps its filters.  Return: the shortest. */
static double load_us(const struct sock_filter *code, size_t count)
{
	const struct sock_fprog program = {
		(unsigned short)count, (struct sock_filter *)(uintptr_t)code
	};
	double *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double best = 1e9;

	for (int i = 0; i < 20; i++) {
		pid_t child = fork();

		if (child == 0) {
			double start;

			(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
			start = now_us();
			if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
				    &program) < 0)
				_exit(1);
			*shared = now_us() - start;
			_exit(0);
		}
		ck_assert_int_eq(child_wait(child), 0);
		best = *shared < best ? *shared : best;
	}
	(void)munmap(shared, sizeof(*shared));
	return best;
}

static double build_us(const struct spec_seccomp *spec)
{
	double best = 1e9;

	for (int i = 0; i < 20; i++) {
		struct seccomp_filter filter;
		struct report rep = { 0 };
		double start = now_us();

		ck_assert_int_eq(seccomp_build(spec, &rep, &filter), 0);
		start = now_us() - start;
		best = start < best ? start : best;
		seccomp_filter_release(&filter);
	}
	return best;
}

static struct cost show(const char *name, const struct profile *profile,
			const struct sock_filter *code, size_t count,
			double compile_us)
{
	struct cost cost = count_steps(profile, code, count);

	printf("%-18s %5.1f %5lu %13zu %11.0f %8.0f\n", name, cost.mean,
	       cost.most, count, compile_us, load_us(code, count));
	return cost;
}

START_TEST(test_a_call_takes_few_steps)
{
	struct profile profile;
	struct program list = { 0 };
	struct program tree = { 0 };
	struct seccomp_filter ours;
	struct report rep = { 0 };
	struct cost cost;
	double start;

	profile_read(podman_profile, &profile);
	printf("podman's profile    mean  most  instructions  compile us  "
	       "load us\n");
	start = now_us();
	ck_assert_int_eq(program_of_libseccomp(&profile.spec, false, &list), 0);
	start = now_us() - start;
	(void)show("libseccomp's list", &profile, list.code, list.count, start);
	start = now_us();
	ck_assert_int_eq(program_of_libseccomp(&profile.spec, true, &tree), 0);
	start = now_us() - start;
	(void)show("libseccomp's tree", &profile, tree.code, tree.count, start);
	ck_assert_int_eq(seccomp_build(&profile.spec, &rep, &ours), 0);
	cost = show("minic", &profile, ours.code, ours.count,
		    build_us(&profile.spec));

	/* Five, and eight for up to 256 ranges; socket compares 64 bits of two
	 * arguments, up to five times. */
	ck_assert(cost.mean < 13);
	ck_assert_uint_lt(cost.most, 5 + 8 + 5 * 4);
	seccomp_filter_release(&ours);
	free(tree.code);
	free(list.code);
	profile_release(&profile);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic_speed");
	TCase *podman =
		add_task(suite, "podman",
			 access(podman_profile, R_OK) == 0
				 ? NULL
				 : "needs podman's profile; try: apt-get "
				   "install "
				   "golang-github-containers-common");

	tcase_set_timeout(podman, 60);
	tcase_add_test(podman, test_a_call_takes_few_steps);
	return run_suite(suite);
}
