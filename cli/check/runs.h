/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PARACALL_CLI_CHECK_RUNS_H
#define PARACALL_CLI_CHECK_RUNS_H

#include "options.h"

/*
 * Do all selected runs, and print their results. The suites are by the index
 * of their machine, or NULL. Returns the exit status.
 */
int check_run(const struct check_options *options, struct suite *const suites[MOST_MACHINES]);

#endif /* PARACALL_CLI_CHECK_RUNS_H */
