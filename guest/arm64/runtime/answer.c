/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer.h"

#include "common/hash.h"

#define PSCI_FIRST PARACALL_PSCI_VERSION
#define PSCI_LAST 0x8400001fu

/* In place of numbers. */
#define TIME 0x7131131313131313u
#define ADDRESS 0xadd7e55add7e55adu
#define RANDOM 0x7a2d0a7a2d0a7a2du

/* False if it would end the CPU or the machine, or start anew at some address. */
bool question_is_harmless(const struct question *question)
{
	uint32_t function = (uint32_t)question->function & ~PARACALL_SMCCC_64BIT;

	if (function < PSCI_FIRST || function > PSCI_LAST)
		return true;
	switch (function) {
	case PARACALL_PSCI_VERSION:
	case PARACALL_PSCI_AFFINITY_INFO:
	case PARACALL_PSCI_MIGRATE:
	case PARACALL_PSCI_MIGRATE_INFO_TYPE:
	case PARACALL_PSCI_FEATURES:
		return true;
	/* All CPUs are on. */
	case PARACALL_PSCI_CPU_ON:
		return true;
	}
	return false;
}

static uint64_t pattern(unsigned int number)
{
	return 0xa5a5000000000000 + number * 0x0101010101010101;
}

static void run(const struct question *question, struct state *state)
{
	static uint32_t code[2];

	code[0] = question->instruction;
	code[1] = BRK;
	instructions_written(code, 2);
	for (unsigned int i = 0; i < 31; i++)
		state->x[i] = pattern(i);
	state->x[0] = question->function;
	for (unsigned int i = 0; i < ANSWER_ARGUMENTS; i++)
		state->x[1 + i] = question->arguments[i];
	state->pc = (uintptr_t)code;
	state->pstate = question->is_user ? PSTATE_EL0 : PSTATE_EL1;
	execute(state);
	state->pc -= (uintptr_t)code;
}

static bool is_call(const struct question *question, uint32_t function)
{
	return (uint32_t)question->function == function;
}

/* The bits of words that can be anything; those beyond are reported as they are. */
static void cover_random(const struct question *question, struct answer *answer)
{
	unsigned int width = is_call(question, PARACALL_TRNG_RND64) ? 64 : 32;
	uint32_t bits = (uint32_t)question->arguments[0];

	for (unsigned int word = 0; word < 3; word++) {
		unsigned int first = word * width;
		unsigned int left = bits > first ? bits - first : 0;
		uint64_t mask = left >= 64 ? ~0ul : (1ul << left) - 1;

		if (left > width)
			mask = width == 64 ? ~0ul : (1ul << width) - 1;
		answer->x[3 - word] = (answer->x[3 - word] & ~mask) | (RANDOM & mask);
	}
}

/* Of a call that was answered: exceptions leave everything as it was. */
static void cover(const struct question *question, struct answer *answer)
{
	bool is_good = (int64_t)answer->x[0] >= 0;

	if (!is_good)
		return;
	if (is_call(question, PARACALL_TRNG_RND32) || is_call(question, PARACALL_TRNG_RND64)) {
		cover_random(question, answer);
	} else if (is_call(question, PARACALL_PV_TIME_ST)) {
		answer->x[0] = answer->x[0] % 64 ? answer->x[0] : ADDRESS;
	} else if (is_call(question, PARACALL_VENDOR_HYP_KVM_PTP)) {
		for (unsigned int i = 0; i < 4; i++)
			answer->x[i] = TIME;
	}
}

struct answer answer_of(const struct question *question)
{
	struct state state;
	struct answer answer = { .changed = 0 };

	run(question, &state);
	for (unsigned int i = 0; i < 4; i++)
		answer.x[i] = state.x[i];
	for (unsigned int i = 4; i < 31; i++)
		answer.changed |= (uint32_t)(state.x[i] != pattern(i)) << i;
	answer.exception = exception_class(&state);
	answer.distance = state.pc;
	if (answer.exception == CLASS_BRK)
		cover(question, &answer);
	return answer;
}

void print_question(const struct question *question)
{
	print("%s%s #%u 0x%lx", question->is_user ? "user " : "",
	      (question->instruction & 3) == 2 ? "hvc" : "smc",
	      question->instruction >> 5 & 0xffff, question->function);
	for (unsigned int i = 0; i < ANSWER_ARGUMENTS; i++)
		print(" 0x%lx", question->arguments[i]);
}

static void print_value(uint64_t value)
{
	if (value == TIME)
		print(" time");
	else if (value == ADDRESS)
		print(" address");
	else
		print(" 0x%lx", value);
}

void print_answer(const struct answer *answer)
{
	print("x0");
	for (unsigned int i = 0; i < 4; i++)
		print_value(answer->x[i]);
	if (answer->changed)
		print(" others 0x%x", answer->changed);
	if (answer->exception != CLASS_BRK)
		print(" exception 0x%lx", answer->exception);
	if (answer->distance != 4)
		print(" at %ld", (int64_t)answer->distance);
}

uint64_t hash_answer(uint64_t hash, const struct answer *answer)
{
	for (unsigned int i = 0; i < 4; i++)
		hash = hash_word(hash, answer->x[i]);
	hash = hash_word(hash, answer->changed);
	hash = hash_word(hash, answer->exception);
	hash = hash_word(hash, answer->distance);
	return hash_end(hash);
}
