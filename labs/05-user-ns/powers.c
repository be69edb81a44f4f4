/* SPDX-License-Identifier: MIT */
/*
 * powers.c - what root of a user namespace can do, and what not
 *
 * Usage:  powers
 *
 * Tries the same acts three times and prints what the kernel answers:
 *
 *	you         an ordinary user
 *	root        the same user as root of a new user namespace
 *	root+ns     and with a mount, UTS and network namespace that this
 *	            user namespace owns
 *
 * Idea:   a capability counts only for what its user namespace owns
 * Calls:  unshare(2), and whatever asks for privilege
 * Needs:  nothing; root becomes user 65534 first, so nothing can change
 * Read:   user_namespaces(7), "Interaction of user namespaces and other types
 *         of namespaces"; capabilities(7)
 * Test:   tests/graders/05-user-ns.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "userns.h"

/* ---- the acts: 0 or -errno ---------------------------------------------- */

static int change_root(void)
{
	return sysret(chroot("/"));
}

static int chown_to_zero(void)
{
	return sysret(chown("file", 0, 0));
}

static int chown_to_other(void)
{
	return sysret(chown("file", 12345, 12345));
}

static int be_other(void)
{
	return sysret(setresuid(12345, 12345, 12345));
}

/* To the name that it has: if the kernel agrees, nothing changes. */
static int name_machine(void)
{
	struct utsname name;

	if (uname(&name) < 0)
		return -errno;
	return sysret(sethostname(name.nodename, strlen(name.nodename)));
}

static int mount_tmpfs(void)
{
	return sysret(mount("powers", "folder", "tmpfs", 0, NULL));
}

static int bind_port(void)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(81) };
	auto_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	return sysret(
		bind(fd, (const struct sockaddr *)&address, sizeof(address)));
}

static int make_device(void)
{
	return sysret(mknod("device", S_IFCHR | 0600, makedev(1, 3)));
}

static int read_shadow(void)
{
	auto_close int fd = open("/etc/shadow", O_RDONLY | O_CLOEXEC);

	return sysret(fd);
}

static int signal_init(void)
{
	return sysret(kill(1, 0));
}

static int be_nicer(void)
{
	return sysret(setpriority(PRIO_PROCESS, 0, -5));
}

/* To what it is. */
static int set_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return sysret(clock_settime(CLOCK_REALTIME, &now));
}

static const struct act {
	const char *name;
	int (*try)(void);
	const char *owner; /* whose capability is asked for */
} acts[] = {
	{ "chroot to /", change_root, "the process's own" },
	{ "chown a file to 0", chown_to_zero, "the file's, by its IDs" },
	{ "chown it to 12345", chown_to_other, "the file's, by its IDs" },
	{ "become user 12345", be_other, "the process's own" },
	{ "set the hostname", name_machine, "the UTS namespace's" },
	{ "mount a tmpfs", mount_tmpfs, "the mount namespace's" },
	{ "bind port 81", bind_port, "the network namespace's" },
	{ "make a device", make_device, "the first one, always" },
	{ "read /etc/shadow", read_shadow, "the file's, by its IDs" },
	{ "signal process 1", signal_init, "the process's" },
	{ "raise its priority", be_nicer, "the first one, always" },
	{ "set the clock", set_clock, "the first one, always" },
};

enum { ACTS = sizeof(acts) / sizeof(acts[0]) };

/* ---- three columns --------------------------------------------------------- */

enum column { YOU, ROOT, ROOT_NS, COLUMNS };
static const int namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET;

/* In a child, because an act that works changes who we are. */
static int try_once(const struct act *act, enum column column)
{
	int r = 0;

	if (column != YOU)
		r = userns_become_root();
	if (r >= 0 && column == ROOT_NS)
		r = sysret(unshare(namespaces));
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	return act->try();
}

static int try(const struct act *act, enum column column, int *answer)
{
	pid_t child = fork();

	if (child == 0) {
		*answer = try_once(act, column);
		_exit(KIT_OK);
	}
	return child < 0 ? -errno : child_wait(child);
}

static const char *word(int answer)
{
	return answer >= 0 ? "yes" : strerrorname_np(-answer);
}

/* A folder to try in.  Root has to be somebody else, to be refused anything. */
static void prepare(char *dir)
{
	int fd;

	if (!mkdtemp(dir) || chdir(dir) < 0)
		die(-errno, "cannot make a folder");
	fd = open("file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || mkdir("folder", 0755) < 0)
		die(-errno, "cannot make a file");
	(void)close(fd);
	if (geteuid() != 0)
		return;
	if (chown("file", 65534, 65534) < 0 || chown(".", 65534, 65534) < 0 ||
	    setgroups(0, NULL) < 0 || setresgid(65534, 65534, 65534) < 0 ||
	    setresuid(65534, 65534, 65534) < 0)
		die(-errno, "cannot become an ordinary user");
	/* A change of IDs cleared this, and /proc/self became root's. */
	(void)prctl(PR_SET_DUMPABLE, 1);
}

static void print_acts(int *answer)
{
	printf("%-20s %-8s %-8s %-8s %s\n", "", "you", "root", "root+ns",
	       "asks the user namespace that is");
	for (int i = 0; i < ACTS; i++) {
		const char *words[COLUMNS];

		for (int c = 0; c < COLUMNS; c++) {
			if (try(&acts[i], (enum column)c, answer) != 0)
				return;
			words[c] = word(*answer);
		}
		printf("%-20s %-8s %-8s %-8s %s\n", acts[i].name, words[YOU],
		       words[ROOT], words[ROOT_NS], acts[i].owner);
	}
}

int main(void)
{
	char dir[] = "/tmp/powers-XXXXXX";
	int *answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (answer == MAP_FAILED)
		die(-errno, "cannot share memory");
	prepare(dir);
	print_acts(answer);
	(void)unlink("file");
	(void)unlink("device");
	(void)rmdir("folder");
	(void)rmdir(dir);
	return KIT_OK;
}
