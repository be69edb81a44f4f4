/* SPDX-License-Identifier: MIT */
/* test_minic_spec.c - labs/11-container: config.json, field by field */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#include "../../labs/11-container/spec.h"
#include "cleanup.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct report rep;
static struct spec spec;

static void begin(void)
{
	ck_assert_int_eq(report_init(&rep, false), 0);
}

static void end(void)
{
	spec_release(&spec);
}

/* ---- a configuration with one thing in it ---------------------------------------- */

/* Where a fragment goes; the rest is what must be there. */
enum place { TOP, PROCESS, LINUX, RESOURCES, SECCOMP, MOUNT, HOOK };

static const char *const frames[] = {
	[TOP] = "{\"ociVersion\":\"1.1.0\",\"root\":{\"path\":\"r\"},"
		"\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]}%s%s}",
	[PROCESS] = "{\"ociVersion\":\"1.1.0\",\"root\":{\"path\":\"r\"},"
		    "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]},"
		    "\"process\":{\"args\":[\"x\"],\"cwd\":\"/\"%s%s}}",
	[LINUX] = "{\"ociVersion\":\"1.1.0\",\"root\":{\"path\":\"r\"},"
		  "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]%s%s}}",
	[RESOURCES] = "{\"ociVersion\":\"1.1.0\",\"root\":{\"path\":\"r\"},"
		      "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}],"
		      "\"resources\":{\"unified\":{}%s%s}}}",
	[SECCOMP] = "{\"ociVersion\":\"1.1.0\",\"root\":{\"path\":\"r\"},"
		    "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}],"
		    "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"%s%s}}}",
	[MOUNT] = "{\"ociVersion\":\"1.1.0\",\"root\":{\"path\":\"r\"},"
		  "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]},"
		  "\"mounts\":[{\"type\":\"tmpfs\"%s%s}]}",
	[HOOK] = "{\"ociVersion\":\"1.1.0\",\"root\":{\"path\":\"r\"},"
		 "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]},"
		 "\"hooks\":{\"poststop\":[{\"args\":[]%s%s}]}}",
};

static int parse_in(enum place place, const char *fragment)
{
	char text[8192];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof(text), frames[place], *fragment ? "," : "",
		 fragment);
#pragma GCC diagnostic pop
	return spec_parse(text, &rep, &spec);
}

/* ---- what is refused, by its name --------------------------------------------------- */

#define MINIC "minic does not have this"

