/* SPDX-License-Identifier: MIT */
/* test_minic_sysctl.c - labs/11-container: no setting of the whole machine */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "../../labs/11-container/sysctl.h"
#include "file.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct report rep;

static void begin(void)
{
	ck_assert_int_eq(report_init(&rep, false), 0);
}

static struct spec one_setting(struct spec_pair *pair, const char *key,
			       const char *value)
{
	*pair = (struct spec_pair){ (char *)(uintptr_t)key,
				    (char *)(uintptr_t)value };
	return (struct spec){ .sysctl = { .v = pair, .n = 1 } };
}

/* @ns: with it the name is allowed, without it is not; -1: never. */
static const struct {
	const char *name;
	int ns;
} names[] = {
	{ "net.ipv4.ip_forward", NS_NET },
	{ "net/ipv4/conf/eth0.1/forwarding", NS_NET },
	{ "kernel.msgmax", NS_IPC },
	{ "kernel.sem", NS_IPC },
	{ "kernel.shmmax", NS_IPC },
	{ "fs.mqueue.msg_max", NS_IPC },
	{ "kernel.hostname", NS_UTS },
	{ "kernel.domainname", NS_UTS },
	{ "user.max_user_namespaces", NS_USER },
	{ "kernel.core_pattern", -1 },
	{ "kernel.modprobe", -1 },
	{ "kernel.panic", -1 },
	{ "kernel.sysrq", -1 },
	{ "vm.drop_caches", -1 },
	{ "fs.file-max", -1 },
	{ "network", -1 },
	{ "", -1 },
	{ "kernel", -1 },
	{ "../net.x", -1 },
	{ "kernel/core_pattern", -1 },
	{ "net/../kernel/core_pattern", -1 },
	{ "netfilter/x", -1 },
};

START_TEST(a_setting_needs_its_namespace)
{
	struct spec_pair pair;
	struct spec spec = one_setting(&pair, names[_i].name, "1");

	ck_assert_int_eq(sysctl_check(&spec, &rep), -EINVAL);
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, names[_i].name));
	report_forget(&rep);
	for (int i = 0; i < NS_COUNT; i++)
		spec.ns[i].wanted = i != names[_i].ns;
	ck_assert_int_eq(sysctl_check(&spec, &rep), -EINVAL);
	report_forget(&rep);
	for (int i = 0; i < NS_COUNT; i++)
		spec.ns[i].wanted = i == names[_i].ns;
	ck_assert_int_eq(sysctl_check(&spec, &rep),
			 names[_i].ns < 0 ? -EINVAL : 0);
}
END_TEST

/* A path that sysctl_check() has let through leads nowhere else all the same. */
static const struct {
	const char *name;
	int err;
} written[] = {
	{ "kernel.hostname", 0 },
	{ "kernel/hostname", 0 },
	{ "kernel.nothing", -ENOENT },
	{ "net/../kernel/hostname", 0 }, /* still below /proc/sys */
	{ "net/../../self/oom_score_adj", -EXDEV },
	{ "/etc/hostname", -EXDEV },
};

struct job {
	size_t index;
};

static int set_in_namespace(void *arg)
{
	const struct job *job = arg;
	struct spec_pair pair;
	struct spec spec =
		one_setting(&pair, written[job->index].name, "minic-unit");
	char name[64] = "";
	int r;

	if (unshare(CLONE_NEWUSER | CLONE_NEWUTS) < 0)
		return 77;
	r = sysctl_set(&spec, &rep);
	if (r == 0 && (gethostname(name, sizeof(name)) < 0 ||
		       strcmp(name, "minic-unit") != 0))
		return 99;
	return -r;
}

START_TEST(it_is_written_below_proc_sys_only)
{
	struct job job = { (size_t)_i };
	struct run run;

	run_function(&run, set_in_namespace, &job);
	ck_assert_int_eq(run.status, -written[_i].err);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic-sysctl");
	TCase *check = add_task(suite, "check", NULL);
	TCase *set = add_task(suite, "set", need_userns());

	tcase_add_checked_fixture(check, begin, NULL);
	tcase_add_loop_test(check, a_setting_needs_its_namespace, 0,
			    COUNT(names));
	tcase_add_checked_fixture(set, begin, NULL);
	tcase_add_loop_test(set, it_is_written_below_proc_sys_only, 0,
			    COUNT(written));
	return run_suite(suite);
}
