/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For programs that ask what runtime/answer.h describes, case by case, and judge nothing:
 * 'paracall check --compare' compares what they report.
 */
#ifndef GUEST_COMMON_REPORT_ANSWER_H
#define GUEST_COMMON_REPORT_ANSWER_H

#include "answer.h"
#include "common/print.h"

static void report_answer(const struct question *question)
{
	struct answer answer;

	if (!question_is_harmless(question))
		return;
	print("answer ");
	print_question(question);
	answer = answer_of(question);
	print(" = ");
	print_answer(&answer);
	print("\n");
}

#endif /* GUEST_COMMON_REPORT_ANSWER_H */
