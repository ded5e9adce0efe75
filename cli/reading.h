/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recording that a user wants to see some events of: its options, and reading it. */
#ifndef PARACALL_CLI_READING_H
#define PARACALL_CLI_READING_H

#include "../report/filter.h"
#include "../report/recording.h"
#include "../report/symbols.h"
#include "cli.h"

struct reading_options {
	/* NULL for all. */
	const char *expression;
	const char *cpus;
	bool failed_only;
	const char *symbols;
};

/* Codes for getopt_long() that are not the commands' own. */
enum reading_option_code {
	OPTION_READING_TRACE = 512,
	OPTION_READING_CPU,
	OPTION_READING_FAILED,
	OPTION_READING_SYMBOLS,
};

/* clang-format off */
#define READING_LONG_OPTIONS \
	{ "trace", required_argument, NULL, OPTION_READING_TRACE }, \
	{ "cpu", required_argument, NULL, OPTION_READING_CPU }, \
	{ "failed-only", no_argument, NULL, OPTION_READING_FAILED }
/* clang-format on */

#define READING_HELP \
	"      --trace=LIST     only these: names of calls, other events and registers, %%groups,\n" \
	"                       ! takes out; see paracall(1)\n" \
	"      --cpu=LIST       only those of these vCPUs, like 0,2-3\n" \
	"      --failed-only    only what the guest was refused\n"

/* Whether it was one of them. */
bool reading_take_option(struct reading_options *options, int code, const char *value);

struct reading {
	struct recording *recording;
	struct filter *filter;
	/* NULL if none are wanted. */
	struct symbols *symbols;
};

/* Complains if it can't be read (EXIT_NOTHING), or an option is wrong (EXIT_USAGE). */
enum exit_status reading_open(struct reading *reading, const char *path,
			      const struct reading_options *options);
void reading_close(struct reading *reading);

/* The next event that is wanted; false at the end. */
bool reading_next(struct reading *reading, struct event *event);

/* Says what is wrong with what has been read; true if all is well. */
bool reading_complain(const struct reading *reading);

#endif /* PARACALL_CLI_READING_H */
