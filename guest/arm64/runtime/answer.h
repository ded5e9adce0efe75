/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers, reported one by one, for 'paracall check --compare', which runs the same
 * program on two hosts:
 *
 *	answer WHAT WAS DONE = ITS RESULT
 *
 * Both are text without " = ". What depends on time, on chance, or on addresses is reported
 * by its kind.
 */
#ifndef GUEST_ANSWER_H
#define GUEST_ANSWER_H

#include "runtime.h"

#define ANSWER_ARGUMENTS 3

struct question {
	/* hvc or smc, with their immediate. */
	uint32_t instruction;
	bool is_user;
	/* In X0, and in X1 to X3. */
	uint64_t function;
	uint64_t arguments[ANSWER_ARGUMENTS];
};

/* As after the instruction, or as an exception found them; and which others changed. */
struct answer {
	uint64_t x[4];
	uint32_t changed;
	uint64_t exception;
	uint64_t distance;
};

/* False if it would end the CPU or the machine, or start anew at some address. */
bool question_is_harmless(const struct question *question);

struct answer answer_of(const struct question *question);

void print_question(const struct question *question);
void print_answer(const struct answer *answer);

/* As a number: continues @hash. */
uint64_t hash_answer(uint64_t hash, const struct answer *answer);

#endif /* GUEST_ANSWER_H */
