/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall run's --trace and --record: what the guest does, as it happens. */
#ifndef PARACALL_CLI_TRACE_H
#define PARACALL_CLI_TRACE_H

#include "../report/filter.h"
#include "../report/symbols.h"
#include "options.h"

#include <paracall/paracall.h>
#include <sys/types.h>

struct trace_options {
	/* --trace was given; it, --trace-cpu and --failed-only are in the filter. */
	bool traces;
	bool is_ftrace;
	/* An option that only makes sense with --trace, if one was given. */
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

/* The command line's options for the structure above. */
extern const struct option_row trace_option_rows[];
/* When all are taken. */
bool trace_check_options(const struct trace_options *options);
void trace_free_options(struct trace_options *options);

static inline bool trace_is_wanted(const struct trace_options *options)
{
	return options->traces || options->record;
}

/* A running trace. */
struct trace {
	/* The file of the memory that the plugin maps, too; -1: there is none. */
	int memory;
	/* The process that reads it, and our end of the socket that notifies it of the end. */
	pid_t reader;
	int end;
	const char *record;
	/* This process has left its terminal, and so does the reader. */
	bool is_detached;
};

/* Makes the memory, if a trace is requested; false and a message if that fails. */
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
	bool is_detached;
	char *command;
};

void trace_read(const struct trace_job *job);

/*
 * The same, with rings that are made: @size bytes at @trace, all of which stay there.
 * Their contents may be anything, and change at any time.
 */
void trace_read_block(const struct trace_job *job, struct paracall_trace *trace, size_t size);

#endif /* PARACALL_CLI_TRACE_H */
