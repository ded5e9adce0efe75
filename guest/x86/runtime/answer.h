/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers, reported one by one, for 'paracall check --compare', which runs the same
 * program on two hosts:
 *
 *	answer QUESTION = RESULT
 *
 * Both are text without " = ". Nothing that depends on time or on the program's
 * address may be reported.
 */
#ifndef GUEST_ANSWER_H
#define GUEST_ANSWER_H

#include "runtime.h"

enum answer_mode {
	/* Long mode: 64-bit and 32-bit code, at privilege level 0 and 3. */
	ANSWER_64,
	ANSWER_COMPATIBILITY,
	ANSWER_USER_64,
	ANSWER_USER_COMPATIBILITY,
	/* Modes outside long mode: the order is that of enum legacy_mode. */
	ANSWER_LEGACY,
	ANSWER_MODES = ANSWER_LEGACY + LEGACY_MODES
};

enum answer_instruction {
	ANSWER_VMCALL,
	ANSWER_VMMCALL,
	ANSWER_RDMSR,
	ANSWER_WRMSR,
	ANSWER_CPUID,
};

struct question {
	enum answer_instruction instruction;
	enum answer_mode mode;
	/* In rax for a hypercall, and what is in rbx, rcx, rdx and rsi for it. */
	uint64_t number;
	uint64_t arguments[4];
};

struct answer {
	/* As after the instruction, or as an exception found them. */
	struct registers registers;
	/* Of struct registers those that changed, from rax up, as bits. */
	uint32_t changed;
	/* Of an exception, or -1; and how far from the instruction. */
	int vector;
	uint64_t error_code;
	int64_t distance;
	/* The instruction's bytes afterwards; of three. */
	uint8_t bytes[3];
};

/* A hypercall. Modes outside long mode know it alone. */
struct question question_call(enum answer_instruction instruction, enum answer_mode mode,
			      uint64_t number);
/* Model-specific registers: rdmsr and wrmsr, of the number in ecx. */
struct question question_rdmsr(enum answer_mode mode, uint32_t number);
struct question question_wrmsr(enum answer_mode mode, uint32_t number, uint64_t value);
struct question question_cpuid(enum answer_mode mode, uint32_t leaf);

struct answer answer_of(const struct question *question);

void print_question(const struct question *question);
void print_answer(const struct question *question, const struct answer *answer);

/* The same as a number: continues @hash. */
uint64_t hash_answer(uint64_t hash, const struct answer *answer);

#endif /* GUEST_ANSWER_H */
