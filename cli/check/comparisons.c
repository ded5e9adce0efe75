/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "comparisons.h"

#include "../cli.h"
#include "compare.h"

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

/* If sequences are requested, there must be a run that makes them. */
static bool has_sequences(const struct check_options *options, struct suite *const *suites)
{
	if (!options->sequences.has_seed && !options->sequences.count)
		return true;
	for (size_t i = 0; i < MOST_MACHINES; i++)
		for (size_t j = 0; suites[i] && j < suites[i]->run_count; j++)
			if (sequences_has(&suites[i]->runs[j]) &&
			    is_compared(&suites[i]->runs[j], options))
				return true;
	complain("check: none of these programs makes random sequences, as fuzz does");
	return false;
}

int check_compare(const struct check_options *options, struct suite *suites[MOST_MACHINES])
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
		complain("check: no run of that name can be compared");
		return EXIT_USAGE;
	}
	if (totals.unexplained)
		return EXIT_NOTHING;
	if (totals.unresolved)
		return EXIT_UNRESOLVED;
	return totals.compared ? EXIT_OK : EXIT_SKIPPED;
}
