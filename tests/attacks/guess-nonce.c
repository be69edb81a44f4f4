/* SPDX-License-Identifier: MIT */
/*
 * guess-nonce.c - prints what the secret file could say
 *
 * Attack: reading expected values
 * Lab: 01-chroot
 * Stopped: the secret is drawn afresh for each check; PID 1 of the sandbox,
 *          which has it in memory, cannot be seen from the jail
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"

int main(int argc, char *argv[])
{
	static const char *const places[] = { "/secret", "/tmp/secret",
					      "/work/secret", "/proc/1/environ",
					      "/proc/1/cmdline" };
	static const char zeros[] = "00000000000000000000000000000000";

	if (argc != 3 || strcmp(argv[1], "--escape") != 0)
		return 1;
	(void)write_all(STDOUT_FILENO, zeros, strlen(zeros));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		auto_free char *text = NULL;

		if (file_read_all(places[i], &text) > 0)
			printf("%s: %s\n", places[i], text);
	}
	return 0;
}
