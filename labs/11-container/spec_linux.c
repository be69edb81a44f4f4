/* SPDX-License-Identifier: MIT */
/* spec_linux.c - "linux" of config.json, but for resources and seccomp. */
#include <errno.h>
#include <string.h>

#include "ns.h"
#include "spec_read.h"

struct raw_ns {
	char *type;
	char *path;
};

static int read_raw_ns(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("type", read_string, struct raw_ns, type),
		FIELD("path", read_path, struct raw_ns, path),
		{ 0 },
	};
	struct raw_ns *ns = into;
	int result = read_fields(r, v, fields, ns);

	if (result == 0 && (!ns->type || ns_by_name(ns->type) < 0))
		return read_wrong(r, "type must be one of pid, network, mount, "
				     "ipc, uts, user, cgroup, time");
	return result;
}

static int read_namespaces(struct reader *r, int v, void *into)
{
	struct spec_ns *all = into;
	struct raw_ns *list = NULL;
	size_t n = 0;
	int result = read_array(r, v, read_raw_ns, sizeof(*list), &list, &n);

	for (size_t i = 0; result == 0 && i < n; i++) {
		struct spec_ns *ns = &all[ns_by_name(list[i].type)];

		if (ns->wanted)
			return read_wrong(r, "a type is there twice");
		*ns = (struct spec_ns){ .wanted = true, .path = list[i].path };
	}
	return result;
}

static int read_idmap(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("containerID", read_u32, struct spec_idmap, container),
		FIELD("hostID", read_u32, struct spec_idmap, host),
		FIELD("size", read_u32, struct spec_idmap, size),
		{ 0 },
	};

	return read_fields(r, v, fields, into);
}

int read_idmaps(struct reader *r, int v, void *into)
{
	struct spec_idmaps *list = into;
	int result = read_array(r, v, read_idmap, sizeof(*list->v), &list->v,
				&list->n);

	/* user_namespaces(7): at most 340 lines, none of size 0. */
	if (result == 0 && list->n > 340)
		return read_wrong(r, "more than the 340 ranges of Linux");
	for (size_t i = 0; result == 0 && i < list->n; i++)
		if (list->v[i].size == 0)
			return read_wrong(r, "a range of size 0");
	return result;
}

struct raw_device {
	struct spec_device device;
	char *type;
};

static int read_raw_device(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("type", read_string, struct raw_device, type),
		FIELD("path", read_path, struct raw_device, device.path),
		FIELD("major", read_i64, struct raw_device, device.major),
		FIELD("minor", read_i64, struct raw_device, device.minor),
		FIELD("fileMode", read_u32, struct raw_device,
		      device.file_mode),
		FIELD("uid", read_u32, struct raw_device, device.uid),
		FIELD("gid", read_u32, struct raw_device, device.gid),
		{ 0 },
	};
	struct raw_device *d = into;
	int result = read_fields(r, v, fields, d);

	if (result < 0)
		return result;
	if (!d->device.path || !d->type || d->type[1] ||
	    !strchr("cbup", d->type[0]))
		return read_wrong(r, "needs a path and a type of c, b, u or p");
	d->device.type = d->type[0] == 'u' ? 'c' : d->type[0];
	return 0;
}

static int read_devices(struct reader *r, int v, void *into)
{
	struct spec_devices *list = into;
	struct raw_device *raw = NULL;
	size_t n = 0;
	int result = read_array(r, v, read_raw_device, sizeof(*raw), &raw, &n);

	if (result < 0)
		return result;
	list->v = arena_alloc(r->arena, n + 1, sizeof(*list->v));
	if (!list->v)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		list->v[i] = raw[i].device;
	list->n = n;
	return 0;
}

struct offset {
	int64_t secs;
	int64_t nanosecs;
};

static int read_offset(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("secs", read_i64, struct offset, secs),
		FIELD("nanosecs", read_i64, struct offset, nanosecs),
		{ 0 },
	};
	struct offset *o = into;
	int result = read_fields(r, v, fields, o);

	if (result == 0 && (o->nanosecs < 0 || o->nanosecs > 999999999))
		return read_wrong(r, "nanosecs must be below a second");
	return result;
}

static int read_offsets(struct reader *r, int v, void *into)
{
	struct offsets {
		struct offset monotonic, boottime;
	} o = { 0 };
	static const struct field fields[] = {
		FIELD("monotonic", read_offset, struct offsets, monotonic),
		FIELD("boottime", read_offset, struct offsets, boottime),
		{ 0 },
	};
	struct spec *s = into;
	int result = read_fields(r, v, fields, &o);

	s->time_monotonic_s = o.monotonic.secs;
	s->time_monotonic_ns = o.monotonic.nanosecs;
	s->time_boottime_s = o.boottime.secs;
	s->time_boottime_ns = o.boottime.nanosecs;
	return result;
}

static int read_propagation(struct reader *r, int v, void *into)
{
	static const char *const known[] = {
		"private", "rprivate", "slave",	     "rslave",
		"shared",  "rshared",  "unbindable", "runbindable",
	};
	int result = read_any_string(r, v, into);
	const char *value = *(char **)into;

	if (result == 0 && !value[0])
		*(char **)into = NULL;
	for (size_t i = 0; result == 0 && value[0]; i++) {
		if (i == sizeof(known) / sizeof(known[0]))
			return read_wrong(r, "is no propagation of mounts; "
					     "see mount_namespaces(7)");
		if (strcmp(known[i], value) == 0)
			break;
	}
	return result;
}

static int read_personality(struct reader *r, int v, void *into)
{
	struct personality {
		char *domain;
		struct strv flags;
	} p = { 0 };
	static const struct field fields[] = {
		FIELD("domain", read_string, struct personality, domain),
		FIELD("flags", read_strings, struct personality, flags),
		{ 0 },
	};
	struct spec *s = into;
	int result = read_fields(r, v, fields, &p);

	if (result < 0)
		return result;
	if (p.flags.n)
		return read_wrong(r, "flags: none are defined");
	if (!p.domain || (strcmp(p.domain, "LINUX") != 0 &&
			  strcmp(p.domain, "LINUX32") != 0))
		return read_wrong(r, "domain must be LINUX or LINUX32");
	s->personality_32bit = strcmp(p.domain, "LINUX32") == 0;
	return 0;
}

int read_linux(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("namespaces", read_namespaces, struct spec, ns),
		FIELD("uidMappings", read_idmaps, struct spec, uid_maps),
		FIELD("gidMappings", read_idmaps, struct spec, gid_maps),
		{ "timeOffsets", read_offsets, 0 },
		FIELD("devices", read_devices, struct spec, devices),
		FIELD("cgroupsPath", read_any_string, struct spec,
		      cgroups_path),
		FIELD("resources", read_resources, struct spec, resources),
		FIELD("sysctl", read_map, struct spec, sysctl),
		FIELD("seccomp", read_seccomp, struct spec, seccomp),
		FIELD("rootfsPropagation", read_propagation, struct spec,
		      rootfs_propagation),
		FIELD("maskedPaths", read_strings, struct spec, masked_paths),
		FIELD("readonlyPaths", read_strings, struct spec,
		      readonly_paths),
		FIELD("mountLabel", read_any_string, struct spec, mount_label),
		{ "personality", read_personality, 0 },
		{ "intelRdt", read_unsupported, 0 },
		{ "netDevices", read_unsupported, 0 },
		{ "memoryPolicy", read_unsupported, 0 },
		{ 0 },
	};

	return read_fields(r, v, fields, into);
}
