/* SPDX-License-Identifier: MIT */
/*
 * fuzz_config.c - any text at all, as config.json
 *
 * Usage:  make fuzz FUZZ=config SECONDS=600
 *
 * The text is read as each of the three documents that minic is given: a
 * configuration, a process (exec -p) and resources (update -r).  What was
 * accepted goes on to the translations that touch no file: mount options, the
 * system call filter, limits, devices.  Besides what the sanitizers see, this
 * is checked each time: a refusal has a message, a string of JSON is the same
 * after it was written and read again, and a program for the kernel fits into
 * the room that was announced.
 *
 * Parts:  labs/11-container
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_devices.h"
#include "cgroup_limits.h"
#include "cleanup.h"
#include "json.h"
#include "mount_options.h"
#include "seccomp.h"
#include "spec.h"
#include "sysctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct report rep;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stdout, "fuzz_config: %s\n", what);
	fflush(stdout);
	abort();
}

/* Warnings about unknown fields would be all there is to read. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	stderr = fopen("/dev/null", "w");
	must(stderr && report_init(&rep, false) == 0, "cannot begin");
	return 0;
}

static void check_result(int r)
{
	must(r <= 0, "a result above 0");
	must(r == 0 || rep.page->error.message[0] || rep.page->error.call[0],
	     "refused without a word");
	report_forget(&rep);
}

/* ---- JSON ------------------------------------------------------------------- */

static void check_string(const char *text)
{
	auto_free char *written = NULL;
	size_t size, at;
	FILE *f = open_memstream(&written, &size);
	struct json again = { 0 };

	must(f != NULL, "no memory");
	json_put_string(f, text);
	must(fclose(f) == 0, "no memory");
	must(json_parse(written, &again, &at) == 0 &&
		     again.nodes[0].type == JSON_STRING &&
		     strcmp(again.nodes[0].text, text) == 0,
	     "a string has changed");
	json_release(&again);
}

static void check_json(const char *text)
{
	struct json json = { 0 };
	size_t at = 0;
	int64_t number;
	int r = json_parse(text, &json, &at);

	must(at <= strlen(text), "an error behind the end");
	if (r < 0)
		return;
	must(json.nodes[0].next == json.count, "nodes beside the document");
	for (int i = 0; i < json.count; i++) {
		must(json.nodes[i].next > i, "a node before itself");
		(void)json_int(&json.nodes[i], INT64_MIN, INT64_MAX, &number);
		(void)json_get(&json, i, "ociVersion");
		if (json.nodes[i].type == JSON_STRING && i < 64)
			check_string(json.nodes[i].text);
	}
	json_release(&json);
}

/* ---- what is made of a configuration ------------------------------------------ */

static int look_at_limit(void *ctx, const struct cgroup_limit *limit)
{
	size_t *bytes = ctx;

	must(limit->field && limit->file && limit->text, "half a limit");
	must(!strchr(limit->file, '/'), "a limit outside the group");
	*bytes += strlen(limit->text) + strlen(limit->file);
	return 0;
}

static void translate_resources(const struct spec_resources *res)
{
	size_t count = res->device_count, bytes = 0;
	auto_free struct bpf_insn *insns = NULL;

	for (int update = 0; update < 2; update++)
		check_result(cgroup_limits(res, update != 0, &rep,
					   look_at_limit, &bytes));
	insns = calloc(cgroup_devices_room(count), sizeof(*insns));
	must(insns != NULL, "no memory");
	must(cgroup_devices_program(res->devices, count, insns) <=
		     cgroup_devices_room(count),
	     "more instructions than room");
}

static void translate(const struct spec *spec)
{
	struct seccomp_filter filter = { 0 };

	for (size_t i = 0; i < spec->mounts.n; i++) {
		struct mount_options options = { 0 };

		must(spec->mounts.v[i].destination[0] == '/',
		     "a mount at no absolute place");
		if (mount_options_parse(&spec->mounts.v[i].options, &options) ==
		    0)
			mount_options_release(&options);
	}
	check_result(seccomp_build(&spec->seccomp, &rep, &filter));
	must(filter.count <= BPF_MAXINSNS, "a filter that the kernel refuses");
	seccomp_filter_release(&filter);
	check_result(sysctl_check(spec, &rep));
	translate_resources(&spec->resources);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = malloc(size + 1);
	struct spec spec = { 0 };
	int r;

	must(text != NULL, "no memory");
	memcpy(text, data, size);
	text[size] = '\0';
	check_json(text);

	r = spec_parse(text, &rep, &spec);
	check_result(r);
	if (r == 0)
		translate(&spec);
	spec_release(&spec);

	check_result(spec_parse_process(text, &rep, &spec));
	spec_release(&spec);

	r = spec_parse_resources(text, &rep, &spec);
	check_result(r);
	if (r == 0)
		translate_resources(&spec.resources);
	spec_release(&spec);
	return 0;
}
