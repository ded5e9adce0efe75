/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PARACALL_CLI_CHECK_JUNIT_H
#define PARACALL_CLI_CHECK_JUNIT_H

#include "result.h"

#include <stdio.h>

/*
 * The XML that most services for continuous integration read. A known failure
 * is "skipped", a crash or a late end an "error".
 */
void print_junit(FILE *output, const struct result *results, size_t count);

#endif /* PARACALL_CLI_CHECK_JUNIT_H */
