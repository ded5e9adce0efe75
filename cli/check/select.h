/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which runs the command line asks for. */
#ifndef PARACALL_CLI_CHECK_SELECT_H
#define PARACALL_CLI_CHECK_SELECT_H

#include "options.h"

struct selected_run {
	/* From 1, among all runs without --shard. */
	size_t number;
	const struct check_machine *machine;
	const struct suite *suite;
	enum check_engine engine;
	const struct suite_run *run;
};

struct selection {
	struct selected_run *items;
	size_t count;
	/* With those of other shards. */
	size_t all;
};

/*
 * All of them, in the order in which they are reported: by architecture, then by
 * engine. The suites are by the index of their machine, or NULL.
 */
void select_runs(struct selection *selection, const struct check_options *options,
		 struct suite *const suites[MOST_MACHINES]);

/* Complains that no run has the wanted name; the exit status. */
int selection_is_unknown(void);
void selection_free(struct selection *selection);

#endif /* PARACALL_CLI_CHECK_SELECT_H */
