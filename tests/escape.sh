#!/bin/sh
# SPDX-License-Identifier: MIT
# escape.sh - try to get out of a container, in the lab machine
#
#	escape.sh [STEP...]		these attacks, or all, on build/bin/minic
#	escape.sh --weakened [PATCH...]	and see them succeed without what stops them
#	escape.sh list			their names
#
# Environment:
#	RUNTIME=PROGRAM	another runtime: /usr/bin/crun, /usr/sbin/runc
#	SHOW=1		also what was printed during each
#
# An attack that was tried and failed is "held", and passes.  One that was not
# tried is no success: "broken", and fails.
#
# --weakened builds a minic for each escape/weaken/NAME.patch, which takes one
# mechanism away ("Mechanism:"), and wants the attacks that the patch names
# ("Breaks:") to get through.  At the end no attack is without such a patch, but
# for those that show in themselves that they can succeed ("Control:").
#
# Each attack, its CVE and what stops it: escape/*.sh.  Needs "make machine" and
# the probes, build/bin/escape; "make check-escapes" sees to that.
set -u
cd "$(dirname "$0")/.." || exit 1
build=build
export ISOLAB_KIT="$PWD"
passed=0 failed=0 skipped=0
mkdir -p "$build/escape"
log=$build/escape/log
: >"$log"

steps() {
	sed -n 's/^step_\([a-z0-9_]*\)() {$/\1/p' tests/escape/*.sh
}

comma() {
	echo "$*" | tr ' ' ,
}

machine() { # LABEL=RUNTIME:STEPS...
	"$build/bin/isolab" machine --timeout 3000 env SHOW="${SHOW:-}" \
		sh tests/escape/inside.sh "$PWD/$build" "$@" </dev/null
}

count() { # VERDICT NAME DETAIL
	case $1 in
	ok) passed=$((passed + 1)) ;;
	SKIP) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
	printf '%-5s %-28s %s\n' "$1" "$2" "$3"
}

# Reads the lines of inside.sh; GOOD is the verdict that passes.
results() { # GOOD
	while read -r label step verdict ms why; do
		case $label in
		@*) ;;
		*)
			[ -z "${SHOW:-}" ] || echo "    $label $step $verdict $ms $why"
			continue
			;;
		esac
		name=$step
		[ "$label" = @kit ] || name="${label#@} $step"
		echo "${label#@} $step $verdict" >>"$log"
		case $verdict in
		"$1") count ok "$name" "$verdict, $ms ms${why:+ ($why)}" ;;
		skip) count SKIP "$name" "$why" ;;
		*) count FAIL "$name" "$verdict, $ms ms: $why" ;;
		esac
	done
}

header() { # PATCH FIELD
	sed -n "/^--- /q; s/^$2: *//p" "$1"
}

# What is built already is not built again.
make_weak() { # PATCH DIR
	rm -rf "$2"
	mkdir -p "$2/build" &&
		cp -a Makefile common labs tests "$2" &&
		cp -a "$build/musl" "$build/common" "$build/labs" "$2/build" &&
		patch -s -f -p1 -d "$2" -i "$1" &&
		make -s -C "$2" O=build build/bin/labs/11-container/minic \
			>"$2/log" 2>&1 &&
		mv "$2/build/bin/labs/11-container/minic" "$2/minic" &&
		rm -rf "$2/build" "$2/labs" "$2/tests" "$2/common" "$2/Makefile"
}

prove() { # PATCH...
	runs=''
	for name; do
		patch=$PWD/tests/escape/weaken/$name.patch
		if make_weak "$patch" "$build/escape/$name"; then
			# shellcheck disable=SC2046 # words
			runs="$runs $name=$PWD/$build/escape/$name/minic:$(comma $(header "$patch" Breaks))"
		else
			count FAIL "$name" "does not apply or build: $build/escape/$name/log"
		fi
	done
	# shellcheck disable=SC2086 # words
	machine $runs >"$log.out" 2>&1
	results through <"$log.out"
	for name; do
		for step in $(header "tests/escape/weaken/$name.patch" Breaks); do
			grep -q "^$name $step " "$log" ||
				count FAIL "$name $step" "no result: $(tail -n 1 "$log.out")"
		done
	done
}

if [ "${1:-}" = list ]; then
	steps
	exit 0
elif [ "${1:-}" = --weakened ]; then
	shift
	if [ $# -gt 0 ]; then
		prove "$@"
	else
		# shellcheck disable=SC2046 # words
		prove $(cd tests/escape/weaken && echo *.patch | sed 's/\.patch//g')
		for step in $(steps); do
			cat tests/escape/weaken/*.patch tests/escape/*.sh |
				sed -n '/^Breaks:\|^# Control:/p' | grep -qw "$step" ||
				count FAIL "$step" "no patch lets it through"
		done
	fi
else
	# shellcheck disable=SC2046 # words
	[ $# -gt 0 ] || set -- $(steps)
	# shellcheck disable=SC2046 # words
	runtime=$(realpath "${RUNTIME:-$build/bin/minic}")
	machine "kit=$runtime:$(comma "$@")" >"$log.out" 2>&1
	results held <"$log.out"
	for step; do
		grep -q "^kit $step " "$log" ||
			count FAIL "$step" "no result: $(tail -n 1 "$log.out")"
	done
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
