/* SPDX-License-Identifier: MIT */
/* spec_resources.c - "linux.resources"; also what update is given. */
#include <errno.h>
#include <string.h>

#include "spec_read.h"

#define RES(name, read, member) FIELD(name, read, struct spec_resources, member)

struct raw_rule {
	struct spec_device_rule rule;
	char *type;
	char *access;
};

static int read_rule(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("allow", read_bool, struct raw_rule, rule.allow),
		FIELD("type", read_any_string, struct raw_rule, type),
		FIELD("major", read_i64, struct raw_rule, rule.major),
		FIELD("minor", read_i64, struct raw_rule, rule.minor),
		FIELD("access", read_any_string, struct raw_rule, access),
		{ 0 },
	};
	struct raw_rule *raw = into;
	struct spec_device_rule *rule = &raw->rule;
	int result;

	rule->major = rule->minor = -1;
	result = read_fields(r, v, fields, raw);
	if (result < 0)
		return result;
	rule->type = raw->type && raw->type[0] ? raw->type[0] : 'a';
	if (!strchr("acb", rule->type) || (raw->type && strlen(raw->type) > 1))
		return read_wrong(r, "type must be a, c or b");
	if (raw->access && raw->access[strspn(raw->access, "rwm")])
		return read_wrong(r, "access has other letters than r, w, m");
	rule->read = !raw->access || strchr(raw->access, 'r');
	rule->write = !raw->access || strchr(raw->access, 'w');
	rule->mknod = !raw->access || strchr(raw->access, 'm');
	return 0;
}

static int read_rules(struct reader *r, int v, void *into)
{
	struct spec_resources *res = into;
	struct raw_rule *raw = NULL;
	size_t n = 0;
	int result = read_array(r, v, read_rule, sizeof(*raw), &raw, &n);

	if (result < 0)
		return result;
	res->devices = arena_alloc(r->arena, n + 1, sizeof(*res->devices));
	if (!res->devices)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		res->devices[i] = raw[i].rule;
	res->device_count = n;
	return 0;
}

static int read_memory(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		RES("limit", read_i64, memory_limit),
		RES("reservation", read_i64, memory_reservation),
		RES("swap", read_i64, memory_swap),
		RES("kernel", read_i64, memory_kernel),
		RES("kernelTCP", read_i64, memory_kernel_tcp),
		RES("swappiness", read_i64, memory_swappiness),
		RES("disableOOMKiller", read_bool, memory_disable_oom_killer),
		{ "useHierarchy", read_ignored, 0 }, /* v2 always does */
		RES("checkBeforeUpdate", read_bool, memory_check_before_update),
		{ 0 },
	};

	return read_fields(r, v, fields, into);
}

static int read_cpu(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		RES("shares", read_i64, cpu_shares),
		RES("quota", read_i64, cpu_quota_us),
		RES("burst", read_i64, cpu_burst_us),
		RES("period", read_i64, cpu_period_us),
		RES("realtimeRuntime", read_i64, cpu_realtime_runtime_us),
		RES("realtimePeriod", read_i64, cpu_realtime_period_us),
		RES("cpus", read_any_string, cpu_cpus),
		RES("mems", read_any_string, cpu_mems),
		RES("idle", read_i64, cpu_idle),
		{ 0 },
	};

	return read_fields(r, v, fields, into);
}

static int read_pids(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		RES("limit", read_i64, pids_limit),
		{ 0 },
	};

	return read_fields(r, v, fields, into);
}

static int read_rate(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("major", read_i64, struct spec_device_rate, major),
		FIELD("minor", read_i64, struct spec_device_rate, minor),
		FIELD("rate", read_u64, struct spec_device_rate, rate),
		FIELD("weight", read_u64, struct spec_device_rate, rate),
		{ "leafWeight", read_unsupported, 0 }, /* of v1 */
		{ 0 },
	};

	return read_fields(r, v, fields, into);
}

static int read_rates(struct reader *r, int v, void *into)
{
	struct spec_device_rates *list = into;

	return read_array(r, v, read_rate, sizeof(*list->v), &list->v,
			  &list->n);
}

static int read_io(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		RES("weight", read_i64, io_weight),
		RES("leafWeight", read_i64, io_leaf_weight),
		RES("weightDevice", read_rates, io_weight_device),
		RES("throttleReadBpsDevice", read_rates, io_read_bps),
		RES("throttleWriteBpsDevice", read_rates, io_write_bps),
		RES("throttleReadIOPSDevice", read_rates, io_read_iops),
		RES("throttleWriteIOPSDevice", read_rates, io_write_iops),
		{ 0 },
	};

	return read_fields(r, v, fields, into);
}

static int read_hugepage(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("pageSize", read_string, struct spec_hugepage, page_size),
		FIELD("limit", read_u64, struct spec_hugepage, limit_bytes),
		{ 0 },
	};
	struct spec_hugepage *page = into;
	int result = read_fields(r, v, fields, page);

	if (result == 0 && (!page->page_size || strchr(page->page_size, '/')))
		return read_wrong(r, "needs a pageSize such as 2MB");
	return result;
}

static int read_hugepages(struct reader *r, int v, void *into)
{
	struct spec_resources *res = into;

	return read_array(r, v, read_hugepage, sizeof(*res->hugepages),
			  &res->hugepages, &res->hugepage_count);
}

static int read_network(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		RES("classID", read_i64, net_class_id),
		{ "priorities", read_ignored, 0 },
		{ 0 },
	};
	struct spec_resources *res = into;

	res->net_priorities =
		json_get(r->json, v, "priorities") >= 0; /* cgroup.c refuses */
	return read_fields(r, v, fields, res);
}

static int read_rdma(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		FIELD("hcaHandles", read_i64, struct spec_rdma, handles),
		FIELD("hcaObjects", read_i64, struct spec_rdma, objects),
		{ 0 },
	};
	const struct json_node *nodes = r->json->nodes;
	struct spec_resources *res = into;
	int key = v + 1, result = 0;

	if (nodes[v].type != JSON_OBJECT)
		return read_wrong(r, "must be an object");
	res->rdma = arena_alloc(r->arena, (size_t)nodes[v].count + 1,
				sizeof(*res->rdma));
	if (!res->rdma)
		return -ENOMEM;
	for (int i = 0; i < nodes[v].count && result == 0; i++) {
		struct spec_rdma *one = &res->rdma[res->rdma_count++];

		one->handles = one->objects = SPEC_NONE;
		result = read_any_string(r, key, &one->device);
		if (result == 0)
			result = read_fields(r, key + 1, fields, one);
		key = nodes[key + 1].next;
	}
	return result;
}

int read_resources(struct reader *r, int v, void *into)
{
	static const struct field fields[] = {
		{ "devices", read_rules, 0 },
		{ "memory", read_memory, 0 },
		{ "cpu", read_cpu, 0 },
		{ "pids", read_pids, 0 },
		{ "blockIO", read_io, 0 },
		{ "hugepageLimits", read_hugepages, 0 },
		{ "network", read_network, 0 },
		{ "rdma", read_rdma, 0 },
		RES("unified", read_map, unified),
		{ 0 },
	};
	struct spec_resources *res = into;

	res->given = true;
	return read_fields(r, v, fields, res);
}