static const struct {
	enum place place;
	const char *fragment;
	int err;
	const char *path; /* "NAME: " in the message */
	const char *why;
} refused[] = {
	/* What the specification has, and minic has not. */
	{ TOP, "\"solaris\":{}", -ENOTSUP, "solaris", MINIC },
	{ TOP, "\"windows\":{}", -ENOTSUP, "windows", MINIC },
	{ TOP, "\"vm\":{}", -ENOTSUP, "vm", MINIC },
	{ TOP, "\"zos\":{}", -ENOTSUP, "zos", MINIC },
	{ PROCESS, "\"commandLine\":\"x\"", -ENOTSUP, "process.commandLine",
	  MINIC },
	{ PROCESS, "\"execCPUAffinity\":{}", -ENOTSUP,
	  "process.execCPUAffinity", MINIC },
	{ PROCESS, "\"user\":{\"username\":\"x\"}", -ENOTSUP,
	  "process.user.username", MINIC },
	{ PROCESS, "\"scheduler\":{\"flags\":[]}", -ENOTSUP,
	  "process.scheduler.flags", MINIC },
	{ PROCESS, "\"scheduler\":{\"runtime\":1}", -ENOTSUP,
	  "process.scheduler.runtime", MINIC },
	{ PROCESS, "\"scheduler\":{\"deadline\":1}", -ENOTSUP,
	  "process.scheduler.deadline", MINIC },
	{ PROCESS, "\"scheduler\":{\"period\":1}", -ENOTSUP,
	  "process.scheduler.period", MINIC },
	{ LINUX, "\"intelRdt\":{}", -ENOTSUP, "linux.intelRdt", MINIC },
	{ LINUX, "\"netDevices\":{}", -ENOTSUP, "linux.netDevices", MINIC },
	{ LINUX, "\"memoryPolicy\":{}", -ENOTSUP, "linux.memoryPolicy", MINIC },
	{ RESOURCES, "\"blockIO\":{\"weightDevice\":[{\"leafWeight\":1}]}",
	  -ENOTSUP, "linux.resources.blockIO.weightDevice[0].leafWeight",
	  MINIC },

	/* Types. */
	{ TOP, "\"hostname\":1", -EINVAL, "hostname", "a string" },
	{ TOP, "\"mounts\":{}", -EINVAL, "mounts", "an array" },
	{ TOP, "\"mounts\":[1]", -EINVAL, "mounts[0]", "an object" },
	{ TOP, "\"hooks\":[]", -EINVAL, "hooks", "an object" },
	{ TOP, "\"annotations\":{\"a\":1}", -EINVAL, "annotations.a",
	  "a string" },
	{ TOP, "\"annotations\":[]", -EINVAL, "annotations", "strings" },
	{ PROCESS, "\"terminal\":1", -EINVAL, "process.terminal", "true" },
	{ PROCESS, "\"terminal\":\"true\"", -EINVAL, "process.terminal",
	  "true" },
	{ PROCESS, "\"terminal\":null", -EINVAL, "process.terminal", "true" },
	{ PROCESS, "\"env\":[1]", -EINVAL, "process.env[0]", "a string" },

	/* There twice: which one would count? */
	{ TOP, "\"hostname\":\"a\",\"hostname\":\"b\"", -EINVAL, "hostname",
	  "twice" },
	{ LINUX, "\"namespaces\":[]", -EINVAL, "linux.namespaces", "twice" },

	/* process */
	{ PROCESS, "\"user\":{\"uid\":-1}", -EINVAL, "process.user.uid",
	  "range" },
	{ PROCESS, "\"user\":{\"uid\":4294967296}", -EINVAL, "process.user.uid",
	  "range" },
	{ PROCESS, "\"user\":{\"uid\":4294967295}", -EINVAL, "process.user.uid",
	  "" }, /* (uid_t)-1: "as it is" */
	{ PROCESS, "\"user\":{\"uid\":\"0\"}", -EINVAL, "process.user.uid",
	  "whole" },
	{ PROCESS, "\"user\":{\"gid\":0.5}", -EINVAL, "process.user.gid",
	  "whole" },
	{ PROCESS, "\"user\":{\"umask\":512}", -EINVAL, "process.user.umask",
	  "511" },
	{ PROCESS, "\"user\":{\"umask\":-1}", -EINVAL, "process.user.umask",
	  "511" },
	{ PROCESS, "\"user\":{\"additionalGids\":[0,-1]}", -EINVAL,
	  "process.user.additionalGids[1]", "range" },
	{ PROCESS, "\"consoleSize\":{\"height\":65536}", -EINVAL,
	  "process.consoleSize", "big" },
	{ PROCESS, "\"oomScoreAdj\":1001", -EINVAL, "process.oomScoreAdj",
	  "1000" },
	{ PROCESS, "\"oomScoreAdj\":-1001", -EINVAL, "process.oomScoreAdj",
	  "1000" },
	{ PROCESS, "\"capabilities\":{\"bounding\":[\"CAP_X\"]}", -EINVAL,
	  "process.capabilities.bounding", "CAP_X" },
	{ PROCESS, "\"capabilities\":{\"ambient\":[\"kill\"]}", -EINVAL,
	  "process.capabilities.ambient", "kill" },
	{ PROCESS, "\"rlimits\":[{\"type\":\"RLIMIT_X\"}]", -EINVAL,
	  "process.rlimits[0].type", "setrlimit" },
	{ PROCESS, "\"rlimits\":[{\"soft\":1,\"hard\":1}]", -EINVAL,
	  "process.rlimits[0]", "type" },
	{ PROCESS,
	  "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":2,\"hard\":1}]",
	  -EINVAL, "process.rlimits[0]", "soft" },
	{ PROCESS,
	  "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":-1,\"hard\":1}]",
	  -EINVAL, "process.rlimits[0].soft", "whole" },
	{ PROCESS,
	  "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":0,"
	  "\"hard\":18446744073709551616}]",
	  -EINVAL, "process.rlimits[0].hard", "range" },
	{ PROCESS,
	  "\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":0,\"hard\":1},"
	  "{\"type\":\"RLIMIT_CPU\",\"soft\":0,\"hard\":1}]",
	  -EINVAL, "process.rlimits", "twice" },
	{ PROCESS, "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_X\"}", -EINVAL,
	  "process.ioPriority.class", "values" },
	{ PROCESS,
	  "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":8}",
	  -EINVAL, "process.ioPriority", "7" },
	{ PROCESS, "\"scheduler\":{\"policy\":\"SCHED_DEADLINE\"}", -EINVAL,
	  "process.scheduler.policy", "values" },
	{ PROCESS, "\"scheduler\":{\"policy\":\"SCHED_ISO\"}", -EINVAL,
	  "process.scheduler.policy", "SCHED_ISO" },

	/* mounts, hooks */
	{ MOUNT, "", -EINVAL, "mounts[0]", "destination" },
	{ MOUNT, "\"destination\":\"\"", -EINVAL, "mounts[0].destination",
	  "empty" },
	{ MOUNT, "\"destination\":\"/\",\"uidMappings\":[{\"size\":0}]",
	  -EINVAL, "mounts[0].uidMappings", "size 0" },
	{ HOOK, "", -EINVAL, "hooks.poststop[0]", "path" },
	{ HOOK, "\"path\":\"x\"", -EINVAL, "hooks.poststop[0].path",
	  "absolute" },
	{ HOOK, "\"path\":\"/x\",\"timeout\":-1", -EINVAL, "hooks.poststop[0]",
	  "timeout" },
	{ HOOK, "\"path\":\"/x\",\"timeout\":2147483648", -EINVAL,
	  "hooks.poststop[0].timeout", "range" },

	/* linux */
	{ LINUX, "\"timeOffsets\":{\"boottime\":{\"nanosecs\":1000000000}}",
	  -EINVAL, "linux.timeOffsets.boottime", "second" },
	{ LINUX, "\"devices\":[{\"path\":\"/dev/x\"}]", -EINVAL,
	  "linux.devices[0]", "type" },
	{ LINUX, "\"devices\":[{\"path\":\"/dev/x\",\"type\":\"cc\"}]", -EINVAL,
	  "linux.devices[0]", "type" },
	{ LINUX, "\"devices\":[{\"path\":\"dev/x\",\"type\":\"c\"}]", -EINVAL,
	  "linux.devices[0].path", "absolute" },
	{ LINUX, "\"rootfsPropagation\":\"both\"", -EINVAL,
	  "linux.rootfsPropagation", "propagation" },
	{ LINUX, "\"personality\":{\"domain\":\"BSD\"}", -EINVAL,
	  "linux.personality", "LINUX32" },
	{ LINUX, "\"personality\":{\"domain\":\"LINUX\",\"flags\":[\"x\"]}",
	  -EINVAL, "linux.personality", "flags" },

	/* seccomp */
	{ SECCOMP, "\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\"}]", -EINVAL,
	  "linux.seccomp.syscalls[0]", "names" },
	{ SECCOMP, "\"syscalls\":[{\"names\":[\"read\"]}]", -EINVAL,
	  "linux.seccomp.syscalls[0]", "action" },
	{ SECCOMP,
	  "\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\","
	  "\"args\":[{\"index\":6,\"op\":\"SCMP_CMP_EQ\"}]}]",
	  -EINVAL, "linux.seccomp.syscalls[0].args[0]", "index" },
	{ SECCOMP, "\"listenerMetadata\":\"x\"", -EINVAL, "linux.seccomp",
	  "listenerPath" },
	{ SECCOMP, "\"listenerPath\":\"x\"", -EINVAL,
	  "linux.seccomp.listenerPath", "absolute" },

	/* resources */
	{ RESOURCES, "\"devices\":[{\"type\":\"x\"}]", -EINVAL,
	  "linux.resources.devices[0]", "type" },
	{ RESOURCES, "\"devices\":[{\"access\":\"rx\"}]", -EINVAL,
	  "linux.resources.devices[0]", "access" },
	{ RESOURCES, "\"memory\":{\"limit\":9223372036854775808}", -EINVAL,
	  "linux.resources.memory.limit", "range" },
	{ RESOURCES, "\"hugepageLimits\":[{\"limit\":1}]", -EINVAL,
	  "linux.resources.hugepageLimits[0]", "pageSize" },
	{ RESOURCES, "\"hugepageLimits\":[{\"pageSize\":\"../x\"}]", -EINVAL,
	  "linux.resources.hugepageLimits[0]", "pageSize" },
	{ RESOURCES, "\"rdma\":[]", -EINVAL, "linux.resources.rdma",
	  "an object" },
};

