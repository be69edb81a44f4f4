#!/bin/sh
# SPDX-License-Identifier: MIT
# inside.sh - the part of escape.sh that runs in the lab machine
#
#	inside.sh BUILD LABEL=RUNTIME:STEP,STEP...	all of these
#	inside.sh one RUNTIME STEP			used by the first
#
# Prints a line "@LABEL STEP VERDICT MILLISECONDS WHY" for each.
set -u
here=$(dirname "$0")

[ "$(cat /proc/sys/kernel/hostname)" = lab-machine ] || {
	echo "inside.sh: this is not the lab machine: nothing is tried here" >&2
	exit 1
}

# shellcheck source=tests/escape/lib.sh
. "$here/lib.sh"
for part in sealed entering paths ids kernel leftover; do
	# shellcheck disable=SC1090
	. "$here/$part.sh"
done

if [ "$1" = one ]; then
	runtime=$2 step=$3 dir=/e/step
	defaults
	"step_$step"
	broken "the step came to no end"
fi

milliseconds() {
	read -r up _ </proc/uptime
	echo "$((${up%.*} * 1000 + 1${up#*.} * 10 - 1000))"
}

clean() {
	for state in /e/step/state/*; do
		[ ! -e "$state" ] ||
			timeout -s KILL 20 "$1" --root /e/step/state delete \
				--force "${state##*/}" >/dev/null 2>&1
	done
	echo core >/proc/sys/kernel/core_pattern
	# The deepest first; only an attack that got through leaves any.
	for point in $(cut -d ' ' -f 5 /proc/self/mountinfo | grep ^/e/step/ |
		sort -r); do
		umount -l "$point"
	done
	rm -rf /e/step
}

build=$1
shift
make_machine "$build"
for run; do
	label=${run%%=*} rest=${run#*=}
	binary=${rest%%:*}
	# On memory: some attacks are on this very file.
	for step in $(echo "${rest#*:}" | tr , ' '); do
		mkdir -p /e/step /e/runtime
		cp "$binary" "/e/runtime/${binary##*/}"
		before=$(milliseconds)
		timeout -s KILL "${LIMIT:-500}" sh "$0" one \
			"/e/runtime/${binary##*/}" "$step" >/e/step/log 2>&1 </dev/null
		[ -s /e/step/verdict ] ||
			echo "broken killed after ${LIMIT:-500} s, or: $(tail -n 1 /e/step/log)" \
				>/e/step/verdict
		read -r verdict why </e/step/verdict
		printf '@%s %s %s %s %s\n' "$label" "$step" "$verdict" \
			$(($(milliseconds) - before)) "$why"
		if [ "${SHOW:-}" ]; then cat /e/step/log /e/step/out 2>/dev/null; fi
		clean "/e/runtime/${binary##*/}"
	done
done
