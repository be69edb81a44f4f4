#!/bin/sh
# weaken.sh - take one mechanism away, and see attacks get through
#
#	weaken.sh BUILD [NAME...]
#
# For each tests/attacks/weaken/NAME.patch: copy the kit, apply the patch,
# build the copy, and let it grade the attacks that the patch names.  The kit as
# it is must stop each of them in the very same place, and the weakened kit must
# still give the solution of the lab 100 points.
#
#	Mechanism:  what the patch takes away
#	Breaks:     attacks that must now get through: score, leave something
#		    behind, or say so
#	Hangs:      attacks that must now keep the grader from ending
#	Holds:      attacks that must still be stopped, by something else
#	As:         root, or user: in the lab machine; host: here, as we are
#	Spoils:     "solution" where a check of the lab notices it, too
#	Before:     a command of the shell, run first in the same place
#
# Ends with "N passed, N failed, N skipped".
set -u
LIMIT=120
cd "$(dirname "$0")/.." || exit 1
kit=$(pwd)
build=$(cd "$1" && pwd) || exit 1
shift
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

passed=0 failed=0 skipped=0
say() { # VERDICT PATCH ATTACK [WHY]
	case $1 in
	pass) passed=$((passed + 1)) ;;
	skip) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
	printf '%-5s %-18s %-20s %s\n' "$1" "$2" "$3" "${4-}"
}

header() { # PATCH FIELD
	sed -n "/^--- /q; s/^$2: *//p" "$1"
}

# A weakened copy is built from the objects that are there already.
make_copy() { # PATCH DIR
	rm -rf "$2"
	mkdir -p "$2/build" &&
		cp -a Makefile common docs exercises labs solutions tests "$2" &&
		cp -a "$build/bin" "$build/common" "$build/student" \
			"$build/tests" "$2/build" &&
		patch -s -f -p1 -d "$2" -i "$1" &&
		make -s -C "$2" O=build isolab >"$2/build/log" 2>&1
}

# The commands for one patch: first the kit as it is, then the copy.
# "begin" and "end" lines tell an attack that was tried from one that was not.
# A grader that needs longer than LIMIT seconds has been held up, where that is
# expected; others may take their time, on a machine that is busy.
commands() { # DIR AS BEFORE HANGS ATTACK...
	dir=$1 as=$2 before=$3 hanging=$4
	shift 4
	slow="timeout -s KILL $((5 * LIMIT))"
	wrap="env"
	[ "$as" != user ] || wrap="$wrap TMPDIR=/tmp HOME=/tmp setpriv \
--reuid 54321 --regid 54321 --clear-groups"
	echo "exec 2>&1; cd /tmp; $before"
	lab=$(sed -n 's/^ \* Lab: //p' "tests/attacks/$1.c")
	echo "echo 'begin weak solution'"
	echo "ISOLAB_KIT=$dir $slow $wrap $dir/build/bin/isolab matrix --only solution $lab"
	for attack; do
		lab=$(sed -n 's/^ \* Lab: //p' "tests/attacks/$attack.c")
		echo "echo 'begin kit $attack'"
		echo "ISOLAB_KIT=$kit $slow $wrap $build/bin/isolab matrix --only $attack $lab"
		echo "echo 'begin weak $attack'"
		limit=$slow
		case " $hanging " in *" $attack "*) limit="timeout -s KILL $LIMIT" ;; esac
		echo "ISOLAB_KIT=$dir $limit $wrap $dir/build/bin/isolab matrix --only $attack $lab"
	done
	echo "echo end"
}

run_commands() { # AS
	if [ "$1" = host ]; then
		sh
	else
		"$build/bin/isolab" machine --timeout 1200 sh
	fi
}

# What the matrix said after a "begin" line: its verdict, "none" if it did not
# come to one, or "untried".
verdict() { # WHICH ATTACK
	awk -v begin="begin $1 $2" '
		$0 == begin { on = 1; found = 1; word = "none"; next }
		/^begin / || $0 == "end" { on = 0 }
		on && /^(pass|fail|skip|error) / && word == "none" { word = $1 }
		END { print found ? word : "untried" }' "$log"
}

judge() { # NAME ATTACK WANTED
	with=$(verdict kit "$2") without=$(verdict weak "$2")
	# A check that this machine cannot make does not matter here.
	[ "$with" != skip ] || with=pass
	[ "$without" != skip ] || without=pass
	case $with/$3/$without in
	pass/breaks/fail | pass/breaks/error | pass/hangs/none) say pass "$1" "$2" ;;
	pass/holds/pass) say pass "$1" "$2" "held by something else" ;;
	*) say fail "$1" "$2" "with the mechanism: $with; without: $without" ;;
	esac
}

prove() { # PATCH
	name=$(basename "$1" .patch)
	dir=$build/weaken/$name
	as=$(header "$1" As) breaks=$(header "$1" Breaks)
	hangs=$(header "$1" Hangs) holds=$(header "$1" Holds)
	if ! make_copy "$1" "$dir"; then
		say fail "$name" - "the patch does not apply or build"
		return
	fi
	# shellcheck disable=SC2086 # words
	commands "$dir" "$as" "$(header "$1" Before)" "$hangs" \
		$breaks $hangs $holds |
		run_commands "$as" >"$log" 2>&1
	cp "$log" "$dir/build/log"
	case $(verdict weak solution)/$(header "$1" Spoils) in
	pass/* | skip/* | */solution) ;;
	*) say fail "$name" solution "it must still get 100 points" ;;
	esac
	for attack in $breaks; do judge "$name" "$attack" breaks; done
	for attack in $hangs; do judge "$name" "$attack" hangs; done
	for attack in $holds; do judge "$name" "$attack" holds; done
	# what is kept of a failure is the log
	rm -rf "$dir/tests" "$dir/labs" "$dir/build/bin" "$dir/build/tests"
}

all=$#
if [ $# -eq 0 ]; then
	for patch in "$kit"/tests/attacks/weaken/*.patch; do prove "$patch"; done
fi
for name; do prove "$kit/tests/attacks/weaken/$name.patch"; done

# Each attack must have got through once.
if [ "$all" -eq 0 ]; then
	for attack in tests/attacks/*.c; do
		attack=$(basename "$attack" .c)
		sed -n 's/^\(Breaks\|Hangs\): *//p' tests/attacks/weaken/*.patch |
			grep -qw -- "$attack" ||
			say fail - "$attack" "no patch lets it through"
	done
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
