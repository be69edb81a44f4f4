/* SPDX-License-Identifier: MIT */
/*
 * fake-desk.c - speaks in the name of the process that runs the commands
 *
 * Attack: forged exit status, killing the grader
 * Lab: 11-container
 * Stopped: the grader knows the desk by its PID, and only a process's own
 *          threads may change its name; a desk that is gone has said nothing
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void)
{
	const pid_t desk = getppid();
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)desk);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "1=0", 3) == 3)
		fprintf(stderr, "BROKEN: the desk has another name\n");
	(void)prctl(PR_SET_NAME, "1=0");
	(void)kill(desk, SIGKILL);
	execl("/bin/probe", "1=0", "hold", (char *)NULL);
	return 0;
}
