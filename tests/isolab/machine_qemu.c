/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "kit.h"
#include "machine.h"

#define QEMU "qemu-system-x86_64"

static bool in_path(const char *program)
{
	static const char *const folders[] = { "/usr/bin", "/usr/local/bin",
					       "/bin" };
	char path[MACHINE_PATH];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], program);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* The kernel as an ELF file if there is one; QEMU boots both. */
static int kernel_path(char *buf, size_t size)
{
	int r = kit_build_path(buf, size, "machine/vmlinux");

	if (r == 0 && access(buf, R_OK) == 0)
		return 0;
	r = kit_build_path(buf, size, "machine/vmlinuz");
	return r == 0 && access(buf, R_OK) < 0 ? -errno : r;
}

const char *machine_missing(const char **ret_fix)
{
	char path[MACHINE_PATH];
	const char *fix = NULL;
	const char *missing = NULL;

	if (!in_path(QEMU)) {
		missing = "there is no " QEMU " here";
		fix = "make machine";
	} else if (kernel_path(path, sizeof(path)) < 0 ||
		   kit_build_path(path, sizeof(path), "machine/base.cpio") <
			   0 ||
		   access(path, R_OK) < 0) {
		missing = "the lab machine is not built";
		fix = "make machine";
	}
	if (ret_fix)
		*ret_fix = fix;
	return missing;
}

/* A /dev/kvm with nothing behind it boots no Linux, or slower than TCG. */
static bool has_kvm(void)
{
	auto_free char *text = NULL;

	return access("/dev/kvm", R_OK | W_OK) == 0 &&
	       file_read_all("/proc/cpuinfo", &text) > 0 &&
	       (strstr(text, " svm") || strstr(text, " vmx"));
}

static void add(struct machine_command *cmd, const char *word)
{
	if (cmd->argc + 1 < MACHINE_ARGS)
		cmd->argv[cmd->argc++] = word;
}

__attribute__((format(printf, 2, 3))) static void
addf(struct machine_command *cmd, const char *fmt, ...)
{
	char *buf = cmd->buffers[cmd->used++];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(cmd->buffers[0]), fmt, ap);
	va_end(ap);
	add(cmd, buf);
}

static void add_all(struct machine_command *cmd, const char *const *words)
{
	for (; *words; words++)
		add(cmd, *words);
}

int machine_command(struct machine_command *cmd,
		    const struct machine_spec *spec,
		    const struct machine_fds *fds)
{
	/*
	 * The processor that is emulated has AMD's SVM: "-cpu max".  The
	 * board is "pc", not the smaller "microvm": that one has no timer
	 * with a counter to read (HPET, ACPI PM), and on a busy host Linux
	 * then cannot measure its time stamp counter and hangs.  QEMU itself
	 * may start no process and gain no privilege.
	 */
	static const char *const always[] = {
		QEMU,
		"-nodefaults",
		"-no-user-config",
		"-no-reboot",
		"-display",
		"none",
		"-nic",
		"none",
		"-rtc",
		"base=utc",
		"-machine",
		"pc",
		"-append",
		"console=ttyS0 quiet panic=-1 oops=panic syscall.x32=y",
		"-sandbox",
		"on,obsolete=deny,elevateprivileges=deny,"
		"spawn=deny,resourcecontrol=deny",
		"-serial",
		"chardev:console",
		"-device",
		"virtio-serial-pci",
		"-device",
		"virtserialport,chardev=port",
		NULL,
	};
	static const char *const share[] = {
		"-fsdev",
		"local,id=host,path=/,security_model=none,readonly=on,"
		"multidevs=remap",
		"-device",
		"virtio-9p-pci,fsdev=host,mount_tag=host",
		NULL,
	};
	static const char *const kvm[] = { "-accel", "kvm", "-cpu", "host",
					   NULL };
	static const char *const tcg[] = { "-accel", "tcg,thread=multi", "-cpu",
					   "max", NULL };
	/* Counting takes one thread for all processors. */
	static const char *const counting[] = { "-accel", "tcg,thread=single",
						"-cpu", "max", NULL };
	char kernel[MACHINE_PATH];
	int r = kernel_path(kernel, sizeof(kernel));

	if (r < 0)
		return r;
	*cmd = (struct machine_command){ 0 };
	add_all(cmd, always);
	add_all(cmd, spec->icount ? counting : has_kvm() ? kvm : tcg);
	if (spec->icount) {
		/* Idle, it skips to its next timer instead of waiting. */
		add(cmd, "-icount");
		addf(cmd, "shift=%u,sleep=off", spec->icount);
	}
	if (spec->host_root)
		add_all(cmd, share);
	add(cmd, "-kernel");
	addf(cmd, "%s", kernel);
	add(cmd, "-initrd");
	addf(cmd, "/dev/fd/%d", fds->initrd);
	add(cmd, "-m");
	addf(cmd, "%u",
	     spec->memory_mib  ? spec->memory_mib
	     : spec->host_root ? 2048
			       : 512);
	add(cmd, "-smp");
	addf(cmd, "%u", spec->cpus ? spec->cpus : 1);
	add(cmd, "-chardev");
	addf(cmd, "file,id=console,path=/dev/fd/%d,append=on", fds->console);
	add(cmd, "-chardev");
	addf(cmd, "socket,id=port,fd=%d", fds->port);
	return 0;
}
