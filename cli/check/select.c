/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select.h"

#include "../cli.h"

#include <stdlib.h>

static bool has_run(const struct check_options *options, const struct suite_run *run,
		    enum check_engine engine)
{
	return run->engines & options->engines & engine && !run->is_compared &&
	       (!run->is_long || options->is_long) && check_is_wanted(options, run->program);
}

/* One after the other, so that long runs that are neighbors go to different shards. */
static bool is_in_shard(const struct check_options *options, size_t number)
{
	return !options->shard_count ||
	       (number - 1) % options->shard_count + 1 == options->shard;
}

static void add(struct selection *selection, const struct selected_run *run)
{
	size_t size = (selection->count + 1) * sizeof(*selection->items);

	selection->items = must(realloc(selection->items, size));
	selection->items[selection->count++] = *run;
}

static void select_of(struct selection *selection, const struct check_options *options,
		      struct selected_run *selected)
{
	for (size_t i = 0; i < selected->suite->run_count; i++) {
		selected->run = &selected->suite->runs[i];
		if (!has_run(options, selected->run, selected->engine))
			continue;
		selected->number = ++selection->all;
		if (is_in_shard(options, selected->number))
			add(selection, selected);
	}
}

void select_runs(struct selection *selection, const struct check_options *options,
		 struct suite *const suites[MOST_MACHINES])
{
	*selection = (struct selection){ .items = NULL };
	for (size_t i = 0; i < MOST_MACHINES; i++) {
		struct selected_run selected = { .machine = check_machine(i),
						 .suite = suites[i] };

		for (uint32_t engine = 1; suites[i] && engine < ENGINE_END; engine <<= 1) {
			selected.engine = engine;
			select_of(selection, options, &selected);
		}
	}
}

int selection_is_unknown(void)
{
	complain("check: no run has that name; 'paracall check --list' shows the programs");
	return EXIT_USAGE;
}

void selection_free(struct selection *selection)
{
	free(selection->items);
	*selection = (struct selection){ .items = NULL };
}
