/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result.h"

#include "../cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By QEMU's isa-debug-exit: runtime/runtime.h of its guests. */
#define STATUS_PASSED 33
#define STATUS_FAILED 35
#define STATUS_CRASHED 37
#define STATUS_SKIPPED 187

static void set_trouble(struct result *result, enum trouble trouble, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void set_trouble(struct result *result, enum trouble trouble, const char *format, ...)
{
	va_list arguments;

	result->trouble = trouble;
	va_start(arguments, format);
	if (vasprintf(&result->reason, format, arguments) < 0)
		result->reason = NULL;
	va_end(arguments);
	must(result->reason);
}

/* What the program's end must be, with tests like these. */
static const char *expected_end(const struct tap *tap)
{
	if (tap->bail)
		return "crashed";
	if (tap_count(tap, VERDICT_FAIL))
		return "failed";
	return tap_count(tap, VERDICT_PASS) ? "passed" : "skipped";
}

static const char *end_of_status(int status)
{
	switch (status) {
	case STATUS_PASSED:
		return "passed";
	case STATUS_FAILED:
		return "failed";
	case STATUS_CRASHED:
		return "crashed";
	case STATUS_SKIPPED:
		return "skipped";
	default:
		return "";
	}
}

/* There QEMU only distinguishes success from failure, or not even that. */
static const char *end_of_line(const char *line, int status, enum guest_exit way)
{
	bool is_good;

	if (!line)
		return "";
	is_good = way == GUEST_EXIT_LINE_ALONE || !strcmp(line, "passed") ||
		  !strcmp(line, "skipped");
	return is_good == (status == 0) ? line : "";
}

static const char *end_of(const struct tap *tap, int status, enum guest_exit way)
{
	return way == GUEST_EXIT_STATUS ? end_of_status(status)
					: end_of_line(tap->exit, status, way);
}

/* The last line of the output: QEMU's own message, if QEMU failed. */
static char *last_line(const char *text)
{
	size_t length = strlen(text);
	const char *begin;

	while (length && text[length - 1] == '\n')
		length--;
	if (!length)
		return format_string("nothing was printed");
	for (begin = text + length; begin > text && begin[-1] != '\n'; begin--)
		;
	return format_string("%.*s", (int)(text + length - begin), begin);
}

static void judge_end(struct result *result, const struct child_output *output,
		      enum guest_exit way)
{
	const struct tap *tap = &result->tap;
	const char *end = end_of(tap, output->status, way);
	char *line;

	if (output->is_late) {
		set_trouble(result, TROUBLE_LATE, "not finished in time, %zu tests were",
			    tap->count);
	} else if (tap->bail) {
		set_trouble(result, TROUBLE_CRASH, "the guest crashed: %s", tap->bail);
	} else if (tap->planned != (long)tap->count || strcmp(end, expected_end(tap))) {
		line = last_line(output->text);
		set_trouble(
			result, TROUBLE_CRASH,
			"ended too early, or not as it announced; QEMU's exit status is %d: %s",
			output->status, line);
		free(line);
	}
}

static void apply_difference(struct tap_case *item, const struct suite_difference *difference)
{
	char *reason = item->verdict == VERDICT_FAIL
			       ? must(strdup(difference->reason))
			       : format_string("passes, but is expected to fail: %s",
					       difference->reason);

	item->verdict = item->verdict == VERDICT_FAIL ? difference->verdict : VERDICT_FAIL;
	free(item->reason);
	item->reason = reason;
}

static void apply_differences(struct result *result, const struct suite *suite)
{
	for (size_t i = 0; i < result->tap.count; i++) {
		struct tap_case *item = &result->tap.cases[i];
		const struct suite_difference *difference =
			suite_find_difference(suite, result->run, result->engine, item->name);

		if (difference && item->verdict != VERDICT_SKIP)
			apply_difference(item, difference);
	}
}

static void judge_outcome(struct result *result)
{
	size_t skipped = tap_count(&result->tap, VERDICT_SKIP);

	if (result->trouble)
		return;
	if (result->run->skips && skipped < result->tap.count)
		set_trouble(result, TROUBLE_WRONG,
			    "something was tested, although nothing should be available");
	else if (!result->run->skips && skipped == result->tap.count)
		set_trouble(result, TROUBLE_WRONG,
			    "everything was skipped, although something should be tested");
}

void result_judge(struct result *result, const struct suite *suite,
		  const struct child_output *output, enum guest_exit way)
{
	tap_parse(&result->tap, output->text);
	judge_end(result, output, way);
	apply_differences(result, suite);
	judge_outcome(result);
}

bool result_is_bad(const struct result *result)
{
	return (result->trouble && result->trouble != TROUBLE_SKIP) ||
	       tap_count(&result->tap, VERDICT_FAIL);
}

char *result_name(const struct result *result)
{
	const struct suite_run *run = result->run;
	bool is_bare = !*run->options && !*run->arguments;

	return format_string("%s%s%s%s%s", run->program, is_bare ? "" : ", ", run->options,
			     *run->options ? " " : "", run->arguments);
}

void result_free(struct result *result)
{
	tap_free(&result->tap);
	free(result->reason);
	result->reason = NULL;
	free(result->output);
	result->output = NULL;
}

void totals_add(struct totals *totals, const struct result *result)
{
	for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
		totals->verdicts[verdict] += tap_count(&result->tap, verdict);
	totals->verdicts[VERDICT_FAIL] += result->trouble == TROUBLE_WRONG;
	totals->unresolved +=
		result->trouble == TROUBLE_CRASH || result->trouble == TROUBLE_LATE;
	totals->absent += result->trouble == TROUBLE_SKIP;
}
