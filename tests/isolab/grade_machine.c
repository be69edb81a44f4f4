/* SPDX-License-Identifier: MIT */
#include "grade_machine.h"

void grade_in_machine(struct lab_result *labs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		labs[i].where = "nowhere";
		lab_result_all(&labs[i], VERDICT_SKIP,
			       "this version cannot grade in the lab machine",
			       "grade on a host with user namespaces");
	}
}
