/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall run: QEMU with the plugin, and what the guest called afterwards. */
#include "../child.h"
#include "../cli.h"
#include "command.h"
#include "options.h"
#include "plugin.h"
#include "summary.h"
#include "watch.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static FILE *open_summary(const struct run_options *options)
{
	FILE *output = stderr;

	if (options->summary)
		output = fopen(options->summary, "we");
	if (!output)
		complain("the summary can't be written to '%s': %s", options->summary,
			 strerror(errno));
	return output;
}

/* Runs the complete command; returns the exit status. */
static int run_command(struct strings *command, const struct run_options *options, int report,
		       struct trace *trace)
{
	FILE *output = open_summary(options);
	int status;

	if (!output)
		return EXIT_REFUSED;
	status = trace_start(trace, &options->trace, command->items) ? child_run(command->items)
								     : EXIT_REFUSED;
	trace_stop(trace);
	child_leave_signals();
	/* Even if nobody reads the summary, the status is QEMU's. */
	signal(SIGPIPE, SIG_IGN);
	if (status < 0) {
		complain("'%s' can't be run: %s", command->items[0], strerror(errno));
		status = EXIT_REFUSED;
	} else {
		run_print_summary(output, options, report);
	}
	if (output != stderr)
		fclose(output);
	return status;
}

/* QEMU leaves its terminal, and this process ends with it; another waits for its end. */
static int run_daemon(struct strings *command, const struct run_options *options, int report,
		      int summary, struct trace *trace)
{
	if (!watch_start(options, report, summary, trace, command->items))
		return EXIT_REFUSED;
	watch_exec(command->items);
	return EXIT_REFUSED;
}

static int run_with(struct strings *command, int plugin_api, const struct run_options *options,
		    int report, struct trace *trace)
{
	bool is_daemon = command_line_last(&options->line, "daemonize");
	int summary = -1;

	if ((is_daemon && !watch_open_summary(options, &summary)) ||
	    !plugin_add(command, plugin_api, options, report, trace->memory, summary))
		return EXIT_REFUSED;
	return is_daemon ? run_daemon(command, options, report, summary, trace)
			 : run_command(command, options, report, trace);
}

static int run(const struct run_options *options)
{
	struct strings command = { .items = NULL };
	int report = memfd_create("paracall-report", MFD_ALLOW_SEALING);
	int status = EXIT_REFUSED;
	int plugin_api;
	struct trace trace = { .memory = -1 };

	if (report < 0)
		complain("no memory for the counters: %s", strerror(errno));
	else if (trace_prepare(&trace, &options->trace) &&
		 command_make(&command, &plugin_api, options))
		status = run_with(&command, plugin_api, options, report, &trace);
	strings_free(&command);
	if (report >= 0)
		close(report);
	return status;
}

int run_main(int argc, char **argv)
{
	struct run_options options = { .is_drop_in = false };
	int status = run_options_parse(&options, argc, argv);

	if (status < 0)
		status = run(&options);
	run_options_free(&options);
	return status;
}
