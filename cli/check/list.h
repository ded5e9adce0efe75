/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PARACALL_CLI_CHECK_LIST_H
#define PARACALL_CLI_CHECK_LIST_H

#include "options.h"

/*
 * Print the tests of the programs that are wanted. The suites are by the index of
 * their machine, or NULL. Returns the exit status.
 */
int check_list(const struct check_options *options, struct suite *const suites[MOST_MACHINES]);

#endif /* PARACALL_CLI_CHECK_LIST_H */
