/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two engines' answers to the same guest, compared. */
#ifndef PARACALL_CLI_CHECK_COMPARE_H
#define PARACALL_CLI_CHECK_COMPARE_H

#include "machine.h"
#include "sequences.h"

struct compare_options {
	enum check_engine engines[2];
	/* Of which machine and with which guests; its engine does not matter. */
	struct check_setup setup;
	struct suite *suite;
	const struct sequences *sequences;
	/* Which of the runs. */
	bool (*is_wanted)(const struct suite_run *run, const void *argument);
	const void *argument;
};

struct compare_totals {
	size_t compared, equal, explained, unexplained;
	/* Runs that crashed or did not finish in time; runs that could be made. */
	size_t unresolved, runs;
};

/* Prints what differs, and adds to @totals. */
void compare_machine(const struct compare_options *options, struct compare_totals *totals);
void compare_print_totals(const struct compare_options *options,
			  const struct compare_totals *totals);

#endif /* PARACALL_CLI_CHECK_COMPARE_H */
