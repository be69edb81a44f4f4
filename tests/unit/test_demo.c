/* SPDX-License-Identifier: MIT */
/*
 * test_demo.c - isolab demo: stages that end, keys, and each lab's slides
 *
 * The tests are subreapers: whatever a demo leaves would become their child.
 */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "demo.h"
#include "err.h"
#include "kit.h"
#include "machine.h"

enum { DECK_SECONDS = 240, WAIT_MS = 20000 };

static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };

static void be_subreaper(void)
{
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

/* Nobody may be left, and nobody is waited for. */
static void nobody_is_left(void)
{
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}

/* ---- the stage ----------------------------------------------------------- */

/* What the command wrote, until it and all others have closed it. */
static void read_all(int fd, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while ((n = read(fd, buf + used, size - 1 - used)) > 0)
		used += (size_t)n;
	buf[used] = '\0';
}

static const struct {
	const char *script;
	unsigned seconds;
	int status;
	const char *says;
} scripts[] = {
	{ "echo yes; exit 3", 10, 3, "yes\n" },
	{ "kill -KILL $$", 10, 137, "" },
	{ "pwd; cat; echo end", 10, 0, "/\nend\n" }, /* no input */
	{ "tty >/dev/null || echo no terminal; exec 3<>/dev/tty", 10, 2,
	  "no terminal\n" },
	{ "sleep 1000", 1, STAGE_TIME_IS_UP, "" },
	{ "trap '' TERM INT HUP; while :; do sleep 1000; done", 1,
	  STAGE_TIME_IS_UP, "" },
	/* A daemon by the book, with no descriptor left. */
	{ "(setsid sh -c 'setsid sleep 1000 & exit' >/dev/null 2>&1 &); true",
	  10, 0, "" },
	{ "sleep 1000 & sleep 1000 & exit 4", 10, 4, "" },
};

START_TEST(stage_ends_with_all_that_are_on_it)
{
	struct stage stage;
	char said[4096];

	be_subreaper();
	ck_assert_int_eq(stage_start(&stage, scripts[_i].script, env, "/",
				     scripts[_i].seconds),
			 0);
	read_all(stage.outfd, said, sizeof(said));
	ck_assert_int_eq(stage_end(&stage, false), scripts[_i].status);
	ck_assert_int_eq(
		strncmp(said, scripts[_i].says, strlen(scripts[_i].says)), 0);
	nobody_is_left();
}
END_TEST

START_TEST(stage_can_be_ended)
{
	struct stage stage;

	be_subreaper();
	ck_assert_int_eq(stage_start(&stage, "sleep 1000", env, "/", 100), 0);
	ck_assert_int_eq(stage_end(&stage, true), 128 + SIGTERM);
	ck_assert_int_eq(stage_end(&stage, true), 0); /* there is none */
	nobody_is_left();
}
END_TEST

/* Whoever started it is killed, as when a terminal's window is closed. */
START_TEST(stage_ends_with_its_player)
{
	int ends[2];
	pid_t player;
	char byte;

	be_subreaper();
	ck_assert_int_eq(pipe(ends), 0);
	player = fork();
	if (player == 0) {
		struct stage stage;

		/* The stage tells the pipe's end by dying, and not before. */
		close(ends[0]);
		stage_start(&stage, "sleep 1000 & sleep 1000", env, "/", 100);
		(void)!write(ends[1], "x", 1);
		for (;;)
			pause();
	}
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	kill(player, SIGKILL);
	ck_assert_int_eq(child_wait(player), 128 + SIGKILL);
	ck_assert_int_eq(read(ends[0], &byte, 1), 0); /* all have closed it */
	close(ends[0]);
	ck_assert_int_ge(child_wait(-1), 0); /* the stage itself */
	nobody_is_left();
}
END_TEST

/* ---- words --------------------------------------------------------------- */

START_TEST(marks_are_for_pandoc)
{
	struct text text = { 0 };

	demo_words(&text, "  - ", 40, "`chroot(2)` is *no* boundary");
	ck_assert_str_eq(text.bytes, "  - chroot(2) is no boundary\n");
	text_release(&text);
}
END_TEST

START_TEST(markdown_has_the_lines)
{
	static const char slides[] = "# 09 T\n## S\n- a\n- b\n```source\n"
				     "labs/01-chroot/breakout.c climb\n```\n"
				     "```sh\ntrue \\\n  x\n```\n";
	struct slides taken;
	struct text text = { 0 };
	char why[256];

	ck_assert_int_eq(slides_parse(slides, &taken, why, sizeof(why)), 0);
	ck_assert_int_eq(demo_markdown(&text, &taken, why, sizeof(why)), 0);
	ck_assert_ptr_nonnull(strstr(text.bytes, "## S\n\n- a\n"
						 "- b\n\n[labs/01-chroot/"));
	ck_assert_ptr_nonnull(strstr(text.bytes, "~~~~~c\n/*\n * Go up"));
	ck_assert_ptr_nonnull(strstr(text.bytes, "$ true \\\n>   x\n~~~~~"));
	text_release(&text);
	slides_release(&taken);

	ck_assert_int_eq(slides_parse("# 1\n## 2\n```source\na.c b\n```\n",
				      &taken, why, sizeof(why)),
			 0);
	ck_assert_int_eq(demo_markdown(&text, &taken, why, sizeof(why)),
			 -ENOENT);
	ck_assert_str_eq(why, "cannot read a.c: No such file or directory");
	text_release(&text);
	slides_release(&taken);
}
END_TEST

/* ---- whole demos --------------------------------------------------------- */

static void isolab_path(char path[4096])
{
	ck_assert_int_eq(kit_build_path(path, 4096, "bin/isolab"), 0);
}

/* The folders that demos work in. */
static int count_folders(void)
{
	static const char *const parents[] = { "/tmp", "/dev/shm" };
	int count = 0;

	for (int i = 0; i < 2; i++) {
		DIR *dir = opendir(parents[i]);
		struct dirent *entry;

		while (dir && (entry = readdir(dir)))
			count +=
				strncmp(entry->d_name, "isolab-demo-", 12) == 0;
		if (dir)
			closedir(dir);
	}
	return count;
}

static int play_lab(void *arg)
{
	char path[4096];

	(void)alarm(DECK_SECONDS); /* in place of the harness's */
	/* A program without its capabilities or /proc cannot be searched for
	 * leaks, and the slides say nothing of them. */
	(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	if (kit_build_path(path, sizeof(path), "bin/isolab") < 0)
		return 126;
	return execl(path, path, "demo", arg, (char *)NULL);
}

/* The slides say how each command must end and what is to be seen. */
START_TEST(every_command_does_what_its_slide_says)
{
	int folders = count_folders();
	struct run run;

	be_subreaper();
	run_function(&run, play_lab, (void *)graders[_i]->lab);
	ck_assert_msg(run.status == 0,
		      "status %d; see: isolab demo --auto 0 %s", run.status,
		      graders[_i]->lab);
	ck_assert_ptr_nonnull(strstr(run.out, graders[_i]->lab + 3));
	nobody_is_left();
	ck_assert_int_eq(count_folders(), folders);
}
END_TEST

/* ---- with keys ------------------------------------------------------------ */

/* A terminal, and isolab demo on it. */
struct seat {
	int keysfd; /* our end */
	int linefd; /* the demo's end, to look at its settings */
	struct termios before;
	pid_t demo;
	char seen[65536];
	size_t used;
};

static noreturn void be_demo(const struct seat *seat, const char *lab)
{
	char path[4096];

	(void)setsid();
	if (ioctl(seat->linefd, TIOCSCTTY, 0) < 0 ||
	    dup2(seat->linefd, 0) < 0 || dup2(seat->linefd, 1) < 0 ||
	    dup2(seat->linefd, 2) < 0 ||
	    kit_build_path(path, sizeof(path), "bin/isolab") < 0)
		_exit(126);
	execl(path, path, "demo", "--in", "host", lab, (char *)NULL);
	_exit(127);
}

static void seat_begin(struct seat *seat, const char *lab)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };

	be_subreaper();
	*seat = (struct seat){ .used = 0 };
	seat->keysfd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(seat->keysfd, 0);
	ck_assert_int_eq(grantpt(seat->keysfd), 0);
	ck_assert_int_eq(unlockpt(seat->keysfd), 0);
	seat->linefd =
		open(ptsname(seat->keysfd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(seat->linefd, 0);
	ck_assert_int_eq(ioctl(seat->linefd, TIOCSWINSZ, &size), 0);
	ck_assert_int_eq(tcgetattr(seat->linefd, &seat->before), 0);
	seat->demo = fork();
	ck_assert_int_ge(seat->demo, 0);
	if (seat->demo == 0)
		be_demo(seat, lab);
}

/* Read until a text has been shown; what comes after it is still to be seen. */
static void expect(struct seat *seat, const char *text)
{
	char *found;

	while (!(found = strstr(seat->seen, text))) {
		struct pollfd fd = { .fd = seat->keysfd, .events = POLLIN };
		ssize_t n;

		ck_assert_msg(poll(&fd, 1, WAIT_MS) > 0, "no '%s' in: %s", text,
			      seat->seen);
		n = read(seat->keysfd, seat->seen + seat->used,
			 sizeof(seat->seen) - 1 - seat->used);
		ck_assert_msg(n > 0, "no '%s' in: %s", text, seat->seen);
		seat->used += (size_t)n;
		seat->seen[seat->used] = '\0';
	}
	found += strlen(text);
	seat->used -= (size_t)(found - seat->seen);
	memmove(seat->seen, found, seat->used + 1);
}

static void press(const struct seat *seat, const char *keys)
{
	ck_assert_int_eq(write(seat->keysfd, keys, strlen(keys)),
			 (ssize_t)strlen(keys));
}

static void seat_end(struct seat *seat, int status)
{
	struct termios after;
	char rest[4096];

	while (poll(&(struct pollfd){ .fd = seat->keysfd, .events = POLLIN }, 1,
		    0) > 0)
		if (read(seat->keysfd, rest, sizeof(rest)) <= 0)
			break;
	ck_assert_int_eq(child_wait(seat->demo), status);
	ck_assert_int_eq(tcgetattr(seat->linefd, &after), 0);
	ck_assert_uint_eq(after.c_lflag, seat->before.c_lflag);
	ck_assert_uint_eq(after.c_iflag, seat->before.c_iflag);
	close(seat->linefd);
	close(seat->keysfd);
	nobody_is_left();
}

START_TEST(keys_lead_through_the_slides)
{
	int folders = count_folders();
	struct seat seat;

	seat_begin(&seat, "03");
	expect(&seat, "[space] next");
	press(&seat, " ");
	expect(&seat, "03  2/");
	expect(&seat, "[space] run it");
	press(&seat, "\r");
	expect(&seat, "uts:[");
	expect(&seat, "[space] next");
	press(&seat, "r");
	expect(&seat, "uts:[");
	expect(&seat, "[space] next");
	press(&seat, "b");
	expect(&seat, "03  1/");
	press(&seat, "\033[6~"); /* page down */
	expect(&seat, "03  2/");
	expect(&seat, "[space] run it");
	press(&seat, "\033[5~"); /* page up */
	expect(&seat, "03  1/");
	press(&seat, "3\r");
	expect(&seat, "03  3/");
	press(&seat, "?");
	expect(&seat, "go to that slide");
	press(&seat, "999\r");
	expect(&seat, "What to remember");
	press(&seat, "q");
	seat_end(&seat, 0);
	ck_assert_int_eq(count_folders(), folders);
}
END_TEST

START_TEST(what_is_drawn_ends_with_its_slide)
{
	struct seat seat;

	seat_begin(&seat, "03");
	expect(&seat, "[space] next");
	press(&seat, "4\r");
	expect(&seat, "[space] run it");
	press(&seat, " ");
	expect(&seat, "tardis");
	expect(&seat, "Out here nothing has changed.");
	expect(&seat, "[space] run it");
	press(&seat, "\003"); /* Ctrl-C */
	seat_end(&seat, 0);
}
END_TEST

START_TEST(a_signal_gives_the_terminal_back)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT };
	int folders = count_folders();
	struct seat seat;

	seat_begin(&seat, "03");
	expect(&seat, "[space] next");
	press(&seat, "4\r");
	expect(&seat, "[space] run it");
	press(&seat, " ");
	expect(&seat, "Out here nothing has changed.");
	kill(seat.demo, signals[_i]);
	seat_end(&seat, 128 + signals[_i]);
	ck_assert_int_eq(count_folders(), folders);
}
END_TEST

