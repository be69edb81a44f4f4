/* SPDX-License-Identifier: MIT */
#include "build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "kit.h"
#include "submission.h"

enum {
	PATH_SIZE = 4096,
	MAX_HEADERS = 64,
	MAX_LIBS = 8,
	HEADER_BYTES = 4096, /* where a file may say which libraries it needs */
	MAX_PROGRAM_BYTES = 16 << 20,
	COMPILE_TIMEOUT_MS = 60000,
};

/* The compiler, its libraries, and what the links among them lead to. */
static const char *const toolchain[] = {
	"/usr", "/bin", "/lib", "/lib64", "/etc/alternatives", NULL,
};

/* What the compiler is to be given, and what it is to be called with. */
struct job {
	struct submission submission;
	struct sandbox_file files[SUBMISSION_FILES + MAX_HEADERS + 2];
	size_t nfiles;
	char paths[SUBMISSION_FILES + MAX_HEADERS][128];
	char libs[MAX_LIBS][32]; /* "-lseccomp" */
	size_t nlibs;
	const char *argv[SUBMISSION_FILES + MAX_LIBS + 24];
	size_t argc;
	int headers[MAX_HEADERS + 1]; /* owned */
	size_t nheaders;
};

static void job_release(struct job *job)
{
	submission_release(&job->submission);
	for (size_t i = 0; i < job->nheaders; i++)
		close(job->headers[i]);
}

static void add_file(struct job *job, int fd, const char *folder,
		     const char *name)
{
	char *path = job->paths[job->nfiles];

	snprintf(path, sizeof(job->paths[0]), "%s/%s", folder, name);
	job->files[job->nfiles++] = (struct sandbox_file){
		.fd = fd,
		.to = path,
		.mode = 0644,
	};
}

/* common/ as the student's own build sees it: its headers, its library. */
static int add_common(struct job *job)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	DIR *dir;
	int r = kit_path(path, sizeof(path), "common");

	if (r < 0)
		return r;
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)) && job->nheaders < MAX_HEADERS) {
		size_t len = strlen(entry->d_name);
		int fd;

		if (len < 3 || strcmp(entry->d_name + len - 2, ".h") != 0)
			continue;
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		job->headers[job->nheaders++] = fd;
		add_file(job, fd, "/common", entry->d_name);
	}
	closedir(dir);

	r = kit_build_path(path, sizeof(path), "student/libcommon.a");
	if (r < 0)
		return r;
	r = open(path, O_RDONLY | O_CLOEXEC);
	if (r < 0)
		return -errno;
	job->headers[job->nheaders++] = r;
	add_file(job, r, "/common", "libcommon.a");
	return 0;
}

static void add_argument(struct job *job, const char *argument)
{
	job->argv[job->argc++] = argument;
}

/*
 * The line " * Libs:   seccomp" in a file's header comment, as the Makefile
 * has it.  A name is letters and digits, so that it can be no other option.
 */
static void add_libraries(struct job *job, int fd)
{
	static const char key[] = "\n * Libs:";
	static const char names[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	char text[HEADER_BYTES + 1];
	ssize_t n = pread(fd, text, HEADER_BYTES, 0);
	char *at;

	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, key);
	if (!at)
		return;
	at += strlen(key);
	while (job->nlibs < MAX_LIBS) {
		char *lib = job->libs[job->nlibs];
		size_t len;

		at += strspn(at, " ");
		len = strspn(at, names);
		if (len == 0 || len + sizeof("-l") > sizeof(job->libs[0]))
			return;
		snprintf(lib, sizeof(job->libs[0]), "-l%.*s", (int)len, at);
		add_argument(job, lib);
		job->nlibs++;
		at += len;
	}
}

static void make_command(struct job *job)
{
	static const char *const before[] = {
		"/usr/bin/cc", "-std=c17",	 "-O2",
		"-Wall",       "-D_GNU_SOURCE",	 "-I/common",
		"-I/work",     "-static",	 "-fdiagnostics-color=never",
		"-o",	       "/work/.program",
	};

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		add_argument(job, before[i]);
	for (size_t i = 0; i < job->submission.count; i++) {
		const char *name = job->submission.files[i].name;

		add_file(job, job->submission.files[i].fd, "/work", name);
		if (name[strlen(name) - 1] != 'h')
			add_argument(job, job->paths[job->nfiles - 1]);
	}
	add_argument(job, "/common/libcommon.a");
	for (size_t i = 0; i < job->submission.count; i++)
		add_libraries(job, job->submission.files[i].fd);
}

