/* SPDX-License-Identifier: MIT */
#include "sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdbool.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "sys.h"

#ifndef F_ADD_SEALS
#define F_ADD_SEALS   1033 /* <linux/fcntl.h> */
#define F_GET_SEALS   1034
#define F_SEAL_SEAL   0x1
#define F_SEAL_SHRINK 0x2
#define F_SEAL_GROW   0x4
#define F_SEAL_WRITE  0x8
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x10 /* <linux/memfd.h> since Linux 6.3 */
#endif
enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

/* Only a file in memory has seals at all. */
static bool is_sealed(int fd)
{
	return fcntl(fd, F_GET_SEALS) == SEALS;
}

static int copy_into(int fd, int exefd)
{
	struct stat st;
	off_t at = 0;

	if (fstat(exefd, &st) < 0)
		return -errno;
	while (at < st.st_size)
		if (sendfile(fd, exefd, &at, (size_t)(st.st_size - at)) <= 0)
			return errno ? -errno : -EIO;
	return 0;
}

/* Pages that somebody else in the kernel looks at just now cannot be sealed
 * (mm/memfd.c, memfd_wait_for_pins()): on a busy machine this takes a while. */
static int add_seals(int fd)
{
	int r = -EBUSY;

	for (int i = 0; i < 50 && r == -EBUSY; i++)
		r = sysret(fcntl(fd, F_ADD_SEALS, SEALS));
	return r;
}

int sealed_reexec(char **argv, struct report *rep)
{
	auto_close int exefd = sys_open("/proc/self/exe", O_RDONLY);
	auto_close int fd = -1;
	int r;

	report_step(rep, "execute a sealed copy of minic");
	if (report_call(rep, exefd, "open", "/proc/self/exe") < 0)
		return exefd;
	if (is_sealed(exefd))
		return 0;
	fd = sys_ret(syscall(SYS_memfd_create, "minic",
			     MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC));
	if (fd == -EINVAL) /* before Linux 6.3 there was no MFD_EXEC */
		fd = sys_ret(syscall(SYS_memfd_create, "minic",
				     MFD_CLOEXEC | MFD_ALLOW_SEALING));
	if (report_call(rep, fd, "memfd_create", "minic") < 0)
		return fd;
	r = report_call(rep, copy_into(fd, exefd), "sendfile", "minic");
	if (r == 0)
		r = report_call(rep, add_seals(fd), "fcntl", "F_ADD_SEALS");
	if (r < 0)
		return r;
	syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	return report_call(rep, -errno, "execveat", "the copy");
}
