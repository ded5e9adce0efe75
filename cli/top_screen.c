/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall top on a terminal. */
#include "top.h"

#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct screen {
	struct top *top;
	/* The first row that is shown. */
	size_t first_row;
	bool shows_help;
	double next_reading;
};

static const char *const help[] = {
	"q            quit",
	"s            sort by rate, total, time (of calls), name",
	"c            totals, or the rates of each vCPU",
	"left, right  scroll to other vCPUs",
	"up, down     scroll to other rows",
	"+, -         lengthen, shorten the interval",
	"space        read the counters now",
	"h            show this help; again: back to the table",
	NULL,
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal)
{
	(void)signal;
	is_interrupted = 1;
}

static void draw_help(void)
{
	for (int i = 0; help[i]; i++)
		mvaddnstr(2 + i, 2, help[i], COLS - 2);
}

static void draw_rows(const struct screen *screen)
{
	const struct top *top = screen->top;
	char line[RATES_LINE];

	for (size_t row = screen->first_row; row < top->rates.count; row++) {
		int y = 2 + row - screen->first_row;

		if (y >= LINES - 1)
			break;
		rates_row(line, &top->rates, row, top_cpus(top), COLS);
		mvaddnstr(y, 0, line, COLS);
	}
	if (!top->rates.count)
		mvaddnstr(2, 0, "The guest has made no calls yet.", COLS);
}

/* A whole line in reverse. */
static void draw_bar(int y, const char *text)
{
	attron(A_REVERSE);
	mvhline(y, 0, ' ', COLS);
	mvaddnstr(y, 0, text, COLS);
	attroff(A_REVERSE);
}

static void draw(const struct screen *screen)
{
	char line[RATES_LINE];

	erase();
	top_title(screen->top, line, sizeof(line));
	mvaddnstr(0, 0, line, COLS);
	rates_heading(line, &screen->top->rates, top_cpus(screen->top), COLS);
	draw_bar(1, line);
	if (screen->shows_help)
		draw_help();
	else
		draw_rows(screen);
	draw_bar(LINES - 1, "q quit  s sort  c vCPUs  + - interval  h help");
	refresh();
}

static void change_interval(struct top *top, int step)
{
	static const double intervals[] = { 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60 };
	int count = sizeof(intervals) / sizeof(intervals[0]);
	int i = 0;

	while (i < count - 1 && intervals[i] < top->interval)
		i++;
	/* Between two steps the shorter way is already one. */
	if (step > 0 && intervals[i] > top->interval)
		i--;
	i += step;
	if (i >= 0 && i < count)
		top->interval = intervals[i];
}

static void scroll_rows(struct screen *screen, int step)
{
	if (step < 0 && screen->first_row)
		screen->first_row--;
	if (step > 0 && screen->first_row + 1 < screen->top->rates.count)
		screen->first_row++;
}

static void scroll_cpus(struct top *top, int step)
{
	if (step < 0 && top->first_cpu)
		top->first_cpu--;
	if (step > 0 && top->first_cpu + 1 < top->now->cpus)
		top->first_cpu++;
}

/* False to quit. */
static bool take_key(struct screen *screen, int key)
{
	struct top *top = screen->top;

	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case 's':
		top->order = (top->order + 1) % RATES_ORDERS;
		top_sort(top);
		break;
	case 'c':
		top->shows_cpus = !top->shows_cpus;
		break;
	case 'h':
	case '?':
		screen->shows_help = !screen->shows_help;
		break;
	case '+':
	case '=':
	case '-':
		change_interval(top, key == '-' ? -1 : 1);
		screen->next_reading = top->time + top->interval;
		break;
	case ' ':
		screen->next_reading = 0;
		break;
	case KEY_UP:
	case KEY_DOWN:
		scroll_rows(screen, key == KEY_UP ? -1 : 1);
		break;
	case KEY_LEFT:
	case KEY_RIGHT:
		scroll_cpus(top, key == KEY_LEFT ? -1 : 1);
		break;
	}
	return true;
}

/* Until a key, the guest's end, a signal or the next reading is due. */
static enum top_state wait_for_something(struct screen *screen)
{
	struct pollfd files[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = screen->top->attachment.process, .events = POLLIN },
	};
	double left = screen->next_reading - top_time();
	int key;

	poll(files, 2, left > 0 ? left * 1000 + 1 : 0);
	if (is_interrupted)
		return TOP_QUIT;
	while ((key = getch()) != ERR)
		if (!take_key(screen, key))
			return TOP_QUIT;
	if (files[1].revents)
		return TOP_ENDED;
	/* The terminal has gone. */
	if (files[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		return TOP_QUIT;
	return TOP_GOES_ON;
}

static enum top_state watch(struct screen *screen)
{
	enum top_state state = TOP_GOES_ON;

	while (state == TOP_GOES_ON) {
		if (screen->next_reading <= top_time()) {
			state = top_read(screen->top);
			screen->next_reading = screen->top->time + screen->top->interval;
		}
		if (screen->first_row >= screen->top->rates.count)
			screen->first_row = 0;
		draw(screen);
		if (state == TOP_GOES_ON)
			state = wait_for_something(screen);
	}
	return state;
}

enum top_state top_screen(struct top *top)
{
	struct screen screen = { .top = top, .next_reading = top->time + top->interval };
	struct sigaction action = { .sa_handler = interrupt };
	enum top_state state;
	SCREEN *terminal;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal)
		return TOP_NO_SCREEN;
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	state = watch(&screen);
	endwin();
	delscreen(terminal);
	return state;
}
