/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tests that are in a guest's file, without running it. */
#ifndef PARACALL_CLI_CHECK_CASES_H
#define PARACALL_CLI_CHECK_CASES_H

struct check_case {
	/* As in the guest's output. */
	const char *name;
	/* Names of what it covers, separated by spaces; may be "". */
	const char *covers;
	/* The source of what it expects; may be "". */
	const char *rule;
};

/*
 * Call @visit for each case. Returns NULL, or what is wrong with the file; the
 * caller's to free.
 */
char *cases_read(const char *path, void (*visit)(const struct check_case *item, void *argument),
		 void *argument);

#endif /* PARACALL_CLI_CHECK_CASES_H */
