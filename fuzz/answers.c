/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What guests print: answers of two hosts, for paracall check --compare, with the data
 * file's part about them; and the tests' results. Three parts, one after the other.
 */
#include "../cli/check/answers.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void visit(const struct answer_difference *difference, void *argument)
{
	size_t *count = argument;

	(*count)++;
	FUZZ_CHECK(difference->question);
	FUZZ_CHECK(difference->results[0] || difference->results[1]);
}

static void compare(struct suite *suite, const char *one, const char *other)
{
	struct answers answers[2];
	const struct answers_side sides[2] = { { ENGINE_PARACALL, &answers[0] },
					       { ENGINE_KVM_IN_TCG, &answers[1] } };
	struct answers_totals totals = { .compared = 0 };
	size_t count = 0;

	answers_parse(&answers[0], one);
	answers_parse(&answers[1], other);
	answers_compare(suite, sides, &totals, visit, &count);
	FUZZ_CHECK(totals.compared >= answers[0].count);
	FUZZ_CHECK(totals.compared == totals.equal + totals.explained + totals.unexplained);
	FUZZ_CHECK(count == totals.explained + totals.unexplained);
	answers_free(&answers[0]);
	answers_free(&answers[1]);
}

static void read_results(const char *text)
{
	struct tap tap;
	size_t sum = 0;

	tap_parse(&tap, text);
	for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
		sum += tap_count(&tap, verdict);
	FUZZ_CHECK(sum == tap.count);
	for (size_t i = 0; i < tap.count; i++)
		FUZZ_CHECK(tap.cases[i].name);
	tap_free(&tap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes rest = { data, size };
	struct fuzz_bytes part;
	char *texts[3];
	struct suite suite;

	fuzz_count_execution();
	for (int i = 0; i < 3; i++)
		texts[i] = fuzz_next_part(&rest, &part) ? fuzz_text(part) : strdup("");
	free(suite_parse(&suite, texts[2]));
	compare(&suite, texts[0], texts[1]);
	read_results(texts[0]);
	for (int i = 0; i < 3; i++)
		free(texts[i]);
	suite_free(&suite);
	return 0;
}
