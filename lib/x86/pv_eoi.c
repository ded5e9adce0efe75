/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The register of paravirtual ends of interrupts: arch/x86/kvm/lapic.c,
 * kvm_lapic_set_pv_eoi. The host never allows one, as it may: the
 * guest then writes to its local APIC.
 */
#include "../memory.h"
#include "msr.h"
#include "state.h"

#define ADDRESS_MASK (~(uint64_t)PARACALL_KVM_MSR_ENABLED)

bool paracall_accepts_pv_eoi(const struct paracall_cpu *cpu, uint64_t value)
{
	(void)cpu;
	return !((value & ADDRESS_MASK) % 4);
}

bool paracall_write_pv_eoi(struct paracall_cpu *cpu, uint64_t value)
{
	struct paracall_gpa address = guest_address(value & ADDRESS_MASK);
	uint8_t flag;

	if (!paracall_accepts_pv_eoi(cpu, value))
		return false;
	if (value & PARACALL_KVM_MSR_ENABLED && !guest_read(cpu, address, &flag, sizeof(flag)))
		return false;
	x86_cpu(cpu)->msrs.pv_eoi = value;
	return true;
}

uint64_t paracall_read_pv_eoi(struct paracall_cpu *cpu)
{
	return x86_cpu(cpu)->msrs.pv_eoi;
}
