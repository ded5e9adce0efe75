/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_HC_KICK_CPU: arch/x86/kvm/x86.c, kvm_pv_kick_cpu_op. */
#include "../halt.h"
#include "quick.h"

/*
 * Everybody, even if a vCPU has that id: to KVM a kick is no interrupt of an
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

static inline __attribute__((always_inline)) void kick_one(struct paracall_cpu *cpu,
							   uint32_t apic_id)
{
	struct paracall_cpu *target = cpu_by_apic_id(cpu->machine, apic_id);

	if (target)
		halt_kick(cpu, target, apic_id);
}

/* Not in line, where it would cost those before. */
static __attribute__((noinline)) void kick_from_broadcast_on(struct paracall_cpu *cpu,
							     uint32_t apic_id)
{
	if (apic_id == BROADCAST_APIC_ID)
		kick_all(cpu);
	else
		kick_one(cpu, apic_id);
}

DEFINE_CALL(paracall_kick_cpu)
{
	/* The first argument is reserved, and ignored. */
	uint32_t apic_id = (uint32_t)call->arguments[1];

	if (!(cpu->machine->engine.capabilities & PARACALL_CAN_WAKE))
		return -PARACALL_KVM_ENOSYS;
	if (__builtin_expect(apic_id >= BROADCAST_APIC_ID, false))
		kick_from_broadcast_on(cpu, apic_id);
	else
		kick_one(cpu, apic_id);
	return 0;
}
