/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare.h"

#include "../cli.h"
#include "answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A question with this prefix is a number of sequences, reported as one hash. What
 * follows is the command line by which the guest reports all of them, with
 * "report" after it; sequences that differ are shown.
 */
static const char sequences[] = "sequences ";
#define MOST_SHOWN 3

struct pair {
	const struct compare_options *options;
	/* One for each engine. */
	const struct check_setup *setups;
	const struct suite_run *runs[2];
	struct compare_totals *totals;
	/* Sequences to report in full: command lines. */
	struct strings again;
	/* This is such a second run. */
	bool is_again;
};

static void print_side(const struct pair *pair, unsigned int side, const char *result)
{
	printf("            %-10s  %s\n", check_engine_name(pair->options->engines[side]),
	       result ? result : "(not reported)");
}

static void show(const struct answer_difference *difference, void *argument)
{
	struct pair *pair = argument;

	if (!difference->explanation && !pair->is_again &&
	    !strncmp(difference->question, sequences, strlen(sequences))) {
		strings_add(&pair->again, difference->question + strlen(sequences));
		if (pair->again.count > MOST_SHOWN)
			printf("      DIFFERS: %s\n", difference->question);
		return;
	}
	printf("      %s: %s\n", difference->explanation ? "EXPLAINED" : "DIFFERS",
	       difference->question);
	for (unsigned int side = 0; side < 2; side++)
		print_side(pair, side, difference->results[side]);
	if (difference->explanation)
		printf("            %s\n", difference->explanation->reason);
}

/* False if there is nothing to be compared. */
static bool run_side(const struct pair *pair, unsigned int side, const struct suite_run *run,
		     struct result *result)
{
	const struct check_setup *setup = &pair->setups[side];
	char *name;

	*result = (struct result){ .architecture = setup->machine->architecture,
				   .engine = setup->engine,
				   .run = run };
	setup_run(setup, pair->options->suite, result);
	if (!result_is_bad(result))
		return true;
	name = result_name(result);
	printf("%-5s %s %s %s\n      %s\n", result->trouble == TROUBLE_LATE ? "LATE" : "CRASH",
	       result->architecture, check_engine_name(result->engine), name,
	       result->reason ? result->reason : "a test failed");
	free(name);
	pair->totals->unresolved++;
	return false;
}

static void add_totals(struct compare_totals *totals, const struct answers_totals *more)
{
	totals->compared += more->compared;
	totals->equal += more->equal;
	totals->explained += more->explained;
	totals->unexplained += more->unexplained;
}

static void compare_results(struct pair *pair, const struct result results[2],
			    struct answers_totals *totals)
{
	struct answers answers[2];
	const struct answers_side sides[2] = {
		{ results[0].engine, &answers[0] },
		{ results[1].engine, &answers[1] },
	};

	for (unsigned int side = 0; side < 2; side++)
		answers_parse(&answers[side], results[side].output ? results[side].output : "");
	answers_compare(pair->options->suite, sides, totals, show, pair);
	for (unsigned int side = 0; side < 2; side++)
		answers_free(&answers[side]);
}

static void print_head(const struct pair *pair, const struct result results[2])
{
	char *name = result_name(&results[1]);

	printf("%s %s, %s: %s; %.1f s and %.1f s\n", results[0].architecture,
	       check_engine_name(results[0].engine), check_engine_name(results[1].engine), name,
	       results[0].seconds, results[1].seconds);
	free(name);
	if (pair->is_again)
		printf("      the sequences one by one\n");
}

static bool run_both(struct pair *pair, const struct suite_run *const runs[2],
		     struct answers_totals *totals)
{
	struct result results[2] = { { .run = NULL }, { .run = NULL } };
	bool is_good = run_side(pair, 0, runs[0], &results[0]) &&
		       run_side(pair, 1, runs[1], &results[1]);

	if (is_good) {
		print_head(pair, results);
		compare_results(pair, results, totals);
	}
	for (unsigned int side = 0; side < 2; side++)
		result_free(&results[side]);
	fflush(stdout);
	return is_good;
}

/* The run with another command line for the guest. */
static struct suite_run run_with(const struct suite_run *run, const char *append)
{
	struct suite_run again = *run;
	const char *option = strstr(run->arguments, "-append");
	int length = option ? option - run->arguments : (int)strlen(run->arguments);

	again.arguments = format_string("%.*s -append %s", length, run->arguments, append);
	return again;
}

static void look_again(struct pair *pair, const char *command_line)
{
	char *append = format_string("%s,report", command_line);
	struct suite_run first = run_with(pair->runs[0], append);
	struct suite_run second = run_with(pair->runs[1], append);
	const struct suite_run *const runs[2] = { &first, &second };
	struct answers_totals totals = { .compared = 0 };

	pair->is_again = true;
	if (run_both(pair, runs, &totals) && totals.equal == totals.compared)
		printf("      no difference this time: what they do is not always the same\n");
	pair->is_again = false;
	free(first.arguments);
	free(second.arguments);
	free(append);
}

