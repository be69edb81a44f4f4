# shellcheck shell=sh disable=SC2034 # the steps use what is set here
# SPDX-License-Identifier: MIT
# lib.sh - what every step of escape.sh uses; in the lab machine only
#
# A step is a function step_NAME.  It has $dir, a folder of its own in memory,
# and $runtime.  It ends by calling one of
#
#	held [WHY]	the attack was tried, and failed
#	through WHY	it succeeded
#	broken WHY	it was not even tried: the step itself is at fault
#	skip WHY	this runtime or machine has no such thing

end_step() { # VERDICT WORDS
	verdict=$1
	shift
	printf '%s %s\n' "$verdict" "$*" | tr '\n' ' ' >"$dir/verdict"
	exit 0
}
held() { end_step held "$@"; }
through() { end_step through "$@"; }
broken() { end_step broken "$@"; }
skip() { end_step skip "$@"; }

# What a container's program says decides: "through: ..." or, if it never came
# to its "done", nothing.
judge() { # FILE
	case $(cat "$1") in
	*through:*) through "$(sed -n 's/.*through: //p' "$1" | head -n 3)" ;;
	*done*) held ;;
	*) broken "$(tail -n 2 "$1")" ;;
	esac
}

# ---- containers ----------------------------------------------------------------

rt() {
	"$runtime" --root "$dir/state" "$@" </dev/null
}

docker_caps='"CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FSETID","CAP_FOWNER",
"CAP_MKNOD","CAP_NET_RAW","CAP_SETGID","CAP_SETUID","CAP_SETFCAP",
"CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_SYS_CHROOT","CAP_KILL",
"CAP_AUDIT_WRITE"'

mount_proc='{"destination":"/proc","type":"proc","source":"proc"}'
mount_dev='{"destination":"/dev","type":"tmpfs","source":"tmpfs",
"options":["nosuid","mode=755"]},{"destination":"/dev/pts","type":"devpts",
"source":"devpts","options":["nosuid","noexec","newinstance","ptmxmode=0666"]}'
mount_sys='{"destination":"/sys","type":"sysfs","source":"sysfs",
"options":["nosuid","noexec","nodev","ro"]},{"destination":"/sys/fs/cgroup",
"type":"cgroup","source":"cgroup","options":["nosuid","noexec","nodev","ro"]}'
new_pid='{"type":"pid"},'

# What config() writes; a step changes the one thing that it is about.
defaults() {
	args='"true"' uid=0 gid=0 cwd=/ terminal=false nnp=false
	caps=$docker_caps process_more='' userns='' pidns=$new_pid
	netns='{"type":"network"},' cgroupns='{"type":"cgroup"},'
	mounts="$mount_proc,$mount_dev,$mount_sys"
	devices='{"allow":false,"access":"rwm"}' linux_more=''
	masked='"/proc/acpi","/proc/kcore","/proc/keys","/proc/timer_list",
"/proc/latency_stats","/proc/scsi","/sys/firmware"'
	readonly_paths='"/proc/bus","/proc/fs","/proc/irq","/proc/sys",
"/proc/sysrq-trigger"'
}

# args for a script
shell() { # SCRIPT
	args="\"sh\",\"-c\",\"$(printf %s "$1" | tr '\n\t' '  ' |
		sed 's/[\\"]/\\&/g')\""
}

config() { # BUNDLE
	cat >"$1/config.json" <<-JSON
		{ "ociVersion": "1.0.2", "process": { "terminal": $terminal,
		"user": { "uid": $uid, "gid": $gid }, "args": [ $args ],
		"env": [ "PATH=/bin" ], "cwd": "$cwd", "capabilities": {
		"bounding": [ $caps ], "effective": [ $caps ],
		"permitted": [ $caps ] }, "noNewPrivileges": $nnp
		$process_more }, "root": { "path": "rootfs" },
		"hostname": "inside", "mounts": [ $mounts ],
		"linux": { "namespaces": [ $pidns $netns $userns
		$cgroupns {"type":"ipc"}, {"type":"uts"}, {"type":"mount"} ], "resources": { "devices": [ $devices ] },
		"maskedPaths": [ $masked ], "readonlyPaths": [ $readonly_paths ]
		$linux_more } }
	JSON
}

# A bundle with a root file system of its own: $bundle
image() { # NAME
	bundle=$dir/$1
	mkdir -p "$bundle"
	cp -al /e/base "$bundle/rootfs"
	config "$bundle"
}

# As the container's program "sh": prints on $dir/out
run_script() { # SCRIPT
	shell "$1; echo done"
	[ -d "$dir/c" ] || image c
	config "$dir/c"
	rt run --bundle "$dir/c" c >"$dir/out" 2>&1
}

# One that stays; its program's words go to $dir/out
start_container() { # NAME
	rt run --bundle "$dir/$1" --detach "$1" >"$dir/out" 2>&1 ||
		broken "start: $(tail -n 2 "$dir/out")"
}

await() { # PATTERN FILE
	i=0
	while ! grep -q "$1" "$2"; do
		i=$((i + 1))
		[ $i -lt 200 ] || return 1
		sleep 0.05
	done
}

# ---- the machine, once -----------------------------------------------------------

make_machine() { # BUILD
	mkdir -p /e
	mount -t tmpfs -o mode=755 tmpfs /e
	mount --make-shared /e # as all mounts are with systemd
	mkdir -p /e/base/bin /e/base/etc /e/base/tmp
	for d in proc dev sys vol data e; do mkdir -p "/e/base/$d"; done
	cp /bin/busybox /e/base/bin/
	for name in sh cat ls echo mount umount unshare mkdir ln mknod sleep \
		head id grep true kill cut readlink; do
		ln /e/base/bin/busybox "/e/base/bin/$name"
	done
	cp "$1"/bin/escape/* /e/base/bin/
	mkdir /e/bin && cp "$1"/bin/escape/* /e/bin/
	echo the-host >/e/secret
	echo 1 >/proc/sys/dev/tty/legacy_tiocsti
	modprobe loop 2>/dev/null
	head -c 65536 /dev/zero >/e/disk
	echo the-host | dd of=/e/disk conv=notrunc 2>/dev/null
	losetup /dev/loop0 /e/disk
	ip link set lo up
}
