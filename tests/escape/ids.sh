# shellcheck shell=sh disable=SC2154,SC2016 # see lib.sh; scripts for inside
# SPDX-License-Identifier: MIT
# ids.sh - users, groups, rights, keys, and the terminal of the caller

# CVE-2014-8989: who is in a group that may not read a file leaves that group in
# a user namespace.  No runtime can be so weak that the kernel lets it happen; so
# that the file can be read without the group, and not with it, is seen first.
#
# Control: setgroups_negative
# Stopped by: the kernel, which wants "deny"; idmap.c, idmap_write() says it.
step_setgroups_negative() {
	mkdir "$dir/volume" "$dir/state"
	echo the-host >"$dir/volume/file"
	chgrp 700 "$dir/volume/file"
	chmod 604 "$dir/volume/file"
	chown 54321 "$dir/state"
	user="setpriv --reuid 54321 --regid 54321"
	$user --groups 54321 cat "$dir/volume/file" >/dev/null ||
		broken "nobody may read it"
	! $user --groups 54321,700 cat "$dir/volume/file" 2>/dev/null ||
		broken "everybody may read it"
	userns='{"type":"user"},' devices=''
	linux_more=',"uidMappings":[{"containerID":0,"hostID":54321,"size":1}],
"gidMappings":[{"containerID":0,"hostID":54321,"size":1}]'
	mounts="$mount_proc,$mount_dev,{\"destination\":\"/vol\",\"type\":\"bind\",
\"source\":\"$dir/volume\",\"options\":[\"rbind\"]}"
	shell 'self ungroup /vol/file; echo done'
	image c
	chown -R 54321 "$bundle"
	XDG_RUNTIME_DIR=$dir/state $user --groups 54321,700 \
		"$runtime" --root "$dir/state" run --bundle "$bundle" c \
		>"$dir/out" 2>&1 </dev/null
	judge "$dir/out"
}

# The caller's groups are not the container's.
#
# Stopped by: process.c, set_user().
step_groups_of_caller() {
	uid=1000
	shell 'grep Groups: /proc/self/status; echo done'
	image c
	setpriv --groups 0,42 "$runtime" --root "$dir/state" \
		run --bundle "$bundle" c >"$dir/out" 2>&1 </dev/null
	! grep -q 'Groups:.*[0-9]' "$dir/out" || through "$(grep Groups "$dir/out")"
	judge "$dir/out"
}

# The container types a command into the terminal of its caller, whose shell
# reads it afterwards.  Newer kernels have a switch against it; it is off here.
#
# Stopped by: container_child.c, enter_namespaces(), and exec.c, become():
# setsid(2), so the terminal is not the controlling one.
step_terminal_push_run() {
	shell 'self push evil; echo done'
	image c
	caller tty "$runtime" --root "$dir/state" run --bundle "$bundle" c \
		>"$dir/out" 2>&1
	judge_typed
}

step_terminal_push_exec() {
	args='"sleep","100"'
	image c
	start_container c
	caller tty "$runtime" --root "$dir/state" exec c \
		sh -c 'self push evil; echo done' >"$dir/out" 2>&1
	judge_typed
}

judge_typed() {
	! grep -q 'typed \[.*evil' "$dir/out" || through "typed: evil"
	judge "$dir/out"
}

caller() {
	/e/bin/caller "$@"
}

# CVE-2022-27650, CVE-2022-24769: with inheritable capabilities a program that a
# user executes gets those that its file says are inherited.
#
# Stopped by: exec.c, add_caps(); caps.c, caps_set().
step_inheritable_run() {
	uid=1000
	image c
	cp /e/bin/self "$bundle/rootfs/bin/inherits"
	setcap cap_net_raw+ei "$bundle/rootfs/bin/inherits" || skip "no setcap(8)"
	run_script 'inherits ids'
	judge_caps
}

step_inheritable_exec() {
	args='"sleep","100"'
	image c
	cp /e/bin/self "$bundle/rootfs/bin/inherits"
	setcap cap_net_raw+ei "$bundle/rootfs/bin/inherits" || skip "no setcap(8)"
	start_container c
	rt exec --user 1000 --cap CAP_NET_RAW c \
		sh -c 'inherits ids; echo done' >"$dir/out" 2>&1
	judge_caps
}

