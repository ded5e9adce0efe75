/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results, for people and for programs. */
#ifndef PARACALL_CLI_CHECK_PRINT_H
#define PARACALL_CLI_CHECK_PRINT_H

#include "result.h"

enum check_format {
	CHECK_TEXT,
	CHECK_TAP,
	CHECK_JUNIT,
	/* Of the list only. */
	CHECK_JSON
};

/* NULL, or a list of the names for users. */
const char *check_format_parse(const char *name, enum check_format *format);

/* As soon as it is known; JUnit's file is written at the end. */
void print_result(enum check_format format, const struct result *result);
void print_results_end(enum check_format format, const struct result *results, size_t count);
/* Instead, if some runs were not done. */
void print_results_interrupted(enum check_format format, const struct result *results,
			       size_t count);

#endif /* PARACALL_CLI_CHECK_PRINT_H */
