/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LoongArch's guests. */
#include "calls.h"

static void inject(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	uint32_t value;

	registers[PARACALL_LOONGARCH_A0] = PARACALL_HCALL_FUNC_NOTIFY;
	registers[PARACALL_LOONGARCH_A1] = UINT64_C(1)
					   << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME;
	registers[PARACALL_LOONGARCH_A2] = PARACALL_KVM_STEAL_PHYS_VALID;
	paracall_hvcl(cpu, PARACALL_HCALL_SERVICE + i % 3);
	paracall_cpucfg(cpu, PARACALL_KVM_CPUCFG_SIGNATURE + i % 5, &value);
	paracall_update(cpu);
}

static void resume(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	uint64_t *arguments = &registers[PARACALL_LOONGARCH_A0];
	uint32_t value;

	paracall_cpucfg(cpu, PARACALL_KVM_CPUCFG_SIGNATURE + i % 5, &value);
	if (i < 8)
		return;
	arguments[0] = PARACALL_HCALL_FUNC_NOTIFY;
	arguments[1] = UINT64_C(1) << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME;
	arguments[2] = (i * 64) | (i % 7 ? PARACALL_KVM_STEAL_PHYS_VALID : 0);
	paracall_hvcl(cpu, PARACALL_HCALL_SERVICE);
}

const struct calls loongarch_calls = {
	.architecture = PARACALL_LOONGARCH,
	.inject = inject,
	.resume = resume,
};