START_TEST(it_is_refused_by_its_name)
{
	char where[128];

	snprintf(where, sizeof(where), "config.json: %s: ", refused[_i].path);
	ck_assert_int_eq(parse_in(refused[_i].place, refused[_i].fragment),
			 refused[_i].err);
	ck_assert_msg(strncmp(rep.page->error.message, where, strlen(where)) ==
				      0 &&
			      strstr(rep.page->error.message, refused[_i].why),
		      "%s: %s", refused[_i].fragment, rep.page->error.message);
}
END_TEST

/* ---- what must be there --------------------------------------------------------------- */

static const struct {
	const char *text;
	const char *why;
} incomplete[] = {
	{ "{}", "ociVersion is missing" },
	{ "[]", "must be an object" },
	{ "{\"ociVersion\":\"\"}", "ociVersion: must not be empty" },
	{ "{\"ociVersion\":\"2.0.0\"}", "ociVersion: minic knows version 1" },
	{ "{\"ociVersion\":\"1.0.0\"}", "root.path is missing" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"}}",
	  "linux.namespaces: minic needs a mount namespace" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"linux\":{"
	  "\"namespaces\":[{\"type\":\"mount\",\"path\":\"/proc/1/ns/mnt\"}]}}",
	  "linux.namespaces: minic needs a mount namespace" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"linux\":{"
	  "\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"mount\"}]}}",
	  "linux.namespaces: a type is there twice" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"linux\":{"
	  "\"namespaces\":[{\"type\":\"mnt\"}]}}",
	  "linux.namespaces[0]: type must be one of" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"linux\":{"
	  "\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"pid\","
	  "\"path\":\"x\"}]}}",
	  "linux.namespaces[1].path: must be an absolute" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"linux\":{"
	  "\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"user\"}]}}",
	  "a new user namespace needs" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"linux\":{"
	  "\"namespaces\":[{\"type\":\"mount\"}],\"uidMappings\":["
	  "{\"containerID\":0,\"hostID\":0,\"size\":1}]}}",
	  "linux.uidMappings: there is no user" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},"
	  "\"hostname\":\"h\",\"linux\":{\"namespaces\":["
	  "{\"type\":\"mount\"}]}}",
	  "hostname: needs a UTS namespace" },
	{ "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},"
	  "\"domainname\":\"d\",\"linux\":{\"namespaces\":["
	  "{\"type\":\"mount\"}]}}",
	  "domainname: needs a UTS namespace" },
	{ "{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"/\"}}",
	  "process.args: names no program" },
	{ "{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"/\","
	  "\"args\":[\"\"]}}",
	  "process.args: names no program" },
	{ "{\"ociVersion\":\"1.0.0\",\"process\":{\"args\":[\"x\"]}}",
	  "process.cwd: is missing" },
	{ "{\"ociVersion\":\"1.0.0\",\"process\":{\"args\":[\"x\"],"
	  "\"cwd\":\"x\"}}",
	  "process.cwd: must be an absolute" },
	{ "{\"ociVersion\" 1}", "not JSON at byte" },
	{ "", "not JSON at byte 0" },
};

