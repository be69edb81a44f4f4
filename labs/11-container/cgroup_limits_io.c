/* SPDX-License-Identifier: MIT */
/*
 * cgroup_limits_io.c - linux.resources.blockIO as io.max and weights
 *
 * A weight has two possible files: io.bfq.weight if the scheduler BFQ is there
 * (its scale is that of the specification), else io.weight of iocost.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "cgroup_limits.h"

/* From [10, 1000] to [1, 10000], on a straight line. */
uint64_t cgroup_io_weight(uint64_t weight)
{
	if (weight < 10)
		weight = 10;
	if (weight > 1000)
		weight = 1000;
	return 1 + (weight - 10) * 9999 / 990;
}

/* @device is "", or "8:0 " with the space. */
static int give_weight(const struct cgroup_out *out, const char *field,
		       const char *device, uint64_t weight)
{
	char bfq[80];
	char iocost[80];
	const struct cgroup_limit limit = {
		.field = field,
		.file = "io.bfq.weight",
		.text = bfq,
		.other_file = "io.weight",
		.other_text = iocost,
	};

	if (weight < 10 || weight > 1000)
		return report_refuse(out->rep, -EINVAL,
				     "linux.resources.%s is %" PRIu64
				     ", not from 10 to 1000",
				     field, weight);
	snprintf(bfq, sizeof(bfq), "%s%" PRIu64, device, weight);
	snprintf(iocost, sizeof(iocost), "%s%" PRIu64, device,
		 cgroup_io_weight(weight));
	return out->fn(out->ctx, &limit);
}

static int give_weights(const struct cgroup_out *out)
{
	const struct spec_resources *res = out->res;
	int r = 0;

	if (res->io_weight != SPEC_NONE && res->io_weight != 0)
		r = give_weight(out, "blockIO.weight", "",
				(uint64_t)res->io_weight);
	for (size_t i = 0; i < res->io_weight_device.n && r == 0; i++) {
		const struct spec_device_rate *d = &res->io_weight_device.v[i];
		char device[48];

		snprintf(device, sizeof(device), "%" PRId64 ":%" PRId64 " ",
			 d->major, d->minor);
		r = give_weight(out, "blockIO.weightDevice", device, d->rate);
	}
	return r;
}

/* One device and one kind for each write(2); 0 is no limit, as in version 1. */
static int give_rate(const struct cgroup_out *out, const char *field,
		     const char *key, const struct spec_device_rate *d)
{
	char text[96];
	const struct cgroup_limit limit = { .field = field,
					    .file = "io.max",
					    .text = text,
					    .unlimited = d->rate == 0 };
	int n = snprintf(text, sizeof(text),
			 "%" PRId64 ":%" PRId64 " %s=", d->major, d->minor,
			 key);

	if (d->rate == 0)
		(void)snprintf(text + n, sizeof(text) - (size_t)n, "max");
	else
		(void)snprintf(text + n, sizeof(text) - (size_t)n, "%" PRIu64,
			       d->rate);
	return out->fn(out->ctx, &limit);
}

int cgroup_limits_io(const struct cgroup_out *out)
{
	const struct spec_resources *res = out->res;
	const struct {
		const char *field;
		const char *key;
		const struct spec_device_rates *rates;
	} kinds[] = {
		{ "blockIO.throttleReadBpsDevice", "rbps", &res->io_read_bps },
		{ "blockIO.throttleWriteBpsDevice", "wbps",
		  &res->io_write_bps },
		{ "blockIO.throttleReadIOPSDevice", "riops",
		  &res->io_read_iops },
		{ "blockIO.throttleWriteIOPSDevice", "wiops",
		  &res->io_write_iops },
	};
	int r;

	if (res->io_leaf_weight != SPEC_NONE && res->io_leaf_weight != 0)
		return report_refuse(out->rep, -ENOTSUP,
				     "linux.resources.blockIO.leafWeight: "
				     "cgroup v2 has no processes beside "
				     "groups; leave it out");
	r = give_weights(out);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (size_t i = 0; i < kinds[k].rates->n && r == 0; i++)
			r = give_rate(out, kinds[k].field, kinds[k].key,
				      &kinds[k].rates->v[i]);
	return r;
}
