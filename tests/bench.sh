#!/bin/sh
# bench.sh - how long grading takes, medians of five; and fifty equal verdicts
#
#	bench.sh ISOLAB
set -eu
isolab=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ms() {
	echo $(($(date +%s%N) / 1000000))
}

median_of_5() {
	for _ in 1 2 3 4 5; do
		start=$(ms)
		"$@" >/dev/null || true
		echo $(($(ms) - start))
	done | sort -n | sed -n 3p
}

echo "grade, labs 01-03, solutions: $(median_of_5 "$isolab" grade --in host --from solutions 01 02 03) ms"
echo "grade, labs 01-03, exercises: $(median_of_5 "$isolab" grade --in host --from exercises 01 02 03) ms"
echo "grade, all labs, solutions: $(median_of_5 "$isolab" grade --in host --from solutions) ms"
echo "grade, all labs, exercises: $(median_of_5 "$isolab" grade --in host --from exercises) ms"
for lab in solutions/[0-9]*; do
	lab=${lab#solutions/}
	echo "grade, $lab, solution: $(median_of_5 "$isolab" grade --in host --from solutions "$lab") ms"
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
		"$(for _ in 1 2 3 4 5; do watched "$lab"; done | sort -n | sed -n 3p) ms"
done

if "$isolab" machine --small true; then
	for what in solutions exercises; do
		echo "machine, labs 01-03, $what:" \
			"$(median_of_5 "$isolab" grade --in machine --from $what 01 02 03) ms"
		echo "machine, all labs, $what:" \
			"$(median_of_5 "$isolab" grade --in machine --from $what) ms"
	done
	echo "machine, boot, true and end: $(median_of_5 "$isolab" machine --small true) ms"
fi

# The same verdicts fifty times, with both cores busy.
verdicts() {
	"$isolab" grade --in host --from solutions --format tap | grep -E '^ *(not )?ok' | md5sum
}
(while :; do :; done) & one=$!
(while :; do :; done) & two=$!
trap 'kill $one $two; rm -rf "$work"' EXIT
different=$(for _ in $(seq 50); do verdicts; done | sort -u | wc -l)
echo "different verdicts in 50 gradings under load: $((different - 1))"
[ "$different" -eq 1 ]
