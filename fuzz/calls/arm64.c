/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64's guests, and the engine for them. */
#include "calls.h"

#include <string.h>

static bool give_random(void *cpu, void *data, size_t size)
{
	(void)cpu;
	memset(data, (int)fuzz_now, size);
	return fuzz_now % 3;
}

static const struct paracall_arm64_engine arm64 = { .size = sizeof(arm64),
						    .random = give_random };

static void complete(struct paracall_engine *engine)
{
	engine->arm64 = &arm64;
}

static void inject(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	static const uint32_t functions[] = {
		PARACALL_PV_TIME_ST,	      PARACALL_TRNG_RND64,
		PARACALL_VENDOR_HYP_KVM_PTP,  PARACALL_PSCI_VERSION,
		PARACALL_VENDOR_HYP_CALL_UID,
	};

	if (!i)
		paracall_arm64_place_stolen_time(cpu, (struct paracall_gpa){ 0 });
	registers[PARACALL_ARM64_X0] =
		functions[i % (sizeof(functions) / sizeof(functions[0]))];
	registers[PARACALL_ARM64_X1] = 64;
	paracall_smccc(cpu, i % 2 ? PARACALL_SMCCC_HVC : PARACALL_SMCCC_SMC);
	paracall_update(cpu);
}

static void resume(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	static const uint32_t functions[] = {
		PARACALL_PV_TIME_ST,	      PARACALL_PV_TIME_FEATURES,
		PARACALL_TRNG_RND64,	      PARACALL_VENDOR_HYP_KVM_PTP,
		PARACALL_PSCI_CPU_OFF,	      PARACALL_VENDOR_HYP_CALL_UID,
		PARACALL_SMCCC_ARCH_FEATURES,
	};

	if (i % 9 == 8)
		paracall_arm64_place_stolen_time(cpu, (struct paracall_gpa){
							      i * PARACALL_STOLEN_TIME_SIZE });
	registers[PARACALL_ARM64_X0] =
		functions[i / 2 % (sizeof(functions) / sizeof(functions[0]))];
	registers[PARACALL_ARM64_X1] = PARACALL_PV_TIME_ST;
	paracall_smccc(cpu, i % 7 ? PARACALL_SMCCC_HVC : PARACALL_SMCCC_SMC);
}

const struct calls arm64_calls = {
	.architecture = PARACALL_ARM64,
	.complete = complete,
	.inject = inject,
	.resume = resume,
};
