/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"
#include "trace.h"

#include <string.h>

/* The filter, made when the first option needs it. */
static struct filter *filter_of(struct trace_options *options)
{
	if (!options->filter) {
		must(event_classes_make(&options->classes) ? options : NULL);
		options->filter = must(filter_new());
	}
	return options->filter;
}

static bool take_expression(void *argument, const char *value)
{
	struct trace_options *options = argument;
	char error[512];

	options->traces = true;
	if (!value || filter_set_expression(filter_of(options), value, &options->classes, error,
					    sizeof(error)))
		return true;
	complain("--trace=%s: %s", value, error);
	return false;
}

static bool take_cpus(void *argument, const char *value)
{
	struct trace_options *options = argument;
	char error[512];

	options->needs_trace = "--trace-cpu";
	if (filter_set_cpus(filter_of(options), value, error, sizeof(error)))
		return true;
	complain("--trace-cpu=%s: %s", value, error);
	return false;
}

static bool take_output(void *argument, const char *value)
{
	struct trace_options *options = argument;

	options->needs_trace = "--output";
	options->output = value;
	return true;
}

static bool take_format(void *argument, const char *value)
{
	struct trace_options *options = argument;

	options->needs_trace = "--trace-format";
	options->is_ftrace = !strcmp(value, "ftrace");
	return true;
}

static bool take_failed(void *argument, const char *value)
{
	struct trace_options *options = argument;

	(void)value;
	options->needs_trace = "--failed-only";
	filter_set_failed(filter_of(options));
	return true;
}

static bool take_symbols(void *argument, const char *value)
{
	struct trace_options *options = argument;

	options->needs_trace = "--symbols";
	options->symbols = value;
	return true;
}

static bool take_loss(void *argument, const char *value)
{
	struct trace_options *options = argument;

	options->needs_either = "--record-loss";
	options->drops = !strcmp(value, "drop");
	return true;
}

const struct option_row trace_option_rows[] = {
	{ .name = "trace",
	  .value = "LIST",
	  .is_optional = true,
	  .help = "print what the guest does to standard error, live; names of\n"
		  "calls and other events, %%groups, ! excludes (default: all)",
	  .take = take_expression },
	{ .name = "output",
	  .value = "FILE",
	  .help = "write the trace to FILE",
	  .take = take_output },
	{ .name = "trace-format",
	  .value = "FORMAT",
	  .help = "text, or ftrace: hypercalls as the kernel's tracepoint\n"
		  "kvm_hypercall shows them (default: text)",
	  .words = "text or ftrace",
	  .take = take_format },
	{ .name = "trace-cpu",
	  .value = "LIST",
	  .help = "only these vCPUs, such as 0,2-3",
	  .take = take_cpus },
	{ .name = "cpu", .value = "LIST", .take = take_cpus },
	{ .name = "failed-only",
	  .help = "only calls and accesses that were refused",
	  .take = take_failed },
	{ .name = "symbols",
	  .value = "FILE",
	  .help = "symbols for program counters, from a System.map or vmlinux",
	  .take = take_symbols },
	{ .name = "record",
	  .value = "FOLDER",
	  .help = "record everything in FOLDER, in the Common Trace Format",
	  .place = offsetof(struct trace_options, record) },
	{ .name = "record-loss",
	  .value = "HOW",
	  .help = "if writing cannot keep up: make the guest wait, or drop\n"
		  "events and count them (default: wait)",
	  .words = "wait or drop",
	  .take = take_loss },
	{ .name = NULL },
};

bool trace_check_options(const struct trace_options *options)
{
	if (!options->traces && options->needs_trace)
		complain("%s needs --trace", options->needs_trace);
	else if (!trace_is_wanted(options) && options->needs_either)
		complain("%s needs --record=FOLDER", options->needs_either);
	else
		return true;
	return false;
}

void trace_free_options(struct trace_options *options)
{
	filter_free(options->filter);
	event_classes_free(&options->classes);
}
