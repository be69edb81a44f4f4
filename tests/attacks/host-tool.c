/* SPDX-License-Identifier: MIT */
/*
 * host-tool.c - lets a tool of the host do the work
 *
 * Attack: exec of a host tool that does the job
 * Lab: 02-mount-ns
 * Stopped: there is none in the sandbox
 */
#include <unistd.h>

int main(int argc, char *argv[])
{
	(void)argc;
	execlp("unshare", "unshare", "-Urm", argv[argc - 2], "hold",
	       (char *)NULL);
	execl("/usr/bin/unshare", "unshare", "-Urm", "/bin/probe", "hold",
	      (char *)NULL);
	execl("/bin/busybox", "busybox", "unshare", "-Urm", "/bin/probe",
	      "hold", (char *)NULL);
	return 1;
}
