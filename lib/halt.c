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
 * Between the kick and wake() much can happen: an interrupt wakes the vCPU, and it halts
 * again. wake() would end that halt, of which the word, HALTED, does not learn, and the next
 * kick would have the engine wake a vCPU that runs. So the word also counts who is on the way
 * to wake, and meanwhile each halt ends at once.
 *
 * In a state of the machine that was loaded it is not known whether a vCPU halts, or has
 * a pending kick. So both are assumed:
 *
 *	HALT_UNKNOWN --kick--> RUNNING_KICKED, and the engine wakes it
 *	HALT_UNKNOWN --halt--> RUNNING, and it continues
 *	HALT_UNKNOWN --resume--> RUNNING_KICKED
 *
 * A vCPU that kicks itself runs: first there is a resume.
 */
#include "halt.h"

#include "inject.h"
#include "misuse.h"
#include "trace/trace.h"

/* What a kick makes of @word. */
static uint32_t kicked(uint32_t word)
{
	uint32_t wakes = word - halt_state_in(word);

	switch (halt_state_in(word)) {
	case HALTED:
		return wakes + WAKE_UNDER_WAY + RUNNING;
	case HALT_UNKNOWN:
		return wakes + WAKE_UNDER_WAY + RUNNING_KICKED;
	default:
		return wakes + RUNNING_KICKED;
	}
}

/* True if @target was halted, or may have been, and is now owed a wake-up. */
static bool kick_ends_halt(struct paracall_cpu *target)
{
	uint32_t word = atomic_load_explicit(&target->halt_word, memory_order_relaxed);

	while (!atomic_compare_exchange_weak(&target->halt_word, &word, kicked(word))) {
	}
	return halt_state_in(word) >= HALTED;
}

void halt_set_state(struct paracall_cpu *cpu, enum halt_state state)
{
	uint32_t word = atomic_load_explicit(&cpu->halt_word, memory_order_relaxed);

	while (!atomic_compare_exchange_weak(&cpu->halt_word, &word,
					     word - halt_state_in(word) + state)) {
	}
}

/* True if its state was @from. */
static bool change_state(struct paracall_cpu *cpu, enum halt_state from, enum halt_state to)
{
	uint32_t word = atomic_load_explicit(&cpu->halt_word, memory_order_relaxed);

	while (halt_state_in(word) == from)
		if (atomic_compare_exchange_weak(&cpu->halt_word, &word, word - from + to))
			return true;
	return false;
}

/* It runs, whatever was known of it. */
static void note_running(struct paracall_cpu *cpu)
{
	if (change_state(cpu, HALTED, RUNNING)) {
		trace_wake(cpu, PARACALL_WAKE_INTERRUPT);
		return;
	}
	change_state(cpu, HALT_UNKNOWN, RUNNING_KICKED);
	trace_kicked(cpu);
}

/*
 * True if that ended a halt. A vCPU that kicks itself runs, also if that is not known: its
 * last halt may have ended unseen, or a state was loaded. It needs no wake-up, and an engine
 * may not be able to interrupt a vCPU that is in the middle of its code.
 */
static bool kick(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id)
{
	if (target == cpu)
		note_running(cpu);
	if (!kick_ends_halt(target)) {
		paracall_statistics_add(&cpu->statistics->kicks_left, 1);
		return false;
	}
	cpu->machine->engine.wake(cpu->engine_cpu, engine_cpu_of(target), apic_id);
	atomic_fetch_sub(&target->halt_word, WAKE_UNDER_WAY);
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
	uint32_t word = RUNNING;

	ENTER(cpu);
	/* It may sleep for long, and others wait for them. */
	if (has_rules(cpu))
		injection_do_late_calls(cpu, true);
	trace_halt(cpu);
	paracall_statistics_add(&cpu->statistics->halts, 1);
	/* HALTED already: its last halt ended unseen, without a kick since. */
	if (atomic_compare_exchange_strong(&cpu->halt_word, &word, HALTED) || word == HALTED)
		return true;
	trace_wake(cpu, PARACALL_WAKE_KICK_BEFORE);
	halt_set_state(cpu, RUNNING);
	paracall_statistics_add(&cpu->statistics->halts_skipped, 1);
	return false;
}

void paracall_resume(struct paracall_cpu *cpu)
{
	ENTER_AGAIN(cpu);
	note_running(cpu);
}
