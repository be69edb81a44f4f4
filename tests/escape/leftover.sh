# shellcheck shell=sh disable=SC2154 # see lib.sh
# SPDX-License-Identifier: MIT
# leftover.sh - kill -9 of the runtime before each of its system calls
#
# Afterwards the name is free again, by "delete --force" or at once by "create"
# in turn; and then no process, mount, group, link or state is left.
#
# Stopped by: state.c, clear_dead(); sync.c: a child reads end-of-file when the
# runtime is gone; delete.c.

limit=${KILLS:-400}

# All that can be left.  Without a process of our own, so that it is quick.
left() {
	echo /sys/fs/cgroup/*/ /sys/fs/cgroup/*/*/ /sys/class/net/* "$dir"/state/*
	n=0
	while read -r _; do n=$((n + 1)); done </proc/self/mountinfo
	echo "$n mounts"
	for p in /proc/[0-9]*/cmdline; do
		line=''
		read -r line <"$p"
		case $line in
		*"$dir/state"* | *sleep3333*) echo "process $line" ;;
		esac
	done 2>/dev/null
}

same_as_before() { # WHAT
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		now=$(left)
		[ "$now" != "$before" ] || return 0
		sleep 0.1
	done
	echo "$before" | tr ' ' '\n' >"$dir/before"
	echo "$now" | tr ' ' '\n' | diff "$dir/before" - >"$dir/diff"
	through "after $1 there is left: $(grep '^[<>]' "$dir/diff" | tail -n 4)"
}

killed() { # N COMMAND...
	n=$1
	shift
	/e/bin/killat "$n" "$runtime" --root "$dir/state" "$@" \
		</dev/null >"$dir/log3" 2>&1
}

prepare_kills() {
	args='"sleep","3333"'
	image c
	rt create --bundle "$bundle" first >"$dir/out" 2>&1 ||
		broken "$(tail -n 1 "$dir/out")"
	rt delete --force first >"$dir/out" 2>&1
	before=$(left)
}

again() { # N; the name is free again
	if [ $(($1 % 2)) = 0 ]; then
		rt delete --force c >"$dir/out" 2>&1
	elif [ ! -e "$dir/state/c/state.json" ] &&
		[ ! -e "$dir/state/c/status" ]; then
		rt create --bundle "$bundle" c >"$dir/out" 2>&1 ||
			through "$2: create again: $(tail -n 1 "$dir/out")"
	fi
	rt delete --force c >"$dir/out" 2>&1
}

step_kill_create() {
	prepare_kills
	n=1
	while [ $n -lt "$limit" ]; do
		killed $n create --bundle "$bundle" c
		[ $? = 137 ] || break
		again $n "create, call $n"
		same_as_before "create, killed before call $n"
		n=$((n + ${STRIDE:-1}))
	done
	[ $n -gt 10 ] || broken "it did not run: $(tail -n 1 "$dir/log3")"
	held "$n kills"
}

# Also its link to the bridge, in minic's case.
step_kill_run() {
	prepare_kills
	args='"true"' net=''
	config "$bundle"
	case $runtime in */minic) net='--net veth' ;; esac
	# shellcheck disable=SC2086 # words
	rt run $net --bundle "$bundle" c >"$dir/out" 2>&1 || broken "$(cat "$dir/out")"
	before=$(left)
	n=1
	while [ $n -lt "$limit" ]; do
		# shellcheck disable=SC2086 # words
		killed $n run $net --bundle "$bundle" c
		[ $? = 137 ] || break
		again $n "run, call $n"
		same_as_before "run, killed before call $n"
		n=$((n + ${STRIDE:-2}))
	done
	[ $n -gt 10 ] || broken "it did not run: $(tail -n 1 "$dir/log3")"
	held "$((n / ${STRIDE:-2})) kills"
}

# The container goes on, and nothing of the runtime's stays in it.
step_kill_exec() {
	prepare_kills
	start_container c
	running=$(left)
	n=1
	while [ $n -lt "$limit" ]; do
		killed $n exec c true
		[ $? = 137 ] || break
		n=$((n + ${STRIDE:-1}))
	done
	[ $n -gt 10 ] || broken "it did not run: $(tail -n 1 "$dir/log3")"
	rt exec c true >"$dir/out" 2>&1 || through "exec: $(tail -n 1 "$dir/out")"
	kept=$before before=$running
	same_as_before "exec"
	before=$kept
	rt delete --force c >"$dir/out" 2>&1
	same_as_before "exec and delete"
	held "$n kills"
}

step_kill_delete() {
	prepare_kills
	n=1
	while [ $n -lt "$limit" ]; do
		rt create --bundle "$bundle" c >"$dir/out" 2>&1 ||
			through "create after $n: $(tail -n 1 "$dir/out")"
		killed $n delete --force c
		[ $? = 137 ] || break
		rt delete --force c >"$dir/out" 2>&1
		same_as_before "delete, killed before call $n"
		n=$((n + ${STRIDE:-1}))
	done
	[ $n -gt 10 ] || broken "it did not run: $(tail -n 1 "$dir/log3")"
	held "$n kills"
}
