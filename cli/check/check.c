/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall check: the conformance suite, on one engine or several. */
#include "../cli.h"
#include "compare.h"
#include "list.h"
#include "machine.h"
#include "options.h"
#include "print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct results {
	struct result *items;
	size_t count;
};

static struct result *add_result(struct results *results, const struct check_setup *setup,
				 const struct suite_run *run)
{
	size_t size = (results->count + 1) * sizeof(*results->items);

	results->items = must(realloc(results->items, size));
	results->items[results->count] = (struct result){
		.architecture = setup->machine->architecture,
		.engine = setup->engine,
		.run = run,
	};
	return &results->items[results->count++];
}

static bool has_run(const struct check_options *options, const struct check_setup *setup,
		    const struct suite_run *run)
{
	return run->engines & setup->engine && !run->is_compared &&
	       (!run->is_long || options->is_long) && check_is_wanted(options, run->program);
}

static void run_suite(const struct check_options *options, const struct check_setup *setup,
		      const struct suite *suite, struct results *results)
{
	for (size_t i = 0; i < suite->run_count; i++) {
		struct result *result;

		if (!has_run(options, setup, &suite->runs[i]))
			continue;
		result = add_result(results, setup, &suite->runs[i]);
		setup_run(setup, suite, result);
		print_result(options->format, result);
	}
}

/* One result for all of them. */
static void skip_suite(const struct check_options *options, const struct check_setup *setup,
		       char *reason, struct results *results)
{
	static const struct suite_run all = { .program = "all",
					      .options = "",
					      .arguments = "" };
	struct result *result = add_result(results, setup, &all);

	result->trouble = TROUBLE_SKIP;
	result->reason = reason;
	print_result(options->format, result);
}

static void run_machine(const struct check_options *options,
			const struct check_machine *machine, const struct suite *suite,
			struct results *results)
{
	for (uint32_t engine = 1; engine < ENGINE_END; engine <<= 1) {
		struct check_setup setup = { .machine = machine,
					     .engine = engine,
					     .folder = options->folder,
					     .seconds = options->seconds };
		char *reason;

		if (!(options->engines & engine))
			continue;
		reason = setup_begin(&setup, suite);
		if (reason)
			skip_suite(options, &setup, reason, results);
		else
			run_suite(options, &setup, suite, results);
		setup_end(&setup);
	}
}

/* Without a compiler for it, its guests and their data file were not built. */
static void skip_machine(const struct check_options *options,
			 const struct check_machine *machine, struct results *results)
{
	char *path = format_string("%s/%s.conf", options->folder, machine->architecture);

	for (uint32_t engine = 1; engine < ENGINE_END && access(path, F_OK); engine <<= 1) {
		struct check_setup setup = { .machine = machine, .engine = engine };

		if (options->engines & engine)
			skip_suite(options, &setup,
				   format_string("not built: there is no '%s'", path), results);
	}
	free(path);
}

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

static int exit_status(const struct results *results)
{
	struct totals totals = { .unresolved = 0 };

	for (size_t i = 0; i < results->count; i++)
		totals_add(&totals, &results->items[i]);
	if (totals.verdicts[VERDICT_FAIL])
		return EXIT_NOTHING;
	if (totals.unresolved)
		return EXIT_UNRESOLVED;
	return totals.verdicts[VERDICT_PASS] ? EXIT_OK : EXIT_SKIPPED;
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

static int run(const struct check_options *options, struct suite *suites[MOST_MACHINES])
{
	bool is_all = !options->architecture && !options->patterns[0];
	struct results results = { .items = NULL };
	const struct check_machine *machine;
	int status;

	for (size_t i = 0; i < MOST_MACHINES && (machine = check_machine(i)); i++) {
		if (suites[i])
			run_machine(options, machine, suites[i], &results);
		else if (is_all)
			skip_machine(options, machine, &results);
	}
	print_results_end(options->format, results.items, results.count);
	if (!results.count)
		complain(
			"check: no run is of that name; 'paracall check --list' shows the programs");
	status = results.count ? exit_status(&results) : EXIT_USAGE;
	for (size_t i = 0; i < results.count; i++)
		result_free(&results.items[i]);
	free(results.items);
	return status;
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
	return options->compares ? compare(options, suites) : run(options, suites);
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
