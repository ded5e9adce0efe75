/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list.h"

#include "../../report/json_text.h"
#include "../cli.h"
#include "cases.h"
#include "select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
	const struct check_options *options;
	const struct check_machine *machine;
	const char *program;
	size_t cases;
};

/* Words with blanks between, as an array. */
static void print_words_json(const char *words)
{
	const char *separator = "";

	printf("[");
	while (*words) {
		size_t length = strcspn(words, " ");
		char *word = format_string("%.*s", (int)length, words);

		if (length) {
			printf("%s", separator);
			json_print_string(stdout, word);
			separator = ", ";
		}
		free(word);
		words += length + (words[length] == ' ');
	}
	printf("]");
}

static void print_field_json(const char *name, const char *value)
{
	printf("\"%s\": ", name);
	json_print_string(stdout, value);
	printf(", ");
}

static void print_case_json(const struct list *list, const struct check_case *item)
{
	printf("%s\n    {", list->cases > 1 ? "," : "");
	print_field_json("architecture", list->machine->architecture);
	print_field_json("program", list->program);
	print_field_json("test", item->name);
	print_field_json("rule", item->rule);
	printf("\"covers\": ");
	print_words_json(item->covers);
	printf("}");
}

static void list_case(const struct check_case *item, void *argument)
{
	struct list *list = argument;

	list->cases++;
	if (list->options->format == CHECK_JSON) {
		print_case_json(list, item);
		return;
	}
	printf("%s: %s%s%s%s\n", list->program, item->name, *item->covers ? " (" : "",
	       item->covers, *item->covers ? ")" : "");
	if (list->options->lists_rules && *item->rule)
		printf("\t%s\n", item->rule);
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

static void print_run_json(const struct selected_run *selected,
			   const struct check_options *options)
{
	const struct suite_run *run = selected->run;
	const struct check_setup setup = { .seconds = options->seconds };

	printf("    {\"number\": %zu, ", selected->number);
	print_field_json("architecture", selected->machine->architecture);
	print_field_json("engine", check_engine_name(selected->engine));
	print_field_json("program", run->program);
	print_field_json("options", run->options);
	print_field_json("arguments", run->arguments);
	print_field_json("outcome", run->skips ? "skip" : "pass");
	printf("\"long\": %s, \"alone\": %s, \"timeout\": %u}", run->is_long ? "true" : "false",
	       run->is_alone ? "true" : "false", setup_seconds(&setup, run));
}

static void print_runs_json(const struct check_options *options,
			    struct suite *const suites[MOST_MACHINES])
{
	struct selection selection;

	select_runs(&selection, options, suites);
	printf("\n  ],\n  \"all_runs\": %zu,\n  \"runs\": [", selection.all);
	for (size_t i = 0; i < selection.count; i++) {
		printf("%s\n", i ? "," : "");
		print_run_json(&selection.items[i], options);
	}
	printf("\n  ]\n}\n");
	selection_free(&selection);
}

static size_t count_runs(const struct check_options *options,
			 struct suite *const suites[MOST_MACHINES])
{
	size_t runs = 0;

	for (size_t i = 0; i < MOST_MACHINES; i++)
		for (size_t j = 0; suites[i] && j < suites[i]->run_count; j++)
			runs += check_is_wanted(options, suites[i]->runs[j].program);
	return runs;
}

int check_list(const struct check_options *options, struct suite *const suites[MOST_MACHINES])
{
	struct list list = { .options = options };
	size_t runs = count_runs(options, suites);
	bool is_good = true;

	if (!runs)
		return selection_is_unknown();
	if (options->format == CHECK_JSON)
		printf("{\n  \"tests\": [");
	for (size_t i = 0; i < MOST_MACHINES; i++) {
		list.machine = check_machine(i);
		is_good &= !suites[i] || list_suite(options, suites[i], &list);
	}
	if (options->format == CHECK_JSON)
		print_runs_json(options, suites);
	else
		printf("%zu tests, in %zu runs\n", list.cases, runs);
	if (!is_good)
		return EXIT_REFUSED;
	return list.cases ? EXIT_OK : EXIT_NOTHING;
}
