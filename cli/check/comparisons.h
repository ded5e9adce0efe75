/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PARACALL_CLI_CHECK_COMPARISONS_H
#define PARACALL_CLI_CHECK_COMPARISONS_H

#include "options.h"

/*
 * Do on two engines all runs that are to be compared and are wanted, and print where
 * their answers differ. The suites are by the index of their machine, or NULL. Returns
 * the exit status.
 */
int check_compare(const struct check_options *options, struct suite *suites[MOST_MACHINES]);

#endif /* PARACALL_CLI_CHECK_COMPARISONS_H */
