/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall check: the conformance suite, on one engine or several. */
#include "../cli.h"
#include "compare.h"
#include "list.h"
#include "machine.h"
#include "options.h"
#include "runs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL, and a complaint unless there is no such file. */
static struct suite *read_suite(const struct check_options *options,
				const struct check_machine *machine)
{
	char *path = format_string("%s/%s.conf", options->folder, machine->architecture);
	struct suite *suite = NULL;
	char *wrong = NULL;
	size_t size;
	char *text = read_file(path, &size);

	if (text) {
		suite = must(calloc(1, sizeof(*suite)));
		wrong = suite_parse(suite, text);
	} else if (errno != ENOENT) {
		wrong = must(strdup(strerror(errno)));
	}
	if (wrong) {
		complain("%s: %s", path, wrong);
		if (suite)
			suite_free(suite);
		free(suite);
		suite = NULL;
	}
	free(text);
	free(wrong);
	free(path);
	return suite;
}

/* The suites by the index of their machine; NULL where there is none. Returns how many. */
static size_t read_suites(const struct check_options *options,
			  struct suite *suites[MOST_MACHINES])
{
	const struct check_machine *machine;
	size_t count = 0;

	for (size_t i = 0; i < MOST_MACHINES && (machine = check_machine(i)); i++) {
		if (options->architecture &&
		    strcmp(options->architecture, machine->architecture))
			continue;
		suites[i] = read_suite(options, machine);
		count += suites[i] != NULL;
	}
	return count;
}

static bool is_compared(const struct suite_run *run, const void *argument)
{
	const struct check_options *options = argument;

	return (!run->is_long || options->is_long) && check_is_wanted(options, run->program);
}

static bool has_comparisons(const struct check_options *options, const struct suite *suite)
{
	for (size_t i = 0; suite && i < suite->run_count; i++)
		if (suite->runs[i].is_compared && is_compared(&suite->runs[i], options))
			return true;
	return false;
}

/* Where they are asked for, there must be a run that makes them. */
static bool has_sequences(const struct check_options *options, struct suite *const *suites)
{
	if (!options->sequences.has_seed && !options->sequences.count)
		return true;
	for (size_t i = 0; i < MOST_MACHINES; i++)
		for (size_t j = 0; suites[i] && j < suites[i]->run_count; j++)
			if (sequences_has(&suites[i]->runs[j]) &&
			    is_compared(&suites[i]->runs[j], options))
				return true;
	complain("check: none of these programs makes sequences by chance, as fuzz does");
	return false;
}

static int compare(const struct check_options *options, struct suite *suites[MOST_MACHINES])
{
	struct compare_totals totals = { .compared = 0 };
	bool has_any = false;

	if (!has_sequences(options, suites))
		return EXIT_USAGE;
	for (size_t i = 0; i < MOST_MACHINES; i++) {
		struct compare_options comparison = {
			.engines = { options->compared[0], options->compared[1] },
			.setup = { .machine = check_machine(i),
				   .folder = options->folder,
				   .seconds = options->seconds },
			.suite = suites[i],
			.sequences = &options->sequences,
			.is_wanted = is_compared,
			.argument = options,
		};
		struct compare_totals own = { .compared = 0 };

		if (!has_comparisons(options, suites[i]))
			continue;
		has_any = true;
		compare_machine(&comparison, &own);
		compare_print_totals(&comparison, &own);
		totals.compared += own.compared;
		totals.unexplained += own.unexplained;
		totals.unresolved += own.unresolved;
	}
	if (!has_any) {
		complain("check: no run of that name is to be compared");
		return EXIT_USAGE;
	}
	if (totals.unexplained)
		return EXIT_NOTHING;
	if (totals.unresolved)
		return EXIT_UNRESOLVED;
	return totals.compared ? EXIT_OK : EXIT_SKIPPED;
}

static int check_suites(const struct check_options *options,
			struct suite *suites[MOST_MACHINES])
{
	if (options->lists)
		return check_list(options, suites);
	return options->compares ? compare(options, suites) : check_run(options, suites);
}

static int check(const struct check_options *options)
{
	struct suite *suites[MOST_MACHINES] = { NULL };
	int status = EXIT_REFUSED;

	if (read_suites(options, suites))
		status = check_suites(options, suites);
	else
		complain(
			"there are no guests%s%s in '%s': build them with a compiler for that machine, or name their folder with --guests",
			options->architecture ? " for " : "",
			options->architecture ? options->architecture : "", options->folder);
	for (size_t i = 0; i < MOST_MACHINES; i++) {
		if (suites[i])
			suite_free(suites[i]);
		free(suites[i]);
	}
	return status;
}

int check_main(int argc, char **argv)
{
	struct check_options options;
	int status = check_options_parse(&options, argc, argv);

	if (status < 0)
		status = check(&options);
	free(options.folder);
	return status;
}