/* The window is closed: the terminal is gone, and signals come with that. */
START_TEST(nothing_is_left_when_the_window_is_closed)
{
	int folders = count_folders();
	struct seat seat;

	seat_begin(&seat, "03");
	expect(&seat, "[space] next");
	press(&seat, "4\r");
	expect(&seat, "[space] run it");
	press(&seat, " ");
	expect(&seat, "Out here nothing has changed.");
	/* More than one, before the first can be seen. */
	kill(seat.demo, SIGSTOP);
	kill(seat.demo, SIGTERM);
	kill(seat.demo, SIGHUP);
	close(seat.linefd);
	close(seat.keysfd);
	kill(seat.demo, SIGCONT);
	ck_assert_int_ge(child_wait(seat.demo), 0);
	nobody_is_left();
	ck_assert_int_eq(count_folders(), folders);
}
END_TEST

/* ---- the command line ---------------------------------------------------- */

static const struct {
	const char *arguments[3];
	int status;
	const char *says;
} lines[] = {
	{ { "--help" }, 0, "usage: isolab demo" },
	{ { NULL }, 2, "usage: isolab demo" },
	{ { "99" }, 2, "01-chroot" },
	{ { "--auto", "x", "01" }, 2, "'x' is not a number" },
	{ { "--auto", "601", "01" }, 2, "up to 600" },
	{ { "--in", "orbit", "01" }, 2, "host, machine or auto" },
	{ { "01", "02" }, 2, "usage: isolab demo" },
	{ { "--markdown", "01" }, 0, "~~~~~c" },
};

