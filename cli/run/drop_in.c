/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command by the name of a QEMU, for tools that start one: QEMU takes this process's
 * place, so that it is theirs as before, with the plugin if there is a guest. Whatever
 * can't be with Paracall is QEMU's alone. Nothing goes to standard output from here.
 */
#include "../../engine/qemu/command_line/command_line.h"
#include "../../engine/qemu/command_line/plugin_files.h"
#include "../cli.h"
#include "../engines.h"
#include "command.h"
#include "features.h"
#include "options.h"
#include "plugin.h"
#include "watch.h"
#include "words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Mistakes in our variables, as QEMU has it for those in its options. */
#define EXIT_MISTAKE 1
/* A shell's, for a program that is not there. */
#define EXIT_NO_PROGRAM 127

#define OPTIONS "PARACALL_OPTIONS"
#define SUMMARY "PARACALL_SUMMARY"

/* The one that guests would run on, or else the first there is, or NULL; to be freed. */
static char *find_any_qemu(const struct target_info *target)
{
	struct qemus qemus;
	char *reason;
	char *path = qemu_choose(target->program, NULL, NULL, &reason);

	free(reason);
	if (path)
		return path;
	qemus_find(&qemus, target->program, NULL);
	if (qemus.count)
		path = must(strdup(qemus.items[0].path));
	qemus_free(&qemus);
	return path;
}

/* QEMU by itself, with the user's own words. Returns only if it can't be started. */
static int run_alone(const struct target_info *target, char **argv)
{
	char *program = argv[0];
	char *qemu = find_any_qemu(target);

	if (!qemu) {
		complain("no %s was found besides Paracall: install QEMU", target->program);
		return EXIT_NO_PROGRAM;
	}
	argv[0] = qemu;
	watch_exec(argv);
	argv[0] = program;
	free(qemu);
	return EXIT_NO_PROGRAM;
}

/* What was complained of is no reason not to run a tool's guest. */
static int run_alone_after_all(const struct target_info *target, char **argv)
{
	complain("%s runs this guest without Paracall", target->program);
	return run_alone(target, argv);
}

static bool has_plugin(const struct command_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (plugin_file_is_loaded_by(&line->options[i]))
			return true;
	return false;
}

/* "run OPTION... -- PROGRAM ARGUMENT..." */
static bool make_words(struct strings *words, const struct target_info *target, char **argv)
{
	const char *options = getenv(OPTIONS);

	strings_add(words, "run");
	if (options && !words_split(words, options)) {
		complain(OPTIONS ": a quote is not closed in: %s", options);
		return false;
	}
	for (size_t i = 1; i < words->count; i++) {
		/* It would be taken for QEMU's, and abbreviations are options, too. */
		if (strncmp(words->items[i], "--he", 4) && strncmp(words->items[i], "-h", 2))
			continue;
		complain(OPTIONS ": '%s' cannot be used there", words->items[i]);
		return false;
	}
	strings_add(words, "--");
	strings_add(words, target->program);
	for (argv++; *argv; argv++)
		strings_add(words, *argv);
	return true;
}

static bool check_options(const struct run_options *options, const struct strings *words,
			  int argc)
{
	size_t options_end = words->count - (size_t)argc;

	if (options->rest != words->items + options_end) {
		complain(OPTIONS ": '%s' is not an option of 'paracall run'", options->rest[0]);
		return false;
	}
	if (options->qemu) {
		complain(OPTIONS
			 ": --qemu is for guests alone: name the QEMU by PARACALL_QEMU");
		return false;
	}
	if (options->trace.traces && !options->trace.output) {
		complain(OPTIONS ": --trace needs --output=FILE there");
		return false;
	}
	return true;
}

/* "%p" is QEMU's process; the caller's to free. */
static char *expand(const char *name, pid_t process)
{
	char *path = format_string("%s", "");

	while (*name) {
		size_t length = strcspn(name, "%");
		bool is_process = name[length] == '%' && name[length + 1] == 'p';
		char *longer;

		if (name[length] && !is_process)
			length++;
		longer = is_process
				 ? format_string("%s%.*s%d", path, (int)length, name, process)
				 : format_string("%s%.*s", path, (int)length, name);
		free(path);
		path = longer;
		name += length + (is_process ? 2 : 0);
	}
	return path;
}

/* Of a file that is the guest's own, unless it's NULL. @names keeps it. */
static void expand_name(const char **name, struct strings *names)
{
	char *path = *name ? expand(*name, getpid()) : NULL;

	if (!path)
		return;
	strings_add(names, path);
	free(path);
	*name = names->items[names->count - 1];
}

/* What the plugin gets. */
struct files {
	int report;
	int summary;
	struct trace trace;
};

static void close_files(struct files *files)
{
	if (files->report >= 0)
		close(files->report);
	if (files->summary >= 0)
		close(files->summary);
	trace_stop(&files->trace);
}

/* What QEMU gets beyond the tool's own words; false if it has to do without. */
static bool make_command(struct strings *command, struct run_options *options,
			 struct files *files)
{
	int plugin_api;

	if (files->report < 0)
		complain("no memory for the counters: %s", strerror(errno));
	return files->report >= 0 && trace_prepare(&files->trace, &options->trace) &&
	       command_make(command, &plugin_api, options) &&
	       plugin_add(command, plugin_api, options, files->report, files->trace.memory,
			  files->summary);
}

/* Returns only if QEMU can't be started. */
static int run_with_plugin(struct run_options *options, struct strings *command, char **argv)
{
	struct files files = { .report = memfd_create("paracall-report", MFD_ALLOW_SEALING),
			       .trace = { .memory = -1 } };

	if (!watch_open_summary(options, &files.summary))
		return EXIT_MISTAKE;
	if (!make_command(command, options, &files)) {
		close_files(&files);
		return run_alone_after_all(options->target, argv);
	}
	if (!watch_start(options, files.report, files.summary, &files.trace, command->items))
		return EXIT_MISTAKE;
	watch_exec(command->items);
	return EXIT_NO_PROGRAM;
}

static int run_guest(const struct target_info *target, int argc, char **argv)
{
	const char *summary = getenv(SUMMARY);
	struct run_options options = { .is_drop_in = true };
	struct strings command = { .items = NULL };
	struct strings names = { .items = NULL };
	struct strings words = { .items = NULL };
	int status = EXIT_MISTAKE;

	if (make_words(&words, target, argv) &&
	    run_options_parse(&options, (int)words.count, words.items) < 0 &&
	    check_options(&options, &words, argc)) {
		if (summary && *summary)
			options.summary = summary;
		expand_name(&options.summary, &names);
		expand_name(&options.trace.output, &names);
		expand_name(&options.trace.record, &names);
		if (target->adapt)
			target->adapt(&options);
		status = run_with_plugin(&options, &command, argv);
	}
	strings_free(&command);
	run_options_free(&options);
	strings_free(&names);
	strings_free(&words);
	return status;
}

int drop_in_main(int argc, char **argv)
{
	const struct target_info *target = target_of_program(argv[0]);
	struct command_line line;
	int status;

	open_missing_standard_files();
	if (!command_line_read(&line, argv)) {
		complain("%s", line.error);
		status = run_alone_after_all(target, argv);
	} else if (!command_line_has_guest(&line) || has_plugin(&line) || line.lacks_value) {
		status = run_alone(target, argv);
	} else {
		status = run_guest(target, argc, argv);
	}
	command_line_free(&line);
	return status;
}
