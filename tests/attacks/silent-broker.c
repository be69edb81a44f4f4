/* SPDX-License-Identifier: MIT */
/*
 * silent-broker.c - starts the probe and lets all its calls wait for ever
 *
 * Attack: timing out
 * Lab: 09-seccomp
 * Stopped: a call that is lent to the probe has a deadline and is then taken
 *          back; and what waits for a broker can be killed
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	/* Any filter would earn points in the checks that ask for one; with
	 * -q and -b it is about the answers. */
	if (argc < 4 || argv[3][0] != '-')
		return 1;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* One table of descriptors for both, so that the listener stays open
	 * when execve(2) gives the child a table of its own. */
	if (syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0) == 0) {
		(void)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
		execl("/bin/probe", "probe", "hold", (char *)NULL);
	}
	for (;;)
		pause();
}
