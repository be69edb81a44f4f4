/* SPDX-License-Identifier: MIT */
#include "seccomp_names.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Sorted by name. */
static const struct syscall_name names[] = {
#include "seccomp_names.inc"
};

static int compare(const void *key, const void *element)
{
	const struct syscall_name *entry = element;

	return strcmp(key, entry->name);
}

const struct syscall_name *syscall_find(const char *name)
{
	return bsearch(name, names, COUNT(names), sizeof(names[0]), compare);
}

/* The numbers of SYS_SOCKET and so on in linux/net.h, sorted by name. */
static const struct mux {
	const char *name;
	int selector;
} sockets[] = {
	{ "accept", 5 },       { "accept4", 18 },     { "bind", 2 },
	{ "connect", 3 },      { "getpeername", 7 },  { "getsockname", 6 },
	{ "getsockopt", 15 },  { "listen", 4 },	      { "recv", 10 },
	{ "recvfrom", 12 },    { "recvmmsg", 19 },    { "recvmsg", 17 },
	{ "send", 9 },	       { "sendmmsg", 20 },    { "sendmsg", 16 },
	{ "sendto", 11 },      { "setsockopt", 14 },  { "shutdown", 13 },
	{ "socket", 1 },       { "socketpair", 8 },
}, ipcs[] = {
	/* SEMOP and so on in linux/ipc.h */
	{ "msgctl", 14 }, { "msgget", 13 }, { "msgrcv", 12 },
	{ "msgsnd", 11 }, { "semctl", 3 },  { "semget", 2 },
	{ "semop", 1 },	  { "semtimedop", 4 }, { "shmat", 21 },
	{ "shmctl", 24 }, { "shmdt", 22 },  { "shmget", 23 },
};

static int select_in(const struct mux *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return list[i].selector;
	return 0;
}

int syscall_mux(const char *name, int *ret_number)
{
	int selector;

	/* Most names are neither, and their first letter says so. */
	if (!strchr("abcglrs", name[0]) && !strchr("ms", name[0]))
		return 0;
	selector = select_in(sockets, COUNT(sockets), name);
	if (selector) {
		*ret_number = 102; /* socketcall */
		return selector;
	}
	selector = select_in(ipcs, COUNT(ipcs), name);
	if (selector)
		*ret_number = 117; /* ipc */
	return selector;
}
