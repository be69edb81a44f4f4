/* SPDX-License-Identifier: MIT */
/*
 * sets.c - the five capability sets of a process, in words
 *
 * Usage:  sets [PID]     that process; without PID, this one
 *
 *	$ drop cap_chown,cap_kill sets
 *	effective    cap_chown, cap_kill
 *	...
 *
 * A set is a number of 64 bits, and bit 0 is CAP_CHOWN.  The kernel shows five
 * of them in /proc/PID/status, for every process and to everybody.  The
 * securebits are shown to the process itself only, by prctl(2).
 *
 * Idea:   "root" is five sets of bits, and user 0 is none of them
 * Calls:  prctl(2); libcap's names
 * Needs:  nothing
 * Libs:   cap
 * Read:   capabilities(7), "Thread capability sets"; proc(5), /proc/pid/status
 * Test:   tests/graders/08-capabilities.c grades the exercise about this idea
 */
#include <fcntl.h>
#include <linux/securebits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"

enum { FEW = 6 }; /* so many names are still easy to read */

static const struct {
	const char *field;
	const char *name;
} sets[] = {
	{ "CapEff", "effective" },   { "CapPrm", "permitted" },
	{ "CapInh", "inheritable" }, { "CapBnd", "bounding" },
	{ "CapAmb", "ambient" },
};

/* The lock of each is the bit to its left. */
static const struct {
	unsigned bit;
	const char *name;
} securebits[] = {
	{ SECBIT_NOROOT, "noroot" },
	{ SECBIT_NO_SETUID_FIXUP, "no_setuid_fixup" },
	{ SECBIT_KEEP_CAPS, "keep_caps" },
	{ SECBIT_NO_CAP_AMBIENT_RAISE, "no_cap_ambient_raise" },
};

/* The value behind "NAME:\t" in the text of a status file. */
static const char *find_field(const char *status, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = status; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, "\t ");
	}
	die(0, "there is no %s in the status: is this Linux 4.10 or later?",
	    name);
}

/* The names of the bits that are, or are not, set. */
static void print_names(uint64_t set, bool wanted, int last)
{
	const char *comma = "";

	for (int cap = 0; cap <= last; cap++) {
		char *name;

		if ((set >> cap & 1) != wanted)
			continue;
		name = cap_to_name(cap);
		printf("%s%s", comma, name ? name : "?");
		(void)cap_free(name);
		comma = ", ";
	}
}

static void print_set(const char *name, uint64_t set)
{
	/* How many there are depends on the kernel, not on our headers. */
	int last = cap_max_bits() - 1;
	int count = 0;

	for (int cap = 0; cap <= last; cap++)
		count += set >> cap & 1;

	printf("%-12s ", name);
	if (count == 0) {
		printf("none");
	} else if (count == last + 1) {
		printf("all %d", count);
	} else if (count > last + 1 - FEW) {
		printf("all but ");
		print_names(set, false, last);
	} else if (count > FEW) {
		printf("%d of them: ", count);
		print_names(set, true, last);
	} else {
		print_names(set, true, last);
	}
	printf("\n");
}

static void print_securebits(void)
{
	unsigned bits = cap_get_secbits();
	const char *comma = "";

	printf("%-12s ", "securebits");
	if (bits == 0)
		printf("none");
	for (size_t i = 0; i < sizeof(securebits) / sizeof(*securebits); i++) {
		unsigned set = bits & securebits[i].bit;
		unsigned locked = bits & securebits[i].bit << 1;

		if (!set && !locked)
			continue;
		printf("%s%s %s%s", comma, securebits[i].name,
		       set ? "on" : "off", locked ? " (locked)" : "");
		comma = ", ";
	}
	printf("\n");
}

int main(int argc, char *argv[])
{
	auto_free char *status = NULL;
	char path[64] = "/proc/self/status";
	int r;

	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: %s [PID]\n", argv[0]);
		return KIT_USAGE;
	}
	if (argc == 2)
		snprintf(path, sizeof(path), "/proc/%.20s/status", argv[1]);
	r = file_read_all(path, &status);
	if (r < 0)
		die(r, "cannot read %s", path);

	printf("%-12s %.*s\n", "user",
	       (int)strcspn(find_field(status, "Uid"), "\t"),
	       find_field(status, "Uid"));
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		print_set(
			sets[i].name,
			strtoull(find_field(status, sets[i].field), NULL, 16));
	printf("%-12s %s\n", "no_new_privs",
	       *find_field(status, "NoNewPrivs") == '1' ? "yes" : "no");
	if (argc == 1)
		print_securebits();
	return KIT_OK;
}
