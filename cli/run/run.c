/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall run: QEMU with the plugin, and what the guest called afterwards. */
#include "../../report/summary.h"
#include "../child.h"
#include "../cli.h"
#include "../counters.h"
#include "../engines.h"
#include "options.h"
#include "plugin.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A path is the user's choice of a program; for a bare name it is ours. */
static const char *named_qemu(const struct run_options *options)
{
	if (options->qemu)
		return options->qemu;
	if (options->rest[0] && strchr(options->rest[0], '/'))
		return options->rest[0];
	return NULL;
}

/* The whole command, with the default machine. */
static bool check_command(const struct run_options *options, const struct strings *command)
{
	target_check *check = options->target->check_command;
	struct command_line line;
	bool is_good = command_line_read(&line, command->items);

	if (!is_good)
		complain("%s", line.error);
	is_good = is_good && qemu_command_check(command->items[0], &line) &&
		  (!check || check(options, &line));
	command_line_free(&line);
	return is_good;
}

/* The user's command, or the default machine's and what was added to it. */
static bool make_command(struct strings *command, const struct run_options *options)
{
	char **rest = options->rest;

	strings_add(command, options->machine.kernel ? options->target->program : *rest++);
	if (options->machine.kernel && !qemu_command_default(command, &options->machine))
		return false;
	for (; *rest; rest++)
		strings_add(command, *rest);
	return check_command(options, command);
}

/* The counters that the plugin left; NULL if it did not get that far. */
static struct paracall_statistics *read_report(int report)
{
	struct paracall_statistics *statistics;
	uint32_t max_cpus;
	int error = counters_check(report, &max_cpus);

	if (error == EPROTO)
		complain(
			"no summary: the counters are from another version; build or install the command and the plugin together");
	if (error)
		return NULL;
	statistics = counters_new(max_cpus);
	if (counters_read(report, max_cpus, statistics))
		return statistics;
	complain("no summary: the counters are gone");
	free(statistics);
	return NULL;
}

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

static void print_summary(FILE *output, const struct run_options *options, int report)
{
	struct paracall_statistics *statistics = read_report(report);

	if (statistics) {
		if (options->format && !strcmp(options->format, "json"))
			summary_print_json(output, statistics);
		else
			summary_print_text(output, statistics);
	}
	free(statistics);
	if (fflush(output))
		complain("the summary could not be written: %s", strerror(errno));
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
		print_summary(output, options, report);
	}
	if (output != stderr)
		fclose(output);
	return status;
}

static int run(const struct run_options *options)
{
	struct strings command = { .items = NULL };
	int report = memfd_create("paracall-report", 0);
	int status = EXIT_REFUSED;
	struct trace trace = { .memory = -1 };
	char *qemu = NULL;
	char *reason = NULL;

	if (report < 0)
		complain("no memory for the report: %s", strerror(errno));
	else if (trace_prepare(&trace, &options->trace) && make_command(&command, options))
		qemu = qemu_choose(options->target->program, named_qemu(options), &reason);
	if (reason)
		complain("%s", reason);
	if (qemu && plugin_add(&command, options, report, trace.memory)) {
		free(command.items[0]);
		command.items[0] = must(strdup(qemu));
		status = run_command(&command, options, report, &trace);
	}
	free(reason);
	free(qemu);
	strings_free(&command);
	if (report >= 0)
		close(report);
	return status;
}

int run_main(int argc, char **argv)
{
	struct run_options options;
	int status = run_options_parse(&options, argc, argv);

	if (status < 0)
		status = run(&options);
	run_options_free(&options);
	return status;
}
