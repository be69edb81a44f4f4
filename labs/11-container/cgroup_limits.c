/* SPDX-License-Identifier: MIT */
#include "cgroup_limits.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

int cgroup_limit_give(const struct cgroup_out *out, const char *field,
		      const char *file, const char *text)
{
	const struct cgroup_limit limit = {
		.field = field,
		.file = file,
		.text = text,
		.unlimited = strcmp(text, "max") == 0,
	};

	return out->fn(out->ctx, &limit);
}

/* A negative number is no limit. */
int cgroup_limit_number(const struct cgroup_out *out, const char *field,
			const char *file, int64_t value)
{
	char text[32] = "max";

	if (value >= 0)
		snprintf(text, sizeof(text), "%" PRId64, value);
	return cgroup_limit_give(out, field, file, text);
}

int cgroup_limit_refuse(const struct cgroup_out *out, const char *field,
			const char *why)
{
	return report_refuse(out->rep, -ENOTSUP,
			     "linux.resources.%s: cgroup v2 %s", field, why);
}

/* ---- memory --------------------------------------------------------------- */

/*
 * The specification's "swap" is of version 1: memory and swap together.
 * Version 2 counts the swap alone.
 */
static int give_swap(const struct cgroup_out *out)
{
	int64_t both = out->res->memory_swap;
	int64_t memory = out->res->memory_limit;
	struct cgroup_limit limit = { .field = "memory.swap",
				      .file = "memory.swap.max",
				      .text = "max" };
	char text[32];

	if (both == SPEC_NONE || both == 0)
		return 0;
	limit.unlimited = both < 0;
	if (both > 0 && (memory == SPEC_NONE || memory == 0))
		return report_refuse(out->rep, -EINVAL,
				     "linux.resources.memory.swap is memory "
				     "and swap together; give memory.limit, "
				     "too");
	if (both > 0 && memory > both)
		return report_refuse(out->rep, -EINVAL,
				     "linux.resources.memory.swap is memory "
				     "and swap together; it cannot be below "
				     "memory.limit (%" PRId64 " < %" PRId64 ")",
				     both, memory);
	if (both > 0) {
		snprintf(text, sizeof(text), "%" PRId64,
			 memory > 0 ? both - memory : both);
		limit.text = text;
	}
	/* A kernel without swap keeps "none at all" and "no limit" anyway. */
	limit.optional = both < 0 || both == memory;
	return out->fn(out->ctx, &limit);
}

static int give_memory(const struct cgroup_out *out)
{
	const struct spec_resources *res = out->res;
	int r = 0;

	if (res->memory_disable_oom_killer)
		return cgroup_limit_refuse(
			out, "memory.disableOOMKiller",
			"cannot switch the OOM killer off; leave it out "
			"and set a limit that suffices");
	if (res->memory_swappiness != SPEC_NONE && res->memory_swappiness != -1)
		return cgroup_limit_refuse(
			out, "memory.swappiness",
			"has it for the machine only "
			"(/proc/sys/vm/swappiness); leave it out");
	if (res->memory_limit != SPEC_NONE && res->memory_limit != 0)
		r = cgroup_limit_number(out, "memory.limit", "memory.max",
					res->memory_limit);
	if (r == 0)
		r = give_swap(out);
	if (r == 0 && res->memory_reservation != SPEC_NONE)
		r = cgroup_limit_number(out, "memory.reservation", "memory.low",
					res->memory_reservation);
	return r;
}

/* ---- pids, huge pages, rdma ------------------------------------------------ */

static int give_pids(const struct cgroup_out *out)
{
	int64_t limit = out->res->pids_limit;

	if (limit == SPEC_NONE)
		return 0;
	return cgroup_limit_number(out, "pids.limit", "pids.max",
				   limit > 0 ? limit : -1);
}

static bool is_word(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c))
			return false;
	return *text != '\0';
}

/*
 * What is used, and what is reserved (mmap(2) fails, and not the first access
 * with SIGBUS), if the kernel counts that.
 */
