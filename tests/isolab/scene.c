/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"

int scene_copy(const char *from, const char *to)
{
	auto_close int fromfd = open(from, O_RDONLY | O_CLOEXEC);
	auto_close int tofd = -1;
	struct stat st;

	if (fromfd < 0 || fstat(fromfd, &st) < 0)
		return -errno;
	tofd = open(to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0755);
	if (tofd < 0)
		return -errno;
	while (st.st_size > 0) {
		ssize_t n = sendfile(tofd, fromfd, NULL, (size_t)st.st_size);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		st.st_size -= n;
	}
	return steal_fd(&tofd);
}

int scene_set_filecaps(int fd, uint64_t permitted, bool effective)
{
	const struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2 |
			     (effective ? VFS_CAP_FLAGS_EFFECTIVE : 0),
		.data = { { .permitted = (uint32_t)permitted },
			  { .permitted = (uint32_t)(permitted >> 32) } },
	};

	return sysret(
		fsetxattr(fd, "security.capability", &caps, sizeof(caps), 0));
}
