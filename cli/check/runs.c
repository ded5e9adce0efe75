/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runs.h"

#include "../child.h"
#include "../cli.h"
#include "jobs.h"
#include "junit.h"
#include "select.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What one result comes from; without a setup it was known beforehand. */
struct source {
	const struct check_setup *setup;
	const struct suite *suite;
};

struct runs {
	const struct check_options *options;
	struct result *results;
	struct source *sources;
	size_t count;
	/* One for each engine and machine. */
	struct check_setup **setups;
	size_t setup_count;
};

static struct result *add_result(struct runs *runs, const struct check_setup *setup,
				 const struct suite_run *run)
{
	size_t count = runs->count + 1;

	runs->results = must(realloc(runs->results, count * sizeof(*runs->results)));
	runs->sources = must(realloc(runs->sources, count * sizeof(*runs->sources)));
	runs->sources[runs->count] = (struct source){ .setup = NULL };
	runs->results[runs->count] = (struct result){
		.architecture = setup->machine->architecture,
		.engine = setup->engine,
		.run = run,
	};
	return &runs->results[runs->count++];
}

/* One result for all of them. */
static void add_skipped(struct runs *runs, const struct check_setup *setup, char *reason)
{
	static const struct suite_run all = { .program = "all",
					      .options = "",
					      .arguments = "" };
	struct result *result = add_result(runs, setup, &all);

	result->trouble = TROUBLE_SKIP;
	result->reason = reason;
}

static struct check_setup *add_setup(struct runs *runs, const struct check_machine *machine,
				     enum check_engine engine)
{
	size_t size = (runs->setup_count + 1) * sizeof(*runs->setups);
	struct check_setup *setup = must(calloc(1, sizeof(*setup)));

	*setup = (struct check_setup){ .machine = machine,
				       .engine = engine,
				       .folder = runs->options->folder,
				       .seconds = runs->options->seconds };
	runs->setups = must(realloc(runs->setups, size));
	runs->setups[runs->setup_count++] = setup;
	return setup;
}

static bool is_of(const struct selected_run *selected, const struct check_setup *setup)
{
	return selected->machine == setup->machine && selected->engine == setup->engine;
}

static bool has_any(const struct selection *selection, const struct check_setup *setup)
{
	for (size_t i = 0; i < selection->count; i++)
		if (is_of(&selection->items[i], setup))
			return true;
	return false;
}

static void add_engine(struct runs *runs, const struct selection *selection,
		       struct check_setup *setup, const struct suite *suite)
{
	char *reason;

	/* Another shard says why they are skipped. */
	if (runs->options->shard_count && !has_any(selection, setup))
		return;
	reason = setup_begin(setup, suite);
	if (reason) {
		add_skipped(runs, setup, reason);
		return;
	}
	for (size_t i = 0; i < selection->count; i++) {
		if (!is_of(&selection->items[i], setup))
			continue;
		add_result(runs, setup, selection->items[i].run);
		runs->sources[runs->count - 1] = (struct source){ setup, suite };
	}
}

/* Without a compiler for it, its guests and their data file were not built. */
static void add_missing(struct runs *runs, const struct check_setup *setup)
{
	char *path = format_string("%s/%s.conf", setup->folder, setup->machine->architecture);

	if (access(path, F_OK))
		add_skipped(runs, setup, format_string("not built: there is no '%s'", path));
	free(path);
}

static void add_all(struct runs *runs, const struct selection *selection,
		    struct suite *const suites[MOST_MACHINES])
{
	const struct check_options *options = runs->options;
	bool is_all = !options->architecture && !options->patterns[0];
	const struct check_machine *machine;

	for (size_t i = 0; i < MOST_MACHINES && (machine = check_machine(i)); i++) {
		for (uint32_t engine = 1; engine < ENGINE_END; engine <<= 1) {
			struct check_setup *setup;

			if (!(options->engines & engine))
				continue;
			setup = add_setup(runs, machine, engine);
			if (suites[i])
				add_engine(runs, selection, setup, suites[i]);
			else if (is_all)
				add_missing(runs, setup);
		}
	}
}

static void do_run(size_t index, void *argument)
{
	struct runs *runs = argument;
	const struct source *source = &runs->sources[index];

	if (source->setup)
		setup_run(source->setup, source->suite, &runs->results[index]);
}

static bool is_alone(size_t index, void *argument)
{
	struct runs *runs = argument;

	return runs->results[index].run->is_alone;
}

