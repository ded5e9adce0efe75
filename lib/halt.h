/* SPDX-License-Identifier: BSD-2-Clause */
/* Kicks, in line: guests that contend for locks make them by the thousand. See halt.c. */
#ifndef PARACALL_LIB_HALT_H
#define PARACALL_LIB_HALT_H

#include "trace/trace.h"

/* True if @target was halted and is now owed a wake-up. */
static inline bool kick_ends_halt(struct paracall_cpu *target)
{
	uint32_t state = atomic_load_explicit(&target->halt_state, memory_order_relaxed);
	uint32_t next;

	do {
		next = state == HALTED ? RUNNING : RUNNING_KICKED;
	} while (!atomic_compare_exchange_weak(&target->halt_state, &state, next));
	return state == HALTED;
}

/*
 * Kick @target, which was found under @apic_id, on behalf of @cpu, whose thread this
 * is. The engine must have PARACALL_CAN_WAKE.
 */
static inline void halt_kick(struct paracall_cpu *cpu, struct paracall_cpu *target,
			     uint32_t apic_id)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	bool has_woken;

	if (trace_wants(cpu, PARACALL_EVENT_WAKE))
		trace_kick(cpu, target);
	has_woken = kick_ends_halt(target);
	if (has_woken) {
		engine->wake(cpu->engine_cpu, engine_cpu_of(target), apic_id);
		paracall_statistics_add(&cpu->statistics->kicks_woke, 1);
	} else {
		paracall_statistics_add(&cpu->statistics->kicks_left, 1);
	}
	trace_now(cpu, PARACALL_EVENT_KICK, trace_index(target), has_woken);
}

#endif /* PARACALL_LIB_HALT_H */
