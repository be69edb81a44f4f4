/* SPDX-License-Identifier: MIT */
/*
 * cgroup_devices.h - which devices a container may use, as a program
 *
 * Version 2 has no file for it.  The kernel runs a program of ours at each
 * open(2) and mknod(2) of a device by a process of the group; 0 means EPERM.
 *
 * See: Documentation/admin-guide/cgroup-v2.rst, "Device controller";
 *      bpf(2); linux/bpf.h, struct bpf_cgroup_dev_ctx.
 */
#ifndef MINIC_CGROUP_DEVICES_H
#define MINIC_CGROUP_DEVICES_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

#include "cgroup.h"

/**
 * cgroup_devices_room() - how many instructions suffice for a program
 * @count: of rules
 */
size_t cgroup_devices_room(size_t count);

/**
 * cgroup_devices_program() - translate rules
 * @rules: linux.resources.devices, in order: of those about a device the last
 *         holds, for read, write and mknod separately
 * @count: how many
 * @insns: room for cgroup_devices_room() instructions
 *
 * What is in no rule is denied.  The devices that the specification gives
 * every container are allowed whatever the rules say, and so is mknod(2) of
 * any, as other runtimes do: the node is of no use without open(2).
 *
 * The kernel follows every path through it before it takes it, which grows
 * with the square of @count: of 600 different rules it says E2BIG.
 *
 * Return: how many instructions; 0: everything is allowed, none needed.
 * See: OCI runtime specification 1.1, "Device allow list", "Default Devices".
 */
size_t cgroup_devices_program(const struct spec_device_rule *rules,
			      size_t count, struct bpf_insn *insns);

/**
 * cgroup_devices_attach() - let the kernel enforce rules
 * @group: gets the program; those that it has are removed if @replace
 * @res: linux.resources
 * @rootless: the kernel takes no such program from us
 * @replace: the group had rules before
 * @rep: gets what failed
 *
 * Without a rule the default devices are left: an image may bring a node of the
 * host's disk along.
 *
 * Without rights over the machine it cannot be done; others do without, too.
 * It matters little there: without CAP_MKNOD in the first user namespace
 * nobody can make a device, and those that he has the user may use anyway.
 *
 * Return: 1 enforced; 0 nothing to enforce, or it cannot be done.
 * Errors: -EINVAL a number is none of a device; those of bpf(2).
 */
int cgroup_devices_attach(const struct cgroup *group,
			  const struct spec_resources *res, bool rootless,
			  bool replace, struct report *rep);

#endif /* MINIC_CGROUP_DEVICES_H */