START_TEST(command_line_is_checked)
{
	const char *argv[6] = { NULL, "demo" };
	char path[4096];
	struct run run;

	isolab_path(path);
	argv[0] = path;
	for (int i = 0; i < 3; i++)
		argv[2 + i] = lines[_i].arguments[i];
	run_program(&run, argv);
	ck_assert_int_eq(run.status, lines[_i].status);
	ck_assert_msg(strstr(run.out, lines[_i].says), "%s", run.out);
}
END_TEST

/* Lab 01 copies its programs to where there is no library. */
static const char *need_static(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return "the sanitizers' programs are not static";
#else
	return NULL;
#endif
}

/* Those that run here, or those for which this host lacks something. */
static void add_labs(TCase *tc, bool here)
{
	for (int i = 1; graders[i]; i++) {
		bool runs = !graders[i]->missing || !graders[i]->missing(NULL);

		if (runs == here)
			tcase_add_loop_test(
				tc, every_command_does_what_its_slide_says, i,
				i + 1);
	}
}

int main(void)
{
	Suite *suite = suite_create("demo");
	TCase *tc = add_task(suite, "demo", NULL);

	tcase_set_timeout(tc, DECK_SECONDS);
	tcase_add_loop_test(tc, stage_ends_with_all_that_are_on_it, 0,
			    sizeof(scripts) / sizeof(scripts[0]));
	tcase_add_test(tc, stage_can_be_ended);
	tcase_add_test(tc, stage_ends_with_its_player);
	tcase_add_test(tc, marks_are_for_pandoc);
	tcase_add_test(tc, markdown_has_the_lines);
	tcase_add_loop_test(tc, command_line_is_checked, 0,
			    sizeof(lines) / sizeof(lines[0]));

	tc = add_task(suite, "demo of labs", need_userns());
	tcase_set_timeout(tc, DECK_SECONDS);
	add_labs(tc, true);
	tcase_add_test(tc, keys_lead_through_the_slides);
	tcase_add_test(tc, what_is_drawn_ends_with_its_slide);
	tcase_add_test(tc, nothing_is_left_when_the_window_is_closed);
	tcase_add_loop_test(tc, a_signal_gives_the_terminal_back, 0, 3);

	tc = add_task(suite, "demo of lab 01",
		      need_static() ? need_static() : need_userns());
	tcase_set_timeout(tc, DECK_SECONDS);
	tcase_add_loop_test(tc, every_command_does_what_its_slide_says, 0, 1);

	tc = add_task(suite, "demo of labs in the machine",
		      machine_missing(NULL));
	tcase_set_timeout(tc, DECK_SECONDS);
	add_labs(tc, false);
	return run_suite(suite);
}
