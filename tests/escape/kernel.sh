# shellcheck shell=sh disable=SC2154,SC2016 # see lib.sh; scripts for inside
# SPDX-License-Identifier: MIT
# kernel.sh - what belongs to the whole machine

tries='for prefix in "" "unshare -Urm"; do
	$prefix sh -c "echo evil >/proc/sys/kernel/core_pattern;
		mount -o remount,bind,rw /proc/sys; umount /proc/sys;
		mkdir -p /tmp/p; mount -t proc p /tmp/p;
		echo evil >/tmp/p/sys/kernel/core_pattern;
		echo evil >/proc/sys/kernel/core_pattern";
	done 2>/dev/null'

# The kernel executes what core_pattern names, as root of the host.
#
# Stopped by: dev.c, readonly_one(); a new procfs and "remount" take rights that
# the container has not, or mounts that are locked.
step_core_pattern() {
	run_script "$tries"
	unchanged_core_pattern
	judge "$dir/out"
}

# Other files with which one asks the kernel for something.
#
# Stopped by: dev.c, readonly_one(); "ro" of sysfs.
step_kernel_files() {
	run_script 'self write /proc/sysrq-trigger /proc/sys/kernel/modprobe \
/proc/sys/kernel/hostname /proc/sys/vm/overcommit_memory \
/proc/irq/default_smp_affinity /sys/kernel/uevent_helper /sys/power/state \
/sys/module/kernel/parameters/panic /sys/fs/cgroup/cgroup.procs \
/sys/kernel/mm/ksm/run'
	grep -q 'no: .*EROFS' "$dir/out" || broken "$(tail -n 3 "$dir/out")"
	judge "$dir/out"
}

# What is masked is not read, also after an attempt to take the mask away.
#
# Stopped by: dev.c, mask_one().
step_masked() {
	run_script 'for prefix in "" "unshare -Urm"; do
		$prefix sh -c "umount /proc/timer_list; umount /sys/firmware;
		umount -l /proc/kcore; head -c 1 /proc/timer_list;
		head -c 1 /proc/kcore; head -c 1 /proc/keys;
		head -c 1 /proc/self/root/proc/timer_list;
		ls /sys/firmware" >>/tmp/read 2>/tmp/err; done;
		[ ! -s /tmp/read ] || echo through: masked files are read'
	judge "$dir/out"
}

# The last process of a group of version 1 has gone: the kernel executes the
# group's release_agent on the host (CVE-2022-0492, too).
#
# A control group namespace would do, too: it is the host's, as Docker's was.
#
# Stopped by: caps.c: no CAP_SYS_ADMIN; in a user namespace by the kernel.
step_release_agent() {
	cgroupns=''
	printf '#!/bin/sh\necho >%s/agent-ran\n' "$dir" >"$dir/agent"
	chmod 755 "$dir/agent"
	run_script "for prefix in '' 'unshare -Urm' 'unshare -UrmC'; do
		\$prefix sh -c \"mkdir -p /tmp/g;
		mount -t cgroup -o none,name=escape none /tmp/g || exit;
		echo mounted;
		mkdir /tmp/g/x; echo 1 >/tmp/g/x/notify_on_release;
		echo $dir/agent >/tmp/g/release_agent;
		sh -c 'echo 0 >/tmp/g/x/cgroup.procs'; sleep 1\"; done 2>/dev/null"
	! grep -q mounted "$dir/out" || sleep 5
	[ ! -e "$dir/agent-ran" ] || through "a program ran on the host"
	judge "$dir/out"
}

# A block device that the image brings along, or root makes: the host's disk.
#
# Stopped by: cgroup_devices.c: the kernel asks a program of ours.
step_device_of_image() {
	image c
	mknod "$bundle/rootfs/disk" b 7 0
	run_script 'grep -q the-host /disk && echo through: the disk is read'
	judge "$dir/out"
}

# config.json says nothing about devices, as "minic spec" writes it.
step_device_without_rules() {
	devices=''
	image c
	mknod "$bundle/rootfs/disk" b 7 0
	run_script 'grep -q the-host /disk && echo through: the disk is read'
	judge "$dir/out"
}

step_device_made() {
	run_script 'mknod /dev/disk b 7 0; grep -q the-host /dev/disk &&
		echo through: the disk is read'
	judge "$dir/out"
}

# A call that is newer than the profile: programs take EPERM for a final no.
#
# Stopped by: seccomp.c, read_default(): newer_is_enosys.
step_seccomp_newer() {
	nnp=true args='"table","64","1000"'
	filter '"SCMP_ACT_ERRNO","syscalls":[{"action":"SCMP_ACT_ALLOW","names":[
"read","write","close","fstat","newfstatat","mmap","mprotect","munmap","brk",
"execve","exit","exit_group","arch_prctl","set_tid_address","set_robust_list",
"rseq","prlimit64","getrandom","ioctl","readlink","readlinkat","futex",
"rt_sigaction","rt_sigprocmask","prctl","setgroups","setresuid","setresgid",
"capget","capset","chdir","fchdir","getcwd","close_range","umask","openat",
"getpid","gettid","lseek","fcntl","statx"]}]'
	answer ENOSYS EPERM
}

# A call that is denied, through the tables of i386 and x32.
#
# Stopped by: seccomp.c, add_name(), and seccomp_tree.c: a table each.
step_seccomp_i386() {
	args='"table","i386","310","0x10000000"'
	filter "$deny_unshare"
	answer EOPNOTSUPP ok
}

step_seccomp_x32() {
	args='"table","x32","272","0x10000000"'
	filter "$deny_unshare"
	answer EOPNOTSUPP ok
}

# A profile that says nothing of these tables lets nothing through them.
#
# Stopped by: seccomp_tree.c: it kills.
step_seccomp_unlisted() {
	for table in i386 x32; do
		args="\"table\",\"$table\",\"0\",\"0\""
		[ $table = x32 ] || args='"table","i386","20"'
		linux_more=",\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",
\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":[{\"names\":[\"unshare\"],
\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":95}]}"
		[ -d "$dir/c" ] || image c
		config "$dir/c"
		rt run --bundle "$dir/c" c >"$dir/out" 2>&1
		status=$?
		! grep -q '^ok\|^E' "$dir/out" || through "$table: $(cat "$dir/out")"
		[ $status = 159 ] || broken "$table: $status $(cat "$dir/out")"
	done
	held
}

deny_unshare='"SCMP_ACT_ALLOW","syscalls":[{"names":["unshare"],
"action":"SCMP_ACT_ERRNO","errnoRet":95}]'

filter() { # DEFAULT-AND-RULES
	linux_more=",\"seccomp\":{\"architectures\":[\"SCMP_ARCH_X86_64\",
\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],\"defaultAction\":$1}"
}

answer() { # WANTED BAD
	image c
	rt run --bundle "$dir/c" c >"$dir/out" 2>&1
	case $(cat "$dir/out") in
	"$1") held "$1" ;;
	"$2") through "the kernel answers $2" ;;
	*) broken "$(tail -n 2 "$dir/out")" ;;
	esac
}
