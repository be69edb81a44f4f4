/* SPDX-License-Identifier: MIT */
/* sysctl.h - "linux.sysctl": the kernel's settings that a namespace has */
#ifndef MINIC_SYSCTL_H
#define MINIC_SYSCTL_H

#include "spec.h"

/**
 * sysctl_check() - may the container have these?
 * @spec: the configuration
 * @rep: gets what is refused, by name
 *
 * Only what belongs to a namespace that the container has of its own; anything
 * else would be set for the whole machine.
 *
 * Return: 0 or -EINVAL.
 */
int sysctl_check(const struct spec *spec, struct report *rep);

/* sysctl_set() - write them, in the namespaces and with the host's /proc */
int sysctl_set(const struct spec *spec, struct report *rep);

#endif /* MINIC_SYSCTL_H */
