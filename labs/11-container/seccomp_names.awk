# SPDX-License-Identifier: MIT
# seccomp_names.awk - numbers of system calls as a table for seccomp_names.c
#
# Reads what "cc -E -dM" says about <asm/unistd_64.h>, <asm/unistd_32.h> and
# <asm/unistd_x32.h>, each after a line "TABLE n"; writes a line for each name:
# its numbers, and where it is behind a collective call of i386.
BEGIN {
	# SYS_SOCKET and so on of <linux/net.h>, which are 1, 2, 3...
	n = split("socket bind connect listen accept getsockname getpeername " \
	          "socketpair send recv sendto recvfrom shutdown setsockopt " \
	          "getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg", list)
	for (i = 1; i <= n; i++)
		behind[list[i]] = i
	# SEMOP and so on of <linux/ipc.h>
	n = split("semop 1 semget 2 semctl 3 semtimedop 4 msgsnd 11 " \
	          "msgrcv 12 msgget 13 msgctl 14 shmat 21 shmdt 22 " \
	          "shmget 23 shmctl 24", list)
	for (i = 1; i < n; i += 2)
		behind[list[i]] = -list[i + 1]
}
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
		printf "{ \"%s\", { %d, %d, %d }, %d },\n", name,
		       get(name, 0), get(name, 1), get(name, 2), behind[name]
}
