/* SPDX-License-Identifier: BSD-2-Clause */
/* Kicks, in line: guests that contend for locks make them by the thousand. See halt.c. */
#ifndef PARACALL_LIB_HALT_H
#define PARACALL_LIB_HALT_H

#include "trace/trace.h"

/* Whatever it was: a load, or a reset. Who is on the way to wake it still is. */
void halt_set_state(struct paracall_cpu *cpu, enum halt_state state);

/* What a kick comes to that ends a halt, or meets another; and one that is seen. */
void halt_kick_slowly(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id);
void halt_kick_observed(struct paracall_cpu *cpu, struct paracall_cpu *target,
			uint32_t apic_id);

/*
 * Kick @target, which was found under @apic_id, on behalf of @cpu, whose thread this
 * is, and that nobody observes. The engine must have PARACALL_CAN_WAKE.
 */
static inline __attribute__((always_inline)) void
halt_kick_unobserved(struct paracall_cpu *cpu, struct paracall_cpu *target, uint32_t apic_id)
{
	uint32_t word = atomic_load_explicit(&target->halt_word, memory_order_relaxed);

	if (__builtin_expect(word <= RUNNING_KICKED, true) &&
	    __builtin_expect(atomic_compare_exchange_weak(&target->halt_word, &word,
							  RUNNING_KICKED),
			     true))
		paracall_statistics_add(&cpu->statistics->kicks_left, 1);
	else
		halt_kick_slowly(cpu, target, apic_id);
}

/* The same, whoever observes it. */
static inline void halt_kick(struct paracall_cpu *cpu, struct paracall_cpu *target,
			     uint32_t apic_id)
{
	if (__builtin_expect(!!cpu->trace, false))
		halt_kick_observed(cpu, target, apic_id);
	else
		halt_kick_unobserved(cpu, target, apic_id);
}

#endif /* PARACALL_LIB_HALT_H */