START_TEST(what_is_missing_is_named)
{
	ck_assert_int_eq(spec_parse(incomplete[_i].text, &rep, &spec), -EINVAL);
	ck_assert_msg(strstr(rep.page->error.message, incomplete[_i].why), "%s",
		      rep.page->error.message);
}
END_TEST

/* ---- what is read ------------------------------------------------------------------------ */

START_TEST(process_is_read)
{
	struct spec_process *p = &spec.process;

	ck_assert_int_eq(
		parse_in(PROCESS,
			 "\"terminal\":true,\"env\":[\"A=1\",\"B=\"],"
			 "\"consoleSize\":{\"height\":24,\"width\":65535},"
			 "\"user\":{\"uid\":4294967294,\"gid\":7,\"umask\":511,"
			 "\"additionalGids\":[3,4]},\"oomScoreAdj\":-1000,"
			 "\"capabilities\":{\"bounding\":[\"CAP_CHOWN\"],"
			 "\"effective\":[\"CAP_KILL\",\"CAP_CHOWN\"],"
			 "\"inheritable\":null,\"ambient\":[]},"
			 "\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":0,"
			 "\"hard\":18446744073709551615}],"
			 "\"noNewPrivileges\":false,"
			 "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_IDLE\","
			 "\"priority\":7},"
			 "\"scheduler\":{\"policy\":\"SCHED_FIFO\","
			 "\"priority\":9}"),
		0);
	ck_assert(p->given && p->terminal && !p->no_new_privileges);
	ck_assert_str_eq(p->args.v[0], "x");
	ck_assert_ptr_null(p->args.v[1]);
	ck_assert_uint_eq(p->env.n, 2);
	ck_assert_str_eq(p->env.v[1], "B=");
	ck_assert_ptr_null(p->env.v[2]);
	ck_assert_uint_eq(p->columns, 65535);
	ck_assert_uint_eq(p->uid, UINT32_MAX - 1);
	ck_assert_uint_eq(p->gid, 7);
	ck_assert_int_eq(p->umask, 0777);
	ck_assert_uint_eq(p->group_count, 2);
	ck_assert_uint_eq(p->groups[1], 4);
	ck_assert_int_eq(p->oom_score_adj, -1000);
	ck_assert_uint_eq(p->caps.bounding, 1);
	ck_assert_uint_eq(p->caps.effective, 1 | 1 << 5);
	ck_assert_uint_eq(p->caps.inheritable | p->caps.ambient, 0);
	ck_assert_uint_eq(p->rlimits.v[0].hard, UINT64_MAX);
	ck_assert_int_eq(p->io_class, 3);
	ck_assert_int_eq(p->scheduler.policy, 1);
	ck_assert_int_eq(p->scheduler.priority, 9);
}
END_TEST

