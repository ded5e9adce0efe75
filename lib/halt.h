/* SPDX-License-Identifier: BSD-2-Clause */
/* Kicks, in line: guests that contend for locks make them by the thousand. See halt.c. */
#ifndef PARACALL_LIB_HALT_H
#define PARACALL_LIB_HALT_H

#include "trace/trace.h"

/* True if @target was halted, or may have been, and is now owed a wake-up. */
static inline bool kick_ends_halt(struct paracall_cpu *target)
{
	uint32_t state = atomic_load_explicit(&target->halt_state, memory_order_relaxed);

	do {
		while (__builtin_expect(state != HALTED, true))
			if (atomic_compare_exchange_weak(&target->halt_state, &state,
							 RUNNING_KICKED))
				return state == HALT_UNKNOWN;
	} while (!atomic_compare_exchange_weak(&target->halt_state, &state, RUNNING));
	return true;
}

/* What a kick comes to that ends a halt; and one that is seen. */
void halt_wake(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id);
void halt_kick_observed(struct paracall_cpu *cpu, struct paracall_cpu *target,
			uint32_t apic_id);

/*
 * Kick @target, which was found under @apic_id, on behalf of @cpu, whose thread this
 * is. The engine must have PARACALL_CAN_WAKE.
 */
static inline __attribute__((always_inline)) void
halt_kick(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id)
{
	if (__builtin_expect(!!cpu->trace, false))
		halt_kick_observed(cpu, target, apic_id);
	else if (__builtin_expect(kick_ends_halt(target), false))
		halt_wake(cpu, target, apic_id);
	else
		paracall_statistics_add(&cpu->statistics->kicks_left, 1);
}

#endif /* PARACALL_LIB_HALT_H */
