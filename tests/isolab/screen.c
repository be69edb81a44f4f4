/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kit.h"
#include "text.h"

enum {
	LEAST_ROWS = 10,
	LEAST_COLUMNS = 60,
	MOST_COLUMNS = 100,
	TAB = 8,
	WORD = 24
};

static const char *const colors[] = {
	[COLOR_NONE] = "",
	[COLOR_TITLE] = "\033[1m",
	[COLOR_COMMAND] = "\033[1;32m",
	[COLOR_NOTE] = "\033[36m",
	[COLOR_BAD] = "\033[1;31m",
	[COLOR_COMMENT] = "\033[36m",
};

static void measure(struct screen *screen)
{
	struct winsize size;

	screen->rows = 24;
	screen->columns = 80;
	if (!screen->tty || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 ||
	    size.ws_row == 0)
		return;
	screen->rows = size.ws_row < LEAST_ROWS ? LEAST_ROWS : size.ws_row;
	screen->columns = size.ws_col < LEAST_COLUMNS  ? LEAST_COLUMNS
			  : size.ws_col > MOST_COLUMNS ? MOST_COLUMNS
						       : size.ws_col;
}

void screen_init(struct screen *screen, int auto_ms)
{
	*screen = (struct screen){
		.tty = isatty(STDOUT_FILENO),
		.keys = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO),
		.utf8 = kit_utf8(),
		.auto_ms = auto_ms,
	};
	if (!screen->keys && auto_ms < 0)
		screen->auto_ms = 0;
	measure(screen);
}

void screen_clear(struct screen *screen)
{
	measure(screen);
	screen->used = 0;
	screen->stop = false;
	if (screen->tty)
		fputs("\033[H\033[2J", stdout);
	else
		putchar('\n');
}

/* ---- printing ------------------------------------------------------------ */

/* Ask before the first line of the page would be lost. */
static void take_row(struct screen *screen)
{
	if (screen->keys && screen->used + 2 >= screen->rows) {
		do
			screen->key = screen_wait(screen, "there is more");
		while (screen->key == KEY_AGAIN);
		screen->stop = screen->key != KEY_NEXT;
	}
	screen->used++;
}

/* How much of a line one row has room for; better up to a blank near its end. */
static size_t row_length(const struct screen *screen, const char *line,
			 size_t len)
{
	unsigned column = 0;
	size_t done = 0;
	size_t blank = 0;

	while (done < len && column < screen->columns) {
		column = line[done] == '\t' ? (column / TAB + 1) * TAB
					    : column + 1;
		done += text_fit(line + done, len - done, 1);
		if (line[done - 1] == ' ' && column + WORD > screen->columns)
			blank = done;
	}
	return done < len && blank && line[done] != ' ' ? blank : done;
}

static void put_row(const char *line, size_t len)
{
	unsigned column = 0;

	for (size_t n; len > 0; line += n, len -= n) {
		unsigned to = (column / TAB + 1) * TAB;

		n = text_fit(line, len, 1);
		if (*line != '\t') {
			fwrite(line, 1, n, stdout);
			column++;
		}
		for (; *line == '\t' && column < to; column++)
			putchar(' ');
	}
}

void screen_print(struct screen *screen, enum screen_color color,
		  const char *text)
{
	bool painted = screen->tty && *colors[color];

	while (*text && !screen->stop) {
		size_t len = strcspn(text, "\n");
		size_t row;

		take_row(screen);
		if (screen->stop)
			return;
		fputs(painted ? colors[color] : "", stdout);
		row = row_length(screen, text, len);
		put_row(text, row);
		fputs(painted ? "\033[0m\n" : "\n", stdout);
		text += row + (row == len && text[len] == '\n');
	}
}

void screen_rule(struct screen *screen)
{
	take_row(screen);
	for (unsigned i = 0; i < screen->columns && !screen->stop; i++)
		fputs(screen->utf8 ? "─" : "-", stdout);
	putchar('\n');
}

/* ---- keys ---------------------------------------------------------------- */