START_TEST(nothing_given_is_not_zero_given)
{
	ck_assert_int_eq(parse_in(PROCESS, ""), 0);
	ck_assert_int_eq(spec.process.umask, -1);
	ck_assert(!spec.process.oom_score_adj_given);
	ck_assert(!spec.process.caps.given);
	ck_assert(!spec.process.scheduler.given);
	ck_assert(!spec.seccomp.given);
	ck_assert_int_eq(spec.seccomp.default_errno_ret, -1);
	ck_assert(!spec.resources.given);
	ck_assert_int_eq(spec.resources.pids_limit, SPEC_NONE);
	ck_assert_int_eq(spec.resources.memory_limit, SPEC_NONE);
	ck_assert_int_eq(spec.resources.cpu_idle, SPEC_NONE);
	ck_assert_ptr_null(spec.hostname);
	ck_assert_ptr_null(spec.cgroups_path);
	spec_release(&spec);
	ck_assert_int_eq(parse_in(RESOURCES, "\"pids\":{\"limit\":0}"), 0);
	ck_assert_int_eq(spec.resources.pids_limit, 0);
	ck_assert_int_eq(spec.resources.memory_limit, SPEC_NONE);
}
END_TEST

START_TEST(mounts_and_hooks_are_read)
{
	ck_assert_int_eq(parse_in(MOUNT, "\"destination\":\"a/b\","
					 "\"options\":[\"ro\",\"size=1\"]"),
			 0);
	ck_assert_str_eq(spec.mounts.v[0].destination, "/a/b");
	ck_assert_str_eq(spec.mounts.v[0].source, "");
	ck_assert_uint_eq(spec.mounts.v[0].options.n, 2);
	spec_release(&spec);
	ck_assert_int_eq(parse_in(HOOK, "\"path\":\"/h\",\"timeout\":3"), 0);
	ck_assert_uint_eq(spec.hooks[HOOK_POSTSTOP].n, 1);
	ck_assert_uint_eq(spec.hooks[HOOK_PRESTART].n, 0);
	ck_assert_int_eq(spec.hooks[HOOK_POSTSTOP].v[0].timeout_s, 3);
}
END_TEST