static void report(size_t index, void *argument)
{
	struct runs *runs = argument;

	print_result(runs->options->format, &runs->results[index]);
	runs->results[index].is_reported = true;
}

static bool is_stopped(void *argument)
{
	(void)argument;
	return child_is_stopped();
}

static const int end_signals[] = { SIGINT, SIGTERM, SIGHUP };
#define END_SIGNALS (sizeof(end_signals) / sizeof(end_signals[0]))

static volatile sig_atomic_t end_signal;

static void take_signal(int signal)
{
	end_signal = signal;
	child_stop();
}

/* A signal that the command inherited as ignored stays ignored. */
static void take_signals(struct sigaction before[END_SIGNALS])
{
	struct sigaction end = { .sa_handler = take_signal, .sa_flags = SA_RESTART };

	for (size_t i = 0; i < END_SIGNALS; i++) {
		sigaction(end_signals[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			sigaction(end_signals[i], &end, NULL);
	}
}

/* Ends as the signal would, if one came. */
static void give_signals_back(const struct sigaction before[END_SIGNALS])
{
	for (size_t i = 0; i < END_SIGNALS; i++)
		sigaction(end_signals[i], &before[i], NULL);
	if (!end_signal)
		return;
	fflush(NULL);
	raise(end_signal);
}

/* Runs that were not done are not a success. */
static void mark_interrupted(struct runs *runs)
{
	for (size_t i = 0; i < runs->count; i++) {
		struct result *result = &runs->results[i];

		if (result->is_reported)
			continue;
		result_free(result);
		result->trouble = TROUBLE_CRASH;
		result->reason = format_string("not run: interrupted");
	}
}

static void do_all(struct runs *runs)
{
	const struct jobs jobs = {
		.count = runs->count,
		.parallel = runs->options->jobs,
		.run = do_run,
		.is_alone = is_alone,
		.report = report,
		.is_stopped = is_stopped,
		.argument = runs,
	};
	size_t reported = jobs_run(&jobs);

	if (!child_is_stopped()) {
		print_results_end(runs->options->format, runs->results, runs->count);
		return;
	}
	mark_interrupted(runs);
	print_results_interrupted(runs->options->format, runs->results, runs->count);
	complain("check: interrupted, %zu of %zu runs were done", reported, runs->count);
}

static int exit_status(const struct runs *runs)
{
	struct totals totals = { .unresolved = 0 };

	for (size_t i = 0; i < runs->count; i++)
		totals_add(&totals, &runs->results[i]);
	if (totals.verdicts[VERDICT_FAIL])
		return EXIT_NOTHING;
	if (totals.unresolved)
		return EXIT_UNRESOLVED;
	return totals.verdicts[VERDICT_PASS] ? EXIT_OK : EXIT_SKIPPED;
}

static bool write_junit(const struct runs *runs, FILE *output)
{
	bool is_good;

	print_junit(output, runs->results, runs->count);
	is_good = !ferror(output);
	if (!fclose(output) && is_good)
		return true;
	complain("'%s' could not be written: %s", runs->options->junit, strerror(errno));
	return false;
}

static int do_planned(struct runs *runs, const struct selection *selection)
{
	struct sigaction before[END_SIGNALS];
	FILE *junit = NULL;
	int status;

	if (!runs->count && selection->all) {
		complain("check: there are %zu runs, and none is in this shard",
			 selection->all);
		return EXIT_SKIPPED;
	}
	if (!runs->count)
		return selection_is_unknown();
	/* Before minutes are spent on results that cannot be written. */
	if (runs->options->junit && !(junit = fopen(runs->options->junit, "we"))) {
		complain("'%s' can't be written: %s", runs->options->junit, strerror(errno));
		return EXIT_REFUSED;
	}
	take_signals(before);
	do_all(runs);
	status = exit_status(runs);
	if (junit && !write_junit(runs, junit))
		status = EXIT_REFUSED;
	give_signals_back(before);
	return status;
}

static void runs_free(struct runs *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		result_free(&runs->results[i]);
	for (size_t i = 0; i < runs->setup_count; i++) {
		setup_end(runs->setups[i]);
		free(runs->setups[i]);
	}
	free(runs->setups);
	free(runs->sources);
	free(runs->results);
}

int check_run(const struct check_options *options, struct suite *const suites[MOST_MACHINES])
{
	struct runs runs = { .options = options };
	struct selection selection;
	int status;

	select_runs(&selection, options, suites);
	add_all(&runs, &selection, suites);
	status = do_planned(&runs, &selection);
	runs_free(&runs);
	selection_free(&selection);
	return status;
}
