# shellcheck shell=sh disable=SC2154 # see lib.sh
# SPDX-License-Identifier: MIT
# sealed.sh - the runtime's own program, reached from the container
#
# CVE-2019-5736: a process of the runtime is in the container before it
# executes what the container's user wants.  /proc/PID/exe of it is the
# runtime's file on the host; root of the container may open that for writing
# once nobody executes it, and the host's root executes it next time.
#
# Stopped by: sealed.c, sealed_reexec(): what enters is a copy in memory with
# seals.

# The runtime blocks on a FIFO, as config.json of a bundle inside, until the
# attacker has found it.
prepare_grab() {
	shell 'grab exe 15; echo done; sleep 100'
	image c
	mkdir "$bundle/rootfs/b"
	mkfifo "$bundle/rootfs/b/config.json"
	printf '#!/proc/self/exe --root\n' >"$bundle/rootfs/script"
	chmod 755 "$bundle/rootfs/script"
	cp "$runtime" "$dir/original"
	start_container c
	await ready "$dir/out" || broken "no attacker"
}

judge_grab() {
	cmp -s "$runtime" "$dir/original" ||
		through "the runtime's file on the host is another"
	case $(cat "$dir/out") in
	*seen*no:\ write* | *seen*no:\ open*) held ;;
	*) broken "$(tail -n 2 "$dir/out")" ;;
	esac
}

# The image's entry point is /proc/self/exe: the runtime, once more, inside.
step_exe_entrypoint() {
	prepare_grab
	rt exec c /proc/self/exe --root /tmp run --bundle /b x >"$dir/log2" 2>&1
	judge_grab
}

# The same by the first line of a script.
step_exe_script() {
	prepare_grab
	rt exec c /script run --bundle /b x >"$dir/log2" 2>&1
	judge_grab
}

# While it enters, with the right to look into any process.
step_exe_entering() {
	caps="$caps,\"CAP_SYS_PTRACE\",\"CAP_SYS_NICE\""
	prepare_grab
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		rt exec c true >>"$dir/log2" 2>&1
		! grep -q 'seen' "$dir/out" || break
	done
	await 'no: \|through' "$dir/out"
	judge_grab
}
