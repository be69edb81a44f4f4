/* SPDX-License-Identifier: MIT */
#include "spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spec_read.h"

static int read_version(struct reader *r, int v, void *into)
{
	int result = read_string(r, v, into);

	/* Semantic versioning: 1.x promises that a 1.1 runtime can read it. */
	if (result == 0 && strncmp(*(char **)into, "1.", 2) != 0)
		return read_wrong(r, "minic knows version 1 only");
	return result;
}

static int read_root(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("path", read_string, struct spec, root_path),
		FIELD("readonly", read_bool, struct spec, root_readonly),
		{ 0 },
	};

	return read_fields(r, v, fields, into);
}

static int read_mount(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("destination", read_string, struct spec_mount,
		      destination),
		FIELD("type", read_any_string, struct spec_mount, type),
		FIELD("source", read_any_string, struct spec_mount, source),
		FIELD("options", read_strings, struct spec_mount, options),
		FIELD("uidMappings", read_idmaps, struct spec_mount, uid_maps),
		FIELD("gidMappings", read_idmaps, struct spec_mount, gid_maps),
		{ 0 },
	};
	struct spec_mount *m = into;
	int result;

	m->type = m->source = "";
	result = read_fields(r, v, fields, m);
	if (result < 0)
		return result;
	if (!m->destination)
		return read_wrong(r, "needs a destination");
	/* A relative one is relative to "/", says the specification. */
	if (m->destination[0] != '/')
		m->destination = arena_printf(r->arena, "/%s", m->destination);
	return m->destination ? 0 : -ENOMEM;
}

static int read_mounts(struct reader *r, int v, void *into)
{
	struct spec_mounts *list = into;

	return read_array(r, v, read_mount, sizeof(*list->v), &list->v,
			  &list->n);
}

static int read_hook(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("path", read_path, struct spec_hook, path),
		FIELD("args", read_strings, struct spec_hook, args),
		FIELD("env", read_strings, struct spec_hook, env),
		FIELD("timeout", read_int, struct spec_hook, timeout_s),
		{ 0 },
	};
	struct spec_hook *hook = into;
	int result = read_fields(r, v, fields, hook);

	if (result < 0)
		return result;
	if (!hook->path)
		return read_wrong(r, "needs a path");
	return hook->timeout_s < 0 ? read_wrong(r, "timeout is negative") : 0;
}

static int read_hook_list(struct reader *r, int v, void *into)
{
	struct spec_hooks *list = into;

	return read_array(r, v, read_hook, sizeof(*list->v), &list->v,
			  &list->n);
}

static int read_hooks(struct reader *r, int v, void *into)
{
#define HOOK(name, nr)                                                 \
	{                                                              \
		name, read_hook_list, (nr) * sizeof(struct spec_hooks) \
	}
	static const struct field fields[] = {
		HOOK("prestart", HOOK_PRESTART),
		HOOK("createRuntime", HOOK_CREATE_RUNTIME),
		HOOK("createContainer", HOOK_CREATE_CONTAINER),
		HOOK("startContainer", HOOK_START_CONTAINER),
		HOOK("poststart", HOOK_POSTSTART),
		HOOK("poststop", HOOK_POSTSTOP),
		{ 0 },
	};
#undef HOOK

	return read_fields(r, v, fields, into);
}

/* What must be there, and what does not go together. */
static int check(struct reader *r, const struct spec *s)
{
	r->depth = 0;
	if (!s->oci_version)
		return read_wrong(r, "ociVersion is missing");
	if (!s->root_path)
		return read_wrong(r, "root.path is missing");
	if (!s->ns[NS_MNT].wanted || s->ns[NS_MNT].path)
		return read_wrong(r, "linux.namespaces: minic needs a mount "
				     "namespace without a path: a root "
				     "directory cannot be changed safely in "
				     "one that others use");
	if (s->hostname && !s->ns[NS_UTS].wanted)
		return read_wrong(r, "hostname: needs a UTS namespace, or it "
				     "would rename this machine");
	if (s->domainname && !s->ns[NS_UTS].wanted)
		return read_wrong(r, "domainname: needs a UTS namespace");
	if (s->uid_maps.n && !s->ns[NS_USER].wanted)
		return read_wrong(r, "linux.uidMappings: there is no user "
				     "namespace in linux.namespaces");
	if (s->ns[NS_USER].wanted && !s->ns[NS_USER].path &&
	    (!s->uid_maps.n || !s->gid_maps.n))
		return read_wrong(r, "a new user namespace needs "
				     "linux.uidMappings and linux.gidMappings");
	return 0;
}

