/* SPDX-License-Identifier: MIT */
/*
 * screen.h - a terminal that is shown to an audience
 *
 * Output is counted in rows; when the screen is full the speaker is asked
 * before anything scrolls out of sight.  Without a terminal nothing is asked
 * and no escape sequence is written.
 *
 * See: termios(3); console_codes(4).
 */
#ifndef ISOLAB_SCREEN_H
#define ISOLAB_SCREEN_H

#include <stdbool.h>

enum screen_key {
	KEY_NEXT,
	KEY_BACK,
	KEY_AGAIN,
	KEY_QUIT,
	KEY_HELP,
	KEY_GOTO, /* a number and enter: screen.number */
};

enum screen_color {
	COLOR_NONE,
	COLOR_TITLE,
	COLOR_COMMAND,
	COLOR_NOTE,
	COLOR_BAD,
	COLOR_COMMENT
};

struct screen {
	bool tty;  /* stdout is a terminal: clear it, use colors */
	bool keys; /* stdin is one: ask */
	bool utf8;
	int auto_ms; /* go on by itself after so long; -1: never */
	unsigned rows;
	unsigned columns;
	unsigned used; /* rows since the audience has last been waited for */
	unsigned number;
	char typed[64];	     /* and not looked at yet; NUL-terminated */
	bool stop;	     /* a key was pressed that leaves this slide */
	enum screen_key key; /* that key */
};

/**
 * screen_init() - look at stdin and stdout
 * @screen: to be filled
 * @auto_ms: as the field; without a terminal to ask, -1 means 0
 */
void screen_init(struct screen *screen, int auto_ms);

/* screen_clear() - begin a new page */
void screen_clear(struct screen *screen);

/**
 * screen_print() - print clean text, line by line
 * @screen: the screen
 * @color: of all of it
 * @text: clean; tabs are expanded, long lines take several rows
 *
 * Nothing is printed any more once screen->stop is set.
 */
void screen_print(struct screen *screen, enum screen_color color,
		  const char *text);

/* screen_rule() - print a line across the screen */
void screen_rule(struct screen *screen);

/**
 * screen_wait() - wait for a key
 * @screen: its page begins anew for the count of rows
 * @prompt: what the next key would do: "run it"
 *
 * A question for help is answered here.
 *
 * Return: the key; KEY_QUIT when the terminal is gone.
 */
enum screen_key screen_wait(struct screen *screen, const char *prompt);

/* screen_interrupted() - whether somebody typed Ctrl-C or q meanwhile; other
 * keys are forgotten */
bool screen_interrupted(struct screen *screen);

#endif /* ISOLAB_SCREEN_H */
