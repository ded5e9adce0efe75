/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether everything that the library handles for an architecture has a test
 * among the guests that covers it (.covers in their tables); and
 * whether each test names the source of what it expects (.rule). Prints
 * which. Usage: coverage ARCHITECTURE GUEST...
 */
#include "../cli/check/cases.h"
#include "../cli/cli.h"

#include <paracall/paracall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROWS 256

struct coverage {
	/* Names as in .covers, and whether there must be a test. */
	char *names[MOST_ROWS];
	bool is_needed[MOST_ROWS], is_covered[MOST_ROWS];
	size_t count;
	bool has_wrong_name, lacks_rule;
};

static void add_row(struct coverage *coverage, char *name, bool is_needed)
{
	if (coverage->count == MOST_ROWS) {
		complain("coverage: more rows than MOST_ROWS");
		exit(EXIT_REFUSED);
	}
	coverage->names[coverage->count] = name;
	coverage->is_needed[coverage->count++] = is_needed;
}

static void add_rows(struct coverage *coverage, uint32_t architecture)
{
	const struct paracall_call_info *call;
	const struct paracall_msr_info *msr;

	for (size_t i = 0; (call = paracall_call_info(i)); i++)
		if (call->architecture == architecture)
			add_row(coverage, format_string("%s", call->name),
				call->server == PARACALL_SERVED_BY_LIBRARY);
	for (size_t i = 0; architecture == PARACALL_X86 && (msr = paracall_msr_info(i)); i++)
		add_row(coverage, format_string("MSR_%s", msr->name), true);
}

static void cover(struct coverage *coverage, const char *name, const char *test)
{
	for (size_t i = 0; i < coverage->count; i++) {
		if (strcmp(coverage->names[i], name))
			continue;
		printf("%s: %s\n", name, test);
		coverage->is_covered[i] = true;
		return;
	}
	complain("coverage: the test '%s' covers '%s', which is nothing that there is", test,
		 name);
	coverage->has_wrong_name = true;
}

static void visit(const struct check_case *item, void *argument)
{
	struct coverage *coverage = argument;
	const char *covers = item->covers;

	if (!*item->rule) {
		complain("coverage: the test '%s' has no .rule", item->name);
		coverage->lacks_rule = true;
	}
	while (*covers) {
		size_t length = strcspn(covers, " ");
		char *name = format_string("%.*s", (int)length, covers);

		if (length)
			cover(coverage, name, item->name);
		free(name);
		covers += length + (covers[length] == ' ');
	}
}

static bool is_complete(const struct coverage *coverage)
{
	bool result = !coverage->has_wrong_name && !coverage->lacks_rule;

	for (size_t i = 0; i < coverage->count; i++) {
		if (coverage->is_covered[i] || !coverage->is_needed[i])
			continue;
		complain(
			"coverage: %s is handled, but no guest has a test of its effect; see CONTRIBUTING.md, \"Adding a test\"",
			coverage->names[i]);
		result = false;
	}
	return result;
}

static uint32_t architecture_of(const char *name)
{
	for (uint32_t bit = 1; bit; bit <<= 1) {
		const char *known = paracall_architecture_name(bit);

		if (known && !strcmp(known, name))
			return bit;
	}
	complain("coverage: no architecture '%s'", name);
	exit(EXIT_USAGE);
}

int main(int argc, char **argv)
{
	struct coverage coverage = { .count = 0 };
	bool is_good = true;

	if (argc < 3)
		return EXIT_USAGE;
	add_rows(&coverage, architecture_of(argv[1]));
	for (int i = 2; i < argc; i++) {
		char *wrong = cases_read(argv[i], visit, &coverage);

		if (wrong)
			complain("%s", wrong);
		is_good &= !wrong;
		free(wrong);
	}
	is_good &= is_complete(&coverage);
	for (size_t i = 0; i < coverage.count; i++)
		free(coverage.names[i]);
	return is_good ? EXIT_OK : EXIT_NOTHING;
}