START_TEST(linux_is_read)
{
	ck_assert_int_eq(
		parse_in(LINUX,
			 "\"timeOffsets\":{\"monotonic\":{\"secs\":-5,"
			 "\"nanosecs\":999999999}},"
			 "\"devices\":[{\"path\":\"/dev/x\",\"type\":\"u\","
			 "\"major\":1,\"minor\":3,\"fileMode\":384}],"
			 "\"rootfsPropagation\":\"\","
			 "\"personality\":{\"domain\":\"LINUX32\"},"
			 "\"sysctl\":{\"a.b\":\"1\"},\"maskedPaths\":[\"/m\"],"
			 "\"readonlyPaths\":null"),
		0);
	ck_assert_int_eq(spec.time_monotonic_s, -5);
	ck_assert_int_eq(spec.time_boottime_s, 0);
	ck_assert_int_eq(spec.devices.v[0].type, 'c');
	ck_assert_uint_eq(spec.devices.v[0].file_mode, 0600);
	ck_assert_ptr_null(spec.rootfs_propagation);
	ck_assert(spec.personality_32bit);
	ck_assert_str_eq(spec.sysctl.v[0].key, "a.b");
	ck_assert_uint_eq(spec.masked_paths.n, 1);
	ck_assert_uint_eq(spec.readonly_paths.n, 0);
}
END_TEST

START_TEST(device_rules_are_read)
{
	struct spec_device_rule *rules;

	ck_assert_int_eq(
		parse_in(RESOURCES,
			 "\"devices\":[{\"allow\":false},{\"allow\":true,"
			 "\"type\":\"c\",\"major\":1,\"access\":\"rm\"}]"),
		0);
	rules = spec.resources.devices;
	ck_assert_uint_eq(spec.resources.device_count, 2);
	ck_assert(!rules[0].allow && rules[0].type == 'a' && rules[0].read &&
		  rules[0].write && rules[0].mknod);
	ck_assert_int_eq(rules[0].major, -1);
	ck_assert(rules[1].allow && rules[1].read && !rules[1].write &&
		  rules[1].mknod);
	ck_assert_int_eq(rules[1].minor, -1);
}
END_TEST

