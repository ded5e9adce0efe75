/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command.h"

#include "../engines.h"
#include "accelerators.h"
#include "rewrite.h"

#include <stdlib.h>
#include <string.h>

/* Then what is written at its end needs a place of its own. */
static bool check_daemon(const struct run_options *options, const struct command_line *line)
{
	if (options->is_drop_in || !command_line_last(line, "daemonize"))
		return true;
	if (!options->summary)
		complain(
			"'-daemonize' separates QEMU from this terminal: name a file for the summary by --summary=FILE, or leave it out");
	else if (options->trace.traces && !options->trace.output)
		complain(
			"'-daemonize' separates QEMU from this terminal: name a file for the trace by --output=FILE, or leave it out");
	else
		return true;
	return false;
}

/* The whole command, with the default machine. */
static bool check(const struct run_options *options, const struct strings *command,
		  const struct command_line *line)
{
	target_check *check_target = options->target->check_command;

	return qemu_command_check(command->items[0], line) &&
	       accelerators_check(options, line) && check_daemon(options, line) &&
	       (!check_target || check_target(options, line));
}

/* A program named by its path is the user's choice; a mere name is ours. */
static const char *named_qemu(const struct run_options *options)
{
	if (options->qemu)
		return options->qemu;
	if (options->rest[0] && strchr(options->rest[0], '/'))
		return options->rest[0];
	return NULL;
}

/* The program that the command begins with. */
static bool take_qemu(struct strings *command, int *plugin_api,
		      const struct run_options *options)
{
	char *reason;
	char *qemu =
		qemu_choose(options->target->program, named_qemu(options), plugin_api, &reason);

	if (reason)
		complain("%s", reason);
	free(reason);
	if (!qemu)
		return false;
	free(command->items[0]);
	command->items[0] = qemu;
	return true;
}

bool command_make(struct strings *command, int *plugin_api, const struct run_options *options)
{
	char **rest = options->rest;
	struct command_line line;
	bool is_good;

	strings_add(command, options->machine.kernel ? options->target->program : *rest++);
	if (options->machine.kernel && !qemu_command_default(command, &options->machine))
		return false;
	for (; *rest; rest++)
		strings_add(command, *rest);
	is_good = command_line_read(&line, command->items);
	if (!is_good)
		complain("%s", line.error);
	is_good = is_good && check(options, command, &line);
	if (is_good)
		rewrite_command(command, options, &line);
	command_line_free(&line);
	return is_good && take_qemu(command, plugin_api, options);
}
