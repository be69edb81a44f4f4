/* SPDX-License-Identifier: MIT */
/* cmd_about.c - features, spec */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "caps.h"
#include "commands.h"
#include "json.h"
#include "mount_options.h"
#include "ns.h"

static void put_names(const char *key, const char *(*name)(size_t))
{
	printf("  \"%s\": [", key);
	for (size_t i = 0; name(i); i++) {
		fputs(i ? ", " : "", stdout);
		json_put_string(stdout, name(i));
	}
	fputs("],\n", stdout);
}

static const char *hook_name(size_t i)
{
	static const char *const names[] = {
		"prestart",	  "createRuntime", "createContainer",
		"startContainer", "poststart",	   "poststop"
	};

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : NULL;
}

static const char *namespace_name(size_t i)
{
	return i < NS_COUNT ? ns_name((enum ns)i) : NULL;
}

static const char *capability_name(size_t i)
{
	return caps_name((int)i);
}

/* See: OCI runtime specification 1.1, "Features Structure". */
int cmd_features(struct global *g, int argc, char **argv)
{
	(void)g;
	if (argc > 1) {
		fprintf(stderr, "minic features: takes nothing, not %s\n",
			argv[1]);
		return COMMAND_USAGE;
	}
	puts("{\n  \"ociVersionMin\": \"1.0.0\",\n"
	     "  \"ociVersionMax\": \"1.1.0\",");
	put_names("hooks", hook_name);
	put_names("mountOptions", mount_options_name);
	puts("  \"linux\": {");
	put_names("namespaces", namespace_name);
	put_names("capabilities", capability_name);
	puts("  \"cgroup\": { \"v1\": false, \"v2\": true, "
	     "\"systemd\": false, \"systemdUser\": false, \"rdma\": true },\n"
	     "  \"seccomp\": { \"enabled\": true,\n"
	     "    \"actions\": [\"SCMP_ACT_ALLOW\", \"SCMP_ACT_ERRNO\", "
	     "\"SCMP_ACT_KILL\", \"SCMP_ACT_KILL_PROCESS\", "
	     "\"SCMP_ACT_KILL_THREAD\", \"SCMP_ACT_LOG\", "
	     "\"SCMP_ACT_NOTIFY\", \"SCMP_ACT_TRACE\", \"SCMP_ACT_TRAP\"],\n"
	     "    \"operators\": [\"SCMP_CMP_NE\", \"SCMP_CMP_LT\", "
	     "\"SCMP_CMP_LE\", \"SCMP_CMP_EQ\", \"SCMP_CMP_GE\", "
	     "\"SCMP_CMP_GT\", \"SCMP_CMP_MASKED_EQ\"],\n"
	     "    \"archs\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", "
	     "\"SCMP_ARCH_X32\"] },\n"
	     "  \"apparmor\": { \"enabled\": true },\n"
	     "  \"selinux\": { \"enabled\": true },\n"
	     "  \"intelRdt\": { \"enabled\": false },\n"
	     "  \"mountExtensions\": { \"idmap\": { \"enabled\": true } }\n"
	     "  }\n}");
	return 0;
}

/* Without root: a user namespace in which the caller is root. */
static void put_namespaces(FILE *f, bool rootless)
{
	fputs("    \"namespaces\": [ { \"type\": \"pid\" }, "
	      "{ \"type\": \"network\" },\n"
	      "      { \"type\": \"ipc\" }, { \"type\": \"uts\" }, "
	      "{ \"type\": \"mount\" }, { \"type\": \"cgroup\" }",
	      f);
	if (!rootless) {
		fputs(" ],\n", f);
		return;
	}
	fprintf(f,
		",\n      { \"type\": \"user\" } ],\n"
		"    \"uidMappings\": [ { \"containerID\": 0, \"hostID\": %u, "
		"\"size\": 1 } ],\n"
		"    \"gidMappings\": [ { \"containerID\": 0, \"hostID\": %u, "
		"\"size\": 1 } ],\n",
		geteuid(), getegid());
}

