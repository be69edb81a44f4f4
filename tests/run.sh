#!/bin/sh
# run.sh - run test programs, then one more command, and add up their counts
#
#	run.sh PROGRAM... -- COMMAND [ARGUMENT...]
#
# Each prints "N passed, N failed, N skipped" as its last line.  One that does
# not, or ends with another status than 0 or 77 without a failure of its own,
# counts as one failure.
set -u
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

passed=0 failed=0 skipped=0

run() {
	echo "== ${1##*/}"
	"$@" >"$log" 2>&1
	status=$?
	cat "$log"
	counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$log" | tail -n 1)
	# shellcheck disable=SC2086 # three words
	set -- ${counts:-0 0 0}
	[ -n "$counts" ] || status=1
	case $status in 0 | 77) ;; *)
		[ "$2" -gt 0 ] || set -- "$1" 1 "$3"
		echo "run.sh: it ended with status $status"
		;;
	esac
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

while [ $# -gt 0 ] && [ "$1" != -- ]; do
	run "$1"
	shift
done
[ $# -gt 0 ] && shift
[ $# -gt 0 ] && run "$@"

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
