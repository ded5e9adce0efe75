/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Halts, and the kicks that end them. A kick to a halted vCPU makes it run; one to a
 * running vCPU is kept, once, and ends its next halt at once: KVM's pv_unhalted (the
 * kernel's APIC_DM_REMRD and __kvm_emulate_halt).
 *
 * All of it is one atomic word per vCPU:
 *
 *	RUNNING --halt--> HALTED --kick--> RUNNING, and the engine wakes it
 *	RUNNING --kick--> RUNNING_KICKED --halt--> RUNNING, and it continues
 *	HALTED --resume--> RUNNING
 *
 * A kick thus either finds HALTED, and then the engine's wake() must get
 * through, or it is seen by the next halt: none is lost.
 *
 * In a state of the machine that was loaded it is not known whether a vCPU halts, or has
 * a pending kick. So both are assumed:
 *
 *	HALT_UNKNOWN --kick--> RUNNING_KICKED, and the engine wakes it
 *	HALT_UNKNOWN --halt--> RUNNING, and it continues
 *	HALT_UNKNOWN --resume--> RUNNING_KICKED
 */
#include "halt.h"

#include "inject.h"
#include "misuse.h"
#include "trace/trace.h"

/* True if @target was halted, or may have been, and is now owed a wake-up. */
static bool kick_ends_halt(struct paracall_cpu *target)
{
	uint32_t state = atomic_load_explicit(&target->halt_state, memory_order_relaxed);

	do {
		while (state != HALTED)
			if (atomic_compare_exchange_weak(&target->halt_state, &state,
							 RUNNING_KICKED))
				return state == HALT_UNKNOWN;
	} while (!atomic_compare_exchange_weak(&target->halt_state, &state, RUNNING));
	return true;
}

/* True if that ended a halt. */
static bool kick(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id)
{
	if (!kick_ends_halt(target)) {
		paracall_statistics_add(&cpu->statistics->kicks_left, 1);
		return false;
	}
	cpu->machine->engine.wake(cpu->engine_cpu, engine_cpu_of(target), apic_id);
	paracall_statistics_add(&cpu->statistics->kicks_woke, 1);
	return true;
}

void halt_kick_slowly(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id)
{
	kick(cpu, target, apic_id);
}

void halt_kick_observed(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id)
{
	bool has_woken;

	trace_kick(cpu, target);
	has_woken = kick(cpu, target, apic_id);
	trace_now(cpu, PARACALL_EVENT_KICK, trace_index(target), has_woken);
}

bool paracall_halt(struct paracall_cpu *cpu)
{
	uint32_t state = RUNNING;

	ENTER(cpu);
	/* It may sleep for long, and others wait for them. */
	if (has_rules(cpu))
		injection_do_late_calls(cpu, true);
	trace_halt(cpu);
	paracall_statistics_add(&cpu->statistics->halts, 1);
	if (atomic_compare_exchange_strong(&cpu->halt_state, &state, HALTED) || state == HALTED)
		return true;
	trace_wake(cpu, PARACALL_WAKE_KICK_BEFORE);
	atomic_store(&cpu->halt_state, RUNNING);
	paracall_statistics_add(&cpu->statistics->halts_skipped, 1);
	return false;
}

void paracall_resume(struct paracall_cpu *cpu)
{
	uint32_t state = atomic_load_explicit(&cpu->halt_state, memory_order_relaxed);

	ENTER_AGAIN(cpu);
	if (state == HALTED &&
	    atomic_compare_exchange_strong(&cpu->halt_state, &state, RUNNING)) {
		trace_wake(cpu, PARACALL_WAKE_INTERRUPT);
		return;
	}
	if (state == HALT_UNKNOWN)
		atomic_compare_exchange_strong(&cpu->halt_state, &state, RUNNING_KICKED);
	trace_kicked(cpu);
}
