# SPDX-License-Identifier: MIT
# seccomp_names.awk - numbers of system calls as a table for seccomp_names.c
#
# Reads what "cc -E -dM" says about <asm/unistd_64.h>, <asm/unistd_32.h> and
# <asm/unistd_x32.h>, each after a line "TABLE n"; writes a line for each name.
$1 == "TABLE" { table = $2 }
$1 == "#define" && $2 ~ /^__NR_/ {
	name = substr($2, 6)
	number = $NF
	sub(/\)$/, "", number)
	if (number !~ /^[0-9]+$/ || number + 0 >= 768) {
		print "seccomp_names.awk: " $0 > "/dev/stderr"
		wrong = 1
		exit
	}
	names[name]
	numbers[name, table] = number
}
function get(name, t) {
	return (name, t) in numbers ? numbers[name, t] : -1
}
END {
	if (wrong)
		exit 1
	for (name in names)
		printf "{ \"%s\", { %d, %d, %d } },\n", name,
		       get(name, 0), get(name, 1), get(name, 2)
}
