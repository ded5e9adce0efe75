/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suites of all machines' guests, in the folder of guests. */
#ifndef PARACALL_CLI_CHECK_SUITES_H
#define PARACALL_CLI_CHECK_SUITES_H

#include "options.h"

/*
 * By the index of their machine; NULL where there is none, or it is not selected.
 * Complains of those that can't be read. Returns how many there are.
 */
size_t suites_read(const struct check_options *options, struct suite *suites[MOST_MACHINES]);
void suites_free(struct suite *suites[MOST_MACHINES]);

#endif /* PARACALL_CLI_CHECK_SUITES_H */
