/* SPDX-License-Identifier: MIT */
#include "caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"

/* By number; <linux/capability.h>. */
static const char *const names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};
enum { COUNT = sizeof(names) / sizeof(names[0]) };
_Static_assert(COUNT == CAP_LAST_CAP + 1, "a name for every capability");

int caps_by_name(const char *name)
{
	for (int i = 0; i < COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

const char *caps_name(int cap)
{
	return cap >= 0 && cap < COUNT ? names[cap] : NULL;
}

int caps_drop_bounding(const struct spec_caps *caps, struct report *rep)
{
	for (int cap = 0; cap < COUNT; cap++) {
		int r;

		if (caps->bounding & 1ull << cap)
			continue;
		r = sysret(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0));
		if (r == -EINVAL) /* this kernel is older than the name */
			continue;
		if (report_call(rep, r, "prctl", "PR_CAPBSET_DROP, %s",
				names[cap]) < 0)
			return r;
	}
	return 0;
}

static int get(uint64_t *ret_permitted)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	*ret_permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	return 0;
}

static int set(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){
			.effective = (uint32_t)(effective >> 32 * i),
			.permitted = (uint32_t)(permitted >> 32 * i),
			.inheritable = (uint32_t)(inheritable >> 32 * i),
		};
	return sysret((int)syscall(SYS_capset, &head, data));
}

int caps_set(const struct spec_caps *caps, struct report *rep)
{
	uint64_t have = 0, permitted, inheritable, ambient;
	int r = report_call(rep, get(&have), "capget", "self");

	if (r < 0)
		return r;
	permitted = caps->permitted & have;
	/* capset(2) lets nothing new into the inheritable set that is not
	 * permitted or inheritable now. */
	inheritable = caps->inheritable & have;
	r = report_call(
		rep, set(caps->effective & permitted, permitted, inheritable),
		"capset", "permitted 0x%llx", (unsigned long long)permitted);
	ambient = caps->ambient & permitted & inheritable;
	for (int cap = 0; r == 0 && cap < COUNT; cap++)
		if (ambient & 1ull << cap)
			r = report_call(
				rep,
				sysret(prctl(PR_CAP_AMBIENT,
					     PR_CAP_AMBIENT_RAISE, cap, 0, 0)),
				"prctl", "PR_CAP_AMBIENT, %s", names[cap]);
	return r;
}
