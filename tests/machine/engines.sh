#!/bin/sh
# SPDX-License-Identifier: MIT
# engines.sh - make the lab machine ready for podman, then run one command
#
#	isolab machine sh tests/machine/engines.sh USER COMMAND...
#
# USER is "root", or "student" (uid 1000, made here) for rootless containers.
# What Debian's packages and systemd would have set up on a real host:
#
#	/var/lib/containers, /var/tmp, the user's home	tmpfs: the root
#			directory is an overlay, and none can be above another
#	/etc/subuid, /etc/subgid	65536 IDs for student, and as many for
#			the user "containers" (podman --userns=auto)
#	/sys/fs/cgroup/student		a group that student may divide
#	/run/user/1000			XDG_RUNTIME_DIR
#	/etc/containers			cgroupfs instead of systemd, no journal
#	tun, ip_tables			modules that nobody asks the kernel for
#
# Everything is in memory and gone with the machine.
# See: podman(1), containers.conf(5), containers-storage.conf(5), subuid(5).
set -eu
user=${1:-}
case $user in root | student) shift ;; *)
	echo "usage: engines.sh root|student COMMAND..." >&2
	exit 2
	;;
esac
[ "$(cat /proc/sys/kernel/hostname)" = lab-machine ] || {
	echo "engines.sh: this is not the lab machine; try: isolab machine" >&2
	exit 1
}

memory() { # POINT MODE
	mkdir -p "$1"
	mount -t tmpfs -o "mode=$2" tmpfs "$1"
}

# Whoever has uid or gid 1000 on the host makes room.
accounts() {
	for file in /etc/passwd /etc/group; do
		grep -v -e '^student:' -e '^[^:]*:[^:]*:1000:' $file >/tmp/accounts
		cat /tmp/accounts >$file
	done
	rm /tmp/accounts
	echo student:x:1000:1000:student:/home/student:/bin/sh >>/etc/passwd
	echo student:x:1000: >>/etc/group
	for file in /etc/subuid /etc/subgid; do
		printf '%s\n' student:100000:65536 containers:200000:655360 >$file
	done
}

configure() {
	mkdir -p /etc/containers
	cat >/etc/containers/containers.conf <<-'CONF'
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		# These report errors as JSON, and can do without control groups.
		runtime_supports_json = ["crun", "runc", "minic"]
		runtime_supports_nocgroups = ["crun", "minic"]
		[containers]
		log_driver = "k8s-file"
		[network]
		network_backend = "netavark"
	CONF
	cat >/etc/containers/storage.conf <<-'CONF'
		[storage]
		driver = "overlay"
		runroot = "/run/containers/storage"
		graphroot = "/var/lib/containers/storage"
	CONF
}

# The group stays the user's own also below: student's processes are in a leaf,
# because a group that gives controllers away may have none itself.
# See: Documentation/admin-guide/cgroup-v2.rst, "Delegation".
delegate() {
	group=/sys/fs/cgroup/student
	mkdir $group $group/session
	sed 's/[^ ]*/+&/g' $group/cgroup.controllers >$group/cgroup.subtree_control
	for dir in $group $group/session; do
		chown student:student "$dir" "$dir/cgroup.procs" \
			"$dir/cgroup.threads" "$dir/cgroup.subtree_control"
	done
	echo $$ >$group/session/cgroup.procs
}

# On a real host udev lets everybody open it.
tunnel() {
	modprobe -a tun ip_tables || return
	chmod 666 /dev/net/tun
}

accounts
configure
memory /var/lib/containers 755
memory /var/tmp 1777
tunnel || echo "engines.sh: no network for containers" >&2
if [ "$user" = root ]; then
	exec "$@"
fi
memory /home/student 755
memory /run/user/1000 700
chown student:student /home/student /run/user/1000
delegate
cd /home/student
exec setpriv --reuid student --regid student --init-groups \
	env -i PATH="$PATH" HOME=/home/student USER=student TERM="${TERM:-dumb}" \
	XDG_RUNTIME_DIR=/run/user/1000 "$@"
