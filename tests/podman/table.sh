# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # table: of who sources this
# table.sh - how the table of steps is read; sourced
#
#	step NAME WANT			the shell function do_NAME (with "_"
#					for "-") is the step
#	look BATCH NAME WANT OPTIONS COMMAND
#					COMMAND is the step, run by a shell in a
#					container with OPTIONS
#
# WANT is a pattern of grep -E, to be found in what the reference prints: two
# runtimes that fail alike would otherwise agree.  "look" steps with the same
# BATCH share a container when more than one is asked for, with the options of
# all: starting one takes five seconds here.  Called alone, a step has a
# container of its own.
#
#
# Leaves, in the folder $table: the list "steps", and for each NAME what was
# said of it.

step() {
	echo "$1" >>"$table/steps"
	printf '%s\n' "$2" >"$table/$1.want"
}

look() {
	step "$2" "$3"
	echo "$1" >"$table/$2.batch"
	echo "$4" >"$table/$2.options"
	echo "$5" >"$table/$2.command"
}
