/* SPDX-License-Identifier: MIT */
/*
 * cgroup_limits_cpu.c - linux.resources.cpu as cpu.* and cpuset.*
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cgroup_limits.h"

enum { PERIOD_US = 100000 }; /* what a new group has */

/* From [2, 262144] to [1, 10000], on a straight line. */
uint64_t cgroup_cpu_weight(int64_t shares)
{
	if (shares < 2)
		shares = 2;
	if (shares > 262144)
		shares = 262144;
	return 1 + (uint64_t)(shares - 2) * 9999 / 262142;
}

/*
 * "QUOTA PERIOD".  Without a period the kernel keeps the one it has; without a
 * quota there is no way to say so, and the writer has to look.
 */
static int give_quota(const struct cgroup_out *out)
{
	int64_t quota = out->res->cpu_quota_us;
	int64_t period = out->res->cpu_period_us;
	struct cgroup_limit limit = { .field = "cpu.quota", .file = "cpu.max" };
	char text[64] = "max";

	if (quota == 0)
		quota = SPEC_NONE;
	if (period == 0)
		period = SPEC_NONE;
	if (quota == SPEC_NONE && period == SPEC_NONE)
		return 0;
	if (period != SPEC_NONE && period < 0)
		return report_refuse(out->rep, -EINVAL,
				     "linux.resources.cpu.period is negative");
	if (quota == SPEC_NONE)
		limit.field = "cpu.period";
	limit.keep_quota = quota == SPEC_NONE;
	limit.unlimited = quota < 0 && quota != SPEC_NONE &&
			  (period == SPEC_NONE || period == PERIOD_US);
	if (quota > 0)
		snprintf(text, sizeof(text), "%" PRId64, quota);
	if (period != SPEC_NONE)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 " %" PRId64, period);
	limit.text = text;
	return out->fn(out->ctx, &limit);
}

/* A burst above the quota is refused by the kernel, whichever comes first. */
static int give_bandwidth(const struct cgroup_out *out)
{
	int64_t burst = out->res->cpu_burst_us;
	struct cgroup_limit limit = { .field = "cpu.burst",
				      .file = "cpu.max.burst" };
	char text[32];
	int r = 0;

	if (burst != SPEC_NONE && burst < 0)
		return report_refuse(out->rep, -EINVAL,
				     "linux.resources.cpu.burst is negative");
	snprintf(text, sizeof(text), "%" PRId64, burst);
	limit.text = text;
	limit.unlimited = burst == 0;
	if (burst != SPEC_NONE && out->update) {
		limit.early = true;
		r = out->fn(out->ctx, &limit);
		limit.early = false;
	}
	if (r == 0)
		r = give_quota(out);
	if (r == 0 && burst != SPEC_NONE)
		r = out->fn(out->ctx, &limit);
	return r;
}

/* A group that is idle takes no weight, so "idle" is cleared first, set last. */
static int give_share(const struct cgroup_out *out)
{
	int64_t shares = out->res->cpu_shares;
	int64_t idle = out->res->cpu_idle;
	char weight[32];
	int r = 0;

	snprintf(weight, sizeof(weight), "%" PRIu64, cgroup_cpu_weight(shares));
	if (idle != SPEC_NONE && idle <= 0)
		r = cgroup_limit_give(out, "cpu.idle", "cpu.idle", "0");
	if (r == 0 && shares != SPEC_NONE && shares != 0)
		r = cgroup_limit_give(out, "cpu.shares", "cpu.weight", weight);
	if (r == 0 && idle > 0)
		r = cgroup_limit_number(out, "cpu.idle", "cpu.idle", idle);
	return r;
}

int cgroup_limits_cpu(const struct cgroup_out *out)
{
	const struct spec_resources *res = out->res;
	int r;

	if (cgroup_limit_set(res->cpu_realtime_runtime_us))
		return cgroup_limit_refuse(
			out, "cpu.realtimeRuntime",
			"has no budget of real time; leave it out");
	if (cgroup_limit_set(res->cpu_realtime_period_us))
		return cgroup_limit_refuse(
			out, "cpu.realtimePeriod",
			"has no budget of real time; leave it out");
	r = give_share(out);
	if (r == 0)
		r = give_bandwidth(out);
	if (r == 0 && res->cpu_cpus && *res->cpu_cpus)
		r = cgroup_limit_give(out, "cpu.cpus", "cpuset.cpus",
				      res->cpu_cpus);
	if (r == 0 && res->cpu_mems && *res->cpu_mems)
		r = cgroup_limit_give(out, "cpu.mems", "cpuset.mems",
				      res->cpu_mems);
	return r;
}
