/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_HC_KICK_CPU: arch/x86/kvm/x86.c, kvm_pv_kick_cpu_op. */
#include "../halt.h"
#include "quick.h"

/*
 * All vCPUs, even if one has that id: to KVM a kick is not an interrupt of an
 * x2APIC's (lapic.c, kvm_apic_is_broadcast_dest).
 */
#define BROADCAST_APIC_ID 0xff

static void kick_all(struct paracall_cpu *cpu)
{
	struct paracall_machine *machine = cpu->machine;

	for (uint32_t id = 0; id <= PARACALL_MAX_APIC_ID; id++) {
		struct paracall_cpu *target = cpu_by_apic_id(machine, id);

		if (target)
			halt_kick(cpu, target, id);
	}
}

/* Not in line, where it would cost those that are. */
static __attribute__((noinline)) void kick(struct paracall_cpu *cpu, uint32_t apic_id)
{
	struct paracall_cpu *target = cpu_by_apic_id(cpu->machine, apic_id);

	if (apic_id == BROADCAST_APIC_ID)
		kick_all(cpu);
	else if (target)
		halt_kick(cpu, target, apic_id);
}

/* Of an id below the broadcast's. */
ALWAYS_INLINE void kick_quickly(struct paracall_cpu *cpu, uint32_t apic_id)
{
	struct paracall_cpu *target = cpu_by_apic_id(cpu->machine, apic_id);

	if (target)
		halt_kick_unobserved(cpu, target, apic_id);
}

DEFINE_CALL(paracall_kick_cpu)
{
	/* The first argument is reserved, and ignored. */
	uint32_t apic_id = (uint32_t)call->arguments[1];

	/* No call is quick where the engine can't wake: see x86_choose_mode(). */
	if (!is_quick && !(cpu->machine->engine.capabilities & PARACALL_CAN_WAKE))
		return -PARACALL_KVM_ENOSYS;
	if (is_quick && __builtin_expect(apic_id < BROADCAST_APIC_ID, true))
		kick_quickly(cpu, apic_id);
	else
		kick(cpu, apic_id);
	return 0;
}