/* The readers at offset 0 write into several members: they get all. */
static const struct field top[] = {
	FIELD("ociVersion", read_version, struct spec, oci_version),
	{ "root", read_root, 0 },
	FIELD("process", read_process, struct spec, process),
	FIELD("hostname", read_any_string, struct spec, hostname),
	FIELD("domainname", read_any_string, struct spec, domainname),
	FIELD("mounts", read_mounts, struct spec, mounts),
	FIELD("hooks", read_hooks, struct spec, hooks),
	FIELD("annotations", read_map, struct spec, annotations),
	{ "linux", read_linux, 0 },
	{ "solaris", read_unsupported, 0 },
	{ "windows", read_unsupported, 0 },
	{ "vm", read_unsupported, 0 },
	{ "zos", read_unsupported, 0 },
	{ 0 },
};

static void set_defaults(struct spec *s)
{
	struct spec_resources *res = &s->resources;
	int64_t *const numbers[] = {
		&res->memory_limit,
		&res->memory_reservation,
		&res->memory_swap,
		&res->memory_kernel,
		&res->memory_kernel_tcp,
		&res->memory_swappiness,
		&res->cpu_shares,
		&res->cpu_quota_us,
		&res->cpu_burst_us,
		&res->cpu_period_us,
		&res->cpu_realtime_runtime_us,
		&res->cpu_realtime_period_us,
		&res->cpu_idle,
		&res->pids_limit,
		&res->io_weight,
		&res->io_leaf_weight,
		&res->net_class_id,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		*numbers[i] = SPEC_NONE;
	s->process.umask = -1;
	s->seccomp.default_errno_ret = -1;
}

/* Parses, and reads the root value with @read. */
static int parse(const char *text, struct report *rep, read_fn *read,
		 void *into, struct spec *ret)
{
	struct json json = { 0 };
	struct reader r = { .json = &json, .rep = rep };
	size_t at = 0;
	int result = json_parse(text, &json, &at);

	if (result == -EINVAL)
		return report_refuse(rep, result,
				     "not JSON at byte %zu, near \"%.20s\"", at,
				     at < strlen(text) ? text + at : "");
	if (result == -E2BIG)
		return report_refuse(rep, result, "config.json is too big");
	if (result < 0)
		return report_refuse(rep, result, "%s", strerror(-result));
	ret->memory = r.arena = arena_new();
	result = r.arena ? read(&r, 0, into) : -ENOMEM;
	if (result == 0 && into == ret)
		result = check(&r, ret);
	ret->text = json.text; /* the strings stay where they are */
	json.text = NULL;
	json_release(&json);
	return result == -ENOMEM
		       ? report_refuse(rep, result, "%s", strerror(ENOMEM))
		       : result;
}

static int read_top(struct reader *r, int v, void *into)
{
	return read_fields(r, v, top, into);
}

int spec_parse(const char *text, struct report *rep, struct spec *ret)
{
	*ret = (struct spec){ 0 };
	set_defaults(ret);
	return parse(text, rep, read_top, ret, ret);
}

int spec_parse_process(const char *text, struct report *rep, struct spec *ret)
{
	*ret = (struct spec){ 0 };
	set_defaults(ret);
	return parse(text, rep, read_process, &ret->process, ret);
}

int spec_parse_resources(const char *text, struct report *rep, struct spec *ret)
{
	*ret = (struct spec){ 0 };
	set_defaults(ret);
	return parse(text, rep, read_resources, &ret->resources, ret);
}

void spec_release(struct spec *spec)
{
	arena_free(spec->memory);
	free(spec->text);
	*spec = (struct spec){ 0 };
}
