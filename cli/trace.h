/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall run's --trace and --record: what the guest does, while it does it. */
#ifndef PARACALL_CLI_TRACE_H
#define PARACALL_CLI_TRACE_H

#include "../report/filter.h"
#include "../report/symbols.h"

#include <paracall/paracall.h>
#include <sys/types.h>

struct trace_options {
	/* --trace was said; it, --cpu and --failed-only are in the filter. */
	bool traces;
	bool is_ftrace;
	/* Something was said that only makes sense with --trace; the option. */
	const char *needs_trace;
	const char *output;
	const char *symbols;
	/* Where to record, or NULL. */
	const char *record;
	bool drops;
	const char *needs_either;
	struct event_classes classes;
	struct filter *filter;
};

/* Codes for getopt_long() that are not run.c's. */
enum trace_option_code {
	OPTION_TRACE = 512,
	OPTION_TRACE_OUTPUT,
	OPTION_TRACE_FORMAT,
	OPTION_TRACE_CPU,
	OPTION_TRACE_FAILED,
	OPTION_TRACE_SYMBOLS,
	OPTION_TRACE_RECORD,
	OPTION_TRACE_LOSS,
};

/* clang-format off */
#define TRACE_LONG_OPTIONS \
	{ "trace", optional_argument, NULL, OPTION_TRACE }, \
	{ "output", required_argument, NULL, OPTION_TRACE_OUTPUT }, \
	{ "trace-format", required_argument, NULL, OPTION_TRACE_FORMAT }, \
	{ "cpu", required_argument, NULL, OPTION_TRACE_CPU }, \
	{ "failed-only", no_argument, NULL, OPTION_TRACE_FAILED }, \
	{ "symbols", required_argument, NULL, OPTION_TRACE_SYMBOLS }, \
	{ "record", required_argument, NULL, OPTION_TRACE_RECORD }, \
	{ "record-loss", required_argument, NULL, OPTION_TRACE_LOSS }
/* clang-format on */

#define TRACE_HELP \
	"Trace, one line for each event, and recording:\n" \
	"      --trace[=LIST]      what the guest does, as it does it, on standard error; names\n" \
	"                          of calls and other events, %%groups, ! takes out (default: all)\n" \
	"      --output=FILE       write the trace there\n" \
	"      --trace-format=FORMAT\n" \
	"                          text, or ftrace: x86 calls as the kernel's trace point\n" \
	"                          kvm_hypercall shows them (default: text)\n" \
	"      --cpu=LIST          only these vCPUs, like 0,2-3\n" \
	"      --failed-only       only what the guest was refused\n" \
	"      --symbols=FILE      names for program counters, from a System.map or vmlinux\n" \
	"      --record=FOLDER     record everything there, in the Common Trace Format\n" \
	"      --record-loss=HOW   if writing can't keep up, let the guest wait, or drop\n" \
	"                          events and count them (default: wait)\n" \
	"\n"

/* Whether it is one of these options, and good; complains if it is not. */
bool trace_take_option(struct trace_options *options, int code, const char *value);
/* When all are taken. */
bool trace_check_options(const struct trace_options *options);
void trace_free_options(struct trace_options *options);

static inline bool trace_is_wanted(const struct trace_options *options)
{
	return options->traces || options->record;
}

/* A trace that is under way. */
struct trace {
	/* The file of the memory that the plugin maps, too; -1: there is none. */
	int memory;
	/* The process that reads it, and our end of what tells it of the end. */
	pid_t reader;
	int end;
	const char *record;
};

/* Makes the memory, if a trace is wanted; false and a complaint if that fails. */
bool trace_prepare(struct trace *trace, const struct trace_options *options);
/* Starts the reader, just before QEMU; @command is for the recording. */
bool trace_start(struct trace *trace, const struct trace_options *options,
		 char *const command[]);
/*
 * QEMU has ended: waits until all is written, or until a signal says to end at once;
 * then what is written stays.
 */
void trace_stop(struct trace *trace);

/*
 * What the reader's process does: until @end is closed or has a byte, and all is
 * read. A byte at @begun says that it is ready.
 */
struct trace_job {
	const struct trace_options *options;
	int memory;
	int begun;
	int end;
	/* All of --output; and the program's symbols, or NULL. */
	int output;
	struct symbols *symbols;
	/* Of --record, for the recorder; or -1. */
	int folder;
	char *command;
};

void trace_read(const struct trace_job *job);

/*
 * The same, with rings that are made: @size bytes at @trace, all of which stay there.
 * Their contents may be anything, and change at any time.
 */
void trace_read_block(const struct trace_job *job, struct paracall_trace *trace, size_t size);

#endif /* PARACALL_CLI_TRACE_H */
