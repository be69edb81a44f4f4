#!/bin/sh
# deps.sh - the packages that the kit needs; the one list is docs/packages.tsv
#
#	deps.sh install GROUP...   list them, install what is missing
#	deps.sh quiet GROUP...     the same, silent if nothing is missing
#	deps.sh print              the names for Debian, Fedora and Arch
#
# GROUP is a word of the list's first column, or "all".
set -u
cd "$(dirname "$0")/.." || exit 1
list=docs/packages.tsv
tab=$(printf '\t')

# Column $1 of the rows whose group is among the other arguments.
column() {
	n=$1
	shift
	awk -F "$tab" -v n="$n" -v groups=" $* " '!/^#/ && NF >= 4 &&
	    (groups ~ / all / || index(groups, " " $1 " ")) &&
	    $n != "-" { print $n }' "$list" | sort -u
}

print_all() {
	for row in 2:Debian 3:Fedora 4:Arch; do
		echo "${row#*:}:" "$(column "${row%:*}" all | tr '\n' ' ')"
	done
}

# Words, one to a line, as one line.
line() {
	printf '%s\n' "$1" | tr '\n' ' '
}

missing_of() {
	for p in $1; do
		dpkg-query -W -f='${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || echo "$p"
	done
}

run_apt() {
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	elif command -v sudo >/dev/null; then
		sudo env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	else
		return 1
	fi
}

mode=${1:-print}
[ $# -gt 0 ] && shift
case $mode in
print)
	print_all
	exit 0
	;;
install | quiet) ;;
*)
	echo "usage: deps.sh install GROUP... | quiet GROUP... | print" >&2
	exit 2
	;;
esac

if ! command -v apt-get >/dev/null; then
	# Another system: its own names, and go on if a compiler is there.
	[ "$mode" = quiet ] && command -v cc >/dev/null && exit 0
	echo "deps.sh: no apt-get here; install these by hand:"
	print_all
	command -v cc >/dev/null
	exit
fi

wanted=$(column 2 "$@")
missing=$(missing_of "$wanted")
[ "$mode" = quiet ] && [ -z "$missing" ] && exit 0
echo "packages: $(line "$wanted")"
if [ -z "$missing" ]; then
	echo "nothing is missing"
	exit 0
fi
echo "missing:  $(line "$missing")"
# shellcheck disable=SC2086 # a list of names
if run_apt -qq update && run_apt -y -qq install --no-install-recommends $missing; then
	exit 0
fi
echo "deps.sh: not installed; as root run:" >&2
echo "    apt-get install --no-install-recommends $(line "$missing")" >&2
exit 1
