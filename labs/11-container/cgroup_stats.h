/* SPDX-License-Identifier: MIT */
/*
 * cgroup_stats.h - what a group has used
 */
#ifndef MINIC_CGROUP_STATS_H
#define MINIC_CGROUP_STATS_H

#include <stdio.h>

#include "cgroup.h"

/**
 * cgroup_stats_print() - print the "data" of "events --stats"
 * @group: of a container; without a group the object is empty
 * @out: gets one JSON object, no newline
 *
 * The names are those of runc's events: times in nanoseconds, sizes in bytes,
 * no limit is 2^64 - 1.  "swap" is memory and swap together, as in version 1.
 * "raw" is memory.stat as it is.  A controller that the group does not have is
 * left out.
 *
 *	{"cpu":{"usage":{...},"throttling":{...},"psi":{...}},"memory":{...},
 *	 "pids":{...},"blkio":{...},"hugetlb":{"2MB":{...}}}
 */
void cgroup_stats_print(const struct cgroup *group, FILE *out);

#endif /* MINIC_CGROUP_STATS_H */
