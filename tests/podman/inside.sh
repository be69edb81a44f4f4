#!/bin/sh
# SPDX-License-Identifier: MIT
# inside.sh - in the lab machine: do the steps with one runtime, then another
#
#	inside.sh IMAGES LABEL=RUNTIME:STEP,STEP... ...
#
# IMAGES has the OCI layouts of images.sh.  Prints for each step
#
#	@step LABEL NAME MILLISECONDS STATUS
#	|what it printed, without ids, times and the runtime's name
#	.what the runtime was called with, and what it logged
#	@end
#
# where STATUS 77 is a skip, its reason the last line.  tests/podman.sh starts
# it and reads that.
set -u
here=$(cd "$(dirname "$0")" && pwd)
images=$1
shift
work=$(mktemp -d /run/user/1000/steps.XXXXXX 2>/dev/null || mktemp -d /run/steps.XXXXXX)
table=$work/table files=$work/files
mkdir "$table" "$files"
user=root
[ "$(id -u)" = 0 ] || user=student
host_namespaces=$(readlink /proc/self/ns/* | tr '\n' ' ')
export LC_ALL=C TZ=UTC

# ---- what steps.sh uses ----------------------------------------------------

# podman with the runtime under test
p() {
	podman --runtime "$runtime" "$@"
}

# podman, silent
q() {
	p "$@" >/dev/null
}

# The same and its exit status, which the comparison shows.
status() {
	"$@"
	echo "status $?"
}

# The runtime's own words in a message of podman's are its own.
own_words() {
	sed -E 's/^(Error: ).*(: OCI )/\1...\2/'
}

skip() {
	echo "$1"
	exit 77
}

# wait_for COMMAND...: poll; a starting container takes some time
wait_for() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || { echo "never: $*"; return 1; }
		sleep 0.1
	done
}

# ---- one step --------------------------------------------------------------

# Same ids, times and names, whoever ran it.  A digest that matters is printed
# by the step in pieces, or compared there.
normalise() {
	sed -E -e "s#$work#WORK#g" -e "s#$runtime#RUNTIME#g" \
		-e 's/\b[0-9a-f]{64}\b/ID/g' -e 's/\b[0-9a-f]{12}\b/ID/g' \
		-e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+( [+-][0-9]{4} [A-Z]+|Z|[+-][0-9:]+)?/TIME/g' \
		-e 's/(Up )?(About )?(an?|[0-9]+|Less than a) (second|minute|hour)s?( ago)?/TIME/g' \
		-e 's/\x1b/ESC/g' -e 's/\r$/CR/'
}

now_ms() {
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}0"
}

report() { # NAME MILLISECONDS STATUS; the output is in $work/out
	echo "@step $label $1 $2 $3"
	normalise <"$work/out" | sed 's/^/|/'
	normalise <"$log" | sed 's/^/./'
	echo @end
	: >"$log"
}

run_step() { # NAME
	name=$1 start=$(now_ms)
	if [ -e "$table/$1.batch" ]; then
		look_out "$1"
		result=0
	else
		("do_$(echo "$1" | tr - _)") >"$work/out" 2>&1 </dev/null
		result=$?
	fi
	report "$name" $(($(now_ms) - start)) $result
}

# ---- steps that share a container -------------------------------------------

# look_run NAME...: in one container; leaves $looks/NAME for each that ran
look_run() {
	options='' script=''
	for look; do
		options="$options $(cat "$table/$look.options")"
		script="$script
echo '@look $look'; ($(cat "$table/$look.command")
) 2>&1"
	done
	case $options in *--network*) ;; *) options="$options --network none" ;; esac
	# shellcheck disable=SC2086 # a list of words
	p run --rm $options localhost/busybox sh -c "$script" \
		>"$work/look" 2>&1 </dev/null
	end=$?
	awk -v dir="$looks" -v end="$end" -v count=$# '
		/^@look / { if (file) close(file); file = dir "/" $2; printf "" >file; next }
		{ print >(file ? file : dir "/" ".none") }
		END { if (end) print "the container ended with status " end >(file ? file : dir "/" ".none") }
	' "$work/look"
	[ $# -gt 1 ] || [ -e "$looks/$1" ] || mv "$looks/.none" "$looks/$1"
}

# All of NAME's batch, with the first of it.  If the container did not get as
# far as a step, that one is tried alone.
look_out() {
	if [ ! -e "$looks/$1" ]; then
		batch=$(cat "$table/$1.batch") group=''
		for look in $(echo "$todo" | tr , ' '); do
			[ -e "$table/$look.batch" ] || continue
			[ "$(cat "$table/$look.batch")" = "$batch" ] && group="$group $look"
		done
		# shellcheck disable=SC2086 # a list of names
		look_run $group
	fi
	[ -e "$looks/$1" ] || look_run "$1"
	cp "$looks/$1" "$work/out"
}

# ---- the runtime -----------------------------------------------------------

# A script between podman and the runtime writes down every call.  Podman knows
# some runtimes by the name of their file.
wrap() { # PROGRAM
	mkdir -p "$work/$label"
	runtime=$work/$label/${1##*/}
	cat >"$runtime" <<-END
		#!/bin/sh
		log= next=
		for word; do
			[ "\$next" ] && log=\$word && next=
			[ "\$word" = --log ] && next=yes
		done
		"$1" $runtime_options "\$@"
		end=\$?
		{
			echo "\${0##*/} \$*"
			[ \$end -eq 0 ] || echo "	ended with \$end"
			[ -z "\$log" ] || [ ! -s "\$log" ] || sed 's/^/	/' "\$log"
		} >>"$work/log"
		exit \$end
	END
	chmod +x "$runtime"
}

log=$work/log
runtime_options=${RUNTIME_OPTIONS:-}
# shellcheck source=tests/podman/table.sh
. "$here/table.sh"
# shellcheck source=tests/podman/steps.sh
. "$here/steps.sh"
[ -z "${TIMES:-}" ] || cat /proc/uptime
prepare || exit
[ -z "${TIMES:-}" ] || cat /proc/uptime
for word; do
	label=${word%%=*}
	rest=${word#*=}
	program=${rest%%:*} todo=${rest#*:}
	looks=$work/looks.$label
	mkdir "$looks"
	: >"$log"
	wrap "$program"
	begin
	[ -z "${TIMES:-}" ] || cat /proc/uptime
	for name in $(echo "$todo" | tr , ' '); do
		run_step "$name"
	done
done
