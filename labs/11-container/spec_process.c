/* SPDX-License-Identifier: MIT */
/* spec_process.c - "process" of config.json; also what exec -p is given. */
#include <errno.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <string.h>

#include "caps.h"
#include "spec_read.h"

static int read_cap_set(struct reader *r, int v, void *into)
{
	struct strv names = { 0 };
	int result = read_strings(r, v, &names);

	for (size_t i = 0; result == 0 && i < names.n; i++) {
		int cap = caps_by_name(names.v[i]);

		if (cap < 0)
			return report_refuse(r->rep, -EINVAL,
					     "config.json: %s: %s is no "
					     "capability; see capabilities(7)",
					     read_where(r), names.v[i]);
		*(uint64_t *)into |= 1ull << cap;
	}
	return result;
}

static int read_caps(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("bounding", read_cap_set, struct spec_caps, bounding),
		FIELD("effective", read_cap_set, struct spec_caps, effective),
		FIELD("inheritable", read_cap_set, struct spec_caps,
		      inheritable),
		FIELD("permitted", read_cap_set, struct spec_caps, permitted),
		FIELD("ambient", read_cap_set, struct spec_caps, ambient),
		{ 0 },
	};
	struct spec_caps *caps = into;

	caps->given = true;
	return read_fields(r, v, fields, caps);
}

static int read_rlimit_type(struct reader *r, int v, void *into)
{
	static const struct {
		const char *name;
		int resource;
	} types[] = {
		{ "RLIMIT_AS", RLIMIT_AS },
		{ "RLIMIT_CORE", RLIMIT_CORE },
		{ "RLIMIT_CPU", RLIMIT_CPU },
		{ "RLIMIT_DATA", RLIMIT_DATA },
		{ "RLIMIT_FSIZE", RLIMIT_FSIZE },
		{ "RLIMIT_LOCKS", RLIMIT_LOCKS },
		{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
		{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
		{ "RLIMIT_NICE", RLIMIT_NICE },
		{ "RLIMIT_NOFILE", RLIMIT_NOFILE },
		{ "RLIMIT_NPROC", RLIMIT_NPROC },
		{ "RLIMIT_RSS", RLIMIT_RSS },
		{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
		{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
		{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
		{ "RLIMIT_STACK", RLIMIT_STACK },
	};
	char *name;
	int result = read_string(r, v, &name);

	if (result < 0)
		return result;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i].name, name) == 0) {
			*(int *)into = types[i].resource;
			return 0;
		}
	}
	return read_wrong(r, "is no limit of setrlimit(2)");
}

static int read_rlimit(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("type", read_rlimit_type, struct spec_rlimit, resource),
		FIELD("soft", read_u64, struct spec_rlimit, soft),
		FIELD("hard", read_u64, struct spec_rlimit, hard),
		{ 0 },
	};
	struct spec_rlimit *limit = into;
	int result;

	limit->resource = -1;
	result = read_fields(r, v, fields, limit);
	if (result < 0)
		return result;
	if (limit->resource < 0)
		return read_wrong(r, "needs a type");
	if (limit->soft > limit->hard)
		return read_wrong(r, "soft is greater than hard");
	return 0;
}

static int read_rlimits(struct reader *r, int v, void *into)
{
	struct spec_rlimits *list = into;
	int result = read_array(r, v, read_rlimit, sizeof(*list->v), &list->v,
				&list->n);

	/* "If there is more than one of a type, the runtime MUST error". */
	for (size_t i = 0; result == 0 && i < list->n; i++)
		for (size_t j = 0; j < i; j++)
			if (list->v[i].resource == list->v[j].resource)
				return read_wrong(r, "a type is there twice");
	return result;
}

struct groups {
	uint32_t *v;
	size_t n;
};

static int read_groups(struct reader *r, int v, void *into)
{
	struct groups list = { 0 };
	int result =
		read_array(r, v, read_u32, sizeof(uint32_t), &list.v, &list.n);
	struct spec_process *p = into;

	p->groups = list.v;
	p->group_count = list.n;
	return result;
}

static int read_umask(struct reader *r, int v, void *into)
{
	int result = read_int(r, v, into);

	if (result == 0 && (*(int *)into < 0 || *(int *)into > 0777))
		return read_wrong(r, "must be between 0 and 511 (0777)");
	return result;
}

/* 4294967295 is -1 to setresuid(2): "stay as you are", which is root. */
static int read_id(struct reader *r, int v, void *into)
{
	uint32_t id;
	int result = read_u32(r, v, &id);

	if (result == 0 && id == UINT32_MAX)
		return read_wrong(r, "is the number of nobody");
	if (result == 0)
		*(uint32_t *)into = id;
	return result;
}

static int read_user(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("uid", read_id, struct spec_process, uid),
		FIELD("gid", read_id, struct spec_process, gid),
		FIELD("umask", read_umask, struct spec_process, umask),
		{ "additionalGids", read_groups, 0 },
		{ "username", read_unsupported, 0 }, /* of Windows */
		{ 0 },
	};

	return read_fields(r, v, fields, into);
}

