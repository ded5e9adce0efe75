/* SPDX-License-Identifier: BSD-2-Clause */
/* Random sequences of calls. Hashed are the answers, and which records were written. */
#include "common/question_sequences.h"

static const uint64_t extensions[] = {
	PARACALL_SBI_BASE, PARACALL_SBI_BASE, PARACALL_SBI_STA, PARACALL_SBI_STA,
	PARACALL_SBI_STA,  PARACALL_SBI_TIME, PARACALL_SBI_IPI, PARACALL_SBI_RFENCE,
	PARACALL_SBI_HSM,  PARACALL_SBI_SRST, PARACALL_SBI_PMU, PARACALL_SBI_DBCN,
	PARACALL_SBI_SUSP, PARACALL_SBI_CPPC, SBI_MPXY,		SBI_SSE,
	SBI_DBTR,	   SBI_EXPERIMENTAL,  SBI_VENDOR,	0x0a0b0c0d,
};

/* What firmware has, or KVM's user space: answers.c has these. */
static const uint64_t probed_elsewhere[] = {
	PARACALL_SBI_DBCN, PARACALL_SBI_FWFT, SBI_DBTR, SBI_SSE, ~0ul,
};

static uint64_t random_extension(void)
{
	uint64_t extension = ONE_OF(extensions);

	if (!below(8))
		return random_value();
	return below(16) ? extension : extension ^ 1ul << below(64);
}

static uint64_t random_function(void)
{
	switch (below(8)) {
	case 0:
		return random_value();
	case 1:
		return below(16);
	default:
		return below(4);
	}
}

/* Of a record the lower half of its address, or not quite. */
static uint64_t random_record(void)
{
	uint64_t address = answer_record((unsigned int)below(ANSWER_RECORDS));

	return below(4) ? address : address + below(64);
}

static uint64_t random_argument(void)
{
	switch (below(4)) {
	case 0:
		return random_value();
	case 1:
		return ONE_OF(extensions);
	default:
		return below(4);
	}
}

static struct question random_question(void)
{
	struct question question;

	question.is_user = !below(16);
	question.extension = random_extension();
	question.function = random_function();
	for (unsigned int i = 0; i < ANSWER_ARGUMENTS; i++)
		question.arguments[i] = random_argument();
	if (question.extension != PARACALL_SBI_STA)
		return question;
	/* Else hardly one is good: a record, or nowhere, and no flags. */
	switch (below(8)) {
	case 0:
		question.arguments[0] = question.arguments[1] = PARACALL_SBI_SHMEM_DISABLE;
		break;
	case 1:
		break;
	default:
		question.arguments[0] = random_record();
		question.arguments[1] = below(4) ? 0 : question.arguments[1];
	}
	question.arguments[2] = below(4) ? 0 : question.arguments[2];
	return question;
}

static bool is_probe_elsewhere(uint64_t extension)
{
	for (size_t i = 0; i < COUNT(probed_elsewhere); i++)
		if (extension == probed_elsewhere[i])
			return true;
	return extension <= PARACALL_SBI_LEGACY_SHUTDOWN ||
	       (extension >= SBI_EXPERIMENTAL && extension <= SBI_VENDOR_LAST);
}

static bool is_base_elsewhere(const struct question *question)
{
	if (question->function == PARACALL_SBI_BASE_GET_IMP_VERSION)
		return true;
	return question->function == PARACALL_SBI_BASE_PROBE_EXT &&
	       is_probe_elsewhere(question->arguments[0]);
}

/* Of two harts. A base of all ones is all harts, whatever the mask. */
static bool has_other_harts(uint64_t mask, uint64_t base)
{
	if (base == UINT64_MAX || !mask)
		return false;
	return base > 1 || mask >> (2 - base);
}

/* Functions for guests of the hypervisor extension. */
#define RFENCE_FIRST_HFENCE 3
#define RFENCE_LAST_HFENCE 6

/* Answers that are known to differ, or that depend on the firmware's version. */
static bool is_same_everywhere(const struct question *question)
{
	if (question->is_user)
		return true;
	switch (question->extension) {
	case PARACALL_SBI_BASE:
		return !is_base_elsewhere(question);
	case PARACALL_SBI_RFENCE:
		if (question->function >= RFENCE_FIRST_HFENCE &&
		    question->function <= RFENCE_LAST_HFENCE)
			return false;
		/* fall through */
	case PARACALL_SBI_IPI:
		return !has_other_harts(question->arguments[0], question->arguments[1]);
	case PARACALL_SBI_PMU:
		return question->function != 0;
	case PARACALL_SBI_FWFT:
		return false;
	}
	return question->extension > PARACALL_SBI_LEGACY_SHUTDOWN;
}

static struct question random_good_question(void)
{
	struct question question;

	do
		question = random_question();
	while (!question_is_harmless(&question) || !is_same_everywhere(&question));
	return question;
}

static uint64_t run_sequence(uint64_t sequence, uint64_t hash)
{
	hash = run_questions(random_good_question, sequence, hash);
	answer_forget_records();
	return hash;
}

static void run_sequences(void)
{
	run_all(run_sequence);
}

SEQUENCES_MAIN(run_sequences)
