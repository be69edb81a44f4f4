/* SPDX-License-Identifier: MIT */
#include "cgroup_stats.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cgroupfs.h"
#include "cleanup.h"
#include "file.h"

struct stats {
	int dirfd;
	FILE *out;
	bool more; /* something is in the object already */
};

/* 0 if the file is not there; "max" is the greatest number. */
static uint64_t number(int dirfd, const char *file)
{
	char text[32];

	if (file_read_at(dirfd, file, text, sizeof(text)) <= 0)
		return 0;
	return strncmp(text, "max", 3) == 0 ? UINT64_MAX
					    : strtoull(text, NULL, 10);
}

static uint64_t value(int dirfd, const char *file, const char *key)
{
	unsigned long long v = 0;

	(void)cgroupfs_value(dirfd, file, key, &v);
	return v;
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static FILE *open_file(int dirfd, const char *name)
{
	auto_close int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (file)
		(void)steal_fd(&fd);
	return file;
}

/* Begins a part if the group has its file. */
static bool begin(struct stats *s, const char *name, const char *file)
{
	if (faccessat(s->dirfd, file, F_OK, 0) < 0)
		return false;
	fprintf(s->out, "%s\"%s\":{", s->more ? "," : "", name);
	s->more = true;
	return true;
}

/*
 * Pressure stall information, "some avg10=0.00 avg60=0.00 avg300=0.00 total=0"
 * and a second line "full".
 * See: Documentation/accounting/psi.rst.
 */
static void print_pressure(const struct stats *s, const char *name)
{
	FILE *file = open_file(s->dirfd, name);
	double avg[3];
	uint64_t total;
	char kind[8];
	bool any = false;

	if (!file)
		return;
	while (fscanf(file, "%7s avg10=%lf avg60=%lf avg300=%lf total=%" SCNu64,
		      kind, &avg[0], &avg[1], &avg[2], &total) == 5) {
		fprintf(s->out,
			"%s\"%s\":{\"avg10\":%.2f,\"avg60\":%.2f,"
			"\"avg300\":%.2f,\"total\":%" PRIu64 "}",
			any ? "," : ",\"psi\":{", kind, avg[0], avg[1], avg[2],
			total);
		any = true;
	}
	if (any)
		fputc('}', s->out);
	(void)fclose(file);
}

static void print_cpu(struct stats *s)
{
	static const char stat[] = "cpu.stat";

	if (!begin(s, "cpu", stat))
		return;
	fprintf(s->out,
		"\"usage\":{\"total\":%" PRIu64 ",\"kernel\":%" PRIu64
		",\"user\":%" PRIu64 "}",
		1000 * value(s->dirfd, stat, "usage_usec"),
		1000 * value(s->dirfd, stat, "system_usec"),
		1000 * value(s->dirfd, stat, "user_usec"));
	fprintf(s->out,
		",\"throttling\":{\"periods\":%" PRIu64
		",\"throttledPeriods\":%" PRIu64 ",\"throttledTime\":%" PRIu64
		"}",
		value(s->dirfd, stat, "nr_periods"),
		value(s->dirfd, stat, "nr_throttled"),
		1000 * value(s->dirfd, stat, "throttled_usec"));
	print_pressure(s, "cpu.pressure");
	fputc('}', s->out);
}

/* ---- memory -------------------------------------------------------------------- */

static void print_entry(const struct stats *s, const char *name, uint64_t limit,
			uint64_t usage, uint64_t max, uint64_t failcnt)
{
	fprintf(s->out,
		"\"%s\":{\"limit\":%" PRIu64 ",\"usage\":%" PRIu64
		",\"max\":%" PRIu64 ",\"failcnt\":%" PRIu64 "},",
		name, limit, usage, max, failcnt);
}

static uint64_t print_raw(const struct stats *s)
{
	FILE *file = open_file(s->dirfd, "memory.stat");
	const char *comma = "";
	uint64_t v, cache = 0;
	char key[64];

	fputs("\"raw\":{", s->out);
	while (file && fscanf(file, "%63s %" SCNu64, key, &v) == 2) {
		fprintf(s->out, "%s\"%s\":%" PRIu64, comma, key, v);
		comma = ",";
		if (strcmp(key, "file") == 0)
			cache = v;
	}
	fputc('}', s->out);
	if (file)
		(void)fclose(file);
	return cache; /* the page cache */
}

static void print_events(const struct stats *s)
{
	static const char *const keys[] = { "low", "high", "max", "oom",
					    "oom_kill" };

	fputs(",\"event_count\":{", s->out);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		fprintf(s->out, "%s\"%s\":%" PRIu64, i > 0 ? "," : "", keys[i],
			value(s->dirfd, "memory.events", keys[i]));
	fputc('}', s->out);
}

static void print_memory(struct stats *s)
{
	uint64_t usage = number(s->dirfd, "memory.current");
	uint64_t limit = number(s->dirfd, "memory.max");

	if (!begin(s, "memory", "memory.current"))
		return;
	print_entry(s, "usage", limit, usage, number(s->dirfd, "memory.peak"),
		    value(s->dirfd, "memory.events", "max"));
	print_entry(s, "swap", add(limit, number(s->dirfd, "memory.swap.max")),
		    add(usage, number(s->dirfd, "memory.swap.current")), 0,
		    value(s->dirfd, "memory.swap.events", "max"));
	fprintf(s->out, ",\"cache\":%" PRIu64, print_raw(s));
	print_events(s);
	print_pressure(s, "memory.pressure");
	fputc('}', s->out);
}

/* ---- pids, io, huge pages --------------------------------------------------------- */

static void print_pids(struct stats *s)
{
	uint64_t limit = number(s->dirfd, "pids.max");

	if (!begin(s, "pids", "pids.current"))
		return;
	fprintf(s->out, "\"current\":%" PRIu64,
		number(s->dirfd, "pids.current"));
	/* As runc: no limit, no entry. */
	if (limit != UINT64_MAX)
		fprintf(s->out, ",\"limit\":%" PRIu64, limit);
	fputc('}', s->out);
}

/* "8:0 rbytes=1 wbytes=2 rios=3 ...": those that end in @what, as a list. */
static void print_io(const struct stats *s, const char *name, const char *what)
{
	static const char *const ops[] = { "Read", "Write", "Discard" };
	FILE *file = open_file(s->dirfd, "io.stat");
	const char *comma = "";
	char line[512];

	fprintf(s->out, "\"%s\":[", name);
	while (file && fgets(line, sizeof(line), file)) {
		unsigned int major, minor;

		if (sscanf(line, "%u:%u", &major, &minor) != 2)
			continue;
		for (size_t i = 0; i < 3; i++) {
			char key[64];
			const char *found;

			snprintf(key, sizeof(key), " %c%s=", "rwd"[i], what);
			found = strstr(line, key);
			if (!found)
				continue;
			fprintf(s->out,
				"%s{\"major\":%u,\"minor\":%u,\"op\":\"%s\","
				"\"value\":%" PRIu64 "}",
				comma, major, minor, ops[i],
				(uint64_t)strtoull(found + strlen(key), NULL,
						   10));
			comma = ",";
		}
	}
	fputc(']', s->out);
	if (file)
		(void)fclose(file);
}

static void print_blkio(struct stats *s)
{
	if (!begin(s, "blkio", "io.stat"))
		return;
	print_io(s, "ioServiceBytesRecursive", "bytes");
	fputc(',', s->out);
	print_io(s, "ioServicedRecursive", "ios");
	print_pressure(s, "io.pressure");
	fputc('}', s->out);
}

/* "hugetlb.2MB.current" to "2MB"; "" for other files. */
static void page_size(const char *file, char *ret, size_t size)
{
	size_t len;

	*ret = '\0';
	if (strncmp(file, "hugetlb.", 8) != 0)
		return;
	len = strcspn(file + 8, ".");
	if (len < size && strcmp(file + 8 + len, ".current") == 0)
		snprintf(ret, size, "%.*s", (int)len, file + 8);
}

/* One for each size that this kernel has. */
static void print_hugetlb(struct stats *s)
{
	auto_close int fd = openat(s->dirfd, ".", O_RDONLY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	const char *comma = "";

	if (!dir)
		return;
	(void)steal_fd(&fd);
	fprintf(s->out, "%s\"hugetlb\":{", s->more ? "," : "");
	while ((entry = readdir(dir))) {
		char size[16];
		char events[48];

		page_size(entry->d_name, size, sizeof(size));
		if (*size == '\0')
			continue;
		snprintf(events, sizeof(events), "hugetlb.%s.events", size);
		fprintf(s->out,
			"%s\"%s\":{\"usage\":%" PRIu64 ",\"failcnt\":%" PRIu64
			"}",
			comma, size, number(s->dirfd, entry->d_name),
			value(s->dirfd, events, "max"));
		comma = ",";
	}
	fputc('}', s->out);
	closedir(dir);
}

void cgroup_stats_print(const struct cgroup *group, FILE *out)
{
	struct stats s = { .dirfd = group->dirfd, .out = out };

	fputc('{', out);
	if (group->dirfd >= 0) {
		print_cpu(&s);
		print_memory(&s);
		print_pids(&s);
		print_blkio(&s);
		print_hugetlb(&s);
	}
	fputc('}', out);
}
