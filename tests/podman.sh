#!/bin/sh
# SPDX-License-Identifier: MIT
# podman.sh - Debian's podman drives a runtime, and crun; what differs?
#
#	podman.sh				all steps, as root and rootless
#	podman.sh root|student [STEP...]	these steps, as one user
#	podman.sh list				the names of the steps
#
# Environment:
#	RUNTIME=PROGRAM		build/bin/minic; the runtime under test
#	RUNTIME_OPTIONS=WORDS	given to it before its command: --debug
#	REFERENCE=PROGRAM	/usr/bin/crun
#	FRESH=1			try the reference again; its answers are kept in
#				build/podman, until podman, the kernel or the
#				steps change
#
# Everything runs in the lab machine: each user has one, and both runtimes run
# there in turn.  A step passes if podman with RUNTIME prints the same as podman
# with REFERENCE, but for ids and times, and that shows what the step wants.  If
# not, what both printed is shown, and how podman called RUNTIME, with what it
# logged and the status it ended with.
#
# One step takes a minute.  To find a fault, look also at podman itself:
#
#	isolab machine sh tests/machine/engines.sh root sh -c '
#		podman pull -q oci:build/podman/images/busybox
#		podman --runtime $PWD/build/bin/minic --log-level debug run ...'
#
# The steps are in podman/steps.sh.  Needs "make machine" and the packages of
# the group engines; "make check-podman" sees to all that.
set -u
cd "$(dirname "$0")/.." || exit 1
out=build/podman
reference=${REFERENCE:-/usr/bin/crun}
runtime=${RUNTIME:-build/bin/minic}
export ISOLAB_KIT="$PWD"

fail() {
	echo "podman.sh: $1" >&2
	exit "${2:-1}"
}

# The table of steps, as USER has it, in $out/USER/table.
read_table() { # USER
	user=$1 table=$out/$1/table files='' images='' host_namespaces=''
	rm -rf "$table"
	mkdir -p "$table"
	# shellcheck source=tests/podman/table.sh
	. tests/podman/table.sh
	# shellcheck source=tests/podman/steps.sh
	. tests/podman/steps.sh
}

# What the reference's answers depend on.
key() {
	{
		cat tests/podman/*.sh tests/machine/engines.sh build/machine/kernel \
			"$out/images/digests"
		echo "$reference"
		dpkg-query -W podman crun runc conmon netavark slirp4netns catatonit
	} 2>/dev/null | sha256sum
}

# ---- one step's result -------------------------------------------------------

verdict() { # USER NAME
	dir=$out/$1 name=$2 why=''
	want=$(cat "$dir/table/$2.want")
	theirs=$dir/reference/$2 ours=$dir/tested/$2
	if [ "$(cat "$ours.status")" = 77 ]; then
		echo "SKIP  $1 $2: $(tail -n 1 "$ours.out")"
		echo skipped >>"$dir/verdicts"
		return
	elif [ ! -e "$theirs.out" ]; then
		why="${reference##*/} has no result" theirs=/dev/null
	elif ! grep -qE -e "$want" "$theirs.out"; then
		why="also ${reference##*/} does not show '$want'"
	elif ! cmp -s "$theirs.out" "$ours.out"; then
		why='the output differs'
	fi
	if [ -z "$why" ]; then
		echo "ok    $1 $2 ($(cat "$ours.time") ms, ${reference##*/} $(cat "$theirs.time") ms)"
		echo passed >>"$dir/verdicts"
		return
	fi
	echo failed >>"$dir/verdicts"
	echo "FAIL  $1 $2: $why"
	echo "      --- ${reference##*/}"
	sed 's/^/      | /' "${theirs%.out}.out"
	echo "      --- ${runtime##*/}"
	sed 's/^/      | /' "$ours.out"
	diff "$theirs.out" "$ours.out" | sed -n 's/^[<>]/      &/p'
	echo "      --- the calls of ${runtime##*/}"
	sed 's/^/      . /' "$ours.log"
}

