/* SPDX-License-Identifier: MIT */
/*
 * The program goes through the rules from the last to the first.  The kernel
 * asks for several kinds of access at once (open for reading and writing), and
 * each has its own last rule.  So register 3 holds what is still undecided:
 *
 *	r2 type, r3 access, r4 major, r5 minor
 *	for each rule, the last first:
 *	    if another device: next rule
 *	    deny:   if r3 has one of its kinds: return 0
 *	    allow:  take its kinds out of r3; if none is left: return 1
 *	return 0
 *
 * (To ask "are all kinds in this rule?" instead would let "deny w" be passed
 * over by who opens for reading and writing.)
 */
#include "cgroup_devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"

enum {
	HEAD_INSNS = 8,
	RULE_INSNS = 7,
	TAIL_INSNS = 2,
	ALL = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD,
	MAX_PROGRAMS = 64, /* that one group can have; kernel/bpf/cgroup.c */
};

/* Behind the given rules, so they hold. */
static const struct spec_device_rule defaults[] = {
	{ true, 'c', -1, -1, false, false, true },
	{ true, 'b', -1, -1, false, false, true },
	{ true, 'c', 1, 3, true, true, true },	  /* null */
	{ true, 'c', 1, 5, true, true, true },	  /* zero */
	{ true, 'c', 1, 7, true, true, true },	  /* full */
	{ true, 'c', 1, 8, true, true, true },	  /* random */
	{ true, 'c', 1, 9, true, true, true },	  /* urandom */
	{ true, 'c', 5, 0, true, true, true },	  /* tty */
	{ true, 'c', 5, 1, true, true, true },	  /* console */
	{ true, 'c', 5, 2, true, true, true },	  /* ptmx */
	{ true, 'c', 136, -1, true, true, true }, /* pts/N */
};
enum { DEFAULTS = sizeof(defaults) / sizeof(defaults[0]) };

/* ---- the program ------------------------------------------------------------ */

static struct bpf_insn insn(int code, int dst, int off, int imm)
{
	return (struct bpf_insn){ .code = (uint8_t)code,
				  .dst_reg = (uint8_t)dst & 0xf,
				  .off = (int16_t)off,
				  .imm = imm };
}

/* Load a field of struct bpf_cgroup_dev_ctx, to which register 1 points. */
static struct bpf_insn load(int dst, size_t offset)
{
	struct bpf_insn i =
		insn(BPF_LDX | BPF_MEM | BPF_W, dst, (int)offset, 0);

	i.src_reg = 1;
	return i;
}

static size_t put_return(struct bpf_insn *to, int value)
{
	to[0] = insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, value);
	to[1] = insn(BPF_JMP | BPF_EXIT, 0, 0, 0);
	return 2;
}

static size_t put_head(struct bpf_insn *to)
{
	const size_t access = offsetof(struct bpf_cgroup_dev_ctx, access_type);
	size_t n = 0;

	/* (access << 16) | type */
	to[n++] = load(2, access);
	to[n++] = insn(BPF_ALU | BPF_AND | BPF_K, 2, 0, 0xffff);
	to[n++] = load(3, access);
	to[n++] = insn(BPF_ALU | BPF_RSH | BPF_K, 3, 0, 16);
	to[n++] = load(4, offsetof(struct bpf_cgroup_dev_ctx, major));
	to[n++] = load(5, offsetof(struct bpf_cgroup_dev_ctx, minor));
	return n;
}

static int access_of(const struct spec_device_rule *rule)
{
	return (rule->read ? BPF_DEVCG_ACC_READ : 0) |
	       (rule->write ? BPF_DEVCG_ACC_WRITE : 0) |
	       (rule->mknod ? BPF_DEVCG_ACC_MKNOD : 0);
}

/* A rule about every access to every device: none before it matters. */
static bool is_all(const struct spec_device_rule *rule)
{
	return rule->type == 'a' && rule->major < 0 && rule->minor < 0 &&
	       access_of(rule) == ALL;
}

static size_t put_rule(struct bpf_insn *to, const struct spec_device_rule *rule)
{
	const int not_equal = BPF_JMP | BPF_JNE | BPF_K;
	const int access = access_of(rule);
	size_t n = 0;
	size_t checks;

	if (access == 0)
		return 0;
	if (is_all(rule))
		return put_return(to, rule->allow);
	if (rule->type != 'a')
		to[n++] = insn(not_equal, 2, 0,
			       rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK
						 : BPF_DEVCG_DEV_CHAR);
	if (rule->major >= 0)
		to[n++] = insn(not_equal, 4, 0, (int)rule->major);
	if (rule->minor >= 0)
		to[n++] = insn(not_equal, 5, 0, (int)rule->minor);
	checks = n;
	if (rule->allow) {
		to[n++] = insn(BPF_ALU | BPF_AND | BPF_K, 3, 0, ALL & ~access);
		to[n++] = insn(not_equal, 3, 2, 0);
	} else {
		to[n++] = insn(BPF_JMP | BPF_JSET | BPF_K, 3, 1, access);
		to[n++] = insn(BPF_JMP | BPF_JA, 0, 2, 0);
	}
	n += put_return(to + n, rule->allow);
	for (size_t i = 0; i < checks; i++)
		to[i].off = (int16_t)(n - i - 1);
	return n;
}