static void put_spec(FILE *f, bool rootless)
{
	static const char caps[] = "[ \"CAP_AUDIT_WRITE\", \"CAP_KILL\", "
				   "\"CAP_NET_BIND_SERVICE\" ]";

	fprintf(f,
		"{\n  \"ociVersion\": \"1.1.0\",\n"
		"  \"process\": {\n"
		"    \"terminal\": true,\n"
		"    \"user\": { \"uid\": 0, \"gid\": 0 },\n"
		"    \"args\": [ \"sh\" ],\n"
		"    \"env\": [ \"PATH=/usr/sbin:/usr/bin:/sbin:/bin\", "
		"\"TERM=xterm\" ],\n"
		"    \"cwd\": \"/\",\n"
		"    \"capabilities\": { \"bounding\": %s,\n"
		"      \"effective\": %s,\n"
		"      \"permitted\": %s },\n"
		"    \"noNewPrivileges\": true\n  },\n",
		caps, caps, caps);
	fprintf(f,
		"  \"root\": { \"path\": \"rootfs\", \"readonly\": true },\n"
		"  \"hostname\": \"minic\",\n"
		"  \"mounts\": [\n"
		"    { \"destination\": \"/proc\", \"type\": \"proc\", "
		"\"source\": \"proc\" },\n"
		"    { \"destination\": \"/dev\", \"type\": \"tmpfs\", "
		"\"source\": \"tmpfs\",\n"
		"      \"options\": [ \"nosuid\", \"strictatime\", "
		"\"mode=755\", \"size=65536k\" ] },\n"
		"    { \"destination\": \"/dev/pts\", \"type\": \"devpts\", "
		"\"source\": \"devpts\",\n"
		"      \"options\": [ \"nosuid\", \"noexec\", \"newinstance\", "
		"\"ptmxmode=0666\", \"mode=0620\"%s ] },\n"
		"    { \"destination\": \"/dev/shm\", \"type\": \"tmpfs\", "
		"\"source\": \"shm\",\n"
		"      \"options\": [ \"nosuid\", \"noexec\", \"nodev\", "
		"\"mode=1777\", \"size=65536k\" ] },\n"
		"    { \"destination\": \"/dev/mqueue\", \"type\": \"mqueue\", "
		"\"source\": \"mqueue\",\n"
		"      \"options\": [ \"nosuid\", \"noexec\", \"nodev\" ] },\n"
		"    { \"destination\": \"/sys\", \"type\": \"sysfs\", "
		"\"source\": \"sysfs\",\n"
		"      \"options\": [ \"nosuid\", \"noexec\", \"nodev\", "
		"\"ro\" ] },\n"
		"    { \"destination\": \"/sys/fs/cgroup\", \"type\": "
		"\"cgroup\", \"source\": \"cgroup\",\n"
		"      \"options\": [ \"nosuid\", \"noexec\", \"nodev\", "
		"\"ro\" ] }\n  ],\n",
		rootless ? "" : ", \"gid=5\"");
	fputs("  \"linux\": {\n", f);
	put_namespaces(f, rootless);
	fputs("    \"maskedPaths\": [ \"/proc/acpi\", \"/proc/kcore\", "
	      "\"/proc/keys\",\n"
	      "      \"/proc/latency_stats\", \"/proc/timer_list\", "
	      "\"/proc/scsi\", \"/sys/firmware\" ],\n"
	      "    \"readonlyPaths\": [ \"/proc/bus\", \"/proc/fs\", "
	      "\"/proc/irq\", \"/proc/sys\",\n"
	      "      \"/proc/sysrq-trigger\" ]\n  }\n}\n",
	      f);
}

int cmd_spec(struct global *g, int argc, char **argv)
{
	static const struct option options[] = {
		{ "rootless", no_argument, NULL, 'r' },
		{ "bundle", required_argument, NULL, 'b' },
		{ 0 },
	};
	bool rootless = false;
	FILE *f;
	int c, fd;

	report_step(&g->rep, "write config.json");
	while ((c = getopt_long(argc, argv, "b:", options, NULL)) != -1) {
		if (c == 'r')
			rootless = true;
		else if (c == '?' ||
			 report_call(&g->rep, chdir(optarg) ? -errno : 0,
				     "chdir", "%s", optarg) < 0)
			return COMMAND_USAGE;
	}
	/* What is there is somebody's work. */
	fd = open("config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		return report_refuse(&g->rep, -EEXIST,
				     "there is a config.json already; move it "
				     "away first");
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		return report_call(&g->rep, -errno, "open", "config.json");
	put_spec(f, rootless);
	return fclose(f) == 0
		       ? 0
		       : report_call(&g->rep, -errno, "write", "config.json");
}
