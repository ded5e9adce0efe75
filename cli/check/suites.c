/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "suites.h"

#include "../cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* NULL, and a complaint unless there is no such file. */
static struct suite *read_suite(const struct check_options *options,
				const struct check_machine *machine)
{
	char *path = format_string("%s/%s.conf", options->folder, machine->architecture);
	struct suite *suite = NULL;
	char *wrong = NULL;
	size_t size;
	char *text = read_file(path, &size);

	if (text) {
		suite = must(calloc(1, sizeof(*suite)));
		wrong = suite_parse(suite, text);
	} else if (errno != ENOENT) {
		wrong = must(strdup(strerror(errno)));
	}
	if (wrong) {
		complain("%s: %s", path, wrong);
		if (suite)
			suite_free(suite);
		free(suite);
		suite = NULL;
	}
	free(text);
	free(wrong);
	free(path);
	return suite;
}

size_t suites_read(const struct check_options *options, struct suite *suites[MOST_MACHINES])
{
	const struct check_machine *machine;
	size_t count = 0;

	for (size_t i = 0; i < MOST_MACHINES && (machine = check_machine(i)); i++) {
		if (options->architecture &&
		    strcmp(options->architecture, machine->architecture))
			continue;
		suites[i] = read_suite(options, machine);
		count += suites[i] != NULL;
	}
	return count;
}

void suites_free(struct suite *suites[MOST_MACHINES])
{
	for (size_t i = 0; i < MOST_MACHINES; i++) {
		if (suites[i])
			suite_free(suites[i]);
		free(suites[i]);
	}
}