static int read_console_size(struct reader *r, int v, void *into)
{
	struct size {
		uint32_t height, width;
	} size = { 0 };
	static const struct field fields[] = {
		FIELD("height", read_u32, struct size, height),
		FIELD("width", read_u32, struct size, width),
		{ 0 },
	};
	struct spec_process *p = into;
	int result = read_fields(r, v, fields, &size);

	if (size.height > UINT16_MAX || size.width > UINT16_MAX)
		return read_wrong(r, "no terminal is that big");
	p->rows = (uint16_t)size.height;
	p->columns = (uint16_t)size.width;
	return result;
}

/* One of @names, which ends with NULL, as its place there plus @first. */
static int read_choice(struct reader *r, int v, const char *const *names,
		       int first, int *into)
{
	char *name;
	int result = read_string(r, v, &name);

	for (int i = 0; result == 0 && names[i]; i++) {
		if (strcmp(names[i], name) == 0) {
			*into = first + i;
			return 0;
		}
	}
	return result < 0 ? result : read_wrong(r, "is not one of its values");
}

static int read_io_class(struct reader *r, int v, void *into)
{
	static const char *const names[] = { "IOPRIO_CLASS_RT",
					     "IOPRIO_CLASS_BE",
					     "IOPRIO_CLASS_IDLE", NULL };

	return read_choice(r, v, names, IOPRIO_CLASS_RT, into);
}

static int read_io_priority(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("class", read_io_class, struct spec_process, io_class),
		FIELD("priority", read_int, struct spec_process, io_priority),
		{ 0 },
	};
	struct spec_process *p = into;
	int result = read_fields(r, v, fields, p);

	if (result == 0 && (p->io_priority < 0 || p->io_priority > 7))
		return read_wrong(r, "priority must be between 0 and 7");
	return result;
}

static int read_policy(struct reader *r, int v, void *into)
{
	static const char *const names[] = { "SCHED_OTHER", "SCHED_FIFO",
					     "SCHED_RR",    "SCHED_BATCH",
					     "SCHED_ISO",   "SCHED_IDLE",
					     NULL };
	int result = read_choice(r, v, names, SCHED_OTHER, into);

	if (result == 0 && *(int *)into == SCHED_BATCH + 1)
		return read_wrong(r, "SCHED_ISO: Linux does not have it");
	return result;
}

static int read_scheduler(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("policy", read_policy, struct sched_spec, policy),
		FIELD("nice", read_int, struct sched_spec, nice),
		FIELD("priority", read_int, struct sched_spec, priority),
		{ "flags", read_unsupported, 0 },
		{ "runtime", read_unsupported, 0 },
		{ "deadline", read_unsupported, 0 },
		{ "period", read_unsupported, 0 },
		{ 0 },
	};
	struct sched_spec *s = into;

	s->given = true;
	return read_fields(r, v, fields, s);
}

static int read_oom(struct reader *r, int v, void *into)
{
	struct spec_process *p = into;
	int result = read_int(r, v, &p->oom_score_adj);

	if (result == 0 &&
	    (p->oom_score_adj < -1000 || p->oom_score_adj > 1000))
		return read_wrong(r, "must be between -1000 and 1000");
	p->oom_score_adj_given = true;
	return result;
}

int read_process(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("terminal", read_bool, struct spec_process, terminal),
		{ "consoleSize", read_console_size, 0 },
		FIELD("cwd", read_path, struct spec_process, cwd),
		FIELD("env", read_strings, struct spec_process, env),
		FIELD("args", read_strings, struct spec_process, args),
		{ "commandLine", read_unsupported, 0 }, /* of Windows */
		{ "rlimits", read_rlimits,
		  offsetof(struct spec_process, rlimits) },
		FIELD("apparmorProfile", read_any_string, struct spec_process,
		      apparmor_profile),
		FIELD("selinuxLabel", read_any_string, struct spec_process,
		      selinux_label),
		FIELD("capabilities", read_caps, struct spec_process, caps),
		FIELD("noNewPrivileges", read_bool, struct spec_process,
		      no_new_privileges),
		{ "oomScoreAdj", read_oom, 0 },
		{ "user", read_user, 0 },
		{ "ioPriority", read_io_priority, 0 },
		FIELD("scheduler", read_scheduler, struct spec_process,
		      scheduler),
		{ "execCPUAffinity", read_unsupported, 0 },
		{ 0 },
	};
	struct spec_process *p = into;
	int result = read_fields(r, v, fields, p);

	if (result < 0)
		return result;
	p->given = true;
	if (!p->args.n || !p->args.v[0][0])
		return read_wrong(r, "process.args: names no program");
	return p->cwd ? 0 : read_wrong(r, "process.cwd: is missing");
}
