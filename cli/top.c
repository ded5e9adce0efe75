/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall top: what a running guest calls now. */
#include "top.h"

#include "cli.h"
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <paracall/paracall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct top_options {
	/* 0: the only one. */
	pid_t pid;
	double interval;
	enum rates_order order;
	bool shows_cpus;
	bool is_batch;
	/* Tables to print, 0 for no end. */
	unsigned long count;
};

static void print_usage(void)
{
	printf("Usage: paracall top [OPTION]... [PID]\n"
	       "\n"
	       "Show what a running guest of 'paracall run' calls: hypercalls, halts and accesses\n"
	       "to registers, per second. PID is the process of 'paracall run' or its QEMU; it\n"
	       "may be left out if only one guest of this user runs. Keys: q quits, h is help.\n"
	       "\n");
}

double top_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

void top_sort(struct top *top)
{
	rates_make(&top->rates, top->before, top->now, top->seconds, top->order);
}

enum top_state top_read(struct top *top)
{
	struct paracall_statistics *before = top->before;
	double time = top_time();

	top->before = top->now;
	top->now = before;
	if (!attachment_read(&top->attachment, top->now))
		return TOP_FAILED;
	top->seconds = top->time > 0 ? time - top->time : 0;
	top->time = time;
	top_sort(top);
	return top->now->finished ? TOP_ENDED : TOP_GOES_ON;
}

const uint32_t *top_cpus(const struct top *top)
{
	return top->shows_cpus ? &top->first_cpu : NULL;
}

void top_title(const struct top *top, char *line, size_t size)
{
	snprintf(line, size, "paracall top: process %d, %s, %u vCPUs, every %g s, by %s",
		 top->attachment.pid, paracall_architecture_name(top->now->architecture),
		 top->now->cpus, top->interval, rates_order_name(top->order));
}

static void print_table(const struct top *top)
{
	char line[RATES_LINE];

	top_title(top, line, sizeof(line));
	puts(line);
	rates_heading(line, &top->rates, top_cpus(top), RATES_LINE);
	puts(line);
	for (size_t row = 0; row < top->rates.count; row++) {
		rates_row(line, &top->rates, row, top_cpus(top), RATES_LINE);
		puts(line);
	}
}

static enum top_state run_batch(struct top *top, unsigned long count)
{
	enum top_state state = TOP_GOES_ON;
	enum output_state output;

	for (unsigned long i = 0; state == TOP_GOES_ON && (!count || i < count); i++) {
		if (attachment_wait_end(&top->attachment, top->interval * 1000))
			state = TOP_ENDED;
		if (top_read(top) == TOP_FAILED)
			return TOP_FAILED;
		if (top->now->finished)
			state = TOP_ENDED;
		if (i)
			putchar('\n');
		print_table(top);
		output = flush_output();
		if (output != OUTPUT_WRITTEN)
			return output == OUTPUT_UNWANTED ? TOP_QUIT : TOP_UNWRITTEN;
	}
	return state;
}

static int end(const struct top *top, enum top_state state)
{
	switch (state) {
	case TOP_FAILED:
		complain("the counters of process %d are gone", top->attachment.pid);
		return EXIT_NOTHING;
	case TOP_UNWRITTEN:
		return EXIT_NOTHING;
	case TOP_NO_SCREEN:
		complain(
			"this terminal can't be drawn on; set TERM, or print tables with --batch");
		return EXIT_USAGE;
	case TOP_ENDED:
		complain("the guest of process %d has ended", top->attachment.pid);
		return EXIT_OK;
	default:
		return EXIT_OK;
	}
}

static int watch(const struct top_options *options, pid_t pid)
{
	struct top top = {
		.interval = options->interval,
		.order = options->order,
		.shows_cpus = options->shows_cpus,
	};
	enum top_state state;
	int status;

	if (!attach(&top.attachment, pid))
		return EXIT_NOTHING;
	top.before = attachment_buffer(&top.attachment);
	top.now = attachment_buffer(&top.attachment);
	state = top_read(&top);
	/* One that has ended since can still be shown. */
	if (state != TOP_FAILED)
		state = options->is_batch ? run_batch(&top, options->count) : top_screen(&top);
	status = end(&top, state);
	free(top.before);
	free(top.now);
	detach(&top.attachment);
	return status;
}

