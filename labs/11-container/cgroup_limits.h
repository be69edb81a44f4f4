/* SPDX-License-Identifier: MIT */
/*
 * cgroup_limits.h - linux.resources as what is to be written to which file
 *
 * Nothing here touches a file, so a table can test it.
 *
 * See: OCI runtime specification 1.1, "Control groups";
 *      Documentation/admin-guide/cgroup-v2.rst, "Controllers".
 */
#ifndef MINIC_CGROUP_LIMITS_H
#define MINIC_CGROUP_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"
#include "spec.h"

/* One write(2).  All borrowed, valid until the callback returns. */
struct cgroup_limit {
	const char *field; /* of linux.resources, "memory.limit" */
	const char *file;  /* "memory.max" */
	const char *text;  /* "1048576" */

	/* What to write instead if @file is not there; NULL: an error. */
	const char *other_file;
	const char *other_text;

	bool unlimited;	 /* says what a new group has anyway */
	bool optional;	 /* goes without if @file is not there */
	bool keep_quota; /* "max" in @text stands for what is in @file */
	bool early;	 /* EINVAL is fine: it is given again later */
};

typedef int cgroup_limit_fn(void *ctx, const struct cgroup_limit *limit);

/**
 * cgroup_limits() - translate limits, in the order in which to write them
 * @res: linux.resources
 * @update: of a group in use; false: of a new one
 * @rep: gets what is refused
 * @fn: called for each; a negative result ends it
 * @ctx: for @fn
 *
 * Devices are not in it: see cgroup_devices.h.
 *
 * Return: 0.
 * Errors: -ENOTSUP version 2 does not have it; -EINVAL; what @fn returned.
 */
int cgroup_limits(const struct spec_resources *res, bool update,
		  struct report *rep, cgroup_limit_fn *fn, void *ctx);

/**
 * cgroup_cpu_weight() - cpu.shares of version 1 as cpu.weight
 * @shares: 2..262144; what is outside counts as the nearest
 *
 * Return: 1..10000, in proportion.
 */
uint64_t cgroup_cpu_weight(int64_t shares);

/**
 * cgroup_io_weight() - blkio.weight of version 1 as io.weight
 * @weight: 10..1000
 *
 * Return: 1..10000, in proportion.
 */
uint64_t cgroup_io_weight(uint64_t weight);

/* ---- between the files of the translation --------------------------------- */

struct cgroup_out {
	const struct spec_resources *res;
	bool update;
	struct report *rep;
	cgroup_limit_fn *fn;
	void *ctx;
};

/* The parts of cgroup_limits() about cpu and blockIO; the same errors. */
int cgroup_limits_cpu(const struct cgroup_out *out);
int cgroup_limits_io(const struct cgroup_out *out);

/* cgroup_limit_give() - call out->fn; the text "max" is no limit */
int cgroup_limit_give(const struct cgroup_out *out, const char *field,
		      const char *file, const char *text);

/* cgroup_limit_number() - the same; a negative number is no limit */
int cgroup_limit_number(const struct cgroup_out *out, const char *field,
			const char *file, int64_t value);

/* cgroup_limit_refuse() - -ENOTSUP, "linux.resources.FIELD: cgroup v2 WHY" */
int cgroup_limit_refuse(const struct cgroup_out *out, const char *field,
			const char *why);

/* cgroup_limit_set() - whether a number is given, and not 0 */
static inline bool cgroup_limit_set(int64_t value)
{
	return value != SPEC_NONE && value != 0;
}

#endif /* MINIC_CGROUP_LIMITS_H */
