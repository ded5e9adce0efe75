/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM's indices of CPUCFG: arch/loongarch/kvm/exit.c, kvm_emu_cpucfg. Those that there are
 * not read as 0.
 */
#include "../misuse.h"
#include "../trace/trace.h"
#include "calls.h"

static uint32_t read_index(struct paracall_cpu *cpu, uint32_t index)
{
	switch (index) {
	case PARACALL_KVM_CPUCFG_SIGNATURE:
		paracall_statistics_add(&cpu->statistics->cpuid_signature, 1);
		return PARACALL_KVM_CPUCFG_KVM;
	case PARACALL_KVM_CPUCFG_FEATURES:
		paracall_statistics_add(&cpu->statistics->cpuid_features, 1);
		return cpu->machine->features;
	}
	return 0;
}

bool paracall_cpucfg(struct paracall_cpu *cpu, uint32_t index, uint32_t *value)
{
	const uint64_t arguments[] = { index };

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_LOONGARCH, "paracall_cpucfg"))
		return false;
	if (index < PARACALL_KVM_CPUCFG_SIGNATURE || index > PARACALL_KVM_CPUCFG_LAST)
		return false;
	*value = read_index(cpu, index);
	paracall_trace_report(cpu, PARACALL_EVENT_CPUCFG, 0, *value, arguments, 1);
	return true;
}