static void print_guests(const struct guests *guests)
{
	for (size_t i = 0; i < guests->count; i++) {
		char *command = guest_command(guests->items[i].pid);

		fprintf(stderr, "  %d  %.100s\n", guests->items[i].pid, command);
		free(command);
	}
}

/* The only one; 0 and a message if there is none, or more than one. */
static pid_t find_guest(void)
{
	struct guests guests;
	pid_t pid = 0;

	guests_find(&guests);
	if (!guests.count)
		complain("none of your guests is running: start one with 'paracall run'");
	else if (guests.count == 1)
		pid = guests.items[0].pid;
	else
		complain("there are %zu guests; give the number of one of these processes:",
			 guests.count);
	if (guests.count > 1)
		print_guests(&guests);
	guests_free(&guests);
	return pid;
}

static bool take_interval(void *options, const char *value)
{
	double *interval = &((struct top_options *)options)->interval;
	char *end;

	*interval = strtod(value, &end);
	if (end != value && !*end && *interval >= 0.1 && *interval <= 60)
		return true;
	complain("--interval=%s: use seconds from 0.1 to 60", value);
	return false;
}

static bool take_order(void *options, const char *value)
{
	enum rates_order *order = &((struct top_options *)options)->order;

	for (*order = 0; *order < RATES_ORDERS; (*order)++)
		if (!strcmp(value, rates_order_name(*order)))
			return true;
	complain("--sort=%s: use rate, total, time or name", value);
	return false;
}

/* A number from 1 to @most; 0 and a complaint if it is none. */
static unsigned long parse_number(const char *what, const char *value, unsigned long most)
{
	char *end;
	unsigned long number = 0;

	errno = 0;
	if (*value >= '0' && *value <= '9')
		number = strtoul(value, &end, 10);
	if (number && !*end && !errno && number <= most)
		return number;
	complain("%s: use a number from 1 to %lu, not '%s'", what, most, value);
	return 0;
}

static bool take_count(void *options, const char *value)
{
	struct top_options *top = options;

	top->count = parse_number("--count", value, ULONG_MAX);
	return top->count;
}

static bool take_once(void *options, const char *value)
{
	struct top_options *top = options;

	(void)value;
	top->is_batch = true;
	top->count = 1;
	return true;
}

static const struct option_row rows[] = {
	{ .name = "interval",
	  .letter = 'i',
	  .value = "SECONDS",
	  .help = "time between two readings, 0.1 to 60 (default: 1)",
	  .take = take_interval },
	{ .name = "sort",
	  .letter = 's',
	  .value = "ORDER",
	  .help = "sort by rate, total, time or name (default: rate)",
	  .take = take_order },
	{ .name = "cpus",
	  .letter = 'c',
	  .help = "show the rates of each vCPU",
	  .place = offsetof(struct top_options, shows_cpus) },
	{ .name = "batch",
	  .letter = 'b',
	  .help = "print tables to standard output, until the guest ends",
	  .place = offsetof(struct top_options, is_batch) },
	{ .name = "count",
	  .letter = 'n',
	  .value = "N",
	  .help = "end after N tables; with --batch only",
	  .take = take_count },
	{ .name = "once",
	  .help = "print one table; same as --batch --count=1",
	  .take = take_once },
	HELP_ROW,
	{ .name = NULL },
};

static const struct option_table table = {
	.command = "top",
	.print_usage = print_usage,
	.groups = (const struct option_group[]){ { .rows = rows }, { .rows = NULL } },
	.wrong = EXIT_USAGE,
};

static bool take_words(struct top_options *options, char **words)
{
	if (words[0] && words[1]) {
		complain("top: one process at a time, not also '%s'", words[1]);
		return false;
	}
	if (options->count && !options->is_batch) {
		complain("top: --count needs --batch; see 'paracall top --help'");
		return false;
	}
	if (words[0])
		options->pid = parse_number("the process", words[0], INT_MAX);
	return !words[0] || options->pid;
}

int top_main(int argc, char **argv)
{
	struct top_options options = { .interval = 1 };
	char **words;
	int status = options_read(&table, &options, argc, argv, &words);

	if (status >= 0)
		return status;
	if (!take_words(&options, words))
		return EXIT_USAGE;
	if (!options.is_batch && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		complain("top needs a terminal; print tables with --batch or --once");
		return EXIT_USAGE;
	}
	if (!options.pid)
		options.pid = find_guest();
	return options.pid ? watch(&options, options.pid) : EXIT_NOTHING;
}