static char *mappings(int n)
{
	char *text = malloc((size_t)n * 64 + 512);
	size_t at = 0;

	ck_assert_ptr_nonnull(text);
	at += (size_t)sprintf(text,
			      "{\"ociVersion\":\"1.0.0\",\"root\":{"
			      "\"path\":\"r\"},\"linux\":{\"namespaces\":["
			      "{\"type\":\"mount\"},{\"type\":\"user\"}],"
			      "\"gidMappings\":[{\"size\":1}],"
			      "\"uidMappings\":[");
	for (int i = 0; i < n; i++)
		at += (size_t)sprintf(text + at,
				      "%s{\"containerID\":%d,\"hostID\":%d,"
				      "\"size\":1}",
				      i ? "," : "", i, i);
	strcpy(text + at, "]}}");
	return text;
}

/* user_namespaces(7): at most 340 lines. */
START_TEST(as_many_ranges_as_the_kernel_takes)
{
	auto_free char *all = mappings(340);
	auto_free char *more = mappings(341);

	ck_assert_int_eq(spec_parse(all, &rep, &spec), 0);
	ck_assert_uint_eq(spec.uid_maps.n, 340);
	ck_assert_uint_eq(spec.uid_maps.v[339].host, 339);
	spec_release(&spec);
	ck_assert_int_eq(spec_parse(more, &rep, &spec), -EINVAL);
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, "340"));
}
END_TEST

/* A name that is longer than the room for it: the error is cut, no more. */
START_TEST(a_long_name_is_cut)
{
	char name[600], fragment[700];

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	snprintf(fragment, sizeof(fragment), "\"annotations\":{\"%s\":1}",
		 name);
	ck_assert_int_eq(parse_in(TOP, fragment), -EINVAL);
	ck_assert_ptr_nonnull(
		strstr(rep.page->error.message, "annotations.aaaa"));
	ck_assert_ptr_nonnull(strstr(rep.page->error.message, "a string"));
}
END_TEST

static int unknown(void *arg)
{
	(void)arg;
	return -parse_in(LINUX, "\"future\":{\"x\":1}");
}

/* "Extensibility": it must not be an error. */
START_TEST(what_nobody_knows_is_named_and_ignored)
{
	struct run run;

	run_function(&run, unknown, NULL);
	ck_assert_int_eq(run.status, 0);
	ck_assert_ptr_nonnull(strstr(run.out, "linux.future is not in the"));
}
END_TEST

START_TEST(parts_are_read_alone)
{
	ck_assert_int_eq(spec_parse_process("{\"args\":[\"x\"],\"cwd\":\"/\"}",
					    &rep, &spec),
			 0);
	ck_assert(spec.process.given);
	spec_release(&spec);
	ck_assert_int_eq(
		spec_parse_resources("{\"pids\":{\"limit\":5}}", &rep, &spec),
		0);
	ck_assert_int_eq(spec.resources.pids_limit, 5);
	spec_release(&spec);
	ck_assert_int_eq(spec_parse_process("{}", &rep, &spec), -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic-spec");
	TCase *no = add_task(suite, "refused", NULL);
	TCase *yes = add_task(suite, "read", NULL);

	tcase_add_checked_fixture(no, begin, end);
	tcase_add_checked_fixture(yes, begin, end);
	tcase_add_loop_test(no, it_is_refused_by_its_name, 0, COUNT(refused));
	tcase_add_loop_test(no, what_is_missing_is_named, 0, COUNT(incomplete));
	tcase_add_test(no, a_long_name_is_cut);
	tcase_add_test(yes, process_is_read);
	tcase_add_test(yes, nothing_given_is_not_zero_given);
	tcase_add_test(yes, mounts_and_hooks_are_read);
	tcase_add_test(yes, linux_is_read);
	tcase_add_test(yes, device_rules_are_read);
	tcase_add_test(yes, as_many_ranges_as_the_kernel_takes);
	tcase_add_test(yes, what_nobody_knows_is_named_and_ignored);
	tcase_add_test(yes, parts_are_read_alone);
	return run_suite(suite);
}
