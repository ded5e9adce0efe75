/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PSCI: arch/arm64/kvm/psci.c. Engines have their own, for hvc. Calls by
 * smc cannot be passed to them; so the library answers those that have no effect.
 */
#include "calls.h"

int64_t paracall_psci_left(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	if (smccc_call(call)->conduit != PARACALL_SMCCC_HVC)
		return PARACALL_SMCCC_NOT_SUPPORTED;
	call->is_left = true;
	return PARACALL_SMCCC_SUCCESS;
}

static void narrow_register(struct paracall_cpu *cpu, unsigned int number)
{
	uint64_t value = cpu_read_register(cpu, number);

	if (value != (uint32_t)value)
		cpu_write_register(cpu, number, (uint32_t)value);
}

/* KVM's kvm_psci_narrow_to_32bit(); QEMU takes whole registers. */
int64_t paracall_psci_left_32bit(struct paracall_cpu *cpu, struct call *call)
{
	int64_t result = paracall_psci_left(cpu, call);

	if (call->is_left)
		for (unsigned int i = PARACALL_ARM64_X1; i <= PARACALL_ARM64_X3; i++)
			narrow_register(cpu, i);
	return result;
}

static int64_t answer_smc(struct paracall_cpu *cpu, struct call *call, int64_t answer)
{
	return smccc_call(call)->conduit == PARACALL_SMCCC_SMC ? answer
							       : paracall_psci_left(cpu, call);
}

int64_t paracall_psci_version(struct paracall_cpu *cpu, struct call *call)
{
	return answer_smc(cpu, call, PARACALL_PSCI_VERSION_1_1);
}

int64_t paracall_psci_migrate_info_type(struct paracall_cpu *cpu, struct call *call)
{
	return answer_smc(cpu, call, PARACALL_PSCI_TOS_NONE);
}

static bool is_answered_by_smc(uint32_t function)
{
	return function == PARACALL_PSCI_VERSION || function == PARACALL_PSCI_FEATURES ||
	       function == PARACALL_PSCI_MIGRATE_INFO_TYPE;
}

/* Without the first answer Linux assumes version 1.0, and asks for nothing else. */
int64_t paracall_psci_features(struct paracall_cpu *cpu, struct call *call)
{
	uint32_t function = (uint32_t)call->arguments[0];

	if (function == PARACALL_SMCCC_VERSION)
		return PARACALL_SMCCC_SUCCESS;
	return answer_smc(cpu, call,
			  is_answered_by_smc(function) ? PARACALL_SMCCC_SUCCESS
						       : PARACALL_SMCCC_NOT_SUPPORTED);
}