judge_caps() {
	! grep -qE '^Cap(Prm|Inh):.*[1-9a-f]' "$dir/out" ||
		through "$(grep -E '^Cap(Prm|Inh):' "$dir/out")"
	grep -q CapPrm "$dir/out" || broken "$(tail -n 2 "$dir/out")"
	judge "$dir/out"
}

# CVE-2026-30892: a user that is no number, or none that fits, became another
# user, often root.  4294967295 is -1: "stay as you are", which is root.
#
# Stopped by: exec.c, number().
step_exec_user() {
	args='"sleep","100"'
	image c
	start_container c
	for user in 1x root '' +1 -1 4294967295 4294967296 4294967297 \
		18446744073709551616 18446744073709551617 1: :1 1:x ' 1' '1 ' \
		0x10 1:2:3 1,2 1:-1 1:4294967295 1:4294967296 '1:'; do
		if rt exec --user "$user" c self ids >"$dir/out" 2>&1; then
			through "--user '$user' became $(grep -E 'Uid|Gid' "$dir/out")"
		fi
	done
	rt exec --user 1000:1001 c sh -c 'self ids; echo done' >"$dir/out" 2>&1
	grep -q 'Uid:.1000.1000.1000.1000' "$dir/out" || broken "1000 is not: $(tail -n 3 "$dir/out")"
	judge "$dir/out"
}

# The same number in config.json.
#
# Stopped by: spec_process.c.
step_config_user() {
	uid=4294967295
	run_script 'self ids'
	! grep -q 'Uid:.0' "$dir/out" || through "uid 4294967295 is root"
	uid=1000 gid=4294967295
	run_script 'self ids'
	! grep -q 'Gid:.0' "$dir/out" || through "gid 4294967295 is root's"
	gid=1000
	run_script 'self ids'
	judge "$dir/out"
}

# A program with the set-user-ID bit in the image.
#
# Stopped by: process.c, process_setup(): PR_SET_NO_NEW_PRIVS.
step_no_new_privileges() {
	uid=1000 nnp=true
	image c
	cp /e/bin/self "$bundle/rootfs/bin/suid"
	chmod 4755 "$bundle/rootfs/bin/suid"
	run_script 'suid ids'
	! grep -q 'Uid:.1000.0' "$dir/out" || through "root by the set-user-ID bit"
	judge "$dir/out"
}

# A key in the session of whoever calls the runtime.
#
# Stopped by: container_child.c, enter_namespaces(); exec.c, become(): a keyring
# of their own.
step_keyring_run() {
	shell 'self key escape; echo done'
	image c
	caller key escape "$runtime" --root "$dir/state" run --bundle "$bundle" c \
		>"$dir/out" 2>&1 </dev/null
	judge "$dir/out"
}

step_keyring_exec() {
	args='"sleep","100"'
	image c
	start_container c
	caller key escape "$runtime" --root "$dir/state" exec c \
		sh -c 'self key escape; echo done' >"$dir/out" 2>&1 </dev/null
	judge "$dir/out"
}

# Another user makes /tmp/minic-UID first, where the state of a user without
# XDG_RUNTIME_DIR is, and with it decides which bundle "exec" and "delete" read.
#
# Stopped by: state.c, state_open_root().
step_state_of_others() {
	mkdir /tmp/minic-54321
	chown 54322 /tmp/minic-54321
	chmod 777 /tmp/minic-54321
	setpriv --reuid 54321 --regid 54321 --clear-groups env -u XDG_RUNTIME_DIR \
		"$runtime" list >"$dir/out" 2>&1
	status=$?
	rm -rf /tmp/minic-54321
	case ${runtime##*/}/$status in
	minic/0) through "believes the state of another user" ;;
	minic/*) held "$(tail -n 1 "$dir/out")" ;;
	*) skip "the folder is minic's" ;;
	esac
}
