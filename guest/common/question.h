/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers, reported one by one, for 'paracall check --compare', which runs the same
 * program on two hosts:
 *
 *	answer WHAT WAS DONE = ITS RESULT
 *
 * Both are text without " = ". What is asked, and what comes of it, is in the architecture's
 * runtime/answer.h.
 */
#ifndef GUEST_COMMON_QUESTION_H
#define GUEST_COMMON_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

struct question;
struct answer;

/* False if it would do harm, such as end the CPU or the machine. */
bool question_is_harmless(const struct question *question);

struct answer answer_of(const struct question *question);

void print_question(const struct question *question);
void print_answer(const struct answer *answer);

/* As a number: continues @hash. */
uint64_t hash_answer(uint64_t hash, const struct answer *answer);

#endif /* GUEST_COMMON_QUESTION_H */
