/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data files of paracall check: the .conf files of guest/. */
#include "../cli/check/suite.h"
#include "../cli/check/sequences.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_run(const struct suite *suite, const struct suite_run *run)
{
	struct sequences sequences = { .has_seed = true, .seed = 7, .count = 9 };
	char *arguments = sequences_arguments(&sequences, run);

	FUZZ_CHECK(*run->program);
	FUZZ_CHECK(run->engines && run->engines < ENGINE_END);
	FUZZ_CHECK(run->seconds <= SUITE_MOST_SECONDS);
	FUZZ_CHECK(!(run->skips && run->is_compared));
	FUZZ_CHECK(arguments);
	sequences_seed(&sequences, run);
	free(arguments);
	for (uint32_t engine = 1; engine < ENGINE_END; engine <<= 1) {
		const struct suite_difference *difference =
			suite_find_difference(suite, run, engine, "a test, a row");

		if (run->engines & engine)
			FUZZ_CHECK(suite_has_engine(suite, engine));
		if (difference)
			FUZZ_CHECK(difference->engines & engine && *difference->reason);
	}
}

static void check_answers(struct suite *suite)
{
	const enum check_engine engines[2] = { ENGINE_PARACALL, ENGINE_KVM_IN_TCG };
	const char *const results[2] = { "0x1", "0" };
	const struct suite_answer *found =
		suite_find_answer(suite, engines, "rax of call 5", results);

	if (found)
		FUZZ_CHECK(found->met == 1);
	for (size_t i = 0; i < suite->answer_count; i++)
		FUZZ_CHECK(suite->answers[i].met <= suite->answers[i].asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text((struct fuzz_bytes){ data, size });
	struct suite suite;
	char *wrong;

	fuzz_count_execution();
	wrong = suite_parse(&suite, text);
	free(text);
	if (wrong) {
		FUZZ_CHECK(!strncmp(wrong, "line ", 5));
	} else {
		for (size_t i = 0; i < suite.run_count; i++)
			check_run(&suite, &suite.runs[i]);
		check_answers(&suite);
	}
	free(wrong);
	suite_free(&suite);
	return 0;
}
