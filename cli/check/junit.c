/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "junit.h"

#include <stdlib.h>

static void print_text(FILE *output, const char *text)
{
	for (; *text; text++) {
		unsigned char c = *text;

		switch (c) {
		case '&':
			fputs("&amp;", output);
			break;
		case '<':
			fputs("&lt;", output);
			break;
		case '>':
			fputs("&gt;", output);
			break;
		case '"':
			fputs("&quot;", output);
			break;
		case '\n':
			fputs("&#10;", output);
			break;
		default:
			/* XML has no others, and a guest may print any. */
			fputc(c >= ' ' && c < 0x7f ? c : '?', output);
		}
	}
}

static void print_attribute(FILE *output, const char *name, const char *text)
{
	fprintf(output, " %s=\"", name);
	print_text(output, text);
	fputc('"', output);
}

/* An element like <failure message="..."/> in the test case that is open. */
static void print_verdict(FILE *output, const char *element, const char *prefix,
			  const char *reason)
{
	fprintf(output, ">\n      <%s message=\"%s", element, prefix);
	print_text(output, reason ? reason : "");
	fprintf(output, "\"/>\n    </testcase>\n");
}

static void begin_case(FILE *output, const struct result *result, const char *name)
{
	fprintf(output, "    <testcase classname=\"%s.%s.%s\"", result->architecture,
		check_engine_name(result->engine), result->run->program);
	print_attribute(output, "name", name);
}

static void print_case(FILE *output, const struct result *result, const struct tap_case *item)
{
	begin_case(output, result, item->name);
	switch (item->verdict) {
	case VERDICT_FAIL:
		print_verdict(output, "failure", "", item->reason);
		break;
	case VERDICT_SKIP:
		print_verdict(output, "skipped", "", item->reason);
		break;
	case VERDICT_XFAIL:
		print_verdict(output, "skipped", "XFAIL: ", item->reason);
		break;
	case VERDICT_KFAIL:
		print_verdict(output, "skipped", "KFAIL: ", item->reason);
		break;
	default:
		fprintf(output, "/>\n");
	}
}

static void print_trouble(FILE *output, const struct result *result)
{
	begin_case(output, result, "the run as a whole");
	switch (result->trouble) {
	case TROUBLE_WRONG:
		print_verdict(output, "failure", "", result->reason);
		break;
	case TROUBLE_SKIP:
		print_verdict(output, "skipped", "", result->reason);
		break;
	default:
		print_verdict(output, "error", "", result->reason);
	}
}

static void print_suite(FILE *output, const struct result *result)
{
	struct totals totals = { .unresolved = 0 };
	const size_t *verdicts = totals.verdicts;
	char *name = result_name(result);

	totals_add(&totals, result);
	fprintf(output, "  <testsuite");
	print_attribute(output, "name", name);
	fprintf(output,
		" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
		result->tap.count + (result->trouble != TROUBLE_NONE), verdicts[VERDICT_FAIL],
		totals.unresolved,
		verdicts[VERDICT_SKIP] + verdicts[VERDICT_XFAIL] + verdicts[VERDICT_KFAIL] +
			totals.absent,
		result->seconds);
	for (size_t i = 0; i < result->tap.count; i++)
		print_case(output, result, &result->tap.cases[i]);
	if (result->trouble)
		print_trouble(output, result);
	fprintf(output, "  </testsuite>\n");
	free(name);
}

void print_junit(FILE *output, const struct result *results, size_t count)
{
	fprintf(output,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"paracall\">\n");
	for (size_t i = 0; i < count; i++)
		print_suite(output, &results[i]);
	fprintf(output, "</testsuites>\n");
}