static void compare_pair(struct pair *pair)
{
	struct answers_totals totals = { .compared = 0 };

	if (run_both(pair, pair->runs, &totals)) {
		printf("      %zu answers compared, %zu equal\n", totals.compared,
		       totals.equal);
		add_totals(pair->totals, &totals);
		pair->totals->runs++;
	}
	for (size_t i = 0; i < pair->again.count && i < MOST_SHOWN; i++)
		look_again(pair, pair->again.items[i]);
	strings_free(&pair->again);
	pair->again = (struct strings){ .items = NULL };
}

/* What is behind -append, to the end: the guest's command line. */
static const char *command_line_of(const struct suite_run *run)
{
	const char *option = strstr(run->arguments, "-append ");

	return option ? option : "";
}

static const struct suite_run *find_partner(const struct compare_options *options,
					    const struct suite_run *run)
{
	for (size_t i = 0; i < options->suite->run_count; i++) {
		const struct suite_run *other = &options->suite->runs[i];

		if (other->is_compared && other->engines & options->engines[1] &&
		    !strcmp(other->program, run->program) &&
		    !strcmp(command_line_of(other), command_line_of(run)))
			return other;
	}
	return NULL;
}

/* With the sequences that were asked for. */
static void compare_chosen(struct pair *pair)
{
	const struct sequences *sequences = pair->options->sequences;
	struct suite_run chosen[2] = { *pair->runs[0], *pair->runs[1] };

	for (unsigned int side = 0; side < 2; side++) {
		chosen[side].arguments = sequences_arguments(sequences, pair->runs[side]);
		pair->runs[side] = &chosen[side];
	}
	if (sequences_has(&chosen[0]))
		printf("random sequences, with the seed %llu\n",
		       (unsigned long long)sequences_seed(&(struct sequences){ 0 },
							  &chosen[0]));
	compare_pair(pair);
	for (unsigned int side = 0; side < 2; side++)
		free(chosen[side].arguments);
}

static void compare_runs(const struct compare_options *options,
			 const struct check_setup setups[2], struct compare_totals *totals)
{
	for (size_t i = 0; i < options->suite->run_count; i++) {
		const struct suite_run *run = &options->suite->runs[i];
		struct pair pair = { .options = options, .setups = setups, .totals = totals };

		if (!run->is_compared || !(run->engines & options->engines[0]) ||
		    !options->is_wanted(run, options->argument))
			continue;
		pair.runs[0] = run;
		pair.runs[1] = find_partner(options, run);
		if (pair.runs[1])
			compare_chosen(&pair);
	}
}

/* A difference that the data file declares, and that never occurs, is wrong, too. */
static void check_explanations(const struct suite *suite, struct compare_totals *totals)
{
	for (size_t i = 0; i < suite->answer_count; i++) {
		const struct suite_answer *answer = &suite->answers[i];

		if (!answer->asked || answer->met)
			continue;
		printf("DIFFERS: '%s' is expected to differ, and does not: %s\n",
		       answer->question, answer->reason);
		totals->unexplained++;
	}
}

void compare_machine(const struct compare_options *options, struct compare_totals *totals)
{
	struct check_setup setups[2] = { options->setup, options->setup };
	char *reasons[2];

	for (unsigned int side = 0; side < 2; side++) {
		setups[side].engine = options->engines[side];
		reasons[side] = setup_begin(&setups[side], options->suite);
		if (reasons[side])
			printf("SKIP  %s %s: %s\n", setups[side].machine->architecture,
			       check_engine_name(setups[side].engine), reasons[side]);
	}
	if (!reasons[0] && !reasons[1]) {
		compare_runs(options, setups, totals);
		check_explanations(options->suite, totals);
	}
	for (unsigned int side = 0; side < 2; side++) {
		free(reasons[side]);
		setup_end(&setups[side]);
	}
}

void compare_print_totals(const struct compare_options *options,
			  const struct compare_totals *totals)
{
	char *engines = format_string("%s, %s", check_engine_name(options->engines[0]),
				      check_engine_name(options->engines[1]));

	printf("\narchitecture  %-22s  compared   equal  explained  unexplained  unresolved\n",
	       "engines");
	printf("%-12s  %-22s  %8zu  %6zu  %9zu  %11zu  %10zu\n",
	       options->setup.machine->architecture, engines, totals->compared, totals->equal,
	       totals->explained, totals->unexplained, totals->unresolved);
	free(engines);
}