/* Whatever the compiler left there: a plain file of sensible size, copied
 * into memory that nobody can change any more. */
static int fetch_program(struct sandbox *box, int *ret_fd)
{
	auto_close int from =
		sandbox_open(box, "/work/.program", O_RDONLY | O_NONBLOCK);
	auto_close int to = -1;
	struct stat st;
	off_t at = 0;

	if (from < 0)
		return from;
	if (fstat(from, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > MAX_PROGRAM_BYTES)
		return -EFBIG;
	to = memfd_create("program", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to < 0)
		return -errno;
	while (at < st.st_size) {
		if (sendfile(to, from, &at, (size_t)(st.st_size - at)) <= 0)
			return -EIO;
	}
	if (fcntl(to, F_ADD_SEALS,
		  F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return -errno;
	*ret_fd = steal_fd(&to);
	return 0;
}

__attribute__((format(printf, 2, 3))) static void
set_reason(struct build *build, const char *fmt, ...)
{
	va_list ap;

	free(build->reason);
	va_start(ap, fmt);
	if (vasprintf(&build->reason, fmt, ap) < 0)
		build->reason = NULL;
	va_end(ap);
}

static const char *why_not(int status)
{
	switch (status) {
	case -ETIME:
		return "the compiler did not end within a minute";
	case -ENOMEM:
		return "the compiler needed more memory than it may use";
	case 0:
		return "the compiler made no program of sensible size";
	default:
		return "it does not compile";
	}
}

/* A path as the reader would type it in the folder where he is. */
static const char *seen_from_here(const char *path)
{
	char here[PATH_SIZE];
	size_t len;

	if (!getcwd(here, sizeof(here)))
		return path;
	len = strlen(here);
	return strncmp(path, here, len) == 0 && path[len] == '/'
		       ? path + len + 1
		       : path;
}

/* The file to name when the reader is told what to edit. */
static void note_source(struct build *build, const struct submission *sub,
			const char *path)
{
	const char *name = NULL;
	size_t len;

	for (size_t i = sub->count; i-- > 0;) {
		const char *dot = strrchr(sub->files[i].name, '.');

		if (dot && strcmp(dot, ".c") == 0)
			name = sub->files[i].name;
	}
	if (!name)
		return;
	path = seen_from_here(path);
	len = strlen(path);
	free(build->source);
	if (len > 2 && strcmp(path + len - 2, ".c") == 0)
		build->source = strdup(path);
	else if (asprintf(&build->source, "%s/%s", path, name) < 0)
		build->source = NULL;
}

static int compile(struct job *job, struct build *build, int *ret_fd)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C",
					   "TMPDIR=/tmp", NULL };
	const struct sandbox_spec spec = {
		.argv = job->argv,
		.envp = env,
		.files = job->files,
		.binds = toolchain,
		.limits = { .memory_mib = 512,
			    .cpu_seconds = 60,
			    .output_bytes = 32768 },
	};
	struct sandbox *box;
	int status;
	int r = sandbox_start(&box, &spec);

	if (r < 0) {
		set_reason(build, "cannot start the compiler in a sandbox: %s",
			   strerror(-r));
		return r;
	}
	status = sandbox_wait(box, COMPILE_TIMEOUT_MS);
	if (*sandbox_err(box))
		build->output = strdup(sandbox_err(box));
	r = status == 0 ? fetch_program(box, ret_fd) : -ENOEXEC;
	if (r < 0)
		set_reason(build, "%s", why_not(status));
	else
		build->ok = true;
	r = sandbox_free(box);
	return r < 0 ? r : build->ok;
}

static unsigned ms_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned)((now.tv_sec - start->tv_sec) * 1000 +
			  (now.tv_nsec - start->tv_nsec) / 1000000);
}

int build_submission(const char *path, struct build *build, int *ret_fd)
{
	auto_free struct job *job = calloc(1, sizeof(*job));
	struct timespec start;
	char why[512];
	int r;

	if (!job)
		return -ENOMEM;
	clock_gettime(CLOCK_MONOTONIC, &start);

	r = submission_open(path, &job->submission, why, sizeof(why));
	if (r == 0) {
		set_reason(build, "%s", why);
		return 0;
	}
	note_source(build, &job->submission, path);
	r = add_common(job);
	if (r < 0) {
		set_reason(build,
			   "the kit's common/ is not built (%s); try: make",
			   strerror(-r));
	} else {
		make_command(job);
		r = compile(job, build, ret_fd);
	}
	job_release(job);
	build->duration_ms = ms_since(&start);
	return r;
}
