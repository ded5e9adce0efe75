/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM's own services: Documentation/virt/kvm/arm/hypercalls.rst, ptp_kvm.rst. */
#include "calls.h"

#define NANOSECONDS UINT64_C(1000000000)

int64_t paracall_vendor_hyp_uid(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	call->outputs[0] = PARACALL_KVM_UID_1;
	call->outputs[1] = PARACALL_KVM_UID_2;
	call->outputs[2] = PARACALL_KVM_UID_3;
	return PARACALL_KVM_UID_0;
}

/* Of bits 64 and 65, those of the second bitmap. */
int64_t paracall_vendor_hyp_features(struct paracall_cpu *cpu, struct call *call)
{
	uint32_t features = cpu->machine->features;

	call->outputs[0] = (features & PARACALL_KVM_VENDOR_HYP_FEATURES_2) >>
			   PARACALL_KVM_VENDOR_HYP_FEATURES_2_SHIFT;
	return features & PARACALL_KVM_VENDOR_HYP_FEATURES;
}

/*
 * arch/arm64/kvm/hypercalls.c, kvm_ptp_get_time. Without an EL2 of the guest's its two
 * counters are the same. Like a KVM whose clock does not use the counter, if it is not
 * known how that relates to the host's.
 */
int64_t paracall_vendor_hyp_ptp(struct paracall_cpu *cpu, struct call *call)
{
	uint32_t counter = (uint32_t)call->arguments[0];
	struct paracall_clocks clocks;
	uint64_t now;

	if (counter != PARACALL_KVM_PTP_VIRTUAL_COUNTER &&
	    counter != PARACALL_KVM_PTP_PHYSICAL_COUNTER)
		return PARACALL_SMCCC_NOT_SUPPORTED;
	if (!ask_clocks(cpu, &clocks) || !clocks.is_paired)
		return PARACALL_SMCCC_NOT_SUPPORTED;
	now = (uint64_t)clocks.seconds * NANOSECONDS + clocks.nanoseconds;
	call->outputs[0] = (uint32_t)now;
	call->outputs[1] = clocks.tsc >> 32;
	call->outputs[2] = (uint32_t)clocks.tsc;
	return (int64_t)(now >> 32);
}

/*
 * KVM only announces this call and the next one, and its user space answers them: so the
 * rules are the document's alone, which has NOT_SUPPORTED for this one.
 */
int64_t paracall_vendor_hyp_discover_impl_ver(struct paracall_cpu *cpu, struct call *call)
{
	struct paracall_arm64_implementation first;
	uint64_t count = cpu->machine->engine.arm64->implementation(cpu->engine_cpu, 0, &first);

	if (!count)
		return PARACALL_SMCCC_NOT_SUPPORTED;
	call->outputs[0] = PARACALL_KVM_DISCOVER_IMPL_VERSION_1_0;
	call->outputs[1] = count;
	return PARACALL_SMCCC_SUCCESS;
}

/* X2 and X3 must be 0 (hypercalls.rst; Linux's commit acfcaf90db1f makes them so). */
int64_t paracall_vendor_hyp_discover_impl_cpus(struct paracall_cpu *cpu, struct call *call)
{
	struct paracall_arm64_implementation found = { 0 };
	uint64_t index = call->arguments[0];

	if (call->arguments[1] || call->arguments[2] ||
	    index >= cpu->machine->engine.arm64->implementation(cpu->engine_cpu, index, &found))
		return PARACALL_SMCCC_INVALID_PARAMETER;
	call->outputs[0] = found.midr;
	call->outputs[1] = found.revidr;
	call->outputs[2] = found.aidr;
	return PARACALL_SMCCC_SUCCESS;
}