size_t cgroup_devices_room(size_t count)
{
	return HEAD_INSNS + (count + DEFAULTS) * RULE_INSNS + TAIL_INSNS;
}

size_t cgroup_devices_program(const struct spec_device_rule *rules,
			      size_t count, struct bpf_insn *insns)
{
	size_t n;

	while (count > 0 && access_of(&rules[count - 1]) == 0)
		count--;
	if (count > 0 && is_all(&rules[count - 1]) && rules[count - 1].allow)
		return 0;
	n = put_head(insns);
	for (size_t i = DEFAULTS; i > 0; i--)
		n += put_rule(insns + n, &defaults[i - 1]);
	for (size_t i = count; i > 0; i--) {
		n += put_rule(insns + n, &rules[i - 1]);
		/* The kernel refuses instructions that nothing leads to. */
		if (is_all(&rules[i - 1]))
			return n;
	}
	return n + put_return(insns + n, 0);
}

/* ---- the kernel ------------------------------------------------------------- */

static int bpf(int command, union bpf_attr *attr)
{
	return sysret((int)syscall(SYS_bpf, command, attr, sizeof(*attr)));
}

static int load_program(const struct spec_device_rule *rules, size_t count,
			int *ret_fd)
{
	auto_free struct bpf_insn *insns =
		calloc(cgroup_devices_room(count), sizeof(*insns));
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE };

	if (!insns)
		return -ENOMEM;
	attr.insn_cnt = (uint32_t)cgroup_devices_program(rules, count, insns);
	attr.insns = (uintptr_t)insns;
	attr.license = (uintptr_t) "GPL";
	if (attr.insn_cnt == 0)
		return 0;
	*ret_fd = bpf(BPF_PROG_LOAD, &attr);
	return *ret_fd < 0 ? *ret_fd : 1;
}

static int attach(int dirfd, int fd)
{
	/* MULTI: the groups above and below may have programs, too; all of
	 * them have to agree. */
	union bpf_attr attr = { .target_fd = (uint32_t)dirfd,
				.attach_bpf_fd = (uint32_t)fd,
				.attach_type = BPF_CGROUP_DEVICE,
				.attach_flags = BPF_F_ALLOW_MULTI };

	return bpf(BPF_PROG_ATTACH, &attr);
}

static int detach_id(int dirfd, uint32_t id)
{
	union bpf_attr get = { .prog_id = id };
	auto_close int fd = bpf(BPF_PROG_GET_FD_BY_ID, &get);
	union bpf_attr attr = { .target_fd = (uint32_t)dirfd,
				.attach_bpf_fd = (uint32_t)fd,
				.attach_type = BPF_CGROUP_DEVICE };

	return fd < 0 ? fd : bpf(BPF_PROG_DETACH, &attr);
}

static int query(int dirfd, uint32_t ids[static MAX_PROGRAMS],
		 uint32_t *ret_count)
{
	union bpf_attr attr = { .query = { .target_fd = (uint32_t)dirfd,
					   .attach_type = BPF_CGROUP_DEVICE,
					   .prog_cnt = MAX_PROGRAMS,
					   .prog_ids = (uintptr_t)ids } };
	int r = bpf(BPF_PROG_QUERY, &attr);

	*ret_count = attr.query.prog_cnt;
	return r;
}

/* In a user namespace the kernel says EPERM, and that is that. */
static bool in_user_namespace(void)
{
	char text[256];
	unsigned int size = 0;

	return file_read_at(AT_FDCWD, "/proc/self/uid_map", text,
			    sizeof(text)) > 0 &&
	       (sscanf(text, "%*u %*u %u", &size) != 1 || size != UINT32_MAX);
}

static int check_numbers(const struct spec_resources *res, struct report *rep)
{
	for (size_t i = 0; i < res->device_count; i++)
		if (res->devices[i].major > INT32_MAX ||
		    res->devices[i].minor > INT32_MAX)
			return report_refuse(rep, -EINVAL,
					     "linux.resources.devices[%zu]: "
					     "no device has such a number",
					     i);
	return 0;
}

int cgroup_devices_attach(const struct cgroup *group,
			  const struct spec_resources *res, bool rootless,
			  bool replace, struct report *rep)
{
	uint32_t old[MAX_PROGRAMS];
	uint32_t count = 0;
	auto_close int fd = -1;
	int loaded = 0;
	int r = check_numbers(res, rep);

	/* An update that says nothing changes nothing. */
	if (r < 0 || rootless || (replace && res->device_count == 0))
		return r;
	loaded = load_program(res->devices, res->device_count, &fd);
	if (loaded == -EPERM && in_user_namespace())
		return 0;
	if (loaded < 0)
		return report_call(rep, loaded, "bpf",
				   "BPF_PROG_LOAD, %zu rules for devices",
				   res->device_count);
	if (replace)
		r = query(group->dirfd, old, &count);
	if (r == 0 && loaded)
		r = attach(group->dirfd, fd);
	/* The new one first: at no time are there no rules. */
	for (uint32_t i = 0; i < count && r == 0; i++)
		r = detach_id(group->dirfd, old[i]);
	if (r < 0)
		return report_call(rep, r, "bpf", "BPF_PROG_ATTACH to %s",
				   group->path);
	return report_call(rep, loaded, "bpf", "BPF_PROG_ATTACH to %s",
			   group->path);
}
