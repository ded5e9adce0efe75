/* SPDX-License-Identifier: BSD-2-Clause */
/* Random sequences of calls. Hashed are the answers. */
#include "common/question_sequences.h"

static const uint32_t functions[] = {
	PARACALL_SMCCC_VERSION,
	PARACALL_SMCCC_ARCH_FEATURES,
	PARACALL_SMCCC_ARCH_WORKAROUND_1,
	PARACALL_SMCCC_ARCH_WORKAROUND_3,
	PARACALL_PSCI_VERSION,
	PARACALL_PSCI_FEATURES,
	PARACALL_PSCI_MIGRATE_INFO_TYPE,
	PARACALL_TRNG_VERSION,
	PARACALL_TRNG_FEATURES,
	PARACALL_TRNG_GET_UUID,
	PARACALL_TRNG_RND32,
	PARACALL_TRNG_RND64,
	PARACALL_VENDOR_HYP_CALL_UID,
	PARACALL_VENDOR_HYP_KVM_FEATURES,
	PARACALL_VENDOR_HYP_KVM_PTP,
	PARACALL_VENDOR_HYP_KVM_HYP_MEMINFO,
	PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER,
	PARACALL_PV_TIME_FEATURES,
	PARACALL_PV_TIME_ST,
};

/* Any owner's, with a number that may be there. */
static uint64_t random_function(void)
{
	uint64_t function;

	switch (below(8)) {
	case 0:
		return random_value();
	case 1:
		function = 0x80000000 | below(2) << 30 | below(64) << 24;
		return function | (below(2) ? below(0x60) : random() & 0xffff);
	default:
		function = ONE_OF(functions);
		return below(16) ? function : function ^ 1ul << below(64);
	}
}

static uint64_t random_argument(void)
{
	switch (below(4)) {
	case 0:
		return random_value();
	case 1:
		return below(200);
	default:
		return ONE_OF(functions);
	}
}

static uint32_t random_instruction(void)
{
	uint32_t immediate = below(4) ? 0 : (uint32_t)random() & 0xffff;

	return below(4) ? HVC(immediate) : SMC(immediate);
}

/*
 * PSCI's answers that are known to differ are in answers.c: what is there, and of CPUs.
 */
static bool is_same_everywhere(const struct question *question)
{
	uint32_t function = (uint32_t)question->function & ~PARACALL_SMCCC_64BIT;
	uint32_t argument = (uint32_t)question->arguments[0] & ~PARACALL_SMCCC_64BIT;

	if (function == PARACALL_PSCI_AFFINITY_INFO || function == PARACALL_PSCI_CPU_ON)
		return false;
	return function != PARACALL_PSCI_FEATURES || argument == PARACALL_PSCI_VERSION ||
	       argument < PARACALL_PSCI_VERSION || argument > 0x8400001f;
}

static struct question random_question(void)
{
	struct question question;

	do {
		question.instruction = random_instruction();
		question.is_user = !below(16);
		question.function = random_function();
		for (unsigned int i = 0; i < ANSWER_ARGUMENTS; i++)
			question.arguments[i] = random_argument();
	} while (!question_is_harmless(&question) || !is_same_everywhere(&question));
	return question;
}

static uint64_t run_sequence(uint64_t sequence, uint64_t hash)
{
	return run_questions(random_question, sequence, hash);
}

static void run_sequences(void)
{
	run_all(run_sequence);
}

SEQUENCES_MAIN(run_sequences)
