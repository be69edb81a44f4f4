/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "cleanup.h"

/* strerror(3) of musl and of glibc. */
static bool says_errno(const char *text, int err)
{
	return strstr(text, strerror(err)) ||
	       (err == ENOMEM && strstr(text, "Out of memory"));
}

/* A function of libc is a good name, too. */
static bool says_call(const char *text, const char *name)
{
	static const struct {
		const char *call, *name;
	} others[] = {
		{ "openat", "open" },
		{ "openat", "read(" },
		{ "openat", "write(" },
		{ "openat", "flock(" },
		{ "open", "realpath" },
		{ "readlink", "realpath" },
		{ "open", "read(" },
		{ "mkdirat", "mkdir" },
		{ "unlinkat", "rmdir" },
		{ "unlink", "write(" },
		{ "rename", "write(" },
		{ "renameat", "write(" },
		{ "writev", "write(" },
		{ "listen", "bind" },
		{ "recvmsg", "recv" },
		{ "recvfrom", "recv" },
		{ "sendto", "send" },
		{ "sendmsg", "send" },
		{ "prlimit64", "setrlimit" },
		{ "mkdirat", "openat2 or" },
		{ "mmap", "mmap" },
		{ "read", "open(" },
		{ "getcwd", "realpath" },
		{ "access", "root.path" },
		{ "openat2", "openat2 or" },
		{ "stat", "executable file" },
		{ "openat", "_map)" },
		{ "accept4", "is stopped" },
		{ "fstatfs", "open(" },
		{ "openat", "unlinkat(the state" },
		{ "readlinkat", "openat2 or" },
		{ "clone", "fork" },
		{ "fork", "fork" },
		{ "fstat", "sendfile" },
		{ "uname", "uname" },
	};
	char word[64];

	snprintf(word, sizeof(word), "%s(", name);
	if (strstr(text, word))
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i].call, name) == 0 &&
		    strstr(text, others[i].name))
			return true;
	return false;
}

const char *message_check(const char *text, int number, int err, char *buf,
			  size_t size)
{
	auto_free char *name =
		seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
	const char *step = strstr(text, "minic: cannot ");
	bool memory = number == SYS_mmap || number == SYS_brk ||
		      number == SYS_mremap || number == SYS_munmap;

	if (!step)
		return "no error is told";
	if (step[strlen("minic: cannot ")] == ':')
		return "the error names no step";
	/* malloc(3) knows one error only, and cannot say more. */
	if (memory && says_errno(step, ENOMEM))
		return NULL;
	if (!says_errno(step, err))
		return "the error is another one";
	if (!name || !says_call(step, name)) {
		snprintf(buf, size, "the error does not name %s",
			 name ? name : "the call");
		return buf;
	}
	return NULL;
}

bool message_warns(const char *text, int err)
{
	const char *warning = strstr(text, "minic: warning: ");

	return warning && says_errno(warning, err);
}
