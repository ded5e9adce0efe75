/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list.h"

#include "../cli.h"
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
	const char *program;
	bool has_rules;
	size_t cases;
};

static void list_case(const struct check_case *item, void *argument)
{
	struct list *list = argument;

	printf("%s: %s%s%s%s\n", list->program, item->name, *item->covers ? " (" : "",
	       item->covers, *item->covers ? ")" : "");
	if (list->has_rules && *item->rule)
		printf("\t%s\n", item->rule);
	list->cases++;
}

/* The tests of a program, at the first of its runs. */
static bool list_program(const struct check_options *options, const struct suite *suite,
			 size_t run, struct list *list)
{
	const char *program = suite->runs[run].program;
	char *path;
	char *wrong;

	if (!check_is_wanted(options, program))
		return true;
	for (size_t i = 0; i < run; i++)
		if (!strcmp(suite->runs[i].program, program))
			return true;
	list->program = program;
	path = format_string("%s/%s.elf", options->folder, program);
	wrong = cases_read(path, list_case, list);
	if (wrong)
		complain("%s", wrong);
	free(path);
	free(wrong);
	return !wrong;
}

static bool list_suite(const struct check_options *options, const struct suite *suite,
		       struct list *list)
{
	bool is_good = true;

	for (size_t i = 0; i < suite->run_count; i++)
		is_good &= list_program(options, suite, i, list);
	return is_good;
}

int check_list(const struct check_options *options, struct suite *const suites[MOST_MACHINES])
{
	struct list list = { .has_rules = options->lists_rules };
	bool is_good = true;
	size_t runs = 0;

	for (size_t i = 0; i < MOST_MACHINES; i++) {
		if (!suites[i])
			continue;
		is_good &= list_suite(options, suites[i], &list);
		for (size_t j = 0; j < suites[i]->run_count; j++)
			runs += check_is_wanted(options, suites[i]->runs[j].program);
	}
	printf("%zu tests, in %zu runs\n", list.cases, runs);
	if (!is_good)
		return EXIT_REFUSED;
	return list.cases ? EXIT_OK : EXIT_NOTHING;
}
