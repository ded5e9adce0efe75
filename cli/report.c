/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall report: a recording, in one of several formats. */
#include "../report/writer.h"
#include "cli.h"
#include "reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct report_options {
	const char *path;
	const char *output;
	const struct writer_format *format;
	struct reading_options reading;
};

static void print_usage(void)
{
	printf("Usage: paracall report [OPTION]... RECORDING\n"
	       "\n"
	       "Show what 'paracall run --record' wrote to the folder RECORDING; or the trace of\n"
	       "a real host's KVM, a file with the output of 'trace-cmd report' or 'perf script', or\n"
	       "tracefs's file trace (- for standard input).\n"
	       "\n");
}

/* The page without its events; NULL and a complaint if it was not built. */
static FILE *open_page(void)
{
	char *path = own_file("report/html", PARACALL_DATA_DIRECTORY, "report.html");
	FILE *page = fopen(path, "re");

	if (!page && errno == ENOENT)
		complain(
			"this Paracall was built without the page for --html: run script/setup where node or npm is available, and build it again");
	else if (!page)
		complain("'%s' can't be read: %s", path, strerror(errno));
	free(path);
	return page;
}

static FILE *open_output(const struct report_options *options)
{
	FILE *output = stdout;

	if (options->output)
		output = fopen(options->output, "we");
	else if (options->format == &writer_html && isatty(STDOUT_FILENO))
		output = NULL;
	if (!output && options->output)
		complain("'%s' can't be written: %s", options->output, strerror(errno));
	else if (!output)
		complain("an HTML page cannot go to a terminal: add --output=FILE");
	return output;
}

/* main() checks standard output. */
static bool close_output(const struct report_options *options, FILE *output)
{
	bool is_good;

	if (output == stdout)
		return true;
	is_good = !fflush(output) && !ferror(output);
	if (fclose(output))
		is_good = false;
	if (!is_good)
		complain("'%s' could not be written: %s", options->output, strerror(errno));
	return is_good;
}

static bool write_all(const struct report_options *options, struct reading *reading,
		      const struct writer_target *target)
{
	const struct writer_format *format = options->format;
	void *writer = format->begin(target);
	struct event event;

	if (!writer) {
		complain("out of memory, or the page for --html is damaged");
		return false;
	}
	/* No need to continue if nobody reads it. */
	while (!ferror(target->output) && reading_next(reading, &event))
		format->add(writer, &event);
	format->end(writer);
	return true;
}

/* The exit status. Shows what is readable, then reports what is wrong. */
static int write_report(const struct report_options *options, struct reading *reading,
			FILE *page)
{
	struct writer_target target = {
		.output = open_output(options),
		.recording = reading->recording,
		.symbols = reading->symbols,
		.page = page,
	};
	bool is_good;

	if (!target.output)
		return EXIT_NOTHING;
	is_good = write_all(options, reading, &target);
	is_good = close_output(options, target.output) && is_good;
	return reading_complain(reading) && is_good ? EXIT_OK : EXIT_NOTHING;
}

/* The page shows results and how long things took, of which a host's trace has nothing. */
static bool check_form(const struct report_options *options, const struct reading *reading)
{
	if (options->format != &writer_html ||
	    !recording_info(reading->recording)->is_host_trace)
		return true;
	complain(
		"--html is for recordings: of a host's trace, which has no results and no durations, use another form");
	return false;
}

static int report(const struct report_options *options)
{
	struct reading reading;
	FILE *page = NULL;
	int status;

	if (options->format == &writer_html && !(page = open_page()))
		return EXIT_NOTHING;
	status = reading_open(&reading, options->path, &options->reading);
	if (status == EXIT_OK && !check_form(options, &reading)) {
		reading_close(&reading);
		status = EXIT_USAGE;
	} else if (status == EXIT_OK) {
		status = write_report(options, &reading, page);
		reading_close(&reading);
	}
	if (page)
		fclose(page);
	return status;
}

static bool set_format(struct report_options *options, const struct writer_format *format)
{
	if (options->format && options->format != format) {
		complain("report: use only one of --format, --html and --count");
		return false;
	}
	options->format = format;
	return true;
}

static bool take_format(void *options, const char *name)
{
	static const struct writer_format *const formats[] = { &writer_text, &writer_json,
							       &writer_csv, &writer_chrome };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(name, formats[i]->name))
			return set_format(options, formats[i]);
	complain("--format=%s: use text, json, csv or chrome", name);
	return false;
}

static bool take_html(void *options, const char *value)
{
	(void)value;
	return set_format(options, &writer_html);
}

static bool take_count(void *options, const char *value)
{
	(void)value;
	return set_format(options, &writer_summary);
}

static const struct option_row form_rows[] = {
	{ .name = "format",
	  .value = "FORMAT",
	  .help = "text as in 'paracall run --trace', json, csv, or chrome for\n"
		  "Perfetto (default: text)",
	  .take = take_format },
	{ .name = "html", .help = "one self-contained HTML page", .take = take_html },
	{ .name = "count",
	  .letter = 'c',
	  .help = "the table of calls that 'paracall run' prints",
	  .take = take_count },
	{ .name = "output",
	  .letter = 'o',
	  .value = "FILE",
	  .help = "write to FILE (default: standard output)",
	  .place = offsetof(struct report_options, output) },
	{ .name = NULL },
};

static const struct option_row reading_rows[] = {
	READING_ROWS(""),
	{ .name = "symbols",
	  .value = "FILE",
	  .help = "symbols for program counters, from a System.map or vmlinux",
	  .place = offsetof(struct reading_options, symbols) },
	HELP_ROW,
	{ .name = NULL },
};

static const struct option_table table = {
	.command = "report",
	.print_usage = print_usage,
	.groups = (const struct option_group[]){ { .rows = form_rows },
						 { .rows = reading_rows,
						   .offset = offsetof(struct report_options,
								      reading) },
						 { .rows = NULL } },
	.wrong = EXIT_USAGE,
};

static bool take_path(struct report_options *options, char **words)
{
	options->path = words[0];
	if (words[0] && !words[1])
		return true;
	if (words[0])
		complain("report: one recording at a time, not also '%s'", words[1]);
	else
		complain(
			"report: give the folder that 'paracall run --record' wrote; see 'paracall report --help'");
	return false;
}

int report_main(int argc, char **argv)
{
	struct report_options options = { .path = NULL };
	char **words;
	int status = options_read(&table, &options, argc, argv, &words);

	if (status >= 0)
		return status;
	if (!take_path(&options, words))
		return EXIT_USAGE;
	if (!options.format)
		options.format = &writer_text;
	return report(&options);
}
