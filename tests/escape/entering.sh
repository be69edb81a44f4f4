# shellcheck shell=sh disable=SC2154 # see lib.sh
# SPDX-License-Identifier: MIT
# entering.sh - what the runtime has open while it enters the container

up=../../../../../../../../../../e/secret

# CVE-2024-21626: a working directory /proc/self/fd/N is a folder of the host's
# that the runtime has open.  All numbers that it may have; the caller has left
# one open, too.
#
# Stopped by: path.c, path_open(): no magic links when the directory is made;
# process.c, check_directory(): getcwd(2) does not start with "/".
step_cwd_run() {
	for n in 3 4 5 6 7 8 9 10; do
		cwd=/proc/self/fd/$n
		run_script "cat $up && echo through: fd $n" 9</e
		! grep -q through: "$dir/out" || judge "$dir/out"
	done
	cwd=/proc/self/fd/9
	run_script "cat $up && echo through: fd 9" 9</e
	! grep -q through: "$dir/out" || judge "$dir/out"
	cwd=/tmp
	run_script true
	judge "$dir/out"
}

# The same for exec, also through a symlink of the image.
step_cwd_exec() {
	args='"sleep","100"'
	image c
	ln -s /proc/self/fd/9 "$bundle/rootfs/link"
	start_container c
	for n in fd/3 fd/4 fd/5 fd/6 fd/7 fd/8 fd/9 fd/10 fd/9 fd/9/.. \
		../../link cwd root/../link; do
		rt exec --cwd "/proc/self/$n" c cat "$up" 9</e >"$dir/out" 2>&1
		! grep -q the-host "$dir/out" || through "--cwd /proc/self/$n"
	done
	rt exec --cwd /tmp c echo done >"$dir/out" 2>&1
	judge "$dir/out"
}

# Descriptors that the caller has open, and those of the runtime, are not the
# container's.
#
# Stopped by: process.c, process_exec(): close_range(2) with CLOEXEC.
step_descriptors_run() {
	run_script 'ls -l /proc/self/fd' 7</e 9</e/secret 8</e
	judge_descriptors
}

step_descriptors_exec() {
	args='"sleep","100"'
	image c
	start_container c
	rt exec c sh -c 'ls -l /proc/self/fd; echo done' 7</e 9</e/secret 8</e \
		>"$dir/out" 2>&1
	judge_descriptors
}

# 0 to 2, and the folder that ls reads
judge_descriptors() {
	grep -e '->' "$dir/out" | grep -v -e ' [0-2] -> ' \
		-e '/proc/[0-9]*/fd$' >"$dir/more"
	[ ! -s "$dir/more" ] || through "$(sed 's/.*[0-9] \([0-9]* ->\)/\1/' "$dir/more")"
	judge "$dir/out"
}

# CVE-2016-9962: a process of the container with CAP_SYS_PTRACE looks into the
# runtime that enters, and finds folders of the host among its descriptors.
# Nothing forbids the look, in the first user namespace: so none may be there.
#
# Stopped by: exec.c, leave_host(): they are closed before.
step_entering_descriptors() {
	caps="$caps,\"CAP_SYS_PTRACE\",\"CAP_SYS_NICE\""
	grab_entering fds
	judge_entering
}

# A container that is created and not started, in the PID namespace of another:
# they have it for as long as they like.
#
# Stopped by: container_child.c, leave_host().
step_created_descriptors() {
	caps="$caps,\"CAP_SYS_PTRACE\""
	args='"sleep","100"'
	image pod
	start_container pod
	pid=$(rt state pod | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
	pidns="{\"type\":\"pid\",\"path\":\"/proc/$pid/ns/pid\"},"
	image c
	rt create --bundle "$bundle" c 9</e >"$dir/out" 2>&1 ||
		broken "create: $(tail -n 1 "$dir/out")"
	rt exec pod grab fds 2 >"$dir/out" 2>&1
	judge_entering
}

# The same with its own user namespace, where CAP_SYS_PTRACE ends.
step_entering_descriptors_userns() {
	caps="$caps,\"CAP_SYS_PTRACE\",\"CAP_SYS_NICE\""
	own_users
	grab_entering fds
	judge_entering
}

# To attach is to have its rights, which are more than the container's.
#
# Stopped by: the kernel, for the runtime has more rights until it has the
# container's own; then PR_SET_DUMPABLE in exec.c, between().
step_entering_ptrace() {
	caps="$caps,\"CAP_SYS_NICE\""
	grab_entering ptrace
	judge_entering
}

step_entering_ptrace_userns() {
	caps="$caps,\"CAP_SYS_PTRACE\",\"CAP_SYS_NICE\""
	own_users
	grab_entering ptrace
	judge_entering
}

own_users() {
	userns='{"type":"user"},'
	linux_more=',"uidMappings":[{"containerID":0,"hostID":100000,"size":65536}],
"gidMappings":[{"containerID":0,"hostID":100000,"size":65536}]'
}

grab_entering() { # WHAT
	shell "grab $1 60; echo done"
	image c
	chmod 755 "$dir"
	start_container c
	await ready "$dir/out" || broken "no attacker: $(cat "$dir/out")"
	i=0
	while [ $i -lt "${ENTRIES:-15}" ] && ! grep -q through: "$dir/out"; do
		rt exec c true >>"$dir/log2" 2>&1
		i=$((i + 1))
	done
}

judge_entering() {
	case $(cat "$dir/out") in
	*through:*) judge "$dir/out" ;;
	*seen*) held "seen $(grep -c seen "$dir/out") times" ;;
	*) broken "never seen: $(tail -n 2 "$dir/out")" ;;
	esac
}

# With its own user namespace the runtime opens the root file system before it
# enters: a mount in there must not appear on the host, whose mounts are shared
# where systemd is.
#
# Stopped by: mounts.c, mounts_prepare().
step_mounts_on_host() {
	own_users
	grep -c . /proc/self/mountinfo >"$dir/before"
	shell 'echo ready; sleep 3; echo done'
	image c
	chmod 755 "$dir"
	rt run --bundle "$bundle" --detach c >"$dir/out" 2>&1
	grep -q "$dir" /proc/self/mountinfo &&
		through "$(grep -c "$dir" /proc/self/mountinfo) mounts on the host"
	await done "$dir/out"
	judge "$dir/out"
}
