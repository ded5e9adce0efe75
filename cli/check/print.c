/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "print.h"

#include "junit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const verdict_names[VERDICTS] = { "PASS", "FAIL", "SKIP", "XFAIL", "KFAIL" };

const char *check_format_parse(const char *name, enum check_format *format)
{
	static const char *const names[] = { "text", "tap", "junit", "json" };

	for (enum check_format i = CHECK_TEXT; i <= CHECK_JSON; i++) {
		*format = i;
		if (!strcmp(name, names[i]))
			return NULL;
	}
	return "text, tap or junit, or json with --list";
}

/* Lines of a text, each with @prefix before it. */
static void print_lines(const char *prefix, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		printf("%s%.*s\n", prefix, (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static const char *run_word(const struct result *result)
{
	switch (result->trouble) {
	case TROUBLE_CRASH:
		return "CRASH";
	case TROUBLE_LATE:
		return "LATE";
	case TROUBLE_SKIP:
		return "SKIP";
	default:
		return result_is_bad(result) ? "FAIL" : "PASS";
	}
}

static void print_counts(const struct result *result)
{
	static const char *const words[VERDICTS] = { "passed", "failed", "skipped", "XFAIL",
						     "KFAIL" };
	const char *separator = ":";

	for (enum verdict verdict = 0; verdict < VERDICTS; verdict++) {
		size_t count = tap_count(&result->tap, verdict);

		if (!count)
			continue;
		printf("%s %zu %s", separator, count, words[verdict]);
		separator = ",";
	}
	printf("; %.1f s\n", result->seconds);
}

static void print_result_text(const struct result *result)
{
	char *name = result_name(result);

	printf("%-5s %s %s %s", run_word(result), result->architecture,
	       check_engine_name(result->engine), name);
	if (result->trouble == TROUBLE_SKIP)
		printf(": %s\n", result->reason);
	else
		print_counts(result);
	if (result->trouble && result->trouble != TROUBLE_SKIP)
		print_lines("      ", result->reason);
	for (size_t i = 0; i < result->tap.count; i++) {
		const struct tap_case *item = &result->tap.cases[i];

		if (item->verdict == VERDICT_PASS || item->verdict == VERDICT_SKIP)
			continue;
		printf("      %s: %s\n", verdict_names[item->verdict], item->name);
		if (item->reason)
			print_lines("            ", item->reason);
	}
	free(name);
}

/* A mark that begins a directive must not be in a name. */
static void print_tap_text(const char *text)
{
	for (; *text; text++)
		printf(*text == '#' || *text == '\\' ? "\\%c" : "%c", *text);
}

static size_t tap_number;

static void begin_tap(const struct result *result, bool is_good, const char *test)
{
	char *name = result_name(result);

	printf("%s %zu - ", is_good ? "ok" : "not ok", ++tap_number);
	print_tap_text(result->architecture);
	printf(" %s ", check_engine_name(result->engine));
	print_tap_text(name);
	printf(": ");
	print_tap_text(test);
	free(name);
}

static void print_case_tap(const struct result *result, const struct tap_case *item)
{
	const char *reason = item->reason ? item->reason : "";

	begin_tap(result, item->verdict == VERDICT_PASS || item->verdict == VERDICT_SKIP,
		  item->name);
	if (item->verdict == VERDICT_SKIP)
		printf(" # SKIP %s", reason);
	else if (item->verdict != VERDICT_PASS && item->verdict != VERDICT_FAIL)
		printf(" # TODO %s: %s", verdict_names[item->verdict], reason);
	printf("\n");
	if (item->verdict == VERDICT_FAIL)
		print_lines("# ", reason);
}

static void print_result_tap(const struct result *result)
{
	for (size_t i = 0; i < result->tap.count; i++)
		print_case_tap(result, &result->tap.cases[i]);
	if (!result->trouble)
		return;
	begin_tap(result, result->trouble == TROUBLE_SKIP, "the run as a whole");
	printf(result->trouble == TROUBLE_SKIP ? " # SKIP %s\n" : "\n# %s\n", result->reason);
}

void print_result(enum check_format format, const struct result *result)
{
	if (format == CHECK_TEXT)
		print_result_text(result);
	else if (format == CHECK_TAP)
		print_result_tap(result);
	fflush(stdout);
}

static void print_row(const struct result *first, const struct totals *totals)
{
	const size_t *verdicts = totals->verdicts;

	printf("%-12s  %-10s  %6zu  %6zu  %7zu  %7zu  %10zu\n", first->architecture,
	       check_engine_name(first->engine), verdicts[VERDICT_PASS], verdicts[VERDICT_FAIL],
	       verdicts[VERDICT_SKIP], verdicts[VERDICT_XFAIL] + verdicts[VERDICT_KFAIL],
	       totals->unresolved);
}

/* The results of an engine and an architecture stand together. */
static void print_table(const struct result *results, size_t count)
{
	if (!count)
		return;
	printf("\narchitecture  engine      passed  failed  skipped  differs  unresolved\n");
	for (size_t i = 0; i < count;) {
		const struct result *first = &results[i];
		struct totals totals = { .unresolved = 0 };

		for (; i < count && results[i].engine == first->engine &&
		       !strcmp(results[i].architecture, first->architecture);
		     i++)
			totals_add(&totals, &results[i]);
		print_row(first, &totals);
	}
}

void print_results_end(enum check_format format, const struct result *results, size_t count)
{
	if (format == CHECK_TEXT)
		print_table(results, count);
	else if (format == CHECK_TAP)
		printf("1..%zu\n", tap_number);
	else
		print_junit(stdout, results, count);
}

void print_results_interrupted(enum check_format format, const struct result *results,
			       size_t count)
{
	if (format == CHECK_TAP)
		printf("Bail out! interrupted\n");
	else if (format == CHECK_JUNIT)
		print_junit(stdout, results, count);
}
