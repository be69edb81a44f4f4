/* SPDX-License-Identifier: MIT */
/*
 * spec.h - config.json, as C
 *
 * Strings and lists lie in memory that belongs to the spec and are never NULL
 * unless it says so.  Lists of strings end with NULL, as execve(2) wants them.
 *
 * See: OCI runtime specification 1.1, "Configuration" and
 *      "Linux Container Configuration".
 */
#ifndef MINIC_SPEC_H
#define MINIC_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "report.h"

/* A list of strings; @v has a NULL after the last. */
struct strv {
	char **v;
	size_t n;
};

/* A JSON object whose values are strings, in the order of the file. */
struct spec_pair {
	char *key;
	char *value;
};
struct spec_map {
	struct spec_pair *v;
	size_t n;
};

/* In the order in which they are joined; see ns.c. */
enum ns {
	NS_USER,
	NS_PID,
	NS_NET,
	NS_IPC,
	NS_UTS,
	NS_CGROUP,
	NS_TIME,
	NS_MNT,
	NS_COUNT,
};

struct spec_ns {
	bool wanted;
	char *path; /* NULL: a new one */
};

struct spec_idmap {
	uint32_t container;
	uint32_t host;
	uint32_t size;
};
struct spec_idmaps {
	struct spec_idmap *v;
	size_t n;
};

struct spec_mount {
	char *destination;  /* absolute, in the container */
	const char *type;   /* "": none */
	const char *source; /* "": none */
	struct strv options;
	struct spec_idmaps uid_maps;
	struct spec_idmaps gid_maps;
};
struct spec_mounts {
	struct spec_mount *v;
	size_t n;
};

struct spec_device {
	const char *path; /* absolute, in the container */
	char type;	  /* 'c', 'b', 'p'; 'u' is 'c' */
	int64_t major;
	int64_t minor;
	uint32_t file_mode; /* 0: 0666 */
	uint32_t uid;
	uint32_t gid;
};
struct spec_devices {
	struct spec_device *v;
	size_t n;
};

struct spec_rlimit {
	int resource; /* RLIMIT_... */
	uint64_t soft;
	uint64_t hard;
};
struct spec_rlimits {
	struct spec_rlimit *v;
	size_t n;
};

/* The five sets, bit N for capability N; see capabilities(7). */
struct spec_caps {
	bool given;
	uint64_t bounding;
	uint64_t effective;
	uint64_t inheritable;
	uint64_t permitted;
	uint64_t ambient;
};

struct spec_process {
	bool given;
	bool terminal;
	uint16_t rows; /* consoleSize; 0: not given */
	uint16_t columns;
	char *cwd;
	struct strv env;
	struct strv args;
	uint32_t uid;
	uint32_t gid;
	uint32_t *groups; /* additionalGids */
	size_t group_count;
	int umask; /* -1: not given */
	struct spec_rlimits rlimits;
	struct spec_caps caps;
	bool no_new_privileges;
	int oom_score_adj;
	bool oom_score_adj_given;
	char *apparmor_profile; /* NULL: none */
	char *selinux_label;	/* NULL: none */
	int io_class;		/* IOPRIO_CLASS_..., 0: not given */
	int io_priority;
	struct sched_spec {
		bool given;
		int policy; /* SCHED_... */
		int nice;
		int priority;
	} scheduler;
};

struct spec_hook {
	char *path;
	struct strv args; /* empty: @path alone */
	struct strv env;
	int timeout_s; /* 0: none */
};
struct spec_hooks {
	struct spec_hook *v;
	size_t n;
};

enum hook {
	HOOK_PRESTART,
	HOOK_CREATE_RUNTIME,
	HOOK_CREATE_CONTAINER,
	HOOK_START_CONTAINER,
	HOOK_POSTSTART,
	HOOK_POSTSTOP,
	HOOK_COUNT,
};

/* linux.seccomp.  @action and the like are SECCOMP_RET_... without data. */
struct spec_seccomp_arg {
	uint32_t index; /* 0..5 */
	uint64_t value;
	uint64_t value_two;
	char *op; /* "SCMP_CMP_EQ", ... */
};
struct spec_seccomp_rule {
	struct strv names;
	char *action;  /* "SCMP_ACT_ALLOW", ... */
	int errno_ret; /* -1: not given */
	struct spec_seccomp_arg *args;
	size_t arg_count;
};
struct spec_seccomp {
	bool given;
	char *default_action;
	int default_errno_ret;	   /* -1: not given */
	struct strv architectures; /* "SCMP_ARCH_X86_64", ... */
	struct strv flags;	   /* "SECCOMP_FILTER_FLAG_...", ... */
	char *listener_path;	   /* NULL: none */
	char *listener_metadata;   /* NULL: none */
	struct spec_seccomp_rule *rules;
	size_t rule_count;
};

