# shellcheck shell=sh disable=SC2154 # see lib.sh
# SPDX-License-Identifier: MIT
# paths.sh - names that the image or a volume leads elsewhere

# CVE-2025-31133: files are masked with /dev/null.  If that is the container's,
# and a symlink to a file of /proc, then the mask opens what it should hide.
#
# Stopped by: dev.c, host_device(): the host's, and looked at; make_node(): what
# is in the place of a device has to be one.
step_null_symlink() {
	mounts=$mount_proc
	image c
	ln -s /proc/sys/kernel/core_pattern "$bundle/rootfs/dev/null"
	run_script '[ -z "$(cat /proc/keys)" ] || echo through: the mask is a symlink;
		echo evil >/proc/keys'
	unchanged_core_pattern
	refused_or_judge
}

# The other half: without /dev/null nothing was masked at all.
step_null_missing() {
	mounts=$mount_proc
	run_script '[ -z "$(head -c 1 /proc/timer_list)" ] || echo through: not masked'
	judge "$dir/out"
}

# CVE-2025-52565: the terminal is mounted over /dev/console of the image, a
# symlink to a file of /proc, before that is masked.
#
# Stopped by: terminal.c, bind_console(): no symlink is followed.
step_console_symlink() {
	mounts="$mount_proc,{\"destination\":\"/dev/pts\",\"type\":\"devpts\",
\"source\":\"devpts\",\"options\":[\"newinstance\",\"ptmxmode=0666\"]}"
	terminal=true
	image c
	mkdir "$bundle/rootfs/dev/pts"
	ln -s /proc/sys/kernel/core_pattern "$bundle/rootfs/dev/console"
	run_script '[ ! -c /proc/sys/kernel/core_pattern ] || echo through: mounted on core_pattern'
	refused_or_judge
}

# CVE-2025-52881, CVE-2019-16884: /proc is a volume, or the process's folder in
# it is; what the runtime writes about itself goes elsewhere, and the label or
# the score that should hold does not.
#
# Stopped by: process.c, open_self(): /proc must be the root of a procfs, and
# nothing in it is mounted over or led elsewhere.
step_label_volume() {
	mounts="$mount_dev,{\"destination\":\"/proc\",\"type\":\"bind\",
\"source\":\"$dir/fake\",\"options\":[\"rbind\"]}"
	mkdir -p "$dir/fake/self/attr/apparmor"
	: >"$dir/fake/self/attr/exec"
	: >"$dir/fake/self/attr/apparmor/exec"
	: >"$dir/fake/self/oom_score_adj"
	exec_labelled
	if [ -s "$dir/fake/self/attr/exec" ] ||
		[ -s "$dir/fake/self/attr/apparmor/exec" ] ||
		[ -s "$dir/fake/self/oom_score_adj" ]; then
		through "written to a file of the volume"
	fi
	held "$(tail -n 1 "$dir/out")"
}

# A true procfs, but somebody else's folder of it.
step_label_other() {
	mounts="$mount_dev,{\"destination\":\"/p\",\"type\":\"proc\",
\"source\":\"proc\"},{\"destination\":\"/proc\",\"type\":\"bind\",
\"source\":\"$dir/fake\",\"options\":[\"rbind\"]}"
	mkdir -p "$dir/fake"
	ln -s /p/1 "$dir/fake/self"
	masked='' readonly_paths=''
	exec_labelled
	[ "$(cat "/proc/$pid/oom_score_adj")" != 777 ] ||
		through "written for another process"
	held "$(tail -n 1 "$dir/out")"
}

