/* SPDX-License-Identifier: MIT */
/*
 * rules.c - what execve(2) makes of a capability, predicted and tried
 *
 * Usage:  rules          the cases worth knowing, as a table
 *         rules --all    every combination; prints those that differ, and how
 *                        many there were
 *
 * One capability, CAP_CHOWN, stands for all.  For each row a child is brought
 * into a state and executes a copy of this program, which looks at itself:
 *
 *	the process          the file              afterwards
 *	P permitted          p permitted           P permitted
 *	I inheritable        i inheritable         E effective
 *	B bounding           e effective bit       A ambient
 *	A ambient            x has the attribute,  0 is user 0
 *	n no_new_privs         maybe empty         ! execve(2) says EPERM
 *	r SECBIT_NOROOT      s set-user-ID root
 *
 * Idea:   what a program may do is computed when it is executed
 * Calls:  execve(2), and by way of libcap capset(2), prctl(2)
 * Needs:  two user IDs for all rows: root, or asroot --range of lab 05
 * Libs:   cap
 * Read:   capabilities(7), "Transformation of capabilities during execve()"
 *         and the three headings that follow it
 * Test:   rules --all
 */
#include <fcntl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "err.h"
#include "userns.h"

/* A row: bits, in the order of the letters by which they are shown. */
static const char letters[] = "0PIBAnrxpies";

enum {
	ROOT = 1 << 0, /* the process is user 0, otherwise user 1 */
	P = 1 << 1,
	I = 1 << 2,
	B = 1 << 3,
	A = 1 << 4,
	NNP = 1 << 5,
	NOROOT = 1 << 6,
	FILE_X = 1 << 7,
	FILE_P = 1 << 8,
	FILE_I = 1 << 9,
	FILE_E = 1 << 10,
	FILE_S = 1 << 11,
	ROWS = 1 << 12,

	/* Only afterwards. */
	E = 1 << 5,
	REFUSED = 1 << 6,
};

static const cap_value_t sample = CAP_CHOWN;

/* ---- the rules ------------------------------------------------------------ */

/*
 * capabilities(7) in C.  In its formulas & and | go over sets; here they go
 * over one element of each.
 */
static unsigned predict(unsigned row)
{
	bool nnp = row & NNP;
	bool set_user = row & FILE_S && !(row & ROOT) && !nnp;
	bool effective_root = row & ROOT || set_user;
	bool effective_bit = row & FILE_E;
	bool ambient = row & A && !(row & FILE_X) && !set_user;
	bool permitted = (row & FILE_P && row & B) || (row & FILE_I && row & I);

	/* "Safety checking for capability-dumb binaries" */
	if (effective_bit && row & FILE_P && !permitted)
		return REFUSED;

	/* "Capabilities and execution of programs by root", with its exception
	 * for "Set-user-ID-root programs that have file capabilities" */
	if (effective_root && !(row & NOROOT) && !(set_user && row & FILE_X)) {
		permitted = row & B || row & I;
		effective_bit = true;
	}

	/* no_new_privs: not more than there was */
	if (nnp && !(row & P))
		permitted = false;

	permitted |= ambient;
	return (effective_root ? ROOT : 0) | (permitted ? P : 0) |
	       (ambient ? A : 0) |
	       ((effective_bit ? permitted : ambient) ? E : 0);
}

/* ---- trying ---------------------------------------------------------------- */

static void must(int r, const char *what)
{
	if (r < 0)
		die(-errno, "cannot %s", what);
}

static cap_t one_or_none(bool permitted, bool inheritable)
{
	cap_t caps = cap_init();

	if (!caps)
		die(-errno, "cannot make a capability state");
	for (int set = CAP_EFFECTIVE; set <= CAP_INHERITABLE; set++) {
		bool wanted = set == CAP_INHERITABLE ? inheritable : permitted;

		must(cap_set_flag(caps, (cap_flag_t)set, 1, &sample,
				  wanted ? CAP_SET : CAP_CLEAR),
		     "note a capability");
	}
	return caps;
}

