/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers: arch/arm64/kvm/trng.c. */
#include "calls.h"

#define WORDS 3

int64_t paracall_trng_version(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	(void)call;
	return PARACALL_TRNG_VERSION_1_0;
}

/* KVM compares all 64 bits. */
int64_t paracall_trng_features(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	switch (call->arguments[0]) {
	case PARACALL_TRNG_VERSION:
	case PARACALL_TRNG_FEATURES:
	case PARACALL_TRNG_GET_UUID:
	case PARACALL_TRNG_RND32:
	case PARACALL_TRNG_RND64:
		return PARACALL_SMCCC_SUCCESS;
	}
	return PARACALL_SMCCC_NOT_SUPPORTED;
}

int64_t paracall_trng_uuid(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	call->outputs[0] = PARACALL_KVM_TRNG_UUID_1;
	call->outputs[1] = PARACALL_KVM_TRNG_UUID_2;
	call->outputs[2] = PARACALL_KVM_TRNG_UUID_3;
	return PARACALL_KVM_TRNG_UUID_0;
}

/* Those beyond @bits are 0. */
static void cut(uint64_t *words, unsigned int word_bits, unsigned int bits)
{
	for (unsigned int i = 0; i < WORDS; i++) {
		unsigned int below = i * word_bits;
		unsigned int left = bits > below ? bits - below : 0;

		if (left < word_bits)
			words[i] &= (UINT64_C(1) << left) - 1;
		else if (word_bits == 32)
			words[i] = (uint32_t)words[i];
	}
}

/* The lowest ones are in X3. */
int64_t paracall_trng_rnd(struct paracall_cpu *cpu, struct call *call)
{
	unsigned int word_bits = call->number & PARACALL_SMCCC_64BIT ? 64 : 32;
	uint32_t bits = (uint32_t)call->arguments[0];
	uint64_t words[WORDS];

	if (bits > WORDS * word_bits)
		return PARACALL_TRNG_INVALID_PARAMETERS;
	if (!cpu->machine->engine.arm64->random(cpu->engine_cpu, words, sizeof(words)))
		return PARACALL_TRNG_NO_ENTROPY;
	cut(words, word_bits, bits);
	for (unsigned int i = 0; i < WORDS; i++)
		call->outputs[i] = words[WORDS - 1 - i];
	return PARACALL_SMCCC_SUCCESS;
}
