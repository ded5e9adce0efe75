/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recording and the events of it that a user selects: options, and reading it. */
#ifndef PARACALL_CLI_READING_H
#define PARACALL_CLI_READING_H

#include "../report/filter.h"
#include "../report/recording.h"
#include "../report/symbols.h"
#include "cli.h"
#include "options.h"

struct reading_options {
	/* NULL for all. */
	const char *expression;
	const char *cpus;
	bool failed_only;
	const char *symbols;
};

/* clang-format off */
/* Rows of options about them; @more is added to the help of --trace. */
#define READING_ROWS(more) \
	{ .name = "trace", .value = "LIST", \
	  .help = "only these: names of calls, other events and registers, %%groups,\n" \
		  "! excludes; see paracall-trace(7)" more, \
	  .place = offsetof(struct reading_options, expression) }, \
	{ .name = "trace-cpu", .value = "LIST", \
	  .help = "only those of these vCPUs, such as 0,2-3", \
	  .place = offsetof(struct reading_options, cpus) }, \
	{ .name = "cpu", .value = "LIST", .place = offsetof(struct reading_options, cpus) }, \
	{ .name = "failed-only", .help = "only calls and accesses that were refused", \
	  .place = offsetof(struct reading_options, failed_only) }
/* clang-format on */

struct reading {
	struct recording *recording;
	struct filter *filter;
	/* NULL if none are requested. */
	struct symbols *symbols;
	/* Read so far, selected or not. */
	uint64_t events;
};

/* Complains if it can't be read (EXIT_NOTHING), or an option is wrong (EXIT_USAGE). */
enum exit_status reading_open(struct reading *reading, const char *path,
			      const struct reading_options *options);
void reading_close(struct reading *reading);

/* The next selected event; false at the end. */
bool reading_next(struct reading *reading, struct event *event);

/* Reports what is wrong with what has been read; true if nothing is. */
bool reading_complain(const struct reading *reading);

#endif /* PARACALL_CLI_READING_H */