/* The order is forced: each step needs what a later one gives up. */
static void become(unsigned row)
{
	cap_t full = cap_get_proc();
	cap_t few = one_or_none(row & P, row & I);

	must(full ? 0 : -1, "read the capabilities");
	must(cap_set_flag(full, CAP_INHERITABLE, 1, &sample,
			  row & I ? CAP_SET : CAP_CLEAR),
	     "note a capability");
	must(cap_set_proc(full), "set the inheritable set");
	if (!(row & B))
		must(cap_drop_bound(sample), "drop from the bounding set");
	if (row & NOROOT)
		must(cap_set_secbits(SECBIT_NOROOT), "set NOROOT");
	if (!(row & ROOT)) {
		must(prctl(PR_SET_KEEPCAPS, 1), "set KEEPCAPS");
		must(setresgid(1, 1, 1), "become group 1");
		must(setresuid(1, 1, 1), "become user 1");
	}
	if (row & A)
		must(cap_set_ambient(sample, CAP_SET), "raise in ambient");
	must(cap_set_proc(few), "set the sets");
	if (row & NNP)
		must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set nnp");
	(void)cap_free(full);
	(void)cap_free(few);
}

/* What the copy says of itself, as its exit status. */
static int report(void)
{
	cap_t now = cap_get_proc();
	cap_flag_value_t permitted = CAP_CLEAR;
	cap_flag_value_t effective = CAP_CLEAR;
	int status = geteuid() == 0 ? ROOT : 0;

	(void)cap_get_flag(now, sample, CAP_PERMITTED, &permitted);
	(void)cap_get_flag(now, sample, CAP_EFFECTIVE, &effective);
	status |= permitted == CAP_SET ? P : 0;
	status |= effective == CAP_SET ? E : 0;
	status |= cap_get_ambient(sample) == 1 ? A : 0;
	return status | 1 << 7;
}

static unsigned ask_kernel(unsigned row)
{
	static const char *const argv[] = { "copy", "report", NULL };
	const struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2 |
			     (row & FILE_E ? VFS_CAP_FLAGS_EFFECTIVE : 0),
		.data[0] = { .permitted = (row & FILE_P ? 1U : 0) << sample,
			     .inheritable = (row & FILE_I ? 1U : 0) << sample },
	};
	pid_t child;
	int status;

	must(chmod("copy", row & FILE_S ? 04755 : 0755), "chmod the copy");
	(void)removexattr("copy", "security.capability");
	if (row & FILE_X)
		must(setxattr("copy", "security.capability", &caps,
			      sizeof(caps), 0),
		     "give the copy capabilities");

	child = fork();
	must(child, "fork");
	if (child == 0) {
		become(row);
		(void)execv("copy", (char *const *)argv);
		_exit(errno == EPERM ? REFUSED | 1 << 7 : KIT_FAILED);
	}
	status = child_wait(child);
	if (status < 0 || !(status & 1 << 7))
		die(0, "a child could not be brought into its state");
	return (unsigned)status & ~(1U << 7);
}

/* ---- the table --------------------------------------------------------------- */

static const struct {
	const char *row; /* letters */
	const char *what;
} cases[] = {
	{ "PB", "a user keeps nothing" },
	{ "PIB", "inheritable alone is nothing" },
	{ "PIBA", "ambient is what is kept" },
	{ "Bxp", "file capabilities: permitted, not effective" },
	{ "Bxpe", "the same for a program that does not know them" },
	{ "xp", "the bounding set says no" },
	{ "xpe", "and a program that needs it is not started" },
	{ "IBxie", "inherited from the process, agreed by the file" },
	{ "Ixie", "the bounding set has no say in that" },
	{ "PIBAx", "an empty attribute takes ambient away" },
	{ "Bs", "set-user-ID root" },
	{ "PIBAs", "which brings everything anyhow" },
	{ "s", "but for what the bounding set lacks" },
	{ "Bsx", "a set-user-ID root program that wants no capability" },
	{ "Brs", "SECBIT_NOROOT: user 0 and nothing with it" },
	{ "Bns", "no_new_privs: not even user 0" },
	{ "Bnxp", "nor file capabilities" },
	{ "PBnxp", "it compares with what is permitted: no more than that" },
	{ "PIBAn", "and leaves ambient alone" },
	{ "0PB", "root keeps everything" },
	{ "0B", "also what he has given up" },
	{ "0P", "unless the bounding set lacks it" },
	{ "0I", "and it is not inheritable either" },
	{ "0PBr", "SECBIT_NOROOT: root is a user like any other" },
	{ "0PIBAr", "who keeps what is ambient" },
	{ "0Bn", "no_new_privs: root does not get back what he gave up" },
};

