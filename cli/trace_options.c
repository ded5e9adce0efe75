/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"
#include "trace.h"

#include <string.h>

/* The filter, made when the first option wants it. */
static struct filter *filter_of(struct trace_options *options)
{
	if (!options->filter) {
		must(event_classes_make(&options->classes) ? options : NULL);
		options->filter = must(filter_new());
	}
	return options->filter;
}

static bool take_expression(struct trace_options *options, const char *value)
{
	char error[512];

	options->traces = true;
	if (!value || filter_set_expression(filter_of(options), value, &options->classes, error,
					    sizeof(error)))
		return true;
	complain("--trace=%s: %s", value, error);
	return false;
}

static bool take_cpus(struct trace_options *options, const char *value)
{
	char error[512];

	options->needs_trace = "--cpu";
	if (filter_set_cpus(filter_of(options), value, error, sizeof(error)))
		return true;
	complain("--cpu=%s: %s", value, error);
	return false;
}

/* Of two words the second; @is_second is set if it is that. */
static bool take_word(const char *option, const char *value, const char *first,
		      const char *second, bool *is_second)
{
	*is_second = !strcmp(value, second);
	if (*is_second || !strcmp(value, first))
		return true;
	complain("%s=%s: use %s or %s", option, value, first, second);
	return false;
}

bool trace_take_option(struct trace_options *options, int code, const char *value)
{
	switch (code) {
	case OPTION_TRACE:
		return take_expression(options, value);
	case OPTION_TRACE_OUTPUT:
		options->needs_trace = "--output";
		options->output = value;
		return true;
	case OPTION_TRACE_FORMAT:
		options->needs_trace = "--trace-format";
		return take_word("--trace-format", value, "text", "ftrace",
				 &options->is_ftrace);
	case OPTION_TRACE_CPU:
		return take_cpus(options, value);
	case OPTION_TRACE_FAILED:
		options->needs_trace = "--failed-only";
		filter_set_failed(filter_of(options));
		return true;
	case OPTION_TRACE_SYMBOLS:
		options->needs_trace = "--symbols";
		options->symbols = value;
		return true;
	case OPTION_TRACE_RECORD:
		options->record = value;
		return true;
	case OPTION_TRACE_LOSS:
		options->needs_either = "--record-loss";
		return take_word("--record-loss", value, "wait", "drop", &options->drops);
	}
	return false;
}

bool trace_check_options(const struct trace_options *options)
{
	if (!options->traces && options->needs_trace)
		complain("%s is about the trace: say --trace, too", options->needs_trace);
	else if (!trace_is_wanted(options) && options->needs_either)
		complain("%s is about recording: say --record=FOLDER, too",
			 options->needs_either);
	else
		return true;
	return false;
}

void trace_free_options(struct trace_options *options)
{
	filter_free(options->filter);
	event_classes_free(&options->classes);
}
