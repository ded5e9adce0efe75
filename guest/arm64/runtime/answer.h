/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions and their answers, see common/question.h. What depends on time, on chance, or on
 * addresses is reported by its kind.
 */
#ifndef GUEST_ANSWER_H
#define GUEST_ANSWER_H

#include "common/question.h"
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

#endif /* GUEST_ANSWER_H */
