/* SPDX-License-Identifier: MIT */
/*
 * test_minic_filter.c - minic's seccomp filters in the kernel, and what it
 * refuses to make one of
 */
#include <errno.h>
#include <jansson.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#include "cleanup.h"
#include "err.h"
#include "fdpass.h"
#include "minic_profile.h"
#include "seccomp.h" /* minic's */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X32_BIT = 0x40000000, NO_SUCH_CALL = 700 };

/* ---- real calls ---------------------------------------------------------- */

static const char real[] =
	"{'defaultAction':'SCMP_ACT_ERRNO','architectures':["
	"'SCMP_ARCH_X86_64'],'syscalls':["
	"{'names':['getppid','write','close','exit_group','munmap',"
	"'newfstatat','io_uring_setup'],'action':'SCMP_ACT_ALLOW'},"
	"{'names':['mkdir'],'action':'SCMP_ACT_ERRNO','errnoRet':30},"
	"{'names':['getpgid'],'action':'SCMP_ACT_ALLOW','args':["
	"{'index':0,'value':0,'op':'SCMP_CMP_EQ'}]},"
	"{'names':['getsid'],'action':'SCMP_ACT_KILL_PROCESS'}]}";

static void install(const char *text)
{
	struct profile profile;
	struct seccomp_filter filter;
	struct report rep;

	profile_read(text, &profile);
	if (report_init(&rep, false) < 0 ||
	    seccomp_build(&profile.spec, &rep, &filter) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    seccomp_install(&filter, &rep) != 0)
		_exit(99);
}

/* A call of the i386 table: getpid is 20 there.  SIGSEGV: there is none. */
static long call_i386(void)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
	return result;
}

static int make_call(void *arg)
{
	const int *number = arg;
	long r;

	install(real);
	if (*number < 0)
		return call_i386() > 0 ? 0 : 98;
	r = syscall(*number, 0x100000000L * (*number == SYS_getpgid), 0, 0);
	return r < 0 ? errno : 0;
}

static const struct {
	int number;
	int status;
} calls[] = {
	{ SYS_getppid, 0 },
	{ SYS_mkdir, EROFS },
	{ SYS_getcwd, EPERM },
	{ SYS_getpgid, EPERM }, /* 32 bits are 0, but 64 are compared */
	{ NO_SUCH_CALL, ENOSYS },
	{ SYS_getsid, 128 + SIGSYS },
	{ SYS_getppid | X32_BIT, 128 + SIGSYS },
	{ -1, 128 + SIGSYS },
};

START_TEST(test_the_kernel_does_what_the_profile_says)
{
	struct run run;
	int number = calls[_i].number;

	run_function(&run, make_call, &number);
	/* Without i386 in the kernel there is nothing to be killed for. */
	if (number < 0 && run.status == 128 + SIGSEGV)
		return;
	ck_assert_msg(run.status == calls[_i].status,
		      "number %#x: status %d and not %d: %s", number,
		      run.status, calls[_i].status, run.out);
}
END_TEST

/* ---- an agent -------------------------------------------------------------- */

static const char notified[] =
	"{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/set below',"
	"'listenerMetadata':'a \\\\ b','flags':['SECCOMP_FILTER_FLAG_TSYNC'],"
	"'syscalls':[{'names':['getppid'],'action':'SCMP_ACT_NOTIFY'}]}";

