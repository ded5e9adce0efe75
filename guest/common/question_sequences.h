/* SPDX-License-Identifier: BSD-2-Clause */
/* Random sequences, see sequences.h, of questions as runtime/answer.h describes them. */
#ifndef GUEST_COMMON_QUESTION_SEQUENCES_H
#define GUEST_COMMON_QUESTION_SEQUENCES_H

#include "answer.h"
#include "common/sequences.h"

/* @ask: a random question. Continues @hash. */
static uint64_t run_questions(struct question (*ask)(void), uint64_t sequence, uint64_t hash)
{
	uint64_t steps;

	begin_sequence(sequence);
	steps = 1 + below(MOST_STEPS);
	for (uint64_t step = 0; step < steps; step++) {
		struct question question = ask();
		struct answer answer;

		if (options.reports_answers) {
			print("answer sequence %lu, step %lu: ", sequence, step);
			print_question(&question);
			print(" = ");
		}
		answer = answer_of(&question);
		hash = hash_answer(hash, &answer);
		if (options.reports_answers) {
			print_answer(&answer);
			print("\n");
		}
	}
	return hash;
}

#endif /* GUEST_COMMON_QUESTION_SEQUENCES_H */
