/* SPDX-License-Identifier: MIT */
/*
 * no-room.c - every command of the runtime says that it went well
 *
 * Attack: forged exit status
 * Lab: 11-container
 * Stopped: create has to leave a process in a PID namespace of its own; the
 *          probe as an ordinary process, with the folder made and removed, is
 *          looked at and found on the host
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	const char *command = argc > 2 ? argv[1] : "";
	char path[64];

	snprintf(path, sizeof(path), "/work/rooms/%s", argc > 2 ? argv[2] : "");
	if (strcmp(command, "delete") == 0)
		return rmdir(path) < 0;
	if (strcmp(command, "create") != 0)
		return 0;
	(void)mkdir("/work/rooms", 0700);
	if (mkdir(path, 0700) < 0 || argc < 5 || access(argv[3], F_OK) < 0)
		return 1;
	if (fork() == 0) {
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		execv(argv[4], argv + 4);
	}
	return 0;
}
