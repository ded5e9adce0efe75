/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall diff: compares two recordings. */
#include "../report/compare.h"
#include "cli.h"
#include "reading.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* As diff's. */
enum diff_status {
	DIFF_SAME = 0,
	DIFF_DIFFERENT = 1,
	DIFF_TROUBLE = 2,
};

struct diff_options {
	const char *paths[2];
	bool is_quiet;
	struct compare_options compare;
	struct reading_options reading;
};

static void print_usage(void)
{
	printf("Usage: paracall diff [OPTION]... RECORDING RECORDING\n"
	       "\n"
	       "Compare two guests by their recordings of 'paracall run --record', or by traces of a real\n"
	       "host's KVM as 'paracall report' reads them: which calls, accesses\n"
	       "to registers and CPUID leaves appear, disappear or change in number, how long they\n"
	       "take, and in which order they first occur. The exit status is 0 if they are the same,\n"
	       "1 if they differ, 2 on errors.\n"
	       "\n");
}

/* All of a recording; false after a message. A truncated one is not compared. */
static bool profile_read(struct profile *profile, struct reading *reading)
{
	struct event event;

	while (reading_next(reading, &event)) {
		if (!profile_add(profile, &event)) {
			complain("out of memory");
			return false;
		}
	}
	return reading_complain(reading);
}

static void print_recording(const char *letter, const char *path, const struct reading *reading,
			    const struct profile *profile)
{
	const struct recording_info *info = recording_info(reading->recording);

	printf("%s: %s: %s, %u vCPUs, %" PRIu64 " of %" PRIu64 " events in %.3f s\n", letter,
	       path,
	       info->architecture ? paracall_architecture_name(info->architecture) : "unknown",
	       info->cpus, profile->events, reading->events, profile->time / 1e9);
}

static bool read_one(const struct diff_options *options, int which, struct profile *profile)
{
	static const char *const letters[] = { "A", "B" };
	const char *path = options->paths[which];
	struct reading reading;
	bool is_good;

	if (reading_open(&reading, path, &options->reading) != EXIT_OK)
		return false;
	is_good = profile_read(profile, &reading);
	if (is_good && !options->is_quiet)
		print_recording(letters[which], path, &reading, profile);
	reading_close(&reading);
	return is_good;
}

static int compare(const struct diff_options *options, const struct profile *profiles)
{
	FILE *output = options->is_quiet ? NULL : stdout;
	enum compare_result result;

	if (output)
		putc('\n', output);
	result = compare_profiles(output, &profiles[0], &profiles[1], &options->compare);
	if (result == COMPARE_NO_MEMORY) {
		complain("out of memory");
		return DIFF_TROUBLE;
	}
	return result == COMPARE_SAME ? DIFF_SAME : DIFF_DIFFERENT;
}

static int diff(const struct diff_options *options)
{
	struct profile profiles[2];
	int status = DIFF_TROUBLE;

	profile_init(&profiles[0]);
	profile_init(&profiles[1]);
	if (read_one(options, 0, &profiles[0]) && read_one(options, 1, &profiles[1]))
		status = compare(options, profiles);
	profile_destroy(&profiles[0]);
	profile_destroy(&profiles[1]);
	return status;
}

static bool parse_percent(double *percent, const char *option, const char *value)
{
	char *end;

	*percent = strtod(value, &end);
	if (end != value && (!*end || !strcmp(end, "%")) && *percent >= 0)
		return true;
	complain("--%s=%s: use percent, 0 or more", option, value);
	return false;
}

static bool take_number(void *options, const char *value)
{
	struct diff_options *diff = options;

	return parse_percent(&diff->compare.count_percent, "number", value);
}

static bool take_latency(void *options, const char *value)
{
	struct diff_options *diff = options;

	return parse_percent(&diff->compare.latency_percent, "latency", value);
}

static const struct option_row own_rows[] = {
	{ .name = "number",
	  .value = "PERCENT",
	  .help = "ignore differences in number up to PERCENT (default: 0)",
	  .take = take_number },
	{ .name = "latency",
	  .value = "PERCENT",
	  .help = "report medians and 99th percentiles that differ by more\n"
		  "than PERCENT (default: times are ignored)",
	  .take = take_latency },
	{ .name = "ignore-order",
	  .help = "ignore the order",
	  .place = offsetof(struct diff_options, compare.ignores_order) },
	{ .name = "quiet",
	  .letter = 'q',
	  .help = "print nothing",
	  .place = offsetof(struct diff_options, is_quiet) },
	{ .name = NULL },
};

static const struct option_row reading_rows[] = {
	READING_ROWS("\n(default: %%call,%%cpuid,%%register)"),
	HELP_ROW,
	{ .name = NULL },
};

static const struct option_table table = {
	.command = "diff",
	.print_usage = print_usage,
	.groups = (const struct option_group[]){ { .rows = own_rows },
						 { .heading = "",
						   .rows = reading_rows,
						   .offset = offsetof(struct diff_options,
								      reading) },
						 { .rows = NULL } },
	.wrong = DIFF_TROUBLE,
};

int diff_main(int argc, char **argv)
{
	struct diff_options options = {
		.compare.latency_percent = -1,
		.reading.expression = "%call,%cpuid,%register",
	};
	char **words;
	int status = options_read(&table, &options, argc, argv, &words);

	if (status >= 0)
		return status;
	if (!words[0] || !words[1] || words[2]) {
		complain("diff: give two recordings; see 'paracall diff --help'");
		return DIFF_TROUBLE;
	}
	options.paths[0] = words[0];
	options.paths[1] = words[1];
	return diff(&options);
}