# Sort what inside.sh prints into files; a step's verdict when it is known.
collect() { # USER
	file=/dev/null
	while IFS= read -r line; do
		case $line in
		'@step '*)
			# shellcheck disable=SC2086 # words
			set -- "$1" $line
			file=$out/$1/$3/$4
			: >"$file.out" && : >"$file.log"
			echo "$5" >"$file.time"
			echo "$6" >"$file.status"
			;;
		'@end')
			[ "$3" = reference ] || verdict "$1" "$4" >"$out/$1/verdict"
			[ "$3" = reference ] || cat "$out/$1/verdict"
			file=/dev/null
			;;
		'|'*) printf '%s\n' "${line#?}" >>"$file.out" ;;
		.*) printf '%s\n' "${line#?}" >>"$file.log" ;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

# ---- one user ----------------------------------------------------------------

comma() {
	echo "$*" | tr ' ' ,
}

# Words LABEL=PROGRAM:STEPS for inside.sh; the reference only for the steps whose
# answers are not known yet.
runs() { # USER STEP...
	dir=$out/$1
	shift
	unknown=''
	for name; do
		[ -e "$dir/reference/$name.out" ] || unknown="$unknown $name"
	done
	# shellcheck disable=SC2086 # words
	[ -z "$unknown" ] || echo "reference=$reference:$(comma $unknown)"
	echo "tested=$runtime:$(comma "$@")"
}

try() { # USER STEP...
	user=$1 dir=$out/$1
	shift
	rm -rf "$dir/tested" "$dir/verdicts"
	if [ "${FRESH:-}" ] || [ "$(cat "$dir/key" 2>/dev/null)" != "$key" ]; then
		rm -rf "$dir/reference"
	fi
	mkdir -p "$dir/reference" "$dir/tested"
	echo "$key" >"$dir/key"
	: >"$dir/verdicts"
	# shellcheck disable=SC2046 # words
	build/bin/isolab machine --timeout 1800 \
		sh tests/machine/engines.sh "$user" \
		env RUNTIME_OPTIONS="${RUNTIME_OPTIONS:-}" TIMES="${TIMES:-}" \
		sh "$PWD/tests/podman/inside.sh" "$PWD/$out/images" \
		$(runs "$user" "$@") 2>&1 </dev/null | collect "$user"
	for name; do
		[ -e "$dir/tested/$name.out" ] && continue
		echo "FAIL  $user $name: the machine ended before it"
		echo failed >>"$dir/verdicts"
	done
}

count() { # WORD
	cat "$out"/*/verdicts | grep -c "$1"
}

# ---- main --------------------------------------------------------------------

who=${1:-all}
[ $# -eq 0 ] || shift
case $who in
all) users='root student' ;;
root | student) users=$who ;;
list)
	read_table root
	cat "$out/root/table/steps"
	exit
	;;
*) fail 'usage: podman.sh [root|student [STEP...] | list]' 2 ;;
esac

rm -f "$out"/*/verdicts
for tool in podman conmon "$reference"; do
	command -v "$tool" >/dev/null && continue
	echo "SKIP: there is no $tool here; try: make check-podman"
	echo '0 passed, 0 failed, 1 skipped'
	exit 77
done
if [ ! -x "$runtime" ]; then
	echo "SKIP: $runtime is not built; try: RUNTIME=/usr/sbin/runc"
	echo '0 passed, 0 failed, 1 skipped'
	exit 77
fi
runtime=$(realpath "$runtime")
[ -n "$(find "$out/images/digests" -newer tests/podman/images.sh 2>/dev/null)" ] ||
	sh tests/podman/images.sh "$out/images" build/bin/probes ||
	fail 'cannot make the images'
key=$(key)

for user in $users; do
	read_table "$user"
	if [ $# -eq 0 ]; then
		# shellcheck disable=SC2046 # a list of names
		set -- $(cat "$table/steps")
		try "$user" "$@" &
		set --
	else
		for name; do
			grep -qx -e "$name" "$table/steps" || fail "no step '$name'; try: podman.sh list" 2
		done
		try "$user" "$@" &
	fi
done
wait
echo
echo "$(count passed) passed, $(count failed) failed, $(count skipped) skipped"
[ "$(count failed)" -eq 0 ]