static unsigned from_letters(const char *text)
{
	unsigned row = 0;

	for (; *text; text++)
		row |= 1U << (strchr(letters, *text) - letters);
	return row;
}

/* Some of the letters, or "-" for each that is not set. */
static const char *show(unsigned row, const char *which, char buf[8])
{
	char *at = buf;

	for (; *which; which++)
		*at++ = row & from_letters((char[]){ *which, 0 }) ? *which
								  : '-';
	*at = '\0';
	return buf;
}

static const char *show_after(unsigned after, char buf[8])
{
	if (after & REFUSED)
		return "!";
	snprintf(buf, 8, "%c%c%c%c", after & P ? 'P' : '-',
		 after & E ? 'E' : '-', after & A ? 'A' : '-',
		 after & ROOT ? '0' : '-');
	return buf;
}

static void print_row(unsigned row, unsigned want, unsigned got,
		      const char *what)
{
	char process[8];
	char file[8];
	char wanted[8];
	char found[8];

	printf("%-5s %-8s %-6s %-6s %-6s %s\n", row & ROOT ? "root" : "user",
	       show(row, "PIBAnr", process), show(row, "xpies", file),
	       show_after(want, wanted), show_after(got, found),
	       want == got ? what : "NOT AS PREDICTED");
}

static int print_cases(bool two_ids)
{
	int wrong = 0;

	printf("%-5s %-8s %-6s %-6s %-6s\n", "who", "process", "file", "rules",
	       "kernel");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned row = from_letters(cases[i].row);
		unsigned want = predict(row);
		unsigned got;

		if (!two_ids && !(row & ROOT))
			continue;
		got = ask_kernel(row);
		print_row(row, want, got, cases[i].what);
		wrong += want != got;
	}
	return wrong;
}

/* Ambient needs permitted and inheritable; the file's bits its attribute. */
static bool exists(unsigned row)
{
	if (row & A && (row & (P | I)) != (P | I))
		return false;
	return row & FILE_X || !(row & (FILE_P | FILE_I | FILE_E));
}

static int try_all(bool two_ids)
{
	int wrong = 0;
	int count = 0;

	for (unsigned row = 0; row < ROWS; row++) {
		unsigned want = predict(row);
		unsigned got;

		if (!exists(row) || (!two_ids && !(row & ROOT)))
			continue;
		got = ask_kernel(row);
		count++;
		if (want != got)
			print_row(row, want, got, "");
		wrong += want != got;
	}
	printf("%d combinations, %d not as predicted\n", count, wrong);
	return wrong;
}

/* ---- the scene ----------------------------------------------------------------- */

/* A copy of this program on a tmpfs of our own, which is not nosuid. */
static void make_copy(void)
{
	auto_close int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	auto_close int to = -1;
	struct stat st;

	must(unshare(CLONE_NEWNS), "make a mount namespace");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL),
	     "make the mounts private");
	must(mount("rules", "/tmp", "tmpfs", MS_NODEV, "mode=755"),
	     "mount a tmpfs");
	must(chdir("/tmp"), "enter it");
	to = open("copy", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0755);
	if (from < 0 || to < 0 || fstat(from, &st) < 0)
		die(-errno, "cannot make a copy");
	while (st.st_size > 0) {
		ssize_t n = sendfile(to, from, NULL, (size_t)st.st_size);

		if (n <= 0)
			die(-errno, "cannot fill the copy");
		st.st_size -= n;
	}
}

static bool has_two_ids(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(setresgid(1, 1, 1) < 0 || setresuid(1, 1, 1) < 0);
	return child > 0 && child_wait(child) == 0;
}

int main(int argc, char *argv[])
{
	bool all = argc == 2 && strcmp(argv[1], "--all") == 0;
	bool two_ids;
	int wrong;
	int r;

	if (argc == 2 && strcmp(argv[1], "report") == 0)
		return report();
	if (argc > 1 && !all) {
		fprintf(stderr, "usage: %s [--all]\n", argv[0]);
		return KIT_USAGE;
	}
	r = userns_become_root();
	if (r < 0)
		die_hint(r, "try: isolab doctor", "cannot get privilege");
	make_copy();
	two_ids = has_two_ids();
	wrong = all ? try_all(two_ids) : print_cases(two_ids);
	if (!two_ids)
		printf("There is one user ID only, so half of the rows is "
		       "missing; try: asroot --range rules\n");
	return wrong ? KIT_FAILED : KIT_OK;
}
