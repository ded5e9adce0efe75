/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How calls of the SMC Calling Convention are taken apart and answered: of X0 the low
 * half is the function, and X0 to X3 are always written
 * (arch/arm64/kvm/hypercalls.c, kvm_smccc_call_handler). And the architecture's own
 * functions.
 */
#include "../call.h"
#include "../misuse.h"
#include "calls.h"

/* All that fail are below 0; an address, a part of a clock or of a UID is not. */
static const struct convention convention = {
	.event = PARACALL_EVENT_SMCCC,
	.read = call_read_whole_register,
	.places = { PARACALL_ARM64_X1, PARACALL_ARM64_X2, PARACALL_ARM64_X3 },
	.place_count = 3,
	.unknown = PARACALL_SMCCC_NOT_SUPPORTED,
	.good = PARACALL_SMCCC_SUCCESS,
	.is_error = call_is_negative,
};

static void write_results(struct paracall_cpu *cpu, const struct smccc_call *smccc,
			  int64_t result)
{
	uint64_t values[PARACALL_ARM64_REGISTERS] = { (uint64_t)result };
	const struct paracall_field *fields =
		smccc->call.row ? smccc->call.row->info.fields : NULL;
	unsigned int end =
		smccc->keeps_registers ? PARACALL_ARM64_X2 : PARACALL_ARM64_REGISTERS;
	unsigned int count = 0;

	for (unsigned int i = 0; fields && i < PARACALL_MAX_FIELDS && fields[i].name; i++)
		if (fields[i].direction == PARACALL_OUT)
			values[fields[i].place] = smccc->call.outputs[count++];
	for (unsigned int i = 0; i < end; i++)
		cpu_write_register(cpu, i, values[i]);
}

enum paracall_smccc_outcome paracall_smccc(struct paracall_cpu *cpu,
					   enum paracall_smccc_conduit conduit)
{
	struct smccc_call smccc;
	uint64_t function;
	int64_t result;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_ARM64, "paracall_smccc"))
		return PARACALL_SMCCC_NOT_OURS;
	take_reset(cpu);
	smccc.conduit = conduit;
	smccc.keeps_registers = false;
	function = cpu_read_register(cpu, PARACALL_ARM64_X0);
	smccc.call.number = (uint32_t)function;
	smccc.call.mode = PARACALL_MODE_64BIT;
	smccc.call.row = arm64_row((uint32_t)function);
	smccc.call.is_permitted = true;
	smccc.call.is_served = call_is_offered(cpu->machine, smccc.call.row);
	/* Of a call that fails they are 0. */
	for (unsigned int i = 0; i < PARACALL_MAX_OUTPUTS; i++)
		smccc.call.outputs[i] = 0;
	result = call_run(cpu, &smccc.call, &convention);
	if (smccc.call.is_left) {
		/* QEMU takes the whole register; the function is in its lower half. */
		if (function != smccc.call.number)
			cpu_write_register(cpu, PARACALL_ARM64_X0, smccc.call.number);
		return PARACALL_SMCCC_NOT_OURS;
	}
	write_results(cpu, &smccc, result);
	return PARACALL_SMCCC_DONE;
}

int64_t paracall_smccc_version(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	(void)call;
	return PARACALL_SMCCC_VERSION_1_1;
}

/*
 * The workarounds' answers are those of KVM on a CPU that is not affected. The second
 * is not offered where CPUs have SSBS (hypercalls.c, SPECTRE_MITIGATED).
 */
int64_t paracall_smccc_arch_features(struct paracall_cpu *cpu, struct call *call)
{
	switch ((uint32_t)call->arguments[0]) {
	case PARACALL_SMCCC_ARCH_WORKAROUND_1:
	case PARACALL_SMCCC_ARCH_WORKAROUND_3:
		return PARACALL_SMCCC_NOT_REQUIRED;
	case PARACALL_PV_TIME_FEATURES:
		return is_offered(cpu->machine, PARACALL_KVM_FEATURE_PV_TIME)
			       ? PARACALL_SMCCC_SUCCESS
			       : PARACALL_SMCCC_NOT_SUPPORTED;
	}
	return PARACALL_SMCCC_NOT_SUPPORTED;
}

/* arch/arm64/kvm/hyp/hyp-entry.S, el1_sync, which is for hvc: of others X1 is lost. */
int64_t paracall_smccc_workaround(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	if (smccc_call(call)->conduit != PARACALL_SMCCC_HVC)
		return PARACALL_SMCCC_NOT_SUPPORTED;
	smccc_call(call)->keeps_registers = true;
	return PARACALL_SMCCC_SUCCESS;
}
