/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_HC_SEND_IPI: arch/x86/kvm/lapic.c, kvm_pv_send_ipi and __apic_accept_irq. */
#include "../halt.h"
#include "../trace/trace.h"
#include "clock.h"
#include "quick.h"

static struct paracall_interrupt decode_icr(uint64_t icr)
{
	return (struct paracall_interrupt){
		.vector = icr & PARACALL_ICR_VECTOR_MASK,
		.delivery_mode = (icr & PARACALL_ICR_MODE_MASK) >> PARACALL_ICR_MODE_SHIFT,
		.level_triggered = icr & PARACALL_ICR_LEVEL_TRIGGERED,
		.assert_level = icr & PARACALL_ICR_ASSERT,
	};
}

/* Whether a local APIC acts on it. */
static bool is_accepted(const struct paracall_interrupt *interrupt)
{
	switch (interrupt->delivery_mode) {
	case PARACALL_ICR_MODE_EXTINT:
		return false;
	case PARACALL_ICR_MODE_FIXED:
	case PARACALL_ICR_MODE_LOWEST:
	case PARACALL_ICR_MODE_INIT:
		return !interrupt->level_triggered || interrupt->assert_level;
	}
	return true;
}

/*
 * Vectors below 16 are reserved: a local APIC in KVM keeps such an interrupt
 * forever, because its priority is not above that of an idle CPU.
 */
#define LOWEST_VECTOR 16

static bool is_kept_for_ever(const struct paracall_interrupt *interrupt)
{
	return interrupt->delivery_mode <= PARACALL_ICR_MODE_LOWEST &&
	       interrupt->vector < LOWEST_VECTOR;
}

/* True if the target took it. */
static bool send(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id,
		 const struct paracall_interrupt *interrupt)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	bool is_taken;

	/* KVM's own kick is this otherwise reserved delivery mode. */
	if (interrupt->delivery_mode == PARACALL_ICR_MODE_RESERVED) {
		if (engine->capabilities & PARACALL_CAN_WAKE)
			halt_kick(cpu, target, apic_id);
		return true;
	}
	if (is_kept_for_ever(interrupt))
		return true;
	/* Others would go on writing there. Before it: the target may soon be started. */
	if (interrupt->delivery_mode == PARACALL_ICR_MODE_INIT)
		paracall_clock_stop(target);
	is_taken = engine->send_interrupt(cpu->engine_cpu, engine_cpu_of(target), apic_id,
					  interrupt);
	trace_now(cpu, PARACALL_EVENT_INTERRUPT, trace_index(target), interrupt->vector,
		  interrupt->delivery_mode, is_taken);
	return is_taken;
}

/* Send to the targets of one bitmap, whose bit 0 is @lowest; counts them. */
static int64_t send_to_set(struct paracall_cpu *cpu, uint64_t bitmap, uint32_t lowest,
			   const struct paracall_interrupt *interrupt)
{
	int64_t accepted = 0;

	for (; bitmap; bitmap &= bitmap - 1) {
		uint32_t apic_id = lowest + __builtin_ctzll(bitmap);
		struct paracall_cpu *target = cpu_by_apic_id(cpu->machine, apic_id);

		if (target && apic_id >= lowest && send(cpu, target, apic_id, interrupt))
			accepted++;
	}
	return accepted;
}

DEFINE_CALL(paracall_send_ipi)
{
	struct paracall_interrupt interrupt = decode_icr(call->arguments[3]);
	uint32_t lowest = (uint32_t)call->arguments[2];
	uint32_t cluster = call->mode & PARACALL_MODE_64BIT ? 64 : 32;
	int64_t accepted;

	if (!(cpu->machine->engine.capabilities & PARACALL_CAN_INTERRUPT))
		return -PARACALL_KVM_ENOSYS;
	if (call->arguments[3] & (PARACALL_ICR_LOGICAL | PARACALL_ICR_SHORTHAND_MASK))
		return -PARACALL_KVM_EINVAL;
	if (!is_accepted(&interrupt))
		return 0;
	accepted = send_to_set(cpu, call->arguments[0], lowest, &interrupt) +
		   send_to_set(cpu, call->arguments[1], lowest + cluster, &interrupt);
	paracall_statistics_add(&cpu->statistics->interrupts_sent, accepted);
	return accepted;
}
