#!/bin/sh
# bench.sh - how long grading takes: median of five, and fifty equal verdicts
#
#	bench.sh ISOLAB
set -eu
isolab=$1

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

echo "grade, all labs, solutions: $(median_of_5 "$isolab" grade --from solutions) ms"
echo "grade, all labs, exercises: $(median_of_5 "$isolab" grade --from exercises) ms"
for lab in solutions/[0-9]*; do
	lab=${lab#solutions/}
	echo "grade, $lab, solution: $(median_of_5 "$isolab" grade --from solutions "$lab") ms"
done

# The same verdicts fifty times, with both cores busy.
verdicts() {
	"$isolab" grade --from solutions --format tap | grep -E '^ *(not )?ok' | md5sum
}
(while :; do :; done) & one=$!
(while :; do :; done) & two=$!
trap 'kill $one $two' EXIT
different=$(for _ in $(seq 50); do verdicts; done | sort -u | wc -l)
echo "different verdicts in 50 gradings under load: $((different - 1))"
[ "$different" -eq 1 ]