static int give_hugepage(const struct cgroup_out *out,
			 const struct spec_hugepage *page)
{
	char file[64];
	char text[32];
	struct cgroup_limit limit = { .field = "hugepageLimits",
				      .file = file,
				      .text = text };
	int r;

	if (!is_word(page->page_size) || strlen(page->page_size) > 16)
		return report_refuse(out->rep, -EINVAL,
				     "linux.resources.hugepageLimits: \"%s\" "
				     "is no size such as 2MB",
				     page->page_size);
	snprintf(text, sizeof(text), "%" PRIu64, page->limit_bytes);
	snprintf(file, sizeof(file), "hugetlb.%s.max", page->page_size);
	r = out->fn(out->ctx, &limit);
	if (r < 0)
		return r;
	snprintf(file, sizeof(file), "hugetlb.%s.rsvd.max", page->page_size);
	limit.optional = true;
	return out->fn(out->ctx, &limit);
}

static int give_rdma(const struct cgroup_out *out, const struct spec_rdma *rdma)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "%s", rdma->device);

	if (n >= 128 || strpbrk(rdma->device, " \n"))
		return report_refuse(out->rep, -EINVAL,
				     "linux.resources.rdma: \"%s\" is no name "
				     "of a device",
				     rdma->device);
	if (rdma->handles != SPEC_NONE)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      " hca_handle=%" PRId64, rdma->handles);
	if (rdma->objects != SPEC_NONE)
		(void)snprintf(text + n, sizeof(text) - (size_t)n,
			       " hca_object=%" PRId64, rdma->objects);
	return cgroup_limit_give(out, "rdma", "rdma.max", text);
}

static int give_lists(const struct cgroup_out *out)
{
	const struct spec_resources *res = out->res;
	int r = 0;

	for (size_t i = 0; i < res->hugepage_count && r == 0; i++)
		r = give_hugepage(out, &res->hugepages[i]);
	for (size_t i = 0; i < res->rdma_count && r == 0; i++)
		r = give_rdma(out, &res->rdma[i]);
	return r;
}

/* ---- unified -------------------------------------------------------------- */

/* A line is an order of its own: io.max takes one device at a time. */
static int give_unified(const struct cgroup_out *out,
			const struct spec_pair *pair)
{
	auto_free char *copy = strdup(pair->value);
	char field[128];
	char *rest = copy;
	char *line;
	int r = 0;

	if (!copy)
		return report_call(out->rep, -ENOMEM, "malloc", "%s",
				   pair->key);
	if (strchr(pair->key, '/') || !strchr(pair->key, '.') ||
	    pair->key[0] == '.')
		return report_refuse(out->rep, -EINVAL,
				     "linux.resources.unified: \"%s\" is no "
				     "name of a file such as memory.high",
				     pair->key);
	snprintf(field, sizeof(field), "unified[%s]", pair->key);
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		const struct cgroup_limit limit = { .field = field,
						    .file = pair->key,
						    .text = line };

		if (*line)
			r = out->fn(out->ctx, &limit);
	}
	return r;
}

int cgroup_limits(const struct spec_resources *res, bool update,
		  struct report *rep, cgroup_limit_fn *fn, void *ctx)
{
	const struct cgroup_out out = { res, update, rep, fn, ctx };
	int r;

	if (!res->given)
		return 0;
	if (cgroup_limit_set(res->net_class_id))
		return cgroup_limit_refuse(
			&out, "network.classID",
			"has no net_cls; mark packets with nftables "
			"(meta cgroup) instead");
	if (res->net_priorities)
		return cgroup_limit_refuse(
			&out, "network.priorities",
			"has no net_prio; use nftables instead");
	r = give_memory(&out);
	if (r == 0)
		r = cgroup_limits_cpu(&out);
	if (r == 0)
		r = give_pids(&out);
	if (r == 0)
		r = cgroup_limits_io(&out);
	if (r == 0)
		r = give_lists(&out);
	/* Last: who names a file means it. */
	for (size_t i = 0; i < res->unified.n && r == 0; i++)
		r = give_unified(&out, &res->unified.v[i]);
	return r;
}
