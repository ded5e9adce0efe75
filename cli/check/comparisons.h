/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PARACALL_CLI_CHECK_COMPARISONS_H
#define PARACALL_CLI_CHECK_COMPARISONS_H

#include "options.h"

/*
 * Do all selected runs that can be compared on two engines, and print where
 * their answers differ. The suites are by the index of their machine, or NULL. Returns
 * the exit status.
 */
int check_compare(const struct check_options *options, struct suite *suites[MOST_MACHINES]);

#endif /* PARACALL_CLI_CHECK_COMPARISONS_H */
