/* SPDX-License-Identifier: MIT */
/* grade_machine.h - judge in the lab machine what was compiled outside */
#ifndef ISOLAB_GRADE_MACHINE_H
#define ISOLAB_GRADE_MACHINE_H

#include "result.h"

/* grade_in_machine() - as grade_labs(), always in a lab machine of its own */
void grade_in_machine(struct lab_result *labs, size_t count);

#endif /* ISOLAB_GRADE_MACHINE_H */
