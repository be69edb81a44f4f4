#!/bin/sh
# bench.sh - how long grading takes, and fifty equal verdicts
#
#	bench.sh ISOLAB
#
# Medians of three.  The rows of all labs in the lab machine, which take a
# minute each, are measured once.
set -eu
isolab=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ms() {
	echo $(($(date +%s%N) / 1000000))
}

once() {
	start=$(ms)
	"$@" >/dev/null || true
	echo $(($(ms) - start))
}

median() {
	for _ in 1 2 3; do once "$@"; done | sort -n | sed -n 2p
}

for what in solutions exercises; do
	echo "grade, labs 01-03, $what:" \
		"$(median "$isolab" grade --in host --from $what 01 02 03) ms"
	echo "grade, all labs, $what:" \
		"$(median "$isolab" grade --in host --from $what) ms"
done
for lab in solutions/[0-9]*; do
	lab=${lab#solutions/}
	echo "grade, $lab, solution: $(median "$isolab" grade --in host --from solutions "$lab") ms"
done

# From a saved file to the verdict on the terminal: "watch --once" ends then.
watched() {
	file=$(find "$work/$1" -name '*.c')
	"$isolab" watch --once --from "$work" "$1" >"$work/out" &
	watcher=$!
	until grep -q watching "$work/out"; do sleep 0.02; done
	start=$(ms)
	echo >>"$file"
	wait "$watcher" || true
	echo $(($(ms) - start))
}

for lab in solutions/[0-9]*; do
	lab=${lab#solutions/}
	cp -r "solutions/$lab" "$work"
	echo "watch, $lab, save to verdict:" \
		"$(for _ in 1 2 3; do watched "$lab"; done | sort -n | sed -n 2p) ms"
done

if "$isolab" machine --small true; then
	for what in solutions exercises; do
		echo "machine, labs 01-03, $what:" \
			"$(median "$isolab" grade --in machine --from $what 01 02 03) ms"
		echo "machine, all labs, $what:" \
			"$(once "$isolab" grade --in machine --from $what) ms"
	done
	echo "machine, boot, true and end: $(median "$isolab" machine --small true) ms"
fi

# The same verdicts fifty times, five at once, so that all cores are busy.
verdicts() {
	"$isolab" grade --in host --from solutions --format tap |
		grep -E '^ *(not )?ok' | md5sum >"$work/verdict.$1"
}
for batch in 0 1 2 3 4 5 6 7 8 9; do
	for one in 0 1 2 3 4; do
		verdicts "$batch$one" &
	done
	wait
done
made=$(cat "$work"/verdict.* | wc -l)
different=$(cat "$work"/verdict.* | sort -u | wc -l)
echo "different verdicts in $made gradings under load: $((different - 1))"
[ "$made" -eq 50 ] && [ "$different" -eq 1 ]