static const struct {
	const char *bytes;
	enum screen_key key;
} keys[] = {
	{ " ", KEY_NEXT },	 { "\r", KEY_NEXT },
	{ "\n", KEY_NEXT },	 { "n", KEY_NEXT },
	{ "\033[C", KEY_NEXT },	 { "\033[B", KEY_NEXT },
	{ "\033[6~", KEY_NEXT }, /* page down: what a clicker sends */
	{ "b", KEY_BACK },	 { "p", KEY_BACK },
	{ "\177", KEY_BACK },	 { "\033[D", KEY_BACK },
	{ "\033[A", KEY_BACK },	 { "\033[5~", KEY_BACK },
	{ "r", KEY_AGAIN },	 { "q", KEY_QUIT },
	{ "\003", KEY_QUIT },	 { "?", KEY_HELP },
	{ "h", KEY_HELP },
};

/* The terminal's next bytes, after those that are still to be looked at.
 * -1 it is gone, 0 time is up. */
static int read_more(struct screen *screen, int timeout_ms)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
	size_t len = strlen(screen->typed);
	ssize_t n;
	int r;

	do
		r = poll(&fd, 1, timeout_ms);
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		return r;
	n = read(STDIN_FILENO, screen->typed + len,
		 sizeof(screen->typed) - 1 - len);
	if (n <= 0)
		return -1;
	screen->typed[len + (size_t)n] = '\0';
	return 1;
}

static void forget(struct screen *screen, size_t bytes)
{
	memmove(screen->typed, screen->typed + bytes,
		strlen(screen->typed + bytes) + 1);
}

/* What was typed first; an escape sequence that we do not know takes all that
 * came with it. */
static bool take_key(struct screen *screen, enum screen_key *ret)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t len = strlen(keys[i].bytes);

		if (strncmp(screen->typed, keys[i].bytes, len) == 0) {
			forget(screen, len);
			*ret = keys[i].key;
			return true;
		}
	}
	forget(screen, *screen->typed == '\033' ? strlen(screen->typed) : 1);
	return false;
}

/* A number is typed digit by digit and ended by enter. */
static bool take_digit(struct screen *screen)
{
	char c = *screen->typed;

	if (c < '0' || c > '9')
		return false;
	screen->number = (screen->number * 10 + (unsigned)(c - '0')) % 1000;
	forget(screen, 1);
	return true;
}

static const char help[] =
	"  space, enter, n, right, page down   go on\n"
	"  b, left, page up                    the slide before\n"
	"  r                                   run the last command again\n"
	"  NUMBER enter                        go to that slide\n"
	"  q, Ctrl-C                           end; stop a command that runs\n";

static void prompt_for(const struct screen *screen, const char *prompt)
{
	if (screen->tty)
		printf("\r\033[K\033[2m[space] %s   [b]ack   [r]un again   "
		       "[q]uit   [?]\033[0m ",
		       prompt);
	(void)fflush(stdout);
}

/* The next key that means something. */
static enum screen_key next_key(struct screen *screen)
{
	enum screen_key key;

	for (;;) {
		bool enter;

		while (*screen->typed == '\0') {
			int r = read_more(screen, screen->auto_ms);

			if (r <= 0)
				return r < 0 ? KEY_QUIT : KEY_NEXT;
		}
		if (take_digit(screen))
			continue;
		enter = *screen->typed == '\r' || *screen->typed == '\n';
		if (take_key(screen, &key))
			return enter && screen->number ? KEY_GOTO : key;
		screen->number = 0;
	}
}

enum screen_key screen_wait(struct screen *screen, const char *prompt)
{
	enum screen_key key;

	screen->used = 0;
	screen->number = 0;
	(void)fflush(stdout);
	if (!screen->keys) {
		if (screen->auto_ms > 0)
			(void)poll(NULL, 0, screen->auto_ms);
		return KEY_NEXT;
	}
	do {
		prompt_for(screen, prompt);
		key = next_key(screen);
		fputs("\r\033[K", stdout);
		if (key == KEY_HELP)
			fputs(help, stdout);
	} while (key == KEY_HELP);
	(void)fflush(stdout);
	return key;
}

bool screen_interrupted(struct screen *screen)
{
	enum screen_key key;

	if (!screen->keys)
		return false;
	while (strlen(screen->typed) + 1 < sizeof(screen->typed) &&
	       read_more(screen, 0) > 0)
		;
	while (*screen->typed)
		if (take_key(screen, &key) && key == KEY_QUIT)
			return true;
	return false;
}