# exec with a score and with labels, one after the other
exec_labelled() {
	args='"sleep","100"'
	image c
	start_container c
	pid=$(rt state c | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
	[ "$pid" ] || broken "no state"
	for word in '"oomScoreAdj":777' '"selinuxLabel":"evil"' \
		'"apparmorProfile":"evil"'; do
		printf '{"user":{"uid":0,"gid":0},"cwd":"/","args":["true"],%s}' \
			"$word" >"$dir/process.json"
		rt exec --process "$dir/process.json" c >"$dir/out" 2>&1
	done
}

# CVE-2025-52881: settings of the whole machine by names that look like one of a
# namespace's.
#
# Stopped by: sysctl.c, sysctl_check(), and openat2(2) in sysctl_set().
step_sysctl_names() {
	for name in kernel.core_pattern kernel/core_pattern \
		net./../kernel/core_pattern net/../kernel/core_pattern \
		kernel.shmmax/../core_pattern kernel/shmmax/../core_pattern \
		net.core/../../kernel/core_pattern kernel.sem/../core_pattern \
		fs.mqueue/../../kernel/core_pattern user.//../kernel/core_pattern; do
		linux_more=",\"sysctl\":{\"$name\":\"evil\"}"
		run_script true
		unchanged_core_pattern "$name"
	done
	linux_more=",\"sysctl\":{\"net.ipv4.ip_forward\":\"1\"}" netns=''
	echo 0 >/proc/sys/net/ipv4/ip_forward
	run_script true
	[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ] ||
		through "the host's ip_forward"
	linux_more='' netns='{"type":"network"},'
	run_script true
	judge "$dir/out"
}

# CVE-2019-19921, CVE-2023-27561: /proc of the image is a symlink, to where the
# image has a /proc of its own making.
#
# Stopped by: mounts.c, may_follow().
step_proc_symlink() {
	image c
	rmdir "$bundle/rootfs/proc"
	mkdir "$bundle/rootfs/fake"
	ln -s fake "$bundle/rootfs/proc"
	run_script '[ ! -L /proc ] || echo through: /proc is a symlink'
	refused_or_judge
}

step_dev_symlink() {
	image c
	rmdir "$bundle/rootfs/dev"
	mkdir "$bundle/rootfs/fake"
	ln -s fake "$bundle/rootfs/dev"
	run_script '[ ! -L /dev ] || echo through: /dev is a symlink'
	refused_or_judge
}

# A mount's destination, and the working directory, through symlinks of the
# image and of a volume to a folder of the host.
#
# Stopped by: path.c, path_open(): RESOLVE_IN_ROOT.
step_destination_symlink() {
	mkdir "$dir/host" "$dir/volume"
	ln -s "$dir/host" "$dir/volume/link"
	ln -s "../../../../../../../../..$dir/host" "$dir/volume/dots"
	mounts="$mounts,{\"destination\":\"/vol\",\"type\":\"bind\",
\"source\":\"$dir/volume\",\"options\":[\"rbind\"]}"
	for point in /vol/link/a /vol/dots/b /image/c "/../../../..$dir/host/d"; do
		mounts="$mounts,{\"destination\":\"$point\",\"type\":\"tmpfs\",
\"source\":\"tmpfs\"}"
	done
	cwd=/vol/link/e
	image c
	ln -s "$dir/host" "$bundle/rootfs/image"
	run_script 'true'
	[ -z "$(ls "$dir/host")" ] ||
		through "made in a folder of the host: $(ls "$dir/host")"
	judge "$dir/out"
}

# The same through the magic link to the host's root, where the container has
# the host's processes.
#
# Stopped by: path.c, path_open(): RESOLVE_NO_MAGICLINKS.
step_magic_link() {
	mkdir "$dir/host" "$dir/volume"
	ln -s /proc/1/root "$dir/volume/link"
	pidns=''
	mounts="$mounts,{\"destination\":\"/vol\",\"type\":\"bind\",
\"source\":\"$dir/volume\",\"options\":[\"rbind\"]},
{\"destination\":\"/vol/link$dir/host/x\",\"type\":\"tmpfs\",\"source\":\"tmpfs\"}"
	run_script 'true'
	[ -z "$(ls "$dir/host")" ] || through "made in a folder of the host"
	refused_or_judge
}

# CVE-2021-30465: another container swaps a folder of the shared volume with a
# symlink to the host, while the runtime mounts below it.
#
# Stopped by: path.c: what was found is held as a descriptor, and no name is
# looked up a second time.
step_mount_race() {
	mkdir -p "$dir/host" "$dir/volume/a"
	ln -s "$dir/host" "$dir/volume/b"
	mounts="$mounts,{\"destination\":\"/vol\",\"type\":\"bind\",
\"source\":\"$dir/volume\",\"options\":[\"rbind\"]}"
	args='"swap","/vol/a","/vol/b"'
	image attacker
	start_container attacker
	mounts="$mounts,{\"destination\":\"/vol/a/x\",\"type\":\"tmpfs\",
\"source\":\"tmpfs\"}"
	i=0 started=0
	while [ $i -lt "${ROUNDS:-60}" ]; do
		i=$((i + 1))
		run_script true
		! grep -q done "$dir/out" || started=$((started + 1))
		[ -z "$(ls "$dir/host")" ] || through "round $i: made on the host"
		rmdir "$dir"/volume/?/x 2>/dev/null
	done
	[ $started -gt 0 ] || broken "never started: $(tail -n 1 "$dir/out")"
	held "$i rounds, $started started"
}

unchanged_core_pattern() { # [WHY]
	[ "$(cat /proc/sys/kernel/core_pattern)" = core ] ||
		through "the host's core_pattern ${1-}"
}

# The runtime may refuse such an image; then no program has run in it.
refused_or_judge() {
	case $(cat "$dir/out") in
	*through:* | *done*) judge "$dir/out" ;;
	*?*) held "refused: $(tail -n 1 "$dir/out")" ;;
	*) broken "no word" ;;
	esac
}
