/* SPDX-License-Identifier: MIT */
/*
 * preload.c - leaves shims for whatever runs next
 *
 * Attack: LD_PRELOAD and PATH shims
 * Lab: 02-mount-ns
 * Stopped: the whole file tree of one run is gone in the next; besides,
 *          nothing in a sandbox is looked up by name, and all is static
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Also into places that later runs may see. */
static void put(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0777);

	if (fd < 0 && access(path, F_OK) == 0) {
		fprintf(stderr, "BROKEN: %s is still there\n", path);
		_exit(1);
	}
	if (fd >= 0)
		(void)!write(fd, text, len);
}

int main(void)
{
	put("/etc/ld.so.preload", "/work/evil.so\n", 14);
	put("/bin/sh", "#!/work/evil\n", 13);
	put("/tmp/libc.so.6", "\177ELF", 4);
	put("/work/probe", "#!/work/evil\n", 13);
	(void)setenv("LD_PRELOAD", "/work/evil.so", 1);
	(void)setenv("PATH", "/work", 1);
	execl("/bin/probe", "probe", "hold", (char *)NULL);
	return 0;
}