/* Return: what the agent answers for getppid. */
static int be_container(int socketfd)
{
	struct profile profile;
	struct seccomp_filter filter;
	struct report rep;
	int fd;

	profile_read(notified, &profile);
	profile.spec.listener_path = (char *)(uintptr_t) "/agent";
	if (report_init(&rep, false) < 0 ||
	    seccomp_build(&profile.spec, &rep, &filter) < 0 ||
	    !seccomp_has_listener(&filter) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 99;
	fd = seccomp_install(&filter, &rep);
	if (fd <= 0 || fd_send(socketfd, fd) < 0)
		return 98;
	close(fd);
	return (int)syscall(SYS_getppid);
}

static int run_container(void *arg)
{
	const int *socketfd = arg;

	return be_container(*socketfd);
}

/* In the folder where we are, so that its path may be of any length. */
static int listen_here(void)
{
	const struct sockaddr_un address = { AF_UNIX, "agent" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(
		bind(fd, (const struct sockaddr *)&address, sizeof(address)),
		0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

/* Reads the state and takes the descriptor that came with its beginning. */
static int accept_state(int listenfd, char *text, size_t size)
{
	auto_close int fd = accept4(listenfd, NULL, NULL, SOCK_CLOEXEC);
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec data = { text, size - 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	int received;

	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_int_eq(control.header.cmsg_type, SCM_RIGHTS);
	memcpy(&received, CMSG_DATA(&control.header), sizeof(received));
	/* One state, and the connection is closed. */
	ck_assert_int_eq(read(fd, text + n, 1), 0);
	return received;
}

static void answer(int listenerfd, int value)
{
	struct seccomp_notif question = { 0 };
	struct seccomp_notif_resp reply = { .val = value };

	ck_assert_int_eq(ioctl(listenerfd, SECCOMP_IOCTL_NOTIF_RECV, &question),
			 0);
	ck_assert_int_eq(question.data.nr, SYS_getppid);
	reply.id = question.id;
	ck_assert_int_eq(ioctl(listenerfd, SECCOMP_IOCTL_NOTIF_SEND, &reply),
			 0);
}

static void check_state(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	const char *version;
	const char *fd;
	const char *metadata;
	const char *id;
	int pid;

	ck_assert_msg(json != NULL, "%s", text);
	ck_assert_int_eq(json_unpack(json, "{s:s,s:[s],s:i,s:s,s:{s:s}}",
				     "ociVersion", &version, "fds", &fd, "pid",
				     &pid, "metadata", &metadata, "state", "id",
				     &id),
			 0);
	ck_assert_str_eq(version, "1.1.0");
	ck_assert_str_eq(fd, "seccompFd");
	ck_assert_int_eq(pid, 4711);
	ck_assert_str_eq(metadata, "a \\ b");
	ck_assert_str_eq(id, "c1");
	json_decref(json);
}

START_TEST(test_an_agent_is_asked)
{
	const struct seccomp_agent agent = { "1.1.0", 4711, "{\"id\":\"c1\"}" };
	char folder[] = "/tmp/minic-XXXXXX";
	char path[256]; /* longer than a socket's address may be */
	char text[4096];
	struct profile profile;
	struct report rep;
	auto_close int listenfd = -1;
	auto_close int listenerfd = -1;
	auto_close int agentfd = -1;
	int ends[2];
	pid_t child;
	int status;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/%0120d", folder, 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(chdir(path), 0);
	listenfd = listen_here();
	strcat(path, "/agent");
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	profile_read(notified, &profile);
	profile.spec.listener_path = path;
	ck_assert_int_eq(report_init(&rep, false), 0);

	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		alarm(10);
		_exit(run_container(&ends[1]));
	}
	close(ends[1]);
	listenerfd = fd_receive(ends[0]);
	ck_assert_int_ge(listenerfd, 0);
	ck_assert_int_eq(
		seccomp_send_listener(&profile.spec, &agent, listenerfd, &rep),
		0);
	agentfd = accept_state(listenfd, text, sizeof(text));
	check_state(text);
	answer(agentfd, 42);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 42);
	close(ends[0]);
	profile_release(&profile);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(folder);
}
END_TEST

/* ---- what is refused --------------------------------------------------------- */

#define RULE(rest)                                                         \
	"{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['read']," \
	"" rest "}]}"

static const struct {
	const char *text;
	const char *says;
} refused[] = {
	{ "{'defaultAction':'SCMP_ACT_EAT'}", "SCMP_ACT_EAT" },
	{ "{'defaultAction':'SCMP_ACT_NOTIFY'}", "defaultAction" },
	{ "{'defaultAction':'SCMP_ACT_ALLOW','defaultErrnoRet':1}",
	  "SCMP_ACT_ALLOW returns no error" },
	{ "{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':65536}",
	  "no error 65536" },
	{ "{'defaultAction':'SCMP_ACT_ALLOW','architectures':['X']}",
	  "architectures: there is no \"X\"" },
	{ "{'defaultAction':'SCMP_ACT_ALLOW','flags':['X']}",
	  "flags: there is no \"X\"" },
	{ "{'defaultAction':'SCMP_ACT_ALLOW','flags':["
	  "'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV']}",
	  "WAIT_KILLABLE_RECV" },
	{ "{'defaultAction':'SCMP_ACT_ALLOW','listenerMetadata':'x'}",
	  "listenerMetadata" },
	{ RULE("'action':'SCMP_ACT_NOTIFY'"), "listenerPath" },
	{ "{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/x','syscalls':["
	  "{'names':['sendmsg'],'action':'SCMP_ACT_NOTIFY'}]}",
	  "sendmsg" },
	{ RULE("'action':'SCMP_ACT_LOG','args':[{'index':6,'value':0,"
	       "'op':'SCMP_CMP_EQ'}]"),
	  "no 6" },
	{ RULE("'action':'SCMP_ACT_LOG','args':[{'index':0,'value':0,"
	       "'op':'SCMP_CMP_IS'}]"),
	  "SCMP_CMP_IS" },
	{ RULE("'action':'SCMP_ACT_LOG','args':[{'index':0,'value':0,"
	       "'op':'SCMP_CMP_EQ'}]},{'names':['read'],"
	       "'action':'SCMP_ACT_TRAP','args':[{'index':0,'value':0,"
	       "'op':'SCMP_CMP_EQ'}]"),
	  "two rules for read" },
};

START_TEST(test_what_is_wrong_is_refused_by_name)
{
	struct seccomp_filter filter;
	struct profile profile;
	struct report rep;

	profile_read(refused[_i].text, &profile);
	ck_assert_int_eq(report_init(&rep, false), 0);
	ck_assert_int_eq(seccomp_build(&profile.spec, &rep, &filter), -EINVAL);
	ck_assert_msg(strstr(rep.page->error.message, refused[_i].says) != NULL,
		      "%s", rep.page->error.message);
	ck_assert_ptr_null(filter.code);
	profile_release(&profile);
}
END_TEST

/* A rule for each of more values than a filter has room for. */
static char *write_long(int rules)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	fputs("{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[", out);
	for (int i = 0; i < rules; i++)
		fprintf(out,
			"%s{'names':['read'],'action':'SCMP_ACT_LOG','args':["
			"{'index':0,'value':%d,'op':'SCMP_CMP_EQ'}]}",
			i ? "," : "", i);
	fputs("]}", out);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

START_TEST(test_the_longest_profile_fits_and_one_more_does_not)
{
	/* Four instructions for a value, and some for all of them. */
	static const struct {
		int rules;
		int result;
	} sizes[] = { { 1000, 0 }, { 1100, -E2BIG }, { 5000, -E2BIG } };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct seccomp_filter filter;
		struct profile profile;
		struct report rep;
		char *text = write_long(sizes[i].rules);
		struct seccomp_data data = { .arch = 0xc000003e };
		unsigned long steps = 0;

		profile_read(text, &profile);
		ck_assert_int_eq(report_init(&rep, false), 0);
		ck_assert_int_eq(seccomp_build(&profile.spec, &rep, &filter),
				 sizes[i].result);
		/* The far ends of it, over jumps that have to be long. */
		for (int v = 0; v <= 1000 && filter.code; v += 500) {
			data.args[0] = (uint64_t)v;
			ck_assert_uint_eq(program_run(filter.code, filter.count,
						      &data, &steps),
					  v < 1000 ? SECCOMP_RET_LOG
						   : SECCOMP_RET_ALLOW);
		}
		seccomp_filter_release(&filter);
		profile_release(&profile);
		free(text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("minic_filter");
	TCase *kernel = tcase_create("kernel");
	TCase *words = tcase_create("words");

	tcase_add_loop_test(kernel, test_the_kernel_does_what_the_profile_says,
			    0, COUNT(calls));
	tcase_add_test(kernel, test_an_agent_is_asked);
	suite_add_tcase(suite, kernel);
	tcase_add_loop_test(words, test_what_is_wrong_is_refused_by_name, 0,
			    COUNT(refused));
	tcase_add_test(words,
		       test_the_longest_profile_fits_and_one_more_does_not);
	suite_add_tcase(suite, words);
	return run_suite(suite);
}