/* linux.resources.  A number that was not given is SPEC_NONE. */
#define SPEC_NONE INT64_MIN

struct spec_device_rule {
	bool allow;
	char type;     /* 'a', 'b', 'c' */
	int64_t major; /* -1: all */
	int64_t minor; /* -1: all */
	bool read, write, mknod;
};
struct spec_device_rate {
	int64_t major;
	int64_t minor;
	uint64_t rate; /* bytes or operations a second; or a weight */
};
struct spec_device_rates {
	struct spec_device_rate *v;
	size_t n;
};
struct spec_hugepage {
	char *page_size; /* "2MB" */
	uint64_t limit_bytes;
};
struct spec_rdma {
	char *device;
	int64_t handles; /* SPEC_NONE: not given */
	int64_t objects;
};

struct spec_resources {
	bool given;
	struct spec_device_rule *devices;
	size_t device_count;

	int64_t memory_limit; /* bytes; -1: no limit */
	int64_t memory_reservation;
	int64_t memory_swap;   /* memory and swap together */
	int64_t memory_kernel; /* accepted, as others do: gone since Linux 5.4 */
	int64_t memory_kernel_tcp;
	int64_t memory_swappiness;
	bool memory_disable_oom_killer;
	bool memory_check_before_update;

	int64_t cpu_shares; /* of v1; 2..262144 */
	int64_t cpu_quota_us;
	int64_t cpu_burst_us;
	int64_t cpu_period_us;
	int64_t cpu_realtime_runtime_us;
	int64_t cpu_realtime_period_us;
	int64_t cpu_idle;
	char *cpu_cpus; /* NULL: not given; "0-1" */
	char *cpu_mems;

	int64_t pids_limit; /* 0 or -1: no limit */

	int64_t io_weight; /* 10..1000 */
	int64_t io_leaf_weight;
	struct spec_device_rates io_weight_device;
	struct spec_device_rates io_read_bps;
	struct spec_device_rates io_write_bps;
	struct spec_device_rates io_read_iops;
	struct spec_device_rates io_write_iops;

	struct spec_hugepage *hugepages;
	size_t hugepage_count;
	struct spec_rdma *rdma;
	size_t rdma_count;
	int64_t net_class_id; /* of v1 only: refused by cgroup.c */
	bool net_priorities;
	struct spec_map unified; /* file name in the group -> text */
};

struct spec {
	char *oci_version;
	char *root_path;
	bool root_readonly;
	struct spec_process process;
	char *hostname;	  /* NULL: not given */
	char *domainname; /* NULL: not given */
	struct spec_mounts mounts;
	struct spec_hooks hooks[HOOK_COUNT];
	struct spec_map annotations;

	struct spec_ns ns[NS_COUNT];
	struct spec_idmaps uid_maps;
	struct spec_idmaps gid_maps;
	int64_t time_monotonic_s; /* timeOffsets */
	int64_t time_monotonic_ns;
	int64_t time_boottime_s;
	int64_t time_boottime_ns;
	struct spec_devices devices;
	char *cgroups_path; /* NULL: not given */
	struct spec_resources resources;
	struct spec_map sysctl;
	struct spec_seccomp seccomp;
	char *rootfs_propagation; /* NULL: not given; "private", ... */
	struct strv masked_paths;
	struct strv readonly_paths;
	char *mount_label; /* NULL: none */
	bool personality_32bit;

	struct arena *memory; /* owned; where all of the above lies, but for */
	char *text;	      /* owned; its strings */
};

/**
 * spec_parse() - read a configuration
 * @text: JSON, NUL-terminated; not changed
 * @rep: gets what is wrong, with the name of the field: mounts[2].options
 * @ret: filled; to be given to spec_release(), also after an error
 *
 * A property that the specification has and we do not is refused by its name.
 * One that the specification does not have is passed over, as its section
 * "Extensibility" demands, and named in a warning on standard error.
 *
 * Return: 0.
 * Errors: -EINVAL; -ENOTSUP; -ENOMEM.
 */
int spec_parse(const char *text, struct report *rep, struct spec *ret);

/* spec_parse_process() - the same for a process alone, as exec -p reads it */
int spec_parse_process(const char *text, struct report *rep, struct spec *ret);

/* spec_parse_resources() - the same for resources alone, as update -r does */
int spec_parse_resources(const char *text, struct report *rep,
			 struct spec *ret);

/* spec_release() - free what spec_parse() made; zeroed is fine */
void spec_release(struct spec *spec);

#endif /* MINIC_SPEC_H */
